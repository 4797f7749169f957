# SPDX-License-Identifier: AGPL-3.0-or-later
"""WARC 1.1 records: their bytes, their ids, their compressed form.

Ids are derived from the content of the record and its place in the archive: two
captures of one page are two records, and no id leaks a MAC address.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from vestigo.clock import iso
from vestigo.evidence.warc.compressing import gzip_member

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """One record: its header block (with the empty line) and its content block."""

    record_id: str
    head: bytes
    block: bytes

    @property
    def sha256(self) -> str:
        """SHA-256 of the uncompressed record: header block and content block."""
        digest = hashlib.sha256(self.head)
        digest.update(self.block)
        return digest.hexdigest()

    def compressed(self) -> bytes:
        """Return the record as one gzip member, with its two closing line ends."""
        return gzip_member(b"".join((self.head, self.block, b"\r\n\r\n")))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a group of records goes: the file and the offset of its first member."""

    segment: str
    offset: int


def build_record(
    kind: str,
    block: bytes,
    place: Place,
    moment: datetime,
    content_type: str,
    more: Headers,
) -> WarcRecord:
    """Return a record of type ``kind`` with a ``sha256:`` block digest."""
    block_digest = hashlib.sha256(block).hexdigest()
    extra = "\n".join(f"{name}: {value}" for name, value in more)
    seed = f"{kind}\n{place.segment}\n{place.offset}\n{iso(moment)}\n{block_digest}\n{extra}"
    record_id = record_urn(seed)
    lines = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Date", iso(moment)),
        *more,
        ("WARC-Block-Digest", f"sha256:{block_digest}"),
        ("Content-Type", content_type),
        ("Content-Length", str(len(block))),
    ]
    head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
    return WarcRecord(record_id, head.encode("utf-8"), block)


def record_urn(seed: str) -> str:
    """Return a ``urn:uuid`` made of the SHA-256 of ``seed`` (in the shape of version 4)."""
    digest = hashlib.sha256(seed.encode("utf-8")).digest()
    return f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}"
