# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench custody-kills``: kill what writes to a custody log and look at what is left."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _


@click.command(
    "custody-kills",
    help=_("Kill processes that write to a custody log, and compare it with what they were told."),
)
@click.option("--rounds", default=100, show_default=True, type=click.IntRange(1, 10_000),
              help=_("So many kills."))  # fmt: skip
@click.option("--seed", default=1, show_default=True, help=_("Seed of the moments."))
@click.option("--work", type=click.Path(path_type=Path, file_okay=False),
              help=_("Work in this folder, on the disk to be measured."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def custody_kills(rounds: int, seed: int, work: Path | None, as_json: bool) -> int:
    """Run in a temporary folder; exit code 3 where an acknowledged event is gone."""
    from vestigo.pipeline.custody_kills.rounds import KillRounds, as_document

    with tempfile.TemporaryDirectory(dir=work) as folder, progress() as shown:
        task = shown.add_task(_("Killing writers"), total=rounds)
        found = KillRounds(Path(folder), seed).run(rounds, lambda: shown.advance(task))
    document = as_document(found)
    if as_json:
        emit_json(document)
    else:
        for name, value in document.items():
            click.echo(f"{name}: {value}")
    return ExitCode.VERIFICATION_FAILED if found.failed else ExitCode.DONE
