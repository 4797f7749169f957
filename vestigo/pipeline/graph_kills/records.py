# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented records that grow round by round, for updates that are killed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from vestigo.records import (
    Capture,
    Hop,
    Listing,
    Method,
    Record,
    Selector,
    Trace,
    VendorAccount,
    content_id,
    probability,
)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
METHOD = Method(rule="bench.graph_kills.v1", settings_sha256="0" * 64)
N_VENDORS = 40
N_ADDRESSES = 400
LONGEST = 6


def records_of(
    round_number: int, n_pages: int, dice: random.Random, n_addresses: int = N_ADDRESSES
) -> Iterator[Record]:
    """Yield ``n_pages`` captures with a listing, its seller, an address and a trace each."""
    for number in range(n_pages):
        at = BEGIN + timedelta(days=round_number, seconds=number)
        capture = _capture(round_number * n_pages + number, at)
        handle = f"vendor{dice.randrange(N_VENDORS)}"
        listing = _listing(capture, f"k{dice.randrange(10 * n_pages)}", handle)
        address = f"bench{dice.randrange(n_addresses)}"
        selector = _selector(listing, address)
        yield from (capture, _vendor(capture, handle), listing, selector)
        yield _trace(selector, address, dice, n_addresses)


def _capture(number: int, at: datetime) -> Capture:
    return Capture(
        capture_id=content_id(["bench", number]), uri=f"http://127.0.0.1/{number}",
        request_method="GET", status=200, media_type="text/html", charset="utf-8",
        content_sha256=content_id(["body", number]), n_body_bytes=100, observed_at=at,
        authorization_id="", account="", warc_name="bench", warc_offset=number, problem="",
    )  # fmt: skip


def _vendor(capture: Capture, handle: str) -> VendorAccount:
    return VendorAccount(
        sources=(capture.capture_id,), method=METHOD, confidence=probability(1),
        observed_at=capture.observed_at, market="bench", handle=handle, profile_captured=False,
        profile_text="", pgp_blocks=(), spans=(),
    )  # fmt: skip


def _listing(capture: Capture, key: str, handle: str) -> Listing:
    return Listing(
        sources=(capture.capture_id,), method=METHOD, confidence=probability(1),
        observed_at=capture.observed_at, market="bench", listing_key=key,
        title=f"Listing {key} as of {capture.warc_offset}", description="", vendor_handle=handle,
        category=(), price_amount=None, price_currency=None, ships_from=None, ships_to=None,
        feedback_count=None, listed_on=None, spans=(),
    )  # fmt: skip


def _selector(listing: Listing, address: str) -> Selector:
    return Selector(
        sources=(listing.record_id,), method=METHOD, confidence=probability(1),
        observed_at=listing.observed_at, subject=listing.record_id, selector_kind="btc",
        value=address, checksum_ok=True, party="vendor", field="description", span=None,
    )  # fmt: skip


def _trace(selector: Selector, start: str, dice: random.Random, n_addresses: int) -> Trace:
    hops, here = [], start
    for position in range(dice.randint(1, LONGEST)):
        there = f"bench{dice.randrange(n_addresses)}"
        value = dice.randrange(1000, 10**8)
        hops.append(Hop(
            txid=content_id(["tx", selector.record_id, position]), vout=0, from_address=here,
            to_address=there, value_sat=value, traced_sat=value // 2,
            mined_at=BEGIN + timedelta(minutes=dice.randrange(10**5)),
            why="ledger.follow_all.v1",
        ))  # fmt: skip
        here = there
    return Trace(
        sources=(selector.record_id,), method=METHOD, confidence=probability(1),
        observed_at=selector.observed_at, network="regtest", accounting="fifo",
        start_address=start, hops=tuple(hops), stop_reason="unspent", stop_detail="",
    )  # fmt: skip
