# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every check of a case by itself, so that a person sees which one failed and what it said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from vestigo.errors import VestigoError
from vestigo.evidence.archive_check import verify_archive
from vestigo.evidence.bundle import compare_log
from vestigo.evidence.key_case import verify_keys
from vestigo.evidence.received import verify_received
from vestigo.pipeline.disposing import refuse_unfinished_disposal
from vestigo.pipeline.session import CaseSession
from vestigo.pipeline.stamping import case_bracket
from vestigo.records import Capture, ReceivedItem

OK, FINDINGS, FAILED = "ok", "findings", "failed"


@dataclass(frozen=True, slots=True)
class CaseCheck:
    """One check: ``status`` is ok, findings (to be looked at) or failed, with its ``error``.

    ``figures`` are counts and digests by name, ``found`` what has to be looked at.
    """

    name: str
    status: str
    figures: dict[str, str] = field(default_factory=dict)
    found: tuple[str, ...] = ()
    error: VestigoError | None = None


def check_case(session: CaseSession) -> list[CaseCheck]:
    """Run every check of ``vestigo evidence verify``, whatever the others found; log the result."""
    checks = [_run(name, check, session) for name, check in _CHECKS.items()]
    wrong = [one for one in checks if one.error is not None]
    session.custody.append(
        "fail" if wrong else "verify",
        object_sha256=session.ledger.head().entry_sha256,
        exhibit=wrong[0].error.where if wrong and wrong[0].error else "",
        reason="case not verified" if wrong else "case verified",
        details={one.name: one.error.code if one.error else one.status for one in checks},
    )
    return checks


def _run(name: str, check: Callable[[CaseSession], CaseCheck], session: CaseSession) -> CaseCheck:
    try:
        return check(session)
    except VestigoError as error:
        return CaseCheck(name, FAILED, error=error)


def _custody(session: CaseSession) -> CaseCheck:
    torn = session.custody.torn_bytes()
    head = session.custody.verify()
    figures = {"events": str(head.n_events), "head_sha256": head.sha256}
    found = (f"{torn} bytes of an unfinished event",) if torn else ()
    return _check("custody", figures, found)


def _records(session: CaseSession) -> CaseCheck:
    head = session.ledger.verify()
    return _check("records", {"entries": str(head.n_entries), "head_sha256": head.entry_sha256})


def _heads(session: CaseSession) -> CaseCheck:
    cut_short = compare_log(session.folder, session.ledger, session.custody)
    return _check("heads", found=("the last write is not logged",) if cut_short else ())


def _disposals(session: CaseSession) -> CaseCheck:
    refuse_unfinished_disposal(session)
    return _check("disposals")


def _archive(session: CaseSession) -> CaseCheck:
    captures = list(session.ledger.of_kind(Capture, include_retracted=True))
    found = verify_archive(session.folder.captures, captures, session.custody.events())
    figures = {"files": str(found.n_files), "captures": str(found.n_captures)}
    return _check("archive", figures, found.unknown)


def _received(session: CaseSession) -> CaseCheck:
    named = dict(session.ledger.named_of_kind(ReceivedItem, include_retracted=True))
    found = verify_received(session.folder.received, named, session.custody.events())
    return _check("received", {"items": str(found.n_items)}, (*found.unknown, *found.unlogged))


def _time(session: CaseSession) -> CaseCheck:
    bracket = case_bracket(session)
    body = bracket.body()
    figures = {"not_before": str(body["not_before"]), "not_after": str(body["not_after"])}
    return _check("time", figures, tuple(_pending(len(bracket.pending))))


def _keys(session: CaseSession) -> CaseCheck:
    found = verify_keys(session.folder, session.custody)
    figures = {"keys": str(found.n_keys), "operators": str(found.n_operators),
               "revoked": str(found.n_revoked)}  # fmt: skip
    return _check("keys", figures, tuple(found.doubtful))


def _pending(n: int) -> Iterator[str]:
    if n:
        yield f"{n} stamps are pending"


def _check(
    name: str, figures: dict[str, str] | None = None, found: tuple[str, ...] = ()
) -> CaseCheck:
    return CaseCheck(name, FINDINGS if found else OK, figures or {}, tuple(found))


_CHECKS: dict[str, Callable[[CaseSession], CaseCheck]] = {
    "custody": _custody, "records": _records, "heads": _heads, "disposals": _disposals,
    "archive": _archive, "received": _received, "time": _time, "keys": _keys,
}  # fmt: skip
