# SPDX-License-Identifier: AGPL-3.0-or-later
"""The frontier: every page that is known, and what became of it (working state, no evidence)."""

from crawler.frontier.memory import MemoryFrontier
from crawler.frontier.opening import open_frontier
from crawler.frontier.rows import NewPage, PageRow
from crawler.frontier.sqlite_store import Frontier
from crawler.frontier.store import FrontierStore

__all__ = [
    "Frontier",
    "FrontierStore",
    "MemoryFrontier",
    "NewPage",
    "PageRow",
    "open_frontier",
]
