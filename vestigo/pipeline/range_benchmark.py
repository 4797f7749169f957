# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long a world takes to be made: `training range --write`, a process for each seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.steps import run_step, vestigo_words

MOST_SECONDS = 40


def measure_range(
    work: Path, behaviour: str, n_seeds: int, on_seed: Callable[[int], None]
) -> dict[str, Any]:
    """Return seconds, memory and counts of the worlds of the seeds 1 to ``n_seeds``."""
    worlds = []
    for seed in range(1, n_seeds + 1):
        folder = work / f"world-{seed}"
        words = ("training", "range", "--seed", str(seed), "--behaviour", behaviour)
        made = run_step(vestigo_words(*words, "--write", str(folder), "--json"))
        worlds.append(
            {
                "seed": seed,
                "seconds": f"{made.seconds:.1f}",
                "peak_mb": made.peak_mb,
                **_counted(folder),
            }
        )
        on_seed(seed)
    slowest = max(float(world["seconds"]) for world in worlds)
    return {
        "behaviour": behaviour,
        "machine": machine(),
        "worlds": worlds,
        "slowest_seconds": f"{slowest:.1f}",
        "limit_seconds": MOST_SECONDS,
        "met": slowest <= MOST_SECONDS,
    }


def _counted(folder: Path) -> dict[str, Any]:
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        "n_files": len(files),
        "mb": f"{sum(path.stat().st_size for path in files) / 1e6:.1f}",
        "n_vendors": len(truth["vendors"]),
        "n_listings": len(truth["listings"]),
        "n_payments": truth["chain"]["n_payments"],
    }
