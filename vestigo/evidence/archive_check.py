# SPDX-License-Identifier: AGPL-3.0-or-later
"""Comparing the WARC files of a case with the digests and captures that were recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from vestigo.errors import VerificationError
from vestigo.evidence.custody import CustodyEvent
from vestigo.evidence.warc import read_exchange, segment_paths
from vestigo.evidence.warc.segment import OPEN, SUFFIX
from vestigo.i18n import _
from vestigo.records import Capture


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
    n_files, unknown = compare_files(folder, events)
    n_captures = 0
    for capture in captures:
        read_exchange(folder, capture)
        n_captures += 1
        on_capture()
    return ArchiveReport(n_files, n_captures, unknown)


def compare_files(folder: Path, events: Iterable[CustodyEvent]) -> tuple[int, tuple[str, ...]]:
    """Compare every WARC file with the digest in the log; return their number and the unknown.

    Raises ``VerificationError`` E-EVI-020 where a file is not the one in the log and
    E-EVI-021 where one that the log names is missing.
    """
    logged = _logged_files(events)
    paths = segment_paths(folder)
    for path in paths:
        if path.name in logged and _digest(path) != logged[path.name]:
            raise VerificationError(
                "E-EVI-020",
                _("A WARC file is not the one that the custody log names."),
                where=path.name,
                remedy=_("Restore the file from a copy or bundle that verifies."),
            )
    there = {path.name for path in paths}
    for name in sorted(logged.keys() - there):
        raise VerificationError(
            "E-EVI-021",
            _("A WARC file that the custody log names is missing."),
            where=name,
            remedy=_("Restore the file from a copy or bundle that verifies."),
        )
    return len(paths), tuple(sorted(there - logged.keys()))


def refuse_unlogged_files(folder: Path, events: Iterable[CustodyEvent]) -> None:
    """Compare as ``compare_files`` does and refuse a closed file that the log does not name.

    Raises ``VerificationError`` E-EVI-022 for it.  A file that is still being written has
    no event yet; its captures are compared one by one.
    """
    _n_files, unknown = compare_files(folder, events)
    for name in unknown:
        if not name.endswith(OPEN):
            raise VerificationError(
                "E-EVI-022",
                _("The custody log names no digest of a WARC file, so it is not sealed."),
                where=name,
                remedy=_("After a crash continue the crawl, which logs it; or take it away."),
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


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
