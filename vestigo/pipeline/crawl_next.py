# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person has to do about a crawl, and the command to type."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from crawler.set_aside import LOGIN_NEEDED
from crawler.tor.reasons import WRONG_ADDRESS
from vestigo.clock import iso, parse_iso
from vestigo.pipeline.crawl_state import CrawlState
from vestigo.pipeline.session import CaseSession

READ = "case read"
_PERSON = ("E-CRA-012", "E-CRA-013", "E-CRA-016", "E-CRA-017")
_ACCOUNT = ("E-CRA-010", "E-CRA-011")
_CONTROL = ("E-CRA-030", "E-CRA-031", "E-CRA-032", "E-CRA-033", "E-CRA-035")
_CODES = (
    dict.fromkeys(_PERSON, "attend")
    | dict.fromkeys(_ACCOUNT, "log-in")
    | dict.fromkeys(("E-EVI-101", "E-STO-005"), "disk")
    | dict.fromkeys(("E-CRA-057", "E-CRA-001"), "proxy")
    | dict.fromkeys(_CONTROL, "control")
    | dict.fromkeys(("E-CRA-061", "E-CRA-062"), "file")
    | {"E-CRA-050": "cookies"}
    | {"asking": "answer", "running": "watch", "held": "watch", "E-SCR-012": "quarantine",
       "E-CRA-014": "look", "failed-pages": "retry"}
)  # fmt: skip
_OF_THE_STATE = {"E-CRA-053": "state", "E-CRA-060": "rebuild"}


@dataclass(frozen=True, slots=True)
class NextAction:
    """What a person has to do: a stable ``code``, the command to type ("" for none).

    ``who`` is the person who has to, ``at`` the moment from which it can be done, ``where``
    what it is done to (a host, a process); each "" where it says nothing.
    """

    code: str
    command: str = ""
    who: str = ""
    at: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the next action depends on.

    ``login_covered`` says whether an order in force allows to log in there; ``failed`` are the
    causes for which pages failed; ``begins_at`` is when an order that covers the crawl begins,
    "" for none; ``person`` an authorized one; ``parked_hosts`` those of the market in which
    something was found.
    """

    path: Path
    name: str
    state: CrawlState | None
    reason: str
    begins_at: str
    login_covered: bool
    failed: tuple[str, ...]
    persons: tuple[str, ...]
    parked_hosts: tuple[str, ...]


def next_action(session: CaseSession, one: Standing) -> NextAction:
    """Return what has to be done now about one crawl."""
    state, case = one.state, shlex.quote(str(one.path))
    code = _code(session, one)
    commands = _Commands(case, shlex.quote(one.name), state, one.persons)
    running = state.running if state else None
    parked = state.parked.get(state.account) if state else None
    return NextAction(
        code,
        commands.of(code, one.reason),
        who=(running.asked_of if running and code == "answer" else
             one.persons[0] if one.persons and code == "attend" else ""),
        at=_moment(session, one, code, parked.until if parked else ""),
        where=(", ".join(one.parked_hosts) if code == "quarantine" else
               str(running.pid) if running and code == "answer" else ""),
    )  # fmt: skip


def _code(session: CaseSession, one: Standing) -> str:
    """Return the stable code of what has to be done, and may be."""
    code = _wanted(session, one)
    if code == "retry" and len(one.failed) == 1:
        code = {LOGIN_NEEDED: "log-in", WRONG_ADDRESS: "address"}.get(one.failed[0], code)
    logs_in = code in ("log-in", "cookies") or (code == "attend" and _of_a_captcha(one))
    return "authorize-login" if logs_in and not one.login_covered else code


def _of_a_captcha(one: Standing) -> bool:
    """Say whether what is parked is a captcha: to answer one is part of the log-in act."""
    parked = one.state.parked.get(one.state.account) if one.state else None
    return parked is not None and parked.cause == "captcha"


def _wanted(session: CaseSession, one: Standing) -> str:
    """Return the stable code of what would have to be done."""
    state, reason = one.state, one.reason
    if reason.startswith("E-AUT"):
        return "wait-order" if one.begins_at else "authorize"
    if reason in _OF_THE_STATE:
        return _OF_THE_STATE[reason] if state or reason == "E-CRA-053" else "begin"
    if reason == "complete":
        return _after_the_end(session, state)
    if reason == "E-CRA-015" and state is not None:
        parked = state.parked.get(state.account)
        later = bool(parked and parked.until and parse_iso(parked.until) > session.clock())
        return "wait" if later else "resume"
    return _CODES.get(reason, "resume" if state is not None else "begin")


def _after_the_end(session: CaseSession, state: CrawlState | None) -> str:
    """Return what comes after a complete pass: reading, then the next pass or nothing."""
    if state is None or not was_read(session, state):
        return "read"
    days = int(session.settings("crawl")["recrawl_days"])
    if not days or not state.last.ended_at:
        return "done"
    due = parse_iso(state.last.ended_at) + timedelta(days=days)
    return "next-pass" if due <= session.clock() else "pass-later"


def was_read(session: CaseSession, state: CrawlState) -> bool:
    """Say whether the pages of a crawl were read into records since it last ended."""
    ended = parse_iso(state.last.ended_at) if state.last.ended_at else None
    return any(
        (ended is None or at >= ended) and state.market in markets
        for at, markets in _readings(session)
    )


def _readings(session: CaseSession) -> Iterator[tuple[datetime, list[str]]]:
    for event in session.custody.events():
        if event.action == "processing" and event.reason == READ:
            yield event.at, event.details.get("markets", "").split(" ")


def _moment(session: CaseSession, one: Standing, code: str, until: str) -> str:
    if code == "wait-order":
        return one.begins_at
    if code == "wait":
        return until
    if code == "pass-later" and one.state is not None:
        days = int(session.settings("crawl")["recrawl_days"])
        return iso(parse_iso(one.state.last.ended_at) + timedelta(days=days))
    return ""


@dataclass(frozen=True, slots=True)
class _Commands:
    """The commands about one crawl; ``case`` and ``name`` as a shell takes them."""

    case: str
    name: str
    state: CrawlState | None
    persons: tuple[str, ...]

    def of(self, code: str, reason: str) -> str:
        """Return the command of a code, "" for none."""
        case, state = self.case, self.state
        person = shlex.quote(self.persons[0]) if self.persons else "NAME"
        profile = shlex.quote(state.profile) if state else "NAME"
        resume = f"vestigo crawl resume {case} {self.name}"
        going_on = resume + (" --password-stdin" if state and state.account else "")
        account = shlex.quote(state.account) if state and state.account else "NAME"
        attend = f"vestigo crawl attend {case} {self.name} --person {person}"
        begin = f"vestigo crawl run {case} --profile NAME --start URL"
        commands = {
            "watch": f"vestigo crawl status {case}",
            "authorize": f"vestigo case authorize {case} ORDER.toml",
            "authorize-login": f"vestigo case authorize {case} ORDER.toml",
            "wait-order": f"vestigo case authorize {case} ORDER.toml",
            "attend": attend, "answer": attend, "begin": begin, "state": begin,
            "cookies": f"{attend} --cookies FILE",
            "retry": f"{going_on} --retry-failed",
            "address": f"vestigo crawl run {case} --profile {profile} --start URL",
            "log-in": f"{resume} --account {account} --password-stdin",
            "proxy": "systemctl start tor" if reason == "E-CRA-057" else "",
            "control": "vestigo doctor", "file": "",
            "quarantine": f"vestigo evidence quarantine {case} --list",
            "read": f"vestigo case read {case} --profile {profile}",
            "done": f"vestigo crawl coverage {case}",
            "pass-later": f"vestigo crawl coverage {case}",
            "next-pass": f"vestigo crawl due {case}",
        }  # fmt: skip
        return commands.get(code, going_on)
