# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking a capture out of a WARC file: a tombstone of the same length stands in its place.

No other record moves, so every other capture stays where the record ledger says it is.
The tombstone is one WARC record (``resource``) in one gzip member; what is left of the
length lies in the member's extra field, and in spaces at the end of its block.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.warc.members import iter_members
from vestigo.evidence.warc.record import Place, build_record
from vestigo.evidence.warc.sealed import iter_sealed
from vestigo.evidence.warc.segment import SEALED_SUFFIX, SUFFIX
from vestigo.i18n import _
from vestigo.records import Capture, canonical_json
from vestigo.store.atomic import write_atomically

FORMAT = "vestigo-tombstone/1"
QUARANTINED = "quarantine"
GROUP = ("response", "request", "metadata")
_EXTRA_ROOM = 32_000  # of the 65,535 bytes that an extra field may have
_SMALL = 40_000
_HEAD = b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff"
_EXTRA_NAME = b"Vt"


@dataclass(frozen=True, slots=True)
class Burial:
    """A WARC file before and after: its digests, and how many bytes gave way."""

    before_sha256: str
    after_sha256: str
    n_bytes: int


def group_at(folder: Path, capture: Capture) -> bytes:
    """Return the compressed records of a capture as they stand in its file.

    Raises ``UsageError`` E-SCR-018 while the file is still written,
    ``VerificationError`` E-EVI-103 where no whole group begins there.
    """
    n_bytes = group_length(folder, capture)
    with _closed(folder, capture).open("rb") as handle:
        handle.seek(capture.warc_offset)
        return handle.read(n_bytes)


def group_length(folder: Path, capture: Capture) -> int:
    """Return how many bytes the compressed records of a capture take; raises as ``group_at``."""
    with _closed(folder, capture).open("rb") as handle:
        kinds, end = [], capture.warc_offset
        for member in iter_members(handle, capture.warc_offset):
            kinds.append(member.kind)
            end = member.end
            if len(kinds) == len(GROUP):
                break
    if tuple(kinds) != GROUP:
        raise _no_group(Place(capture.warc_name, capture.warc_offset))
    return end - capture.warc_offset


def bury(
    folder: Path, capture: Capture, item_id: str, n_bytes: int, reason: str = QUARANTINED
) -> Burial:
    """Overwrite ``n_bytes`` of the capture's file by the tombstone of ``item_id``.

    ``reason`` stands in the tombstone (``quarantine``, ``disposed by order``).  Where the
    tombstone stands already the digests before and after are equal.
    """
    path = _closed(folder, capture)
    tombstone = build_tombstone(capture, item_id, n_bytes, reason)
    before = _digest(path)
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        view, place = memoryview(tombstone), capture.warc_offset
        while view:
            written = os.pwrite(descriptor, view, place)
            view, place = view[written:], place + written
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return Burial(before, _digest(path), n_bytes)


def build_tombstone(
    capture: Capture, item_id: str, n_bytes: int, reason: str = QUARANTINED
) -> bytes:
    """Return a gzip member of exactly ``n_bytes`` that holds the tombstone record."""
    body = canonical_json(
        {"format": FORMAT, "reason": reason, "item": item_id, "capture_id": capture.capture_id}
    )
    place = Place(capture.warc_name, capture.warc_offset)
    return fitted(body, place, capture.observed_at, item_id, n_bytes)


def fitted(body: bytes, place: Place, moment: datetime, item_id: str, n_bytes: int) -> bytes:
    """Return a gzip member of exactly ``n_bytes``: a ``resource`` record with this body.

    Raises ``VerificationError`` E-EVI-103 where there is not that much room.
    """
    padding, level = (0, 9) if n_bytes < _SMALL else (n_bytes - _EXTRA_ROOM, 0)
    while True:
        record = _record(body + b" " * padding, place, moment, item_id)
        packer = zlib.compressobj(level, zlib.DEFLATED, -15)
        packed = packer.compress(record) + packer.flush()
        tail = zlib.crc32(record).to_bytes(4, "little") + len(record).to_bytes(4, "little")
        room = n_bytes - len(_HEAD) - 2 - 4 - len(packed) - len(tail)
        if room >= 0:
            break
        if not padding:
            raise _no_group(place)
        padding = max(0, padding + room)
    extra = _EXTRA_NAME + room.to_bytes(2, "little") + bytes(room)
    return _HEAD + len(extra).to_bytes(2, "little") + extra + packed + tail


def sealed_line(folder: Path, capture: Capture) -> bytes:
    """Return the line of the sealed file that holds this capture's secrets, b"" for none."""
    path = folder / _sealed_name(capture)
    if not path.is_file():
        return b""
    lines = path.read_bytes().splitlines(keepends=True)
    places = [n for n, item in enumerate(iter_sealed(path)) if _is_of(item, capture)]
    return lines[places[0]] if places else b""


def drop_sealed_line(folder: Path, capture: Capture) -> None:
    """Take this capture's line out of its sealed file: it lies in the quarantine now."""
    line = sealed_line(folder, capture)
    if line:
        path = folder / _sealed_name(capture)
        kept = [one for one in path.read_bytes().splitlines(keepends=True) if one != line]
        write_atomically(path, b"".join(kept))


def _sealed_name(capture: Capture) -> str:
    return capture.warc_name.removesuffix(SUFFIX) + SEALED_SUFFIX


def _is_of(item: dict[str, object], capture: Capture) -> bool:
    return item.get("capture_id") == capture.capture_id


def _record(block: bytes, place: Place, moment: datetime, item_id: str) -> bytes:
    target = [("WARC-Target-URI", f"urn:vestigo:tombstone:{item_id}")]
    record = build_record("resource", block, place, moment, "application/json", target)
    return record.head + record.block + b"\r\n\r\n"


def _closed(folder: Path, capture: Capture) -> Path:
    path = folder / capture.warc_name
    if path.parent != folder or not path.is_file():
        raise UsageError(
            "E-SCR-018",
            _("The WARC file of this capture is still being written, or is not there."),
            where=capture.warc_name,
            remedy=_("Let the crawl end, or run it once more after a crash; then try again."),
        )
    return path


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _no_group(place: Place) -> VerificationError:
    return VerificationError(
        "E-EVI-103",
        _("There is no whole WARC record at this place."),
        where=f"{place.segment}@{place.offset}",
        remedy=_("Compare the file with its digest in the custody log."),
    )
