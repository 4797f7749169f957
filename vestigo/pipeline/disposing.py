# SPDX-License-Identifier: AGPL-3.0-or-later
"""Destroying an exhibit by order: bytes and texts go, digests and the log stay.

The order of the steps is what makes a kill harmless: an event says first what is to be
destroyed and where it lies, each step can be done twice, and a last event closes it.  Until
then the same command goes on.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vestigo.errors import UsageError
from vestigo.evidence.custody import CustodyEvent
from vestigo.evidence.exhibit_numbers import exhibit_numbers
from vestigo.evidence.harmless import harmless_line
from vestigo.evidence.quarantine import Quarantine, QuarantineItem, item_id_of
from vestigo.evidence.quarantine.tombstone import bury, drop_sealed_line, group_at
from vestigo.evidence.received import received_path
from vestigo.i18n import _
from vestigo.pipeline.destroying import Cause, derived_from, destroy_records
from vestigo.pipeline.receiving import numbers_of
from vestigo.pipeline.saved_views import purge_views, views_with_notes
from vestigo.pipeline.session import CaseSession
from vestigo.records import Capture, ReceivedCapture, ReceivedItem
from vestigo.store.atomic import sync_folder

BEGUN, DONE = "disposal by order begun", "disposed by order"
BURIED = "WARC file with a tombstone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposal:
    """What was destroyed, and where it may still stand.

    ``bundles`` are those of the case folder that hold it; ``also_in`` are received files
    that it was read out of, or that hold the same bytes; ``noted_views`` are saved views of
    the graph with notes, which only a person can judge.
    """

    exhibit: str
    order: str
    n_records: int
    bundles: tuple[str, ...]
    also_in: tuple[str, ...]
    noted_views: tuple[str, ...] = ()


def dispose_exhibit(session: CaseSession, exhibit: str, order: str, reason: str) -> Disposal:
    """Destroy a capture (number or id), a received item (R0001 or id) or a quarantine item.

    Raises ``UsageError`` E-EVI-200 where there is no such exhibit (or it is gone), E-EVI-201
    without an order, E-SCR-018 while its WARC file is still written.
    """
    said = harmless_line(order.strip())
    if not said:
        raise _no_order()
    why = harmless_line(reason.strip())
    items = {n: one for one, n in numbers_of(session).items()}
    item_id = items.get(exhibit, exhibit)
    item = session.ledger.get(item_id)
    if isinstance(item, ReceivedItem):
        return _dispose_item(session, item_id, item, said, why)
    held = [one for one in Quarantine(session.folder).items() if one.item_id == exhibit]
    if held:
        return _drop_quarantined(session, held[0], said, why)
    left = _unfinished(session, exhibit)
    if left is not None and session.ledger.get(left.details["record"]) is None:
        return _finish(session, left, why)
    record_id, number, capture = _capture(session, exhibit)
    also = _also_in(session, capture)
    n = _dispose_capture(session, record_id, number, capture, said, why)
    _purge_projections(session)
    _close(session, number, record_id, said, why, n)
    return Disposal(exhibit=number, order=said, n_records=n,
                    bundles=bundles_holding(session, record_id), also_in=also,
                    noted_views=views_with_notes(session))  # fmt: skip


def _drop_quarantined(session: CaseSession, item: QuarantineItem, order: str, why: str) -> Disposal:
    """Destroy what a quarantine item holds; running it again after a kill does no harm."""
    Quarantine(session.folder).drop(item.item_id)
    session.custody.append(
        "disposal",
        exhibit=item.exhibit or item.item_id,
        reason=DONE,
        details={"order": order, "why": why, "item": item.item_id},
    )
    return Disposal(exhibit=item.item_id, order=order, n_records=0, bundles=(), also_in=())


def unfinished_disposals(events: Iterable[CustodyEvent]) -> list[CustodyEvent]:
    """Return the first event of each disposal that has no last event: a crash cut it short.

    Captures that were read out of a received file end with the file's own disposal.
    """
    told = [one for one in events if one.action == "disposal"]
    last = {one.object_sha256: one.id for one in told if one.reason == DONE}
    begun = [one for one in told if one.reason == BEGUN]
    items = [one for one in begun if "file" not in one.details]
    return [
        one for one in begun
        if one.details["record"] not in last
        and not any(item.id < one.id < last.get(item.details["record"], 0)
                    and item.details["order"] == one.details["order"] for item in items)
    ]  # fmt: skip


def refuse_unfinished_disposal(session: CaseSession) -> None:
    """Raise ``UsageError`` E-EVI-202 where a disposal was begun and not finished."""
    event = next(iter(unfinished_disposals(session.custody.events())), None)
    if event is None:
        return
    order = shlex.quote(event.details["order"])
    raise UsageError(
        "E-EVI-202",
        _("A disposal by order was begun and not finished."),
        where=event.exhibit,
        remedy=_("Run it again, it goes on: {command}").format(
            command=f"vestigo evidence dispose CASE {event.exhibit} --order {order}"
        ),
    )


def _unfinished(session: CaseSession, exhibit: str) -> CustodyEvent | None:
    """Return the first event of a disposal of this exhibit that has no last event."""
    for one in unfinished_disposals(session.custody.events()):
        if exhibit in (one.exhibit, one.details.get("record")):
            return one
    return None


def _finish(session: CaseSession, begun: CustodyEvent, why: str) -> Disposal:
    """End a disposal that was killed when the records were destroyed already."""
    record_id, order = begun.details["record"], begun.details["order"]
    _purge_projections(session)
    _close(session, begun.exhibit, record_id, order, why, 0)
    return Disposal(exhibit=begun.exhibit, order=order, n_records=0,
                    bundles=bundles_holding(session, record_id), also_in=(),
                    noted_views=views_with_notes(session))  # fmt: skip


def bundles_holding(session: CaseSession, record_id: str) -> tuple[str, ...]:
    """Return the bundles in the case folder that hold the body of a record."""
    found = []
    for path in sorted(session.folder.bundles.glob("*/data/custody/records.txt")):
        gone = path.with_name("disposed.txt")
        destroyed = gone.is_file() and _names(gone, record_id)
        if _names(path, record_id) and not destroyed:
            found.append(path.parents[2].name)
    return tuple(found)


def _names(path: Path, record_id: str) -> bool:
    with path.open("rb") as handle:
        return any(line.startswith(record_id.encode()) for line in handle)


def _dispose_capture(
    session: CaseSession, record_id: str, number: str, capture: Capture, order: str, why: str
) -> int:
    begun = _begun(session, record_id) or _begin(session, record_id, number, capture, order, why)
    item_id = item_id_of([b"disposal", capture.capture_id.encode(), order.encode()])
    _bury(session, capture, item_id, int(begun.details["n_bytes"]), order)
    drop_sealed_line(session.folder.sealed, capture)
    derived = list(derived_from(session, {record_id, capture.capture_id}))
    purge_views(session, {record_id, *derived})
    return len(destroy_records(session, [record_id], derived, number, _cause(order)))


def _begun(session: CaseSession, record_id: str) -> CustodyEvent | None:
    """Return the event of a disposal of this record that a crash cut short, if there is one."""
    found = (one for one in session.custody.events()
             if one.reason == BEGUN and one.details.get("record") == record_id)  # fmt: skip
    return next(found, None)


def _begin(
    session: CaseSession, record_id: str, number: str, capture: Capture, order: str, why: str
) -> CustodyEvent:
    group = group_at(session.folder.captures, capture)
    return session.custody.append(
        "disposal",
        exhibit=number,
        reason=BEGUN,
        authorization_id=capture.authorization_id,
        details={"order": order, "why": why, "record": record_id, "file": capture.warc_name,
                 "offset": str(capture.warc_offset), "n_bytes": str(len(group))},
    )  # fmt: skip


def _bury(session: CaseSession, capture: Capture, item_id: str, n_bytes: int, order: str) -> None:
    buried = bury(session.folder.captures, capture, item_id, n_bytes, DONE)
    logged = {event.object_sha256 for event in session.custody.events()
              if event.exhibit == capture.warc_name}  # fmt: skip
    if buried.after_sha256 not in logged:
        session.custody.append(
            "disposal",
            object_sha256=buried.after_sha256,
            exhibit=capture.warc_name,
            reason=BURIED,
            details={"before_sha256": buried.before_sha256, "item": item_id, "order": order,
                     "offset": str(capture.warc_offset), "n_bytes": str(n_bytes),
                     "capture_id": capture.capture_id},
        )  # fmt: skip


def _dispose_item(
    session: CaseSession, record_id: str, item: ReceivedItem, order: str, why: str
) -> Disposal:
    """Destroy a received file, every capture that was read out of it, and their records."""
    number = numbers_of(session)[record_id]
    if _begun(session, record_id) is None:
        session.custody.append(
            "disposal", exhibit=number, reason=BEGUN,
            details={"order": order, "why": why, "record": record_id},
        )  # fmt: skip
    n = 0
    for capture_record, capture_number, capture in _made_from(session, record_id):
        n += _dispose_capture(session, capture_record, capture_number, capture, order, why)
    _unlink_unless_shared(session, record_id, item)
    derived = list(derived_from(session, {record_id}))
    purge_views(session, {record_id, *derived})
    n += len(destroy_records(session, [record_id], derived, number, _cause(order)))
    _purge_projections(session)
    _close(session, number, record_id, order, why, n)
    numbers, named = numbers_of(session), session.ledger.named_of_kind(ReceivedItem)
    also = tuple(numbers[one] for one, other in named if other.sha256 == item.sha256)
    return Disposal(exhibit=number, order=order, n_records=n,
                    bundles=bundles_holding(session, record_id), also_in=also,
                    noted_views=views_with_notes(session))  # fmt: skip


def _made_from(session: CaseSession, item_id: str) -> list[tuple[str, str, Capture]]:
    ties = session.ledger.of_kind(ReceivedCapture, include_retracted=True)
    made = {tie.capture_id for tie in ties if tie.item_id == item_id}
    numbers = exhibit_numbers(session.ledger.ids())
    named = session.ledger.named_of_kind(Capture, include_retracted=True)
    return [(one, numbers[one], capture) for one, capture in named if capture.capture_id in made]


def _unlink_unless_shared(session: CaseSession, record_id: str, item: ReceivedItem) -> None:
    """Remove the file, unless the same bytes were handed over once more and stay for that."""
    named = session.ledger.named_of_kind(ReceivedItem, include_retracted=True)
    if any(other.sha256 == item.sha256 for one, other in named if one != record_id):
        return
    path = received_path(session.folder.received, item.sha256)
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        sync_folder(path.parent)


def _purge_projections(session: CaseSession) -> None:
    """Empty what can be made again and may hold the texts: graph, documents, index, scratch."""
    folder = session.folder
    for place in (folder.graph, folder.sheets, folder.console, folder.scratch):
        for path in sorted(place.glob("*")) if place.is_dir() else ():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _close(session: CaseSession, number: str, record_id: str, order: str, why: str, n: int) -> None:
    session.custody.append(
        "disposal",
        object_sha256=record_id,
        exhibit=number,
        reason=DONE,
        details={"order": order, "why": why, "n_records": str(n)},
    )


def _cause(order: str) -> Cause:
    return Cause(reason=f"{DONE}: {order}", event_reason="record destroyed by order", order=order)


def _capture(session: CaseSession, exhibit: str) -> tuple[str, str, Capture]:
    numbers = exhibit_numbers(session.ledger.ids())
    for record_id, capture in session.ledger.named_of_kind(Capture, include_retracted=True):
        if exhibit and exhibit in (numbers[record_id], capture.capture_id, record_id):
            return record_id, numbers[record_id], capture
    raise UsageError(
        "E-EVI-200",
        _("The case has no such exhibit, or it is gone already."),
        where=ascii(exhibit[:80]),
        remedy=_("Give its number (0002, R0001) or its whole id."),
    )


def _also_in(session: CaseSession, capture: Capture) -> tuple[str, ...]:
    ties = session.ledger.of_kind(ReceivedCapture, include_retracted=True)
    numbers = numbers_of(session)
    return tuple(sorted({numbers[t.item_id] for t in ties if t.capture_id == capture.capture_id}))


def _no_order() -> UsageError:
    return UsageError(
        "E-EVI-201",
        _("Nothing is destroyed without the reference of an order."),
        where="--order",
        remedy=_("Name the court or authority and the number of the order."),
    )
