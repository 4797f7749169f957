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

    Raises ``VerificationError`` E-EVI-020 where a file is not the one in the log, and
    E-EVI-102, 103 or ``UsageError`` E-EVI-105 for a capture that is not in the archive.
    """
    digests, names = set(), set()
    for event in events:
        digests.add(event.object_sha256)
        names.add(event.details.get("file", ""))
    unknown, n_files = [], 0
    for path in segment_paths(folder):
        n_files += 1
        if _digest(path) in digests:
            continue
        unknown.append(path.name)
        if path.name in names:
            raise VerificationError(
                "E-EVI-020",
                _("A WARC file is not the one that the custody log names."),
                where=path.name,
                remedy=_("Restore the file from a copy or bundle that verifies."),
            )
    n_captures = 0
    for capture in captures:
        read_exchange(folder, capture)
        n_captures += 1
        on_capture()
    return ArchiveReport(n_files, n_captures, tuple(unknown))


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
