# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of an invented case: what a reader, a browser and a chain reader would have made."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from vestigo.pipeline.evidence_bench.invented_pages import OfferPage
from vestigo.records import (
    CERTAIN,
    Block,
    ByteRange,
    Capture,
    Feedback,
    FieldSpan,
    Listing,
    Method,
    Page,
    Record,
    Screenshot,
    Selector,
    Span,
    Transaction,
)
from vestigo.training.chain.mining import GENESIS_HASH, mine
from vestigo.training.keyring import NETWORK, Keyring

METHOD = Method(rule="bench.invented.v1", settings_sha256="0" * 64)
WIDE, HIGH, DEEP = 360, 320, 3
PICTURE_BYTES = WIDE * HIGH * DEEP
HEADER_BYTES = 80
BLOCK_TIME = timedelta(minutes=10)


def page_record(capture: Capture) -> Page:
    """Return what kind of page a capture is."""
    return Page(
        market="bench", uri=capture.uri, page_kind="listing", truncated=False, leftovers=(),
        failed_assertions=(), **_made(capture),
    )  # fmt: skip


def exhibit_records(derived: Path, capture: Capture, page: OfferPage) -> Iterator[Record]:
    """Yield everything that was read from the page of an exhibit; its picture is written."""
    yield screenshot(derived, capture)
    yield Listing(
        market="bench", listing_key=capture.uri, title=page.title, description="",
        vendor_handle="nobody", category=("a", "b"), price_amount=Decimal("1.50"),
        price_currency="EUR", ships_from=None, ships_to=None, feedback_count=len(page.opinions),
        listed_on=None, spans=(_field("title", capture, page, page.title),), **_made(capture),
    )  # fmt: skip
    for one in page.opinions:
        spans = (_field("buyer_handle", capture, page, one.buyer),
                 _field("text", capture, page, one.text))  # fmt: skip
        yield Feedback(
            market="bench", listing_key=capture.uri, vendor_handle="nobody",
            buyer_handle=one.buyer, given_on=None, rating="5", text=one.text, price_amount=None,
            price_currency=None, spans=spans, **_made(capture),
        )  # fmt: skip
        yield Selector(
            subject=capture.uri, selector_kind="email", value=one.mail, checksum_ok=None,
            party="third", field="text", span=_span(capture, page, one.mail), **_made(capture),
        )  # fmt: skip


def screenshot(derived: Path, capture: Capture) -> Screenshot:
    """Write a picture that does not shrink, and return its record."""
    from PIL import Image

    dice = random.Random(f"picture {capture.uri}")  # noqa: S311 (invents pixels, no secrets)
    kept = io.BytesIO()
    Image.frombytes("RGB", (WIDE, HIGH), dice.randbytes(PICTURE_BYTES)).save(kept, "PNG")
    content = kept.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    name = f"{digest[:32]}.png"
    (derived / name).write_bytes(content)
    return Screenshot(
        uri=capture.uri, file_name=name, sha256=digest, n_bytes=len(content), width=WIDE,
        height=HIGH, viewport_width=WIDE, viewport_height=HIGH, cut=False, browser="none",
        rendered="archive", scripts=False, pictures=False, n_masked=0, missing=(), withheld=(),
        **{**_made(capture), "sources": (capture.capture_id,)},
    )  # fmt: skip


def block_records(n_blocks: int, begin: datetime) -> Iterator[Record]:
    """Yield blocks, the transaction of each, and nothing else."""
    miner, previous = Keyring(1).account("miner", 0), GENESIS_HASH
    for height in range(1, n_blocks + 1):
        block, _coin = mine(height, previous, begin + height * BLOCK_TIME, miner, ())
        previous = block.block_hash
        shared: dict[str, Any] = {
            "network": NETWORK, "block_hash": block.block_hash,
            "header_hex": block.raw[:HEADER_BYTES].hex(), "mined_at": block.mined_at,
        }  # fmt: skip
        yield Block(
            height=height, n_transactions=1, raw_sha256=hashlib.sha256(block.raw).hexdigest(),
            source_name="invented", **shared,
        )  # fmt: skip
        yield Transaction(
            txid=block.txids[0], raw_hex=block.raw[HEADER_BYTES + 1 :].hex(), position=0,
            merkle_branch=(), **shared,
        )  # fmt: skip


def _made(capture: Capture) -> dict[str, Any]:
    return {
        "sources": (capture.record_id,), "method": METHOD, "confidence": CERTAIN,
        "observed_at": capture.observed_at,
    }  # fmt: skip


def _field(name: str, capture: Capture, page: OfferPage, words: str) -> FieldSpan:
    return FieldSpan(field=name, span=_span(capture, page, words))


def _span(capture: Capture, page: OfferPage, words: str) -> Span:
    start = page.body.index(words.encode("ascii"))
    piece = ByteRange.cut(page.body, start, start + len(words))
    return Span(capture_id=capture.capture_id, ranges=(piece,), text=words)
