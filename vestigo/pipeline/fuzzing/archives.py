# SPDX-License-Identifier: AGPL-3.0-or-later
"""WARC files: members, records, and the HTTP messages in them.

The first byte says what the rest is: ``G`` the bytes of a file, ``H`` a response, anything else
records in plain text, one behind the other, packed here into gzip members with the right length
and digest wherever the text leaves a blank for them, so that bytes get past the outer checks.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from pathlib import Path

from vestigo.errors import VestigoError
from vestigo.evidence.stranger import verify
from vestigo.evidence.warc.reader import broken_segments, iter_captures, read_exchange
from vestigo.evidence.warc.wire import WireResponse, read_response
from vestigo.pipeline.fuzzing.agreeing import agree, bag_of
from vestigo.records import Capture

_FOLDER, _FILE = "data/captures", "data/captures/fuzz-00000.warc.gz"
_CUT = b"\x00\x00"
_LENGTH, _DIGEST, _ID, _CONTENT = b"@LENGTH@", b"@DIGEST@", b"@ID@", b"@CONTENT@"
_SPOKEN = (b"gzip", b"x-gzip", b"deflate", b"identity", b"")


def run(data: bytes, folder: Path) -> None:
    """Read ``data`` as its first byte says."""
    kind, rest = data[:1], data[1:]
    if kind == b"H":
        _response(rest)
        return
    content = rest if kind == b"G" else _packed(rest)
    bag = bag_of(folder, {_FILE: content})
    _archive(bag, folder / _FOLDER)


def _response(wire: bytes) -> None:
    for method in ("GET", "HEAD"):
        ours = read_response(wire, method)
        body, unread = verify.decoded_body(wire, method)
        if not unread and _plain(ours):
            agree(f"body ({method})", ours.body[:200], body[:200])
            agree(f"length ({method})", len(ours.body), len(body))


def _plain(wire: WireResponse) -> bool:
    """Whether nothing is wrong with the message and the standard library knows its codings."""
    values = [v for k, v in wire.headers if k.lower() == b"content-encoding"]
    names = [name.strip().lower() for value in values for name in value.split(b",")]
    return not wire.spoiled and all(name in _SPOKEN for name in names)


def _archive(bag: verify.Bag, folder: Path) -> None:
    try:
        broken_segments(folder)
        whole = [one for one in iter_captures(folder) if _reads(folder, one)]
    except VestigoError:
        whole = []
    for capture in whole:
        bag.captures[capture.capture_id] = capture.body()
    check = verify.Check(bag, "captures")
    try:
        verify.check_captures(bag, check)
    except verify.UNREADABLE:
        return


def _reads(folder: Path, capture: Capture) -> bool:
    try:
        read_exchange(folder, capture)
    except VestigoError:
        return False
    return True


def _packed(text: bytes) -> bytes:
    members, made = [], b""
    for piece in text.split(_CUT)[:6]:
        head, gap, block = piece.partition(b"\r\n\r\n")
        block = block.replace(_ID, made).replace(
            _CONTENT, hashlib.sha256(b"x").hexdigest().encode()
        )
        head = head.replace(_LENGTH, b"%d" % len(block))
        head = head.replace(_DIGEST, hashlib.sha256(block).hexdigest().encode("ascii"))
        if b"response" in head:
            made = hashlib.sha256(head + gap + block).hexdigest().encode("ascii")
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        members.append(packer.compress(head + gap + block + b"\r\n\r\n") + packer.flush())
    return b"".join(members)


def seeds() -> list[bytes]:
    """Return a whole exchange as plain records and as a file, and responses of many kinds."""
    exchange = b"R" + _CUT.join(_records())
    squeezed = zlib.compress(b"<p>page</p>" * 3)
    answers = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Type: text/html\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n",
        b"HTTP/1.0 302 Found\r\nLocation: /a\r\n folded\r\n\r\nrest",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: %d\r\n\r\n%b"
        % (len(squeezed), squeezed),
    ]
    return [exchange, b"G" + _packed(exchange[1:]), *(b"H" + one for one in answers)]


def _records() -> list[bytes]:
    uri, at = b"http://market.invalid/a", b"2026-01-02T03:04:05.000000Z"
    head = (
        b"WARC/1.1\r\nWARC-Type: %b\r\nWARC-Target-URI: %b\r\nWARC-Date: %b\r\n"
        b"WARC-Block-Digest: sha256:@DIGEST@\r\nContent-Length: @LENGTH@\r\n\r\n%b"
    )
    metadata = {
        "capture_id": "@ID@", "uri": uri.decode(), "request_method": "GET", "status": 200,
        "media_type": "text/html", "charset": "", "content_sha256": "@CONTENT@",
        "n_body_bytes": 1, "authorization_id": "", "account": "", "problem": "",
        "observed_at": at.decode(), "label": "1/1",
    }  # fmt: skip
    blocks = {
        b"response": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
        b"request": b"GET /a HTTP/1.1\r\nHost: market.invalid\r\n\r\n",
        b"metadata": json.dumps(metadata).encode("ascii"),
    }
    return [re.sub(_CUT, b"", head % (kind, uri, at, block)) for kind, block in blocks.items()]
