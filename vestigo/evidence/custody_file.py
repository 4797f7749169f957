# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file of the custody log: locked, durable, and never half written."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from vestigo.errors import VerificationError
from vestigo.evidence.custody_event import ZERO, CustodyEvent, parse_event
from vestigo.i18n import _
from vestigo.store.atomic import sync_folder, write_atomically

BLOCK = 65536
FEEDS = 2  # the one before the last line and the one that ends it


class Tail(NamedTuple):
    """The end of the log: where whole lines end, the last event, and torn bytes."""

    size: int
    n_events: int
    sha256: str
    at: datetime | None
    torn: bytes


class LogFile:
    """Opens, locks, reads the end of, and appends to one log file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: Tail | None = None
        self._descriptor = -1

    @contextmanager
    def writing(self) -> Iterator[Tail]:
        """Hold the exclusive lock and yield the end of the log."""
        new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            if new:
                sync_folder(self.path.parent)
            yield self._tail(self._descriptor)
        finally:
            os.close(self._descriptor)
            self._descriptor = -1

    @contextmanager
    def reading(self) -> Iterator[Tail]:
        """Hold a shared lock and yield the end of the log."""
        if not self.path.exists():
            yield Tail(0, 0, ZERO, None, b"")
            return
        descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield self._tail(descriptor)
        finally:
            os.close(descriptor)

    def write(self, event: CustodyEvent) -> Tail:
        """Append the line of ``event`` and return the new end once it is on the disk.

        A write that fails is undone: the file is cut back to the last whole line.
        """
        line = event.line() + b"\n"
        size = os.fstat(self._descriptor).st_size
        try:
            written = os.pwrite(self._descriptor, line, size)
            if written != len(line):
                os.pwrite(self._descriptor, line[written:], size + written)
            os.fsync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, size)
            raise
        digest = hashlib.sha256(line[:-1]).hexdigest()
        self._known = Tail(size + len(line), event.id, digest, event.at, b"")
        return self._known

    def set_torn_apart(self, tail: Tail) -> tuple[Path, str]:
        """Move the torn bytes into a file of their own; return its path and digest."""
        digest = hashlib.sha256(tail.torn).hexdigest()
        path = self.path.with_name(f"torn-{tail.n_events + 1}-{digest[:16]}.bin")
        write_atomically(path, tail.torn)
        os.ftruncate(self._descriptor, tail.size)
        os.fsync(self._descriptor)
        return path, digest

    def _tail(self, descriptor: int) -> Tail:
        size = os.fstat(descriptor).st_size
        if self._known is not None and self._known.size == size:
            return self._known
        return _read_tail(descriptor, size, self.path)


def _read_tail(descriptor: int, size: int, path: Path) -> Tail:
    """Return the end of the file by reading blocks backwards to the last whole line."""
    begin, text = size, b""
    while begin > 0 and text.count(b"\n") < FEEDS:
        step = min(BLOCK, begin)
        begin -= step
        text = os.pread(descriptor, step, begin) + text
    whole, _feed, torn = text.rpartition(b"\n")
    end = size - len(torn)
    if not whole:
        return Tail(end, 0, ZERO, None, torn)
    line = whole.rpartition(b"\n")[2]
    try:
        event = parse_event(line)
    except ValueError as error:
        raise VerificationError(
            "E-EVI-003",
            _("The last line of the custody log is no event: {reason}").format(reason=error),
            where=str(path),
            remedy=_("Do not write on. Restore the case from a copy that verifies."),
        ) from error
    return Tail(end, event.id, hashlib.sha256(line).hexdigest(), event.at, torn)
