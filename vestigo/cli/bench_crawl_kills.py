# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench crawl-kills``: kill crawls and look at what is left."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _


@click.command(
    "crawl-kills",
    help=_("Kill crawls of a market on loopback at random moments and compare what is left."),
)
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(1, 10_000),
              help=_("So many kills."))  # fmt: skip
@click.option("--seed", default=1, show_default=True, help=_("Seed of the moments."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def crawl_kills(rounds: int, seed: int, as_json: bool) -> int:
    """Run in a temporary folder; 3 where anything was lost or asked for too often."""
    from vestigo.pipeline.crawl_kills.rounds import KillRounds, as_document

    with tempfile.TemporaryDirectory() as work, progress() as shown:
        task = shown.add_task(_("Killing crawls"), total=rounds)
        found = KillRounds(Path(work), rounds, seed).run(lambda: shown.advance(task))
    document = as_document(found)
    if as_json:
        emit_json(document)
    else:
        for name, value in document.items():
            click.echo(f"{name}: {value}")
    return ExitCode.VERIFICATION_FAILED if found.failed else ExitCode.DONE
