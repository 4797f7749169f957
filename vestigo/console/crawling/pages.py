# SPDX-License-Identifier: AGPL-3.0-or-later
"""The crawl desk on one page: why is it not running, and what an operator can do about it."""

from __future__ import annotations

import io
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import HTTPException
from PIL import Image

from crawler.tor.reasons import cause_in_words
from vestigo.clock import parse_iso
from vestigo.console.acting import field_of, needed_of, see, signed_in
from vestigo.console.desk import Asked, Look, desk_of, require
from vestigo.console.sign_in_pages import Form
from vestigo.errors import UsageError, VestigoError
from vestigo.i18n import _
from vestigo.pipeline.coverage import look_at_passes, pass_document
from vestigo.pipeline.coverage_words import abstention_words
from vestigo.pipeline.crawl_look import CaseLook, MarketLook, look_at_crawls
from vestigo.pipeline.crawl_words import (
    action_words,
    after_action_words,
    authority_words,
    left_words,
    network_words,
    pass_words,
    rate_words,
    reason_words,
    session_words,
)
from vestigo.pipeline.interventions import check_person
from vestigo.pipeline.recrawl import next_passes

MOST_PASSWORD = 1_024
LARGEST_CAPTCHA = 4_000_000
MOST_PIXELS = 4_000_000
WORDS = {
    "action_words": action_words, "after_action_words": after_action_words,
    "authority_words": authority_words, "left_words": left_words, "network_words": network_words,
    "pass_words": pass_words, "rate_words": rate_words, "reason_words": reason_words,
    "session_words": session_words, "cause_in_words": cause_in_words,
    "abstention_words": abstention_words,
}  # fmt: skip


@get("/crawls", sync_to_thread=True)
def crawls(request: Asked) -> Response[str]:
    """Show how each crawl stands, with the reason, the next action, and forms for operators."""
    desk = desk_of(request)
    session = desk.session
    stands: CaseLook | None = None
    problem: VestigoError | None = None
    given: dict[str, Any] = {"seen": {}, "passes": [], "planned": {}}
    try:
        stands = look_at_crawls(session, session.folder.path)
        given["seen"] = {one.frontier: pass_document(one)
                         for one in look_at_passes(session.folder).passes}  # fmt: skip
        given["passes"] = next_passes(session)
        given["planned"] = desk.crawls.plan.all()
    except VestigoError as error:
        problem = error
    latest = {one.market: one.name for one in stands.markets} if stands else {}
    return desk.page(
        request, "crawls.html", Look("crawl desk"), latest=latest, stands=stands, problem=problem,
        started=desk.crawls.crawls.all(), has_captcha=desk.crawls.captcha() is not None,
        **given, **WORDS,
    )  # fmt: skip


@post("/crawls/attend", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def attend(request: Asked, data: Form) -> Response[str]:
    """Attend a log-in: the named person hands over the password and answers captchas here.

    Raises ``AuthorityError`` E-CRA-018 where no order in force names the person.
    """
    one = _crawl(request, data)
    person = needed_of(data, "person", 200)
    check_person(desk_of(request).session, person)
    desk_of(request).crawls.attend(one.name, _logged(request, "crawl attended", one, person),
                                   person, _password(data))  # fmt: skip
    return see("/crawls")


@post("/crawls/resume", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def resume(request: Asked, data: Form) -> Response[str]:
    """Go on with a crawl as it was begun."""
    one = _crawl(request, data)
    retry = data.get("retry_failed") == "yes"
    desk_of(request).crawls.go_on(one.name, _logged(request, "crawl resumed", one),
                                  _password(data), retry_failed=retry)  # fmt: skip
    return see("/crawls")


@post("/crawls/stop", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def stop(request: Asked, data: Form) -> Response[str]:
    """Interrupt a crawl that was started here; nothing that it has is lost."""
    require(request, "crawl")
    market = needed_of(data, "market", 200)
    _log(request, "crawl stopped", market=market)
    desk_of(request).crawls.crawls.stop(market)
    return see("/crawls")


@post("/crawls/answer", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def answer(request: Asked, data: Form) -> Response[str]:
    """Hand over what the person read in a captcha: a person answers, never the program."""
    require(request, "crawl")
    market, text = needed_of(data, "market", 200), needed_of(data, "answer", 200)
    _log(request, "captcha answered", market=market)
    desk_of(request).crawls.crawls.answer(market, text)
    return see("/crawls")


@post("/crawls/pass", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def begin_pass(request: Asked, data: Form) -> Response[str]:
    """Begin the next pass over a market now."""
    require(request, "crawl")
    desk = desk_of(request)
    one = desk.crawls.next_pass(needed_of(data, "market", 200))
    account = signed_in(request).account
    _log(request, "pass begun", market=one.market)
    desk.crawls.plan.drop(one.market)
    desk.crawls.begin_pass(desk.crawls.as_new(one), account, _password(data))
    return see("/crawls")


@post("/crawls/plan", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def plan(request: Asked, data: Form) -> Response[str]:
    """Plan a pass for a moment (UTC), or drop the plan where the moment is left empty.

    Raises ``UsageError`` E-CON-055 for what is no moment, E-CON-054 for an unknown market.
    """
    require(request, "crawl")
    desk = desk_of(request)
    market = desk.crawls.next_pass(needed_of(data, "market", 200)).market
    text = field_of(data, "at", 40)
    _log(request, "pass planned" if text else "planned pass dropped", market=market, at=text)
    if not text:
        desk.crawls.plan.drop(market)
        return see("/crawls")
    try:
        at = parse_iso(text if text.endswith("Z") else f"{text.replace(' ', 'T')}Z")
    except ValueError as error:
        raise UsageError(
            "E-CON-055",
            _("This is no moment in time."),
            where=text,
            remedy=_("Give it in UTC, as 2026-03-01T12:00:00."),
        ) from error
    desk.crawls.plan.put(market, at, signed_in(request).account)
    return see("/crawls")


@get("/crawls/captcha.png", sync_to_thread=True)
def captcha(request: Asked) -> Response[bytes]:
    """Show the picture that a crawl asks about, drawn anew from its pixels."""
    require(request, "crawl")
    desk = desk_of(request)
    path = desk.crawls.captcha()
    if path is None:
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    try:
        drawn = redrawn(path.read_bytes()[:LARGEST_CAPTCHA])
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND) from error
    return desk.picture(request, Look("captcha"), drawn, "image/png")


def redrawn(content: bytes) -> bytes:
    """Return a picture as a new PNG of its pixels; raises ``OSError`` or ``ValueError``."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "GIF", "WEBP")) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        out = io.BytesIO()
        picture.convert("RGB").save(out, "PNG")
    return out.getvalue()


def _crawl(request: Asked, data: Form) -> MarketLook:
    """Return the crawl that a form names; who may not run crawls is refused first."""
    require(request, "crawl")
    name = needed_of(data, "name", 200)
    session = desk_of(request).session
    found = {one.name: one for one in look_at_crawls(session, session.folder.path).markets}
    if name not in found:
        raise UsageError(
            "E-CON-054",
            _("This market was not crawled in this case."),
            where=name,
            remedy=_("Begin with “vestigo crawl run”, with its profile and start."),
        )
    return found[name]


def _logged(request: Asked, what: str, one: MarketLook, person: str = "") -> str:
    _log(request, what, crawl=one.name, person=person)
    return signed_in(request).account


def _log(request: Asked, what: str, **details: str) -> None:
    person = signed_in(request)
    given = {name: text for name, text in details.items() if text}
    desk_of(request).log.write(Look(what), person.account, person.role, given)


def _password(data: Form) -> str:
    """Return the password of the market's account as typed: one line."""
    return data.get("password", "")[:MOST_PASSWORD].partition("\n")[0].rstrip("\r")


HANDLERS = (crawls, attend, resume, stop, answer, begin_pass, plan, captcha)
