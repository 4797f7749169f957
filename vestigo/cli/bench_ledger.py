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
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.ledger_bench.figures import missed


@click.command("ledger", help=_("Measure parsing, the chain store, and a case at size."))
@click.option("--blocks", "paths", multiple=True, type=click.Path(path_type=Path, exists=True),
              help=_("A file with one real block; may be repeated."))  # fmt: skip
@click.option("--transactions", "sizes", multiple=True, type=click.IntRange(1_000),
              help=_("Size of an invented chain; default 100000 and 1000000."))  # fmt: skip
@click.option("--work", type=click.Path(path_type=Path),
              help=_("Folder for everything that is written; else a temporary one."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def ledger(
    paths: tuple[Path, ...], sizes: tuple[int, ...], work: Path | None, as_json: bool
) -> ExitCode:
    """Measure and print the figures; 4 where a limit is missed."""
    from vestigo.pipeline.ledger_bench.at_size import measure_size
    from vestigo.pipeline.ledger_bench.parsing import measure_parsing

    with ExitStack() as held, progress() as shown:
        folder = work or Path(held.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        task = shown.add_task(_("Measuring"), total=None)
        result: dict[str, Any] = {"machine": machine()}
        result["parsing"] = measure_parsing(list(paths), folder) if paths else []
        result["sizes"] = []
        for size in sizes or (100_000, 1_000_000):
            shown.update(task, description=str(size))
            result["sizes"].append(measure_size(folder, size))
    result["missed"] = missed(result)
    if as_json:
        emit_json(result)
    else:
        _print(result)
    return ExitCode.FINDINGS if result["missed"] else ExitCode.DONE


def _print(result: dict[str, Any]) -> None:
    for row in (*result["parsing"], *result["sizes"]):
        for name, value in row.items():
            if not isinstance(value, dict):
                click.echo(f"  {name}: {value}")
        click.echo("")
    for line in result["missed"]:
        click.echo(_("Missed: {figure}").format(figure=line))
