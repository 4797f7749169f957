# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bounds of a browser: time and memory; past them it is killed, whatever it does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crawler.browser.scratch import Scratch

LOOK_SECONDS = 0.5
_GROUP_FIELD = 4


class Watchdog:
    """Looks at one browser twice a second; ``reason`` says why it was killed, or ""."""

    def __init__(self, scratch: Scratch, memory_mb: int) -> None:
        self._scratch = scratch
        self._memory_mb = memory_mb
        self._stop = threading.Event()
        self.reason = ""

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Kill the browser when the block lasts longer or the browser grows too large."""
        self._stop.clear()
        self.reason = ""
        until = time.monotonic() + seconds
        thread = threading.Thread(target=self._watch, args=(until,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _watch(self, until: float) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            if time.monotonic() >= until:
                self.reason = "deadline"
            elif memory_mb(self._scratch) > self._memory_mb:
                self.reason = "memory"
            if self.reason:
                self._scratch.end_browser()
                return


def memory_mb(scratch: Scratch) -> int:
    """Return how much memory of their own the processes of the browser hold, in MB."""
    group = scratch.browser_group()
    if group is None:
        return 0
    total_kb = 0
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            stat = (path / "stat").read_text("ascii", "replace")
            if int(stat.rpartition(")")[2].split()[_GROUP_FIELD - 2]) == group:
                total_kb += _own_kb((path / "status").read_text("ascii", "replace"))
    return total_kb // 1024


def _own_kb(status: str) -> int:
    rows = (line.split() for line in status.splitlines() if line.startswith("RssAnon:"))
    return sum(int(row[1]) for row in rows)
