# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench ledger``: reading blocks, the store at size, a case of a million."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _
from vestigo.pipeline.bench_choice import chosen_parts
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.ledger_bench.figures import missed
from vestigo.pipeline.taint_bench.figures import told


@click.command("ledger", help=_("Measure parsing, the chain store, a case at size, and taint."))
@click.option("--blocks", "paths", multiple=True, type=click.Path(path_type=Path, exists=True),
              help=_("A file with real blocks; may be repeated."))  # fmt: skip
@click.option("--transactions", "sizes", multiple=True, type=click.IntRange(1_000),
              help=_("Size of an invented chain; default 100000 and 1000000."))  # fmt: skip
@click.option("--only", default="", metavar="a,b", help=_("Only these parts; else all of them."))
@click.option("--work", type=click.Path(path_type=Path),
              help=_("Folder for everything that is written; else a temporary one."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def ledger(
    paths: tuple[Path, ...], sizes: tuple[int, ...], only: str, work: Path | None,
    as_json: bool,
) -> ExitCode:  # fmt: skip
    """Measure and print the figures; 4 where a limit is missed."""
    from vestigo.pipeline.ledger_bench.parts import PARTS, Plan, measure_part

    names = chosen_parts(only, PARTS)
    result: dict[str, Any] = {"machine": machine()}
    with ExitStack() as held, progress() as shown:
        folder = work or Path(held.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        task = shown.add_task(_("Measuring"), total=None)
        plan = Plan(folder, paths, sizes, lambda name: shown.update(task, description=name))
        for part in names:
            result[part] = measure_part(part, plan)
    result["missed"] = missed(result)
    if as_json:
        emit_json(told(result))
    else:
        _print(told(result))
    return ExitCode.FINDINGS if result["missed"] else ExitCode.DONE


def _print(result: dict[str, Any]) -> None:
    for row in (*result.get("parsing", ()), *result.get("sizes", ())):
        _print_row(row)
    for name, row in result.get("taint", {}).get("methods", {}).items():
        _print_row({"taint": name, **row})
    clusters = result.get("clusters", {})
    if clusters:
        _print_row({"clusters": clusters["rows"], **clusters})
    for name, row in clusters.get("peers", {}).items():
        _print_row({"clusters of": name, **(row or {})})
    for line in result["missed"]:
        click.echo(_("Missed: {figure}").format(figure=line))


def _print_row(row: dict[str, Any]) -> None:
    for name, value in row.items():
        if not isinstance(value, dict):
            click.echo(f"  {name}: {value}")
    click.echo("")
