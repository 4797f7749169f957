# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the chain says: transactions, clusters, traces, cash-out points, tags."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from graph.model import NodeRef
from graph.projecting.collector import Draft, Statement, milliseconds, present, statement_of
from graph.projecting.lookups import Lookups
from vestigo.records import (
    TAGPACK_LEVELS,
    CashOutPoint,
    Cluster,
    Hop,
    Tag,
    Trace,
    Transaction,
    probability,
)

CERTAIN = "1.0000"
Passes = dict[str, Any]


def project_transaction(draft: Draft, ask: Lookups, transaction: Transaction) -> Passes:
    """Draw a transaction; with the proof of its block it is evidence."""
    draft.node(
        "Transaction",
        transaction.txid,
        name=transaction.txid,
        network=transaction.network,
        at=milliseconds(transaction.mined_at),
        block_hash=transaction.block_hash,
        record_id=draft.record_id,
    )
    ask.declare(f"name:{transaction.txid}", draft.record_id)
    return {"evidence": ["Transaction", transaction.txid]}


def _address(draft: Draft, address: str, network: str) -> NodeRef:
    return draft.node("Address", address, name=address, network=network)


def project_cluster(draft: Draft, _ask: Lookups, cluster: Cluster) -> Passes:
    """Draw a wallet cluster, its members and the join of each union."""
    statement = statement_of(draft.record_id, cluster, "heuristic")
    name = min(cluster.addresses, default=draft.record_id)
    ref = draft.node(
        "Cluster", draft.record_id, name=name, network=cluster.network,
        n_addresses=len(cluster.addresses), record_id=draft.record_id,
    )  # fmt: skip
    for address in cluster.addresses:
        draft.edge("MEMBER_OF", _address(draft, address, cluster.network), ref, statement)
    for join in cluster.joins:
        a = _address(draft, join.address_a, cluster.network)
        b = _address(draft, join.address_b, cluster.network)
        draft.edge("CO_SPENT", a, b, statement, part=(join.txid,), txid=join.txid)
    draft.claim(ref, statement, cluster.KIND)
    return {}


def project_trace(draft: Draft, ask: Lookups, trace: Trace) -> Passes:
    """Draw a trail: its hops, the payments under them, its beginning and its end."""
    statement = statement_of(draft.record_id, trace, "heuristic")
    start = _address(draft, trace.start_address, trace.network)
    if trace.hops and trace.hops[0].from_address != trace.start_address:
        payer = _address(draft, trace.hops[0].from_address, trace.network)
        draft.edge("SAME_WALLET", start, payer, replace(statement, at=None))
    for position, hop in enumerate(trace.hops, start=1):
        _hop(draft, ask, trace, position, hop, statement)
    if trace.hops:
        last = trace.hops[-1]
        draft.edge(
            "TRACED_TO", start, _address(draft, last.to_address, trace.network), statement,
            part=(draft.record_id,), accounting=trace.accounting, n_hops=len(trace.hops),
            traced_sat=last.traced_sat, stop_reason=trace.stop_reason,
        )  # fmt: skip
    draft.claim(start, statement, trace.KIND)
    return {}


def _hop(
    draft: Draft, ask: Lookups, trace: Trace, position: int, hop: Hop, statement: Statement
) -> None:
    payer = _address(draft, hop.from_address, trace.network)
    payee = _address(draft, hop.to_address, trace.network)
    _payment(draft, ask, (payer, payee), hop, trace.network)
    draft.edge(
        "HOP", payer, payee, replace(statement, at=milliseconds(hop.mined_at)),
        part=(trace.start_address, trace.accounting, hop.txid, hop.vout),
        weight=hop.traced_sat, start_address=trace.start_address,
        accounting=trace.accounting, position=position, txid=hop.txid, vout=hop.vout,
        value_sat=hop.value_sat, traced_sat=hop.traced_sat, why=hop.why,
    )  # fmt: skip


def _payment(
    draft: Draft, ask: Lookups, ends: tuple[NodeRef, NodeRef], hop: Hop, network: str
) -> None:
    """Add the chain fact under a hop: what spends, what is paid, in which transaction."""
    payer, payee = ends
    mined_at = milliseconds(hop.mined_at)
    proof = ask.standing(hop.txid)
    record_id = draft.record_id if proof is None else proof.record_id
    fact = Statement(record_id, "graph.payment.v1", "structural", CERTAIN, mined_at)
    transaction = draft.node("Transaction", hop.txid, name=hop.txid, network=network, at=mined_at)
    ask.declare(f"pays:{hop.txid}:{hop.vout}", payer.key)
    paid = {"vout": hop.vout, "value_sat": hop.value_sat}
    draft.edge("PAID", payer, payee, fact, part=(hop.txid, hop.vout), txid=hop.txid, **paid)
    draft.edge("LEADS_TO", payer, payee, fact)
    draft.edge("SPENT_IN", payer, transaction, fact)
    draft.edge("PAYS", transaction, payee, fact, part=(hop.vout,), **paid)


def project_cash_out(draft: Draft, ask: Lookups, point: CashOutPoint) -> Passes:
    """Draw the payment where a trace meets a service."""
    statement = replace(
        statement_of(draft.record_id, point, _tier_of(point)), at=milliseconds(point.paid_at)
    )
    ref = draft.node(
        "CashOutPoint", f"{point.txid}:{point.vout}", name=point.service,
        network=point.network, txid=point.txid, vout=point.vout, value_sat=point.value_sat,
        at=milliseconds(point.paid_at), address=point.address,
    )  # fmt: skip
    address = _address(draft, point.address, point.network)
    draft.edge(
        "CASHES_OUT_AT", address, ref, statement, part=(draft.record_id,), basis=point.basis,
        start_address=point.start_address, traced_sat=point.traced_sat, trace_id=point.trace_id,
    )  # fmt: skip
    for payer in set(ask.facts(f"pays:{point.txid}:{point.vout}")) or {address.key}:
        draft.edge("ENDS_IN", NodeRef("Address", payer), ref, statement)
    draft.edge("PAID_INTO", ref, _service(draft, ask, point), statement, weight=point.traced_sat,
               basis=point.basis, traced_sat=point.traced_sat)  # fmt: skip
    draft.claim(ref, statement, point.KIND)
    return {}


def _service(draft: Draft, ask: Lookups, point: CashOutPoint) -> NodeRef:
    """Return the service of a cash-out: keyed as its first tag that stands, named as it says."""
    tags = (ask.record(tag_id) for tag_id in point.tag_ids)
    key = next((service_of(tag) for tag in tags if isinstance(tag, Tag)), point.service)
    return draft.node("Service", key, name=point.service, category=point.category)


def project_tag(draft: Draft, ask: Lookups, tag: Tag) -> Passes:
    """Draw a tag where its address is in the graph; what rests on one brings it in as well."""
    ref = NodeRef("Tag", draft.record_id)
    draft.describe(ref, present(
        name=tag.label,
        address=tag.address,
        service=service_of(tag),
        category=tag.category,
        source=tag.source,
        tagpack_confidence=tag.tagpack_confidence,
        pack_sha256=tag.pack_sha256,
    ))  # fmt: skip
    address = NodeRef("Address", tag.address)
    if ask.exists(address):
        service = draft.node("Service", service_of(tag), name=tag.label, category=tag.category)
        statement = Statement(
            draft.record_id, "graph.tag.v1", "attribution", _sureness(tag), _last_changed(tag)
        )
        draft.edge("TAGGED_AS", address, service, statement, part=(draft.record_id,),
                   tagpack_confidence=tag.tagpack_confidence)  # fmt: skip
        draft.claim(address, statement, tag.KIND)
    return {"evidence": [ref.label, ref.key]}


def _sureness(tag: Tag) -> str:
    """Return the level of the tag (of a hundred) as a probability; an unknown word is low."""
    level = TAGPACK_LEVELS.get(tag.tagpack_confidence or "unknown", TAGPACK_LEVELS["unknown"])
    return format(probability(Decimal(level) / 100), "f")


def _last_changed(tag: Tag) -> int | None:
    day = tag.lastmod_on
    return None if day is None else milliseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))


def service_of(tag: Tag) -> str:
    """Return the service that a tag names: its actor, or its label where it has none."""
    return tag.actor or tag.label


def _tier_of(point: CashOutPoint) -> str:
    """Return the weakest tier it rests on: only a tag on the address itself attributes."""
    return "attribution" if point.basis == "tagged_address" else "heuristic"
