# SPDX-License-Identifier: AGPL-3.0-or-later
"""Seconds by the clock and of the processor: the least of several rounds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Timing(NamedTuple):
    """The least seconds so far, and what came out last."""

    wall: float = float("inf")
    processor: float = float("inf")
    result: Any = None


def timed(take: Callable[[], Any], before: Timing | None = None) -> Timing:
    """Return the timing of one more round."""
    before = before or Timing()
    wall, processor = time.perf_counter(), time.process_time()
    result = take()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return Timing(min(wall, before.wall), min(processor, before.processor), result)
