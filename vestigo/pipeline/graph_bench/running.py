# SPDX-License-Identifier: AGPL-3.0-or-later
"""One run of ``bench graph``: every size on every engine, one result file each."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vestigo import __version__
from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.acceptance import current_commit
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.graph_bench.engines import Place
from vestigo.pipeline.graph_bench.figures import with_limits
from vestigo.pipeline.graph_bench.importing import write_tables
from vestigo.pipeline.graph_bench.loading import load, summary_of, upsert
from vestigo.pipeline.graph_bench.questions import questions
from vestigo.pipeline.graph_bench.reading import read_apart
from vestigo.pipeline.graph_bench.server import OwnServer
from vestigo.pipeline.graph_bench.synthetic import SyntheticGraph
from vestigo.pipeline.graph_bench.updating import measure_update
from vestigo.store.atomic import write_atomically

LEAST, MOST = 10_000, 50_000_000
KGLITE_BYTES = 1600  # of disk for each relationship, while it is being written
NEO4J_BYTES = 1400


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, in which folder; ``server`` is running, ``home`` is ours to start."""

    work: Path
    sizes: tuple[int, ...]
    seed: int = 1
    n_questions: int = 300
    server: Place | None = None
    home: Path | None = None
    resume: bool = False
    n_pages: int = 0

    def __post_init__(self) -> None:
        """Refuse sizes that make no graph (E-BEN-012) and disks that are too small."""
        for size in self.sizes:
            if not LEAST <= size <= MOST:
                raise UsageError(
                    "E-BEN-012",
                    _("A graph of {n} relationships cannot be measured.").format(n=size),
                    remedy=_("Choose from {low} to {high}.").format(low=LEAST, high=MOST),
                )
        self._check_disk()

    def _check_disk(self) -> None:
        self.work.mkdir(parents=True, exist_ok=True)
        each = KGLITE_BYTES + (NEO4J_BYTES if self.home is not None else 0)
        needed, free = max(self.sizes) * each, shutil.disk_usage(self.work).free
        if free < needed:
            raise UsageError(
                "E-BEN-013",
                _("The measurement needs {needed} MB of disk; {free} MB are free.").format(
                    needed=needed // 10**6, free=free // 10**6
                ),
                where=str(self.work),
                remedy=_("Make room, choose another folder (--work) or fewer relationships."),
            )

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that can be measured."""
        return ("kglite", "neo4j") if self.server or self.home else ("kglite",)


def measure(
    plan: Plan, on_part: Callable[[str, int], None], on_batch: Callable[[int], None]
) -> dict[str, Any]:
    """Return every figure of every size and engine, with limits, machine and versions."""
    runs = []
    for size in plan.sizes:
        graph = SyntheticGraph(size, plan.seed)
        asked = questions(graph, plan.n_questions)
        for engine in plan.engines:
            on_part(engine, size)
            runs.append(_kept_or_measured(plan, graph, engine, asked, on_batch))
    updated = _updated(plan, on_part, on_batch) if plan.n_pages else None
    judged = [
        figure["met"] for run in runs for figure in run["figures"].values() if "met" in figure
    ]
    return {
        "version": __version__,
        "commit": current_commit(),
        "machine": {**machine(), **_described()},
        "seed": plan.seed,
        "engines": list(plan.engines),
        "runs": runs,
        "update": updated,
        "met": all(judged),
    }


def _updated(
    plan: Plan, on_part: Callable[[str, int], None], on_batch: Callable[[int], None]
) -> dict[str, Any]:
    path = plan.work / f"update-{plan.n_pages}-{plan.seed}.json"
    if plan.resume and path.is_file():
        kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if kept["commit"] == current_commit():
            return kept
    on_part("update", plan.n_pages)
    folder, begin = plan.work / "update", _load_average()
    shutil.rmtree(folder, ignore_errors=True)
    try:
        found = measure_update(folder, plan.n_pages, plan.seed, on_batch)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found = {**found, "commit": current_commit(), "load_average": [begin, _load_average()]}
    write_atomically(path, (json.dumps(found, indent=1) + "\n").encode("utf-8"))
    return found


def _kept_or_measured(
    plan: Plan, graph: SyntheticGraph, engine: str, asked: dict[str, Any],
    on_batch: Callable[[int], None],
) -> dict[str, Any]:  # fmt: skip
    path = plan.work / f"{engine}-{graph.n_relationships}-{plan.seed}.json"
    if plan.resume and path.is_file():
        kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if kept["commit"] == current_commit():
            return kept
    begin = _load_average()
    run = _kglite(plan, graph, asked, on_batch) if engine == "kglite" else (
        _neo4j(plan, graph, asked, on_batch)
    )  # fmt: skip
    values = run.pop("values")
    result = {
        "engine": engine,
        "relationships": graph.n_relationships,
        "commit": current_commit(),
        "load_average": [begin, _load_average()],
        **run,
        "figures": with_limits(engine, values),
    }
    text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
    write_atomically(path, text.encode("utf-8"))
    return result


def _kglite(
    plan: Plan, graph: SyntheticGraph, asked: dict[str, Any], on_batch: Callable[[int], None]
) -> dict[str, Any]:
    folder = plan.work / f"kglite-{graph.n_relationships}"
    shutil.rmtree(folder, ignore_errors=True)
    place = Place(folder)
    try:
        store = place.open()
        loaded = load(store, graph, on_batch)
        store.close()
        read = read_apart(place, asked)
        store = place.open()
        written = upsert(store, graph)
        store.close()
        disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    values = {
        **_loaded(loaded.parts), "load_cpu_s": loaded.processor_seconds,
        **read.values, **_upserted(written), "disk_mb": disk / 1e6,
    }  # fmt: skip
    return {"loaded_by": "the store, in batches of 2000", "versions": read.versions,
            "values": values}  # fmt: skip


def _neo4j(
    plan: Plan, graph: SyntheticGraph, asked: dict[str, Any], on_batch: Callable[[int], None]
) -> dict[str, Any]:
    if plan.home is None:
        place = plan.server
        assert place is not None
        store = place.open()
        loaded = load(store, graph, on_batch)
        store.close()
        read = read_apart(place, asked)
        values = {**_loaded(loaded.parts), **read.values, **_upsert_served(place, graph)}
        values.pop("resident_mb", None)
        return {"loaded_by": "Bolt, in batches of 2000", "versions": read.versions,
                "values": values}  # fmt: skip
    folder = plan.work / f"neo4j-{graph.n_relationships}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        return _own(OwnServer(plan.home, folder), graph, asked, on_batch)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _own(
    server: OwnServer, graph: SyntheticGraph, asked: dict[str, Any], on_batch: Callable[[int], None]
) -> dict[str, Any]:
    server.lay_out()
    tables = server.folder / "tables"
    options, n_nodes = write_tables(graph, tables, on_batch)
    begin = time.perf_counter()
    server.admin("database", "import", "full", "neo4j", "--overwrite-destination=true", *options)
    imported = time.perf_counter() - begin
    shutil.rmtree(tables)
    with server.running():
        place = Place(uri=server.uri, password=server.password)
        begin = time.perf_counter()
        place.adopt(summary_of(graph, n_nodes))
        parts = {"import": imported, "constraints": time.perf_counter() - begin}
        read = read_apart(place, asked)
        values = {**_loaded(parts), **read.values, "resident_mb": float(server.resident_mb())}
        values.update(_upsert_served(place, graph))
    disk = sum(path.stat().st_size for path in (server.folder / "data").rglob("*")
               if path.is_file())  # fmt: skip
    values["disk_mb"] = disk / 1e6
    return {"loaded_by": "neo4j-admin database import full, the server standing still",
            "versions": read.versions, "values": values}  # fmt: skip


def _upsert_served(place: Place, graph: SyntheticGraph) -> dict[str, float]:
    store = place.open()
    try:
        return _upserted(upsert(store, graph))
    finally:
        store.close()


def _loaded(parts: dict[str, float]) -> dict[str, float]:
    return {"load_s": sum(parts.values()), **{f"load_{name}_s": s for name, s in parts.items()}}


def _upserted(written: dict[str, float]) -> dict[str, float]:
    return {
        "update_open_s": written["update_open_s"],
        "upserted_nodes_per_s": written["nodes_per_s"],
        "upserted_relationships_per_s": written["relationships_per_s"],
    }


def _described() -> dict[str, Any]:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {"memory_mb": pages * size // 2**20, "load_average": _load_average()}


def _load_average() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def unmet(result: dict[str, Any]) -> Sequence[str]:
    """Return the figures that miss their limits, as ``engine size name``."""
    return [
        f"{run['engine']} {run['relationships']} {name}"
        for run in result["runs"] for name, figure in run["figures"].items()
        if figure.get("met") is False
    ]  # fmt: skip
