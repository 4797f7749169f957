# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo link judge|show|export``: a person reads, decides and hands over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, printable
from vestigo.clock import iso
from vestigo.errors import UsageError
from vestigo.evidence.harmless import csv_row
from vestigo.i18n import _, ngettext
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.records import Judgement
from vestigo.records.codec import to_plain

CASE = click.argument("case", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
OPEN, CLOSE = "⟦", "⟧"
COLUMNS = ("subject", "a", "b", "probability", "band", "signals", "verdict", "person", "reason",
           "judged_at", "link_id")  # fmt: skip


@click.command(
    "judge",
    help=_("Write down what you decide of the accounts A and B (market/handle) of CASE."),
)
@CASE
@click.argument("a")
@click.argument("b")
@click.option(
    "--verdict",
    required=True,
    type=click.Choice(("same", "different", "unsure")),
    help=_("One party, two parties, or not to be decided."),
)
@click.option("--reason", required=True, help=_("What the verdict rests on."))
@JSON
def judge(case: Path, a: str, b: str, verdict: str, reason: str, as_json: bool) -> None:
    """Append a judgement; a later one of the same pair takes its place."""
    from vestigo.pipeline.judging import judge_pair

    with open_session(case) as session:
        judgement = judge_pair(session, a, b, verdict, reason)
    if as_json:
        emit_json({"id": judgement.record_id, **judgement.body()})
        return
    click.echo(
        printable(
            _("{subject}: {verdict}, by {person}. A later judgement takes its place.").format(
                subject=judgement.subject, verdict=_verdict(verdict), person=judgement.person
            )
        )
    )


@click.command(
    "show",
    help=_("Show the candidate links of CASE, those of account A, or A and B side by side."),
)
@CASE
@click.argument("a", required=False)
@click.argument("b", required=False)
@JSON
def show(case: Path, a: str | None, b: str | None, as_json: bool) -> None:
    """Print signals, texts with shared passages marked, judgements; looking is logged."""
    with open_session(case, write=False) as session:
        if a is not None and b is not None:
            document = _pair_document(session, a, b)
        else:
            document = {"links": _rows(session, a)}
        session.custody.append(
            "access", reason="vendor links looked at", details={"accounts": " | ".join(
                name for name in (a, b) if name)},
        )  # fmt: skip
    if as_json:
        emit_json(document)
    elif "links" in document:
        _print_rows(document["links"])
    else:
        _print_pair(document)


@click.command(
    "export", help=_("Write the candidate links and judgements of CASE to OUT (.json or .csv).")
)
@CASE
@click.argument("out", type=click.Path(path_type=Path))
def export_command(case: Path, out: Path) -> None:
    """Write a new file; one that is there is never replaced."""
    if out.suffix.lower() not in (".json", ".csv"):
        raise UsageError(
            "E-LNK-013",
            _("The name of the file says no format."),
            where=str(out),
            remedy=_("End it in .json or .csv."),
        )
    with open_session(case, write=False) as session:
        rows = _rows(session, None)
        text = _as_csv(rows) if out.suffix.lower() == ".csv" else _as_json(rows)
        _write_new(out, text)
        session.custody.append(
            "export", reason="vendor links exported",
            details={"file": out.name, "links": str(len(rows))},
        )  # fmt: skip
    n = len(rows)
    click.echo(ngettext("{n} pair written.", "{n} pairs written.", n).format(n=n))


def _write_new(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8", newline="") as handle:
            handle.write(text)
    except OSError as error:
        raise UsageError(
            "E-LNK-014",
            _("The file cannot be written: {reason}.").format(reason=error.strerror),
            where=str(out),
            remedy=_("Name a file that is not there yet, in a folder that you may write to."),
        ) from error


def _rows(session: CaseSession, account: str | None) -> list[dict[str, Any]]:
    """Return candidate links with all judgements, likeliest first; judged pairs come too."""
    from vestigo.pipeline.judging import judgements_of, standing_links

    links = standing_links(session.ledger)
    judged: dict[str, list[Judgement]] = {}
    for judgement in judgements_of(session.ledger):
        judged.setdefault(judgement.subject, []).append(judgement)
    rows = []
    for subject in sorted({*links, *judged}):
        link = links.get(subject)
        if account is not None and not _concerns(account, subject):
            continue
        rows.append(
            {
                "subject": subject,
                "link_id": link.record_id if link else None,
                "a": link.a if link else None,
                "b": link.b if link else None,
                "probability": format(link.probability, "f") if link else None,
                "band": link.band if link else None,
                "signals": to_plain(link.signals) if link else [],
                "judgements": [_judged(item) for item in judged.get(subject, [])],
            }
        )
    return sorted(rows, key=_likeliest_first)


def _likeliest_first(row: dict[str, Any]) -> tuple[float, str]:
    return -float(row["probability"] or 0), row["subject"]


def _concerns(account: str, subject: str) -> bool:
    return subject.startswith(f"{account} | ") or subject.endswith(f" | {account}")


def _judged(judgement: Judgement) -> dict[str, str]:
    return {
        "id": judgement.record_id,
        "verdict": judgement.verdict,
        "person": judgement.person,
        "reason": judgement.reason,
        "judged_at": iso(judgement.judged_at),
    }


def _pair_document(session: CaseSession, a: str, b: str) -> dict[str, Any]:
    from nlp.linking.passages import shared_passages
    from nlp.linking.stripping import strip_armour
    from vestigo.pipeline.judging import view_pair

    pair = view_pair(session.ledger, a, b)
    texts = [strip_armour(side.text) for side in (pair.a, pair.b)]
    shared = shared_passages(texts[0], texts[1])
    return {
        "subject": pair.subject,
        "link": pair.link.body() if pair.link else None,
        "accounts": [
            {"account": side.key, "text": text, "shared": [list(span) for span in spans],
             "listings": sorted(side.titles.values()),
             "contacts": [{"kind": kind, "value": value} for kind, value in sorted(side.contacts)]}
            for side, text, spans in zip((pair.a, pair.b), texts, shared, strict=True)
        ],
        "judgements": [_judged(item) for item in pair.judgements],
    }  # fmt: skip


def _print_rows(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        stands = _verdict(row["judgements"][-1]["verdict"]) if row["judgements"] else "-"
        band = row["band"] or "-"
        click.echo(printable(f"{row['probability'] or '-'}  {band}  {row['subject']}  {stands}"))
    click.echo(_("Leads, not identities: only a person's judgement joins two accounts."))


def _print_pair(document: dict[str, Any]) -> None:
    link = document["link"]
    click.echo(printable(document["subject"]))
    if link is None:
        click.echo(_("No candidate link: compare the accounts with “vestigo link vendors CASE”."))
    else:
        said = _("Probability {probability} ({band}): a lead, not an identity.")
        click.echo(said.format(probability=link["probability"], band=link["band"]))
        for signal in link["signals"]:
            row = f"  {signal['weight']:>8}  {signal['name']}: {signal['level']}"
            click.echo(printable(row))
    for side in document["accounts"]:
        click.echo()
        click.echo(printable(side["account"]))
        for line in _marked(side["text"], side["shared"]).splitlines():
            click.echo("  " + printable(line))
    click.echo()
    for item in document["judgements"]:
        row = (
            f"{item['judged_at']}  {_verdict(item['verdict'])}  {item['person']}: {item['reason']}"
        )
        click.echo(printable(row))


def _marked(text: str, spans: list[list[int]]) -> str:
    """Return ``text`` with the passages that the other text has too in double brackets."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], OPEN, text[start:end], CLOSE]
        at = end
    return "".join((*pieces, text[at:]))


def _verdict(verdict: str) -> str:
    return {"same": _("one party"), "different": _("two parties"), "unsure": _("not decided")}[
        verdict
    ]


def _as_json(rows: list[dict[str, Any]]) -> str:
    document = {"format": "vestigo.links.v1", "links": rows}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _as_csv(rows: list[dict[str, Any]]) -> str:
    """Return one line a pair and judgement; cells that a spreadsheet would run are quoted."""
    lines = [csv_row(list(COLUMNS))]
    for row in rows:
        said = " ".join(f"{s['name']}={s['weight']}" for s in row["signals"])
        for judged in row["judgements"] or [{}]:
            cells = {**row, "signals": said, **judged}
            lines.append(csv_row([str(cells.get(name) or "") for name in COLUMNS]))
    return "".join(lines)
