# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo evidence unmask``: the third persons of one capture, for a reason that is logged."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable
from vestigo.i18n import _
from vestigo.pipeline.session import open_session
from vestigo.pipeline.unmasking import unmask_capture


@click.command(
    "unmask",
    help=_("Show the third persons that stand on the capture EXHIBIT of CASE; this is logged."),
)
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("exhibit")
@click.option("--reason", required=True, help=_("Why; it goes into the custody log."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def unmask(case: Path, exhibit: str, reason: str, as_json: bool) -> None:
    """Log first, then show."""
    with open_session(case, write=False) as session:
        names = unmask_capture(session, exhibit, reason)
    if as_json:
        emit_json({"capture": exhibit, "third_persons": names})
        return
    for name in names:
        click.echo(printable(name))
    if not names:
        click.echo(_("No third person stands on this capture."))
