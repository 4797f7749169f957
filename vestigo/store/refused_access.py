# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telling a file or disk that may not be read or written from every other fault."""

from __future__ import annotations

import errno

from vestigo.errors import SourceUnreachable
from vestigo.i18n import _
from vestigo.store.full_disk import causes_of

CODE = "E-STO-008"
REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
SQLITE_REFUSED = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")


def access_is_refused(error: BaseException) -> bool:
    """Whether ``error``, or what it came from, is a right that is missing or a read-only disk."""
    return any(
        (isinstance(cause, OSError) and cause.errno in REFUSED)
        or getattr(cause, "sqlite_errorname", "").startswith(SQLITE_REFUSED)
        for cause in causes_of(error)
    )


def refused_access(error: BaseException) -> SourceUnreachable:
    """Return the error E-STO-008 that says so, with the file where the system names one."""
    named = (getattr(cause, "filename", None) for cause in causes_of(error))
    return SourceUnreachable(
        CODE,
        _("A file or folder may not be read or written."),
        where=str(next((one for one in named if one), "")),
        remedy=_(
            "Give the account that runs this the right to, or have the disk mounted for "
            "writing; then run the same command again."
        ),
    )
