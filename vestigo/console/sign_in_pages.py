# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in and out, and the choice of language."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Annotated

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from vestigo.console.accounts import Account
from vestigo.console.desk import Asked, Desk, Look, desk_of, person_of
from vestigo.console.people.ways import ways_of
from vestigo.console.requests import (
    LANGUAGE_COOKIE,
    cookies_of,
    header_of,
    set_cookie,
    way_back,
)
from vestigo.console.signing_in import HOST_COOKIE, HOST_PROBE, fallback_cookie
from vestigo.i18n import DOCUMENT_LANGUAGES, SOURCE_LANGUAGE, _

YEAR = 31_536_000
NOT_KNOWN = "not known"  # what is typed as a name may be a password: no log keeps it
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/sign-in", sync_to_thread=False)
def sign_in_page(request: Asked) -> Response[str]:
    """Show the form; a probe cookie tells whether this browser keeps ``__Host-`` names."""
    wanted = way_back(request.query_params.get("next", "/"))
    ended = request.query_params.get("ended") == "1"
    problem = _("Your session has ended. Sign in again to go on where you were.") if ended else ""
    answer = desk_of(request).page(
        request, "sign_in.html", None, next=wanted, problem=problem, name="", ways=ways_of(request)
    )
    answer.headers["Set-Cookie"] = set_cookie(HOST_PROBE, "1", secure=True)
    return answer


@post("/sign-in", sync_to_thread=True, status_code=HTTPStatus.OK)
def sign_in(request: Asked, data: Form) -> Response[str]:
    """Begin a session, or say that it did not work without saying why."""
    desk, name = desk_of(request), data.get("name", "")[:64]
    wanted = way_back(data.get("next", "/"))
    pause = desk.brake.pause(name)
    if pause:
        minutes = math.ceil(pause.total_seconds() / 60)
        words = _("Too many failures. Try again in {n} min.").format(n=minutes)
        return refused(request, words, HTTPStatus.TOO_MANY_REQUESTS, name, wanted)
    with desk.hashing:
        account = desk.accounts.sign_in(name, data.get("password", ""))
    if account is None:
        desk.brake.failed(name)
        known = name if desk.accounts.get(name) else NOT_KNOWN
        desk.log.write(Look("sign-in failed", action="fail"), known, "operator", {})
        words = _("The name or the password is not right.")
        return refused(request, words, HTTPStatus.UNAUTHORIZED, name, wanted)
    desk.brake.succeeded(name)
    return begun(request, desk, account, wanted, "password")


@post("/sign-out", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def sign_out(request: Asked) -> Response[str]:
    """End the session."""
    desk, person = desk_of(request), person_of(request)
    cookies = cookies_of(request.scope)
    for name in (HOST_COOKIE, fallback_cookie(desk.port)):
        desk.sessions.end(cookies.get(name))
    if person is not None:
        desk.log.write(Look("sign-out"), person.account, person.role, {})
    answer = see("/sign-in")
    answer.headers["Set-Cookie"] = set_cookie(HOST_COOKIE, "", secure=True, seconds=0)
    return answer


@post("/language", sync_to_thread=False, status_code=HTTPStatus.SEE_OTHER)
def choose_language(request: Asked, data: Form) -> Response[str]:
    """Keep the language in a cookie and go back."""
    chosen = data.get("language", "")
    language = chosen if chosen in DOCUMENT_LANGUAGES else SOURCE_LANGUAGE
    secure = desk_of(request).origin.is_https(header_of(request.scope, b"host") or "")
    answer = see(way_back(data.get("next", "/")) if person_of(request) else "/sign-in")
    answer.headers["Set-Cookie"] = set_cookie(
        LANGUAGE_COOKIE, language, secure=secure, seconds=YEAR
    )
    return answer


def begun(request: Asked, desk: Desk, account: Account, wanted: str, by: str) -> Response[str]:
    """Begin a session of an account and lead where one wanted."""
    answer = see(wanted)
    answer.headers["Set-Cookie"] = new_session(request, desk, account, by)
    return answer


def new_session(request: Asked, desk: Desk, account: Account, by: str) -> str:
    """Begin a session of an account that ``by`` proved itself, and return its cookie."""
    cookies = cookies_of(request.scope)
    host_name = HOST_PROBE in cookies or desk.origin.is_https(
        header_of(request.scope, b"host") or ""
    )
    name = HOST_COOKIE if host_name else fallback_cookie(desk.port)
    browser = (header_of(request.scope, b"user-agent") or "")[:200]
    before = cookies.get(name)
    token = desk.sessions.begin(account.name, account.role, before, browser, by)
    desk.log.write(Look("sign-in"), account.name, account.role, {"by": by[:16]})
    return set_cookie(name, token, secure=host_name)


def refused(request: Asked, words: str, status: int, name: str, wanted: str) -> Response[str]:
    """Return the sign-in page again, with what was wrong."""
    return desk_of(request).page(
        request, "sign_in.html", None, next=wanted, problem=words, name=name, status=status,
        ways=ways_of(request),
    )  # fmt: skip


def see(where: str) -> Response[str]:
    """Return the answer that sends a browser to another page."""
    return Response("", status_code=HTTPStatus.SEE_OTHER, media_type="text/plain",
                    headers={"Location": where})  # fmt: skip


HANDLERS = (sign_in_page, sign_in, sign_out, choose_language)
