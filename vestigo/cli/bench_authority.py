# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench authority``: random schedules against the gate, counted at real sockets."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.output import emit_json, progress
from vestigo.errors import ExitCode
from vestigo.i18n import _


@click.command(
    "authority",
    help=_("Crawl random small markets under random orders; count at the servers' sockets."),
)
@click.option("--schedules", default=10_000, show_default=True, type=click.IntRange(1, 1_000_000),
              help=_("So many schedules."))  # fmt: skip
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0),
              help=_("Seed of the first schedule."))  # fmt: skip
@click.option("--browser", "n_browsed", default=0, show_default=True, type=click.IntRange(0),
              help=_("So many of them are drawn by Chromium instead of crawled."))  # fmt: skip
@click.option("--work", type=click.Path(path_type=Path, file_okay=False),
              help=_("Folder where finished batches are kept."))  # fmt: skip
@click.option("--resume", is_flag=True, help=_("Keep what was measured for this commit."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def authority(
    schedules: int, seed: int, n_browsed: int, work: Path | None, resume: bool, as_json: bool
) -> int:
    """Run; 3 where a request was out of scope or one in scope was refused."""
    from vestigo.pipeline.authority_bench.running import measure

    keep = work or Path("authority-batches") if resume else work
    with progress() as shown:
        task = shown.add_task(_("Crawling under random orders"), total=schedules)
        result = measure(
            schedules,
            seed,
            keep=keep,
            resume=resume,
            n_browsed=min(n_browsed, schedules),
            on_schedule=lambda: shown.advance(task),
        )
    if as_json:
        emit_json(result)
    else:
        for name, value in result.items():
            click.echo(f"{name}: {value}")
    return ExitCode.DONE if result["met"] else ExitCode.VERIFICATION_FAILED
