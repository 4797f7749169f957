# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process that only reads: what opening takes, what questions take, what it occupies.

Run as a process of its own (``python -m vestigo.pipeline.graph_bench.reader``) so that its
memory is that of reading alone.  Standard input holds one JSON document: the place, the
questions; standard output gets one with the figures.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graph import catalogue
from graph.model import NodeRef
from graph.paths.asking import Asked
from graph.paths.finding import find_ways
from graph.store import GraphStore
from vestigo.pipeline.graph_bench.engines import place_of, versions
from vestigo.pipeline.graph_bench.synthetic import MOST_STEPS


def main() -> None:
    """Read the order, answer it."""
    order = json.load(sys.stdin)
    begin = time.perf_counter()
    store = place_of(order["place"]).open()
    catalogue.run(store, "neighbourhood", label="Market", key="bazar", limit=1)
    opened = time.perf_counter() - begin
    figures: dict[str, Any] = {"open_s": opened, "memory_open": memory()}
    figures.update(ask(store, order["questions"]))
    figures["memory"] = memory()
    figures["versions"] = versions(store)
    store.close()
    json.dump(figures, sys.stdout)


def ask(store: GraphStore, asked: dict[str, Any]) -> dict[str, Any]:
    """Ask everything twice: to warm up, then measured; milliseconds."""
    addresses, pairs = asked["addresses"], asked["pairs"]

    def one_hop(address: str) -> int:
        return len(catalogue.run(store, "neighbourhood", label="Address", key=address))

    def three_hops(address: str) -> int:
        return len(catalogue.run(store, "within-hops", label="Address", key=address, hops=3))

    def shortest(pair: tuple[str, str]) -> int:
        ends = [NodeRef("Address", key) for key in pair]
        found = find_ways(store, Asked(ends[0], ends[1], k=1, most_hops=MOST_STEPS))
        return len(found.ways)

    return {
        "one_hop": measured(one_hop, addresses),
        "three_hops": measured(three_hops, addresses),
        "path": measured(shortest, [(a, b) for a, b in pairs]),
    }


def measured(question: Callable[[Any], int], given: list[Any]) -> dict[str, float]:
    """Return milliseconds (p50, p99, most, first) and how many rows came on average."""
    begin = time.perf_counter()
    question(given[0])
    first = (time.perf_counter() - begin) * 1000
    for item in given:
        question(item)
    spent, n_rows = [], 0
    for item in given:
        begin = time.perf_counter()
        n_rows += question(item)
        spent.append((time.perf_counter() - begin) * 1000)
    spent.sort()
    return {
        "p50": percentile(spent, 50),
        "p99": percentile(spent, 99),
        "most": spent[-1],
        "first": first,
        "rows": n_rows / len(given),
        "n": len(given),
    }


def percentile(ordered: list[float], percent: int) -> float:
    """Return the value that so many percent do not exceed (nearest rank)."""
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def memory() -> dict[str, int]:
    """Return resident memory in MB: now, of it not backed by files, and the most so far."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return {}
    lines = dict(line.split(":", 1) for line in status.read_text("ascii").splitlines())
    names = {"resident": "VmRSS", "anonymous": "RssAnon", "peak": "VmHWM"}
    return {name: int(lines[key].split()[0]) // 1024 for name, key in names.items()}


if __name__ == "__main__":
    main()
