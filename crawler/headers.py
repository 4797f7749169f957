# SPDX-License-Identifier: AGPL-3.0-or-later
"""The request headers of Tor Browser, less the codings that we could not undo."""

from __future__ import annotations

from vestigo.evidence.warc.decoding import HAS_BROTLI


def browser_headers(user_agent: str) -> dict[str, str]:
    """Return the headers of every request, in Tor Browser's order."""
    return {
        "User-Agent": user_agent,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language": "en-US,en;q=0.5",
        "Accept-Encoding": "gzip, deflate, br" if HAS_BROTLI else "gzip, deflate",
    }
