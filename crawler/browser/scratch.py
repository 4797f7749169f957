# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser's temporary folder inside the case: made fresh, removed afterwards.

What a killed process left is removed at the next start, its browser ended first.  The one
writing process of a case owns these folders, so whatever lies there belongs to nobody.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "browser-"
PID = "pid"


@contextmanager
def fresh_scratch(parent: Path) -> Iterator[Path]:
    """Yield a new folder (0700) in ``parent``; earlier ones and, at the end, this one are gone."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_left_over(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    try:
        yield folder
    finally:
        _remove(folder)
        with suppress(OSError):
            parent.rmdir()


def remove_left_over(parent: Path) -> int:
    """Remove what killed processes left in ``parent``; return how many folders there were."""
    left = sorted(parent.glob(f"{PREFIX}*"))
    for folder in left:
        _remove(folder)
    return len(left)


def browser_group(folder: Path) -> int | None:
    """Return the process group of the browser that lives in ``folder``, None where none does."""
    try:
        pid = int((folder / PID).read_text("ascii"))
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if os.fsencode(folder) in words and os.getpgid(pid) == pid else None


def end_browser(folder: Path) -> None:
    """Kill the browser that lives in ``folder`` with everything that it started."""
    group = browser_group(folder)
    if group is not None:
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)


def _remove(folder: Path) -> None:
    end_browser(folder)
    for _attempt in range(3):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
