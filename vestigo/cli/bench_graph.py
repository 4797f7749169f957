# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench graph``: the graph at size, side by side on both engines."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from vestigo.cli.bench_figures import show_figures
from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _
from vestigo.pipeline.graph_bench.engines import Place
from vestigo.pipeline.graph_bench.running import Plan, measure, unmet

FULL = 5_000_000


@click.command("graph", help=_("Measure the graph at size, on the embedded engine and on Neo4j."))
@click.option(
    "--relationships", "sizes", type=int, multiple=True, metavar="N",
    help=_("Size of the graph; may be repeated. Default 5000000."),
)  # fmt: skip
@click.option("--seed", default=1, show_default=True, help=_("Seed of the graph."))
@click.option("--questions", type=click.IntRange(10, 100_000), default=300, show_default=True,
              help=_("How many questions of each sort."))  # fmt: skip
@click.option("--pages", type=click.IntRange(0), default=0, show_default=True,
              help=_("Measure an update as well, on so many invented pages."))  # fmt: skip
@click.option("--work", type=click.Path(path_type=Path),
              help=_("Folder for everything that is written; else a temporary one."))  # fmt: skip
@click.option("--resume", is_flag=True, help=_("Keep what was measured for this commit."))
@click.option("--neo4j-home", "home", type=click.Path(path_type=Path, exists=True),
              help=_("Folder of a Neo4j server to start and stop."))  # fmt: skip
@click.option("--server", metavar="bolt://HOST:PORT", help=_("A running Neo4j server."))
@click.option("--user", default="neo4j", show_default=True, help=_("User of the Neo4j server."))
@click.option("--password-file", type=click.Path(path_type=Path, exists=True),
              help=_("File whose first line is its password."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def graph(work: Path | None, as_json: bool, **given: Any) -> ExitCode:
    """Measure and print the figures; 4 where a limit is missed."""
    with ExitStack() as held:
        folder = work or Path(held.enter_context(tempfile.TemporaryDirectory()))
        plan = Plan(
            work=folder,
            sizes=given["sizes"] or (FULL,),
            seed=given["seed"],
            n_questions=given["questions"],
            server=_server(given),
            home=given["home"],
            resume=given["resume"],
            n_pages=given["pages"],
        )
        result = _measured(plan)
    if as_json:
        emit_json(result)
    else:
        _print(result)
    return ExitCode.DONE if result["met"] else ExitCode.FINDINGS


def _server(given: dict[str, Any]) -> Place | None:
    if given["server"] is None:
        return None
    if given["password_file"] is None:
        raise click.UsageError(_("A server needs --password-file."))
    from graph.connecting import parse_address

    lines = given["password_file"].read_text("utf-8").splitlines()
    address = parse_address(given["server"])
    return Place(uri=address.uri, user=given["user"], password=lines[0] if lines else "")


def _measured(plan: Plan) -> dict[str, Any]:
    with progress() as shown:
        task = shown.add_task(_("Measuring"), total=None)

        def started(engine: str, size: int) -> None:
            shown.update(task, description=f"{engine} {size}", completed=0)

        return measure(plan, started, lambda n: shown.advance(task, n))


def _print(result: dict[str, Any]) -> None:
    if len(result["engines"]) == 1:
        click.echo(_("Without a server only the embedded engine is measured."))
    for run in result["runs"]:
        click.echo(_("{engine}, {n} relationships, loaded by {how}").format(
            engine=run["engine"], n=run["relationships"], how=run["loaded_by"]))  # fmt: skip
        show_figures(run["figures"])
    if result["update"]:
        found = result["update"]
        click.echo(
            _("Made again: {made} s; an update of one record in a hundred: {update} s.").format(
                made=found["rebuild_again_s"], update=found["update_s"]
            )
        )
    for line in unmet(result):
        click.echo(_("Missed: {figure}").format(figure=line))
