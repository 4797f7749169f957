# SPDX-License-Identifier: AGPL-3.0-or-later
"""A vendor's profile page, with the armoured keys in any of its texts."""

from __future__ import annotations

from dataclasses import replace

from crawler.market.completing import finished, first
from crawler.market.document import Document
from crawler.market.extracting import Extraction
from crawler.market.feedback import feedback_rows
from crawler.market.fields import PageReading, VendorFields
from crawler.market.profile import MarketProfile
from crawler.market.sourced import cut_text
from vestigo.identifiers.pgp import find_blocks
from vestigo.records.text import SourcedText


def read_vendor(
    profile: MarketProfile, document: Document, reading: PageReading, n_bytes: int
) -> PageReading:
    """Return ``reading`` with the vendor on the page; ``n_bytes`` is the body's length."""
    extraction = Extraction(document, n_bytes)
    rule = profile.vendor
    values = {field.name: extraction.all(field, document.root) for field in rule.fields}
    for place in rule.pgp:
        extraction.all(place, document.root)
    blocks = _armoured(extraction)
    handle = first(values, "handle")
    vendor = VendorFields(handle or "", first(values, "profile") or "", blocks)
    feedback = feedback_rows(profile.feedback, extraction, "", handle, profile)
    return finished(replace(reading, vendor=vendor, feedback=feedback), extraction, rule)


def _armoured(extraction: Extraction) -> tuple[str, ...]:
    """Return the armoured keys in every text of the page, each once, and note their places."""
    blocks: dict[str, SourcedText] = {}
    for text in list(extraction.texts.values()):
        for start, end in find_blocks(text.text):
            blocks.setdefault(text.text[start:end], cut_text(text, start, end))
    for number, text in enumerate(blocks.values()):
        extraction.texts[f"pgp.{number}"] = text
    return tuple(blocks)
