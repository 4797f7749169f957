# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole HTTP responses, byte for byte."""

from __future__ import annotations


def http_response(
    body: bytes,
    media_type: str,
    *,
    status: str = "200 OK",
    more: str = "",
    length: int | None = None,
) -> bytes:
    """Return a whole response; ``more`` are further header lines, each with its line end.

    ``length`` is what the header says where that is not the truth.
    """
    size = len(body) if length is None else length
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n{more}Content-Length: {size}\r\n\r\n"
    )
    return head.encode("latin-1") + body


def page_response(inner: str, *, status: str = "200 OK", more: str = "") -> bytes:
    """Return a whole response with an HTML page of ASCII text around ``inner``."""
    body = f"<!doctype html><html><body>{inner}</body></html>".encode("latin-1")
    return http_response(body, "text/html; charset=utf-8", status=status, more=more)
