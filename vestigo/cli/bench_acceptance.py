# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench acceptance`` and ``vestigo bench range``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from vestigo.cli.output import emit_json, progress, warn
from vestigo.errors import ExitCode, UsageError
from vestigo.i18n import _
from vestigo.pipeline.acceptance import Measurement, chosen, measure, measurements
from vestigo.pipeline.range_benchmark import measure_range


@click.command("acceptance", help=_("Run the full counts, one measurement after the other."))
@click.option(
    "--to", "folder", type=click.Path(path_type=Path),
    help=_("Folder for the results, one file a measurement."),
)  # fmt: skip
@click.option("--resume", is_flag=True, help=_("Keep what was measured for this commit."))
@click.option("--only", "names", multiple=True, help=_("Only this measurement."))
@click.option(
    "--given", "pairs", multiple=True, metavar="NAME=VALUE",
    help=_("What a measurement needs, such as neo4j-home=DIR."),
)  # fmt: skip
@click.option("--list", "as_list", is_flag=True, help=_("List the measurements and leave."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def acceptance(
    folder: Path | None,
    resume: bool,
    names: tuple[str, ...],
    pairs: tuple[str, ...],
    as_list: bool,
    as_json: bool,
) -> int | None:
    """Measure, write one file each, and say how each ended."""
    if as_list:
        _print_list(as_json)
        return None
    if folder is None:
        raise click.UsageError(_("Name a folder for the results with --to."))
    given = dict(_pair(text) for text in pairs)
    todo = chosen(names)
    with progress() as shown:
        task = shown.add_task(_("Measuring"), total=len(todo))

        def started(one: Measurement) -> None:
            shown.advance(task)
            warn(_("Measuring {name}: {about}").format(name=one.name, about=one.about))

        outcomes = measure(todo, folder, given, resume=resume, on_start=started)
    if as_json:
        emit_json([{name: getattr(one, name) for name in one.__slots__} for one in outcomes])
    else:
        for one in outcomes:
            click.echo(f"{one.name}  {one.state}  {one.reason}  {one.seconds}".rstrip())
    whole = all(one.state in ("done", "kept") for one in outcomes)
    return None if whole else int(ExitCode.FINDINGS)


@click.command("range", help=_("Measure how long worlds of the practice range take to be made."))
@click.option("--behaviour", default="full", show_default=True, help=_("Name or file of a world."))
@click.option("--seeds", type=click.IntRange(1, 1000), default=5, show_default=True,
              help=_("How many seeds, from 1."))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def range_command(behaviour: str, seeds: int, as_json: bool) -> None:
    """Make each world in a temporary folder, in a process of its own."""
    with tempfile.TemporaryDirectory() as work, progress() as shown:
        task = shown.add_task(_("Making worlds"), total=seeds)
        measured = measure_range(Path(work), behaviour, seeds, lambda _seed: shown.advance(task))
    if as_json:
        emit_json(measured)
        return
    for world in measured["worlds"]:
        click.echo(
            _("seed {seed}: {seconds} s, {peak_mb} MB, {n_payments} payments").format(**world)
        )


def _print_list(as_json: bool) -> None:
    rows = [{"name": one.name, "about": one.about, "needs": list(one.needs),
             "command": " ".join(("vestigo", *one.words))} for one in measurements()]  # fmt: skip
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        click.echo(f"{row['name']}  {row['command']}")
        click.echo(f"    {row['about']}")


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise UsageError(
            "E-BEN-002",
            _("“{text}” is not of the form NAME=VALUE.").format(text=text),
            remedy=_("“vestigo bench acceptance --list” says what each measurement needs."),
        )
    return name.replace("-", "_"), value
