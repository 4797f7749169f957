# SPDX-License-Identifier: AGPL-3.0-or-later
"""The analysis of a case: clusters, traces and cash-out points from start addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from ledger.change import FactsReader
from ledger.citing import Citations, Keep, keep_nothing
from ledger.clustering import Clustering, cluster_multi_input
from ledger.deposits import Deposits
from ledger.following import Arrival, Follower, Questions, Trail
from ledger.index import ChainIndex
from ledger.judging import Judge
from ledger.likelihood import CLUSTER_MODEL, TRAIL_MODEL, Likelihood
from ledger.odds import Odds, shipped_odds
from ledger.services import Services, service_key, service_tags
from ledger.stating import Statements
from ledger.store import ChainStore
from ledger.taint import ORDERED_METHODS
from vestigo.errors import ConfigurationError, InputError
from vestigo.i18n import _
from vestigo.identifiers.bitcoin import decode_address
from vestigo.records import CashOutPoint, Cluster, Tag, Trace

OUTPOINT = re.compile(r"([0-9a-f]{64}):(\d{1,9})")


@dataclass(frozen=True, slots=True)
class RefusedJoin:
    """A union that the collapse guard refused: ``reason`` is service_tags or size."""

    txid: str
    address_a: str
    address_b: str
    reason: str


class Followed(NamedTuple):
    """The trails of a start script under one tier; ``sources`` are the records that name it."""

    start: int
    tier: str
    trails: list[Trail]
    sources: Sequence[str]


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that an analysis states, in a fixed order.

    ``at_height`` is the last block that counted, as in ``Trace``.
    """

    clusters: tuple[Cluster, ...]
    traces: tuple[Trace, ...]
    cash_outs: tuple[CashOutPoint, ...]
    n_transactions: int
    refused: tuple[RefusedJoin, ...]
    at_height: int | None


def analyse(
    chain_folder: Path,
    network: str,
    start_addresses: Sequence[str],
    tags: Sequence[Tag],
    settings: Mapping[str, Any],
    sources: Mapping[str, tuple[str, ...]],
    *,
    outputs: Sequence[str] = (),
    at_height: int | None = None,
    keep: Keep = keep_nothing,
) -> Analysis:
    """Follow the money from ``start_addresses`` over the ingested chain.

    ``keep`` gets all records of the analysis as soon as each is made, what is cited before
    what cites.

    ``settings`` is the ``ledger`` section; ``sources`` gives, by start address or output
    (``txid:vout``), the ids of the records that name it; ``outputs`` are followed by
    themselves; ``at_height`` leaves out later blocks.  Raises ``InputError`` E-LED-001/002 for
    a start that is no address of
    ``network``, E-LED-081 for an output that the chain lacks, ``ConfigurationError``
    E-LED-030 for an accounting method that has no paths.
    """
    _refuse_accounting(str(settings["accounting"]))
    with ChainStore(chain_folder, network, at_height=at_height) as store:
        work = Workbench.over(store, tags, settings, keep=keep)
        followed = [
            one
            for address in sorted(set(start_addresses))
            for one in work.follow_from(address, sources.get(address, ()))
        ]
        for name in sorted(set(outputs)):
            followed += work.follow_output(work.named_output(name), sources.get(name, ()))
        work.state(followed)
        return work.result()


class Workbench:
    """The chain of a case made ready for analysis."""

    def __init__(
        self,
        index: ChainIndex,
        clustering: Clustering,
        services: Services,
        citations: Citations,
        likelihood: Likelihood,
        settings: Mapping[str, Any],
        keep: Keep = keep_nothing,
    ) -> None:
        self.index = index
        self.clustering = clustering
        self.services = services
        self.likelihood = likelihood
        self._settings = settings
        self._citations = citations
        self._keep = keep
        self.deposits = Deposits(index, services, int(settings["deposit_sweep_hours"]))
        self.statements = Statements(
            index, clustering.unions, services, self.deposits, citations, likelihood, settings
        )
        self._traces: dict[str, Trace] = {}
        self._cash_outs: list[CashOutPoint] = []
        self._touched: set[int] = set()

    @classmethod
    def over(
        cls,
        store: ChainStore,
        tags: Iterable[Tag],
        settings: Mapping[str, Any],
        odds: Odds | None = None,
        without: Iterable[str] = (),
        keep: Keep = keep_nothing,
    ) -> Workbench:
        """Return the workbench over everything in the store.

        ``odds`` replace the shipped ones; transactions ``without`` (ids) join nothing; ``keep``
        gets every record that is made.
        """
        index = ChainIndex.load(store)
        tagged = service_tags(index, list(tags), settings)
        keys = {
            script: frozenset(service_key(tag) for tag in found) for script, found in tagged.items()
        }
        left_out = transaction_numbers(index, without)
        clustering = cluster_multi_input(index, keys, int(settings["large_cluster"]), left_out)
        services = Services(clustering, tagged)
        reader = FactsReader(store, index, int(settings["waiting_hours"]))
        likelihood = Likelihood(index, clustering, reader, odds or shipped_odds())
        citations = Citations(store, index, keep)
        return cls(index, clustering, services, citations, likelihood, settings, keep)

    def script(self, address: str) -> int | None:
        """Return the number of an address's script, or None where the chain lacks it."""
        raw = decode_address(address, self.index.network).script
        return self.index.script_number.get(raw)

    def numbers_of(self, txids: Iterable[str]) -> frozenset[int]:
        """Return the numbers of transactions; ids that the chain lacks are left out."""
        return transaction_numbers(self.index, txids)

    def output_at(self, txid: str, vout: int) -> int | None:
        """Return the number of an output, or None where the chain lacks it."""
        found = next(iter(self.numbers_of([txid])), None)
        outputs = range(0) if found is None else self.index.outputs(found)
        return next((output for output in outputs if self.index.vout(output) == vout), None)

    def named_output(self, text: str) -> int:
        """Return the number of the output ``TXID:VOUT``; ``InputError`` E-LED-081 for none."""
        found = OUTPOINT.fullmatch(text.strip().lower())
        number = self.output_at(found[1], int(found[2])) if found else None
        if number is None:
            raise InputError(
                "E-LED-081",
                _("This is no output of an ingested transaction."),
                where=text,
                remedy=_("Give the transaction id, a colon, and the number of the output."),
            )
        return number

    def output_name(self, output: int) -> str:
        """Return ``txid:vout`` of an output."""
        return f"{self.index.txid(int(self.index.tx_of[output]))}:{self.index.vout(output)}"

    def questions(self, outputs: Sequence[int]) -> Questions:
        """Return where trails stop that begin in ``outputs``."""
        wallet = {int(self.index.script_of[output]) for output in outputs}
        judge = Judge(self.index, self.services, self.deposits, self._settings, wallet)
        return judge.questions()

    def one_owner(self, script: int) -> Decimal | None:
        """Return how likely the cluster of a script has one owner; None for a single script."""
        if self.clustering.unions.size(script) < 2:  # noqa: PLR2004 - nothing was joined
            return None
        row = self.likelihood.cluster_row(script)
        return self.likelihood.odds[CLUSTER_MODEL].probability(row)

    def trace_from(self, address: str, sources: Sequence[str]) -> None:
        """Add the traces of one address and, where they end elsewhere, of its wallet cluster."""
        self.state(self.follow_from(address, sources))

    def follow_from(self, address: str, sources: Sequence[str]) -> list[Followed]:
        """Return what ``trace_from`` states, not stated yet; nothing where the chain lacks it."""
        start = self.script(address)
        if start is None:
            return []
        return [Followed(start, tier, trails, sources) for tier, trails in self.trails_of(start)]

    def follow_output(self, output: int, sources: Sequence[str]) -> list[Followed]:
        """Return the trails of one output (a number of the index), and of nothing else."""
        start = int(self.index.script_of[output])
        return [Followed(start, "start", self._follow([output], [start]), sources)]

    def state(self, followed: Sequence[Followed]) -> None:
        """Add the traces and cash-outs of trails; what they cite is read first, in chain order."""
        tx_of, unions = self.index.tx_of, self.clustering.unions
        trails = [trail for one in followed for trail in one.trails]
        touched = {one.start for one in followed}
        touched.update(int(self.index.script_of[o]) for trail in trails for o in trail.outputs)
        touched.update(script for trail in trails for script in self._swept_into(trail))
        cited = {int(tx_of[output]) for trail in trails for output in trail.outputs}
        for root in {unions.find(script) for script in touched}:
            cited.update(unions.transactions(root))
        self._citations.cite_all(cited)
        self._touched |= touched
        for one in followed:
            self._state(*one)

    def trails_of(self, start: int) -> list[tuple[str, list[Trail]]]:
        """Return the trails of a script by tier: its own, and those that only its wallet has."""
        wallet = self.clustering.unions.members(start)
        if self.services.of(start) is not None:
            wallet = [start]
        own = self._follow(self.index.outputs_to(start), wallet)
        tiers = [("start", own)]
        if len(wallet) > 1:
            seen = {trail.end for trail in own}
            outputs = [output for script in wallet for output in self.index.outputs_to(script)]
            others = [trail for trail in self._follow(outputs, wallet) if trail.end not in seen]
            tiers.append(("wallet", others))
        return tiers

    def arrivals(self, trails: Iterable[Trail], tier: str) -> list[Arrival]:
        """Return, for each output in which trails end, the likeliest trail and the sum."""
        by_end: dict[int, list[Trail]] = {}
        for trail in trails:
            by_end.setdefault(trail.end, []).append(trail)
        return [self._arrival(by_end[end], tier) for end in sorted(by_end)]

    def _arrival(self, trails: Sequence[Trail], tier: str) -> Arrival:
        sats = [trail.hops[-1][1] if trail.hops else int(self.index.value_sat[trail.end])
                for trail in trails]  # fmt: skip
        return Arrival(trails[self._likeliest(trails, sats, tier)], sum(sats), len(trails))

    def _likeliest(self, trails: Sequence[Trail], sats: Sequence[int], tier: str) -> int:
        """Return the number of the likeliest trail; of like ones it brings most, or is first."""
        if len(trails) == 1:
            return 0
        model = self.likelihood.odds[TRAIL_MODEL]
        chances = [model.log_odds(self.likelihood.trail_row(trail, tier)) for trail in trails]
        return max(range(len(trails)), key=lambda n: (chances[n], sats[n], -n))

    def result(self) -> Analysis:
        """Return all records that were made, in a fixed order."""
        unions = self.clustering.unions
        roots = sorted({unions.find(script) for script in self._touched})
        roots = [root for root in roots if unions.size(root) > 1]
        clusters = self.statements.clusters(roots)
        clusters.sort(key=lambda cluster: cluster.addresses)
        for cluster in clusters:
            self._keep(cluster.written())
        return Analysis(
            clusters=tuple(clusters),
            traces=tuple(self._traces.values()),
            cash_outs=tuple(self._cash_outs),
            n_transactions=len(self._citations),
            refused=tuple(self._refused()),
            at_height=self.index.reaches(),
        )

    def _follow(self, outputs: Sequence[int], wallet: Sequence[int]) -> list[Trail]:
        judge = Judge(self.index, self.services, self.deposits, self._settings, wallet)
        follower = Follower(
            self.index,
            judge.questions(),
            str(self._settings["accounting"]),
            int(self._settings["max_hops"]),
            int(self._settings["dust_sat"]),
        )
        return follower.follow(outputs)

    def _state(
        self, start: int, tier: str, trails: Sequence[Trail], sources: Sequence[str]
    ) -> None:
        made: dict[Trail, Trace] = {}
        for trail in trails:
            made[trail] = trace = self.statements.trace(start, trail, tier, sources)
            self._keep(trace.written())
            self._traces[trace.record_id] = trace
        for arrival in self.arrivals(trails, tier):
            point = self.statements.cash_out(arrival, made[arrival.trail], tier)
            if point is not None:
                self._keep(point.written())
                self._cash_outs.append(point)

    def _swept_into(self, trail: Trail) -> set[int]:
        """Return the scripts that a deposit candidate is emptied into: their cluster is cited."""
        if trail.stop.reason != "deposit_candidate":
            return set()
        pattern = self.deposits.of(int(self.index.script_of[trail.end]))
        outputs = (o for tx in (pattern.sweeps if pattern else ()) for o in self.index.outputs(tx))
        return {int(self.index.script_of[output]) for output in outputs}

    def _refused(self) -> Iterable[RefusedJoin]:
        for refused in self.clustering.refused:
            tx, a, b = refused.edge
            yield RefusedJoin(
                self.index.txid(tx), self.index.address(a), self.index.address(b), refused.reason
            )


def transaction_numbers(index: ChainIndex, txids: Iterable[str]) -> frozenset[int]:
    """Return the numbers of transactions (ids as displayed); unknown ids are left out."""
    wanted = {txid.lower() for txid in txids}
    if not wanted:
        return frozenset()
    return frozenset(tx for tx in range(len(index.txids)) if index.txid(tx) in wanted)


def _refuse_accounting(accounting: str) -> None:
    if accounting not in ORDERED_METHODS:
        raise ConfigurationError(
            "E-LED-030",
            _("The accounting method “{name}” gives no paths.").format(name=accounting),
            where="[ledger] accounting",
            remedy=_("Use one of: {names}.").format(names=", ".join(sorted(ORDERED_METHODS))),
        )
