# SPDX-License-Identifier: AGPL-3.0-or-later
"""One run: the case, the server, the browser, and each figure with its limit."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from graph.kglite_store import KgliteStore
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.console_bench import asking
from vestigo.pipeline.console_bench.making import Size, case_of
from vestigo.pipeline.console_bench.server import Console, console_of
from vestigo.pipeline.graph_bench.figures import shown
from vestigo.store import CaseFolder, RecordLedger

Told = Callable[[str], None]
SCRIPTS = ("console.js", "graph.js", "passkeys.js")
KIB = 1024
# Name -> unit, limit, whether more is better
LIMITS: dict[str, tuple[str, float | None, bool]] = {
    "first_page_cold_ms": ("ms", 1_000, False),
    "first_page_warm_ms": ("ms", 300, False),
    "search_p95_ms": ("ms", 300, False),
    "search_median_ms": ("ms", None, False),
    "search_processor_ms": ("ms", None, False),
    "expand_p95_ms": ("ms", 200, False),
    "expand_median_ms": ("ms", None, False),
    "expand_processor_ms": ("ms", None, False),
    "expand_drawn_ms": ("ms", 500, False),
    "table_longest_pause_ms": ("ms", 100, False),
    "table_pause_while_collecting_ms": ("ms", None, False),
    "table_height_px": ("px", None, True),
    "canvas_frames_per_s": ("1/s", 20, True),
    "people_p95_ms": ("ms", 1_000, False),
    "people_median_ms": ("ms", None, False),
    "people_processor_ms": ("ms", None, False),
    "memory_mb": ("MB", 1_024, False),
    "front_end_gzip_kb": ("kB", 350, False),
    "start_s": ("s", None, False),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: how large the case is, how often each thing is asked for."""

    size: Size
    n_pages: int = 5
    n_searches: int = 200
    n_expansions: int = 100
    n_people: int = 20
    n_each: int = 15
    n_rows: int = 10_000
    n_elements: int = 1_500
    n_drawn: int = 3
    browser: bool = True


def measure(folder: Path, plan: Plan, tell: Told) -> dict[str, Any]:
    """Return the figures with their limits, what they were measured on, and ``met``."""
    begin = time.perf_counter()
    case = case_of(folder, plan.size, lambda n: tell(f"+{n}"))
    made = time.perf_counter() - begin
    tell("start")
    load = os.getloadavg()[0]
    with console_of(case) as console:
        values = {"start_s": console.start_seconds}
        pages = _served(console, plan, values, tell)
    figures = {name: _figure(name, values[name]) for name in LIMITS if name in values}
    return {
        "machine": {**machine(), "load": [shown(load), shown(os.getloadavg()[0])]},
        "case": {**asdict(plan.size), **_elements(case), "made_s": shown(made)},
        "figures": figures,
        "pages": pages,
        "met": all(figure.get("met", True) for figure in figures.values()),
    }


def _served(
    console: Console, plan: Plan, values: dict[str, float], tell: Told
) -> dict[str, dict[str, str]]:
    with closing(console.signed_in()) as client:
        tell("pages")
        values |= asking.first_pages(client, plan.n_pages)
        pages = asking.other_pages(client, plan.n_pages)
        tell("search")
        busy = console.processor_ms()
        _spread(values, "search", asking.searches(client, plan.size, plan.n_searches))
        values["search_processor_ms"] = (console.processor_ms() - busy) / plan.n_searches
        tell("expand")
        busy = console.processor_ms()
        _spread(values, "expand", asking.expansions(client, plan.size, plan.n_expansions))
        values["expand_processor_ms"] = (console.processor_ms() - busy) / plan.n_expansions
        values["front_end_gzip_kb"] = _scripts(client)
    tell("people")
    busy = console.processor_ms()
    people = asking.people_at_once(console, plan.size, plan.n_people, plan.n_each)
    _spread(values, "people", people)
    values["people_processor_ms"] = (console.processor_ms() - busy) / len(people)
    values["memory_mb"] = console.memory_mb()
    if plan.browser:
        from vestigo.pipeline.console_bench.drawing import drawn

        tell("browser")
        values |= drawn(console.url, plan.n_drawn, plan.n_rows, plan.n_elements)
    return pages


def _spread(values: dict[str, float], name: str, taken: list[float]) -> None:
    values[f"{name}_p95_ms"], values[f"{name}_median_ms"] = asking.p95(taken), median(taken)


def _scripts(client: httpx.Client) -> float:
    """Return the size of all scripts in kB, compressed as a server would."""
    bodies = [client.get(f"/static/{name}") for name in SCRIPTS]
    found = [gzip.compress(one.content, 9) for one in bodies if one.status_code == httpx.codes.OK]
    return sum(map(len, found)) / KIB


def _elements(case: Path) -> dict[str, int]:
    folder = CaseFolder.open(case)
    with RecordLedger(folder.records) as ledger:
        n_records = ledger.head().n_entries
    store = KgliteStore(folder.graph)
    summary = store.summary() or {}
    store.close()
    return {"n_records": n_records, "n_nodes": int(summary["n_nodes"]),
            "n_relationships": int(summary["n_relationships"])}  # fmt: skip


def _figure(name: str, value: float) -> dict[str, Any]:
    unit, limit, more = LIMITS[name]
    figure: dict[str, Any] = {"value": shown(value), "unit": unit}
    if limit is not None:
        figure["limit"], figure["met"] = shown(limit), value >= limit if more else value <= limit
    return figure
