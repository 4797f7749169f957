# SPDX-License-Identifier: AGPL-3.0-or-later
"""The records of a case in a bundle: one line a record, and the line's digest is its id."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.view import CaseView

FOLDERS = {
    "authorization": "authority",
    "retention": "authority",
    "received_item": "received",
    "received_capture": "received",
    "verification_receipt": "received",
    "capture": "crawl",
    "coverage_estimate": "crawl",
    "block": "ledger",
    "transaction": "ledger",
    "tag": "ledger",
    "cluster": "ledger",
    "trace": "ledger",
    "cash_out_point": "ledger",
}
COLLECTING = ("collection", "storage", "receipt", "quarantine")


def add_records(bag: BagFolder, view: CaseView) -> None:
    """Write every record by kind, the ledger of their ids, and what was destroyed by order."""
    for kind in sorted({kind for _id, kind in view.entries}):
        folder = FOLDERS.get(kind, "extraction")
        bag.add(f"data/{folder}/{kind}.jsonl", _lines(view, kind))
    chained = view.ledger.chained(up_to=view.n_entries)
    rows = (f"{' '.join(entry).rstrip()}\n".encode("ascii") for entry in chained)
    bag.add("data/custody/records.txt", rows)
    orders = view.ledger.disposed()
    gone = [record_id for record_id, _kind in view.entries if record_id in orders]
    listed = "".join(f"{record_id} {orders[record_id]!a}\n" for record_id in gone)
    bag.add("data/custody/disposed.txt", listed.encode("ascii"))


def add_custody(bag: BagFolder, view: CaseView) -> None:
    """Write the events up to the checkpoint."""
    lines = (event.line() + b"\n" for event in view.events)
    bag.add("data/custody/events.jsonl", lines)


def add_not_included(bag: BagFolder, view: CaseView) -> None:
    """Index what the log says was collected but is not in this bundle (written last)."""
    inside = {digests.sha256 for digests in bag.files.values()}
    inside |= {record_id for record_id, _kind in view.entries}
    rows = (
        {"event": event.id, "at": event.body()["at"], "action": event.action,
         "object_sha256": event.object_sha256, "exhibit": event.exhibit, "reason": event.reason}
        for event in view.events
        if event.action in COLLECTING and event.object_sha256 not in {"", *inside}
    )  # fmt: skip
    lines = (json.dumps(row, sort_keys=True).encode("ascii") + b"\n" for row in rows)
    bag.add("data/crawl/not-included.jsonl", lines)


def bodies(view: CaseView, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (record id, body) of one kind up to the checkpoint."""
    for record_id, body in view.ledger.bodies_of(kind, up_to=view.n_entries):
        yield record_id, json.loads(body)


def _lines(view: CaseView, kind: str) -> Iterator[bytes]:
    for _record_id, body in view.ledger.bodies_of(kind, up_to=view.n_entries):
        yield body + b"\n"
