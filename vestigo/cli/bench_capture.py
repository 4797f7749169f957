# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench capture``: what capture costs, part by part."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from vestigo.cli.bench_figures import show_figures
from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _
from vestigo.pipeline.bench_choice import chosen_parts
from vestigo.pipeline.capture_bench.parts import PARTS
from vestigo.pipeline.capture_bench.running import measure


@click.command("capture", help=_("Measure what capture costs: rates, processor time, memory."))
@click.option("--only", default="", metavar="a,b", help=_("Only these parts; else all of them."))
@click.option("--pages", default=100_000, show_default=True, type=click.IntRange(100, 10_000_000),
              help=_("Pages of the large crawl of part c."))  # fmt: skip
@click.option("--work", type=click.Path(path_type=Path),
              help=_("Folder for everything that is written; else a temporary one."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def capture(only: str, pages: int, work: Path | None, as_json: bool) -> ExitCode:
    """Measure and print the figures; 4 where a limit is missed."""
    letters = chosen_parts(only, PARTS)
    with tempfile.TemporaryDirectory(dir=work) as folder, progress() as shown:
        task = shown.add_task(_("Measuring"), total=len(letters))

        def started(letter: str) -> None:
            shown.update(task, description=letter, advance=0 if letter == letters[0] else 1)

        result = measure(letters, Path(folder), pages, started)
    if as_json:
        emit_json(result)
    else:
        _print(result)
    return ExitCode.DONE if result["met"] else ExitCode.FINDINGS


def _print(result: dict[str, Any]) -> None:
    for letter, part in result["parts"].items():
        click.echo(_("Part {letter}: {seconds} s, {peak} MB at the most").format(
            letter=letter, seconds=part["seconds"], peak=part["peak_mb"]))  # fmt: skip
        show_figures(part["figures"])
