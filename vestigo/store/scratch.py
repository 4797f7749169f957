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
    """Yield a new folder ``.NAME-…`` below ``parent`` that is gone afterwards.

    What processes that died left there under such a name is removed first: it may hold
    what was to be withheld.  The folder may be renamed meanwhile: then it stays.
    """
    with _locked(parent):  # nobody takes a folder for a dead one before it is locked
        _remove_left(parent, name)
        path = Path(tempfile.mkdtemp(dir=parent, prefix=f".{name}-"))
        held = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(held)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _remove_left(parent: Path, name: str) -> None:
    form = re.compile(rf"\.{re.escape(name)}-[a-z0-9_]{{8}}")
    for entry in os.scandir(parent):
        if form.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
            _remove_unless_held(entry.path)


def _remove_unless_held(path: str) -> None:
    """Remove a folder whose maker died: the kernel let go of its lock."""
    try:
        held = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return  # gone meanwhile, or somebody else's
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(held)
