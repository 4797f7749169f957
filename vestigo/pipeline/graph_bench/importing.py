# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filling a Neo4j server that stands still: CSV files for ``neo4j-admin database import``."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from graph.model import EDGES, NODES, PROVENANCE
from vestigo.pipeline.graph_bench.synthetic import SyntheticGraph

TYPES = {str: "", int: ":long", bool: ":boolean", list: ":string[]"}


def write_tables(
    graph: SyntheticGraph, folder: Path, on_batch: Callable[[int], None]
) -> tuple[list[str], int]:
    """Write one table for each label and each type; return the options and the number of nodes."""
    folder.mkdir(parents=True, exist_ok=True)
    options: dict[str, str] = {}
    n_nodes = 0
    for label, rows in graph.node_batches():
        names = {"name": str, **NODES[label]}
        path = folder / f"n-{label}.csv"
        if f"n-{label}" not in options:
            head = [f"key:ID({label})", *_heads(names)]
            _append(path, [head], anew=True)
            options[f"n-{label}"] = f"--nodes={label}={path}"
        _append(path, ([row["key"], *(row.get(name, "") for name in names)] for row in rows))
        n_nodes += len(rows)
        on_batch(len(rows))
    for kind, (source, target), batch in graph.edge_batches():
        names = {**PROVENANCE, **EDGES[kind][1]}
        name = f"e-{kind}-{source}-{target}"
        path = folder / f"{name}.csv"
        if name not in options:
            head = [f":START_ID({source})", f":END_ID({target})", *_heads(names)]
            _append(path, [head], anew=True)
            options[name] = f"--relationships={kind}={path}"
        _append(path, ([row["source"], row["target"],
                        *(row["properties"].get(name, "") for name in names)]
                       for row in batch))  # fmt: skip
        on_batch(len(batch))
    return list(options.values()), n_nodes


def _heads(names: dict[str, type]) -> list[str]:
    return [f"{name}{TYPES[kind]}" for name, kind in names.items()]


def _append(path: Path, rows: Iterable[list[Any]], *, anew: bool = False) -> None:
    with path.open("w" if anew else "a", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)
