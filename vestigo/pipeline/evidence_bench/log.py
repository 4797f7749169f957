# SPDX-License-Identifier: AGPL-3.0-or-later
"""The custody log: durable events from many appenders, a single one, proofs in a long log."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from vestigo.clock import system_clock
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.log_tree import LogTree
from vestigo.evidence.merkle_proofs import verify_inclusion
from vestigo.pipeline.capture_bench.parts import Figure, Measured
from vestigo.pipeline.evidence_bench.parts import Plan

APPENDER = "vestigo.pipeline.evidence_bench.appender"
SHAPES = ((4, 8), (1, 32), (32, 1))  # processes and threads in each; the limit is of the first
EVENTS_EACH = 150
RUNS = 3
SINGLE = 1000
PROOFS = 500
BATCH = 5000


def measure(plan: Plan) -> Measured:
    """Measure in the folder of the plan; every event is synced to its disk."""
    shapes = {shape: [_rate(plan.work / f"{shape[0]}-{shape[1]}-{n}", *shape)
                      for n in range(RUNS)] for shape in SHAPES}  # fmt: skip
    single = sorted(_single(plan.work / "single"))
    proofs, facts = _proofs(plan.work / "long", plan.n_events)
    rate = statistics.median(rate for rate, _cpu in shapes[SHAPES[0]])
    return Measured(
        {
            "events_per_second_32_appenders": Figure(round(rate), "1/s", 2000),
            "single_append_p99_ms": Figure(_at(single, 99), "ms", 20, more=False),
            "single_append_p50_ms": Figure(_at(single, 50), "ms"),
            "inclusion_proof_p99_ms": Figure(_at(proofs, 99), "ms", 10, more=False),
            "inclusion_proof_p50_ms": Figure(_at(proofs, 50), "ms"),
            "cpu_per_event_ms_32_appenders": Figure(
                round(statistics.median(cpu for _rate, cpu in shapes[SHAPES[0]]), 3), "ms"
            ),
        },
        {
            "events_per_second_by_processes_x_threads": {
                f"{n}x{threads}": [round(rate) for rate, _cpu in found]
                for (n, threads), found in shapes.items()
            },
            "single_append_max_ms": _at(single, 100),
            "inclusion_proof_max_ms": _at(proofs, 100),
            **facts,
        },
    )


def _rate(folder: Path, n_processes: int, n_threads: int) -> tuple[float, float]:
    """Return events a second over all processes, and milliseconds of processor time an event."""
    words = [sys.executable, "-m", APPENDER, str(folder), str(n_threads), str(EVENTS_EACH)]
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _n in range(n_processes)
        ]
        for process in processes:
            if process.stdout is None or process.stdout.readline() != "ready\n":
                raise RuntimeError("an appender did not start")
        said = []
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in processes:
            assert process.stdout is not None
            said.append([float(word) for word in process.stdout.readline().split()])
    n_events = n_processes * n_threads * EVENTS_EACH
    head = CustodyLog(folder, actor="bench", clock=system_clock).verify()
    if head.n_events != n_events:
        raise RuntimeError(f"{head.n_events} events in the log, not {n_events}")
    begins, ends, used = zip(*said, strict=True)
    return n_events / (max(ends) - min(begins)), 1000 * sum(used) / n_events


def _single(folder: Path) -> list[float]:
    """Return the milliseconds of each of many appends, one after the other."""
    log, taken = CustodyLog(folder, actor="bench", clock=system_clock), []
    for number in range(SINGLE):
        began = time.perf_counter()
        log.append("access", reason=f"bench {number}", object_sha256=f"{number:064x}")
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _proofs(folder: Path, n_events: int) -> tuple[list[float], dict[str, Any]]:
    """Return the milliseconds of proofs in a log of ``n_events``, and what else was measured."""
    log = CustodyLog(folder, actor="bench", clock=system_clock)
    began = time.perf_counter()
    for first in range(0, n_events, BATCH):
        numbers = range(first, min(first + BATCH, n_events))
        log.append_all([
            {"action": "access", "reason": f"bench {n}", "object_sha256": f"{n:064x}"}
            for n in numbers
        ])  # fmt: skip
    made, root = time.perf_counter() - began, log.tree().root(n_events)
    dice, taken = random.Random(1), []  # noqa: S311 (chooses events, no secrets)
    for _n in range(PROOFS):
        index, started = dice.randrange(n_events), time.perf_counter()
        tree = LogTree(folder)
        path = tree.inclusion_proof(index, n_events)
        taken.append((time.perf_counter() - started) * 1000)
        verify_inclusion(tree.leaf(index), index, n_events, path, root)
    facts = {
        "n_events": n_events,
        "events_per_second_in_batches": round(n_events / made),
        "tree_megabytes": round(sum(p.stat().st_size for p in tree.folder.iterdir()) / 1e6, 1),
    }
    return sorted(taken), facts


def _at(ordered: list[float], percent: int) -> float:
    """Return a percentile of sorted values (nearest rank)."""
    return round(ordered[max(0, -(-len(ordered) * percent // 100) - 1)], 3)
