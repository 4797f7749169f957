# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo training``: the practice range."""

from __future__ import annotations

import json
from pathlib import Path

import click

from vestigo.cli.training_input import until_eof, watch_standard_input
from vestigo.cli.training_range import practice_range
from vestigo.cli.training_score import score
from vestigo.i18n import _

MAX_PORT = 65_535


@click.group(help=_("Practise on an invented market whose truth is known."))
def training() -> None:
    """Group of the training commands."""


training.add_command(practice_range)
training.add_command(score)


@training.command("replay", help=_("Serve a saved market (folder or tar archive) on loopback."))
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--port", type=click.IntRange(0, MAX_PORT), default=0, show_default=True,
    help=_("The port to serve on; 0 takes any that is free."),
)  # fmt: skip
@until_eof
def replay(source: Path, port: int, until: bool) -> None:
    """Serve until interrupted; the one line on stdout says where."""
    from vestigo.training.replay import saved_pages, serve_saved

    watch_standard_input(until)
    with serve_saved(saved_pages(source), port) as server:
        click.echo(json.dumps({"url": f"http://127.0.0.1:{server.server_port}/"}))
        server.serve_forever()
