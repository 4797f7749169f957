# SPDX-License-Identifier: AGPL-3.0-or-later
"""One process owns the writers of a case; a second one is refused."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vestigo.errors import UsageError
from vestigo.i18n import _


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the exclusive lock at ``path``; the kernel frees it when the process dies.

    Raises ``UsageError`` E-STO-001 when another process holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                "E-STO-001",
                _("Another process is writing to this case."),
                where=str(path.parent),
                remedy=_("Wait until it has finished, or stop it, and try again."),
            ) from error
        yield
    finally:
        os.close(descriptor)
