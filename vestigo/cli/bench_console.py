# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench console``: the console on a large invented case, served and drawn."""

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


@click.command("console", help=_("Measure the console on a large invented case."))
@click.option("--listings", "n_listings", type=click.IntRange(50), default=100_000,
              show_default=True, help=_("Listings of the invented case."))  # fmt: skip
@click.option("--people", "n_people", type=click.IntRange(1, 200), default=20, show_default=True,
              help=_("How many people look at once."))  # fmt: skip
@click.option("--rounds", type=click.IntRange(1, 10_000), default=100, show_default=True,
              help=_("How often things are searched and expanded."))  # fmt: skip
@click.option("--no-browser", is_flag=True, help=_("Leave out what Chromium draws."))
@click.option("--keep", type=click.Path(path_type=Path),
              help=_("Folder in which the case stays, and is found by the next run."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def console(
    n_listings: int, n_people: int, rounds: int, no_browser: bool, keep: Path | None, as_json: bool
) -> ExitCode:
    """Measure and print the figures; 4 where a limit is missed."""
    from vestigo.pipeline.console_bench.making import Size
    from vestigo.pipeline.console_bench.running import Plan, measure

    size = Size(n_listings, n_between=min(3_000, n_listings), n_cluster=min(5_000, n_listings))
    plan = Plan(size, n_searches=2 * rounds, n_expansions=rounds, n_people=n_people,
                n_rows=min(10_000, 500 * rounds), browser=not no_browser)  # fmt: skip
    with ExitStack() as held, progress() as shown:
        folder = keep or Path(held.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        task = shown.add_task(_("Measuring"), total=None)
        result = measure(folder, plan, lambda what: shown.update(task, description=what))
    if as_json:
        emit_json(result)
    else:
        _print(result)
    return ExitCode.DONE if result["met"] else ExitCode.FINDINGS


def _print(result: dict[str, Any]) -> None:
    case = result["case"]
    click.echo(_("{n} records, a graph of {nodes} nodes and {edges} relationships").format(
        n=case["n_records"], nodes=case["n_nodes"], edges=case["n_relationships"]))  # fmt: skip
    show_figures(result["figures"])
    for path, found in result["pages"].items():
        click.echo(_("  {path}: first look {first} ms, later {later} ms").format(
            path=path, first=found["first_ms"], later=found["later_ms"]))  # fmt: skip
