# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench coverage``: whether estimates of the never seen hold the truth."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _
from vestigo.pipeline.coverage_bench.picture import intervals_svg
from vestigo.pipeline.coverage_bench.running import Wanted, measure
from vestigo.pipeline.coverage_bench.simulated import FIRST_KEPT_SEED
from vestigo.store.atomic import write_atomically

N_CRAWLS = 5


@click.command(
    "coverage",
    help=_("Measure how often the interval of a coverage estimate holds the truth."),
)
@click.option(
    "--passes", type=click.IntRange(1, 100_000), default=200, show_default=True,
    help=_("Simulated passes of each set."),
)  # fmt: skip
@click.option(
    "--crawls", type=click.IntRange(0, N_CRAWLS), default=N_CRAWLS, show_default=True,
    help=_("Real crawls of the practice range; 0 for one small crawl."),
)  # fmt: skip
@click.option(
    "--kept-seed", type=click.IntRange(0), default=FIRST_KEPT_SEED, show_default=True,
    help=_("First seed of the sets that were not used to make the estimator."),
)  # fmt: skip
@click.option("--alternatives", is_flag=True, help=_("Measure other estimators as well."))
@click.option(
    "--picture", type=click.Path(path_type=Path, dir_okay=False),
    help=_("Draw the intervals of the kept seeds into this SVG file."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def coverage(
    passes: int,
    crawls: int,
    kept_seed: int,
    alternatives: bool,
    picture: Path | None,
    as_json: bool,
) -> int:
    """Print the figures of each set and model; exit 4 where a limit is not kept."""
    wanted = Wanted(
        n_passes=passes, n_crawls=crawls, first_kept_seed=kept_seed, alternatives=alternatives
    )
    with tempfile.TemporaryDirectory() as work, progress() as shown:
        task = shown.add_task(_("Measuring"), total=3 * passes + max(1, crawls))
        measured = measure(wanted, Path(work), lambda: shown.advance(task))
    if picture is not None:
        drawn = intervals_svg(measured["sets"]["kept_seeds"]["each"])
        write_atomically(picture, drawn.encode("utf-8"))
    if as_json:
        emit_json(measured)
    else:
        _show(measured)
    return ExitCode.DONE if measured["met"] else ExitCode.FINDINGS


def _show(measured: dict[str, Any]) -> None:
    """Print the figures by their machine names: they mean the same in every language."""
    rows = []
    for name, found in measured["sets"].items():
        rows.append(_row(name, found))
        rows += [_row(f"  {model}", row) for model, row in found["models"].items()]
    rows.append(_row("crawls", measured["crawls"]))
    rows += [_crawl(one) for one in measured["crawls"]["each"]]
    compared = measured.get("alternatives", {})
    rows += [_row(f"  alternative {name}", row) for name, row in compared.items()]
    for text in rows:
        click.echo(text)


def _row(name: str, row: dict[str, Any]) -> str:
    return (
        f"{name:<34} n {row['n']:>4} held {row['held_share']} width {row['median_width']} "
        f"abstained {row['abstained_share']}"
    )


def _crawl(one: dict[str, Any]) -> str:
    interval = f"{one['estimate']} ({one['low']} to {one['high']})"
    told = one["abstained"] or interval
    return f"  {one['name']:<22} truth {one['truth']} estimate {told}"
