# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parts of the evidence benchmark.

A part is a module with one function ``measure(plan) -> Measured`` (the form of the capture
benchmark); it is listed in ``PARTS`` under its name.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from vestigo.pipeline.acceptance import current_commit
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.capture_bench.parts import Measured

PARTS: dict[str, str] = {
    "log": "vestigo.pipeline.evidence_bench.log",
    "documents": "vestigo.pipeline.evidence_bench.documents",
    "bundle": "vestigo.pipeline.evidence_bench.bundle",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a part is told: an empty folder for its files, and how large things are to be.

    ``n_events`` is the length of the long log, ``n_bytes`` the size of the large bundle.
    """

    work: Path
    n_events: int
    n_bytes: int = 1_000_000_000


def measure(
    names: Sequence[str],
    work: Path,
    on_start: Callable[[str], None],
    *,
    n_events: int,
    n_bytes: int,
) -> dict[str, Any]:
    """Return figures, limits and load of each part, with commit and machine."""
    parts = {}
    for name in names:
        on_start(name)
        parts[name] = _measured(name, Plan(work / name, n_events, n_bytes))
    return {
        "commit": current_commit(),
        "machine": machine(),
        "parts": parts,
        "met": all(part["met"] for part in parts.values()),
    }


def _measured(name: str, plan: Plan) -> dict[str, Any]:
    plan.work.mkdir(parents=True, exist_ok=True)
    before, began = os.getloadavg()[0], time.perf_counter()
    try:
        found: Measured = importlib.import_module(PARTS[name]).measure(plan)
    finally:
        shutil.rmtree(plan.work, ignore_errors=True)
    figures = {key: figure.as_document() for key, figure in found.figures.items()}
    document = {"figures": figures, "facts": found.facts}
    return {
        **json.loads(json.dumps(document), parse_float=Decimal),
        "met": all(figure.met for figure in found.figures.values()),
        "seconds": f"{time.perf_counter() - began:.1f}",
        "load_before": f"{before:.2f}",
        "load_after": f"{os.getloadavg()[0]:.2f}",
    }
