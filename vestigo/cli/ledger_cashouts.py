# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo ledger cashouts`` and ``confirm``: where coins leave, and who says that it is so."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import click

from vestigo.cli.ledger_options import CASE, JSON
from vestigo.cli.output import emit_json, printable
from vestigo.collecting import without_collector
from vestigo.errors import SourceUnreachable
from vestigo.i18n import DOCUMENT_LANGUAGES, _, ngettext
from vestigo.pipeline.cash_outs import VERDICTS, cash_out_rows, judge_cash_out
from vestigo.pipeline.session import open_session
from vestigo.store.atomic import write_atomically


@click.command("cashouts", help=_("List the cash-out candidates of CASE by service."))
@CASE
@click.option(
    "--sheet", type=click.Path(path_type=Path, dir_okay=False),
    help=_("Write a sheet for legal process: .pdf, .txt, .csv or .json."),
)  # fmt: skip
@click.option(
    "--language", type=click.Choice(DOCUMENT_LANGUAGES), default="en", show_default=True,
    help=_("The language of a PDF or text sheet."),
)  # fmt: skip
@JSON
def cashouts(case: Path, sheet: Path | None, language: str, as_json: bool) -> None:
    """Print every cash-out point that stands, or write them as a sheet."""
    with without_collector(), open_session(case, write=False) as session:
        if sheet is None:
            session.custody.append("access", reason="cash-outs listed")
            rows = cash_out_rows(session)
        else:
            from vestigo.pipeline.cash_out_sheet import sheet_content

            content = sheet_content(session, sheet, language)
            digest = hashlib.sha256(content).hexdigest()
            session.custody.append(
                "export", object_sha256=digest, reason="cash-out sheet written",
                details={"file": sheet.name},
            )  # fmt: skip
    if sheet is not None:
        _write(sheet, content)
        if as_json:
            emit_json({"sheet": str(sheet), "n_bytes": len(content), "sha256": digest})
        else:
            click.echo(f"{digest}  {printable(sheet.name)}")
    elif as_json:
        emit_json({"cash_outs": rows})
    else:
        _print_rows(rows)


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise SourceUnreachable(
            "E-LED-093",
            _("The sheet cannot be written: {reason}").format(reason=error.strerror or error),
            where=str(path),
            remedy=_("Choose a folder that is there and that you may write to."),
        ) from error


def _print_rows(rows: list[dict[str, Any]]) -> None:
    by_service: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_service.setdefault(row["service"], []).append(row)
    for service in sorted(by_service):
        n = len(by_service[service])
        text = ngettext(
            "{service}: {n} cash-out candidate", "{service}: {n} cash-out candidates", n
        )
        click.echo(printable(text.format(service=service, n=n)))
        for row in by_service[service]:
            for line in _lines(row):
                click.echo(printable(line))


def _lines(row: dict[str, Any]) -> list[str]:
    place = _("  {status}  {address}  {output}").format(
        status=row["status"], address=row["address"], output=row["output"]
    )
    times = f"{row['paid_at']}  {row['paid_at_local']} {row['time_zone']}"
    worth = ", ".join(
        f"{one['amount']} {one['currency']} ({one['rate_on']}, {one['rate_source']})"
        for one in row["fiat"] if one["amount"]
    )  # fmt: skip
    tags = ", ".join(f"{one['label']} {one['confidence']} {one['level']}" for one in row["tags"])
    chance = _("probability {p} ({basis}); {n} hops from {start}; tags: {tags}").format(
        p=row["probability"], basis=row["basis"], n=len(row["path"]),
        start=row["start_address"], tags=tags,
    )  # fmt: skip
    if row["tags_disagree"]:
        names = ", ".join(row["tags_disagree"])
        chance += "; " + _("The tags disagree: {names}.").format(names=names)
    return [place, f"    {times}  {row['btc']} BTC  {worth}".rstrip(), f"    {chance}"]


@click.command("confirm", help=_("Confirm or reject the cash-out candidate at TXID:VOUT."))
@CASE
@click.argument("output", metavar="TXID:VOUT")
@click.option("--verdict", required=True, type=click.Choice(VERDICTS), help=_("Your judgement."))
@click.option("--reason", required=True, help=_("What it rests on, e.g. the service’s answer."))
def confirm(case: Path, output: str, verdict: str, reason: str) -> None:
    """Record the judgement of the account that is logged in; a later one takes its place."""
    if not reason.strip():
        raise click.UsageError(_("Give the reason with --reason."))
    with open_session(case) as session:
        made = judge_cash_out(session, output.strip().lower(), verdict, reason.strip())
    said = _("{output}: {verdict}, by {person}.")
    click.echo(said.format(output=output, verdict=verdict, person=made[0].person))
