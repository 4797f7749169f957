# SPDX-License-Identifier: AGPL-3.0-or-later
"""Third persons (buyers) are masked by default; the console cannot unmask.

A masked person keeps one pseudonym while the console runs, so that repeated
dealings show; its key is random and dies with the process.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from vestigo.console.index import CaseIndex
from vestigo.i18n import _
from vestigo.identifiers.mentioned import contacts_in
from vestigo.records import Feedback, Selector
from vestigo.records.text import Span

SHORTEST_SEARCHED = 3
THIRD = "third"
BUYER_FIELDS = frozenset({"buyer", "buyer_handle"})
_TOKENS = (
    re.compile(rb"[0-9A-Za-z_\x80-\xff]+"),
    re.compile(rb"[0-9A-Za-z_\x80-\xff.-]+[0-9A-Za-z_]"),
)
_WORD = rb"[0-9A-Za-z_\x80-\xff]"


class Masking:
    """Gives pseudonyms, and finds the bytes of third persons on a captured page."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def pseudonym(self, handle: str | None) -> str:
        """Return what is shown instead of the handle of a buyer."""
        if not handle:
            return _("buyer (no name shown)")
        digest = hmac.new(self._key, handle.encode("utf-8", "replace"), hashlib.sha256)
        return _("buyer {mark}").format(mark=digest.hexdigest()[:6])

    def text(self, feedback: Feedback) -> str:
        """Return the text of a feedback; the buyer's own name and contacts in it are masked."""
        handle, text = feedback.buyer_handle or "", feedback.text
        if len(handle) >= SHORTEST_SEARCHED:
            text = text.replace(handle, self.pseudonym(handle))
        for contact in contacts_in(text):
            text = text.replace(contact, self.pseudonym(contact))
        return text


def masked_ranges(index: CaseIndex, capture_id: str, body: bytes) -> list[tuple[int, int]]:
    """Return the byte ranges of third persons on a capture: cited spans and repeats of them."""
    ranges = {
        found.span()
        for words in _TOKENS
        for found in words.finditer(body)
        if found.group() in index.buyers
    }
    for one in index.on_capture.get(capture_id, ()):
        if one.is_a(Feedback):
            for contact in contacts_in(one.record.text):
                ranges.update(_repeats(contact, body))
        if one.is_a(Feedback) and one.light.buyer_handle:
            for field in one.record.spans:
                if field.field in BUYER_FIELDS:
                    ranges.update(_cited(field.span, capture_id))
            ranges.update(_repeats(one.record.buyer_handle, body))
        for reading in index.readings.get(one.id, ()):
            if reading.is_a(Selector) and reading.light.party == THIRD:
                ranges.update(_cited(reading.record.span, capture_id))
    return sorted(ranges)


def is_third(record: object) -> bool:
    """Return whether a selector belongs to a third person."""
    return isinstance(record, Selector) and record.party == THIRD


def _cited(span: Span | None, capture_id: str) -> list[tuple[int, int]]:
    if span is None or span.capture_id != capture_id:
        return []
    return [(piece.start, piece.end) for piece in span.ranges]


def _repeats(handle: str, body: bytes) -> list[tuple[int, int]]:
    name = handle.encode("utf-8", "replace")
    if len(name) < SHORTEST_SEARCHED:
        return []
    pattern = re.compile(rb"(?<!" + _WORD + rb")" + re.escape(name) + rb"(?!" + _WORD + rb")")
    return [found.span() for found in pattern.finditer(body)]
