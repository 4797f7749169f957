# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filing what others hand over: a seized wallet list, an exchange's reply, a colleague's WARC."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.harmless import harmless_line
from vestigo.evidence.quarantine import Catcher, QuarantineItem, Sighting
from vestigo.evidence.received import (
    GivenHash,
    Staged,
    compare_hashes,
    keep_staged,
    stage_file,
)
from vestigo.evidence.received.checking import FILED
from vestigo.evidence.screening import Verdict
from vestigo.i18n import _
from vestigo.pipeline.receiving_archives import ImportReport, import_archive
from vestigo.pipeline.screening import open_catcher
from vestigo.pipeline.session import CaseSession, os_account
from vestigo.records import ReceivedItem

LARGEST_READ_WHOLE = 64 * 1024 * 1024
LONGEST_TEXT = 300
SALT_BYTES = 32
NUMBER = "R{:04d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What was filed: its number among all received items, its record, what was read of it.

    ``compared_whole`` says that the file was screened as a whole only: it is too large to
    look for what it carries inside.  ``archive`` is None for what is no WARC file.
    """

    number: str
    record_id: str
    item: ReceivedItem
    again: bool
    compared_whole: bool
    archive: ImportReport | None


def file_item(
    session: CaseSession,
    path: Path,
    from_whom: str,
    act: str,
    given: Sequence[GivenHash],
    on_bytes: Callable[[int], None] = lambda _n: None,
) -> Filed:
    """Take a file into the case; the same file from the same hand goes on where a crash stopped.

    Raises ``UsageError`` E-EVI-192 (no plain file), E-EVI-195 (nobody or no act named, empty
    file), ``VerificationError`` E-EVI-191 (another hash), E-EVI-196 (a screening hit).
    """
    whom, deed = _told(from_whom), _told(act)
    if not whom or not deed:
        raise _unsaid()
    log_unlogged_receipts(session)
    catcher = open_catcher(session)
    try:
        algorithms = [one.algorithm for one in given]
        with stage_file(path, session.folder.received, algorithms, on_bytes) as staged:
            _admit(session, catcher, staged, given, path)
            name = _told(path.name)
            found = _known(session, staged, whom, deed, name)
            keep_staged(staged)
        if found is None:
            item = _item(session, staged, whom, deed, name, given)
            session.ledger.append([item])
            log_unlogged_receipts(session)
        else:
            item = found
        archive = import_archive(session, catcher, item) if staged.is_warc else None
    finally:
        catcher.screen.close()
    return Filed(
        number=numbers_of(session)[item.record_id], record_id=item.record_id, item=item,
        again=found is not None, compared_whole=staged.n_bytes > LARGEST_READ_WHOLE,
        archive=archive,
    )  # fmt: skip


def items_of(session: CaseSession) -> dict[str, ReceivedItem]:
    """Return every received item that was not destroyed, by record id, in order of entry."""
    return dict(session.ledger.named_of_kind(ReceivedItem, include_retracted=True))


def numbers_of(session: CaseSession) -> dict[str, str]:
    """Return the number (R0001 …) of every received item by record id; it never changes."""
    named = (one for one, kind in session.ledger.ids() if kind == ReceivedItem.KIND)
    return {record_id: NUMBER.format(n) for n, record_id in enumerate(named, 1)}


def log_unlogged_receipts(session: CaseSession) -> int:
    """Log the items whose event a crash prevented; return how many."""
    items = items_of(session)
    if not items:
        return 0
    logged = {e.object_sha256 for e in session.custody.events() if e.action == "receipt"}
    numbers = numbers_of(session)
    missing = [one for one in items if one not in logged]
    for record_id in missing:
        _log(session, numbers[record_id], record_id, items[record_id])
    return len(missing)


def _log(session: CaseSession, number: str, record_id: str, item: ReceivedItem) -> None:
    """Write the event of one receipt.

    The object is the record, whose id is a commitment: no digest of the content stands in
    the log, so a short content cannot be found there by trying.
    """
    session.custody.append(
        "receipt",
        object_sha256=record_id,
        exhibit=number,
        reason=FILED,
        details={
            "from": item.from_whom, "act": item.act, "n_bytes": str(item.n_bytes),
            "hash": "compared" if item.given_hashes else "no hash came with it",
        },
    )  # fmt: skip


def _admit(
    session: CaseSession, catcher: Catcher, staged: Staged, given: Sequence[GivenHash], path: Path
) -> None:
    """Compare the hashes that came with the file, then screen it; what fails is not kept."""
    if not staged.n_bytes:
        raise _empty(path)
    try:
        compare_hashes(given, staged.digests, ascii(path.name))
    except VerificationError as error:
        session.custody.append("fail", reason="received item refused", details={"code": error.code})
        raise
    body = staged.path.read_bytes() if staged.n_bytes <= LARGEST_READ_WHOLE else b""
    screen = catcher.screen.variant(pictures_allowed=True)
    if not body:
        verdict = screen.judge_digests(staged.digests)
    elif staged.is_warc:
        verdict = screen.judge_digests(staged.digests)  # its pages are judged one by one
    else:
        verdict = screen.judge("", "", body, staged.media_type)
    if not verdict.passed:
        _refuse(session, catcher, verdict, body)


def _refuse(session: CaseSession, catcher: Catcher, verdict: Verdict, body: bytes) -> None:
    item: QuarantineItem | None = None
    if verdict.match is not None:
        sighting = Sighting(
            uri="urn:vestigo:received", host="", seen_at=session.clock(), body=body,
            blocks={"file": body} if body else {},
        )  # fmt: skip
        item = catcher.catch(verdict, sighting)
    else:
        session.custody.append(
            "fail", reason="received item refused", details={"code": "E-EVI-196"}
        )
    raise VerificationError(
        "E-EVI-196",
        _("The file holds what a list of the unit names, or it cannot be compared with it."),
        where=item.item_id[:16] if item else verdict.why,
        remedy=_("It was not filed; a hit lies in the quarantine. Call the named recipient."),
    )


def _known(
    session: CaseSession, staged: Staged, whom: str, deed: str, name: str
) -> ReceivedItem | None:
    wanted = (staged.sha256, whom, deed, name)
    for item in items_of(session).values():
        if (item.sha256, item.from_whom, item.act, item.file_name) == wanted:
            return item
    return None


def _item(
    session: CaseSession,
    staged: Staged,
    whom: str,
    deed: str,
    name: str,
    given: Sequence[GivenHash],
) -> ReceivedItem:
    return ReceivedItem(
        from_whom=whom, act=deed, received_at=session.clock(), file_name=name,
        media_type=staged.media_type, n_bytes=staged.n_bytes, sha256=staged.sha256,
        sha512=staged.digests["sha512"], given_hashes=tuple(sorted({str(one) for one in given})),
        person=os_account(), salt=secrets.token_hex(SALT_BYTES),
    )  # fmt: skip


def _told(text: str) -> str:
    return harmless_line(text.encode("utf-8", "backslashreplace").decode().strip())[:LONGEST_TEXT]


def _unsaid() -> UsageError:
    return UsageError(
        "E-EVI-195",
        _("It must be said who handed the file over, and by which act."),
        where="--from, --act",
        remedy=_("Name the person or office, and the reference of the reply, seizure or letter."),
    )


def _empty(path: Path) -> UsageError:
    return UsageError(
        "E-EVI-195",
        _("The file is empty."),
        where=ascii(path.name),
        remedy=_("Ask for it once more: nothing was filed."),
    )
