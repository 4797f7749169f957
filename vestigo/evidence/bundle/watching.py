# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far a build is: phase by phase, in bytes or pieces, with the time that each took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

COMPARING = "comparing"
GRAPH = "graph"
COPYING = "copying"
RECORDS = "records"
SHEETS = "sheets"
SEALING = "sealing"
VERIFYING = "verifying"
SYNCING = "syncing"


class Spent(NamedTuple):
    """Seconds by the clock and of processor time (all threads of this process)."""

    seconds: float
    cpu_seconds: float


class BuildWatch:
    """Hears of each phase and measures it; one that shows something overrides the hooks.

    ``spent`` holds what the phases took that ended; those of one name add up.
    """

    def __init__(self) -> None:
        self.spent: dict[str, Spent] = {}

    @contextmanager
    def phase(self, name: str, total: int = 0) -> Iterator[None]:
        """Measure the block as phase ``name``; ``total`` bytes or pieces are to be done in it."""
        began, worked = time.perf_counter(), time.process_time()
        self.began(name, total)
        try:
            yield
        finally:
            before = self.spent.get(name, Spent(0.0, 0.0))
            self.spent[name] = Spent(
                before.seconds + time.perf_counter() - began,
                before.cpu_seconds + time.process_time() - worked,
            )
            self.ended(name)

    def began(self, name: str, total: int) -> None:
        """Hear that a phase begins."""

    def expect(self, n: int) -> None:
        """Hear how much this phase has to do, where that was not known when it began."""

    def advance(self, n: int) -> None:
        """Hear that ``n`` more bytes or pieces are done; any thread may call."""

    def ended(self, name: str) -> None:
        """Hear that a phase ended."""
