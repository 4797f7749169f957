# SPDX-License-Identifier: AGPL-3.0-or-later
"""How crawls stand, in words; codes stand beside them and are never translated."""

from __future__ import annotations

import re
from collections.abc import Callable

from vestigo.clock import iso
from vestigo.i18n import _, ngettext
from vestigo.pipeline.crawl_look import AuthorityLook, MarketLook, NetworkLook
from vestigo.pipeline.crawl_next import NextAction
from vestigo.pipeline.recrawl import NextPass

RUNNING = ("running", "held", "asking")
OF_INTEREST = ("view listing", "view vendor", "view feedback", "search", "login")


def to_the_second(moment: str) -> str:
    """Return a moment without its fraction: a line has 80 columns."""
    return re.sub(r"\.[0-9]+", "", moment)


def reason_words(one: MarketLook) -> str:
    """Return in a few words how a crawl stands."""
    words: dict[str, Callable[[], str]] = {
        "running": lambda: _("it is running"),
        "held": lambda: _("it is running; the market makes everybody wait"),
        "asking": lambda: _("it is running; a captcha waits for a person"),
        "complete": lambda: _("it is complete"),
        "killed": lambda: _("it was killed; nothing is lost"),
        "interrupted": lambda: _("a person stopped it"),
        "waiting": lambda: _("it is not running, and pages are waiting"),
        "failed-pages": lambda: _("it ended, and pages failed"),
        "E-AUT-001": lambda: _("no authorization is recorded"),
        "E-AUT-002": lambda: _("no authorization is in force"),
        "E-AUT-003": lambda: _("no authorization names this host"),
        "E-AUT-005": lambda: _("no authorization names this account"),
        "E-CRA-001": lambda: _("no proxy is set"),
        "E-CRA-010": lambda: _("parked: a log-in is asked for"),
        "E-CRA-011": lambda: _("parked: account or password was refused"),
        "E-CRA-012": lambda: _("parked: log-ins brought no page"),
        "E-CRA-013": lambda: (
            _("parked: a ban")
            if one.parked and one.parked.cause == "ban"
            else _("parked: a captcha or a ban")
        ),
        "E-CRA-014": lambda: _("parked: the log-in page is not as it should be"),
        "E-CRA-015": lambda: _("parked: the market makes everybody wait"),
        "E-CRA-016": lambda: _("parked: a captcha, and nobody answered"),
        "E-CRA-017": lambda: _("parked: the answers to the captcha were not accepted"),
        "E-CRA-050": lambda: _("parked: the session of the cookies is over"),
        "E-CRA-030": lambda: _("the control port of Tor does not serve"),
        "E-CRA-031": lambda: _("the control port of Tor does not serve"),
        "E-CRA-032": lambda: _("the control port of Tor does not let us in"),
        "E-CRA-033": lambda: _("the control port of Tor does not serve"),
        "E-CRA-035": lambda: _("the control port of Tor does not let us in"),
        "E-CRA-053": lambda: _("what was remembered of it cannot be read"),
        "E-CRA-057": lambda: _("nothing listens at the proxy"),
        "E-CRA-060": lambda: _("its frontier is damaged"),
        "E-CRA-061": lambda: _("something else lies in the place of its frontier"),
        "E-CRA-062": lambda: _("a newer Vestigo made its frontier"),
        "E-SCR-012": lambda: _("parked: something went into the quarantine"),
        "E-EVI-101": lambda: _("the disk was full"),
        "E-STO-005": lambda: _("the disk was full"),
    }
    return words.get(one.reason, lambda: _("it stopped with an error"))()


def authority_words(look: AuthorityLook) -> list[str]:
    """Return whether an order is in force, until when, and what it does not cover."""
    lines = [_in_force(look)]
    if look.code == "E-AUT-003":
        lines.append(_("it names: {hosts}").format(hosts=", ".join(look.hosts) or "-"))
        return lines
    missing = [one for one in look.not_covered if one in OF_INTEREST]
    rest = [one for one in look.not_covered if one not in OF_INTEREST]
    if missing and look.until:
        lines.append(_("not covered: {acts}").format(acts=", ".join(missing)))
    if rest and look.until:
        lines.append(_("not authorised, not asked for: {acts}").format(acts=", ".join(rest)))
    return lines


def _in_force(look: AuthorityLook) -> str:
    if look.until:
        return _("in force until {until}").format(until=to_the_second(look.until))
    if look.begins_at:
        return _("not begun; it begins {at}").format(at=to_the_second(look.begins_at))
    if look.ended_at:
        return _("none is in force; the last ended {at}").format(at=to_the_second(look.ended_at))
    return _("no authorization is recorded")


def session_words(one: MarketLook) -> list[str]:
    """Return who is logged in, or since when and why the account is parked."""
    who = one.account or _("no account")
    parked = one.parked
    if one.logged_in_since:
        return [
            _("{who}: logged in since {at}").format(who=who, at=to_the_second(one.logged_in_since))
        ]
    if parked is None:
        return [_("{who}: no session is open; each run logs in anew").format(who=who)]
    told = _("{who}: parked since {at} ({why})")
    why = ", ".join(one for one in (parked.cause, parked.code) if one)
    lines = [told.format(who=who, at=to_the_second(parked.since), why=why)]
    if parked.until:
        lines.append(
            _("the market wants to see nobody before {at}").format(at=to_the_second(parked.until))
        )
    return lines


def network_words(look: NetworkLook) -> str:
    """Return how the market is reached."""
    words = {
        "direct": lambda: _("loopback, no proxy"),
        "listening": lambda: _("{proxy}: listening"),
        "silent": lambda: _("{proxy}: nothing listens there"),
        "missing": lambda: _("no proxy is set: only loopback can be reached"),
        "not-known": lambda: _("{proxy}: not known whether it listens"),
    }
    return words[look.state]().format(proxy=look.proxy)


def rate_words(one: MarketLook) -> str:
    """Return the pages a minute of the last ten minutes."""
    if one.pages_a_minute is None:
        return _("not known") if one.reason in RUNNING else _("it is not running")
    return _("{n} pages a minute lately").format(n=f"{one.pages_a_minute:.1f}")


def left_words(one: MarketLook) -> str:
    """Return the time left for what is waiting now."""
    if one.reason == "complete":
        return _("nothing is waiting")
    if one.minutes_left is None:
        return _("not known")
    told = ngettext(
        "about {n} minute for what is known; more may become known",
        "about {n} minutes for what is known; more may become known",
        one.minutes_left,
    )
    return told.format(n=one.minutes_left)


def action_words(action: NextAction) -> str:
    """Return what a person has to do."""
    words = {
        "watch": lambda: _("nothing; look again later"),
        "authorize": lambda: _("record an authorization that covers it"),
        "wait-order": lambda: _("wait until {at}, or record another authorization"),
        "attend": lambda: _("{who}, or whoever is authorised, looks at the page"),
        "answer": lambda: _("{who} types what the captcha shows, where process {where} runs"),
        "log-in": lambda: _("give account and password"),
        "cookies": lambda: _("hand over new cookies; or “resume” with account and password"),
        "authorize-login": lambda: _("no order covers the log-in: record one that does"),
        "look": lambda: _("compare the log-in page with the profile, then go on"),
        "proxy": lambda: _("start Tor, or set “proxy” in the section [crawl]"),
        "control": lambda: _("let Tor serve “tor_control” in the section [crawl], or empty it"),
        "file": lambda: _("see what lies in the folder “crawl” of the case; nothing was changed"),
        "quarantine": lambda: _("look at what was found, then release {where}"),
        "disk": lambda: _("make room on the disk, then go on"),
        "rebuild": lambda: _("go on: it is made again from the archive"),
        "state": lambda: _("move its “.state.json” away, then begin with all options"),
        "address": lambda: _("the onion address is wrong: compare it, begin with the right one"),
        "retry": lambda: _("look at the errors; this asks again for what failed"),
        "wait": lambda: _("wait until {at}, then go on"),
        "read": lambda: _("read what was captured"),
        "done": lambda: _("nothing; it is complete and was read"),
        "pass-later": lambda: _("nothing; the next pass is due {at}"),
        "next-pass": lambda: _("the next pass is due"),
        "resume": lambda: _("go on"),
        "begin": lambda: _("begin a crawl"),
    }
    who = action.who or _("a person")
    said = words[action.code]()
    return said.format(who=who, at=to_the_second(action.at), where=action.where)


def after_action_words(action: NextAction) -> str:
    """Return what has to be known before the command is typed, "" for nothing."""
    if action.code == "answer":
        return _("nobody there any more? stop that process, then:")
    return ""


def pass_words(one: NextPass) -> str:
    """Return what is next for a market."""
    day = iso(one.due_at)[:10] if one.due_at else ""
    said = {
        "running": _("pass {number} is running now"),
        "parked": _("pass {number} is parked: a person has to do something first"),
        "damaged": _("pass {number}: what was remembered of it cannot be read"),
        "go-on": _("pass {number} is not complete: go on with it"),
        "new-pass": _("pass {number} is due since {day}"),
        "not-yet": _("pass {number} is due on {day}"),
        "no-rhythm": _("pass {number} is complete; no rhythm is set (recrawl_days)"),
    }[one.what]
    return said.format(number=one.pass_no, day=day)
