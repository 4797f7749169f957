# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sheet of cash-out candidates for legal process: PDF, text, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from vestigo.clock import parse_iso
from vestigo.errors import UsageError
from vestigo.evidence.harmless import harmless_lines
from vestigo.evidence.report.as_text import as_text
from vestigo.evidence.report.blocks import (
    Block,
    Cell,
    Document,
    box,
    facts,
    heading,
    mono,
    note,
    paragraph,
    parts,
    table,
)
from vestigo.evidence.report.typesetting import typesetter
from vestigo.evidence.report.writing import bitcoin, instant, money, unknown
from vestigo.i18n import _, active_language, speaking
from vestigo.pipeline.cash_outs import CANDIDATE, cash_out_rows
from vestigo.pipeline.chance_words import (
    ground_words,
    kept_head,
    kept_note,
    kept_words,
    words_of_row,
)
from vestigo.pipeline.session import CaseSession
from vestigo.records import HopGround
from vestigo.records.codec import from_plain

FORMS = (".pdf", ".txt", ".csv", ".json")
FORMAT = "vestigo.cashouts.v1"
COLUMNS = ("number", "status", "service", "category", "address", "output", "paid_at",
           "paid_at_local", "time_zone", "btc", "value_sat", "traced_sat", "fiat", "basis",
           "probability", "probability_of", "measured", "tags", "start_address", "path",
           "alternatives", "id")  # fmt: skip
FORMULA_SIGNS = "=+-@\t\r"
Row = dict[str, Any]


def sheet_content(
    session: CaseSession, path: Path, language: str, service: str | None = None
) -> bytes:
    """Return the sheet in the form that the name of the file asks for.

    With ``service`` it holds the candidates at this one service and nothing of any other.

    Raises ``UsageError`` E-LED-092 for another name, E-EVI-170 where PDF cannot be set.
    """
    form = path.suffix.lower()
    if form not in FORMS:
        raise UsageError(
            "E-LED-092",
            _("A sheet is written as PDF, text, CSV or JSON."),
            where=str(path),
            remedy=_("End the name of the file with .pdf, .txt, .csv or .json."),
        )
    rows = cash_out_rows(session)
    if service is not None:
        own = (row for row in rows if row["service"] == service)
        rows = [{**row, "number": number} for number, row in enumerate(own, start=1)]
    if form == ".json":
        document = {"format": FORMAT, "cash_outs": rows}
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    if form == ".csv":
        return _as_csv(rows)
    with speaking(language):
        made = _document(session, rows, service)
        if form == ".txt":
            return harmless_lines(as_text(made)).encode()
        with typesetter(session.folder.path) as setter:
            return setter.pdf(made)


def _as_csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    """Return one cell; what a spreadsheet would take for a formula gets an apostrophe."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    shown = "" if value is None else str(value)
    return f"'{shown}" if shown[:1] in FORMULA_SIGNS and shown else shown


def _document(session: CaseSession, rows: Sequence[Row], service: str | None) -> Document:
    description = session.folder.description()
    times = [parse_iso(row["paid_at"]) for row in rows]
    title = _("Cash-out sheet") + f": {service}" if service else _("Cash-out candidates")
    return Document(
        title=title, author=str(description["unit"]), language=active_language(),
        at=max(times, default=session.clock()), head=(str(description["title"]), title),
        foot=_("Candidates until a named person confirms them. "
               "A service is named, never a person."),
        blocks=list(_blocks(title, rows)),
    )  # fmt: skip


def _blocks(title: str, rows: Sequence[Row]) -> Iterator[Block]:
    yield heading(title, 1)
    yield paragraph(
        _(
            "Each entry is an output in the public block chain that a named service is said to "
            "control. What the chain shows is a fact; that the holder of the start address still "
            "held the coins is inferred; that the service controls the address is attributed by "
            "the tags named."
        )
    )
    if not rows:
        yield paragraph(_("No candidate stands."))
    for row in rows:
        yield from _point(row)


def _point(row: Row) -> Iterator[Block]:
    title = _("{number}. {service}").format(number=row["number"], service=row["service"])
    yield heading(title)
    yield facts([
        (_("State"), _state(row)),
        (_("Address"), mono(row["address"])),
        (_("Output"), mono(row["output"])),
        (_("Time (UTC)"), instant(parse_iso(row["paid_at"]))),
        (_("Local time"), f"{row['paid_at_local']} ({row['time_zone']})"),
        (_("Amount"), bitcoin(row["value_sat"])),
        (_("Of it traced"), bitcoin(row["traced_sat"])),
        (_("Worth"), parts(_worth(one) for one in row["fiat"]) if row["fiat"] else unknown()),
        (_("Start address"), mono(row["start_address"])),
        (_("Attribution"), parts(_attribution(one) for one in row["tags"])),
    ])  # fmt: skip
    if row["tags_disagree"]:
        names = ", ".join(row["tags_disagree"])
        yield box([paragraph(_("The tags disagree: {names}.").format(names=names))], warning=True)
    yield box(list(_chance(row)))
    yield table(
        [_("Transaction and output"), _("To"), _("Amount"), kept_head()], [4, 3, 2, 2],
        ([mono(hop["output"]), mono(hop["to_address"]), bitcoin(hop["value_sat"]), _kept(hop)]
         for hop in row["path"]),
        mark=_("HEURISTIC: inferred by a rule that can err. It is not proof."),
    )  # fmt: skip
    if row["path"]:
        yield note(kept_note())
    if row["alternatives"]:
        yield note(_("Other outputs along the way, not followed here:"))
        yield table(
            [_("Hop"), _("To"), _("Amount")], [1, 5, 2],
            ([str(one["hop"]), mono(one["address"]), bitcoin(one["value_sat"])]
             for one in row["alternatives"]),
        )  # fmt: skip


def _state(row: Row) -> str:
    judgement = row["judgement"]
    if judgement is None:
        return _("candidate: nobody has confirmed it")
    verdicts = {"confirmed": _("confirmed"), "rejected": _("rejected")}
    verdict = verdicts.get(row["status"], _("not decided"))
    said = _("{verdict} by {person}: {reason}")
    return said.format(verdict=verdict, person=judgement["person"], reason=judgement["reason"])


def _worth(one: Row) -> str:
    if one["amount"] is None:
        return _("{currency}: no rate of that day").format(currency=one["currency"])
    said = _("{amount} {currency} (rate of {day}, {source})")
    amount = money(Decimal(one["amount"]))
    return said.format(amount=amount, currency=one["currency"], day=one["rate_on"],
                       source=one["rate_source"])  # fmt: skip


def _attribution(tag: Row) -> str:
    said = _("{label} ({address}): {pack}, {source}, confidence {confidence} ({level} of 100)")
    names = ("label", "address", "pack", "source", "confidence", "level")
    return said.format(**{name: tag[name] for name in names})


def _chance(row: Row) -> Iterator[Block]:
    for said in words_of_row(row):
        yield paragraph(said)
    if row["probability_grounds"]:
        grounds = "; ".join(ground_words(row["probability_grounds"]))
        yield note(_("Reckoned from: {grounds}.").format(grounds=grounds))


def _kept(hop: Row) -> Cell:
    ground = hop["ground"]
    return parts(kept_words(from_plain(HopGround, ground))) if ground else unknown()


def is_candidate(row: Row) -> bool:
    """Return whether nobody has judged the point of a row yet."""
    return bool(row["status"] == CANDIDATE)
