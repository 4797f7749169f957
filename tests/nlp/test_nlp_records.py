# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records: each value cites its capture and the bytes it was read from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pysequoia import Tsk

from nlp.reading.records import records_of
from vestigo.rates import RateTable
from vestigo.records import (
    CERTAIN,
    Capture,
    FieldSpan,
    Listing,
    Mention,
    Method,
    Piece,
    PriceQuote,
    Quantity,
    Selector,
    SourcedText,
    TextReading,
    UnitPrice,
    VendorAccount,
    record_from_body,
)

SEEN = datetime(2024, 9, 1, 12, tzinfo=UTC)
BTC = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
CAPTURE = Capture(
    capture_id="c" * 64, uri="http://x.example/", request_method="GET", status=200, media_type="text/html",
    charset="utf-8", content_sha256="0" * 64, n_body_bytes=1, observed_at=SEEN, authorization_id="a",
    account="", warc_name="w", warc_offset=0, problem="",
)  # fmt: skip


def sourced(body: bytes, text: str) -> SourcedText:
    """The text as it stands in the body, code point by code point."""
    start = body.index(text.encode())
    offsets = [0]
    for character in text:
        offsets.append(offsets[-1] + len(character.encode()))
    piece = Piece(
        start=0,
        end=len(text),
        byte_start=start,
        byte_end=start + offsets[-1],
        offsets=tuple(offsets),
    )
    return SourcedText(text, (piece,))


def page(**fields: str):
    body = "".join(f"<p>{text}</p>" for text in fields.values()).encode()
    return body, {name.replace("__", "."): sourced(body, text) for name, text in fields.items()}


def listing(texts, body, **values):
    common = dict(
        sources=(CAPTURE.capture_id,), method=Method(rule="x.v1", settings_sha256="0"), confidence=CERTAIN,
        observed_at=SEEN, market="m", listing_key="k", title=texts["title"].text,
        description=texts["description"].text if "description" in texts else "", vendor_handle="v", category=(),
        price_amount=Decimal("0.05"), price_currency="BTC", ships_from=None, ships_to=None, feedback_count=None,
        listed_on=date(2024, 8, 25),
        spans=tuple(FieldSpan(field=n, span=t.span(CAPTURE.capture_id, body)) for n, t in texts.items()),
    )  # fmt: skip
    return Listing(**{**common, **values})


@pytest.fixture
def rates(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text(
        "date,currency,btc_price,source\n2024-08-25,USD,60000,A\n2024-08-25,EUR,54000,A\n", "utf-8"
    )
    return RateTable.read([path])


@pytest.fixture
def made(rates):
    body, texts = page(
        title="10g Cocaína — 85%", description=f"Pay {BTC}. 300 EUR", price="0.05 BTC"
    )
    subject = listing(texts, body)
    return subject, body, records_of(subject, texts, CAPTURE, body, rates)


def of(records, kind):
    return [record for record in records if isinstance(record, kind)]


def test_every_record_cites_subject_and_capture(made):
    subject, _body, records = made
    kinds = {Mention, Quantity, PriceQuote, UnitPrice, Selector, TextReading}
    assert {type(r) for r in records} == kinds
    for record in records:
        assert record.sources == (subject.record_id, CAPTURE.capture_id)
        assert record.observed_at == SEEN
        assert record.subject == subject.record_id
        assert record_from_body(record.body()) == record


def test_every_span_cuts_the_body(made):
    _subject, body, records = made
    for record in records:
        span = getattr(record, "span", None)
        for part in span.ranges if span else ():
            assert body[part.start : part.end] == part.raw()


def test_the_words_stand_apart_from_the_bytes(made):
    (mention,) = of(made[2], Mention)
    assert (mention.substance_id, mention.status, mention.span.text) == (
        "cocaine",
        "stated",
        "Cocaína",
    )
    assert mention.method.rule == "nlp.lexicon.v1"
    (quantity,) = of(made[2], Quantity)
    assert (quantity.grams, quantity.span.text) == (Decimal(10), "10g")


def test_the_unit_price_names_its_rate(made):
    (price,) = of(made[2], UnitPrice)
    assert (price.amount, price.currency, price.per_unit) == (Decimal("0.005"), "BTC", "g")
    assert (price.usd, price.eur) == (Decimal("300.0000"), Decimal("270.0000"))
    assert (price.rate_source, price.rate_on) == ("A", "2024-08-25")


def test_displayed_and_written_prices_are_quotes(made):
    quotes = {(q.field, q.amount, q.currency) for q in of(made[2], PriceQuote)}
    assert quotes == {("price", Decimal("0.05"), "BTC"), ("description", Decimal(300), "EUR")}


def test_the_address_is_the_vendors(made):
    (selector,) = of(made[2], Selector)
    assert (selector.selector_kind, selector.value, selector.party) == ("btc", BTC, "vendor")
    assert (selector.checksum_ok, selector.confidence) == (True, CERTAIN)


def test_without_a_rate_nothing_is_converted():
    body, texts = page(title="10g cocaine")
    (price,) = of(records_of(listing(texts, body), texts, CAPTURE, body, None), UnitPrice)
    assert (price.usd, price.eur, price.rate_source, price.rate_on) == (None, None, None, None)


def test_the_day_of_the_capture_stands_in_for_a_listing_date(rates):
    body, texts = page(title="10g cocaine")
    subject = listing(texts, body, listed_on=None)
    (price,) = of(records_of(subject, texts, CAPTURE, body, rates), UnitPrice)
    assert price.usd is None
    capture = replace(CAPTURE, observed_at=datetime(2024, 8, 25, tzinfo=UTC))
    (price,) = of(records_of(subject, texts, capture, body, rates), UnitPrice)
    assert price.usd == Decimal("300.0000")


def test_a_price_in_dollars_stays_as_it_is(rates):
    body, texts = page(title="10g cocaine")
    subject = listing(texts, body, price_amount=Decimal(900), price_currency="USD")
    (price,) = of(records_of(subject, texts, CAPTURE, body, rates), UnitPrice)
    assert (price.amount, price.usd, price.eur) == (Decimal(90), Decimal(90), Decimal("81.0000"))


def test_the_same_bytes_give_the_same_ids(made, rates):
    subject, body, records = made
    texts = {s.field: sourced(body, s.span.text) for s in subject.spans}
    again = records_of(subject, texts, CAPTURE, body, rates)
    assert [r.record_id for r in again] == [r.record_id for r in records]


def vendor(texts, *, captured=True):
    return VendorAccount(
        sources=(CAPTURE.capture_id,), method=Method(rule="x.v1", settings_sha256="0"), confidence=CERTAIN,
        observed_at=SEEN, market="m", handle="v", profile_captured=captured, profile_text="", pgp_blocks=(), spans=(),
    )  # fmt: skip


def test_a_profile_gives_key_and_contacts_but_no_buyer():
    key = Tsk.generate("v <v@mail.example>").extract_certificate()
    body, texts = page(
        profile=f"Hello. Pay {BTC}", pgp__0=str(key), also__contact__0="telegram: @some_shop",
        feedback__0__text="write to buyer@mail.example",
    )  # fmt: skip
    found = of(records_of(vendor(texts), texts, CAPTURE, body, None), Selector)
    assert {(s.selector_kind, s.value) for s in found} == {
        ("btc", BTC), ("pgp_fingerprint", key.fingerprint.upper()), ("telegram", "some_shop"),
    }  # fmt: skip
    assert {s.party for s in found} == {"vendor"}


def test_a_vendor_that_only_a_listing_names_gives_nothing():
    body, texts = page(title="1g cocaine", description=f"Pay {BTC}")
    assert records_of(vendor(texts, captured=False), texts, CAPTURE, body, None) == []
