# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that the ledger states about a known world, and whether it is so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from ledger.analysis import Workbench
from ledger.change import OWN_MODEL, prices_on, votes_on
from ledger.change.replaced import read_replacements
from ledger.following import Trail
from ledger.likelihood import AT_SERVICE, CASH_OUT_MODEL, CLUSTER_MODEL, TRAIL_MODEL
from ledger.matching import MATCH_MODEL, Match, Matcher, Matching
from ledger.odds import Odds
from ledger.store import ChainStore
from vestigo.pipeline.calibration_bench.reviews import known_reviews, published_addresses
from vestigo.pipeline.calibration_bench.rules import RuleTruth
from vestigo.pipeline.calibration_bench.wallets import WalletTruth
from vestigo.pipeline.calibration_bench.worlds import NETWORK, KnownWorld
from vestigo.settings import default_settings

MODELS = (OWN_MODEL, TRAIL_MODEL, CASH_OUT_MODEL, CLUSTER_MODEL, MATCH_MODEL)
CHANGE_FROM = 2  # outputs
MATCHING = Matching(before_days=4, after_days=0, tolerance=Decimal("0.02"))


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: the model that gives its probability, its features, whether it holds."""

    model: str
    features: Mapping[str, int]
    holds: bool
    stated: Decimal | None = None

    def probability(self, odds: Odds) -> Decimal:
        """Return what is stated: by the model, or where that is only a part of it, as it is."""
        return odds[self.model].probability(self.features) if self.stated is None else self.stated


class Stated:
    """The statements of one world; ``odds`` give the probabilities that features use."""

    def __init__(self, world: KnownWorld, odds: Odds | None) -> None:
        self._world = world
        self._odds = odds
        settings = default_settings()["ledger"]
        with ChainStore(world.chain, NETWORK) as store:
            self._bench = Workbench.over(store, world.tags, settings, odds)
        index, owners = self._bench.index, world.owners
        self._owner = [owners.get(index.address(n)) for n in range(len(index.scripts))]

    def of(self, model: str) -> Iterator[Statement]:
        """Yield every statement of one kind, in a fixed order."""
        rows: Iterable[tuple[Any, ...]] = {
            OWN_MODEL: self._outputs, TRAIL_MODEL: self._trails,
            CASH_OUT_MODEL: self._cash_outs, CLUSTER_MODEL: self._clusters,
            MATCH_MODEL: self._matches,
        }[model]()  # fmt: skip
        return (Statement(model, *row) for row in rows)

    def _outputs(self) -> Iterator[tuple[Mapping[str, int], bool]]:
        index, own = self._bench.index, self._bench.likelihood.own
        for tx in range(len(index.txids)):
            for output, judged in zip(index.outputs(tx), own.of(tx), strict=False):
                payee = self._owner[int(index.script_of[output])]
                payer = self._owner[int(index.script_of[index.spent_by(tx)[0]])]
                if payee is not None:
                    yield judged.features, payee == payer

    @cached_property
    def _followed(self) -> list[tuple[int, str, list[Trail]]]:
        published = {one["address"] for one in self._world.truth["published_addresses"]}
        starts = (self._bench.script(address) for address in sorted(published))
        return [
            (start, tier, trails)
            for start in starts
            if start is not None
            for tier, trails in self._bench.trails_of(start)
        ]

    def _trails(self) -> Iterator[tuple[Mapping[str, int], bool]]:
        script_of = self._bench.index.script_of
        for start, tier, trails in self._followed:
            for trail in trails:
                outputs = [trail.source, *(output for output, _sat in trail.hops)]
                last = (
                    outputs[-2] if trail.hops and trail.stop.reason in AT_SERVICE else outputs[-1]
                )
                row = self._bench.likelihood.trail_row(trail, tier)
                yield row, self._owner[int(script_of[last])] == self._owner[start]

    def _cash_outs(self) -> Iterator[tuple[Mapping[str, int], bool]]:
        index = self._bench.index
        owners = self._world.owners
        true = {
            (owners[one["start_address"]], one["txid"], one["vout"])
            for one in self._world.truth["cash_outs"]
            if not one["behind_mix"]
        }
        for start, tier, trails in self._followed:
            for arrival in self._bench.arrivals(trails, tier):
                end = arrival.trail.end
                found = self._bench.statements.service_at(int(index.script_of[end]))
                if arrival.trail.stop.reason in AT_SERVICE and found is not None:
                    row = self._bench.likelihood.cash_out_row(arrival.trail, tier, found[1])
                    place = (index.txid(int(index.tx_of[end])), index.vout(end))
                    yield row, (self._owner[start], *place) in true

    def _clusters(self) -> Iterator[tuple[Mapping[str, int], bool]]:
        unions = self._bench.clustering.unions
        for root in unions.roots():
            held = {self._owner[script] for script in unions.members(root)}
            yield self._bench.likelihood.cluster_row(root), len(held) == 1

    @property
    def n_reviews(self) -> int:
        """How many reviews ``of(MATCH_MODEL)`` asks about: each with and without the sum paid."""
        shown = (True, False)
        return sum(len(list(known_reviews(self._world.truth, paid_shown=one))) for one in shown)

    def matches(self, *, paid_shown: bool) -> list[tuple[Match, bool]]:
        """Return every stated match of a review with an output, and whether it is right."""
        index = self._bench.index
        published = {
            vendor: frozenset(
                script for a in addresses if (script := self._bench.script(a)) is not None
            )
            for vendor, addresses in published_addresses(self._world.truth).items()
        }
        known = list(known_reviews(self._world.truth, paid_shown=paid_shown))
        right = {one.review: one.payment_txid for one in known}
        matcher = Matcher(index, self._world.rates, MATCHING, published, self._odds)
        return [
            (match, index.txid(int(index.tx_of[match.output])) == right[match.review])
            for match in matcher.match([one.review for one in known])
        ]

    def compare_wallets(self, wallets: WalletTruth) -> None:
        """Add the clusters of this world to those that are compared with who holds what."""
        index, unions = self._bench.index, self._bench.clustering.unions
        labels = [(unions.find(script), owner) for script, owner in enumerate(self._owner) if owner]
        joins = [
            (index.txid(edge.tx), str(self._owner[edge.a]), str(self._owner[edge.b]))
            for root in unions.roots()
            for edge in unions.edges(root)
        ]
        mixes = [one["txid"] for one in self._world.truth["mixes"]]
        wallets.add(self._world.name, labels, joins, mixes)

    def compare_rules(self, rules: RuleTruth) -> None:
        """Add the votes of every change rule on the payments of this world."""
        index, reader = self._bench.index, self._bench.likelihood.reader
        seen = read_replacements(self._world.mempool) if self._world.mempool else None
        for tx in range(len(index.txids)):
            facts = reader.of(tx)
            if facts is None or len(facts.values_out) < CHANGE_FROM:
                continue
            payer = self._owner[int(index.script_of[index.spent_by(tx)[0]])]
            payees = [self._owner[int(index.script_of[output])] for output in index.outputs(tx)]
            day = datetime.fromtimestamp(int(index.seconds[tx]), UTC).date()
            prices = prices_on(self._world.rates, day)
            shrunk = seen.shrunk(index.txid(tx), facts) if seen else ()
            own = [None if payee is None else payee == payer for payee in payees]
            rules.add(votes_on(facts, shrunk, prices), own)

    def _matches(self) -> Iterator[tuple[Mapping[str, int], bool, Decimal]]:
        for paid_shown in (True, False):
            for match, holds in self.matches(paid_shown=paid_shown):
                yield match.features, holds, match.posterior
