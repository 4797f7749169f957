# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people decided, which accounts may belong together, what all of it leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from vestigo.evidence.bundle.documents.case_facts import CaseFacts
from vestigo.evidence.bundle.documents.market_part import left_out, when
from vestigo.evidence.bundle.documents.money_part import heuristic
from vestigo.evidence.report.blocks import Block, Cell, bullets, heading, mono, paragraph, table
from vestigo.evidence.report.blocks import facts as fact_rows
from vestigo.evidence.report.writing import share
from vestigo.i18n import _

MOST = 40


def people_part(facts: CaseFacts) -> Iterator[Block]:
    """Yield candidate links between accounts, and the judgements of named persons."""
    links, judged = facts.of("vendor_link"), facts.of("judgement")
    if links:
        yield heading(_("Accounts that may belong together"))
        ordered = sorted(links, key=lambda item: (-Decimal(item[1]["probability"]), item[0]))
        rows: list[tuple[Cell, ...]] = [
            (mono(facts.seen(body["a"])), mono(facts.seen(body["b"])), band_words(body["band"]),
             share(Decimal(body["probability"])))
            for _id, body in ordered[:MOST]
        ]  # fmt: skip
        head = (_("Account"), _("Other account"), _("Band"), _("Probability"))
        yield table(head, (6, 6, 3, 3), rows, heuristic())
        yield from left_out(len(ordered), "data/extraction/vendor_link.jsonl", MOST)
    yield heading(_("Judgements of named persons"))
    if not judged:
        yield paragraph(_("None is on record."))
        return
    decided = [
        (when(body["judged_at"]), body["person"], facts.seen(body["subject"]),
         facts.seen(body["verdict"]), facts.seen(body["reason"]))
        for _id, body in judged[:MOST]
    ]  # fmt: skip
    columns = (_("Time (UTC)"), _("Person"), _("About"), _("Verdict"), _("Reason"))
    yield table(columns, (4, 3, 6, 3, 6), decided)
    yield from left_out(len(judged), "data/extraction/judgement.jsonl", MOST)


def band_words(band: str) -> str:
    """Return the word for the band of a candidate link."""
    return {"strong": _("strong"), "possible": _("possible"), "weak": _("weak")}.get(band, band)


def limits_part() -> Iterator[Block]:
    """Yield what the report leaves open, and the words that it uses."""
    yield heading(_("Limits"))
    yield bullets(_limits())
    yield heading(_("Words used here"))
    yield fact_rows(_terms())


def _limits() -> Iterator[str]:
    yield _("Who holds the unit’s keys could make another log; only something outside shows it.")
    yield _("The times are those of the unit’s machine, unless time stamps in the bundle say more.")
    yield _("The server signs nothing: that it sent these bytes rests on the unit’s word and log.")
    yield _("What was read was read by rules, which can err. The archived bytes are the evidence.")
    yield _("A wallet cluster, a trail and a cash-out point are inferred, and may be wrong.")
    yield _("A tag is what its source says; it may be wrong or out of date.")
    yield _("“Not known” stands wherever nothing was found. Nothing was filled in.")
    yield _("Third persons are masked here; the archived bytes are unchanged.")
    yield _("More stands in LIMITS, at the top of the bundle.")


def _terms() -> Iterator[tuple[str, str]]:
    yield _("Exhibit"), _("One archived answer of a server, with all that rests on it.")
    yield (
        _("SHA-256, digest"),
        _(
            "A short number computed from a file. If one byte of the file changes, the number "
            "changes as well."
        ),
    )
    yield (
        _("Custody log"),
        _("The list of everything that was done with the evidence; no line can change unnoticed."),
    )
    yield _("Block chain"), _("The public list of all payments in bitcoin; it names no persons.")
    yield _("Address (bitcoin)"), _("A number that receives payments, somewhat like an account.")
    yield (
        _("Cash-out point"),
        _("Where coins reach a service at which they can become money or property."),
    )
    yield (
        _("95 % interval"),
        _(
            "A range that would hold the true number in 95 of 100 cases, if what the method "
            "assumes is so."
        ),
    )
