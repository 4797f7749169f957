# SPDX-License-Identifier: AGPL-3.0-or-later
"""How large a page may be that is read: its tree takes up to a hundred times its mark-up."""

from __future__ import annotations

MOST_BYTES = 8 * 1024 * 1024
MOST_TAGS = 250_000
TOO_LARGE = "document: too large to be read"


def too_large(body: bytes) -> bool:
    """Say whether a page is longer, or has more tags, than anybody's page: nobody reads it."""
    return len(body) > MOST_BYTES or body.count(b"<") > MOST_TAGS
