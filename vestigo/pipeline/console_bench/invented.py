# SPDX-License-Identifier: AGPL-3.0-or-later
"""The records of an invented case of any size: every one is told by its number alone.

Each listing comes with its capture, page and what was read from it (substance, quantity,
price, unit price); vendors have profiles and addresses, payments lead from them through
one busy mixing address to services.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from vestigo.pipeline.console_bench.wording import described, profile_of
from vestigo.records import (
    Authorization,
    ByteRange,
    Capture,
    Feedback,
    Listing,
    Mention,
    Method,
    Page,
    PriceQuote,
    Quantity,
    Record,
    Selector,
    Span,
    UnitPrice,
    VendorAccount,
    content_id,
    probability,
)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MARKETS = ("bazar", "feria", "marche")
SUBSTANCES = (
    ("mdma", "MDMA", "KE1SEN21RM"), ("cocaine", "cocaine", "I5Y540LHVR"),
    ("amphetamine", "amphetamine", "CK833KGX7E"), ("cannabis", "cannabis", ""),
    ("ketamine", "ketamine", "690G0D6V8H"), ("lsd", "LSD", "8NA5SWF92O"),
    ("heroin", "heroin", "70D95007SX"), ("alprazolam", "alprazolam", "YU55MQ3IZY"),
)  # fmt: skip
COUNTRIES = ("Germany", "Netherlands", "Spain", "France", "Portugal", "United Kingdom", "Poland")
PER_VENDOR = 50
KEYS_APART = 97
SELECTED = 20
SPOKEN = 2


def order() -> Authorization:
    """Return the authorization that the invented captures rest on."""
    return Authorization(
        issuing_body="Invented court", reference="BENCH-1", legal_basis="none: a measurement",
        authorization_kind="court order", order_sha256="", persons=("bench",),
        hosts=("market.test",), accounts=("avatar",), acts=("view",),
        data_classes=("listing", "vendor_profile"), starts_at=BEGIN,
        ends_at=BEGIN + timedelta(days=3650), amends=None,
    )  # fmt: skip


def vendor_of(number: int, n_vendors: int) -> tuple[str, str]:
    """Return market and handle of the vendor of a listing; a few vendors have very many."""
    rank = (number * number) % n_vendors if number % 3 else number % max(1, n_vendors // 20)
    return MARKETS[rank % len(MARKETS)], f"vendor{rank}"


def address_of(number: int) -> str:
    """Return an invented address."""
    return "bcrt1q" + content_id(["address", number])[:38]


def capture_of(number: int, path: str, order_id: str) -> Capture:
    """Return a capture that stands in the ledger alone: the archive does not hold it."""
    return Capture(
        capture_id=content_id(["bench", path]), uri=f"http://market.test{path}",
        request_method="GET", status=200, media_type="text/html", charset="utf-8",
        content_sha256=content_id(["body", path]), n_body_bytes=4_000,
        observed_at=moment_of(number), authorization_id=order_id, account="avatar",
        warc_name="bench", warc_offset=number, problem="",
    )  # fmt: skip


def moment_of(number: int) -> datetime:
    """Return when a page was captured: five minutes after the one before."""
    return BEGIN + timedelta(minutes=5 * number)


def page_of(number: int) -> str:
    """Return the HTML of a listing page, for the few that are archived."""
    title, text = described(number, SUBSTANCES[number % len(SUBSTANCES)][1])
    price = f"{20 + number % 480} {_currency(number)}"
    return f"<!DOCTYPE html><title>Market</title><h1>{title}</h1><b>{price}</b><p>{text}</p>"


def listing_records(number: int, n_vendors: int, capture: Capture) -> Iterator[Record]:
    """Yield a capture with its page, its listing and all that was read from it."""
    market, handle = vendor_of(number, n_vendors)
    base = _derived(capture, capture.capture_id, rule="crawler.profile.v1")
    yield capture
    yield Page(market=market, uri=capture.uri, page_kind="listing", truncated=False, leftovers=(),
               failed_assertions=(), **base)  # fmt: skip
    one = _listing(number, market, handle, base)
    yield one
    yield from _readings(number, one, capture)
    if number % SPOKEN == 0:
        yield _feedback(number, one, base)


def vendor_records(rank: int, capture: Capture) -> Iterator[Record]:
    """Yield the captured profile of a vendor with an address and a key."""
    market, handle = MARKETS[rank % len(MARKETS)], f"vendor{rank}"
    account = VendorAccount(
        market=market, handle=handle, profile_captured=True, profile_text=profile_of(rank),
        pgp_blocks=(), spans=(),
        **_derived(capture, capture.capture_id, rule="crawler.profile.v1"))  # fmt: skip
    yield from (capture, account)
    for kind, value in (("btc", address_of(rank)), ("pgp_fingerprint", _fingerprint(rank))):
        yield Selector(subject=account.record_id, selector_kind=kind, value=value,
                       checksum_ok=None, party="vendor", field="profile", span=None,
                       **_derived(capture, account.record_id, rule="nlp.selectors.v1"))  # fmt: skip


def _listing(number: int, market: str, handle: str, base: dict[str, Any]) -> Listing:
    title, text = described(number, SUBSTANCES[number % len(SUBSTANCES)][1])
    return Listing(
        market=market, listing_key=str(number), title=title, description=text,
        vendor_handle=handle, category=("Drugs", f"Group {number % 12}"),
        price_amount=Decimal(20 + number % 480), price_currency=_currency(number),
        ships_from=COUNTRIES[number % len(COUNTRIES)],
        ships_to="Worldwide" if number % 2 else "Europe", feedback_count=number % 90,
        listed_on=date(2026, 1, 1) + timedelta(days=number % 300), spans=(), **base,
    )  # fmt: skip


def _readings(number: int, one: Listing, capture: Capture) -> Iterator[Record]:
    base = {**_derived(capture, one.record_id, capture.capture_id, rule="nlp.lexicon.v3"),
            "subject": one.record_id}  # fmt: skip
    substance, name, unii = SUBSTANCES[number % len(SUBSTANCES)]
    grams, body = Decimal(1 + number % 28), page_of(number).encode()
    yield Mention(substance_id=substance, substance_name=name, unii=unii, status="stated",
                  term_source="lexicon", field="title", span=_span(capture, body, name),
                  **base)  # fmt: skip
    yield Quantity(offer_kind="mass", grams=grams, count=None, dose_mg=None, ml=None,
                   field="title", span=_span(capture, body, f"{grams} g"), **base)  # fmt: skip
    price, currency = one.price_amount or Decimal(1), one.price_currency or "EUR"
    yield PriceQuote(amount=price, currency=currency, per="package", field="price",
                     span=_span(capture, body, str(price)), **base)  # fmt: skip
    each = (price / grams).quantize(Decimal("0.01"))
    yield UnitPrice(amount=each, currency=currency, per_unit="g", usd=each, eur=each,
                    rate_source="invented", rate_on="2026-01-01", **base)  # fmt: skip
    if number % SELECTED == 0:
        yield Selector(selector_kind="btc", value=address_of(number), checksum_ok=None,
                       party="vendor", field="description", span=None, **base)  # fmt: skip


def _feedback(number: int, one: Listing, base: dict[str, Any]) -> Feedback:
    return Feedback(
        market=one.market, listing_key=one.listing_key, vendor_handle=one.vendor_handle,
        buyer_handle=f"buyer_{number % 30_011:05}", given_on=date(2026, 1, 2), rating="5/5",
        text=f"came in {number % 9} days", price_amount=None, price_currency=None, spans=(),
        **base)  # fmt: skip


def _currency(number: int) -> str:
    return "EUR" if number % 4 else "USD"


def _span(capture: Capture, body: bytes, words: str) -> Span:
    at = body.index(words.encode())
    return Span(capture_id=capture.capture_id, text=words,
                ranges=(ByteRange.cut(body, at, at + len(words)),))  # fmt: skip


def _fingerprint(rank: int) -> str:
    return content_id(["key", rank])[:40].upper()


def _derived(capture: Capture, *sources: str, rule: str) -> dict[str, Any]:
    return {"sources": sources, "method": Method(rule=rule, settings_sha256="0" * 64),
            "confidence": probability("0.97"), "observed_at": capture.observed_at}  # fmt: skip
