# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a crawl is not running: authority, session, network, queue, errors, what to do next.

Everything is read; nothing is sent, no socket opened, no lock taken, so that it can be asked
while a crawl runs, after it was killed, and of a case that has nothing yet.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from urllib.parse import urlsplit

from crawler.frontier.viewing import ErrorView, FrontierView, view_frontier
from crawler.job import Coverage
from crawler.network import is_loopback
from crawler.permission import host_and_port, intent
from vestigo.authority import Gate
from vestigo.clock import iso
from vestigo.errors import VestigoError
from vestigo.pipeline.crawl_choice import frontiers
from vestigo.pipeline.crawl_state import CrawlState, Parked, pass_of, rate_a_minute, read_state
from vestigo.pipeline.session import CaseSession
from vestigo.records import Authorization

WANTED = (
    ("view", "listing"), ("view", "vendor"), ("view", "feedback"), ("search", "search"),
    ("login", "login"), ("fetch_image", "image"), ("screenshot", ""), ("run_scripts", ""),
)  # fmt: skip
_PERSON = ("E-CRA-012", "E-CRA-013", "E-CRA-016", "E-CRA-017")
_ACCOUNT = ("E-CRA-010", "E-CRA-011", "E-CRA-050")
_LISTENS = "0A"


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

    ``until`` is when the last order in force ends; ``not_covered`` names acts (with the kind
    of page) that no order allows there.
    """

    code: str
    until: str
    not_covered: tuple[str, ...]
    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NetworkLook:
    """The way to the market: ``direct`` (loopback), or the proxy and whether it listens.

    ``state``: direct, listening, silent, not-known, or missing (no proxy is set).
    """

    proxy: str
    state: str


@dataclass(frozen=True, slots=True)
class NextAction:
    """What a person has to do: a stable ``code``, the command to type ("" for none)."""

    code: str
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketLook:
    """One market and pass; ``reason`` is the stable code of why it is not running.

    ``running``, ``held``, ``complete``, ``killed``, ``interrupted``, ``waiting``,
    ``failed-pages``, or the code of an error (E-...).  ``pages_a_minute`` and
    ``minutes_left`` are None where they are not known.
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
    next: NextAction


@dataclass(frozen=True, slots=True)
class CaseLook:
    """All crawls of a case; ``next`` is what to do where there is none."""

    at: str
    orders: tuple[OrderLook, ...]
    markets: tuple[MarketLook, ...]
    next: NextAction


def look_at_crawls(session: CaseSession, path: Path) -> CaseLook:
    """Return how every crawl of the case stands; ``path`` is the case as the person named it."""
    now = session.clock()
    orders = _orders(session, now)
    markets = tuple(_market(session, path, one, now) for one in frontiers(session.folder))
    case = shlex.quote(str(path))
    if not any(order.state == "in-force" for order in orders):
        action = NextAction("authorize", f"vestigo case authorize {case} ORDER.toml")
    else:
        action = NextAction("begin", f"vestigo crawl run {case} --profile NAME --start URL")
    return CaseLook(iso(now), orders, markets, action)


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


def _market(session: CaseSession, path: Path, frontier: Path, now: datetime) -> MarketLook:
    state, view, fault = None, None, None
    try:
        state = read_state(frontier)
    except VestigoError as error:
        fault = error
    try:
        view = view_frontier(frontier)
    except VestigoError as error:
        fault = fault or error
    running = state.running if state and state.running and state.running.alive else None
    authority, network = _authority(session, state, now), _network(session, state)
    parked = state.parked.get(state.account) if state else None
    held = running.held_until if running and running.held_until > iso(now) else ""
    reason, where = _reason(state, view, fault, authority, network, bool(running), held)
    rate = rate_a_minute(running.notes) if running else None
    return MarketLook(
        name=frontier.stem, market=frontier.stem.partition(".pass-")[0],
        pass_no=pass_of(frontier), start=state.start if state else "",
        account=state.account if state else "", reason=reason, where=where,
        authority=authority, network=network, parked=None if running else parked,
        logged_in_since=running.let_in_at if running else "",
        coverage=view.coverage if view else None, in_flight=view.in_flight if view else 0,
        retry_later=view.n_later if view else 0,
        retry_at=_moment(view.next_due) if view and view.next_due else "",
        errors=view.errors if view else (), held_until=held,
        held_cause=running.held_cause if running and held else "", pages_a_minute=rate,
        minutes_left=_left(view, rate), last_ended_at=state.last.ended_at if state else "",
        next=_next(path, frontier, state, reason, authority),
    )  # fmt: skip


def _moment(seconds: float) -> str:
    return iso(datetime.fromtimestamp(seconds, UTC))


def _left(view: FrontierView | None, rate: float | None) -> int | None:
    """Return minutes for what is waiting now: more becomes known on the way."""
    return None if view is None or not rate else ceil(view.coverage.waiting / rate)


def _authority(session: CaseSession, state: CrawlState | None, now: datetime) -> AuthorityLook:
    orders = [a for a in session.ledger.of_kind(Authorization) if a.starts_at <= now < a.ends_at]
    until = iso(max(order.ends_at for order in orders)) if orders else ""
    persons = tuple(dict.fromkeys(person for order in orders for person in order.persons))
    if state is None:
        return AuthorityLook("" if orders else _no_order(session), until, (), persons)
    gate = session.gate()
    missing = []
    for act, hint in WANTED:
        asked = intent(state.start, hint, state.account, act=act)
        if not gate.covers(asked):
            missing.append(f"{act} {hint}".strip() if act == "view" else act)
    code = "" if "view listing" not in missing else _refusal(session, state)
    return AuthorityLook(code, until, tuple(missing), persons)


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
    fault: VestigoError | None,
    authority: AuthorityLook,
    network: NetworkLook,
    running: bool,
    held: str,
) -> tuple[str, str]:
    """Return the first thing that stands in the way, and where."""
    if fault is not None:
        return fault.code, fault.where
    if running:
        return ("held", held) if held else ("running", "")
    if authority.code:
        return authority.code, ""
    if network.state in ("silent", "missing"):
        return ("E-CRA-057" if network.state == "silent" else "E-CRA-001"), network.proxy
    return _standing(state, view)


def _standing(state: CrawlState | None, view: FrontierView | None) -> tuple[str, str]:
    parked = state.parked.get(state.account) if state else None
    if parked is not None:
        return parked.code, parked.since
    if state is not None and state.running is not None:
        return "killed", state.running.began_at
    if state is not None and state.last.outcome == "failed":
        return state.last.code, state.last.where
    if state is not None and state.last.outcome == "interrupted":
        return "interrupted", state.last.ended_at
    counts = view.coverage if view else None
    if counts is not None and counts.waiting:
        return "waiting", ""
    return ("failed-pages" if counts is not None and counts.failed else "complete"), ""


def _next(
    path: Path, frontier: Path, state: CrawlState | None, reason: str, authority: AuthorityLook
) -> NextAction:
    """Return what a person has to do now, with the command to type."""
    case, name = shlex.quote(str(path)), shlex.quote(frontier.stem)
    person = shlex.quote(authority.persons[0]) if authority.persons else "NAME"
    account = shlex.quote(state.account) if state and state.account else "NAME"
    profile = shlex.quote(state.profile) if state else "NAME"
    resume = f"vestigo crawl resume {case} {name}"
    commands = {
        "watch": f"vestigo crawl status {case}",
        "authorize": f"vestigo case authorize {case} ORDER.toml",
        "attend": f"vestigo crawl attend {case} {name} --person {person}",
        "log-in": f"{resume} --account {account} --password-stdin",
        "proxy": "systemctl start tor" if reason == "E-CRA-057" else "",
        "quarantine": f"vestigo evidence quarantine {case} --list",
        "read": f"vestigo case read {case} --profile {profile}",
        "begin": f"vestigo crawl run {case} --profile NAME --start URL",
        "resume": resume + (" --password-stdin" if state and state.account else ""),
    }
    code = _action(state, reason)
    return NextAction(code, commands[code])


def _action(state: CrawlState | None, reason: str) -> str:
    """Return the stable code of what has to be done about ``reason``."""
    codes = dict.fromkeys(_PERSON, "attend") | dict.fromkeys(_ACCOUNT, "log-in")
    codes |= {"running": "watch", "held": "watch", "complete": "read", "E-SCR-012": "quarantine",
              "E-CRA-057": "proxy", "E-CRA-001": "proxy"}  # fmt: skip
    if reason.startswith("E-AUT"):
        return "authorize"
    return codes.get(reason, "resume" if state is not None else "begin")
