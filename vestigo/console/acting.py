# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts that change a case: by one writer at a time, in the name of who is signed in."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from litestar import Response
from litestar.datastructures import UploadFile

from vestigo.console.desk import Asked, Desk, Look, asked_for, desk_of, person_of, require
from vestigo.console.sign_in_pages import see
from vestigo.console.signing_in import SignedIn
from vestigo.errors import AuthorityError, UsageError
from vestigo.evidence.custody import CustodyLog
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, open_session, os_account

STEP_UP = timedelta(minutes=5)
NOT_CONFIRMED = "E-CON-030"
MOST_TEXT = 4_000
WAIT_SECONDS = 10.0
__all__ = [
    "NOT_CONFIRMED", "NamedLog", "as_file", "confirmed", "field_of", "head_words", "needed_of",
    "reading_as", "require_confirmed", "see", "signed_in", "upload_of", "writing",
    "writing_as",
]  # fmt: skip
_ONE_AT_A_TIME = threading.Lock()


class NamedLog(CustodyLog):
    """A custody log whose every event names the account that is signed in."""

    def __init__(self, session: CaseSession, person: SignedIn) -> None:
        super().__init__(session.folder.custody, os_account(), session.clock, role=person.role)
        self._account = person.account

    def append_all(self, wanted: Any) -> Any:
        """Write several events at once, as ``CustodyLog`` does."""
        return super().append_all([self._named(given) for given in wanted])

    def _named(self, given: Mapping[str, Any]) -> dict[str, Any]:
        details = {"account": self._account, **(given.get("details") or {})}
        return {**given, "details": details}


def signed_in(request: Asked) -> SignedIn:
    """Return who is signed in; the guard let nobody else come so far."""
    person = person_of(request)
    assert person is not None
    return person


@contextmanager
def writing(request: Asked, capability: str) -> Iterator[CaseSession]:
    """Yield a session that may write; its events name the account.

    Raises ``AuthorityError`` E-CON-007, and ``UsageError`` E-STO-001 while another process
    writes to the case: nothing was done then.
    """
    require(request, capability)
    with writing_as(desk_of(request), signed_in(request)) as session:
        yield session


@contextmanager
def writing_as(desk: Desk, person: SignedIn) -> Iterator[CaseSession]:
    """Yield a session that may write in the name of ``person``; raises as ``writing``."""
    if not _ONE_AT_A_TIME.acquire(timeout=WAIT_SECONDS):
        raise UsageError(
            "E-STO-001",
            _("Another process is writing to this case."),
            where=str(desk.session.folder.path),
            remedy=_("Wait until it has finished, or stop it, and try again."),
        )
    try:
        with open_session(desk.session.folder.path, clock=desk.session.clock) as session:
            yield replace(session, custody=NamedLog(session, person))
    finally:
        _ONE_AT_A_TIME.release()


def reading_as(request: Asked) -> CaseSession:
    """Return the session of the console with a log that names the account."""
    session = desk_of(request).session
    return replace(session, custody=NamedLog(session, signed_in(request)))


def confirmed(request: Asked) -> bool:
    """Say whether the person confirmed within the last minutes that it is they."""
    desk, person = desk_of(request), signed_in(request)
    at = person.confirmed_at
    return at is not None and desk.session.clock() - at < STEP_UP


def require_confirmed(request: Asked, back: str = "") -> None:
    """Raise ``AuthorityError`` E-CON-030 where nobody proved again just now who they are.

    ``back`` is the page to come back to, by default the one that was asked for.
    """
    if not confirmed(request):
        raise AuthorityError(
            NOT_CONFIRMED,
            _("Confirm first that it is you; nothing was done."),
            where=back or asked_for(request),
            remedy=_("Confirm that it is you, then do it once more."),
        )


def field_of(data: Mapping[str, Any], name: str, most: int = MOST_TEXT) -> str:
    """Return a field of a form without blanks around it; E-CON-031 where it is too long."""
    value = data.get(name, "")
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > most:
        raise UsageError(
            "E-CON-031",
            _("A field of the form is too long."),
            where=name,
            remedy=_("Shorten it to {n} characters; nothing was done.").format(n=most),
        )
    return text


def needed_of(data: Mapping[str, Any], name: str, most: int = MOST_TEXT) -> str:
    """Return a field of a form that may not be empty; E-CON-032 where it is."""
    text = field_of(data, name, most)
    if not text:
        raise _empty(name)
    return text


def upload_of(data: Mapping[str, Any]) -> UploadFile:
    """Return the file of a form; E-CON-032 where none was chosen."""
    given = data.get("file")
    if not isinstance(given, UploadFile):
        raise _empty("file")
    return given


def _empty(name: str) -> UsageError:
    return UsageError(
        "E-CON-032",
        _("A field of the form is empty."),
        where=name,
        remedy=_("Fill it in; nothing was done."),
    )


def as_file(
    request: Asked, content: bytes, name: str, media_type: str, look: Look
) -> Response[bytes]:
    """Hand out a file that this console made; it is logged with its digest first."""
    import hashlib

    digest = hashlib.sha256(content).hexdigest()
    desk, person = desk_of(request), signed_in(request)
    details = {"path": asked_for(request), "file": name, "n_bytes": str(len(content)),
               "sha256": digest}  # fmt: skip
    given = Look(look.reason, digest, action="export")
    desk.log.write(given, person.account, person.role, details)
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def head_words(desk: Desk) -> str:
    """Return case, moment and checkpoint in one line: it stands in every file that is made."""
    head = desk.session.custody.head()
    title = str(desk.session.folder.description()["title"])
    now = f"{desk.session.clock():%Y-%m-%d %H:%M:%S} UTC"
    return f"{title} · {now} · custody {head.n_events}:{head.sha256[:16]}"
