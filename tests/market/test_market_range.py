# SPDX-License-Identifier: AGPL-3.0-or-later
"""The practice range, read with the profile that was written by hand from its pages."""

import json
import subprocess
import sys

import pytest

from crawler.market import load_profile, read_page
from vestigo.identifiers.pgp import read_key


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("range")
    subprocess.run(
        [sys.executable, "-m", "vestigo", "training", "range", "--seed", "7", "--write", str(folder)],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def truth(world):
    return json.loads((world / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def readings(world):
    profile = load_profile("range")
    found = {}
    for path in sorted((world / "pages").rglob("*.html")):
        name = path.relative_to(world / "pages").as_posix()
        uri = f"http://127.0.0.1/{name.removesuffix('.html')}"
        found[name] = read_page(profile, path.read_bytes(), uri=uri, status=200,
                                media_type="text/html", charset="utf-8", problem="")  # fmt: skip
    return found


def test_nothing_is_left_over(readings):
    for name, reading in readings.items():
        assert (reading.failed_assertions, reading.truncated) == ((), False), name
        assert not [left for left in reading.leftovers if left.startswith("text")], name


def test_every_listing_is_read_as_the_truth_has_it(readings, truth):
    listings = {r.listing.key: r.listing for r in readings.values() if r.listing}
    assert set(listings) == {row["key"] for row in truth["listings"]}
    for row in truth["listings"]:
        listing = listings[row["key"]]
        assert listing.title == " ".join(row["title"].split())
        assert listing.description == row["description"]
        assert (listing.vendor, list(listing.category)) == (row["vendor"], row["category"])
        assert (listing.ships_from, listing.ships_to) == (row["ships_from"], row["ships_to"])
        assert (f"{listing.price.amount:f}", listing.price.currency) == (
            row["price"]["amount"], row["price"]["currency"])  # fmt: skip
        assert str(listing.listed_on) == row["listed_on"]
        assert listing.feedback_count == row["feedback_count"]


def test_feedback_has_dates_prices_and_masked_buyers(readings, truth):
    rows = [row for r in readings.values() if r.listing for row in r.feedback]
    assert len(rows) == sum(row["feedback_count"] for row in truth["listings"])
    assert all(row.given_on and row.price and row.rating and "*" in row.buyer for row in rows)


def test_every_vendor_is_read_with_key_and_contacts(readings, truth):
    vendors = {r.vendor.handle: r for r in readings.values() if r.vendor}
    assert set(vendors) == {row["handle"] for row in truth["vendors"]}
    for row in truth["vendors"]:
        reading = vendors[row["handle"]]
        keys = [read_key(block).fingerprint for block in reading.vendor.pgp_blocks]
        assert keys == ([row["pgp_fingerprint"]] if row["pgp_fingerprint"] else [])
        shown = [text.text for name, text in reading.texts.items() if "contact" in name]
        assert shown == [f"{item['kind']}: {item['value']}" for item in row["contacts"]]


def test_every_published_address_stands_in_a_text(readings, truth):
    profiles = {r.vendor.handle: r.vendor.profile_text for r in readings.values() if r.vendor}
    offers = " ".join(r.listing.description for r in readings.values() if r.listing)
    for row in truth["published_addresses"]:
        assert row["address"] in profiles[row["vendor"]] + offers


def test_the_hostile_listing_is_kept_exactly_as_displayed(readings, truth):
    key = truth["hostile_listing"]
    key = key["key"] if isinstance(key, dict) else key
    listing = next(r.listing for r in readings.values() if r.listing and r.listing.key == key)
    assert "\x1b[31m" in listing.title
    assert "\u202e" in listing.title
    assert "{{7*7}}" in listing.description
    assert "<script>" in listing.description


def test_the_log_in_page_gives_its_form(readings):
    form = readings["login.html"].login_form
    assert (form.action, form.method) == ("http://127.0.0.1/login", "POST")
    assert (form.user_field, form.password_field, form.other_fields) == ("user", "password", ())


def test_pages_that_are_not_there_are_soft_404(readings):
    kinds = {reading.kind for reading in readings.values()}
    assert {"listing", "vendor", "category", "search", "login", "soft-404"} <= kinds
    assert sum(r.kind == "soft-404" for r in readings.values()) >= 1
