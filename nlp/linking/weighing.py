# SPDX-License-Identifier: AGPL-3.0-or-later
"""From levels to a probability: an explicit Fellegi-Sunter sum with stated limits.

Weights are log2(m/u) in bits.  Of the signals of one group (they say nearly the same
thing) the one that speaks most for one party counts in full and others that speak for it
with the share ``groups.also``; where none speaks for it, only the one that speaks most
against counts.  What anybody can copy (names, wording,
titles, habits, pictures) cannot carry the odds beyond ``limits.copied``, for impostors
exist; with contacts not beyond ``limits.contact``; a different key without a signed
change not beyond ``limits.different_key``.  What a limit takes away is shown as the
signal ``limit``; ``prior`` is a signal too, so that the weights add up to the log-odds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from nlp.linking.comparing import Reading
from nlp.linking.table import MISSING, SIGNAL_NAMES, Table

PRIOR, LIMIT = "prior", "limit"
MOST_BITS = 100.0
LEFT = 0.01


@dataclass(frozen=True, slots=True)
class Weighed:
    """One signal of one pair: its level and the bits that it adds."""

    name: str
    level: str
    weight: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The signals of one pair (prior and limit among them), probability and band."""

    signals: tuple[Weighed, ...]
    probability: float
    band: str


def weigh(readings: Mapping[str, Reading], n_accounts: int, table: Table) -> Verdict:
    """Return what the levels of one pair amount to in an input of ``n_accounts``."""
    raw = [
        _weighed(name, reading, table)
        for name in SIGNAL_NAMES
        if (reading := readings[name]).level != MISSING
    ]
    counted = _once_a_group(raw, table)
    sums = {"copyable": 0.0, "contact": 0.0, "key": 0.0}
    for item in counted:
        sums[table.signals[item.name].tier] += item.weight
    prior = table.prior(n_accounts)
    copied = limited(prior + sums["copyable"], table.copied_limit)
    reached = limited(copied + sums["contact"], table.contact_limit)
    total = reached + sums["key"]
    if readings["pgp_key"].level == "different":
        total = limited(total, table.different_key_limit)
    taken = total - prior - sum(sums.values())
    probability = calibrated(total, table)
    signals = (Weighed(PRIOR, str(max(n_accounts, table.least_accounts)), prior), *counted)
    if round(taken, 2):
        signals = (*signals, Weighed(LIMIT, _why(readings), taken))
    return Verdict(signals, probability, table.band(probability))


def limited(bits: float, limit: float) -> float:
    """Return log-odds held near those of the probability ``limit``.

    1/odds' = 1/odds + 1/limit: a world in which a share of such pairs is copied.  A
    hundredth of what is taken away stays, so that of two pairs at the limit the one for
    which more speaks still comes first.
    """
    most = math.log2(limit / (1 - limit))
    bits = max(-MOST_BITS, min(bits, MOST_BITS))
    held = -math.log2(2.0**-bits + 2.0**-most)
    return held + LEFT * (bits - held)


def calibrated(bits: float, table: Table) -> float:
    """Return the probability of log-odds ``bits`` under the published calibration."""
    exponent = max(-MOST_BITS, min(table.intercept + table.slope * bits, MOST_BITS))
    probability: float = 1 / (1 + 2.0**-exponent)
    return probability


def _weighed(name: str, reading: Reading, table: Table) -> Weighed:
    signal = table.signals[name]
    if reading.score is not None:
        level, weight = signal.graded(reading.score)
        return Weighed(name, level, weight)
    return Weighed(name, reading.level, signal.weight(reading.level))


def _once_a_group(raw: list[Weighed], table: Table) -> list[Weighed]:
    """Return the signals as they count next to the others of their group."""
    loudest: dict[str, Weighed] = {}
    for item in raw:
        group = table.signals[item.name].group
        if group not in loudest or _louder(item, loudest[group]):
            loudest[group] = item
    reached = {f"{item.name}:{item.level}" for item in raw}
    return [
        Weighed(item.name, item.level, item.weight * _share(item, loudest, reached, table))
        for item in raw
    ]


def _share(item: Weighed, loudest: Mapping[str, Weighed], reached: set[str], table: Table) -> float:
    """Return with which share of its weight a signal counts."""
    signal = table.signals[item.name]
    if item.weight > 0 and signal.unless in reached:
        return 0.0
    if loudest[signal.group] is item:
        return 1.0
    return table.also if item.weight > 0 else 0.0


def _louder(item: Weighed, known: Weighed) -> bool:
    """Whether ``item`` speaks more for one party, or, where none does, more against."""
    if item.weight > 0 or known.weight > 0:
        return item.weight > known.weight
    return item.weight < known.weight


def _why(readings: Mapping[str, Reading]) -> str:
    return "different_key" if readings["pgp_key"].level == "different" else "can_be_copied"
