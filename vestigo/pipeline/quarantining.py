# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person decides about the quarantine: put an exhibit in, open an item, free a host."""

from __future__ import annotations

from pathlib import Path

from vestigo.clock import iso
from vestigo.errors import ConfigurationError, UsageError
from vestigo.evidence.quarantine import (
    Quarantine,
    QuarantineItem,
    Recipient,
    item_id_of,
    masked_address,
    recipient_of,
)
from vestigo.evidence.quarantine.tombstone import (
    bury,
    drop_sealed_line,
    group_at,
    sealed_line,
)
from vestigo.i18n import _
from vestigo.pipeline.destroying import Cause, derived_from, destroy_records
from vestigo.pipeline.screening import log_unlogged_items
from vestigo.pipeline.session import CaseSession
from vestigo.records import Capture, Screenshot
from vestigo.store.atomic import write_atomically

ORDER = "quarantine"


def quarantine_exhibit(session: CaseSession, exhibit: str, reason: str) -> QuarantineItem:
    """Move a capture into the quarantine; everything that was derived from it is taken back.

    The bytes in the WARC file give way to a tombstone of the same length.  A crash leaves
    either everything in the open or the item in the quarantine: running it again goes on.
    Raises ``UsageError`` E-SCR-016 (no such capture), E-SCR-017 (no reason),
    ``ConfigurationError`` E-SCR-011 (no recipient).
    """
    _demand(reason)
    record_id, capture = _capture(session, exhibit)
    folder = session.folder
    item = _item_of(session, record_id, capture, reason.strip())
    log_unlogged_items(session, Quarantine(folder))
    _bury(session, capture, item)
    drop_sealed_line(folder.sealed, capture)
    _take_back(session, record_id, capture, item)
    return item


def _item_of(session: CaseSession, record_id: str, capture: Capture, reason: str) -> QuarantineItem:
    """Return the item of a capture: the one that an interrupted run left, or a new one."""
    folder = session.folder
    item_id = item_id_of([b"exhibit", capture.capture_id.encode()])
    left = [item for item in Quarantine(folder).items() if item.item_id == item_id]
    if left:
        return left[0]
    recipient = _recipient(session)
    group = group_at(folder.captures, capture)
    blocks = {"warc": group, "sealed": sealed_line(folder.sealed, capture)}
    blocks |= {path.name: path.read_bytes() for path in _pictures(session, record_id, capture)}
    told = QuarantineItem(
        item_id=item_id, cause="person", at=iso(session.clock()),
        sha256=capture.content_sha256, n_bytes=len(group), address=masked_address(capture.uri),
        host="", list_name="", list_version="", match_kind="", distance=0, recipient="",
        kept="", authorization_id=capture.authorization_id, exhibit=capture.capture_id,
        reason=reason,
    )  # fmt: skip
    return Quarantine(folder).put(told, recipient, blocks)


def open_item(
    session: CaseSession, item_id: str, private_key: bytes, reason: str, second: str, out: Path
) -> list[Path]:
    """Write the content of an item to the folder ``out`` (0600); nothing is displayed.

    ``second`` names the second person who is present.  Raises ``UsageError`` E-SCR-017
    where reason or second person is missing, and as ``Quarantine.opened``.
    """
    _demand(reason)
    _demand(second)
    quarantine = Quarantine(session.folder)
    item = quarantine.item(item_id)
    blocks = quarantine.opened(item.item_id, private_key)
    session.custody.append(
        "access",
        object_sha256=item.sha256,
        exhibit=item.exhibit or item.item_id,
        reason=f"quarantine opened: {reason.strip()}",
        details={"item": item.item_id, "second_person": second.strip()},
    )
    written = []
    for name, block in sorted(blocks.items()):
        path = out / f"{item.item_id[:16]}.{name}"
        write_atomically(path, block)
        written.append(path)
    return written


def release_host(session: CaseSession, host: str, reason: str) -> list[str]:
    """Let a parked host be crawled again; E-SCR-009 where it is not parked, E-SCR-017."""
    _demand(reason)
    ids = Quarantine(session.folder).release(host)
    session.custody.append(
        "processing",
        reason=f"host released: {reason.strip()}",
        details={"host": host, "n_items": str(len(ids))},
    )
    return ids


def _take_back(
    session: CaseSession, record_id: str, capture: Capture, item: QuarantineItem
) -> None:
    """Retract what was derived, then destroy the bodies: their texts are the exhibit's."""
    derived = list(derived_from(session, {record_id, capture.capture_id}))
    cause = Cause(
        reason=item.reason,
        event_reason="record destroyed: its exhibit is in the quarantine",
        order=f"{ORDER} {item.item_id[:16]}",
    )
    destroy_records(session, [record_id], derived, capture.capture_id, cause)


def _pictures(session: CaseSession, record_id: str, capture: Capture) -> list[Path]:
    """Return the files of the pictures of pages that were drawn from the capture."""
    derived = derived_from(session, {record_id, capture.capture_id})
    drawn = [record for one in derived if (record := session.ledger.get(one)) is not None]
    folder = session.folder.derived
    named = {folder / record.file_name for record in drawn if isinstance(record, Screenshot)}
    return sorted(path for path in named if path.parent == folder and path.is_file())


def _bury(session: CaseSession, capture: Capture, item: QuarantineItem) -> None:
    buried = bury(session.folder.captures, capture, item.item_id, item.n_bytes)
    session.custody.append(
        "disposal",
        object_sha256=buried.after_sha256,
        exhibit=capture.warc_name,
        reason="WARC file with a tombstone",
        details={"before_sha256": buried.before_sha256, "offset": str(capture.warc_offset),
                 "n_bytes": str(buried.n_bytes), "item": item.item_id,
                 "capture_id": capture.capture_id},
    )  # fmt: skip


def _capture(session: CaseSession, exhibit: str) -> tuple[str, Capture]:
    for record_id, capture in session.ledger.named_of_kind(Capture, include_retracted=True):
        if exhibit and exhibit in (capture.capture_id, record_id):
            return record_id, capture
    raise UsageError(
        "E-SCR-016",
        _("The case has no such capture, or it is in the quarantine already."),
        where=exhibit,
        remedy=_("Give the whole capture id (64 characters)."),
    )


def _recipient(session: CaseSession) -> Recipient:
    recipient = recipient_of(session.folder)
    if recipient is None:
        raise ConfigurationError(
            "E-SCR-011",
            _("Nobody is named to receive what goes into the quarantine."),
            where="quarantine",
            remedy=_("Name the recipient with “vestigo case quarantine-key”."),
        )
    return recipient


def _demand(text: str) -> None:
    if not text.strip():
        raise UsageError(
            "E-SCR-017",
            _("The quarantine needs a reason, and a second person's name to open it."),
            where="--reason, --second-person",
            remedy=_("Say it in a sentence: it goes into the custody log."),
        )
