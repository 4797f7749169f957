# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pictures of an exhibit, compared with their records before they are packed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vestigo.errors import VerificationError
from vestigo.evidence.bundle.exhibit import Exhibit
from vestigo.i18n import _
from vestigo.records import Screenshot


def pictures_of(folder: Path, exhibit: Exhibit) -> dict[str, bytes]:
    """Return the pictures of the exhibit's page by file name.

    Raises ``VerificationError`` E-BUN-007 where a file is missing or not the one recorded.
    """
    found = {}
    for _id, body in exhibit.derived:
        if body["kind"] == Screenshot.KIND:
            name = str(body["file_name"])
            found[name] = _compared(folder, name, str(body["sha256"]))
    return found


def _compared(folder: Path, name: str, sha256: str) -> bytes:
    path = folder / name
    try:
        content = path.read_bytes() if path.parent == folder and not path.is_symlink() else b""
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise VerificationError(
            "E-BUN-007",
            _("A picture of a page is missing, or it is not the one that was recorded."),
            where=name,
            remedy=_("Draw it again with “vestigo crawl picture”; nothing was sealed."),
        )
    return content
