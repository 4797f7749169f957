# SPDX-License-Identifier: AGPL-3.0-or-later
"""The change rules: each answers, per output, change (1), not change (-1) or abstains (0).

Published rules, each under its own name and version; see docs/guide/money.md for what
each looks at and how often it was right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from ledger.change.facts import Facts, Marks
from vestigo.rates import RateTable

Verdicts = tuple[int, ...]
Votes = dict[str, Verdicts]
ROUND_DIGITS = range(7, 1, -1)
PRECISION_GAP = 3
RATE_NOISE = Decimal("0.005")  # a day's quote against the minute's: half a per cent
FIAT = ("EUR", "GBP", "USD")
FIAT_STEPS = (1000, 500, 100, 50, 10, 5)


def prices_on(rates: RateTable, day: date) -> tuple[Decimal, ...]:
    """Return the prices of one bitcoin on a day, for ``round_fiat``; those that are known."""
    found = (rates.btc(day, currency) for currency in FIAT)
    return tuple(rate.btc_price for rate in found if rate is not None)


def votes_on(
    facts: Facts, shrunk: Sequence[bool] = (), fiat_prices: Iterable[Decimal] = ()
) -> Votes:
    """Return the votes of every rule.

    ``shrunk`` marks the outputs that were larger in a replaced transaction (RBF);
    ``fiat_prices`` are prices of one bitcoin on that day, for round amounts of money.
    """
    n = len(facts.values_out)
    votes = {name: rule(facts) if n > 1 else (0,) * n for name, rule in RULES.items()}
    votes["rbf_pair"] = _only([bool(one) for one in shrunk] or [False] * n)
    votes["round_fiat"] = _round_fiat(facts, tuple(fiat_prices))
    return votes


def _only(marks: Sequence[bool]) -> Verdicts:
    """Return change for the one marked output, not change for the others, else nothing."""
    if sum(marks) != 1:
        return (0,) * len(marks)
    return tuple(1 if mark else -1 for mark in marks)


def _all_but(marks: Sequence[bool]) -> Verdicts:
    """Return not change for the one marked output; of two outputs the other is change."""
    if sum(marks) != 1:
        return (0,) * len(marks)
    other = 1 if len(marks) == 2 else 0  # noqa: PLR2004 - payment and change
    return tuple(-1 if mark else other for mark in marks)


def _direct_reuse(facts: Facts) -> Verdicts:
    spent = set(facts.scripts_in)
    return _only([script in spent for script in facts.scripts_out])


def _script_type(facts: Facts) -> Verdicts:
    kinds = set(facts.kinds_in)
    if len(kinds) != 1:
        return (0,) * len(facts.values_out)
    return _only([kind in kinds for kind in facts.kinds_out])


def _round_value(facts: Facts) -> Verdicts:
    for digits in ROUND_DIGITS:
        marks = [value > 0 and value % 10**digits == 0 for value in facts.values_out]
        if any(marks):
            return _all_but(marks)
    return (0,) * len(facts.values_out)


def _precision(facts: Facts) -> Verdicts:
    zeros = [_trailing_zeros(value) for value in facts.values_out]
    ranked = sorted(zeros)
    if ranked[-1] - ranked[-2] < PRECISION_GAP:
        return (0,) * len(zeros)
    return _all_but([count == ranked[-1] for count in zeros])


def _trailing_zeros(value: int) -> int:
    text = str(value)
    return len(text) - len(text.rstrip("0")) if value else 0


def _optimal(facts: Facts) -> Verdicts:
    least = min(facts.values_in)
    return _only([value < least for value in facts.values_out]) if len(facts.values_in) > 1 else (
        (0,) * len(facts.values_out)
    )  # fmt: skip


def _optimal_fee(facts: Facts) -> Verdicts:
    least = min(facts.values_in) - facts.fee_sat
    return _only([value < least for value in facts.values_out]) if len(facts.values_in) > 1 else (
        (0,) * len(facts.values_out)
    )  # fmt: skip


def _unnecessary_input(facts: Facts) -> Verdicts:
    """UIH1: without the least input the larger output could not be paid; the smaller is change."""
    values, n = facts.values_out, len(facts.values_out)
    if n != 2 or len(facts.values_in) < 2:  # noqa: PLR2004 - payment and change, two inputs
        return (0,) * n
    if is_uih2(facts):
        return (0,) * n
    rest = sum(facts.values_in) - min(facts.values_in)
    if rest >= min(values) + facts.fee_sat:
        return _only([value == min(values) for value in values])
    return (0,) * n


def is_uih2(facts: Facts) -> bool:
    """Return whether an input was not needed for any single output (multi-input unsafe)."""
    if len(facts.values_in) < 2 or len(facts.values_out) < 2:  # noqa: PLR2004 - as above
        return False
    rest = sum(facts.values_in) - min(facts.values_in)
    return rest >= max(facts.values_out) + facts.fee_sat


def _fresh(facts: Facts) -> Verdicts:
    if not set(facts.scripts_in).isdisjoint(facts.scripts_out):
        return (0,) * len(facts.values_out)
    return _only([not seen for seen in facts.seen_before])


def _fresh_local(facts: Facts) -> Verdicts:
    if not any(facts.known_payee):
        return (0,) * len(facts.values_out)
    return _only([not known for known in facts.known_payee])


def _fresh_waiting(facts: Facts) -> Verdicts:
    if not set(facts.scripts_in).isdisjoint(facts.scripts_out):
        return (0,) * len(facts.values_out)
    pairs = zip(facts.seen_before, facts.paid_again, strict=True)
    return _only([not (seen or again) for seen, again in pairs])


def _spender(same: Callable[[Marks, Marks], bool | None]) -> Callable[[Facts], Verdicts]:
    """Return the rule that the spender of the change writes as this wallet does."""

    def rule(facts: Facts) -> Verdicts:
        found = [
            None if spender is None else same(facts.marks, spender) for spender in facts.spenders
        ]
        verdicts = [0 if one is None else (1 if one else -1) for one in found]
        if verdicts.count(1) > 1:
            verdicts = [min(one, 0) for one in verdicts]
        return tuple(verdicts)

    return rule


def _same_order(own: Marks, other: Marks) -> bool | None:
    if own.sorted is None or other.sorted is None:
        return None
    return own.sorted == other.sorted


def _same_fee(own: Marks, other: Marks) -> bool | None:
    return None if own.fee is None or other.fee is None else own.fee == other.fee


def _round_fiat(facts: Facts, prices: Sequence[Decimal]) -> Verdicts:
    marks = [any(_is_round(value, price) for price in prices) for value in facts.values_out]
    return _all_but(marks) if len(marks) > 1 else (0,) * len(marks)


def _is_round(value_sat: int, price: Decimal) -> bool:
    amount = Decimal(value_sat) * price / 100_000_000
    for step in FIAT_STEPS:
        nearest = (amount / step).to_integral_value() * step
        # the noise must be far smaller than the step, or everything would be round
        if nearest and abs(amount - nearest) <= amount * RATE_NOISE <= Decimal(step) / 10:
            return True
    return False


RULES: dict[str, Callable[[Facts], Verdicts]] = {
    "direct_reuse": _direct_reuse,
    "script_type": _script_type,
    "round_value": _round_value,
    "precision": _precision,
    "optimal": _optimal,
    "optimal_fee": _optimal_fee,
    "unnecessary_input": _unnecessary_input,
    "fresh": _fresh,
    "fresh_local": _fresh_local,
    "fresh_waiting": _fresh_waiting,
    "spender_version": _spender(lambda own, other: own.version == other.version),
    "spender_lock": _spender(lambda own, other: own.lock == other.lock),
    "spender_sequence": _spender(lambda own, other: own.sequence == other.sequence),
    "spender_kinds": _spender(lambda own, other: own.kinds == other.kinds),
    "spender_order": _spender(_same_order),
    "spender_fee": _spender(_same_fee),
}
