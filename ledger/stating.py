# SPDX-License-Identifier: AGPL-3.0-or-later
"""From trails and clusters to records that cite what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ledger import clustering as multi_input
from ledger import deposits as deposit_pattern
from ledger.addresses import addresses_of
from ledger.citing import Citations
from ledger.deposits import Deposits
from ledger.following import Arrival, Trail
from ledger.grounding import Grounding
from ledger.index import NONE, ChainIndex
from ledger.likelihood import CASH_OUT_MODEL, CLUSTER_MODEL, TRAIL_MODEL, Likelihood
from ledger.odds import Odds
from ledger.services import Service, Services
from ledger.unions import Joined
from vestigo.records import CashOutPoint, Cluster, Hop, Join, Method, Trace, probability
from vestigo.settings import section_digest

TRACE_RULES = {"start": "ledger.trace_{}.v1", "wallet": "ledger.trace_wallet_{}.v1"}
CASH_OUT_RULES = {
    "tagged_address": "ledger.tagged_address.v1",
    "tagged_cluster": "ledger.tagged_cluster.v1",
    "deposit_pattern": deposit_pattern.RULE,
}
FOLLOW_ALL = "ledger.follow_all.v1"
SAME_WALLET = "ledger.same_wallet.v1"
TWO_PARTY = "ledger.follow_two_party_candidate.v1"


def analysis_digest(settings: Mapping[str, Any], odds: Odds) -> str:
    """Return what ``Method.settings_sha256`` of a trace is: settings and weights together."""
    return section_digest({**settings, "odds_sha256": odds.sha256})


class Statements:
    """Makes records; everything it cites is collected in ``citations``."""

    def __init__(
        self,
        index: ChainIndex,
        unions: Joined,
        services: Services,
        deposits: Deposits,
        citations: Citations,
        likelihood: Likelihood,
        settings: Mapping[str, Any],
    ) -> None:
        self._index = index
        self._unions = unions
        self._likelihood = likelihood
        self._services = services
        self._deposits = deposits
        self._citations = citations
        self._accounting = str(settings["accounting"])
        self._cash_out_categories = set(settings["cash_out_categories"])
        odds = likelihood.odds
        self._models = odds.models
        self._grounding = Grounding(index, services, likelihood)
        self._digest = analysis_digest(settings, odds)
        self._at_height = index.reaches()
        self._known_hops: dict[tuple[int, int, int], Hop] = {}

    def clusters(self, scripts: Sequence[int]) -> list[Cluster]:
        """Return the records of the clusters (two scripts at least) that hold ``scripts``."""
        unions = self._unions
        self._citations.cite_all(tx for script in scripts for tx in unions.transactions(script))
        members = [item for script in scripts for item in unions.members(script)]
        named = addresses_of(self._index, np.array(members, dtype=np.int64))
        return [self._cluster(script, named) for script in scripts]

    def _cluster(self, script: int, named: Mapping[int, str]) -> Cluster:
        index, edges = self._index, self._unions.edges(script)
        txids = {tx: index.txid(tx) for tx in self._unions.transactions(script)}
        joins = tuple(
            Join(txid=txids[tx], address_a=named[a], address_b=named[b]) for tx, a, b in edges
        )
        return Cluster(
            network=index.network,
            addresses=tuple(sorted(named[item] for item in self._unions.members(script))),
            joins=joins,
            sources=tuple(self._citations.cite(tx) for tx in txids),
            method=self._method(multi_input.RULE),
            confidence=self._models[CLUSTER_MODEL].probability(
                self._likelihood.cluster_row(script)
            ),
            observed_at=index.mined_at(edges[-1].tx),
            at_height=self._at_height,
        )

    def trace(self, start: int, trail: Trail, tier: str, sources: Sequence[str]) -> Trace:
        """Return the record of one trail of the start script."""
        index = self._index
        hops = self._hops(trail)
        txs = [int(index.tx_of[output]) for output in trail.outputs]
        cited = [self._citations.cite(tx) for tx in txs]
        detail = trail.stop.detail or f"{index.txid(txs[-1])}:{index.vout(trail.end)}"
        return Trace(
            network=index.network,
            accounting=self._accounting,
            start_address=index.address(start),
            hops=hops,
            stop_reason=trail.stop.reason,
            stop_detail=detail,
            sources=tuple(dict.fromkeys((*sources, *cited, *self._stop_sources(trail)))),
            method=self._method(TRACE_RULES[tier].format(self._accounting)),
            confidence=self._models[TRAIL_MODEL].probability(
                self._likelihood.trail_row(trail, tier)
            ),
            grounds=self._grounding.of(trail),
            observed_at=index.mined_at(txs[-1]),
            at_height=self._at_height,
        )

    def cash_out(self, arrival: Arrival, trace: Trace, tier: str) -> CashOutPoint | None:
        """Return the cash-out point that trails end in, or None where they end in none.

        ``trace`` is that of the arrival's likeliest trail.
        """
        index, trail = self._index, arrival.trail
        output = trail.end
        found = self.service_at(int(index.script_of[output]))
        if found is None or trail.stop.reason not in ("tagged_service", "deposit_candidate"):
            return None
        service, basis = found
        if service.category not in self._cash_out_categories:
            return None
        tag_ids = tuple(tag.record_id for tag in service.tags)
        tx, trace_id = int(index.tx_of[output]), trace.record_id
        cited = (trace_id, self._citations.cite(tx), *self._stop_sources(trail))
        row, model = self._likelihood.cash_out_row(trail, tier, basis), self._models[CASH_OUT_MODEL]
        given_tag = model.probability(row)
        confidence = probability(given_tag * service.trust)
        return CashOutPoint(
            network=index.network,
            address=index.address(int(index.script_of[output])),
            service=service.name,
            category=service.category,
            basis=basis,
            txid=index.txid(tx),
            vout=index.vout(output),
            value_sat=int(index.value_sat[output]),
            traced_sat=arrival.traced_sat,
            paid_at=index.mined_at(tx),
            start_address=trace.start_address,
            trace_id=trace_id,
            tag_ids=tag_ids,
            sources=tuple(dict.fromkeys(cited)),
            method=self._method(CASH_OUT_RULES[basis]),
            confidence=confidence,
            observed_at=index.mined_at(tx),
            grounds=tuple(f"{name}={value}" for name, value in sorted(row.items())),
            measured=model.measured(given_tag),
            other_traces=arrival.n_trails - 1,
            at_height=self._at_height,
        )

    def service_at(self, script: int) -> tuple[Service, str] | None:
        """Return the service that a script pays into and the basis of that, or None."""
        service = self._services.of(script)
        if service is not None:
            return service, service.basis
        pattern = self._deposits.of(script)
        return None if pattern is None else (pattern.service, "deposit_pattern")

    def _stop_sources(self, trail: Trail) -> list[str]:
        """Return what the stop itself rests on: tags, sweeps, or the mix."""
        index = self._index
        script = int(index.script_of[trail.end])
        service, pattern = self._services.of(script), None
        if trail.stop.reason == "deposit_candidate":
            pattern = self._deposits.of(script)
        cited = [self._citations.cite(tx) for tx in pattern.sweeps] if pattern else []
        spender = int(index.spender[trail.end])
        if service is None and spender != NONE and self._ends_before(trail, spender):
            cited.append(self._citations.cite(spender))
        named = pattern.service if pattern else service
        return cited + [tag.record_id for tag in (named.tags if named else ())]

    def _ends_before(self, trail: Trail, spender: int) -> bool:
        """Whether it is the next transaction that the trail does not enter."""
        reason, detail = trail.stop.reason, trail.stop.detail
        entered_not = reason == "fan_out" and detail == self._index.txid(spender)
        return reason in ("mix", "incomplete", "fee") or entered_not

    def _hops(self, trail: Trail) -> tuple[Hop, ...]:
        ends = pairwise(trail.outputs)
        return tuple(
            self._hop(*pair, sat) for pair, (_o, sat) in zip(ends, trail.hops, strict=True)
        )

    def _hop(self, before: int, output: int, traced_sat: int) -> Hop:
        """Return one hop, made once: trails share their beginnings."""
        key = before, output, traced_sat
        if key not in self._known_hops:
            self._known_hops[key] = self._new_hop(*key)
        return self._known_hops[key]

    def _new_hop(self, before: int, output: int, traced_sat: int) -> Hop:
        index, tx = self._index, int(self._index.tx_of[output])
        return Hop(
            txid=index.txid(tx),
            vout=index.vout(output),
            from_address=index.address(int(index.script_of[before])),
            to_address=index.address(int(index.script_of[output])),
            value_sat=int(index.value_sat[output]),
            traced_sat=traced_sat,
            mined_at=index.mined_at(tx),
            why=self._why(before, output, tx),
        )

    def _why(self, before: int, output: int, tx: int) -> str:
        index = self._index
        wallet = self._unions.find(int(index.script_of[before]))
        if self._unions.find(int(index.script_of[output])) == wallet:
            return SAME_WALLET
        is_two_party = index.class_of(tx) == "stonewall_candidate"
        return TWO_PARTY if is_two_party else FOLLOW_ALL

    def _method(self, rule: str) -> Method:
        return Method(rule=rule, settings_sha256=self._digest)
