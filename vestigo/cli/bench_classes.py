# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench classes``: how well mixes are told from what one payer makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json
from vestigo.errors import ExitCode
from vestigo.i18n import _

LEAST_RECALL, MOST_FALSE = 0.99, 0.001
SOUGHT = ("whirlpool", "wasabi1", "wasabi2")
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("classes", help=_("Measure the classes of transactions on invented mixes."))
@click.option(
    "--each", type=click.IntRange(10), default=1_000, show_default=True,
    help=_("Transactions of each kind."),
)  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help=_("Seed of the transactions."))
@click.option(
    "--labelled", multiple=True, type=FILE, help=_("Compact lines with a label (.jsonl or .xz).")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def classes(each: int, seed: int, labelled: tuple[Path, ...], as_json: bool) -> ExitCode:
    """Print recall and false positives; exit 4 where one misses its limit."""
    from vestigo.pipeline.class_bench import measure_classes

    measured = measure_classes(each, seed, labelled)
    measured["missed"] = _missed(measured)
    if as_json:
        emit_json(_told(measured))
    else:
        for group, rows in measured.items():
            told = rows.items() if isinstance(rows, dict) else [("", rows)]
            for name, row in told:
                click.echo(f"{group} {name}: {row}")
    return ExitCode.FINDINGS if measured["missed"] else ExitCode.DONE


def _missed(measured: dict[str, Any]) -> list[str]:
    missed = [name for name in SOUGHT if measured["mixes"][name]["recall"] < LEAST_RECALL]
    false = measured["false_positives"]
    if false["with_candidates"] > MOST_FALSE * false["n"]:
        missed.append("false_positives")
    return missed


def _told(value: Any) -> Any:
    """Return the figures with shares as decimal strings, as all machine output has them."""
    if isinstance(value, dict):
        return {key: _told(item) for key, item in value.items()}
    return f"{value:.4f}" if isinstance(value, float) else value
