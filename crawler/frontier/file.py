# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file under a frontier: one writer, a connection, and what its faults are called."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.frontier.schema import check_header, damaged
from vestigo.errors import ConfigurationError, UsageError, VestigoError
from vestigo.i18n import _
from vestigo.store.full_disk import disk_is_full, full_disk

_FORBIDDEN = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")
_FOLDER = (PermissionError, IsADirectoryError, NotADirectoryError, FileNotFoundError)
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


@contextmanager
def frontier_lock(path: Path) -> Iterator[None]:
    """Own the writing of the frontier at ``path``; the kernel frees it when the process dies.

    The lock is a file of its own: to close any descriptor of a database would free
    SQLite's own locks.  Raises ``UsageError`` E-CRA-063 when another process owns it.
    """
    place = path.with_name(f"{path.name}.lock")
    try:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _not_written(error, path) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                "E-CRA-063",
                _("Another process is crawling with this frontier."),
                where=path.name,
                remedy=_("Wait until it has finished, or stop it, and try again."),
            ) from error
        yield
    finally:
        os.close(descriptor)


def connect(path: Path | None, *, reading: bool) -> sqlite3.Connection:
    """Return a connection to ``path``, None: in memory.

    Raises ``InputError`` E-CRA-060 where the file is no database any more, or is to be read
    and is gone.
    """
    if path is not None and path.exists():
        check_header(path)
    elif path is not None and reading:
        raise damaged(path)
    mode = "ro" if reading else "rwc"
    where = "file::memory:" if path is None else f"{path.absolute().as_uri()}?mode={mode}"
    db = sqlite3.connect(where, uri=True, isolation_level=None)
    try:
        db.execute("PRAGMA temp_store=MEMORY")  # nothing of a case outside of its folder
        if path is not None and not reading:
            path.chmod(0o600)
            db.execute("PRAGMA synchronous=NORMAL")
    except BaseException:
        db.close()
        raise
    return db


def coded(error: sqlite3.Error | OSError, path: Path) -> VestigoError:
    """Return the error of ours for what SQLite or the disk says."""
    if disk_is_full(error):
        return full_disk()
    if _name(error).startswith(_DAMAGED):
        return damaged(path)
    return _not_written(error, path)


def _name(error: Exception) -> str:
    return getattr(error, "sqlite_errorname", "") or ""


def _not_written(error: Exception, path: Path) -> VestigoError:
    if disk_is_full(error):
        return full_disk()
    forbidden = isinstance(error, _FOLDER) or _name(error).startswith(_FORBIDDEN)
    kind = ConfigurationError if forbidden else VestigoError  # no source is unreachable
    return kind(
        "E-CRA-064",
        _("The frontier of this crawl cannot be read or written: {reason}").format(reason=error),
        where=path.name,
        remedy=_("Look at the disk; then run the same command again: it goes on."),
    )
