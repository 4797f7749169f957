# SPDX-License-Identifier: AGPL-3.0-or-later
"""The analysis of a case: clusters, traces and cash-out points from start addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.citing import Citations
from ledger.clustering import Clustering, cluster_multi_input
from ledger.deposits import Deposits
from ledger.following import Follower, Trail
from ledger.index import ChainIndex
from ledger.judging import Judge
from ledger.services import Services, service_key, service_tags
from ledger.stating import Statements
from ledger.store import ChainStore
from ledger.taint import ORDERED_METHODS
from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.identifiers.bitcoin import decode_address
from vestigo.records import CashOutPoint, Cluster, Tag, Trace, Transaction


@dataclass(frozen=True, slots=True)
class RefusedJoin:
    """A union that the collapse guard refused: ``reason`` is service_tags or size."""

    txid: str
    address_a: str
    address_b: str
    reason: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that an analysis states, in a fixed order."""

    clusters: tuple[Cluster, ...]
    traces: tuple[Trace, ...]
    cash_outs: tuple[CashOutPoint, ...]
    transactions: tuple[Transaction, ...]
    refused: tuple[RefusedJoin, ...]


def analyse(
    chain_folder: Path,
    network: str,
    start_addresses: Sequence[str],
    tags: Sequence[Tag],
    settings: Mapping[str, Any],
    sources: Mapping[str, tuple[str, ...]],
) -> Analysis:
    """Follow the money from ``start_addresses`` over the ingested chain.

    ``settings`` is the ``ledger`` section; ``sources`` gives, by start address, the ids
    of the records that name it.  Raises ``InputError`` E-LED-001/002 for a start that is
    no address of ``network``, ``ConfigurationError`` E-LED-030 for an accounting method
    that has no paths.
    """
    _refuse_accounting(str(settings["accounting"]))
    with ChainStore(chain_folder, network) as store:
        work = Workbench.over(store, tags, settings)
        for address in sorted(set(start_addresses)):
            work.trace_from(address, sources.get(address, ()))
        return work.result()


class Workbench:
    """The chain of a case made ready for analysis."""

    def __init__(
        self,
        index: ChainIndex,
        clustering: Clustering,
        services: Services,
        citations: Citations,
        settings: Mapping[str, Any],
    ) -> None:
        self.index = index
        self.clustering = clustering
        self.services = services
        self._settings = settings
        self._citations = citations
        self._deposits = Deposits(index, services, int(settings["deposit_sweep_hours"]))
        self._statements = Statements(
            index, clustering.unions, services, self._deposits, citations, settings
        )
        self._traces: dict[str, Trace] = {}
        self._cash_outs: list[CashOutPoint] = []
        self._touched: set[int] = set()

    @classmethod
    def over(cls, store: ChainStore, tags: Iterable[Tag], settings: Mapping[str, Any]) -> Workbench:
        """Return the workbench over everything in the store."""
        index = ChainIndex.load(store)
        tagged = service_tags(index, list(tags), settings)
        keys = {
            script: frozenset(service_key(tag) for tag in found) for script, found in tagged.items()
        }
        clustering = cluster_multi_input(index, keys, int(settings["large_cluster"]))
        services = Services(clustering, tagged)
        return cls(index, clustering, services, Citations(store, index), settings)

    def script(self, address: str) -> int | None:
        """Return the number of an address's script, or None where the chain lacks it."""
        raw = decode_address(address, self.index.network).script
        return self.index.script_number.get(raw)

    def trace_from(self, address: str, sources: Sequence[str]) -> None:
        """Add the traces of one address and, where they end elsewhere, of its wallet cluster."""
        start = self.script(address)
        if start is None:
            return
        wallet = self.clustering.unions.members(start)
        if self.services.of(start) is not None:
            wallet = [start]
        own = self._follow([start], wallet)
        self._state(start, own, "start", sources)
        if len(wallet) > 1:
            seen = {trail.end for trail in own}
            others = [trail for trail in self._follow(wallet, wallet) if trail.end not in seen]
            self._state(start, others, "wallet", sources)

    def result(self) -> Analysis:
        """Return all records that were made, in a fixed order."""
        unions = self.clustering.unions
        roots = sorted({unions.find(script) for script in self._touched})
        clusters = tuple(self._statements.cluster(root) for root in roots if unions.size(root) > 1)
        return Analysis(
            clusters=tuple(sorted(clusters, key=lambda cluster: cluster.addresses)),
            traces=tuple(self._traces.values()),
            cash_outs=tuple(self._cash_outs),
            transactions=self._citations.records(),
            refused=tuple(self._refused()),
        )

    def _follow(self, scripts: Sequence[int], wallet: Sequence[int]) -> list[Trail]:
        judge = Judge(self.index, self.services, self._deposits, self._settings, wallet)
        outputs = [output for script in scripts for output in self.index.outputs_to(script)]
        follower = Follower(
            self.index,
            judge.questions(),
            str(self._settings["accounting"]),
            int(self._settings["max_hops"]),
        )
        return follower.follow(outputs)

    def _state(
        self, start: int, trails: Sequence[Trail], tier: str, sources: Sequence[str]
    ) -> None:
        by_end: dict[int, list[tuple[int, Trail, Trace]]] = {}
        self._touched.add(start)
        for trail in trails:
            trace = self._statements.trace(start, trail, tier, sources)
            self._traces[trace.record_id] = trace
            traced_sat = trail.hops[-1][1] if trail.hops else int(self.index.value_sat[trail.end])
            by_end.setdefault(trail.end, []).append((traced_sat, trail, trace))
            outputs = (trail.source, *(output for output, _sat in trail.hops))
            self._touched.update(int(self.index.script_of[output]) for output in outputs)
            self._touched.update(self._swept_into(trail))
        for end in sorted(by_end):
            self._state_cash_out(by_end[end])

    def _swept_into(self, trail: Trail) -> set[int]:
        """Return the scripts that a deposit candidate is emptied into: their cluster is cited."""
        if trail.stop.reason != "deposit_candidate":
            return set()
        pattern = self._deposits.of(int(self.index.script_of[trail.end]))
        outputs = (o for tx in (pattern.sweeps if pattern else ()) for o in self.index.outputs(tx))
        return {int(self.index.script_of[output]) for output in outputs}

    def _state_cash_out(self, arriving: Sequence[tuple[int, Trail, Trace]]) -> None:
        """State one cash-out point for an output, by the trail that brings most into it."""
        _most, trail, trace = max(arriving, key=lambda item: item[0])
        total = sum(traced_sat for traced_sat, _trail, _trace in arriving)
        point = self._statements.cash_out(trail, trace, total)
        if point is not None:
            self._cash_outs.append(point)

    def _refused(self) -> Iterable[RefusedJoin]:
        for refused in self.clustering.refused:
            tx, a, b = refused.edge
            yield RefusedJoin(
                self.index.txid(tx), self.index.address(a), self.index.address(b), refused.reason
            )


def _refuse_accounting(accounting: str) -> None:
    if accounting not in ORDERED_METHODS:
        raise ConfigurationError(
            "E-LED-030",
            _("The accounting method “{name}” gives no paths.").format(name=accounting),
            where="[ledger] accounting",
            remedy=_("Use one of: {names}.").format(names=", ".join(sorted(ORDERED_METHODS))),
        )
