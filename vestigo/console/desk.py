# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the handlers share: the case, who is signed in, and how a page is made."""

from __future__ import annotations

import threading
from typing import Any

from jinja2 import Environment
from litestar import Request, Response
from litestar.datastructures import State

from vestigo.console.accounts import CAPABILITIES, Accounts
from vestigo.console.archive import Reader
from vestigo.console.crawling.desk import CrawlDesk
from vestigo.console.custody_view import CustodyView
from vestigo.console.facets import Rows, rows_of
from vestigo.console.graphing.opened import CaseGraph, OpenGraph
from vestigo.console.graphing.sentences import keys
from vestigo.console.graphing.view_store import ViewStore
from vestigo.console.guard import Origin
from vestigo.console.index import CaseIndex
from vestigo.console.indexing import Indexer
from vestigo.console.judging.queue import Queue
from vestigo.console.kept import KeptRows
from vestigo.console.looks import AccessLog, Look
from vestigo.console.masking import Masking
from vestigo.console.money.chain import Chains
from vestigo.console.once import OncePerIndex
from vestigo.console.people.asking import ProviderLine
from vestigo.console.people.passkeys import LIFETIME, Ceremony
from vestigo.console.people.pending import Pending
from vestigo.console.people.provider import read_provider
from vestigo.console.proving.jobs import Jobs
from vestigo.console.searching.index_file import IndexFile
from vestigo.console.searching.veil import Veil
from vestigo.console.signing_in import Brake, Sessions, SignedIn
from vestigo.console.trading.near import NearListings
from vestigo.errors import AuthorityError
from vestigo.i18n import _, active_language
from vestigo.pipeline.session import CaseSession

__all__ = [
    "PUBLIC", "AccessLog", "Asked", "Desk", "Look", "asked_for", "desk_of", "person_of", "query_of",
    "require",
]  # fmt: skip
Asked = Request[Any, Any, State]
PUBLIC = ("/sign-in", "/sign-out", "/language", "/static/")


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
        self.ceremonies: Pending[Ceremony] = Pending(session.clock, LIFETIME)
        self.provider = read_provider(session.settings("oidc"), session.folder.path)
        self.provider_line = ProviderLine(self.provider, session) if self.provider else None
        self.begun: Pending[Any] = Pending(session.clock, 2 * LIFETIME)
        self.log = AccessLog(session)
        self.crawls = CrawlDesk(session, self.log)
        self.chains = Chains(session)
        self.jobs = Jobs(session.clock)
        self.masking = Masking()
        self.custody = CustodyView(session.custody, session.clock)
        self.hashing = threading.Lock()
        kept = KeptRows(session.folder.console / "kept.sqlite", session.ledger)
        self._indexer = Indexer(session.ledger, kept)
        self._placing = threading.Lock()
        self._rows: tuple[object, Rows] | None = None
        self._nearing = threading.Lock()
        self._near: tuple[CaseIndex, NearListings] | None = None
        self.once = OncePerIndex()
        self.searched = IndexFile(session.folder.console / "search.sqlite", session.ledger)
        seconds = float(session.settings("graph")["query_timeout_seconds"])
        self.graph: CaseGraph = OpenGraph(session.folder.graph, seconds)
        self.views = ViewStore(session.folder.path)

    def index(self) -> CaseIndex:
        """Return the index of the record ledger as it stands now."""
        return self._indexer.index()

    def rows(self) -> Rows:
        """Return the rows of the listings browser, made again where the market's records grew."""
        index = self.index()
        with self._placing:
            if self._rows is None or self._rows[0] is not index.offers:
                self._rows = None  # the old ones go before the new ones come
                self._rows = (index.offers, rows_of(index))
            return self._rows[1]

    def queue(self) -> Queue:
        """Return what waits for a judgement, gathered once an index."""
        index = self.index()
        return self.once.get(index, "queue", lambda: Queue.of(index))

    def veil(self) -> Veil:
        """Return the third persons of the case, gathered once an index."""
        index = self.index()
        return self.once.get(index, "veil", lambda: Veil.of(index))

    def near(self) -> NearListings:
        """Return what finds listings of nearly the same text, brought up to the index."""
        index = self.index()
        with self._nearing:
            if self._near is None or self._near[0] is not index:
                before = self._near[1] if self._near else None
                self._near = (index, NearListings(index, before))
            return self._near[1]

    def picture(
        self, request: Asked, look: Look, content: bytes, media_type: str
    ) -> Response[bytes]:
        """Return a picture that was made here; the look is logged first, or nothing is shown."""
        person = person_of(request)
        assert person is not None
        self.log.write(look, person.account, person.role, {"path": asked_for(request)})
        return Response(content, media_type=media_type)

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

    def answer(
        self, request: Asked, look: Look, document: dict[str, Any], **details: str
    ) -> Response[dict[str, Any]]:
        """Return a JSON document; the look is logged first, or nothing is given."""
        person = person_of(request)
        assert person is not None
        details["path"] = asked_for(request)
        self.log.write(look, person.account, person.role, details)
        return Response(document, media_type="application/json")

    def render(self, template: str, person: SignedIn | None, path: str, **given: Any) -> str:
        """Return the markup of a page in the language of the request."""
        title = self.session.folder.description()["title"] if person else ""
        may = CAPABILITIES[person.role] if person else frozenset()
        return self.environment.get_template(template).render(
            person=person, case_title=title, language=active_language(), path=path, may=may,
            masking=self.masking, now=self.session.clock(), keys=keys(), **given,
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
