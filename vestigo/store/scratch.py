# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hidden working folders that no death of a process leaves behind for long."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(parent: Path, name: str) -> Iterator[Path]:
    """Yield a new folder ``.NAME-PID-…`` below ``parent`` that is gone afterwards.

    What processes that died left there under such a name is removed first: it may hold
    what was to be withheld.  The folder may be renamed meanwhile: then it stays.
    """
    _remove_left(parent, name)
    path = Path(tempfile.mkdtemp(dir=parent, prefix=f".{name}-{os.getpid()}-"))
    held = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(held)


def _remove_left(parent: Path, name: str) -> None:
    form = re.compile(rf"\.{re.escape(name)}-([0-9]+)-[a-z0-9_]{{8}}")
    for entry in os.scandir(parent):
        matched = form.fullmatch(entry.name)
        if matched and entry.is_dir(follow_symlinks=False) and not _lives(int(matched[1])):
            _remove_unless_held(entry.path)


def _remove_unless_held(path: str) -> None:
    """Remove a folder that no process holds, one of another machine neither."""
    held = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(held)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
