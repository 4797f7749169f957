# SPDX-License-Identifier: AGPL-3.0-or-later
"""The WARC files of a bundle: whole where the log knows their digest, else up to the checkpoint.

A file that was still growing at the checkpoint is cut after the last capture that
the record ledger knew then; a WARC file cut between two records is a WARC file.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from vestigo.errors import VerificationError
from vestigo.evidence.bundle.payload import BagFolder, chunks
from vestigo.evidence.bundle.records import bodies
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.warc.members import iter_members
from vestigo.evidence.warc.segment import OPEN
from vestigo.i18n import _


def add_captures(bag: BagFolder, view: CaseView) -> None:
    """Copy the WARC files of all captures that the record ledger knows.

    Raises ``VerificationError`` E-BUN-005 where a file is missing or a capture is
    not at its place.
    """
    last: dict[str, int] = {}
    for _id, body in bodies(view, "capture"):
        name, offset = body["warc_name"], body["warc_offset"]
        last[name] = max(offset, last.get(name, 0))
    for name, offset in sorted(last.items()):
        path = _archived(view, name)
        known = path.name == name and _digest(path) in view.known
        n_bytes = None if known else _end_of_group(path, offset)
        with path.open("rb") as handle:
            bag.add(f"data/captures/{name}", chunks(handle, n_bytes))


def response_and_group_end(path: Path, offset: int) -> tuple[Any, int]:
    """Return the response member at ``offset`` and the end of its group of records."""
    response, end = None, 0
    with path.open("rb") as handle:
        for member in iter_members(handle, offset):
            if response is not None and member.kind in ("response", "warcinfo"):
                break
            response, end = response or member, member.end
            if member.kind == "metadata":
                break
    return response, end


def _end_of_group(path: Path, offset: int) -> int:
    response, end = response_and_group_end(path, offset)
    if response is None:
        raise _missing(f"{path.name}@{offset}")
    return end


def _archived(view: CaseView, name: str) -> Path:
    folder = view.folder.captures
    for path in (folder / name, folder / f"{name}{OPEN}"):
        if path.parent == folder and path.is_file() and not path.is_symlink():
            return path
    raise _missing(name)


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _missing(where: str) -> VerificationError:
    return VerificationError(
        "E-BUN-005",
        _("A capture of the record ledger is not in the archive."),
        where=where,
        remedy=_("Restore the WARC file from a copy of the case; nothing was sealed."),
    )
