# SPDX-License-Identifier: AGPL-3.0-or-later
"""The WARC files of a bundle: whole where the log knows their digest, else up to the checkpoint.

A file that was still growing at the checkpoint is cut after the last capture that
the record ledger knew then; a WARC file cut between two records is a WARC file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from vestigo.errors import VerificationError
from vestigo.evidence.archive_check import other_file
from vestigo.evidence.bundle.payload import BagFolder, chunks
from vestigo.evidence.bundle.records import bodies
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.warc.members import iter_members
from vestigo.evidence.warc.segment import OPEN
from vestigo.i18n import _

Hole = tuple[int, bytes]


def add_captures(
    bag: BagFolder,
    view: CaseView,
    holes: Mapping[str, Sequence[Hole]] | None = None,
    *,
    digests: Mapping[str, str] | None = None,
    on_bytes: Callable[[int], None] = lambda _n: None,
) -> None:
    """Copy the WARC files of all captures that the record ledger knows.

    ``holes`` are (offset, bytes that stand there instead) by file, in order.  ``digests`` are
    those of files that were read just before, by name: each copy of a whole file is compared
    with it, and the others are read twice.  Raises ``VerificationError`` E-BUN-005 where a
    file is missing or a capture is not at its place, E-EVI-020 where a file changed meanwhile.
    """
    last: dict[str, int] = {}
    for _id, body in bodies(view, "capture"):
        name, offset = body["warc_name"], body["warc_offset"]
        last[name] = max(offset, last.get(name, 0))
    for name, offset in sorted(last.items()):
        path, own = _archived(view, name), (holes or {}).get(name, ())
        digest = _digest_of(path, name, digests or {})
        n_bytes = None if digest in view.known else _end_of_group(path, offset)
        with path.open("rb", buffering=0) as handle:
            pieces = _told(filled(chunks(handle, n_bytes), own), on_bytes)
            written = bag.add(f"data/captures/{name}", pieces)
        if n_bytes is None and not own and written.sha256 != digest:
            raise other_file(name)


def _digest_of(path: Path, name: str, digests: Mapping[str, str]) -> str:
    """Return the digest of a closed file; nothing for one that is still being written."""
    if path.name != name:
        return ""
    return digests.get(name) or _digest(path)


def _told(pieces: Iterable[bytes], on_bytes: Callable[[int], None]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        on_bytes(len(piece))


def filled(pieces: Iterable[bytes], holes: Sequence[Hole]) -> Iterator[bytes]:
    """Yield the pieces with the bytes of each hole laid over them."""
    offset = 0
    for piece in pieces:
        content = piece
        for start, instead in holes:
            first, last = max(start - offset, 0), min(start - offset + len(instead), len(piece))
            if first < last:
                cut = instead[first + offset - start : last + offset - start]
                content = content[:first] + cut + content[last:]
        yield content
        offset += len(piece)


def _end_of_group(path: Path, offset: int) -> int:
    """Return where the records of the capture at ``offset`` end: behind its metadata record."""
    with path.open("rb") as handle:
        kinds = []
        for member in iter_members(handle, offset):
            kinds.append(member.kind)
            if member.kind == "metadata" and kinds[0] == "response":
                return member.end
            if member.kind in ("response", "warcinfo") and len(kinds) > 1:
                break
    raise _missing(f"{path.name}@{offset}")


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
