# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a crawl is not running: authority, session, network, queue, errors, what to do next.

Everything is read; nothing is sent, no socket opened, no lock taken, so that it can be asked
while a crawl runs, after it was killed, and of a case that has nothing yet.
"""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from urllib.parse import urlsplit

from crawler.frontier.viewing import ErrorView, FrontierView, view_frontier
from crawler.job import Coverage
from crawler.market import load_profile
from crawler.network import is_loopback
from crawler.permission import host_and_port, intent
from vestigo.authority import Gate
from vestigo.clock import iso
from vestigo.errors import VestigoError
from vestigo.evidence.quarantine import Quarantine
from vestigo.pipeline.crawl_choice import frontiers
from vestigo.pipeline.crawl_next import NextAction, Standing, next_action
from vestigo.pipeline.crawl_state import (
    CrawlState,
    Parked,
    RunningNow,
    pass_of,
    rate_a_minute,
    read_state,
)
from vestigo.pipeline.crawling import case_seal_key
from vestigo.pipeline.session import CaseSession
from vestigo.records import Authorization

WANTED = (
    ("view", "listing"), ("view", "vendor"), ("view", "feedback"), ("search", "search"),
    ("login", "login"), ("fetch_image", "image"), ("screenshot", ""), ("run_scripts", ""),
)  # fmt: skip
_LISTENS = "0A"
QUARANTINED = "E-SCR-012"
OUT_OF_FORCE = ("E-AUT-001", "E-AUT-002")


@dataclass(frozen=True, slots=True)
class OrderLook:
    """One authorization: ``state`` is in-force, not-begun, expired or amended."""

    record_id: str
    reference: str
    state: str
    starts_at: str
    ends_at: str
    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuthorityLook:
    """Whether a crawl of ``host`` may go on: ``code`` is "" or that of the refusal.

    ``until`` is when the last order in force ends, ``ended_at`` when the last one that is over
    did, ``begins_at`` when the next one begins; ``not_covered`` names acts (with the kind of
    page) that no order allows there; ``hosts`` those that the orders in force name.
    """

    code: str
    until: str
    not_covered: tuple[str, ...]
    persons: tuple[str, ...]
    ended_at: str = ""
    begins_at: str = ""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkLook:
    """The way to the market: ``direct`` (loopback), or the proxy and whether it listens.

    ``state``: direct, listening, silent, not-known, or missing (no proxy is set).
    """

    proxy: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketLook:
    """One market and pass; ``reason`` is the stable code of why it is not running.

    ``running``, ``asking`` (a captcha waits for a person), ``held``, ``complete``, ``killed``,
    ``interrupted``, ``waiting``, ``failed-pages``, or the code of an error (E-...).
    ``killed_at`` is when the run began that was killed and not gone on with, "" for none; what
    it had in flight waits again.  ``sealing`` says whether the case has keys to seal secrets to.
    ``pages_a_minute`` and ``minutes_left`` are None where they are not known;
    ``parked_hosts`` wait for a person because of what was found there; ``changed`` are the
    assertions of the profile that do not hold any more.
    """

    name: str
    market: str
    pass_no: int
    start: str
    account: str
    reason: str
    where: str
    authority: AuthorityLook
    network: NetworkLook
    parked: Parked | None
    logged_in_since: str
    coverage: Coverage | None
    in_flight: int
    retry_later: int
    retry_at: str
    errors: tuple[ErrorView, ...]
    held_until: str
    held_cause: str
    pages_a_minute: float | None
    minutes_left: int | None
    last_ended_at: str
    parked_hosts: tuple[str, ...]
    changed: tuple[str, ...]
    killed_at: str
    sealing: bool
    next: NextAction


@dataclass(frozen=True, slots=True)
class CaseLook:
    """All crawls of a case; ``next`` is what to do where there is none.

    ``parked_hosts`` are all hosts of the case that wait for a person to look at the
    quarantine, also those of no crawl.
    """

    at: str
    orders: tuple[OrderLook, ...]
    markets: tuple[MarketLook, ...]
    parked_hosts: tuple[str, ...]
    next: NextAction


def look_at_crawls(session: CaseSession, path: Path) -> CaseLook:
    """Return how every crawl of the case stands; ``path`` is the case as the person named it."""
    now = session.clock()
    orders = _orders(session, now)
    hosts = tuple(sorted(Quarantine(session.folder).parked_hosts()))
    look = _Look(session, path, now, hosts, case_seal_key(session.folder) is not None)
    markets = tuple(look.at(one) for one in frontiers(session.folder))
    case = shlex.quote(str(path))
    if not any(order.state == "in-force" for order in orders):
        action = NextAction("authorize", f"vestigo case authorize {case} ORDER.toml")
    else:
        action = NextAction("begin", f"vestigo crawl run {case} --profile NAME --start URL")
    return CaseLook(iso(now), orders, markets, hosts, action)


def _orders(session: CaseSession, now: datetime) -> tuple[OrderLook, ...]:
    found = list(session.ledger.of_kind(Authorization))
    amended = {order.amends for order in found if order.amends}

    def state(order: Authorization) -> str:
        if order.record_id in amended:
            return "amended"
        if now < order.starts_at:
            return "not-begun"
        return "in-force" if now < order.ends_at else "expired"

    return tuple(
        OrderLook(one.record_id, one.reference, state(one), iso(one.starts_at), iso(one.ends_at),
                  one.persons)
        for one in found
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Look:
    """Looks at one crawl after another; ``parked_hosts`` are those of the whole case."""

    session: CaseSession
    path: Path
    now: datetime
    parked_hosts: tuple[str, ...]
    sealing: bool

    def at(self, frontier: Path) -> MarketLook:
        """Return how the crawl with this frontier stands."""
        session = self.session
        state, view, fault = _seen(frontier)
        running = state.running if state and state.running and state.running.alive else None
        authority, network = _authority(session, state, self.now), _network(session, state)
        held = running.held_until if running and running.held_until > iso(self.now) else ""
        hosts = _of_market(state, self.parked_hosts)
        parked = _parked(state, hosts)
        if fault is not None:
            reason, where = fault.code, fault.where
        elif running:
            reason, where = _running(running, held)
        else:
            reason, where = _reason(state, view, authority, network, hosts, parked)
        rate = rate_a_minute(running.notes) if running else None
        standing = Standing(path=self.path, name=frontier.stem, state=state, reason=reason,
                            begins_at=authority.begins_at, persons=authority.persons,
                            login_covered="login" not in authority.not_covered,
                            failed=tuple(view.coverage.failed) if view else (),
                            parked_hosts=hosts)  # fmt: skip
        return MarketLook(
            name=frontier.stem, market=frontier.stem.partition(".pass-")[0],
            pass_no=pass_of(frontier), start=state.start if state else "",
            account=state.account if state else "", reason=reason, where=where,
            authority=authority, network=network, parked=None if running else parked,
            logged_in_since=running.let_in_at if running else "",
            coverage=view.coverage if view else None,
            in_flight=view.in_flight if view and running else 0,
            retry_later=view.n_later if view else 0,
            retry_at=_moment(view.next_due) if view and view.next_due else "",
            errors=view.errors if view else (), held_until=held,
            held_cause=running.held_cause if running and held else "", pages_a_minute=rate,
            minutes_left=_left(view, rate), last_ended_at=state.last.ended_at if state else "",
            parked_hosts=hosts, changed=state.changed if state else (),
            killed_at=state.running.began_at if state and state.running and not running else "",
            sealing=self.sealing, next=next_action(session, standing),
        )  # fmt: skip


def _seen(frontier: Path) -> tuple[CrawlState | None, FrontierView | None, VestigoError | None]:
    """Return what is remembered of a crawl and what its frontier shows, and what is broken."""
    state, view, fault = None, None, None
    try:
        state = read_state(frontier)
    except VestigoError as error:
        fault = error
    try:
        view = view_frontier(frontier)
    except VestigoError as error:
        fault = fault or error
    return state, view, fault


def _of_market(state: CrawlState | None, parked_hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parked hosts that belong to a market: its start, those that its profile names."""
    if state is None or not parked_hosts:
        return ()
    named: tuple[str, ...] = ()
    with suppress(VestigoError):
        named = load_profile(state.profile).hosts
    of_market = (host_and_port(uri) for uri in (state.start, *(f"http://{h}/" for h in named)))
    wanted = {f"{host}:{port}" for host, port in of_market}
    return tuple(host for host in parked_hosts if host in wanted)


def _parked(state: CrawlState | None, hosts: tuple[str, ...]) -> Parked | None:
    """Return why the account is parked; no hit parks it once a person released the hosts."""
    parked = state.parked.get(state.account) if state else None
    return None if parked is not None and parked.code == QUARANTINED and not hosts else parked


def _running(running: RunningNow, held: str) -> tuple[str, str]:
    if running.asked_at:
        return "asking", running.asked_at
    return ("held", held) if held else ("running", "")


def _moment(seconds: float) -> str:
    return iso(datetime.fromtimestamp(seconds, UTC))


def _left(view: FrontierView | None, rate: float | None) -> int | None:
    """Return minutes for what is waiting now: more becomes known on the way."""
    return None if view is None or not rate else ceil(view.coverage.waiting / rate)


def _authority(session: CaseSession, state: CrawlState | None, now: datetime) -> AuthorityLook:
    every = _standing_orders(session)
    orders = [one for one in every if one.starts_at <= now < one.ends_at]
    later = [one for one in every if now < one.starts_at]
    over = [one for one in every if one.ends_at <= now]
    persons = tuple(dict.fromkeys(person for order in orders for person in order.persons))
    missing = _not_covered(session, state) if state else ()
    if state is None:
        code = "" if orders else _no_order(session)
    else:
        code = _refusal(session, state) if "view listing" in missing else ""
    return AuthorityLook(
        code, iso(max(order.ends_at for order in orders)) if orders else "", missing, persons,
        ended_at=iso(max(order.ends_at for order in over)) if over else "",
        begins_at=iso(min(order.starts_at for order in later)) if later and not orders else "",
        hosts=tuple(dict.fromkeys(host for order in orders for host in order.hosts)),
    )  # fmt: skip


def _standing_orders(session: CaseSession) -> list[Authorization]:
    """Return the orders that no later one amended."""
    found = list(session.ledger.of_kind(Authorization))
    amended = {order.amends for order in found if order.amends}
    return [order for order in found if order.record_id not in amended]


def _not_covered(session: CaseSession, state: CrawlState) -> tuple[str, ...]:
    """Return the acts (with the kind of page) that no order in force allows at the start."""
    gate = session.gate()
    missing = []
    for act, hint in WANTED:
        if not gate.covers(intent(state.start, hint, state.account, act=act)):
            missing.append(f"{act} {hint}".strip() if act == "view" else act)
    return tuple(missing)


def _no_order(session: CaseSession) -> str:
    any_order = next(iter(session.ledger.of_kind(Authorization)), None)
    return "E-AUT-001" if any_order is None else "E-AUT-002"


def _refusal(session: CaseSession, state: CrawlState) -> str:
    """Return the code by which the gate would refuse; nothing is attempted or logged."""
    orders = list(session.ledger.of_kind(Authorization))
    try:
        Gate(orders, session.clock).check(intent(state.start, "", state.account))
    except VestigoError as error:
        return error.code
    return ""


def _network(session: CaseSession, state: CrawlState | None) -> NetworkLook:
    """Say whether the proxy listens, as the kernel's own table has it: no socket is opened."""
    proxy = str(session.settings("crawl")["proxy"])
    if not proxy:
        host = host_and_port(state.start)[0] if state else ""
        return NetworkLook("", "direct" if not host or is_loopback(host) else "missing")
    try:
        port = urlsplit(proxy).port
        tables = [Path(f"/proc/net/{name}").read_text("ascii") for name in ("tcp", "tcp6")]
        rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    except (OSError, ValueError):
        return NetworkLook(proxy, "not-known")
    listening = any(
        row[3] == _LISTENS and int(row[1].rpartition(":")[2], 16) == port for row in rows
    )
    return NetworkLook(proxy, "listening" if listening else "silent")


def _reason(  # everything that may stand in the way
    state: CrawlState | None,
    view: FrontierView | None,
    authority: AuthorityLook,
    network: NetworkLook,
    hosts: tuple[str, ...],
    parked: Parked | None,
) -> tuple[str, str]:
    """Return the first thing that stands in the way of a crawl that does not run, and where."""
    if authority.code:
        return authority.code, ""
    if hosts:
        return QUARANTINED, ", ".join(hosts)
    if network.state in ("silent", "missing"):
        return ("E-CRA-057" if network.state == "silent" else "E-CRA-001"), network.proxy
    if parked is not None:
        return parked.code, parked.since
    return _standing(state, view)


def _standing(state: CrawlState | None, view: FrontierView | None) -> tuple[str, str]:
    if state is not None and state.running is not None:
        return "killed", state.running.began_at
    if state is not None and state.last.code in OUT_OF_FORCE:
        return "waiting", ""  # an order is in force now, or that would stand in the way
    if state is not None and state.last.outcome == "failed":
        return state.last.code, state.last.where
    if state is not None and state.last.outcome == "interrupted":
        return "interrupted", state.last.ended_at
    counts = view.coverage if view else None
    if counts is not None and counts.waiting:
        return "waiting", ""
    return ("failed-pages" if counts is not None and counts.failed else "complete"), ""
