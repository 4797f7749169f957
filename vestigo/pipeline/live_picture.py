# SPDX-License-Identifier: AGPL-3.0-or-later
"""A picture of a page as the market shows it now: authorised, archived, recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from crawler.browser.from_archive import NothingLeaves
from crawler.browser.from_market import ask_for_live, draw_live
from crawler.browser.live import Hit, LiveRules, LiveWire
from crawler.browser.policy import RenderPolicy
from crawler.browser.studio import Studio, open_studio
from crawler.links import normal_uri
from crawler.market import MarketProfile, read_page
from crawler.market.classifying import is_page_type
from crawler.market.size import too_large
from crawler.netscape import parse_netscape
from crawler.network import TeeBackend, is_loopback, no_proxy
from crawler.permission import host_and_port, intent
from crawler.screening import NOT_SCREENED, category_of
from crawler.socks import SocksProxy, parse_proxy
from crawler.tor.identity import isolation_of
from vestigo import __version__
from vestigo.authority import Gate, SocketGuard, guarded
from vestigo.errors import ConfigurationError, InputError, UsageError
from vestigo.evidence.keys import seal_public_key
from vestigo.evidence.quarantine import Catcher, Sighting
from vestigo.evidence.screening import Screen, Verdict
from vestigo.evidence.warc import ClosedSegment, WarcArchive
from vestigo.i18n import _
from vestigo.pipeline.crawling import identity_of, log_event, log_segment, recorded
from vestigo.pipeline.picturing import SECTION, exhibit_of, keep_picture, third_persons
from vestigo.pipeline.screening import check_start, open_catcher
from vestigo.pipeline.session import CaseSession
from vestigo.records import Authorization, Capture, Screenshot


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePicture:
    """What is asked for: a page of ``profile``'s market, seen by ``account`` ("" for nobody).

    ``cookies`` is the content of a Netscape file with the account's session, or empty.
    """

    profile: MarketProfile
    uri: str
    account: str = ""
    scripts: bool = False
    cookies: bytes = field(default=b"", repr=False)


def check_live(session: CaseSession, wanted: LivePicture) -> Authorization:
    """Return the authorization for the picture; nothing is sent.

    Raises ``UsageError`` E-CRA-048 for what is no plain http address of the market (of TLS
    the bytes could be neither archived nor screened), and what the gate refuses.
    """
    uri = normal_uri(wanted.uri)
    if not uri.startswith("http://") or wanted.profile.is_never(uri):
        raise UsageError(
            "E-CRA-048",
            _("A live picture is taken of plain http addresses that the profile may ask for."),
            where=wanted.uri,
            remedy=_("Onion services are plain http. Otherwise draw the archived page."),
        )
    _proxy(session, wanted, uri)  # raises where there is none and the host needs it
    hint, gate = wanted.profile.hint(uri) or "", session.gate()
    if wanted.cookies:
        gate.check(intent(uri, "login", wanted.account, act="login"))
        _cookies(session, wanted, uri)
    return ask_for_live(gate, uri, hint, wanted.account, scripts=wanted.scripts)


@contextmanager
def open_live_studio(session: CaseSession) -> Iterator[Studio]:
    """Yield a browser for several pictures, one after the other; between them nothing leaves."""
    user_agent = str(session.settings("crawl")["user_agent"])
    shut = NothingLeaves(session.gate())
    with open_studio(session.folder.scratch, session.settings(SECTION), user_agent, shut) as studio:
        yield studio


def take_live(session: CaseSession, wanted: LivePicture, kept: Studio | None = None) -> Screenshot:
    """Take the picture; afterwards ledger and custody log hold everything that is archived.

    ``kept`` is a browser of ``open_live_studio``, else one is started.  Raises what
    ``check_live`` and ``draw_live`` raise; what was archived stays and is recorded.
    """
    granted = check_live(session, wanted)
    uri = normal_uri(wanted.uri)
    with recorded(session):
        proxy = _proxy(session, wanted, uri)
        details = {"start": uri, "act": "screenshot", "account": wanted.account,
                   "market": wanted.profile.market,
                   "isolation": proxy.username if proxy else ""}  # fmt: skip
        session.custody.append("collection", reason="live picture began",
                               authorization_id=granted.record_id, details=details)  # fmt: skip
        with (
            _wired(session, wanted, uri) as (wire, screen),
            _handed(session, wire, kept) as studio,
        ):
            drawn = draw_live(
                studio,
                wire,
                screen=screen,
                hidden=_names(session, wanted.profile, wire),
                cookies=_cookies(session, wanted, uri),
            )
            isolation = studio.isolation
    page = _capture(session, drawn.sources[0])
    return keep_picture(
        session, drawn, exhibit=exhibit_of(session, page), rendered="live",
        policy=wire.rules.policy, isolation=isolation, observed_at=page.observed_at,
        settings=session.settings(SECTION),
    )  # fmt: skip


@contextmanager
def _handed(session: CaseSession, wire: LiveWire, kept: Studio | None) -> Iterator[Studio]:
    """Yield the browser with ``wire`` behind its gate; afterwards nothing leaves it."""
    with ExitStack() as stack:
        studio = kept or stack.enter_context(open_live_studio(session))
        studio.gate.hand_over(wire)
        try:
            yield studio
        finally:
            studio.gate.hand_over(NothingLeaves(wire.rules.authority))


@contextmanager
def _wired(
    session: CaseSession, wanted: LivePicture, uri: str
) -> Iterator[tuple[LiveWire, Screen]]:
    """Yield the wire with archive and screen; every socket of the process is guarded."""
    closed: list[ClosedSegment] = []
    authority = session.gate()
    with ExitStack() as stack:
        stack.callback(_log_closed, session, closed)
        catcher = open_catcher(session)
        screen = stack.enter_context(catcher.screen)
        check_start(catcher, uri)
        _refuse_parked(catcher, uri)
        archive = stack.enter_context(_archive(session, closed))
        guard = stack.enter_context(guarded(SocketGuard(session.clock, session.log_refusal)))
        backend = TeeBackend(authority, guard, _proxy(session, wanted, uri))
        rules = _rules(session, wanted, uri, authority, catcher)
        yield LiveWire(backend=backend, archive=archive, rules=rules, page_uri=uri), screen


def _refuse_parked(catcher: Catcher, uri: str) -> None:
    """Raise ``InputError`` E-SCR-012 where the host waits for a person."""
    host, port = host_and_port(uri)
    if f"{host}:{port}" in catcher.quarantine.parked_hosts():
        raise InputError(
            "E-SCR-012",
            _("This host is parked: a person looks at what was found there first."),
            where=f"{host}:{port}",
            remedy=_("Nothing was sent."),
        )


def _log_closed(session: CaseSession, closed: list[ClosedSegment]) -> None:
    for segment in closed:
        log_segment(session, segment)


def _archive(session: CaseSession, closed: list[ClosedSegment]) -> WarcArchive:
    seal_key = None
    with suppress(ConfigurationError):
        seal_key = seal_public_key(session.folder)
    return WarcArchive(
        session.folder.captures,
        session.folder.sealed,
        seal_key,
        session.clock,
        f"vestigo {__version__}",
        on_segment=closed.append,
        on_event=lambda action, reason, details: log_event(session, action, reason, details),
    )


def _rules(
    session: CaseSession, wanted: LivePicture, uri: str, authority: Gate, catcher: Catcher
) -> LiveRules:
    crawl, profile = session.settings("crawl"), wanted.profile
    pictures = authority.covers(intent(uri, "image", wanted.account))
    screen = catcher.screen.variant(pictures_allowed=pictures, is_never=profile.is_never)

    def judge(address: str, category: str, body: bytes, media_type: str) -> Verdict:
        if address and body and screen.has_terms:
            if is_page_type(media_type) and too_large(body):
                return Verdict("not-authorised", why=NOT_SCREENED, media_type=media_type)
            category = category_of(profile, address, body, media_type)
        return screen.judge(address, category, body, media_type)

    return LiveRules(
        authority=authority,
        account=wanted.account,
        policy=RenderPolicy(scripts=wanted.scripts, pictures=pictures),
        judge=judge,
        hint_of=lambda address: profile.hint(address) or "",
        is_never=lambda address: not judge(address, "", b"", "").passed,
        on_event=lambda action, reason, details: log_event(session, action, reason, details),
        on_hit=lambda hit: _caught(catcher, hit),
        clock=session.clock,
        seconds=float(crawl["deadline_seconds"]),
        max_bytes=int(crawl["max_body_bytes"]),
        in_flight_bytes=int(crawl["in_flight_bytes"]),
    )


def _caught(catcher: Catcher, hit: Hit) -> None:
    """Put what the screening caught into the quarantine (or drop it, as the case says)."""
    blocks = {"request": hit.request, "response": hit.response}
    host, port = host_and_port(hit.uri)
    catcher.catch(
        hit.verdict,
        Sighting(
            uri=hit.uri, host=f"{host}:{port}", seen_at=hit.seen_at, body=hit.body,
            blocks=blocks, authorization_id=hit.authorization_id,
        ),
    )  # fmt: skip


def _names(
    session: CaseSession, profile: MarketProfile, wire: LiveWire
) -> Callable[[], Sequence[str]]:
    """Return what gives the third persons' names: those of the case and of the page itself."""
    known = third_persons(session)

    def names() -> Sequence[str]:
        page = wire.page
        if page is None:
            return known
        reading = read_page(
            profile, page.body, uri=wire.page_uri, status=page.status,
            media_type=page.media_type, charset="", problem="",
        )  # fmt: skip
        return (*known, *(row.buyer for row in reading.feedback if row.buyer))

    return names


def _cookies(session: CaseSession, wanted: LivePicture, uri: str) -> list[dict[str, Any]]:
    """Return the cookies of the file that fit the page's host, as the browser takes them.

    Raises ``InputError`` E-CRA-051 and E-CRA-052 as ``parse_netscape``.
    """
    if not wanted.cookies:
        return []
    found = parse_netscape(wanted.cookies, {host_and_port(uri)[0]}, session.clock()).cookies
    return [
        {
            "name": one.name, "value": one.value or "", "domain": one.domain, "path": one.path,
            "expires": one.expires or -1, "secure": one.secure,
            "httpOnly": one.has_nonstandard_attr("HttpOnly"),
        }
        for one in found
    ]  # fmt: skip


def _proxy(session: CaseSession, wanted: LivePicture, uri: str) -> SocksProxy | None:
    """Return the proxy with the isolation name of this account, as its crawls have; E-CRA-001."""
    market, account = wanted.profile.market, wanted.account
    username = isolation_of(market, account, identity_of(session, market, account))
    proxy = parse_proxy(str(session.settings("crawl")["proxy"]), username)
    if proxy is None and not is_loopback(host_and_port(uri)[0]):
        raise no_proxy(*host_and_port(uri))
    return proxy


def _capture(session: CaseSession, capture_id: str) -> Capture:
    found = (one for one in session.ledger.of_kind(Capture) if one.capture_id == capture_id)
    return next(found)
