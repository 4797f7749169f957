# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo demo``: the whole way on the practice range."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Any

import click

from vestigo.cli.crawl_coverage import estimate_lines
from vestigo.cli.output import emit_json, printable
from vestigo.errors import ExitCode
from vestigo.i18n import _
from vestigo.pipeline.demonstration import LARGEST_SEED, Demonstration, begin
from vestigo.training.scoring import Area, Score
from vestigo.training.scoring.report import brief_document


@click.command(
    help=_("Go the whole way on the practice range: from nothing to a verified bundle."),
)
@click.option(
    "--case",
    "path",
    type=click.Path(path_type=Path),
    default=Path("demo-case"),
    show_default=True,
    help=_("Folder for the practice case; run again it goes on there."),
)
@click.option(
    "--seed", type=click.IntRange(0, LARGEST_SEED), help=_("Seed of the world; else a random one.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def demo(path: Path, seed: int | None, as_json: bool) -> int:
    """Run the demonstration; exit 3 where it missed or wrongly claimed something."""
    began = time.monotonic()
    run = Demonstration(begin(path.absolute(), seed), announce=_announce)
    score = run.run()
    seconds = time.monotonic() - began
    if as_json:
        emit_json(_document(run, score, seconds))
    else:
        _show(run, score, seconds)
    return ExitCode.DONE if score.passed() else ExitCode.VERIFICATION_FAILED


def _announce(title: str, words: list[str]) -> None:
    click.echo(f"\n» {title}\n  $ {shlex.join(words)}", err=True)


def _document(run: Demonstration, score: Score, seconds: float) -> dict[str, Any]:
    return {
        "case": str(run.practice.path),
        "seed": run.practice.seed,
        "bundle": str(run.bundle),
        "verified": True,
        "passed": score.passed(),
        "score": brief_document(score),
        "coverage": run.coverage,
        "seconds": f"{seconds:.1f}",
        "peak_mb": max(step["peak_mb"] for step in run.steps),
        "steps": run.steps,
    }


def _show(run: Demonstration, score: Score, seconds: float) -> None:
    click.echo("\n" + _("Against the truth of the range (seed {seed}):").format(
        seed=run.practice.seed))  # fmt: skip
    _row(_("vendors"), score.areas["vendors"])
    _row(_("listings"), score.areas["listings"])
    _row(_("substances of listings (read by rule; does not decide)"), score.areas["substances"])
    _row(_("published addresses"), score.areas["addresses"])
    _row(_("cash-outs that can be reached"), score.areas["cash_outs"])
    _row(_("wallets whose trail stops at a mix"), score.areas["behind_mix"])
    for line in estimate_lines(run.coverage):
        click.echo(f"  {line}")
    click.echo(_("Sealed and verified by its own two verifiers: {path}").format(path=run.bundle))
    peak = max(step["peak_mb"] for step in run.steps)
    click.echo(_("{seconds:.0f} s, at most {peak} MB.").format(seconds=seconds, peak=peak))
    look = _("Look at it: vestigo console account add {case} NAME; vestigo console serve {case}")
    click.echo(look.format(case=shlex.quote(str(run.practice.path))))


def _row(name: str, area: Area) -> None:
    counts = _("{found} of {true}, {wrong} wrong").format(
        found=area.count("found"), true=area.n_true, wrong=area.count("wrong")
    )
    click.echo(f"  {name}: {counts}")
    for item in area.items:
        if item.status != "found":
            click.echo(f"    ! {printable(item.key)}")
