# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench graph-kills``: kill updates of the graph and look at what is left."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from vestigo.cli.graph_target import Target, server_options
from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _


@click.command(
    "graph-kills",
    help=_("Kill updates of an invented graph at random moments and compare what is left."),
)
@click.option("--rounds", default=100, show_default=True, type=click.IntRange(1, 10_000),
              help=_("So many kills."))  # fmt: skip
@click.option("--seed", default=1, show_default=True, help=_("Seed of the invented records."))
@server_options
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def graph_kills(rounds: int, seed: int, target: Target | None, as_json: bool) -> int:
    """Run in a temporary folder; a server must be on this machine, its database ours."""
    from vestigo.pipeline.graph_kills.rounds import KillRounds, as_document

    server = None
    if target is not None:
        if not target.address.on_loopback:
            raise click.UsageError(_("The server must be on this machine."))
        server = (target.address.uri, target.user, target.password)
    with tempfile.TemporaryDirectory() as work, progress() as shown:
        task = shown.add_task(_("Killing updates"), total=rounds)
        found = KillRounds(Path(work), server, seed).run(rounds, lambda: shown.advance(task))
    document = as_document(found, "kglite" if server is None else "neo4j")
    if as_json:
        emit_json(document)
    else:
        for name, value in document.items():
            click.echo(f"{name}: {value}")
    return ExitCode.VERIFICATION_FAILED if found.failed else ExitCode.DONE
