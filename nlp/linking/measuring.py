# SPDX-License-Identifier: AGPL-3.0-or-later
"""How good the linking is where the truth is known: ranks, bands, calibration.

Every printed line (an account and one of its at most ten candidates) counts as one
statement; the Brier skill compares it with saying the base rate each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nlp.linking.handles import plain_name
from nlp.linking.linking import Pair
from nlp.linking.profile import Profile

N_BINS = 10
BANDS = ("strong", "possible", "weak")


@dataclass(slots=True)
class Measured:
    """Statements of several inputs, added up."""

    n_accounts: int = 0
    n_asked: int = 0
    n_first: int = 0
    n_other_name: int = 0
    n_other_name_first: int = 0
    statements: list[tuple[float, bool, str, bool]] = field(default_factory=list)
    relations: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(
        self,
        profiles: Sequence[Profile],
        found: Sequence[Sequence[Pair]],
        parties: Sequence[str],
        relations: dict[frozenset[str], str] | None = None,
    ) -> None:
        """Add one input: ``parties`` names the true party of each profile.

        ``relations`` names pairs of ids whose bands are counted apart.
        """
        self.n_accounts += len(profiles)
        members = Counter(parties)
        for one, pairs in enumerate(found):
            right = [parties[pair.other] == parties[one] for pair in pairs]
            if members[parties[one]] > 1:
                self._asked(profiles, parties, one, bool(right) and right[0])
            self.statements += [
                (float(pair.probability), hit, pair.verdict.band, place == 0)
                for place, (pair, hit) in enumerate(zip(pairs, right, strict=True))
            ]
            self._relate(profiles, one, pairs, relations or {})

    def _asked(
        self, profiles: Sequence[Profile], parties: Sequence[str], one: int, first: bool
    ) -> None:
        own = plain_name(profiles[one].handle)
        names = [
            plain_name(profile.handle)
            for number, profile in enumerate(profiles)
            if parties[number] == parties[one] and number != one
        ]
        self.n_asked += 1
        self.n_first += first
        if own not in names:
            self.n_other_name += 1
            self.n_other_name_first += first

    def _relate(
        self,
        profiles: Sequence[Profile],
        one: int,
        pairs: Sequence[Pair],
        relations: dict[frozenset[str], str],
    ) -> None:
        bands = {profiles[pair.other].id: pair.verdict.band for pair in pairs}
        for pair_ids, relation in relations.items():
            if profiles[one].id in pair_ids:
                (other,) = pair_ids - {profiles[one].id}
                self.relations[relation, bands.get(other, "not_among_ten")] += 1

    def figures(self) -> dict[str, Any]:
        """Return the figures; shares as strings with four places, None where nothing counts."""
        first_only = [item for item in self.statements if item[3]]
        return {
            "accounts": self.n_accounts,
            "asked": self.n_asked,
            "top1": _share(self.n_first, self.n_asked),
            "other_name_asked": self.n_other_name,
            "other_name_top1": _share(self.n_other_name_first, self.n_other_name),
            "bands": {band: self._band(band) for band in BANDS},
            "all_lines": calibration(self.statements),
            "first_lines": calibration(first_only),
            "relations": self._relations(),
        }

    def _band(self, band: str) -> dict[str, Any]:
        hits = [hit for _p, hit, name, _first in self.statements if name == band]
        return {"lines": len(hits), "right": sum(hits), "precision": _share(sum(hits), len(hits))}

    def _relations(self) -> dict[str, dict[str, int]]:
        told: dict[str, dict[str, int]] = {}
        for (relation, band), n in sorted(self.relations.items()):
            told.setdefault(relation, {})[band] = n
        return told


def calibration(statements: Sequence[tuple[float, bool, str, bool]]) -> dict[str, Any]:
    """Return expected calibration error, Brier score and skill, and the reliability bins."""
    n = len(statements)
    if not n:
        return {"lines": 0, "ece": None, "brier": None, "brier_skill": None, "bins": []}
    base = sum(hit for _p, hit, _b, _f in statements) / n
    brier = sum((p - hit) ** 2 for p, hit, _b, _f in statements) / n
    bins: list[list[tuple[float, bool]]] = [[] for _bin in range(N_BINS)]
    for p, hit, _band, _first in statements:
        bins[min(int(p * N_BINS), N_BINS - 1)].append((p, hit))
    rows = [_bin(number, found) for number, found in enumerate(bins) if found]
    ece = sum(abs(sum(p - hit for p, hit in found)) for found in bins) / n
    constant = base * (1 - base)
    return {
        "lines": n,
        "base_rate": _four(base),
        "ece": _four(ece),
        "brier": _four(brier),
        "brier_skill": _four(1 - brier / constant) if constant else None,
        "bins": rows,
    }


def _bin(number: int, found: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    n = len(found)
    return {
        "from": _four(number / N_BINS),
        "lines": n,
        "said": _four(sum(p for p, _hit in found) / n),
        "seen": _four(sum(hit for _p, hit in found) / n),
    }


def _share(part: int, whole: int) -> str | None:
    return _four(part / whole) if whole else None


def _four(value: float) -> str:
    return f"{value:.4f}"
