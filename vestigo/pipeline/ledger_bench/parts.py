# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``bench ledger`` measures, part by part, in one run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from vestigo.pipeline.ledger_bench.at_size import measure_size
from vestigo.pipeline.ledger_bench.parsing import measure_parsing
from vestigo.pipeline.ledger_bench.synthetic import one_block
from vestigo.pipeline.taint_bench import measure_clusters, measure_taint

SIZES = (100_000, 1_000_000)
TAINT_TRANSACTIONS, CLUSTER_ROWS = 5_000_000, 10_000_000


class Plan(NamedTuple):
    """Where to write, files with real blocks, and how long the invented chains are."""

    folder: Path
    blocks: tuple[Path, ...]
    sizes: tuple[int, ...]
    say: Callable[[str], None]


def measure_part(name: str, plan: Plan) -> Any:
    """Return the figures of a part of ``PARTS``."""
    plan.say(name)
    return PARTS[name](plan)


def _parsing(plan: Plan) -> list[dict[str, Any]]:
    return measure_parsing(list(plan.blocks) or [one_block(plan.folder)], plan.folder)


def _sizes(plan: Plan) -> list[dict[str, Any]]:
    rows = []
    for size in plan.sizes or SIZES:
        plan.say(str(size))
        rows.append(measure_size(plan.folder, size))
    return rows


def _taint(_plan: Plan) -> dict[str, Any]:
    return measure_taint(TAINT_TRANSACTIONS)


def _clusters(_plan: Plan) -> dict[str, Any]:
    return measure_clusters(CLUSTER_ROWS)


PARTS: dict[str, Callable[[Plan], Any]] = {
    "parsing": _parsing, "sizes": _sizes, "taint": _taint, "clusters": _clusters,
}  # fmt: skip
