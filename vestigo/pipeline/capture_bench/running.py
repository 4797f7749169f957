# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measuring the parts one after the other, each in a process and a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from vestigo.pipeline.acceptance import current_commit
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.capture_bench.parts import Plan
from vestigo.pipeline.steps import run_step

MODULE = "vestigo.pipeline.capture_bench"


def measure(
    letters: Sequence[str], work: Path, n_pages: int, on_start: Callable[[str], None]
) -> dict[str, Any]:
    """Return figures, limits, load and peak memory (MB) of each part, with commit and machine."""
    parts = {}
    for letter in letters:
        on_start(letter)
        parts[letter] = _measured(letter, Plan(work / letter, n_pages))
    return {
        "commit": current_commit(),
        "machine": machine(),
        "parts": parts,
        "met": all(part["met"] for part in parts.values()),
    }


def _measured(letter: str, plan: Plan) -> dict[str, Any]:
    plan.work.mkdir(parents=True, exist_ok=True)
    before = os.getloadavg()[0]
    try:
        done = run_step([sys.executable, "-m", MODULE, letter], stdin=json.dumps(plan.as_words()))
    finally:
        shutil.rmtree(plan.work, ignore_errors=True)
    return {
        **json.loads(done.output, parse_float=Decimal),
        "seconds": f"{done.seconds:.1f}",
        "peak_mb": done.peak_mb,
        "load_before": f"{before:.2f}",
        "load_after": f"{os.getloadavg()[0]:.2f}",
    }
