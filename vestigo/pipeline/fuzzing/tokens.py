# SPDX-License-Identifier: AGPL-3.0-or-later
"""Time stamps: responses, requests, certificates."""

from __future__ import annotations

import base64
from pathlib import Path

from vestigo.errors import VestigoError
from vestigo.evidence.stamping.request import parse_request
from vestigo.evidence.stamping.token import parse_response
from vestigo.evidence.stamping.trust import read_roots
from vestigo.evidence.stranger import verify
from vestigo.pipeline.fuzzing.agreeing import agree


def run(data: bytes, _folder: Path) -> None:
    """Read ``data`` as a response, a request, and roots; and as what openssl says of one."""
    try:
        response = parse_response(data)
    except VestigoError:
        response = None
    if response is not None:
        agree("length", verify.der_length(data[:6]), len(data))
    for parse in (parse_request, lambda content: read_roots(content, "")):
        try:
            parse(data)
        except VestigoError:
            continue
    _said(data.decode("utf-8", "replace"))


def _said(text: str) -> None:
    for read in (verify.stated_time, verify.stated_accuracy):
        try:
            read(text)
        except verify.UNREADABLE:
            continue
    verify.last_line(text)
    verify.verify_error(text)


def seeds() -> list[bytes]:
    """Return a response, a certificate, a request, and what openssl prints of a response."""
    said = "Time stamp: Nov 22 09:28:39 2026 GMT\nAccuracy: 0x01 seconds, 0x01F4 millis\n"
    return [
        base64.b64decode(verify.SAMPLE_STAMP),
        base64.b64decode(verify.SAMPLE_TSA),
        bytes.fromhex("30390201013031060960864801650304020105000420") + bytes(32) + b"\x01\x01\xff",
        said.encode("ascii"),
    ]
