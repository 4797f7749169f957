# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench tamper``: every named mutation, both verifiers, one row each."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from vestigo.pipeline.tamper_bench.bases import MAKERS, Bases
from vestigo.pipeline.tamper_bench.judging import PROGRAMS, Verdict, judge, run_verifier
from vestigo.pipeline.tamper_bench.mutation import Mutation

Seen = Callable[[], None]


def measure(mutations: Sequence[Mutation], work: Path, on_one: Seen) -> dict[str, Any]:
    """Judge each mutation by both verifiers in ``work``; ``met`` where each was caught as named."""
    bases = Bases(work / "bases")
    needed = [name for name in MAKERS if any(one.attack.base == name for one in mutations)]
    untouched = {name: _untouched(bases, name) for name in needed}

    def one(numbered: tuple[int, Mutation]) -> Verdict:
        n, mutation = numbered
        place = work / f"mutation-{n}"
        try:
            return judge(mutation, bases, place, tuple(PROGRAMS))
        finally:
            shutil.rmtree(place, ignore_errors=True)
            on_one()

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        verdicts = list(pool.map(one, enumerate(mutations)))
    right = [one for one in verdicts if not one.faults]
    return {
        "met": len(right) == len(verdicts) and not any(untouched.values()),
        "mutations": len(verdicts),
        "caught_as_named": len(right),
        "by_attacker": dict(Counter(one.mutation.attack.attacker for one in verdicts)),
        "by_layers": dict(Counter(one.mutation.layers for one in verdicts)),
        "only_an_outside_anchor_catches": sum(one.mutation.attack.only_outside for one in verdicts),
        "untouched_bases_with_faults": untouched,
        "table": [row(one) for one in verdicts],
    }


def row(verdict: Verdict) -> dict[str, Any]:
    """Return what is shown of one mutation."""
    mutation = verdict.mutation
    return {
        "name": mutation.name,
        "attacker": mutation.attack.attacker,
        "layers": mutation.layers,
        "against": mutation.attack.outside if mutation.attack.only_outside else "",
        "caught_by": verdict.caught,
        "reasons": verdict.reasons,
        "faults": verdict.faults,
    }


def _untouched(bases: Bases, name: str) -> list[str]:
    """Return what the verifiers find wrong with a bundle that nobody touched."""
    sealed = bases.untouched(name)
    found = {program: run_verifier(program, sealed.path, sealed.anchors) for program in PROGRAMS}
    return [f"{program}: {said.exit_code}" for program, said in found.items() if said.exit_code]
