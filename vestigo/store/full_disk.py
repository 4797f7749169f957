# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telling a full disk from every other fault, whichever library met it."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vestigo.errors import SourceUnreachable
from vestigo.i18n import _

CODE = "E-STO-005"
# SQLite cannot make its shared-memory file: what a full disk looks like when a ledger is opened
SQLITE_FULL = ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_SHMOPEN")
FULL = {errno.ENOSPC, errno.EDQUOT}
PHRASES = ("No space left on device", "database or disk is full", "Disk quota exceeded")


def disk_is_full(error: BaseException) -> bool:
    """Whether ``error``, or what it came from, is a full disk or an exhausted quota."""
    return any(
        getattr(cause, "code", "") == CODE
        or (isinstance(cause, OSError) and cause.errno in FULL)
        or any(phrase in str(cause) for phrase in PHRASES)
        or getattr(cause, "sqlite_errorname", "") in SQLITE_FULL
        for cause in causes_of(error)
    )


def full_disk() -> SourceUnreachable:
    """Return the error E-STO-005 that says so."""
    return SourceUnreachable(
        CODE,
        _("The disk is full; what was acknowledged before is kept."),
        remedy=_("Free some space and run the same command again: it goes on."),
    )


@contextmanager
def looking_at(case: Path) -> Iterator[None]:
    """Say of a look that a full disk forbids how much room there is, where, and what to do.

    Each look at a case is logged before anything is shown: without room for that nothing is.
    Raises ``SourceUnreachable`` E-STO-005; everything else passes.
    """
    try:
        yield
    except Exception as error:
        if not disk_is_full(error):
            raise
        full = full_disk()
        full.where = room_at(case)
        full.remedy = _(
            "A look at a case is logged before anything is shown, so nothing is shown now. "
            "Make room there for a megabyte or more (delete nothing of the case), then ask "
            "again; what was captured is safe."
        )
        raise full from error


def room_at(place: Path) -> str:
    """Return how many bytes are free on the disk under ``place``, and where it is mounted."""
    mount = place.resolve()
    while not mount.is_mount() and mount != mount.parent:
        mount = mount.parent
    found = shutil.disk_usage(place)
    told = _("{mount}: {free} of {total} bytes are free")
    return told.format(mount=mount, free=found.free, total=found.total)


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and what it came from, back to the first."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
