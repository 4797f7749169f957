# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench crypttrace``: our ledger and crypttrace on the same chain, against the truth."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, printable, progress
from vestigo.i18n import _


@click.command("crypttrace", help=_("Compare the ledger with crypttrace on one chain."))
@click.option("--seed", type=click.IntRange(0), default=3, show_default=True,
              help=_("The seed of the world."))  # fmt: skip
@click.option("--behaviour", default="full", show_default=True,
              help=_("Name or file of a world."))  # fmt: skip
@click.option("--peer", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help=_("A Python that has crypttrace (default: this one)."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def crypttrace(seed: int, behaviour: str, peer: Path | None, as_json: bool) -> None:
    """Print what each finds, function by function."""
    from vestigo.pipeline.crypttrace_bench.running import compare

    with tempfile.TemporaryDirectory(prefix="vestigo-bench-") as work, progress() as shown:
        task = shown.add_task(_("Measuring"), total=None)
        found = compare(
            Path(work), seed, behaviour, peer or Path(sys.executable),
            lambda step: shown.update(task, description=step),
        )  # fmt: skip
    if as_json:
        emit_json(found)
        return
    for row in found["rows"]:
        _print(row["function"], row["n"], row)
    for row in found["faults"]:
        click.echo(printable(f"{row['fault']}: {row['ours']}, {row['peer']}"))


def _print(function: str, n: int, row: dict[str, Any]) -> None:
    click.echo(printable(f"{function}: {n}"))
    for side in ("ours", "usual", "wide"):
        said = row[side]
        shown = "-" if said is None else ", ".join(f"{key} {value}" for key, value in said.items())
        click.echo(f"  {side}: {shown}")
