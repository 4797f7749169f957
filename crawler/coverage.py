# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much of a market is known and fetched, read from a frontier."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from crawler.frontier import Frontier
from crawler.job import Coverage


def coverage_of(path: Path) -> Coverage:
    """Return the coverage that the frontier at ``path`` shows."""
    with closing(Frontier(path)) as frontier:
        return frontier.coverage()
