# SPDX-License-Identifier: AGPL-3.0-or-later
"""Appending to the record ledger beside the work that makes the records.

Writing mostly waits for SQLite and the disk, making mostly computes: a thread of its own
writes what was made while more is being made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue

from vestigo.records import Record, WrittenRecord
from vestigo.store.ledger import RecordLedger

Keep = Callable[[Record | WrittenRecord], None]


class _Abandoned(Exception):  # noqa: N818 - it tells the writer to take all of it back
    """The block that made records did not end."""


@contextmanager
def streamed(ledger: RecordLedger) -> Iterator[Keep]:
    """Yield what takes records; all of them are in the ledger when the block has ended.

    It is one append: nothing is there before, and nothing of it where the block raises.
    Raises what ``RecordLedger.append`` does.  Within the block nobody else may append.
    """
    coming: SimpleQueue[Record | WrittenRecord | None] = SimpleQueue()
    ended = False

    def records() -> Iterator[Record | WrittenRecord]:
        while (one := coming.get()) is not None:
            yield one
        if not ended:
            raise _Abandoned

    with ThreadPoolExecutor(1, "record-ledger") as pool:
        writing = pool.submit(ledger.append, records())
        try:
            yield coming.put
            ended = True
        finally:
            coming.put(None)
        writing.result()
