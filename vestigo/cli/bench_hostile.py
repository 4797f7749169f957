# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench hostile``: what a market that wants to exhaust the crawler costs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from vestigo.cli.output import emit_json
from vestigo.cli.told_when_ended import told_when_ended
from vestigo.errors import ExitCode
from vestigo.i18n import _


@click.command(
    "hostile",
    help=_("Crawl bombs, pages of 100 MB, tarpits and traps at once; measure the peak memory."),
)
@click.option("--each", "n_each", default=4, show_default=True, type=click.IntRange(1, 100),
              help=_("So many of each kind, all linked to by the first page."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def hostile(n_each: int, as_json: bool) -> int:
    """Run in a temporary folder; 3 where a limit is missed or a cause has no exhibit."""
    from vestigo.pipeline.hostile_bench.running import measure

    with tempfile.TemporaryDirectory() as work, told_when_ended("bench hostile"):
        document = measure(Path(work), n_each)
    if as_json:
        emit_json(document)
    else:
        for name, value in document.items():
            click.echo(f"{name}: {value}")
    return ExitCode.DONE if document["met"] else ExitCode.VERIFICATION_FAILED
