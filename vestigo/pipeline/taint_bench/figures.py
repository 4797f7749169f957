# SPDX-License-Identifier: AGPL-3.0-or-later
"""The limits that taint and clusters are held against, and their figures as they are told."""

from __future__ import annotations

from typing import Any

LEAST_TX_S = 20_000_000
LEAST_TIMES = {"graphsense-clustering": 1.2, "scipy": 15.0}


def missed_taint(taint: dict[str, Any]) -> list[str]:
    """Return the methods that are too slow, or whose sums are not kept."""
    rows = taint["methods"]
    slow = [name for name in ("fifo", "haircut") if rows[name]["tx_s_processor"] < LEAST_TX_S]
    return slow + [name for name, row in rows.items() if not row["conserved"]]


def missed_clusters(clusters: dict[str, Any]) -> list[str]:
    """Return the peers that are not slower by enough, or that group otherwise."""
    peers = clusters["peers"]
    return [
        name
        for name, least in LEAST_TIMES.items()
        if (peer := peers[name])
        and (peer["times_slower_by_processor"] < least or not peer["same_partition"])
    ]


def told(value: Any) -> Any:
    """Return figures with three places behind the point, as texts."""
    if isinstance(value, dict):
        return {key: told(item) for key, item in value.items()}
    return f"{value:.3f}" if isinstance(value, float) else value
