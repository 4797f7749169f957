# SPDX-License-Identifier: AGPL-3.0-or-later
"""The request headers of Tor Browser.

It offers ``br`` and ``zstd`` over TLS only; an onion service without TLS, which nearly
all are, is asked for these two codings.
"""

from __future__ import annotations


def browser_headers(user_agent: str) -> dict[str, str]:
    """Return the headers of every request, in Tor Browser's order."""
    return {
        "User-Agent": user_agent,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language": "en-US,en;q=0.5",
        "Accept-Encoding": "gzip, deflate",
    }
