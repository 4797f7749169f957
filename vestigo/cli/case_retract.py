# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo case retract``: take a record back."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable
from vestigo.i18n import _
from vestigo.pipeline.retracting import retract
from vestigo.pipeline.session import open_session


@click.command(
    "retract",
    help=_("Take back the record RECORD_ID of the case at PATH: nothing rests on it any more."),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("record_id")
@click.option("--reason", required=True, help=_("Why it does not hold."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def retract_command(path: Path, record_id: str, reason: str, as_json: bool) -> None:
    """Append the retraction; the record itself stays in the ledger."""
    with open_session(path) as session:
        retraction = retract(session, record_id, reason)
    if as_json:
        emit_json({"retraction": retraction.record_id, **retraction.body()})
        return
    shown = _("{id} was taken back by {person}. Bring the graph up with “vestigo graph update”.")
    click.echo(printable(shown.format(id=record_id, person=retraction.person)))
