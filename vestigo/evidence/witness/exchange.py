# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files that a case and a witness exchange: small texts, carried by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.store.atomic import write_atomically
from vestigo.store.full_disk import disk_is_full

LARGEST = 1 << 20


def read_exchanged(path: Path) -> str:
    """Return the text of a request, an answer or a key.

    Raises ``UsageError`` E-EVI-115 where it cannot be read, is no UTF-8 or far too large.
    """
    try:
        with path.open("rb") as handle:
            content = handle.read(LARGEST + 1)
        if len(content) <= LARGEST:
            return content.decode("utf-8")
        reason = "larger than 1 MiB"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
    raise unreadable(reason, str(path))


def unreadable(reason: object, where: str = "") -> UsageError:
    """Return the error E-EVI-115: a request, an answer or a key that is none."""
    return UsageError(
        "E-EVI-115",
        _("The file is not what a witness exchanges: {reason}").format(reason=reason),
        where=where,
        remedy=_("Write it again with “vestigo evidence witness”, and carry it as it is."),
    )


def write_exchanged(path: Path, text: str) -> None:
    """Write a request, an answer or a proof; ``UsageError`` E-EVI-125 where that cannot be."""
    try:
        write_atomically(path, text.encode("utf-8"))
    except OSError as error:
        if disk_is_full(error):
            raise
        raise UsageError(
            "E-EVI-125",
            _("The file cannot be written: {reason}").format(reason=error.strerror),
            where=str(path),
            remedy=_("Choose a place that you may write to."),
        ) from error


def moment_of(timestamp: int) -> datetime:
    """Return the moment of a second since 1970 (POSIX), which notes keep within four digits."""
    return datetime.fromtimestamp(timestamp, UTC)
