# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the handlers share: the case, who is signed in, and how a page is made."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from litestar import Request, Response
from litestar.datastructures import State

from vestigo.console.accounts import CAPABILITIES, Accounts
from vestigo.console.archive import Reader
from vestigo.console.custody_view import CustodyView
from vestigo.console.facets import Row, rows_of
from vestigo.console.guard import Origin
from vestigo.console.index import CaseIndex
from vestigo.console.indexing import Indexer
from vestigo.console.masking import Masking
from vestigo.console.signing_in import Brake, Sessions, SignedIn
from vestigo.errors import AuthorityError
from vestigo.evidence.custody import CustodyLog
from vestigo.i18n import _, active_language
from vestigo.pipeline.session import CaseSession, os_account

Asked = Request[Any, Any, State]
PUBLIC = ("/sign-in", "/sign-out", "/language", "/static/")


@dataclass(frozen=True, slots=True)
class Look:
    """What a person looks at, for the custody log."""

    reason: str
    object_sha256: str = ""
    action: str = "access"


class AccessLog:
    """Writes each look at case material to the custody log before it is answered.

    The actor stays the OS account that runs the console; the signed-in account stands
    in the details, its role in the event.  Threads that append at once share one wait.
    """

    def __init__(self, session: CaseSession) -> None:
        self._lock = threading.Lock()
        self._session = session
        self._logs: dict[str, CustodyLog] = {}

    def write(self, look: Look, account: str, role: str, details: Mapping[str, str]) -> None:
        """Append one event; an error here means that the page is not shown."""
        with self._lock:
            if role not in self._logs:
                self._logs[role] = CustodyLog(
                    self._session.folder.custody, os_account(), self._session.clock, role=role
                )
        self._logs[role].append(
            look.action,
            object_sha256=look.object_sha256,
            reason=f"console: {look.reason}",
            details={"account": account, **details},
        )


class Desk:
    """The state of one running console."""

    def __init__(
        self,
        session: CaseSession,
        origin: Origin,
        port: int,
        read: Reader,
        environment: Environment,
    ) -> None:
        self.session = session
        self.origin = origin
        self.port = port
        self.read = read
        self.environment = environment
        self.accounts = Accounts(session.folder)
        self.sessions = Sessions(session.clock)
        self.brake = Brake(session.clock)
        self.log = AccessLog(session)
        self.masking = Masking()
        self.custody = CustodyView(session.custody, session.clock)
        self.hashing = threading.Lock()
        self._indexer = Indexer(session.ledger)
        self._rows: tuple[CaseIndex | None, list[Row]] = (None, [])

    def index(self) -> CaseIndex:
        """Return the index of the record ledger as it stands now."""
        return self._indexer.index()

    def rows(self) -> list[Row]:
        """Return the rows of the listings browser, made once an index."""
        index = self.index()
        if self._rows[0] is not index:
            self._rows = (index, rows_of(index))
        return self._rows[1]

    def page(self, request: Asked, template: str, look: Look | None, **given: Any) -> Response[str]:
        """Return a page; a look at case material is logged first, or nothing is shown."""
        person = person_of(request)
        if look is not None and person is not None:
            self.log.write(look, person.account, person.role, {"path": asked_for(request)})
        return Response(
            self.render(template, person, asked_for(request), **given),
            media_type="text/html",
            status_code=given.get("status", 200),
        )

    def render(self, template: str, person: SignedIn | None, path: str, **given: Any) -> str:
        """Return the markup of a page in the language of the request."""
        title = self.session.folder.description()["title"] if person else ""
        may = CAPABILITIES[person.role] if person else frozenset()
        return self.environment.get_template(template).render(
            person=person, case_title=title, language=active_language(), path=path, may=may,
            masking=self.masking, now=self.session.clock(), **given,
        )  # fmt: skip


def desk_of(request: Asked) -> Desk:
    """Return the desk of the application that serves ``request``."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


def person_of(request: Asked) -> SignedIn | None:
    """Return who is signed in; the guard has looked."""
    person = request.scope.get("vestigo_person")
    assert person is None or isinstance(person, SignedIn)
    return person


def query_of(request: Asked) -> dict[str, str]:
    """Return the query string of a request; where a name is repeated, the last one counts."""
    return dict(request.query_params.multi_items())


def require(request: Asked, capability: str) -> None:
    """Refuse (E-CON-007) what the role of the signed-in account does not include."""
    person = person_of(request)
    if person is None or capability not in CAPABILITIES[person.role]:
        raise AuthorityError(
            "E-CON-007",
            _("Your role does not include this."),
            where=request.url.path,
            remedy=_("Ask for an account with the role that does."),
        )


def asked_for(request: Asked) -> str:
    """Return path and query of a request."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
