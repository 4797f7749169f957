# SPDX-License-Identifier: AGPL-3.0-or-later
"""The end of the custody log: the last whole line, and what a crash left behind it."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from vestigo.errors import VerificationError
from vestigo.evidence.custody_event import ZERO, CustodyEvent, parse_event
from vestigo.i18n import _
from vestigo.store.atomic import write_atomically

BLOCKS = (4096, 65536)  # most lines are short: a small look first
FEEDS = 2  # the one before the last line and the one that ends it


class Tail(NamedTuple):
    """The end of the log: where whole lines end, the last event, and torn bytes."""

    size: int
    n_events: int
    sha256: str
    at: datetime | None
    torn: bytes


NOTHING = Tail(0, 0, ZERO, None, b"")


def after(tail: Tail, event: CustodyEvent, line: bytes) -> Tail:
    """Return the end of the log once ``line``, that of ``event``, stands behind ``tail``."""
    digest = hashlib.sha256(line[:-1]).hexdigest()
    return Tail(tail.size + len(line), event.id, digest, event.at, b"")


def set_torn_apart(log: int, path: Path, tail: Tail) -> tuple[Tail, Path, str]:
    """Move the torn bytes of the open log into a file; return the end, its path and digest."""
    digest = hashlib.sha256(tail.torn).hexdigest()
    apart = path.with_name(f"torn-{tail.n_events + 1}-{digest[:16]}.bin")
    write_atomically(apart, tail.torn)
    os.ftruncate(log, tail.size)
    os.fsync(log)
    return tail._replace(torn=b""), apart, digest


def read_tail(log: int, size: int, path: Path) -> Tail:
    """Return the end of the open log by reading backwards to the last whole line.

    Raises ``VerificationError`` E-EVI-003 where that line is no event.
    """
    begin, text, steps = size, b"", iter(BLOCKS)
    while begin > 0 and text.count(b"\n") < FEEDS:
        step = min(next(steps, BLOCKS[-1]), begin)
        begin -= step
        text = os.pread(log, step, begin) + text
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
