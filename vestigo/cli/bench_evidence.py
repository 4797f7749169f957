# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench evidence``: what evidence costs, part by part."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from vestigo.cli.bench_figures import show_figures
from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _
from vestigo.pipeline.bench_choice import chosen_parts


@click.command("evidence", help=_("Measure what evidence costs: the custody log and bundles."))
@click.option("--only", default="", metavar="a,b", help=_("Only these parts; else all of them."))
@click.option("--events", default=1_000_000, show_default=True,
              type=click.IntRange(1000, 100_000_000),
              help=_("So many events in the long log."))  # fmt: skip
@click.option("--megabytes", default=1000, show_default=True, type=click.IntRange(4, 100_000),
              help=_("So large a bundle."))  # fmt: skip
@click.option("--work", type=click.Path(path_type=Path, file_okay=False),
              help=_("Work in this folder, on the disk to be measured."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def evidence(only: str, events: int, megabytes: int, work: Path | None, as_json: bool) -> int:
    """Measure and print the figures; 4 where a limit is missed."""
    from vestigo.pipeline.evidence_bench.parts import PARTS, measure

    names = chosen_parts(only, PARTS)
    with tempfile.TemporaryDirectory(dir=work) as folder, progress() as shown:
        task = shown.add_task(_("Measuring"), total=len(names))

        def started(name: str) -> None:
            shown.update(task, description=name, advance=0 if name == names[0] else 1)

        result = measure(
            names, Path(folder), started, n_events=events, n_bytes=megabytes * 1_000_000
        )
    if as_json:
        emit_json(result)
    else:
        for name, part in result["parts"].items():
            click.echo(_("Part {letter}: {seconds} s").format(letter=name, seconds=part["seconds"]))
            show_figures(part["figures"])
    return ExitCode.DONE if result["met"] else ExitCode.FINDINGS
