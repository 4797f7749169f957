# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telling a full disk from every other fault, whichever library met it."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from vestigo.errors import SourceUnreachable
from vestigo.i18n import _

# SQLite cannot make its shared-memory file: what a full disk looks like when a ledger is opened
SQLITE_FULL = ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_SHMOPEN")
FULL = {errno.ENOSPC, errno.EDQUOT}
PHRASES = ("No space left on device", "database or disk is full", "Disk quota exceeded")


def disk_is_full(error: BaseException) -> bool:
    """Whether ``error``, or what it came from, is a full disk or an exhausted quota."""
    return any(
        (isinstance(cause, OSError) and cause.errno in FULL)
        or any(phrase in str(cause) for phrase in PHRASES)
        or getattr(cause, "sqlite_errorname", "") in SQLITE_FULL
        for cause in _causes(error)
    )


def full_disk() -> SourceUnreachable:
    """Return the error E-STO-005 that says so."""
    return SourceUnreachable(
        "E-STO-005",
        _("The disk is full; what was acknowledged before is kept."),
        remedy=_("Free some space and run the same command again: it goes on."),
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
