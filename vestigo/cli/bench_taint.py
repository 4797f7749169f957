# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench taint``: taint and clustering at size, beside their peers."""

from __future__ import annotations

import os
from typing import Any

import click

from vestigo.cli.output import emit_json
from vestigo.errors import ExitCode
from vestigo.i18n import _


@click.command("taint", help=_("Measure taint and clustering on large invented graphs."))
@click.option(
    "--transactions", type=click.IntRange(10_000), default=5_000_000, show_default=True,
    help=_("Transactions of the graph that taint is swept over."),
)  # fmt: skip
@click.option(
    "--rows", type=click.IntRange(10_000), default=10_000_000, show_default=True,
    help=_("Rows of transaction and address that are clustered."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def taint(transactions: int, rows: int, as_json: bool) -> ExitCode:
    """Print the figures; exit 4 where one misses its limit."""
    from vestigo.pipeline.taint_bench import measure_clusters, measure_taint
    from vestigo.pipeline.taint_bench.figures import missed_clusters, missed_taint, told

    measured: dict[str, Any] = {
        "taint": measure_taint(transactions),
        "clusters": measure_clusters(rows),
    }
    measured["load"] = round(os.getloadavg()[0], 1)
    measured["missed"] = missed_taint(measured["taint"]) + missed_clusters(measured["clusters"])
    if as_json:
        emit_json(told(measured))
    else:
        for line in _lines(measured):
            click.echo(line)
    return ExitCode.FINDINGS if measured["missed"] else ExitCode.DONE


def _lines(measured: dict[str, Any]) -> list[str]:
    lines = [
        f"{name}: " + " ".join(f"{key} {value}" for key, value in row.items())
        for name, row in measured["taint"]["methods"].items()
    ]
    lines += [f"clusters {key}: {value}" for key, value in measured["clusters"].items()]
    return [*lines, f"load: {measured['load']}", f"missed: {measured['missed']}"]
