# SPDX-License-Identifier: AGPL-3.0-or-later
"""What others handed over, in a bundle: each file as it came, with its facts and a sheet."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from vestigo.errors import VerificationError
from vestigo.evidence.bundle.documents.received_sheet import received_sheet
from vestigo.evidence.bundle.payload import BagFolder, chunks
from vestigo.evidence.bundle.records import bodies
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.harmless import csv_row
from vestigo.evidence.received import received_path
from vestigo.i18n import DOCUMENT_LANGUAGES, _, speaking
from vestigo.records import ReceivedCapture, ReceivedItem, VerificationReceipt

FOLDER = "data/received"
COLUMNS = ("number", "received_at", "from_whom", "act", "file_name", "sha256", "hash", "record_id")


def add_received(bag: BagFolder, view: CaseView) -> None:
    """Write the folder of each received item and the index, where there is any.

    Raises ``VerificationError`` E-EVI-193 or 194 where a file is not the one that came.
    """
    numbers = numbered(view)
    receipts = {body["item_id"]: body for _id, body in bodies(view, VerificationReceipt.KIND)}
    rows = [list(COLUMNS)]
    for record_id, body in bodies(view, ReceivedItem.KIND):
        _add_item(bag, view, numbers[record_id], record_id, body, receipts.get(record_id))
        rows.append(_index_row(numbers[record_id], record_id, body))
    if len(rows) > 1:
        text = "".join(csv_row(row) for row in rows)
        bag.add(f"{FOLDER}/index.csv", text.encode("utf-8"))


def numbered(view: CaseView) -> dict[str, str]:
    """Return the number (R0001 …) of each received item by record id: its place among all."""
    ids = (record_id for record_id, kind in view.entries if kind == ReceivedItem.KIND)
    return {record_id: f"R{n:04d}" for n, record_id in enumerate(ids, 1)}


def givers(view: CaseView) -> dict[str, dict[str, str]]:
    """Return number, hand and act of the file that each received capture was read out of."""
    numbers = numbered(view)
    items = {
        record_id: {
            "number": numbers[record_id],
            "from_whom": body["from_whom"],
            "act": body["act"],
        }
        for record_id, body in bodies(view, ReceivedItem.KIND)
    }
    read = (body for _id, body in bodies(view, ReceivedCapture.KIND))
    return {body["capture_id"]: items[body["item_id"]] for body in read if body["item_id"] in items}


def _add_item(
    bag: BagFolder,
    view: CaseView,
    number: str,
    record_id: str,
    body: dict[str, Any],
    receipt: dict[str, Any] | None,
) -> None:
    path = received_path(view.folder.received, body["sha256"])
    if not path.is_file() or path.is_symlink():
        raise _wrong("E-EVI-193", _("A received file is missing."), record_id)
    with path.open("rb") as handle:
        content = bag.add(f"{FOLDER}/{number}/content", chunks(handle))
    if (content.sha256, content.sha512) != (body["sha256"], body["sha512"]):
        raise _wrong(
            "E-EVI-194", _("A received file is not the one that was handed over."), record_id
        )
    files = {"content": content.sha256}
    for language in DOCUMENT_LANGUAGES:
        with speaking(language):
            page = received_sheet(number, record_id, body, receipt).encode("utf-8")
        bag.add(f"{FOLDER}/{number}/sheet.{language}.txt", page)
        files[f"sheet.{language}.txt"] = hashlib.sha256(page).hexdigest()
    facts = {
        "format": "vestigo-received-1", "number": number, "record_id": record_id,
        "origin": "received", "files": files,
    }  # fmt: skip
    text = json.dumps(facts, indent=1, sort_keys=True)
    bag.add(f"{FOLDER}/{number}/received.json", text.encode("ascii") + b"\n")


def _index_row(number: str, record_id: str, body: dict[str, Any]) -> list[str]:
    given = " ".join(body["given_hashes"]) or "no hash came with it"
    kept = (body[name] for name in COLUMNS[1:6])
    return [number, *kept, given, record_id]


def _wrong(code: str, what: str, where: str) -> VerificationError:
    return VerificationError(
        code,
        what,
        where=where,
        remedy=_("Restore it from a copy of the case or from a bundle that verifies."),
    )
