# SPDX-License-Identifier: AGPL-3.0-or-later
"""The saved market against the reference that another parser made of the same pages."""

import json
import lzma
import random
import re
from collections import Counter
from decimal import Decimal

import pytest

from crawler.market import load_profile, read_page
from crawler.market.asserting import Tally
from crawler.market.sourced import decode_entity
from vestigo.identifiers.pgp import KeyUnreadable, find_blocks, read_key

pytestmark = pytest.mark.real

CAPTURE = "c" * 64

# The reference took these handles from the address of the link, where "!" is written as
# %21; the page shows, and we read, "!" (7 listings of 2 vendors).
REFERENCE_IS_ESCAPED = re.compile(r"%21$")


@pytest.fixture(scope="module")
def profile():
    return load_profile("agora-2014")


@pytest.fixture(scope="module")
def readings(agora, profile):
    """Path below the folder -> (body, reading), as a crawl would see the pages."""
    found = {}
    for path in sorted(agora.rglob("*")):
        if path.is_file():
            name = path.relative_to(agora).as_posix()
            body = path.read_bytes()
            kind = "text/css" if name.endswith(".css") else "text/html"
            uri = f"http://agora.example/{name}"
            found[name] = (body, read_page(profile, body, uri=uri, status=200, media_type=kind,
                                           charset="", problem=""))  # fmt: skip
    return found


@pytest.fixture(scope="module")
def reference(real_data):
    def lines(name):
        with lzma.open(real_data / "agora-2014" / name, "rt", encoding="utf-8") as handle:
            return [json.loads(line) for line in handle]

    return {"listings": lines("open.listings.jsonl.xz"), "vendors": lines("open.vendors.jsonl.xz")}


def test_every_page_is_of_the_kind_it_is(readings):
    kinds = Counter(
        (name.split("/")[0], reading.kind) for name, (_body, reading) in readings.items()
    )
    assert kinds == {
        ("p", "listing"): 514,
        ("p", "soft-404"): 18,
        ("vendor", "vendor"): 142,
        ("cat", "category"): 51,
        ("index.html", "category"): 1,
        ("info", "other"): 4,
        ("css", "other"): 2,
    }
    assert not any(reading.truncated for _body, reading in readings.values())


def test_nothing_is_left_over_and_no_assertion_fails(readings, profile):
    tally = Tally()
    for name, (_body, reading) in readings.items():
        assert reading.leftovers == (), name
        assert reading.failed_assertions == (), name
        tally.add(reading)
    assert tally.failures(profile.assertions) == []
    assert len(tally.vendors) == 145


def test_three_vendors_are_known_from_listings_only(readings):
    named = {reading.listing.vendor for _body, reading in readings.values() if reading.listing}
    captured = {reading.vendor.handle for _body, reading in readings.values() if reading.vendor}
    assert (len(named | captured), len(captured), len(named - captured)) == (145, 142, 3)


@pytest.mark.parametrize(
    ("field", "ours"),
    [
        ("title", lambda listing: listing.title),
        ("category", lambda listing: list(listing.category)),
        ("price_btc", lambda listing: f"{listing.price.amount:f}"),
        ("ships_from", lambda listing: listing.ships_from),
        ("ships_to", lambda listing: listing.ships_to),
        ("feedback_count", lambda listing: listing.feedback_count),
        ("id", lambda listing: listing.key),
    ],
)
def test_the_fields_agree_with_the_reference(readings, reference, field, ours):
    assert len(reference["listings"]) == 514
    for row in reference["listings"]:
        listing = readings[f"p/{row['id']}"][1].listing
        assert ours(listing) == row[field], row["id"]
        assert listing.price.currency == "BTC"


def test_the_vendors_agree_where_the_reference_is_not_escaped(readings, reference):
    escaped = []
    for row in reference["listings"]:
        shown = readings[f"p/{row['id']}"][1].listing.vendor
        if shown != row["vendor"]:
            assert REFERENCE_IS_ESCAPED.sub("!", row["vendor"]) == shown
            escaped.append(row["id"])
    assert len(escaped) == 7


def test_the_descriptions_say_the_same_words(readings, reference):
    for row in reference["listings"]:
        ours = readings[f"p/{row['id']}"][1].listing.description
        assert ours.split() == row["description"].split(), row["id"]


def fingerprints(blocks):
    found = []
    for block in blocks:
        try:
            found.append(read_key(block).fingerprint)
        except KeyUnreadable as reason:
            found.append(f"unreadable: {reason}")
    return found


def test_the_keys_are_those_of_the_reference(readings, reference):
    n_blocks = 0
    for row in reference["vendors"]:
        vendor = readings[f"vendor/{row['file'].rpartition('/')[2]}"][1].vendor
        assert vendor.handle == row["vendor"]
        ours = fingerprints(vendor.pgp_blocks)
        in_text = [row["bio"][start:end] for start, end in find_blocks(row["bio"])]
        assert ours == list(dict.fromkeys(fingerprints(in_text)))  # one vendor shows a key twice
        first = fingerprints([row["pgp"]] if row["pgp"] else [])
        assert ours[:1] == first  # the reference keeps one key a vendor
        n_blocks += len(ours)
    assert n_blocks == 140


def test_the_spans_of_every_listing_can_be_cut_again(readings):
    n_spans = 0
    for name, (body, reading) in readings.items():
        for field, text in reading.texts.items():
            span = text.span(CAPTURE, body)
            assert span.text == text.text
            for part in span.ranges:
                assert part.raw() == body[part.start : part.end], (name, field)
            assert redone(span) == "".join(text.text.split()), (name, field)
            n_spans += reading.listing is not None
    assert n_spans > 514 * 8


def redone(span):
    raw = "".join(part.raw().decode("utf-8") for part in span.ranges)
    shown = re.sub(r"&(?:#\w+;?|\w+;?)", lambda match: decode_entity(match.group()), raw)
    return "".join(shown.split())


def test_a_listing_cut_anywhere_is_never_a_listing(readings, profile):
    chance = random.Random(2014)
    for name, (body, reading) in readings.items():
        if reading.listing is None:
            continue
        end = len(body.rstrip())
        for cut in [end - 1, end - 8, *(chance.randrange(end) for _n in range(4))]:
            again = read_page(profile, body[:cut], uri="", status=None, media_type="", charset="",
                              problem="")  # fmt: skip
            assert (again.kind, again.truncated, again.listing) == ("other", True, None), (
                name,
                cut,
            )


def test_pages_without_an_address_are_read_the_same(readings, profile):
    for name, (body, reading) in readings.items():
        if reading.kind in ("listing", "vendor", "soft-404") and name[-1] in "aeiou":
            again = read_page(
                profile, body, uri="", status=None, media_type="", charset="", problem=""
            )
            assert again.kind == reading.kind
            assert again.vendor == reading.vendor
            if reading.listing:
                assert (again.listing.title, again.listing.price) == (
                    reading.listing.title, reading.listing.price)  # fmt: skip


def test_the_market_can_be_walked_from_its_categories(readings, profile):
    """What the saved front page and categories lead to is reached; 168 pages are linked nowhere."""
    seen = set()
    queue = ["index.html", *(name for name in readings if name.startswith("cat/"))]
    while queue:
        name = queue.pop()
        if name in seen or name not in readings:
            continue
        seen.add(name)
        for link in readings[name][1].links:
            assert not profile.is_never(link.uri)
            assert link.page_kind_hint in ("listing", "vendor", "category", "other")
            queue.append(link.uri.removeprefix("http://agora.example/") or "index.html")
    assert len(seen) == 562


def test_a_price_is_a_decimal_as_displayed(readings):
    amounts = [r.listing.price.amount for _b, r in readings.values() if r.listing]
    assert min(amounts) == Decimal("0.00021656")
    assert max(amounts) == Decimal("13.05110769")
