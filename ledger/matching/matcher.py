# SPDX-License-Identifier: AGPL-3.0-or-later
"""From candidates to posteriors (``ledger.match.v1``).

What speaks for a candidate: how few others stand in its box, how many the same box holds
when it is moved in time (chance), how near the amount is, and whether it, or what spends
it, pays an address that covers the vendor's other reviews or that the vendor published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.index import NONE, ChainIndex
from ledger.matching.candidates import Boxes, Candidate, Matching, Review
from ledger.matching.cover import Cover, greedy_cover
from ledger.odds import Odds
from vestigo.rates import RateTable
from vestigo.records import probability

MATCH_MODEL = "match"
RULE = "ledger.match.v1"
MOST_STATED = 20
FOUR_PLACES = Decimal("0.0001")
RELEASE_OUTPUTS = 3  # an escrow release pays the vendor, the market and little else
NEAR, NEARER = Decimal("0.002"), Decimal("0.00001")
Features = dict[str, int]


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate of a review, what speaks for it, and its posterior."""

    review: Review
    output: int
    features: Mapping[str, int]
    posterior: Decimal
    n_candidates: int
    chance_mean: Decimal


class Matcher:
    """Matches the reviews of vendors with outputs of the chain."""

    def __init__(
        self,
        index: ChainIndex,
        rates: RateTable | None,
        matching: Matching,
        published: Mapping[str, frozenset[int]],
        odds: Odds | None,
    ) -> None:
        self._index = index
        self._boxes = Boxes(index, rates, matching)
        self._shifts = matching.shifts_days
        self._published = published
        self._odds = odds

    def match(self, reviews: Sequence[Review]) -> list[Match]:
        """Return the likeliest candidates of each review, the review's order kept."""
        found = {review: self._boxes.candidates(review) for review in reviews}
        covers = self._covers(found)
        matches: list[Match] = []
        for review in reviews:
            matches += self._judge(review, found[review], covers[review.vendor])
        return matches

    def _covers(self, found: Mapping[Review, Sequence[Candidate]]) -> dict[str, Cover]:
        """Return, per vendor, which addresses cover which of its reviews, greedily."""
        sellers: dict[int, Counter[str]] = {}
        reached: dict[str, dict[Review, set[int]]] = {}
        for review, candidates in found.items():
            scripts = {s for one in candidates for s in self._reaches(one.output)}
            reached.setdefault(review.vendor, {})[review] = scripts
            for script in scripts:
                sellers.setdefault(script, Counter())[review.vendor] += 1
        return {
            vendor: greedy_cover(by_review, _own_scripts(vendor, sellers))
            for vendor, by_review in reached.items()
        }

    def _reaches(self, output: int) -> set[int]:
        """Return the scripts that an output pays, itself or through a release of escrow."""
        index = self._index
        reached = {int(index.script_of[output])}
        spender = int(index.spender[output])
        if spender != NONE:
            outputs = index.outputs(spender)
            if len(outputs) <= RELEASE_OUTPUTS and len(index.spent_by(spender)) == 1:
                reached |= {int(index.script_of[other]) for other in outputs}
        return reached

    def _judge(self, review: Review, found: Sequence[Candidate], cover: Cover) -> list[Match]:
        chance = [len(self._boxes.candidates(review, shift)) for shift in self._shifts]
        mean = Decimal(sum(chance)) / len(chance)
        rows = [self._features(review, one, len(found), mean, cover) for one in found]
        released = sum("released_to_published" in row for row in rows)
        for row in rows:
            if released > row.get("released_to_published", 0):
                row["others_released"] = 1
        posteriors = self._posteriors(rows)
        matches = [
            Match(review, one.output, row, posterior, len(found), mean.quantize(FOUR_PLACES))
            for one, row, posterior in zip(found, rows, posteriors, strict=True)
        ]
        matches.sort(key=lambda one: (-one.posterior, one.output))
        return matches[:MOST_STATED]

    def _features(
        self, review: Review, one: Candidate, n: int, mean: Decimal, cover: Cover
    ) -> Features:
        index = self._index
        reached = self._reaches(one.output)
        published = self._published.get(review.vendor, frozenset())
        others = cover.others(reached, review)
        direct = int(index.script_of[one.output]) in published
        row = {
            "paid_price": int(review.is_paid_price),
            "alone": int(n == 1),
            "few": int(1 < n <= 3),  # noqa: PLR2004 - a handful that one can look through
            "chance_none": int(mean == 0),
            "chance_below_1": int(0 < mean < 1),
            "exact": int(one.error <= NEARER),
            "near": int(NEARER < one.error <= NEAR),
            "pays_published": int(direct),
            "released_to_published": int(not direct and bool(reached & published)),
            "covers_others": int(others > 0),
            "covers_many": int(others > 1),
            "escrow_like": int(len(reached) > 1),
            "paid_before": int(index.outputs_to(int(index.script_of[one.output]))[0] < one.output),
        }
        return {name: value for name, value in row.items() if value}

    def _posteriors(self, rows: Sequence[Features]) -> list[Decimal]:
        """Return the posteriors of all candidates of one review: at most one is right."""
        if self._odds is None:
            return [probability(0)] * len(rows)
        model = self._odds[MATCH_MODEL]
        found = [model.probability(row) for row in rows]
        total = max(sum(found, Decimal(0)), Decimal(1))
        return [probability(one / total) for one in found]


def _own_scripts(vendor: str, sellers: Mapping[int, Counter[str]]) -> frozenset[int]:
    """Return the scripts that are met mostly in this vendor's reviews (no market's fees)."""
    return frozenset(
        script for script, counts in sellers.items() if 2 * counts[vendor] > sum(counts.values())
    )
