# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench imagery``: planted hits that must be found nowhere."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from vestigo.cli.output import emit_json, progress, warn
from vestigo.cli.told_when_ended import told_when_ended
from vestigo.errors import ExitCode
from vestigo.i18n import _


@click.command(
    "imagery",
    help=_("Crawl planted, harmless pictures with the screen on; search all of the case for them."),
)
@click.option(
    "--planted", type=click.IntRange(1), default=1000, show_default=True,
    help=_("How many pictures are planted."),
)  # fmt: skip
@click.option(
    "--keep", "folder", type=click.Path(path_type=Path, file_okay=False),
    help=_("Folder to leave the cases in (default: they are deleted)."),
)  # fmt: skip
@click.option("--resume", is_flag=True, help=_("Keep what was measured for this commit."))
@click.option(
    "--browser", is_flag=True, help=_("Have a browser draw pages that embed the pictures, too.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def imagery(planted: int, folder: Path | None, browser: bool, resume: bool, as_json: bool) -> int:
    """Run it; exit 3 where one picture was found, or the search itself finds too little."""
    from vestigo.pipeline.imagery.benchmark import run_benchmark
    from vestigo.pipeline.imagery.keeping import Parts

    if resume and folder is None:
        raise click.UsageError(_("--resume needs the folder of --keep."))
    with (
        tempfile.TemporaryDirectory() as work,
        progress() as shown,
        told_when_ended("bench imagery") as at,
    ):
        task = shown.add_task(_("Crawling planted pictures"), total=5 if browser else 3)

        def on_part(name: str) -> None:
            at(name)
            shown.advance(task)

        def on_line(line: str) -> None:
            at(line)
            if shown.disable:
                warn(line)

        place = folder or Path(work)
        parts = Parts(place, planted, resume=resume, on_part=on_part, on_line=on_line)
        measured = run_benchmark(parts, browser=browser)
    if as_json:
        emit_json(measured)
    else:
        names = ("screened", "text_only", "control", "browser", "browser_control")
        for name in [one for one in names if one in measured]:
            figures = measured[name]
            click.echo(f"{name}: {figures['n_found']}/{figures['n_planted']}")
    return ExitCode.DONE if measured["right"] else ExitCode.VERIFICATION_FAILED
