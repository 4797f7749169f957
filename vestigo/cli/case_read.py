# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo case read``: records from what the case has archived."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vestigo.cli.output import emit_json, printable, progress, show_damaged
from vestigo.errors import ExitCode
from vestigo.i18n import _, ngettext
from vestigo.pipeline.crawl_next import READ
from vestigo.pipeline.session import open_session
from vestigo.records import Capture

if TYPE_CHECKING:
    from vestigo.pipeline.reading import ReadReport

SHOWN_FINDINGS = 20


@click.command(
    "read",
    help=_("Read the archived pages of the case at PATH into records; no network is used."),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--profile", "names", required=True, multiple=True,
    help=_("Name or path of a market profile; several may be given, in the order to try."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def read(path: Path, names: tuple[str, ...], as_json: bool) -> int:
    """Make the records; exit 4 for pages not understood, 3 for captures that are damaged."""
    from crawler.market import load_profile
    from vestigo.pipeline.reading import read_captures

    profiles = [load_profile(name) for name in names]
    with open_session(path) as session, progress() as display:
        markets = " ".join(sorted({profile.market for profile in profiles}))
        session.custody.append("processing", reason=READ, details={"markets": markets})
        total = sum(1 for _id, kind in session.ledger.ids() if kind == Capture.KIND)
        task = display.add_task(_("Reading pages"), total=total)
        report = read_captures(session, profiles, on_page=lambda: display.advance(task))
    _show(report, as_json)
    if report.damaged:
        show_damaged(report.damaged)
        return ExitCode.VERIFICATION_FAILED
    return ExitCode.FINDINGS if report.findings else ExitCode.DONE


def _show(report: ReadReport, as_json: bool) -> None:
    document = {
        "captures": report.n_captures,
        "new_records": report.n_new_records,
        "page_kinds": dict(sorted(report.page_kinds.items())),
        "records": dict(sorted(report.records.items())),
        "superseded": report.n_superseded,
        "findings": report.findings,
        "damaged": report.damaged,
    }
    if as_json:
        emit_json(document)
        return
    message = _("{captures} captures read, {new} new records.")
    click.echo(message.format(captures=report.n_captures, new=report.n_new_records))
    if report.n_superseded:
        n = report.n_superseded
        superseded = ngettext(
            "{n} record of an older reading gave way to this one.",
            "{n} records of an older reading gave way to this one.",
            n,
        )
        click.echo(superseded.format(n=n))
    for kind, n in sorted(report.records.items()):
        click.echo(f"  {kind}: {n}")
    for finding in report.findings[:SHOWN_FINDINGS]:
        click.echo(f"  ! {printable(finding)}", err=True)
