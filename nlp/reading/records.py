# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a reading to records: each value with the bytes that it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict

from nlp.model import GivenPrice, ListingText, Place, Reading, SelectorFound, UnitPriceFound
from nlp.prices.unit_prices import rounded
from nlp.reading.reader import ListingReader, shipped_reader
from nlp.reading.version import ReadingVersion, reading_version
from nlp.selectors.in_text import read_selectors
from vestigo.rates import Converted, RateTable
from vestigo.records import (
    CERTAIN,
    Capture,
    Derived,
    Listing,
    Mention,
    Method,
    PriceQuote,
    Quantity,
    Selector,
    SourcedText,
    Span,
    TextReading,
    UnitPrice,
    VendorAccount,
    probability,
)

MENTION_CONFIDENCE = {
    ("stated", "strong"): "0.95",
    ("stated", "needs_context"): "0.75",
    ("implied", "strong"): "0.70",
    ("implied", "needs_context"): "0.55",
    ("declared", "strong"): "0.90",
    ("mentioned", "strong"): "0.80",
    ("mentioned", "needs_context"): "0.60",
    ("negated", "strong"): "0.85",
    ("negated", "needs_context"): "0.60",
}
QUANTITY_CONFIDENCE = {"title": "0.95", "description": "0.85"}
PRICE_CONFIDENCE = {"title": "0.95", "description": "0.85"}
UNCHECKED_CONFIDENCE = "0.90"
OTHER_CONFIDENCE = "0.80"
# Texts of a profile page that hold keys and contacts; rows of feedback are third persons'.
PROFILE_PARTS = ("pgp", "also.")
PRICE_PARTS = ("price", "price.0", "price_amount")


class Cited(TypedDict):
    """What a derived record says of where it comes from."""

    sources: tuple[str, ...]
    method: Method
    confidence: Decimal
    observed_at: datetime
    subject: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What every record of one listing or profile cites."""

    subject: Listing | VendorAccount
    texts: Mapping[str, SourcedText]
    capture: Capture
    body: bytes
    settings_sha256: str

    def span(self, place: Place) -> Span | None:
        """Return the span of a place in the captured body, None where it has no bytes."""
        text = self.texts.get(place.field)
        if text is None:
            return None
        span = text.span(self.capture.capture_id, self.body, place.start, place.end)
        return span if span.ranges else None

    def cited(self, rule: str, confidence: Decimal) -> Cited:
        """Return what a value read by ``rule`` under this lexicon cites: record and capture."""
        return Cited(
            sources=(self.subject.record_id, self.capture.capture_id),
            method=Method(rule=rule, settings_sha256=self.settings_sha256),
            confidence=confidence,
            observed_at=self.capture.observed_at,
            subject=self.subject.record_id,
        )


def records_of(
    subject: Listing | VendorAccount,
    texts: Mapping[str, SourcedText],
    capture: Capture,
    body: bytes,
    rates: RateTable | None,
    reader: ListingReader | None = None,
    version: ReadingVersion | None = None,
) -> list[Derived]:
    """Return Mention, Quantity, PriceQuote, UnitPrice, Selector, TextReading of ``subject``.

    ``texts`` holds the fields of the page with the bytes they came from (title,
    description, profile, ships_text, pgp.N, category.N); a value whose place has no
    bytes there is left out, for a record without its exhibit proves nothing.  ``reader``:
    one with a unit's own terms, else that of the shipped lexicon; ``version`` is what the
    records cite, that of the reader with ``rates`` where None.
    """
    reader = reader or shipped_reader()
    cited = version or reading_version(reader, rates)
    digest = cited.digest(priced=isinstance(subject, Listing))
    origin = Origin(subject, texts, capture, body, digest)
    if isinstance(subject, Listing):
        reading = reader.read(_listing_text(subject, texts))
        return [
            *_goods(origin, reading),
            _whole(origin, reading),
            *_selectors(origin, reading),
            *_prices(origin, reading, rates),
        ]
    if not subject.profile_captured:
        return []
    reading = reader.read(_profile_text(texts))
    return [*_goods(origin, reading), *_selectors(origin, _with_keys(reading, texts))]


def _text(texts: Mapping[str, SourcedText], name: str) -> str:
    return texts[name].text if name in texts else ""


def _listing_text(listing: Listing, texts: Mapping[str, SourcedText]) -> ListingText:
    given = None
    if listing.price_amount is not None:
        given = GivenPrice(amount=listing.price_amount, currency=listing.price_currency)
    return ListingText(
        id=listing.listing_key,
        title=_text(texts, "title") or listing.title,
        description=_text(texts, "description") or listing.description,
        category=listing.category,
        price=given,
        listed_on=listing.listed_on,
        ships_text=_text(texts, "ships_text"),
    )


def _profile_text(texts: Mapping[str, SourcedText]) -> ListingText:
    return ListingText(profile=_text(texts, "profile"))


def _with_keys(reading: Reading, texts: Mapping[str, SourcedText]) -> Reading:
    """Return the reading with the selectors of the parts beside the profile text."""
    found = {(s.kind, s.value): s for s in reading.selectors}
    for name in sorted(texts):
        if name.startswith(PROFILE_PARTS):
            for selector in read_selectors(name, texts[name].text)[0]:
                found.setdefault((selector.kind, selector.value), selector)
    return replace(reading, selectors=tuple(found.values()))


def _goods(origin: Origin, reading: Reading) -> list[Derived]:
    records: list[Derived] = []
    for row in reading.substances:
        span = origin.span(row.place)
        if span is None:
            continue
        records.append(
            Mention(
                **origin.cited(
                    "nlp.lexicon.v1", probability(MENTION_CONFIDENCE[row.status, row.ambiguity])
                ),
                substance_id=row.id,
                substance_name=row.name,
                unii=row.unii,
                status=row.status,
                term_source=row.term_source,
                field=row.place.field,
                span=span,
            )
        )
    return [*records, *_quantities(origin, reading)]


def _whole(origin: Origin, reading: Reading) -> TextReading:
    """Return what the text as a whole is: its language, classes of goods, and flags."""
    return TextReading(
        **origin.cited("nlp.reading.v1", probability(OTHER_CONFIDENCE)),
        language=reading.language,
        goods=tuple(dict.fromkeys(goods.goods_class for goods in reading.goods)),
        flags=tuple(sorted(reading.flags)),
    )


def _quantities(origin: Origin, reading: Reading) -> list[Derived]:
    records: list[Derived] = []
    for offer in reading.offers:
        span = origin.span(offer.place)
        if span is None:
            continue
        confidence = QUANTITY_CONFIDENCE.get(offer.place.field, OTHER_CONFIDENCE)
        records.append(
            Quantity(
                **origin.cited("nlp.quantity.v1", probability(confidence)),
                offer_kind=offer.kind,
                grams=_plain(offer.grams),
                count=offer.count,
                dose_mg=_plain(offer.dose_mg),
                ml=_plain(offer.ml),
                field=offer.place.field,
                span=span,
            )
        )
    return records


def _plain(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.normalize() + 0


def _selectors(origin: Origin, reading: Reading) -> list[Derived]:
    return [record for s in reading.selectors if (record := _selector(origin, s)) is not None]


def _selector(origin: Origin, found: SelectorFound) -> Selector | None:
    span = origin.span(found.place)
    if span is None:
        return None
    checked = found.checksum_ok or found.kind == "pgp_fingerprint"
    return Selector(
        **origin.cited(
            "nlp.selector.v1", CERTAIN if checked else probability(UNCHECKED_CONFIDENCE)
        ),
        selector_kind=found.kind,
        value=found.value,
        checksum_ok=found.checksum_ok,
        party="vendor",
        field=found.place.field,
        span=span,
    )


def _prices(origin: Origin, reading: Reading, rates: RateTable | None) -> list[Derived]:
    records: list[Derived] = []
    for price in reading.prices:
        span = origin.span(price.place)
        if span is None:
            continue
        confidence = PRICE_CONFIDENCE.get(price.place.field, OTHER_CONFIDENCE)
        records.append(
            PriceQuote(
                **origin.cited("nlp.price.v1", probability(confidence)),
                amount=price.amount,
                currency=price.currency,
                per=price.per,
                field=price.place.field,
                span=span,
            )
        )
    displayed = _displayed(origin)
    return [*records, *displayed, *_unit_prices(origin, reading, rates)]


def _displayed(origin: Origin) -> list[Derived]:
    """Return the price that the market displays beside the listing, where it has bytes."""
    listing = origin.subject
    spans = {item.field: item.span for item in listing.spans}
    span = next((spans[name] for name in PRICE_PARTS if name in spans), None)
    if not isinstance(listing, Listing) or listing.price_amount is None or span is None:
        return []
    return [
        PriceQuote(
            **origin.cited("nlp.price.v1", CERTAIN),
            amount=listing.price_amount,
            currency=listing.price_currency,
            per="package",
            field="price",
            span=span,
        )
    ]


def _unit_prices(origin: Origin, reading: Reading, rates: RateTable | None) -> list[Derived]:
    listing = origin.subject
    assert isinstance(listing, Listing)
    on = listing.listed_on or origin.capture.observed_at.date()
    return [_unit_price(origin, price, rates, on) for price in reading.unit_prices]


def _unit_price(
    origin: Origin, price: UnitPriceFound, rates: RateTable | None, on: date
) -> UnitPrice:
    usd, eur = (_converted(price, target, rates, on) for target in ("USD", "EUR"))
    used = [c for c in (usd, eur) if c is not None]
    return UnitPrice(
        **origin.cited("nlp.unit_price.v1", probability("0.90")),
        amount=price.amount,
        currency=price.currency,
        per_unit=price.per_unit,
        usd=_in(price, "USD", usd),
        eur=_in(price, "EUR", eur),
        rate_source="; ".join(dict.fromkeys(c.source for c in used)) or None,
        rate_on=min(c.on for c in used).isoformat() if used else None,
    )


def _converted(
    price: UnitPriceFound, target: str, rates: RateTable | None, on: date
) -> Converted | None:
    if rates is None or price.currency is None:
        return None
    return rates.convert(price.amount, price.currency, target, on)


def _in(price: UnitPriceFound, currency: str, converted: Converted | None) -> Decimal | None:
    if price.currency == currency:
        return rounded(price.amount)
    return None if converted is None else converted.amount
