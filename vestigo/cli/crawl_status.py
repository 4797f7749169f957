# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl status``: why is my crawl not running? One screen of 24 lines of 80 columns."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from crawler.frontier.viewing import ErrorView
from crawler.tor.reasons import cause_in_words
from vestigo.cli.crawl_coverage import estimate_brief
from vestigo.cli.output import emit_json, printable
from vestigo.errors import ExitCode, UsageError
from vestigo.i18n import _, ngettext
from vestigo.pipeline.coverage import look_at_passes, pass_document
from vestigo.pipeline.crawl_look import CaseLook, MarketLook, look_at_crawls
from vestigo.pipeline.crawl_next import NextAction
from vestigo.pipeline.crawl_words import (
    action_words,
    after_action_words,
    authority_words,
    left_words,
    network_words,
    rate_words,
    reason_words,
    session_words,
    to_the_second,
)
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.pipeline.tor_sessions import tor_sessions
from vestigo.store.full_disk import looking_at

WIDTH, HEIGHT, LABEL, BAR, BRIEF_BAR, MOST_ERRORS = 79, 24, 11, 30, 14, 3
QUIET = ("complete", "running")
DAMAGED = ("E-CRA-053", "E-CRA-06")


@click.command("status", help=_("Show how each crawl in the case at PATH stands, and what to do."))
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("market", default="")
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def status(path: Path, market: str, as_json: bool) -> int:
    """Exit 4 where what is remembered of a crawl cannot be read; else 0, whatever stands."""
    with looking_at(path), open_session(path, write=False) as session:
        session.settings("crawl")  # a wrong key is said here as it is by “run”
        session.custody.append("access", reason="crawl status")
        look = look_at_crawls(session, path)
        seen = _estimates(session)
        tor = {facts.get("frontier", ""): facts for facts in tor_sessions(session)}
    shown = [one for one in look.markets if market in ("", one.name, one.market)]
    if market and not shown:
        raise UsageError(
            "E-CRA-056",
            _("Which crawl is meant?"),
            where=market,
            remedy=_("Name one of: {names}.").format(
                names=", ".join(one.name for one in look.markets)
            ),
        )
    if as_json:
        emit_json(_document(look, shown, seen, tor))
    else:
        for line in _screen(look, shown, seen):
            click.echo(line)
    damaged = any(one.reason.startswith(DAMAGED) for one in shown)
    return ExitCode.FINDINGS if damaged else ExitCode.DONE


def _estimates(session: CaseSession) -> dict[str, Any]:
    """Return what was seen on each pass, by the name of its frontier; nothing of damaged ones."""
    return {one.frontier: pass_document(one) for one in look_at_passes(session.folder).passes}


def _document(
    look: CaseLook,
    shown: list[MarketLook],
    seen: dict[str, Any],
    tor: dict[str, dict[str, str]],
) -> dict[str, Any]:
    """Return the look as plain values; rates are decimal strings.

    ``tor`` of a market is the last run that went through a proxy, null where none did.
    """
    markets = {}
    for one in shown:
        document = asdict(one)
        rate = one.pages_a_minute
        document["pages_a_minute"] = None if rate is None else f"{rate:.1f}"
        counts = document.pop("coverage") or {}
        extra = {"coverage": seen[one.name]} if one.name in seen else {}
        markets[one.name] = document | counts | extra | {"tor": tor.get(one.name)}
    return {"at": look.at, "orders": [asdict(order) for order in look.orders],
            "markets": markets, "parked_hosts": list(look.parked_hosts),
            "next": asdict(look.next)}  # fmt: skip


def _screen(look: CaseLook, shown: list[MarketLook], seen: dict[str, Any]) -> list[str]:
    if not shown:
        return [
            _("Nothing was crawled in this case yet."),
            *_orders(look),
            *_quarantined(look.parked_hosts),
            *_to_do(look.next),
        ]
    if len(shown) == 1:
        others = tuple(one for one in look.parked_hosts if one not in shown[0].parked_hosts)
        return _whole(shown[0], seen.get(shown[0].name), others)
    return _several(shown, look.parked_hosts)


def _quarantined(hosts: tuple[str, ...]) -> list[str]:
    """Return the line of the hosts that wait for a person to look at the quarantine."""
    if not hosts:
        return []
    said = ngettext("{n} host is parked: {hosts}", "{n} hosts are parked: {hosts}", len(hosts))
    return [_line(_("Quarantine"), said.format(n=len(hosts), hosts=", ".join(hosts)))]


def _several(shown: list[MarketLook], parked_hosts: tuple[str, ...]) -> list[str]:
    """Return all crawls on one screen: those that want somebody first."""
    lines = [*_quarantined(parked_hosts), *_unsealed(shown=not shown[0].sealing)]
    told = 0
    for one in sorted(shown, key=lambda look: look.reason in QUIET):
        brief = _brief(one)
        if len(lines) + len(brief) > HEIGHT - 2:
            break
        lines, told = lines + brief, told + 1
    if told < len(shown):
        more = ngettext("and {n} more crawl", "and {n} more crawls", len(shown) - told)
        lines.append(more.format(n=len(shown) - told))
    hint = _("Name one for more: “vestigo crawl status CASE {name}”.")
    return [*lines, hint.format(name=shown[0].name)]


def _orders(look: CaseLook) -> list[str]:
    if not look.orders:
        return [_line(_("Authority"), _("no authorization is recorded"))]
    states = {
        "in-force": _("in force until {until}"), "expired": _("expired on {until}"),
        "not-begun": _("not begun; ends {until}"), "amended": _("replaced by a later one"),
    }  # fmt: skip
    return [
        _line(
            _("Authority"),
            f"{order.reference}: {states[order.state].format(until=to_the_second(order.ends_at))}",
        )
        for order in look.orders[-3:]
    ]


def _whole(one: MarketLook, seen: dict[str, Any] | None, other_hosts: tuple[str, ...]) -> list[str]:
    """Return one crawl on at most 24 lines; ``other_hosts`` are parked and not of its market."""
    title = _("{market}, pass {n}").format(market=one.market, n=one.pass_no)
    lines = [
        _line(_("Crawl"), f"{title}  {one.start}"),
        _line(_("State"), f"[{one.reason}] {reason_words(one)}"),
        *_wrapped(_("Authority"), authority_words(one.authority)),
        *_wrapped(_("Session"), session_words(one)),
        _line(_("Network"), network_words(one.network)),
        *_queue(one),
        *([_line(_("Listings"), estimate_brief(seen))] if seen else []),
        _line(_("Rate"), rate_words(one)),
        _line(_("Time left"), left_words(one)),
        *_changed(one.changed),
        *_unsealed(shown=not one.sealing),
        *_quarantined(other_hosts),
    ]
    to_do = _to_do(one.next)
    return [*lines, *_errors(one.errors)[: HEIGHT - len(lines) - len(to_do)], *to_do]


def _unsealed(*, shown: bool) -> list[str]:
    """Return the line of a case without keys."""
    lost = _("no keys: cookies and log-ins are dropped (“vestigo case keys”)")
    return [_line(_("Sealing"), lost)] if shown else []


def _changed(assertions: tuple[str, ...]) -> list[str]:
    """Return the line of a market that is not as its profile says."""
    if not assertions:
        return []
    more = f" (+{len(assertions) - 1})" if len(assertions) > 1 else ""
    return [_line(_("Changed?"), f"{assertions[0]}{more}")]


def _to_do(action: NextAction) -> list[str]:
    """Return what has to be done, on lines that fit, then the command, whole."""
    words = textwrap.wrap(printable(action_words(action)), WIDTH - LABEL - 1)
    after = after_action_words(action)
    texts = [*words, *([after] if after else [])]
    return [*_wrapped(_("To do"), texts), *_command(action.command)]


def _brief(one: MarketLook) -> list[str]:
    counts = one.coverage
    n = f"{counts.fetched}/{counts.known}" if counts else "?"
    line = _line(one.name, f"{_bar(one, BRIEF_BAR)} {n} [{one.reason}] {reason_words(one)}")
    if one.reason in QUIET:
        return [line]
    after = after_action_words(one.next)
    more = [_line("", after)] if after else []
    return [line, _line("", action_words(one.next)), *more, *_command(one.next.command)]


def _queue(one: MarketLook) -> list[str]:
    counts = one.coverage
    if counts is None:
        return [_line(_("Queue"), _("not known"))]
    n_failed, n_refused = sum(counts.failed.values()), sum(counts.refused.values())
    told = ngettext("{n} page known", "{n} pages known", counts.known).format(n=counts.known)
    lines = [
        _line(_("Queue"), f"{_bar(one)} {told}"),
        _line("", _("{done} fetched, {waiting} waiting, {flying} in flight").format(
            done=counts.fetched, waiting=counts.waiting - one.in_flight, flying=one.in_flight)),
        _line("", _("{failed} failed, {refused} refused").format(
            failed=n_failed, refused=n_refused) + _causes(counts.refused)),
    ]  # fmt: skip
    if one.killed_at:
        killed = _("the run of {at} was killed: what it had in flight waits again")
        lines.append(_line("", killed.format(at=to_the_second(one.killed_at))))
    if one.retry_later:
        again = _("{n} come again, the first at {at}")
        lines.append(_line("", again.format(n=one.retry_later, at=to_the_second(one.retry_at))))
    if one.held_until:
        held = _("held by the market until {at} ({cause})")
        lines.append(
            _line(_("Holding"), held.format(at=to_the_second(one.held_until), cause=one.held_cause))
        )
    return lines


def _causes(counts: dict[str, int]) -> str:
    """Return causes with their numbers in brackets, the most frequent first."""
    told = (f"{cause} {n}" for cause, n in sorted(counts.items(), key=lambda one: -one[1]))
    return f" ({', '.join(told)})" if counts else ""


def _bar(one: MarketLook, width: int = BAR) -> str:
    """Return a bar: # fetched, ! failed, - refused, . waiting."""
    counts = one.coverage
    if counts is None or not counts.known:
        return "[" + " " * width + "]"
    parts = (("#", counts.fetched), ("!", sum(counts.failed.values())),
             ("-", sum(counts.refused.values())), (".", counts.waiting))  # fmt: skip
    bar, before = "", 0
    for mark, n in parts:
        before += n
        bar += mark * (width * before // counts.known - len(bar))
    return f"[{bar}]"


def _errors(errors: tuple[ErrorView, ...]) -> list[str]:
    lines = []
    for number, one in enumerate(errors[:MOST_ERRORS]):
        exhibit = f" {one.capture_id[:12]}" if one.capture_id else ""
        kind = _("failed for good") if one.final else _("asked for again")
        lines.append(_line(_("Errors") if not number else "",
                           f"{one.n} {one.cause} ({kind}){exhibit} {one.uri}"))  # fmt: skip
        if not number and (words := cause_in_words(one.cause)):
            lines.append(_line("", words))
    if len(errors) > MOST_ERRORS:
        more = ngettext("and {n} more cause", "and {n} more causes", len(errors) - MOST_ERRORS)
        lines.append(_line("", more.format(n=len(errors) - MOST_ERRORS)))
    return lines or [_line(_("Errors"), _("none"))]


def _command(command: str) -> list[str]:
    """Return the command on a line of its own, whole: it is there to be copied."""
    return [f"  $ {printable(command)}"] if command else []


def _line(label: str, text: str) -> str:
    line = f"{printable(label):<{LABEL}} {printable(text)}"
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def _wrapped(label: str, texts: list[str]) -> list[str]:
    return [_line(label if not number else "", text) for number, text in enumerate(texts)]
