# SPDX-License-Identifier: AGPL-3.0-or-later
"""Comparing the WARC files of a case with the digests and captures that were recorded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from vestigo.errors import VerificationError
from vestigo.evidence.custody import CustodyEvent
from vestigo.evidence.warc import read_exchange, segment_paths
from vestigo.evidence.warc.segment import OPEN, SUFFIX
from vestigo.i18n import _
from vestigo.records import Capture

BLOCK = 1 << 22
READERS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """How many files and captures are right; ``unknown`` files have no digest in the log."""

    n_files: int
    n_captures: int
    unknown: tuple[str, ...]


def verify_archive(
    folder: Path,
    captures: Iterable[Capture],
    events: Iterable[CustodyEvent],
    on_capture: Callable[[], None] = lambda: None,
) -> ArchiveReport:
    """Compare every file with the log and every capture with its bytes.

    Raises as ``compare_files`` does, and E-EVI-102, 103 or 105 for a capture that is
    not in the archive.
    """
    digests, unknown = compare_files(folder, events)
    n_captures = 0
    for capture in captures:
        read_exchange(folder, capture)
        n_captures += 1
        on_capture()
    return ArchiveReport(len(digests) + len(unknown), n_captures, unknown)


def compare_files(
    folder: Path, events: Iterable[CustodyEvent], on_bytes: Callable[[int], None] = lambda _n: None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Compare every WARC file with the digest in the log.

    Returns the digests of those that are right, by name, and the names that the log does not
    know.  ``on_bytes`` hears how much was read, from any thread.  Raises ``VerificationError``
    E-EVI-020 where a file is not the one in the log, E-EVI-021 where one that the log names
    is missing.
    """
    logged = _logged_files(events)
    paths = segment_paths(folder)
    for path, digest in _digests([path for path in paths if path.name in logged], on_bytes):
        if digest != logged[path.name]:
            raise other_file(path.name)
    there = {path.name for path in paths}
    for name in sorted(logged.keys() - there):
        raise VerificationError(
            "E-EVI-021",
            _("A WARC file that the custody log names is missing."),
            where=name,
            remedy=_("Restore the file from a copy or bundle that verifies."),
        )
    return {name: logged[name] for name in sorted(there & logged.keys())}, tuple(
        sorted(there - logged.keys())
    )


def refuse_unlogged_files(
    folder: Path, events: Iterable[CustodyEvent], on_bytes: Callable[[int], None] = lambda _n: None
) -> dict[str, str]:
    """Compare as ``compare_files`` does and refuse a closed file that the log does not name.

    Returns the digests of the files as they are now, by name.  Raises ``VerificationError``
    E-EVI-022.  A file that is still being written has no event yet; its captures are
    compared one by one.
    """
    digests, unknown = compare_files(folder, events, on_bytes)
    for name in unknown:
        if not name.endswith(OPEN):
            raise VerificationError(
                "E-EVI-022",
                _("The custody log names no digest of a WARC file, so it is not sealed."),
                where=name,
                remedy=_("After a crash continue the crawl, which logs it; or take it away."),
            )
    return digests


def other_file(name: str) -> VerificationError:
    """Return the error for a WARC file whose bytes are not those that the log knows."""
    return VerificationError(
        "E-EVI-020",
        _("A WARC file is not the one that the custody log names."),
        where=name,
        remedy=_("Restore the file from a copy or bundle that verifies."),
    )


def _logged_files(events: Iterable[CustodyEvent]) -> dict[str, str]:
    """Return the digest by file name.

    The first event counts, for a closed file never changes; but where a capture in it was
    disposed of, the event of that act tells the digest of the file with its tombstone.
    """
    logged: dict[str, str] = {}
    for event in events:
        name = event.exhibit or event.details.get("file", "")
        if not event.object_sha256 or not name.endswith(SUFFIX):
            continue
        if event.action == "collection":
            logged.setdefault(name, event.object_sha256)
        elif event.action == "disposal" and name in logged:
            logged[name] = event.object_sha256
    return logged


def _digests(paths: list[Path], on_bytes: Callable[[int], None]) -> Iterator[tuple[Path, str]]:
    """Yield each file with its SHA-256, in order; several are read at a time."""

    def digested(path: Path) -> str:
        digest = hashlib.sha256()
        with path.open("rb", buffering=0) as handle:
            while block := handle.read(BLOCK):
                digest.update(block)
                on_bytes(len(block))
        return digest.hexdigest()

    with ThreadPoolExecutor(READERS) as readers:
        yield from zip(paths, readers.map(digested, paths), strict=True)
