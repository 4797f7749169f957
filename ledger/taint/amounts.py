# SPDX-License-Identifier: AGPL-3.0-or-later
"""Methods that look at the sum of taint that comes in.

All but poison keep every satoshi: taint out + taint in the fee = taint in, and no
output gets more taint than value.  Outputs are in index order; the fee stands last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class TaintSpread(NamedTuple):
    """The tainted satoshi of each output and of the fee."""

    outputs: tuple[int, ...]
    fee: int


def poison(values_in: Sequence[int], taint: int, values_out: Sequence[int]) -> TaintSpread:
    """Taint everything when anything is tainted."""
    fee = _fee(values_in, taint, values_out)
    return TaintSpread(tuple(values_out), fee) if taint else TaintSpread((0,) * len(values_out), 0)


def haircut(values_in: Sequence[int], taint: int, values_out: Sequence[int]) -> TaintSpread:
    """Give every output and the fee their share; remainders go by largest fraction, then index."""
    parts = (*values_out, _fee(values_in, taint, values_out))
    total = sum(values_in)
    if not total:
        return TaintSpread((0,) * len(values_out), 0)
    shares = [value * taint // total for value in parts]
    by_fraction = sorted(range(len(parts)), key=lambda i: (-(parts[i] * taint % total), i))
    for i in by_fraction[: taint - sum(shares)]:
        shares[i] += 1
    return TaintSpread(tuple(shares[:-1]), shares[-1])


def seniority(values_in: Sequence[int], taint: int, values_out: Sequence[int]) -> TaintSpread:
    """Fill the outputs from the first, the fee last."""
    return _filled(values_in, taint, values_out, range(len(values_out)))


def juniority(values_in: Sequence[int], taint: int, values_out: Sequence[int]) -> TaintSpread:
    """Fill the outputs from the last to the first, the fee last."""
    return _filled(values_in, taint, values_out, reversed(range(len(values_out))))


def tiho(values_in: Sequence[int], taint: int, values_out: Sequence[int]) -> TaintSpread:
    """Taint in, highest out: fill by value, the largest first (ties by index), the fee last."""
    order = sorted(range(len(values_out)), key=lambda i: (-values_out[i], i))
    return _filled(values_in, taint, values_out, order)


AmountMethod = Callable[[Sequence[int], int, Sequence[int]], TaintSpread]
AMOUNT_METHODS: dict[str, AmountMethod] = {
    "poison": poison,
    "haircut": haircut,
    "seniority": seniority,
    "juniority": juniority,
    "tiho": tiho,
}


def _filled(
    values_in: Sequence[int], taint: int, values_out: Sequence[int], order: Iterable[int]
) -> TaintSpread:
    _fee(values_in, taint, values_out)
    left, outputs = taint, [0] * len(values_out)
    for i in order:
        outputs[i] = min(left, values_out[i])
        left -= outputs[i]
    return TaintSpread(tuple(outputs), left)


def _fee(values_in: Sequence[int], taint: int, values_out: Sequence[int]) -> int:
    fee = sum(values_in) - sum(values_out)
    if fee < 0 or not 0 <= taint <= sum(values_in) or min((*values_in, *values_out, 0)) < 0:
        raise ValueError("more goes out, or is tainted, than comes in")
    return fee
