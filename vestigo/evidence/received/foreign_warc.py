# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading WARC files (1.0 and 1.1, plain or gzip) that somebody else made.

Nothing is believed and nothing is repaired: what is not understood is told with its place.
Memory holds one record at a time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from vestigo.evidence.received.inflating import ExpandsTooMuchError, ForwardReader

LONGEST_LINE = 64 * 1024
MOST_FIELDS = 200
LARGEST_BLOCK = 128 * 1024 * 1024
MOST_DIGITS = 15
VERSIONS = ("WARC/1.0", "WARC/1.1")
_HEX = re.compile(r"[0-9a-fA-F]+")

OnFinding = Callable[["WarcFinding"], None]


@dataclass(frozen=True, slots=True)
class WarcFinding:
    """What was not understood at byte ``place`` of the uncompressed file.

    ``cause`` is a stable word; ``detail`` is out of the file and may be hostile.
    """

    place: int
    cause: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ForeignRecord:
    """One record: its fields by lower-case name; the block is [start, end) of the stream."""

    version: str
    fields: dict[str, str]
    block: bytes
    start: int
    end: int

    @property
    def kind(self) -> str:
        """The type of the record, in lower case."""
        return self.fields.get("warc-type", "").lower()

    @property
    def record_id(self) -> str:
        """The id of the record without its angle brackets."""
        return self.fields.get("warc-record-id", "").strip("<>")


@dataclass(slots=True)
class _Walk:
    reader: ForwardReader
    tell: OnFinding
    seen: int = field(default=0)


def iter_foreign(path: Path, tell: OnFinding) -> Iterator[ForeignRecord]:
    """Yield the records of a WARC file as far as they can be read; ``tell`` hears the rest."""
    with path.open("rb") as handle:
        walk = _Walk(ForwardReader(handle), tell)
        try:
            yield from _records(walk)
        except ExpandsTooMuchError:
            tell(WarcFinding(walk.reader.place, "expands-too-much"))
            return
        if walk.reader.cut:
            tell(WarcFinding(walk.reader.place, "compression-cut"))


def _records(walk: _Walk) -> Iterator[ForeignRecord]:
    while True:
        began, version = _version_line(walk.reader)
        if not version:
            return
        if version not in VERSIONS:
            walk.tell(WarcFinding(began, "no-warc-record", version[:80]))
            return
        fields = _fields(walk, began)
        length = fields.get("content-length", "") if fields is not None else ""
        if fields is None or not length.isdecimal() or len(length) > MOST_DIGITS:
            walk.tell(WarcFinding(began, "no-length", length[:80]))
            return
        record = _block(walk, version, fields, int(length))
        if record is not None:
            yield record


def _version_line(reader: ForwardReader) -> tuple[int, str]:
    """Return place and text of the next line that is not empty; "" at the end."""
    while True:
        began, line = reader.place, reader.line(LONGEST_LINE)
        text = line.strip(b"\r\n \t")
        if text or not line:
            return began, text.decode("utf-8", "backslashreplace")


def _fields(walk: _Walk, began: int) -> dict[str, str] | None:
    fields: dict[str, str] = {}
    last = ""
    for _n in range(MOST_FIELDS):
        line = walk.reader.line(LONGEST_LINE)
        if not line.endswith(b"\n"):
            walk.tell(WarcFinding(began, "record-cut"))
            return None
        text = line.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
        if not text:
            return fields
        if text[0] in " \t" and last:
            fields[last] += " " + text.strip()
            continue
        name, colon, value = text.partition(":")
        last = name.strip().lower()
        if not colon:
            walk.tell(WarcFinding(began, "bad-field", text[:80]))
        elif last in fields and last != "warc-concurrent-to":
            walk.tell(WarcFinding(began, "field-twice", last[:80]))
        else:
            fields[last] = value.strip()
    walk.tell(WarcFinding(began, "too-many-fields"))
    return None


def _block(walk: _Walk, version: str, fields: dict[str, str], n_bytes: int) -> ForeignRecord | None:
    start = walk.reader.place
    if n_bytes > LARGEST_BLOCK:
        walk.tell(WarcFinding(start, "block-too-large", str(n_bytes)))
        if walk.reader.skip(n_bytes) < n_bytes:
            walk.tell(WarcFinding(start, "record-cut"))
        return None
    block = walk.reader.read(n_bytes)
    if len(block) < n_bytes:
        walk.tell(WarcFinding(start, "record-cut", f"{len(block)} of {n_bytes}"))
        return None
    record = ForeignRecord(version, fields, block, start, start + n_bytes)
    return record if _digest_right(walk, record) else None


def _digest_right(walk: _Walk, record: ForeignRecord) -> bool:
    """Say whether the block is the one that its digest was made of (or there is none)."""
    stated = record.fields.get("warc-block-digest", "")
    if not stated:
        return True
    right = digest_agrees(stated, record.block)
    if right is None:
        walk.tell(WarcFinding(record.start, "unknown-digest", stated[:80]))
    elif not right:
        walk.tell(WarcFinding(record.start, "digest-differs", stated[:80]))
    return right is not False


def digest_agrees(stated: str, content: bytes) -> bool | None:
    """Compare ``algorithm:value`` (hex, base32 or base64); None where it cannot be read."""
    name, _colon, value = stated.partition(":")
    name, value = name.strip().lower().replace("-", ""), value.strip()
    if name not in ("md5", "sha1", "sha256", "sha512"):
        return None
    digest = hashlib.new(name, content, usedforsecurity=False).digest()
    if len(value) == 2 * len(digest) and _HEX.fullmatch(value):
        return value.lower() == digest.hex()
    try:
        if len(value.rstrip("=")) == -(-len(digest) * 8 // 5):
            return base64.b32decode(value.upper() + "=" * (-len(value) % 8)) == digest
        found = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found == digest if len(found) == len(digest) else None
