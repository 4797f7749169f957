# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signed messages on a captured page, with their lines as a visitor would copy them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from crawler.market.charset import decode_body
from crawler.market.document import parse_document
from crawler.mirrors.statement import Refused, Statement, read_statements
from vestigo.identifiers.pgp import KeyRead, KeyUnreadable, armoured_key, find_blocks

MARK = b"BEGIN PGP SIGNED MESSAGE"
KEY_MARK = b"BEGIN PGP PUBLIC KEY BLOCK"
_MARK_UP = re.compile(
    r"</?(?:!doctype|html|head|body|main|section|article|div|p|pre|code|span|br|textarea|td|li|b|font)"
    r"\b[^<>]{0,2000}>|&(?:#\d{1,6}|#x[0-9a-f]{1,6}|[a-z]{2,8});",
    re.IGNORECASE,
)


def message_text(body: bytes, charset: str = "", media_type: str = "text/html") -> str:
    """Return the text of a page that shows a clear-signed message, "" for any other page.

    ``body`` is the decoded body; of mark-up the displayed text is returned, line breaks kept.
    """
    if MARK not in body:
        return ""
    decoded = decode_body(body, charset)
    if media_type == "text/plain" or b"<" not in body:
        return decoded.text
    return _displayed(body, charset)


def statements_shown(text: str, keys: Sequence[str]) -> list[Statement | Refused]:
    """Return what the clear-signed messages in ``text`` say; it may be a page's mark-up.

    Of the ways to read it the one counts in which most messages are verified: mark-up that a
    message is wrapped in says nothing about who signed it.
    """
    read = [read_statements(one, keys) for one in _readings(text, MARK)]
    return max(
        read, key=lambda found: (sum(isinstance(one, Statement) for one in found), len(found))
    )


def read_pasted_key(text: str) -> tuple[str, KeyRead]:
    """Return the one public key in a file as it was saved or pasted, and what it is.

    The armour that is returned can be used to verify; ``armour_repaired`` says that the block
    did not stand in ``text`` as it is.  Raises ``KeyUnreadable`` with the reason.
    """
    problem = KeyUnreadable("no BEGIN line")
    for reading in _readings(text, KEY_MARK):
        blocks = find_blocks(reading)
        if len(blocks) > 1:
            raise KeyUnreadable("several public key blocks: give the one that is meant")
        for start, end in blocks:
            try:
                alone = reading is text and not reading[:start].rpartition("\n")[2].strip()
                return _usable(reading[start:end], as_is=alone)
            except KeyUnreadable as error:
                problem = error
    raise problem


def _usable(block: str, *, as_is: bool) -> tuple[str, KeyRead]:
    armoured, key = armoured_key(block)
    return armoured, key if as_is else replace(key, armour_repaired=True)


def _readings(text: str, mark: bytes) -> Iterator[str]:
    """Yield ``text`` as it is, and where it is mark-up, as it is displayed."""
    yield text
    body = text.encode("utf-8", "replace")
    if mark in body and _MARK_UP.search(text):
        shown = _displayed(body, "utf-8")
        yield shown
        yield shown.replace("\xa0", " ")


def _displayed(body: bytes, charset: str) -> str:
    document = parse_document(decode_body(body, charset))
    return document.text_of([document.root], lines=True).text if document.root is not None else ""
