# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of a page: every one cites its capture, and its spans can be cut again."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crawler.reading import records_of
from vestigo.records import (
    CERTAIN,
    Capture,
    Feedback,
    Listing,
    Page,
    VendorAccount,
    record_from_body,
)

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def capture():
    return Capture(
        capture_id="ab" * 32, uri="http://toy.example/item/7", request_method="GET", status=200,
        media_type="text/html", charset="utf-8", content_sha256="cd" * 32, n_body_bytes=1,
        observed_at=NOW, authorization_id="ef" * 32, account="", warc_name="x.warc.gz",
        warc_offset=0, problem="",
    )  # fmt: skip


@pytest.fixture
def records(toy, read, item, capture):
    return records_of(toy, read(item), capture, item.encode("utf-8"))


def test_a_listing_page_gives_page_listing_named_vendor_and_feedback(records):
    assert [type(record) for record in records] == [Page, Listing, VendorAccount, Feedback]
    page, listing, vendor, feedback = records
    assert (page.page_kind, page.truncated, page.uri) == (
        "listing",
        False,
        "http://toy.example/item/7",
    )
    assert (listing.listing_key, listing.price_amount, listing.price_currency) == (
        "7", Decimal("1000.50"), "EUR")  # fmt: skip
    assert listing.listed_on == date(2024, 4, 3)
    assert (vendor.handle, vendor.profile_captured, vendor.pgp_blocks) == ("ana", False, ())
    assert (feedback.listing_key, feedback.vendor_handle, feedback.buyer_handle) == (
        "7",
        "ana",
        "b***r",
    )
    assert (feedback.text, feedback.rating) == ("good", "5")


def test_every_record_cites_capture_rule_and_profile(records, toy, capture):
    for record in records:
        assert record.sources == (capture.capture_id,)
        assert record.method.rule == "crawler.market_page.v1"
        assert record.method.settings_sha256 == toy.digest
        assert (record.confidence, record.observed_at, record.market) == (CERTAIN, NOW, "toy")


def test_every_span_can_be_cut_again(records, item, capture):
    body = item.encode("utf-8")
    spans = [span for record in records[1:] for span in record.spans]
    assert {"title", "description", "price.0", "handle", "text", "rating"} <= {
        s.field for s in spans
    }
    for field in spans:
        assert field.span.capture_id == capture.capture_id
        assert field.span.ranges
        for part in field.span.ranges:
            assert part.raw() == body[part.start : part.end]


def test_the_text_of_a_span_is_the_field(records):
    listing = records[1]
    texts = {field.field: field.span.text for field in listing.spans}
    assert texts["title"] == listing.title
    assert texts["description"] == listing.description
    assert texts["vendor"] == listing.vendor_handle
    assert (texts["category.0"], texts["category.1"]) == listing.category
    assert (texts["ships_from"], texts["ships_to"]) == (listing.ships_from, listing.ships_to)
    assert not any(name.startswith("feedback") for name in texts)


def test_records_survive_the_ledgers_form_and_are_made_the_same_again(
    records, toy, read, item, capture
):
    again = records_of(toy, read(item), capture, item.encode("utf-8"))
    assert [r.record_id for r in again] == [r.record_id for r in records]
    for record in records:
        assert record_from_body(record.body()) == record


def test_a_vendor_page_gives_a_captured_account(toy, read, capture):
    page = "<html><div id=shop><h1>ana</h1><div class=about>Hola</div></div></html>"
    records = records_of(toy, read(page), capture, page.encode())
    assert [type(record) for record in records] == [Page, VendorAccount]
    assert (records[1].profile_captured, records[1].profile_text) == (True, "Hola")
    assert [field.field for field in records[1].spans] == ["handle", "profile"]


def test_a_cut_page_gives_a_page_record_and_nothing_else(toy, read, item, capture):
    cut = item[: len(item) // 2]
    records = records_of(toy, read(cut), capture, cut.encode())
    assert [type(record) for record in records] == [Page]
    assert (records[0].page_kind, records[0].truncated) == ("other", True)


def test_a_hostile_price_or_text_does_not_break_a_record(toy, read, item, capture):
    page = item.replace("gram", "&#x1b;[31m\u202e{{7*7}}\x00").replace("1.000,50", "0" * 80 + "1")
    body = page.encode("utf-8")
    for record in records_of(toy, read(page), capture, body):
        assert record_from_body(record.body()) == record
