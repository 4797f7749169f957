# SPDX-License-Identifier: AGPL-3.0-or-later
"""Running a program to its end: seconds, processor time, and peak memory of its own."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from vestigo.pipeline.steps import StepFailed

LOOK = 0.02  # seconds between two looks at a process
PEAK = re.compile(r"^VmHWM:\s+([0-9]+) kB$", re.MULTILINE)


class Ran(NamedTuple):
    """What a program took and printed; ``load`` is the load average when it ended."""

    seconds: float
    cpu_seconds: float
    peak_mb: int
    load: float
    output: str


def run_measured(words: Sequence[str], *, stdin: str = "", accept: Sequence[int] = (0,)) -> Ran:
    """Run a program; its children count as well, for processor time.

    Peak memory is read while it runs, since what the system accounts at the end holds
    that of the process that started it.  Raises ``StepFailed`` for another exit code.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as typed:
        typed.write(stdin.encode("utf-8"))
        typed.seek(0)
        began, peak = time.perf_counter(), 0
        process = subprocess.Popen(words, stdin=typed, stdout=output)
        try:
            while (found := os.wait4(process.pid, os.WNOHANG))[0] == 0:
                peak = max(peak, _peak(process.pid))
                time.sleep(LOOK)
        except BaseException:
            process.kill()
            process.wait()
            raise
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(found[1])
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if process.returncode not in accept:
        raise StepFailed(words, process.returncode)
    cpu = found[2].ru_utime + found[2].ru_stime
    return Ran(seconds, cpu, peak // 1024, os.getloadavg()[0], text)


def _peak(pid: int) -> int:
    """Return the peak resident memory of a running process in kilobytes; 0 where it is gone."""
    try:
        found = PEAK.search(Path(f"/proc/{pid}/status").read_text("ascii", "replace"))
    except OSError:
        return 0
    return int(found[1]) if found else 0
