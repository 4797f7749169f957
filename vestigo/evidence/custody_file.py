# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file of the custody log: locked, durable, and never half written.

Appends share their waits.  Threads that come while a batch is on its way to the disk queue
up; the first of them leads: once the way is free it waits a moment for those that the last
batch let go, and writes the events of all at once.  Between processes the lock is held for
the writing only, and whoever then waits for the disk finds that an earlier wait covered its
lines as well.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Event, Lock

from vestigo.errors import VestigoError
from vestigo.evidence.custody_event import CustodyEvent
from vestigo.evidence.custody_faults import cut_off
from vestigo.evidence.custody_reading import compare_tree, verified_head
from vestigo.evidence.custody_tail import NOTHING, Tail, after, read_tail, set_torn_apart
from vestigo.evidence.log_tree import LogTree
from vestigo.store.atomic import sync_folder

EventBuilder = Callable[[Tail], CustodyEvent]
TornBuilder = Callable[[Tail, Path, str], CustodyEvent]
GATHERING = 0.002  # seconds that a leader waits at most for the threads that it expects


@dataclass(slots=True)
class _Waiting:
    """Events that one caller wants to have written, and what became of them."""

    builders: Sequence[EventBuilder]
    events: list[CustodyEvent] = field(default_factory=list)
    error: BaseException | None = None
    done: Event = field(default_factory=Event)


class LogFile:
    """Opens, locks, reads the end of, and appends to one log file."""

    def __init__(self, path: Path, on_torn: TornBuilder) -> None:
        self.path = path
        self._waits = str(path.with_name(".durable"))
        self.tree = LogTree(path.parent)
        self._on_torn = on_torn
        self._known: tuple[Tail, tuple[int, int]] | None = None
        self._queue: list[_Waiting] = []
        self._queueing, self._turn = Condition(), Lock()
        self._last = 0  # how many callers the last batch had
        self._expected = 0  # at how many the leader that gathers goes on; 0: none gathers

    def append(self, builders: Sequence[EventBuilder]) -> list[CustodyEvent]:
        """Write the events that ``builders`` make, in their order, with nothing between them.

        Returns once they are on the disk.  Where one cannot be made or the disk is full,
        none of them is left and the error is raised.
        """
        mine = _Waiting(builders)
        if self._leads(mine):
            self._lead()
        mine.done.wait()
        if mine.error is not None:
            raise mine.error
        return mine.events

    @contextmanager
    def reading(self) -> Iterator[Tail]:
        """Hold a shared lock and yield the end of the log."""
        if not self.path.exists():
            yield NOTHING
            return
        with _opened(self.path, os.O_RDONLY) as log:
            fcntl.flock(log, fcntl.LOCK_SH)
            yield self._tail(log)

    def follow(self) -> LogTree:
        """Take whole lines that the tree does not know yet into it, and return it."""
        if self.path.exists():
            with _opened(self.path, os.O_RDONLY) as log:
                self._make_durable(log, None)
        return self.tree

    def make_tree_again(self) -> LogTree:
        """Make the stored hashes again from the log; the caller compared them with it."""
        with _opened(self._waits, os.O_RDWR | os.O_CREAT) as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            self.tree.forget()
        return self.follow()

    def _leads(self, mine: _Waiting) -> bool:
        """Queue up; return whether nobody was there before, so that the caller has to lead."""
        with self._queueing:
            self._queue.append(mine)
            if len(self._queue) == self._expected:
                self._queueing.notify()
            return len(self._queue) == 1

    def _lead(self) -> None:
        """Write a batch when it is its turn; whoever queues up meanwhile is in it."""
        taken = False
        try:
            with self._turn:
                batch, taken = self._gathered(), True
                self._commit(batch)
        except BaseException:
            for one in () if taken else self._gathered():
                one.error = _interrupted()  # who was to lead them is gone
                one.done.set()
            raise

    def _gathered(self) -> list[_Waiting]:
        """Take the queue, once the callers of the last batch had time to come again.

        As many were at work as the last batch had and are waiting now; one alone never waits.
        """
        with self._queueing:
            self._expected = len(self._queue) + self._last if self._last > 1 else 0
            if self._expected > len(self._queue):
                self._queueing.wait(GATHERING)
            batch, self._queue, self._expected = self._queue, [], 0
            self._last = len(batch)
        return batch

    def _commit(self, batch: list[_Waiting]) -> None:
        """Write a batch; every caller of it gets its events or its error."""
        try:
            self._write_batch(batch)
        except Exception as error:  # noqa: BLE001 (every caller raises it)
            for one in batch:
                one.error = one.error or error
        except BaseException:
            for one in batch:  # the others were not interrupted, but nothing of theirs is sure
                one.error = one.error or _interrupted()
            raise
        finally:
            for one in batch:
                one.done.set()

    def _write_batch(self, batch: list[_Waiting]) -> None:
        with self._open_log() as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            found = self._tail(log)
            refuse_cut_log(self.path, found, self.tree)
            lines: list[bytes] = []
            tail = self._set_apart(log, found, lines) if found.torn else found
            for one in batch:
                tail = _built(one, tail, lines)
            if not lines:
                return
            content = b"".join(lines)
            begin = tail.size - len(content)
            self._write(log, begin, content)
            self._known = tail, _state(log)
            fcntl.flock(log, fcntl.LOCK_UN)
            try:
                self._make_durable(log, tail.size)
            except OSError:
                self._take_back(log, begin, tail.size)
                raise

    def _write(self, log: int, size: int, content: bytes) -> None:
        """Write whole lines at the end; a write that fails is undone."""
        try:
            written = 0
            while written < len(content):
                written += os.pwrite(log, content[written:], size + written)
        except BaseException:
            os.ftruncate(log, size)
            raise

    def _make_durable(self, log: int, end: int | None) -> None:
        """Return once the first ``end`` bytes (None: all whole lines) are on the disk.

        Whoever waits for the lock finds, when it is free, that most often all is done:
        one wait for the disk covers every line that was whole when it began.
        """
        with _opened(self._waits, os.O_RDWR | os.O_CREAT) as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            state = self.tree.state()
            if end is not None and state.offset >= end:
                return
            size = self._whole(log)
            os.fsync(log)
            with suppress(OSError):  # the tree is made again from the log when it is needed
                self.tree.follow(log, size, state)

    def _take_back(self, log: int, begin: int, end: int) -> None:
        """Remove lines that may not be on the disk, where nobody wrote behind them."""
        fcntl.flock(log, fcntl.LOCK_EX)
        if os.fstat(log).st_size == end:
            os.ftruncate(log, begin)
        self._known = None

    def _set_apart(self, log: int, found: Tail, lines: list[bytes]) -> Tail:
        """Set torn bytes apart and make the event that says so the first of ``lines``."""
        whole, path, digest = set_torn_apart(log, self.path, found)
        event = self._on_torn(whole, path, digest)
        lines.append(event.line() + b"\n")
        return after(whole, event, lines[0])

    def _whole(self, log: int) -> int:
        """Return where the whole lines end at a moment at which nobody writes."""
        fcntl.flock(log, fcntl.LOCK_SH)
        size = os.fstat(log).st_size
        if size and os.pread(log, 1, size - 1) != b"\n":
            size = self._tail(log).size
        fcntl.flock(log, fcntl.LOCK_UN)
        return size

    @contextmanager
    def _open_log(self) -> Iterator[int]:
        new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _opened(self.path, os.O_RDWR | os.O_CREAT) as log:
            if new:
                sync_folder(self.path.parent)
            yield log

    def _tail(self, log: int) -> Tail:
        """Return the end of the open log; what is known of it holds while nobody wrote."""
        state, known = _state(log), self._known
        if known is None or known[1] != state:
            self._known = known = read_tail(log, state[0], self.path), state
        return known[0]


def refuse_cut_log(path: Path, tail: Tail, tree: LogTree) -> None:
    """Refuse to write behind a log that is shorter than what was on the disk.

    Raises ``VerificationError`` as ``CustodyLog.verify`` does: it names what happened.
    """
    state = tree.state()
    if state.offset > tail.size or state.n_leaves > tail.n_events:
        verified_head(path)
        compare_tree(path, tree)
        raise cut_off(path, tail.n_events + 1, state.n_leaves)


def _interrupted() -> InterruptedError:
    return InterruptedError(errno.EINTR, os.strerror(errno.EINTR))


def _state(log: int) -> tuple[int, int]:
    """Return size and time of the last change (ns) of the open log."""
    found = os.fstat(log)
    return found.st_size, found.st_mtime_ns


def _built(one: _Waiting, tail: Tail, lines: list[bytes]) -> Tail:
    """Make the events of one caller behind ``tail``; all of them or none."""
    end, events, made = tail, [], []
    try:
        for build in one.builders:
            events.append(build(end))
            made.append(events[-1].line() + b"\n")
            end = after(end, events[-1], made[-1])
    except VestigoError as error:
        one.error = error
        return tail
    one.events = events
    lines += made
    return end


@contextmanager
def _opened(path: Path | str, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
