# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signed messages on a captured page, with their lines as a visitor would copy them."""

from __future__ import annotations

from crawler.market.charset import decode_body
from crawler.market.document import parse_document

MARK = b"BEGIN PGP SIGNED MESSAGE"


def message_text(body: bytes, charset: str = "", media_type: str = "text/html") -> str:
    """Return the text of a page that shows a clear-signed message, "" for any other page.

    ``body`` is the decoded body; of mark-up the displayed text is returned, line breaks kept.
    """
    if MARK not in body:
        return ""
    decoded = decode_body(body, charset)
    if media_type == "text/plain" or b"<" not in body:
        return decoded.text
    document = parse_document(decoded)
    return document.text_of([document.root], lines=True).text if document.root is not None else ""
