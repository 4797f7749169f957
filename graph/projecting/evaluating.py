# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one record says at this moment: whether it stands, its evidence, its contributions.

A record stands while it is there and not retracted and, where it is derived, something
that it cites stands; a reading falls with the record that it read, a cash-out with its
trail and with the last tag that names its service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from graph.projecting import chain, detailing, judging, market
from graph.projecting.collector import Behind, Draft, Place
from graph.projecting.lookups import Known, Lookups, behind_sources
from vestigo.records import (
    RECORD_TYPES,
    Capture,
    CashOutPoint,
    Cluster,
    Derived,
    Feedback,
    Judgement,
    Listing,
    Mention,
    Page,
    Picture,
    Retraction,
    Selector,
    Tag,
    TextReading,
    Trace,
    Transaction,
    UnitPrice,
    VendorAccount,
    VendorLink,
    record_from_body,
)

Projector = Callable[[Draft, Lookups, Any], dict[str, Any]]

PROJECTORS: dict[str, Projector] = {
    Capture.KIND: market.project_capture,
    CashOutPoint.KIND: chain.project_cash_out,
    Cluster.KIND: chain.project_cluster,
    Feedback.KIND: market.project_feedback,
    Judgement.KIND: judging.project_judgement,
    Listing.KIND: market.project_listing,
    Mention.KIND: market.project_mention,
    Page.KIND: market.project_page,
    Picture.KIND: detailing.project_picture,
    Selector.KIND: market.project_selector,
    Tag.KIND: chain.project_tag,
    TextReading.KIND: detailing.project_reading,
    Trace.KIND: chain.project_trace,
    Transaction.KIND: chain.project_transaction,
    UnitPrice.KIND: detailing.project_unit_price,
    VendorAccount.KIND: market.project_vendor,
    VendorLink.KIND: judging.project_link,
}


# under this name every retraction declares what it takes back
RETRACTED = "retracted"


@dataclass(slots=True)
class Evaluation:
    """The outcome of one record, and the names of what it asked for."""

    stands: bool = False
    behind: tuple[Behind, ...] = ()
    passes: dict[str, Any] = field(default_factory=dict)
    said: list[tuple[Place, str]] = field(default_factory=list)
    declared: list[tuple[str, Any]] = field(default_factory=list)
    cells: set[str] = field(default_factory=set)


class RecordBodies(Known, Protocol):
    """What is known, with the bodies of records."""

    def body(self, record_id: str) -> dict[str, Any] | None:
        """Return the plain body of a record, None where it is not there (any more)."""
        ...

    def is_retracted(self, record_id: str) -> bool:
        """Return whether a retraction that is there takes the record back."""
        ...


def evaluate(known: RecordBodies, record_id: str, kind: str) -> Evaluation:
    """Project one record as it stands now."""
    ask = Lookups(known)
    body = known.body(record_id)
    if body is None or known.is_retracted(record_id):
        return Evaluation()
    if kind == Retraction.KIND:
        ask.declare(RETRACTED, body["retracts"])
    if not _rests_on_something(ask, kind, body):
        return Evaluation(cells=ask.cells)
    draft = Draft(record_id, tuple(_behind(ask, record_id, kind, body)))
    passes: dict[str, Any] = {}
    if kind in PROJECTORS:
        passes = PROJECTORS[kind](draft, ask, record_from_body(body))
    return Evaluation(
        True, tuple(draft.behind), passes, list(draft.contributions()), ask.declared, ask.cells
    )


def personas(known: Known) -> Evaluation:
    """Return all personas: no record's own, made from every standing judgement of a pair."""
    ask, draft = Lookups(known), Draft("")
    judging.project_personas(draft, ask)
    return Evaluation(True, said=list(draft.contributions()), cells=ask.cells)


def _rests_on_something(ask: Lookups, kind: str, body: dict[str, Any]) -> bool:
    cls = RECORD_TYPES.get(kind)
    if cls is None or not issubclass(cls, Derived):
        return True
    standing = {source for source in body["sources"] if ask.standing(source) is not None}
    subject = body.get("subject")
    if not standing or (subject in body["sources"] and subject not in standing):
        return False
    return kind != CashOutPoint.KIND or _is_cash_out(ask, body)


def _is_cash_out(ask: Lookups, body: dict[str, Any]) -> bool:
    """Tell whether the trail still stands, and one of the tags that name the service."""
    tags = [ask.standing(tag_id) for tag_id in body["tag_ids"]]
    return ask.standing(body["trace_id"]) is not None and (not tags or any(tags))


def _behind(ask: Lookups, record_id: str, kind: str, body: dict[str, Any]) -> list[Behind]:
    if kind == Capture.KIND:
        return [Behind("Exhibit", body["capture_id"], ())]
    if kind == Transaction.KIND:
        return [Behind("Transaction", body["txid"], ())]
    if kind == Tag.KIND:
        return [Behind("Tag", record_id, ())]
    if kind == Judgement.KIND:
        seen = behind_sources(ask, (body["seen_record_id"],))
        return [Behind("Judgement", record_id, ()), *seen]
    return list(behind_sources(ask, tuple(body.get("sources", ()))))
