# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening the frontier of a crawl; a damaged one is set aside and begun anew."""

from __future__ import annotations

from pathlib import Path

from crawler.frontier.file import frontier_lock
from crawler.frontier.sqlite_store import Frontier
from vestigo.errors import InputError

_FAMILY = ("", "-wal", "-shm")


def open_frontier(path: Path, *, crawled_before: bool) -> Frontier:
    """Open the frontier at ``path`` for writing.

    A damaged file is kept beside it as ``NAME.damaged-N``.  Where it was damaged, or is
    missing although it was ``crawled_before``, the new one says so (``lost``).  Raises what
    ``Frontier`` raises for everything else.
    """
    try:
        return Frontier(path, lost_when_new="missing" if crawled_before else "")
    except InputError:
        set_aside(path)
        return Frontier(path, lost_when_new="damaged")


def set_aside(path: Path) -> Path:
    """Rename the file and what belongs to it; return its new place.  Nothing is deleted."""
    with frontier_lock(path):
        number = 1
        while (place := path.with_name(f"{path.name}.damaged-{number}")).exists():
            number += 1
        for ending in _FAMILY:
            old = path.with_name(f"{path.name}{ending}")
            if old.exists():
                old.rename(place.with_name(f"{place.name}{ending}"))
    return place
