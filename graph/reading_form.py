# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of a large embedded graph that readers open: a folder that is mapped, not loaded.

A file of kglite is read into memory as a whole: right for a small graph and for the one
writer, but a few million relationships take gigabytes and many seconds.  So beside the
file of a large graph stands the same graph as a folder of mapped columns.  The engine
keeps no index of it but those that are made when it is written.
"""

from __future__ import annotations

import ctypes
import re
import resource
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import kglite

READING = "reading"
LARGE = 300_000  # relationships: less opens in a second from the file
MOST_MAPPED = 800 * 2**20  # bytes of mapped files that a reader keeps resident
_DONT_NEED = 4  # MADV_DONTNEED of Linux
_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r[w-]-s \S+ \S+ \S+\s+(.+)")


def save_file(graph: Any, path: Path) -> None:
    """Save a graph as a file; that parts of it are not mapped is no matter for a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kglite.MappedFallbackWarning)
        graph.save(str(path))


def save_both(graph: Any, path: Path, folder: Path, labels: list[str]) -> None:
    """Save a graph as a file and in the form that readers open, side by side.

    The engine works outside of Python's lock, so that a second processor does the file.
    """
    with ThreadPoolExecutor(1) as beside:
        saved = beside.submit(save_file, graph.copy(), path)
        write_reading_form(graph, folder, labels)
        saved.result()


def write_reading_form(graph: Any, folder: Path, labels: list[str]) -> None:
    """Write ``graph`` as the folder ``folder``, with an index of the keys of each label.

    ``graph`` is used up: it serves the folder afterwards.  The first generation that the
    engine publishes has no index yet and is taken away.
    """
    graph.enable_disk_mode(str(folder))
    present = set(graph.node_type_counts())
    for label in labels:
        if label in present:
            graph.create_index(label, "key")
    first = list((folder / "generations").iterdir())
    graph.save()
    for old in first:
        _remove(old)


def open_reading_form(folder: Path) -> Any:
    """Open a folder for reading; the pages that its check has touched are given back."""
    session = kglite.open_session(str(folder))
    give_back_pages(folder)
    return session


def give_back_pages(folder: Path) -> int:
    """Let go of the pages of mapped files under ``folder`` (they are read again when needed).

    Opening reads every byte once to check it, and each page then counts as resident until
    the system needs it.  Only shared mappings are touched: what is in them is in the files.
    Returns how many bytes were mapped; 0 where the system is not Linux.
    """
    if sys.platform != "linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    place, n_bytes = f"{folder.resolve()}/", 0
    for line in Path("/proc/self/maps").read_text("utf-8", "surrogateescape").splitlines():
        found = _MAPPING.fullmatch(line)
        if found is not None and found[3].startswith(place):
            begin, end = int(found[1], 16), int(found[2], 16)
            libc.madvise(begin, end - begin, _DONT_NEED)
            n_bytes += end - begin
    return n_bytes


def keep_within(folder: Path, most: int = MOST_MAPPED) -> bool:
    """Give pages back where more than ``most`` bytes of files are resident; tell whether.

    The system maps up to two megabytes around each byte that is read, so that a reader
    would come to hold the whole graph.
    """
    if sys.platform != "linux":
        return False
    shared = int(Path("/proc/self/statm").read_text("ascii").split()[2])
    return shared * resource.getpagesize() > most and give_back_pages(folder) > 0


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
