# SPDX-License-Identifier: AGPL-3.0-or-later
"""One WARC file being written: appended, synced, closed under its final name.

While it is written the file is called ``NAME.open``.  After a crash its torn end
is set apart as ``NAME.torn`` and the rest is closed.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from vestigo.evidence.warc.exchange import ClosedSegment
from vestigo.evidence.warc.members import iter_members
from vestigo.store.atomic import sync_folder

OPEN = ".open"
TORN = ".torn"
SUFFIX = ".warc.gz"
SEALED_SUFFIX = ".sealed.jsonl"


class AppendFile:
    """A file that only grows; what was not synced can be taken back."""

    def __init__(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)
        self.path = path
        self.size = 0
        self._synced = 0
        self._digest = hashlib.sha256()
        sync_folder(path.parent)

    def append(self, content: bytes) -> None:
        """Write ``content`` at the end (not yet durable)."""
        view = memoryview(content)
        while view:
            view = view[os.write(self._descriptor, view) :]
        self._digest.update(content)
        self.size += len(content)

    def sync(self) -> None:
        """Make everything appended so far durable."""
        os.fdatasync(self._descriptor)
        self._synced = self.size

    def take_back(self) -> None:
        """Cut off what was appended since the last ``sync``."""
        os.ftruncate(self._descriptor, self._synced)
        os.fdatasync(self._descriptor)
        self.size = self._synced

    def close(self) -> str:
        """Close the file and return its SHA-256."""
        os.close(self._descriptor)
        return self._digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Recovered:
    """What recovery found in a file that was still open: ``n_torn`` bytes set apart."""

    segment: ClosedSegment
    n_torn: int


def recover(folder: Path) -> list[Recovered]:
    """Close every segment that a crash left open; set torn ends apart."""
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}{OPEN}")):
        good, n_captures = _good_length(path)
        n_torn = set_torn_end_apart(path, good)
        final = path.with_suffix("")
        path.rename(final)
        sync_folder(folder)
        found.append(Recovered(_described(final, good, n_captures), n_torn))
    return found


def describe_segment(path: Path) -> ClosedSegment:
    """Return name, digest and counts of a closed WARC file."""
    good, n_captures = _good_length(path)
    return _described(path, good, n_captures)


def _described(path: Path, n_bytes: int, n_captures: int) -> ClosedSegment:
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return ClosedSegment(name=path.name, sha256=digest, n_bytes=n_bytes, n_captures=n_captures)


def recover_sealed(folder: Path) -> dict[str, int]:
    """Set torn last lines of sealed files apart; return the bytes set apart by file."""
    torn = {}
    for path in sorted(folder.glob(f"*{SEALED_SUFFIX}")):
        content = path.read_bytes()
        good = content.rfind(b"\n") + 1
        if good < len(content):
            torn[path.name] = set_torn_end_apart(path, good)
    return torn


def set_torn_end_apart(path: Path, good: int) -> int:
    """Move everything behind ``good`` bytes of ``path`` into a file of its own."""
    with path.open("r+b") as handle:
        handle.seek(good)
        torn = handle.read()
        if not torn:
            return 0
        base = path.name.removesuffix(OPEN)
        with (path.parent / f"{base}{TORN}").open("xb") as apart:
            apart.write(torn)
            apart.flush()
            os.fsync(apart.fileno())
        sync_folder(path.parent)
        handle.truncate(good)
        handle.flush()
        os.fsync(handle.fileno())
    return len(torn)


def _good_length(path: Path) -> tuple[int, int]:
    """Return the length up to the last whole group, and the number of groups."""
    good, n_captures = 0, 0
    with path.open("rb") as handle:
        for member in iter_members(handle):
            if member.kind in ("metadata", "warcinfo"):
                good = member.end
                n_captures += member.kind == "metadata"
    return good, n_captures
