# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pictures that a page shows: their addresses; who crawls asks for them where it may."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from crawler.market.fields import ShownPicture
from crawler.market.links import absolute, link_message
from crawler.market.selecting import Select

MOST = 50
LONGEST_ADDRESS = 2000
_DATA = re.compile(r"data:(?P<type>image/[a-z0-9.+-]{1,40})(?P<rest>[^,]{0,200}),", re.IGNORECASE)


def pictures_of(selects: Sequence[Select], root: Any, base: str) -> tuple[ShownPicture, ...]:
    """Return each picture that the profile names on the page once, in page order.

    A picture inside the page (``data:``) is told by the digest of its bytes; of others
    only the absolute address is known.  At most ``MOST`` pictures of a page are taken.
    """
    found: dict[ShownPicture, None] = {}
    for select in selects:
        for node in select.nodes(root):
            source = (node.get("src") or node.get("href") or "").strip()
            picture = _inside(source) or _elsewhere(base, source)
            if picture is not None and len(found) < MOST:
                found[picture] = None
    return tuple(found)


def unknown_links(leftovers: Sequence[str], shown: Sequence[ShownPicture]) -> tuple[str, ...]:
    """Return the leftovers without links to the pictures of the page itself."""
    known = {link_message(spelled) for one in shown for spelled in _spellings(one.uri)}
    return tuple(message for message in leftovers if message not in known)


def _spellings(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    return uri, parts._replace(scheme="", netloc="").geturl()


def _inside(source: str) -> ShownPicture | None:
    match = _DATA.match(source)
    if match is None:
        return None
    raw = unquote_to_bytes(source[match.end() :])
    if match["rest"].lower().endswith(";base64"):
        try:
            raw = base64.b64decode(raw)
        except binascii.Error:
            return None
    media_type = match["type"].lower()
    return ShownPicture(f"data:{media_type}", hashlib.sha256(raw).hexdigest(), media_type)


def _elsewhere(base: str, source: str) -> ShownPicture | None:
    if not source or source.lower().startswith(("data:", "javascript:", "#")):
        return None
    uri = absolute(base, source)
    return None if uri is None or len(uri) > LONGEST_ADDRESS else ShownPicture(uri, "", "")
