# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the chain says: transactions, clusters, traces, cash-out points, tags."""

from __future__ import annotations

from dataclasses import replace

from graph.model import NodeRef
from graph.projecting.collector import Collector, Statement, milliseconds, statement_of
from graph.projecting.evidence import Evidence, service_of
from graph.projecting.reading import Reader
from vestigo.records import CashOutPoint, Cluster, Hop, Tag, Trace, Transaction

CERTAIN = "1.0000"


class ChainFacts:
    """Projects the records of the ledger stage into a collector."""

    def __init__(self, collector: Collector, evidence: Evidence) -> None:
        self._collector = collector
        self._evidence = evidence
        self._transactions: dict[str, str] = {}
        self._payers: dict[tuple[str, int], set[NodeRef]] = {}

    def project(self, read: Reader) -> None:
        """Project every record of the chain; tags last, on addresses that are there."""
        for record_id, transaction in read(Transaction):
            self._transaction(record_id, transaction)
        for record_id, tag in read(Tag):
            self._evidence.tag(record_id, tag)
        for record_id, cluster in read(Cluster):
            if self._evidence.stands(record_id, cluster.sources):
                self._cluster(record_id, cluster)
        for record_id, trace in read(Trace):
            if self._evidence.stands(record_id, trace.sources):
                self._trace(record_id, trace)
        for record_id, point in read(CashOutPoint):
            if self._evidence.stands(record_id, point.sources):
                self._cash_out(record_id, point)
        for record_id, tag in self._evidence.tags():
            self._tag(record_id, tag)

    def _transaction(self, record_id: str, transaction: Transaction) -> None:
        ref = self._collector.node(
            "Transaction",
            transaction.txid,
            name=transaction.txid,
            network=transaction.network,
            at=milliseconds(transaction.mined_at),
            block_hash=transaction.block_hash,
            record_id=record_id,
        )
        self._transactions[transaction.txid] = record_id
        self._evidence.anchor(ref, record_id, transaction.txid)

    def _address(self, address: str, network: str) -> NodeRef:
        return self._collector.node("Address", address, name=address, network=network)

    def _cluster(self, record_id: str, cluster: Cluster) -> None:
        statement = statement_of(record_id, cluster, "heuristic")
        name = min(cluster.addresses, default=record_id)
        ref = self._collector.node(
            "Cluster", record_id, name=name, network=cluster.network,
            n_addresses=len(cluster.addresses), record_id=record_id,
        )  # fmt: skip
        for address in cluster.addresses:
            member = self._address(address, cluster.network)
            self._collector.edge("MEMBER_OF", member, ref, statement)
        for join in cluster.joins:
            a = self._address(join.address_a, cluster.network)
            b = self._address(join.address_b, cluster.network)
            self._collector.edge("CO_SPENT", a, b, statement, part=(join.txid,), txid=join.txid)
        self._evidence.claim(ref, statement, cluster.KIND)

    def _trace(self, record_id: str, trace: Trace) -> None:
        statement = statement_of(record_id, trace, "heuristic")
        start = self._address(trace.start_address, trace.network)
        if trace.hops and trace.hops[0].from_address != trace.start_address:
            payer = self._address(trace.hops[0].from_address, trace.network)
            self._collector.edge("SAME_WALLET", start, payer, replace(statement, at=None))
        for position, hop in enumerate(trace.hops, start=1):
            self._hop(trace, position, hop, statement)
        if trace.hops:
            last = trace.hops[-1]
            self._collector.edge(
                "TRACED_TO", start, self._address(last.to_address, trace.network), statement,
                part=(record_id,), accounting=trace.accounting, n_hops=len(trace.hops),
                traced_sat=last.traced_sat, stop_reason=trace.stop_reason,
            )  # fmt: skip
        self._evidence.claim(start, statement, trace.KIND)

    def _hop(self, trace: Trace, position: int, hop: Hop, statement: Statement) -> None:
        payer = self._address(hop.from_address, trace.network)
        payee = self._address(hop.to_address, trace.network)
        self._payment(payer, payee, hop, trace.network, statement)
        self._collector.edge(
            "HOP", payer, payee, replace(statement, at=milliseconds(hop.mined_at)),
            part=(trace.start_address, trace.accounting, hop.txid, hop.vout),
            weight=hop.traced_sat, start_address=trace.start_address,
            accounting=trace.accounting, position=position, txid=hop.txid, vout=hop.vout,
            value_sat=hop.value_sat, traced_sat=hop.traced_sat, why=hop.why,
        )  # fmt: skip

    def _payment(
        self, payer: NodeRef, payee: NodeRef, hop: Hop, network: str, statement: Statement
    ) -> None:
        """Add the chain fact under a hop: what spends, what is paid, in which transaction."""
        mined_at = milliseconds(hop.mined_at)
        record_id = self._transactions.get(hop.txid, statement.record_id)
        fact = Statement(record_id, "graph.payment.v1", "structural", CERTAIN, mined_at)
        transaction = self._collector.node(
            "Transaction", hop.txid, name=hop.txid, network=network, at=mined_at
        )
        self._payers.setdefault((hop.txid, hop.vout), set()).add(payer)
        paid = {"vout": hop.vout, "value_sat": hop.value_sat}
        self._collector.edge("PAID", payer, payee, fact, part=(hop.txid, hop.vout),
                             txid=hop.txid, **paid)  # fmt: skip
        self._collector.edge("LEADS_TO", payer, payee, fact)
        self._collector.edge("SPENT_IN", payer, transaction, fact)
        self._collector.edge("PAYS", transaction, payee, fact, part=(hop.vout,), **paid)

    def _cash_out(self, record_id: str, point: CashOutPoint) -> None:
        statement = replace(
            statement_of(record_id, point, _tier_of(point)), at=milliseconds(point.paid_at)
        )
        ref = self._collector.node(
            "CashOutPoint", f"{point.txid}:{point.vout}", name=point.service,
            network=point.network, txid=point.txid, vout=point.vout, value_sat=point.value_sat,
            at=milliseconds(point.paid_at), address=point.address,
        )  # fmt: skip
        service = self._service(point)
        address = self._address(point.address, point.network)
        self._collector.edge(
            "CASHES_OUT_AT", address, ref, statement, part=(record_id,), basis=point.basis,
            start_address=point.start_address, traced_sat=point.traced_sat,
            trace_id=point.trace_id,
        )  # fmt: skip
        for payer in self._payers.get((point.txid, point.vout), {address}):
            self._collector.edge("ENDS_IN", payer, ref, statement)
        self._collector.edge("PAID_INTO", ref, service, statement, weight=point.traced_sat,
                             basis=point.basis, traced_sat=point.traced_sat)  # fmt: skip
        self._evidence.claim(ref, statement, point.KIND)

    def _service(self, point: CashOutPoint) -> NodeRef:
        """Return the service of a cash-out: keyed as its first tag is, named as the record says."""
        tag = self._evidence.tag_of(point.tag_ids[0]) if point.tag_ids else None
        key = point.service if tag is None else service_of(tag)
        return self._collector.node("Service", key, name=point.service, category=point.category)

    def _tag(self, record_id: str, tag: Tag) -> None:
        address = NodeRef("Address", tag.address)
        if address not in self._collector:
            return
        name = service_of(tag)
        service = self._collector.node("Service", name, name=tag.label, category=tag.category)
        statement = Statement(record_id, "graph.tag.v1", "attribution", None, None)
        self._collector.edge("TAGGED_AS", address, service, statement, part=(record_id,),
                             tagpack_confidence=tag.tagpack_confidence)  # fmt: skip
        self._evidence.claim(address, statement, tag.KIND)


def _tier_of(point: CashOutPoint) -> str:
    """Return the weakest tier it rests on: only a tag on the address itself attributes."""
    return "attribution" if point.basis == "tagged_address" else "heuristic"
