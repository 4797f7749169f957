# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench link``: how often the leads are right where the truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json
from vestigo.i18n import _

SHOWN = ("ece", "brier", "brier_skill")


@click.command("link", help=_("Measure the linking of vendor accounts on range worlds."))
@click.option(
    "--profiles",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("Profile lines of your own: one key is one party; keys are hidden for the comparison."),
)
@click.option(
    "--seed", "seeds", multiple=True, type=int,
    help=_("Seed of a world; several may be given (default: the seeds kept for testing)."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def link(profiles: Path | None, seeds: tuple[int, ...], as_json: bool) -> None:
    """Print the figures of every set that was measured."""
    from vestigo.pipeline.link_benchmark import TEST_SEEDS, benchmark

    measured = benchmark(profiles, seeds or TEST_SEEDS)
    if as_json:
        emit_json(measured)
        return
    for name, sets in (("worlds", measured["worlds"]), ("profiles", measured["profiles"])):
        for kind, figures in (sets or {}).items():
            _print(f"{name} {kind}", figures)


def _print(name: str, figures: dict[str, Any]) -> None:
    """Print the figures by their machine names: they mean the same in every language."""
    rows = [f"{name}: top1 {figures['top1']} other_name_top1 {figures['other_name_top1']}"]
    for band, row in figures["bands"].items():
        rows.append(f"  {band}: lines {row['lines']} precision {row['precision']}")
    for lines in ("all_lines", "first_lines"):
        said = " ".join(f"{key} {figures[lines][key]}" for key in SHOWN)
        rows.append(f"  {lines}: {said}")
    rows += [f"  {relation}: {bands}" for relation, bands in figures["relations"].items()]
    for text in rows:
        click.echo(text)
