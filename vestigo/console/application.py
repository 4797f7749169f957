# SPDX-License-Identifier: AGPL-3.0-or-later
"""The web application: routes, the guard around them, and errors as pages."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from litestar import Litestar, Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from vestigo.console import (
    case_pages,
    evidence_pages,
    listing_pages,
    money_pages,
    sign_in_pages,
    vendor_pages,
)
from vestigo.console.acting import NOT_CONFIRMED, see
from vestigo.console.crawling import pages as crawl_pages
from vestigo.console.crawling.plan import Follower
from vestigo.console.desk import PUBLIC, Asked, Desk, desk_of, person_of
from vestigo.console.familiar import familiar, nested_too_deep
from vestigo.console.gone import why_gone
from vestigo.console.graphing import exporting, view_pages, ways
from vestigo.console.graphing import pages as graph_pages
from vestigo.console.guard import with_headers
from vestigo.console.judging import pages as judge_pages
from vestigo.console.money import (
    cluster_pages,
    deciding,
    service_pages,
    tag_pages,
    trace_pages,
)
from vestigo.console.people import pages as people_pages
from vestigo.console.people import passkey_pages, provider_pages
from vestigo.console.proving import acts as proof_acts
from vestigo.console.proving import pages as proof_pages
from vestigo.console.requests import LANGUAGE_COOKIE, cookies_of, header_of, language_of
from vestigo.console.searching import pages as search_pages
from vestigo.console.signing_in import HOST_COOKIE, SignedIn, fallback_cookie
from vestigo.console.trading import csv_pages as trade_tables
from vestigo.console.trading import pages as trade_pages
from vestigo.errors import ExitCode, VestigoError
from vestigo.i18n import _, speaking

MAX_FORM_BYTES = 16_384
STATIC = {"console.css": "text/css", "mark.svg": "image/svg+xml",
          "console.js": "text/javascript", "graph.js": "text/javascript",
          "graph.css": "text/css", "desks.css": "text/css",
          "passkeys.js": "text/javascript"}  # fmt: skip
JSON = "application/json"
_LOG = logging.getLogger("vestigo.console")
BUSY = "E-STO-001"
_REFUSED = {ExitCode.USAGE, ExitCode.CONFIGURATION, ExitCode.VERIFICATION_FAILED, ExitCode.FINDINGS}
_STATUS = {ExitCode.AUTHORITY: HTTPStatus.FORBIDDEN, ExitCode.USAGE: HTTPStatus.NOT_FOUND,
           ExitCode.UNREACHABLE: HTTPStatus.SERVICE_UNAVAILABLE}  # fmt: skip


@get("/static/{name:str}", sync_to_thread=False)
def static_file(name: FromPath[str]) -> Response[bytes]:
    """Return one of the files that pages link to."""
    if name not in STATIC:
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    content = files("vestigo.console").joinpath("static", name).read_bytes()
    return Response(content, media_type=STATIC[name])


def build_application(desk: Desk) -> ASGIApp:
    """Return the application of one case, with the guard around it."""
    handlers = [
        static_file, *case_pages.HANDLERS, *listing_pages.HANDLERS, *vendor_pages.HANDLERS,
        *money_pages.HANDLERS, *evidence_pages.HANDLERS, *search_pages.HANDLERS,
        *graph_pages.HANDLERS, *ways.HANDLERS, *view_pages.HANDLERS, *exporting.HANDLERS,
        *judge_pages.HANDLERS, *sign_in_pages.HANDLERS,
        *people_pages.HANDLERS, *passkey_pages.HANDLERS, *provider_pages.HANDLERS,
        *trade_pages.HANDLERS, *trade_tables.HANDLERS,
        *trace_pages.HANDLERS, *cluster_pages.HANDLERS, *service_pages.HANDLERS,
        *deciding.HANDLERS, *tag_pages.HANDLERS, *crawl_pages.HANDLERS,
        *proof_pages.HANDLERS, *proof_acts.HANDLERS,
    ]  # fmt: skip
    follower = Follower(desk.crawls.begin_due)
    application = Litestar(
        handlers,
        on_startup=[follower.start],
        on_shutdown=[follower.stop, desk.crawls.crawls.close, desk.chains.close],
        openapi_config=None,
        logging_config=None,
        state=State({"desk": desk}),
        exception_handlers={
            VestigoError: _error_of_ours,
            HTTPException: _http_error,
            Exception: _unexpected,
        },
        request_max_body_size=MAX_FORM_BYTES,
    )
    return Guard(application, desk)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the guard answers where no handler is asked: status, way on, words."""

    status: int
    what: str
    location: str = ""
    remedy: str = ""
    sign_in: bool = False


class Guard:
    """Refuses foreign hosts and origins, asks who it is, and sets the headers of every answer."""

    def __init__(self, application: ASGIApp, desk: Desk) -> None:
        self._application = application
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if str(scope["type"]) != "http":
            await self._application(scope, receive, send)
            return

        https = self._desk.origin.is_https(header_of(scope, b"host") or "")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_headers(message.get("headers", ()), https=https)
            await send(message)

        with speaking(language_of(scope)):
            answer = self._refusal(scope) or self._sign_in_first(scope)
            if answer is None:
                await self._application(scope, receive, send_with_headers)
            else:
                await self._send(answer, scope["path"], send_with_headers)

    def _refusal(self, scope: Any) -> Refusal | None:
        origin, host = self._desk.origin, header_of(scope, b"host") or ""
        if not origin.host_allowed(host):
            return Refusal(421, _("This console does not answer under this name."))
        site, mode = header_of(scope, b"sec-fetch-site"), header_of(scope, b"sec-fetch-mode")
        if origin.refuses(scope["method"], site, mode, header_of(scope, b"origin")):
            return Refusal(403, _("This request came from another site and was refused."))
        return None

    def _sign_in_first(self, scope: Any) -> Refusal | None:
        person = self._person(scope)
        scope["vestigo_person"] = person
        path = scope["path"]
        if person is not None or path.startswith(PUBLIC):
            return None
        began = session_token(self._desk, scope)
        if scope["method"] not in {"GET", "HEAD"}:
            return _nothing_done() if began else Refusal(403, _("Sign in first."), sign_in=True)
        wanted = path + ("?" + scope["query_string"].decode("latin-1")).rstrip("?")
        ended = "&ended=1" if began else ""
        location = f"/sign-in?next={quote(wanted, safe='')}{ended}"
        return Refusal(303, _("Sign in first."), location)

    async def _send(self, answer: Refusal, path: str, send: Send) -> None:
        body = self._desk.render(
            "error.html", None, path, status=answer.status, code="", what=answer.what, where="",
            remedy=answer.remedy, sign_in=answer.sign_in, is_form=False,
        )  # fmt: skip
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        if answer.location:
            headers.append((b"location", answer.location.encode("ascii")))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        content = body.encode("utf-8", "replace")
        await send({"type": "http.response.body", "body": content, "more_body": False})

    def _person(self, scope: Any) -> SignedIn | None:
        token = session_token(self._desk, scope)
        person = self._desk.sessions.use(token)
        if person is None:
            return None
        account = self._desk.accounts.get(person.account)
        if account is None or account.role != person.role:
            self._desk.sessions.end(token)
            return None
        return person


def _nothing_done() -> Refusal:
    return Refusal(
        403,
        _("Your session has ended; nothing was done."),
        remedy=_(
            "Sign in in another tab, come back here and go one page back: what you typed "
            "is still in the form. Send it again."
        ),
        sign_in=True,
    )


def session_token(desk: Desk, scope: Any) -> str | None:
    """Return the session token of a request; the fallback name counts on plain http only."""
    cookies = cookies_of(scope)
    if HOST_COOKIE in cookies or desk.origin.is_https(header_of(scope, b"host") or ""):
        return cookies.get(HOST_COOKIE)
    return cookies.get(fallback_cookie(desk.port))


def _error_page(request: Asked, status: int, **words: str) -> Response[Any]:
    if request.headers.get("accept", "") == JSON:
        return Response(words, media_type=JSON, status_code=status)
    markup = desk_of(request).render(
        "error.html", person_of(request), request.url.path, status=status, sign_in=False,
        is_form=request.method == "POST", **words,
    )  # fmt: skip
    return Response(markup, media_type="text/html", status_code=status)


def _error_of_ours(request: Asked, error: VestigoError) -> Response[Any]:
    status = _STATUS.get(error.exit_code, HTTPStatus.INTERNAL_SERVER_ERROR)
    is_form = request.method == "POST" and request.headers.get("accept", "") != JSON
    if is_form and error.exit_code in _REFUSED:
        status = HTTPStatus.CONFLICT if error.code == BUSY else HTTPStatus.BAD_REQUEST
    if error.code == NOT_CONFIRMED and request.headers.get("accept", "") != JSON:
        return see(f"/confirm?next={quote(error.where, safe='')}")
    folder = str(desk_of(request).session.folder.path)
    where = error.where.replace(folder, "CASE")  # no page tells where it lies on the machine
    return _error_page(request, status, code=error.code, what=error.what, where=where,
                       remedy=error.remedy)  # fmt: skip


def _http_error(request: Asked, error: HTTPException) -> Response[Any]:
    if error.status_code == HTTPStatus.NOT_FOUND and person_of(request) is not None:
        gone = why_gone(desk_of(request).session, request.url.path)
        if gone is not None:
            return _error_of_ours(request, gone)
    what = {
        404: _("There is no such page."),
        405: _("This page does not take such a request."),
        413: _("The request is too large."),
    }.get(error.status_code, _("The request was not understood."))
    return _error_page(request, error.status_code, code="", what=what, where="", remedy="")


def _unexpected(request: Asked, error: Exception) -> Response[Any]:
    known = familiar(error)
    if known is None and isinstance(error, RecursionError) and request.method == "POST":
        known = nested_too_deep()
    if known is not None:
        _LOG.warning("%s %s", known.code, request.url.path)
        return _error_of_ours(request, known)
    _LOG.error("E-CON-009 %s", request.url.path, exc_info=error)
    return _error_page(
        request, HTTPStatus.INTERNAL_SERVER_ERROR, code="E-CON-009", where="",
        what=_("Something unexpected happened; the page is not shown."),
        remedy=_("Look at the console’s output on the machine that runs it."),
    )  # fmt: skip


__all__ = ["LANGUAGE_COOKIE", "Guard", "build_application", "session_token"]
