# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench bundles``: no false alarm on bundles of random cases that nobody touched."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vestigo.pipeline.tamper_bench.invented_case import invented_keys
from vestigo.pipeline.tamper_bench.judging import PROGRAMS, RIGHT, run_verifier
from vestigo.pipeline.tamper_bench.outside import Outside
from vestigo.pipeline.tamper_bench.random_case import (
    Drawn,
    bundle_of,
    draw,
    forget,
    receiving_pair,
)


def measure(n_cases: int, seed: int, work: Path, on_one: Callable[[], None]) -> dict[str, Any]:
    """Build and verify; ``met`` where both verifiers found everything right in each bundle."""
    outside = Outside(work / "outside")
    made_once = invented_keys(), receiving_pair()  # before there are threads
    assert all(made_once)

    def one(number: int) -> dict[str, Any]:
        drawn = draw(number)
        place = work / f"case-{number}"
        place.mkdir()
        try:
            return {"name": f"seed {number}", "case": asdict(drawn),
                    "faults": faults_of(drawn, place, outside)}  # fmt: skip
        finally:
            forget(place)
            on_one()

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        rows = list(pool.map(one, range(seed, seed + n_cases)))
    alarms = [row for row in rows if row["faults"]]
    traits = Counter(trait for row in rows for trait in draw(int(row["case"]["seed"])).traits())
    return {
        "met": not alarms,
        "bundles": len(rows),
        "false_alarms": len(alarms),
        "held": dict(sorted(traits.items())),
        "table": alarms,
    }


def faults_of(
    drawn: Drawn, work: Path, outside: Outside, programs: Sequence[str] = tuple(PROGRAMS)
) -> list[str]:
    """Return what the verifiers say against the bundle of a case that nobody touched.

    With the anchors everything is right; without the outside ones both say that nothing
    protects against the holder of the unit's key.
    """
    faults = []
    with bundle_of(drawn, work, outside) as sealed:
        for program in programs:
            said = run_verifier(program, sealed.path, sealed.anchors)
            if said.exit_code != RIGHT or said.errors:
                wrong = [line for line in said.lines if line[0] != "ok"]
                faults.append(f"{program}: {said.exit_code} {wrong} {said.errors[:200]}")
        for pattern in ("checkpoint-*.note", "witness-*.vkey", "tsa*.pem"):
            for path in sealed.anchors.glob(pattern):
                path.unlink()
        for program in programs:
            said = run_verifier(program, sealed.path, sealed.anchors)
            if said.checks("FAILED") or not said.alone:
                faults.append(f"{program} with no outside anchor: {said.exit_code} {said.alone}")
    return faults
