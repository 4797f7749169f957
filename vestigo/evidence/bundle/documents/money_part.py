# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the money went: candidates for cash-out points, the trails to them, alternatives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from vestigo.clock import parse_iso
from vestigo.evidence.bundle.documents.case_facts import CaseFacts
from vestigo.evidence.bundle.documents.market_part import left_out, when
from vestigo.evidence.report.blocks import (
    Block,
    Cell,
    bullets,
    heading,
    mono,
    paragraph,
    parts,
    table,
)
from vestigo.evidence.report.blocks import facts as fact_rows
from vestigo.evidence.report.drawings import Stop, trail
from vestigo.evidence.report.writing import bitcoin, count, instant, share, unknown
from vestigo.evidence.words import basis_words, stop_words
from vestigo.i18n import _, ngettext

MOST_POINTS = 40
MOST_TRAILS = 8
MOST_STOPS = 11


def money_part(facts: CaseFacts) -> Iterator[Block]:
    """Yield cash-out candidates, drawings of the trails to them, and where others ended."""
    yield heading(_("Where the money went"))
    if not facts.of("trace"):
        yield paragraph(_("No payments were followed."))
        return
    yield paragraph(
        _(
            "A program followed payments in the public block chain from addresses that accounts "
            "published. The chain does not say which input paid which output: every trail rests "
            "on a named method, and another method may lead elsewhere."
        )
    )
    yield from _points(facts)
    yield from _trails(facts)
    yield from _endings(facts)


def heuristic() -> str:
    """Return the words that mark what a rule inferred."""
    return _("HEURISTIC: inferred by a rule that can err. It is not proof.")


def _points(facts: CaseFacts) -> Iterator[Block]:
    points = facts.of("cash_out_point")
    if not points:
        yield paragraph(_("No trail reached a service that is known as one."))
        return
    yield heading(_("Candidates for cash-out points"), 3)
    head = (_("Service, basis"), _("Paid (UTC)"), _("Traced amount"), _("Address"), _("Confidence"))
    ordered = sorted(points, key=lambda item: (-item[1]["traced_sat"], item[0]))
    rows = [_point(facts, body) for _id, body in ordered[:MOST_POINTS]]
    yield table(head, (6, 4, 4, 6, 3), rows, heuristic())
    yield from left_out(len(ordered), "data/ledger/cash-outs.csv", MOST_POINTS)
    yield from _tags(facts, [body for _id, body in ordered[:MOST_POINTS]])


def _point(facts: CaseFacts, body: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        parts([facts.seen(body["service"]), basis_words(body["basis"])]),
        when(body["paid_at"]),
        bitcoin(body["traced_sat"]),
        mono(facts.seen(body["address"])),
        share(Decimal(body["confidence"])),
    )


def _tags(facts: CaseFacts, points: list[dict[str, Any]]) -> Iterator[Block]:
    """Yield who says that an address belongs to a service: source, date, level."""
    wanted = {tag_id for body in points for tag_id in body["tag_ids"]}
    rows = [
        (facts.seen(body["label"]), mono(facts.seen(body["address"])), facts.seen(body["source"]),
         body["lastmod_on"] or unknown(), body["tagpack_confidence"] or unknown())
        for tag_id, body in facts.of("tag") if tag_id in wanted
    ]  # fmt: skip
    if rows:
        yield heading(_("Who says that these addresses belong to a service"), 3)
        head = (_("Service"), _("Address"), _("Source"), _("Dated"), _("Level"))
        yield table(head, (4, 6, 6, 3, 3), sorted(rows, key=str)[:MOST_POINTS])


def _trails(facts: CaseFacts) -> Iterator[Block]:
    points = {body["trace_id"]: body for _id, body in facts.of("cash_out_point")}
    reached = [(i, body) for i, body in facts.of("trace") if i in points and body["hops"]]
    reached.sort(key=lambda item: (-points[item[0]]["traced_sat"], item[0]))
    if reached:
        yield heading(_("The trails to them"), 3)
    for record_id, body in reached[:MOST_TRAILS]:
        yield _drawn(facts, record_id, body, points[record_id])
        yield fact_rows(_about(facts, record_id, body))
    yield from left_out(len(reached), "data/ledger/trace.jsonl", MOST_TRAILS)


def _drawn(facts: CaseFacts, record_id: str, body: dict[str, Any], point: dict[str, Any]) -> Block:
    hops = body["hops"]
    stops = [Stop(facts.seen(body["start_address"]), _published(facts, body["start_address"]))]
    for n, hop in enumerate(hops, 1):
        last = n == len(hops)
        says = _("{service}: candidate").format(service=facts.seen(point["service"]))
        stops.append(_stop(facts, hop, says if last else ""))
    if len(stops) > MOST_STOPS:
        half = MOST_STOPS // 2
        gap = Stop("…", _left_between(len(stops) - 2 * half))
        stops = [*stops[:half], gap, *stops[-half:]]
    words = _("Trail from {start} to {service} in {n} steps, {amount}")
    told = words.format(
        start=facts.seen(body["start_address"]), service=facts.seen(point["service"]),
        n=count(len(hops)), amount=bitcoin(point["traced_sat"]),
    )  # fmt: skip
    caption = _("Trace {id}").format(id=record_id)
    return trail(stops, ends=True, caption=caption, alternative=told, mark=heuristic())


def _left_between(n: int) -> str:
    words = ngettext("{n} step left out here", "{n} steps left out here", n)
    return words.format(n=count(n))


def _stop(facts: CaseFacts, hop: dict[str, Any], says: str) -> Stop:
    step = _("{part} of {value}, {moment}").format(
        part=bitcoin(hop["traced_sat"]),
        value=bitcoin(hop["value_sat"]),
        moment=instant(parse_iso(hop["mined_at"])),
    )
    return Stop(facts.seen(hop["to_address"]), says, step, f"{hop['txid']}:{hop['vout']}")


def _published(facts: CaseFacts, address: str) -> str:
    """Return in which exhibits an address was read, or nothing."""
    found = [body for _id, body in facts.of("selector") if body["value"] == address]
    numbers = sorted({facts.shown_in(body) for body in found} - {"–"})
    if not numbers:
        return ""
    return _("published: exhibits {numbers}").format(numbers=", ".join(numbers[:4]))


def _about(facts: CaseFacts, record_id: str, body: dict[str, Any]) -> Iterator[tuple[str, Cell]]:
    """Yield method, confidence, error and alternatives of one trace."""
    accounting = _("{name} accounting, rule {rule}")
    yield _("Method"), accounting.format(name=body["accounting"], rule=body["method"]["rule"])
    rules = sorted({hop["why"] for hop in body["hops"]})
    yield _("Rules of the steps"), mono(", ".join(rules))
    yield _("Settings (SHA-256)"), mono(body["method"]["settings_sha256"])
    yield (
        _("Confidence"),
        _("{share}, the rule’s own figure").format(share=share(Decimal(body["confidence"]))),
    )
    yield _("Error rate in this case"), unknown()
    yield _("Where it stops"), stop_words(body["stop_reason"])
    yield _("Alternatives"), _alternatives(facts, record_id, body)


def _alternatives(facts: CaseFacts, record_id: str, body: dict[str, Any]) -> Cell:
    others = Counter(
        (other["accounting"], other["stop_reason"])
        for other_id, other in facts.of("trace")
        if other["start_address"] == body["start_address"] and other_id != record_id
    )
    if not others:
        return _("No other trail was followed from this address.")
    return parts(
        _trails_words(n).format(n=count(n), method=method, end=stop_words(reason))
        for (method, reason), n in sorted(others.items())
    )


def _trails_words(n: int) -> str:
    return ngettext(
        "{n} other trail from this address ({method}): {end}",
        "{n} other trails from this address ({method}): {end}",
        n,
    )


def _endings(facts: CaseFacts) -> Iterator[Block]:
    ends = Counter(body["stop_reason"] for _id, body in facts.of("trace"))
    yield heading(_("How all trails ended"), 3)
    yield bullets(f"{stop_words(reason)} {count(n)}" for reason, n in sorted(ends.items()))
    clusters = facts.of("cluster")
    if clusters:
        words = ngettext(
            "{n} wallet cluster was inferred from payments that spend from several addresses.",
            "{n} wallet clusters were inferred from payments that spend from several addresses.",
            len(clusters),
        )
        yield paragraph(words.format(n=count(len(clusters))) + " " + heuristic())
