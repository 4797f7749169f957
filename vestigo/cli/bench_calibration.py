# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench calibration``: whether the probabilities of the ledger are right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vestigo.cli.output import emit_json
from vestigo.errors import ExitCode
from vestigo.i18n import _

SHOWN = ("n", "base_rate", "ece", "brier", "brier_skill")
SHOWN_OF_BINS = ("least", "n", "stated", "share", "low", "high")
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("calibration", help=_("Measure whether the ledger's probabilities are right."))
@click.option(
    "--behaviour", "behaviours", multiple=True,
    help=_("Name or file of a behaviour; several may be given (default: those kept for testing)."),
)  # fmt: skip
@click.option(
    "--seed", "seeds", multiple=True, type=int,
    help=_("Seed of a world; several may be given (default: the seeds kept for testing)."),
)  # fmt: skip
@click.option(
    "--labelled", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("Compact lines with a label (.jsonl or .xz)."),
)  # fmt: skip
@click.option("--fit", type=FILE, help=_("Fit the weights again and write them to this file."))
@click.option("--fit-classes", type=FILE, help=_("Count the labelled lines into this file."))
@click.option(
    "--on", default="2026-11-22", show_default=True, help=_("The day that fitted files name.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def calibration(
    behaviours: tuple[str, ...], seeds: tuple[int, ...], labelled: tuple[Path, ...],
    fit: Path | None, fit_classes: Path | None, on: str, as_json: bool,
) -> ExitCode:  # fmt: skip
    """Print n, error, skill and bins of every kind of statement; exit 4 where an aim is missed."""
    from vestigo.pipeline import calibration_bench
    from vestigo.pipeline.calibration_bench.labelled import class_table
    from vestigo.pipeline.calibration_bench.worlds import TEST_BEHAVIOURS, TEST_SEEDS

    if fit is not None:
        calibration_bench.fit_file(fit, on)
    if fit_classes is not None:
        fit_classes.write_text(class_table(labelled, on), encoding="utf-8")
    if fit is not None or fit_classes is not None:
        return ExitCode.DONE
    measured = calibration_bench.benchmark(
        behaviours or TEST_BEHAVIOURS, seeds or TEST_SEEDS, labelled
    )
    if as_json:
        emit_json(_told(measured))
    else:
        _print(measured)
    missed = any(one["met"] is False for one in measured["statements"].values())
    return ExitCode.FINDINGS if missed else ExitCode.DONE


def _told(value: Any) -> Any:
    """Return the figures with shares as decimal strings, as all machine output has them."""
    if isinstance(value, dict):
        return {key: _told(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_told(item) for item in value]
    return f"{value:.4f}" if isinstance(value, float) else value


def _print(measured: dict[str, Any]) -> None:
    """Print the figures by their machine names: they mean the same in every language."""
    sets = dict(measured["statements"])
    sets |= {f"labelled {name}": one for name, one in (measured["labelled"] or {}).items()}
    rows = ["matching: " + " ".join(f"{k} {v}" for k, v in measured["matching"].items())]
    rows.append("wallets: " + " ".join(f"{k} {v}" for k, v in measured["wallets"].items()))
    rows += [f"rule {name}: {one}" for name, one in measured["change_rules"].items()]
    for name, figures in sets.items():
        rows.append(f"{name}: " + " ".join(f"{key} {figures[key]}" for key in SHOWN))
        rows += [
            "  " + " ".join(f"{key} {one[key]}" for key in SHOWN_OF_BINS) for one in figures["bins"]
        ]
    for row in rows:
        click.echo(row)
