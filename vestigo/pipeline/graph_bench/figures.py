# SPDX-License-Identifier: AGPL-3.0-or-later
"""The figures with their limits: what was asked for, and whether it was met."""

from __future__ import annotations

from typing import Any

# Name -> (unit, limit, whether more is better), for each engine; None has no limit.
Limit = tuple[str, float | None, bool]
MS = "ms"
EMBEDDED: dict[str, Limit] = {
    "load_s": ("s", 120, False),
    "open_s": ("s", 5, False),
    "resident_open_mb": ("MB", 1500, False),
    "resident_mb": ("MB", 1500, False),
    "anonymous_mb": ("MB", None, False),
    "peak_mb": ("MB", None, False),
    "one_hop_p99": (MS, 5, False),
    "three_hops_p99": (MS, 10, False),
    "path_p99": (MS, 50, False),
}
SERVED: dict[str, Limit] = {
    "load_s": ("s", None, False),
    "open_s": ("s", None, False),
    "resident_mb": ("MB", None, False),
    "one_hop_p99": (MS, 50, False),
    "three_hops_p99": (MS, 50, False),
    "path_p99": (MS, 500, False),
}
BOTH: dict[str, Limit] = {
    "upserted_nodes_per_s": ("1/s", 20_000, True),
    "upserted_relationships_per_s": ("1/s", 8_000, True),
    "update_open_s": ("s", None, False),
    "one_hop_p50": (MS, None, False),
    "three_hops_p50": (MS, None, False),
    "path_p50": (MS, None, False),
    "one_hop_most": (MS, None, False),
    "three_hops_most": (MS, None, False),
    "path_most": (MS, None, False),
    "one_hop_rows": ("rows", None, True),
    "three_hops_rows": ("rows", None, True),
    "path_rows": ("ways", None, True),
    "disk_mb": ("MB", None, False),
}


def with_limits(engine: str, values: dict[str, float]) -> dict[str, dict[str, Any]]:
    """Return each value with unit and, where there is one, limit and ``met``."""
    limits = {**(EMBEDDED if engine == "kglite" else SERVED), **BOTH}
    figures: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        unit, limit, more = limits.get(name, ("s", None, False))
        figure: dict[str, Any] = {"value": shown(value), "unit": unit}
        if limit is not None:
            figure["limit"] = shown(limit)
            figure["met"] = value >= limit if more else value <= limit
        figures[name] = figure
    return figures


def shown(value: float) -> str:
    """Return a figure with three places below ten, one below a thousand, none above."""
    if value < 10:  # noqa: PLR2004
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return f"{value:.1f}".removesuffix(".0") if value < 1000 else f"{value:.0f}"  # noqa: PLR2004
