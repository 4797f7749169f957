# SPDX-License-Identifier: AGPL-3.0-or-later
"""The story: large enough, in two languages, consistent in itself, the same each time."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from vestigo.identifiers.bitcoin import decode_address
from vestigo.training.goods import goods, hostile, words
from vestigo.training.orders import MIX_REVENUE_SAT
from vestigo.training.rates import RangeRates, dollars
from vestigo.training.story import BEHAVIOURS, PRICE_DISPLAYS
from vestigo.training.telling import N_MIXING, tell_story
from vestigo.training.timeline import (
    GENESIS_AT,
    SEEN_AT,
    SLOT,
    STORY_ENDS_AT,
    http_date,
    range_clock,
    slot_of,
)

SEEDS = (0, 1, 2, 2**31 - 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_market_is_large_enough(seed):
    story = tell_story(seed)
    assert len(story.vendors) >= 12
    assert len(story.on_sale) >= 60
    spanish = sum(one.language == "es" for one in story.on_sale) / len(story.on_sale)
    assert 0.4 <= spanish <= 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_names_keys_and_addresses_are_unique(seed):
    story = tell_story(seed)
    for values in (
        [one.handle for one in story.vendors], [one.key for one in story.listings],
        [one.pgp_fingerprint for one in story.vendors],
        [one.address for one in story.vendors]
        + [one.direct_address for one in story.listings if one.direct_address],
    ):  # fmt: skip
        assert len(set(values)) == len(values)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_way_of_cashing_out_is_there(seed):
    ways = Counter(vendor.behaviour for vendor in tell_story(seed).vendors)
    assert set(ways) == set(BEHAVIOURS)
    assert ways["mix"] == N_MIXING
    assert 1 <= ways["hold"] <= 2


@pytest.mark.parametrize("seed", SEEDS)
def test_vendors_who_mix_have_earned_enough(seed):
    story = tell_story(seed)
    for vendor in story.vendors:
        earned = sum(one.price_sat for one in story.orders if one.vendor == vendor.handle)
        assert earned > 0
        if vendor.behaviour == "mix":
            assert earned >= MIX_REVENUE_SAT


def test_published_addresses_are_regtest_addresses_of_several_kinds(story):
    addresses = [one.address for one in story.vendors]
    addresses += [one.direct_address for one in story.listings if one.direct_address]
    kinds = Counter(decode_address(text, "regtest").kind for text in addresses)
    assert set(kinds) == {"p2wpkh", "p2pkh", "p2sh"}
    assert kinds["p2wpkh"] > len(addresses) / 2


def test_an_address_stands_in_the_text_that_publishes_it(story):
    for vendor in story.vendors:
        assert vendor.profile.count(vendor.address) == 1
    direct = [one for one in story.listings if one.direct_address]
    assert len(direct) >= 5
    assert all(one.direct_address in one.description for one in direct)


def test_prices_are_shown_in_bitcoin_in_fiat_and_in_both(story):
    shown = Counter(one.display for one in story.on_sale)
    assert set(shown) == set(PRICE_DISPLAYS)
    assert {one.fiat for one in story.on_sale} == {"EUR", "USD"}
    assert shown["both"] > shown["fiat"]


def test_an_option_of_a_listing_stands_in_its_text(story):
    several = [one for one in story.on_sale if len(one.offers) > 1]
    assert len(several) >= 4
    for one in several:
        for offer in one.offers:
            assert offer.label in one.description
            assert str(offer.eur if one.fiat == "EUR" else offer.usd) in one.description


def test_titles_are_unique_unless_the_listing_is_gone(story):
    titles = Counter(one.title for one in story.on_sale)
    assert max(titles.values()) == 1
    gone = [one for one in story.listings if one.is_delisted]
    assert len(gone) == 3
    assert not {one.key for one in gone} & {one.listing_key for one in story.orders}


@pytest.mark.parametrize("seed", SEEDS)
def test_an_order_is_paid_then_reviewed_then_released(seed):
    story = tell_story(seed)
    for order in story.orders:
        if order.is_direct:
            assert order.reviewed_at is None
            assert order.released_at is None
            continue
        assert timedelta(hours=1) < order.reviewed_at - order.paid_at <= timedelta(hours=72)
        assert order.reviewed_at < order.released_at < STORY_ENDS_AT


@pytest.mark.parametrize("seed", SEEDS)
def test_an_order_costs_what_the_listing_shows(seed):
    story, rates = tell_story(seed), RangeRates(seed)
    for order in story.orders:
        listing = story.listing(order.listing_key)
        offer = listing.offers[order.option]
        assert listing.vendor == order.vendor
        assert listing.posted_on < order.paid_at.date()
        if listing.display == "fiat":
            amount = offer.eur if listing.fiat == "EUR" else offer.usd
            price = rates.price(order.paid_at.date(), listing.fiat)
            assert abs(Decimal(order.price_sat) / 10**8 * price - amount) < Decimal("0.01")
        else:
            assert order.price_sat == offer.price_sat


def test_the_bitcoin_price_is_the_euro_price_of_the_day_of_posting(story):
    rates = RangeRates(1)
    for listing in story.on_sale:
        for offer in listing.offers:
            euro = Decimal(offer.price_sat) / 10**8 * rates.eur(listing.posted_on)
            assert abs(euro - offer.eur) < 1


def test_rates_walk_day_by_day_without_a_gap():
    rows = list(RangeRates(5).rows())
    euro = [Decimal(row[2]) for row in rows if row[1] == "EUR"]
    days = [row[0] for row in rows if row[1] == "USD"]
    assert days == sorted(set(days))
    assert len(euro) == len(days) == (SEEN_AT.date() - date(2024, 7, 1)).days + 1
    assert all(abs(b / a - 1) < Decimal("0.03") for a, b in pairwise(euro))


@pytest.mark.parametrize(
    ("euro", "dollar"), [("10", "11"), ("5", "5.50"), ("100", "110"), ("9", "9.90")]
)
def test_dollars_are_written_as_sellers_do(euro, dollar):
    assert dollars(Decimal(euro)) == Decimal(dollar)


def test_the_clock_of_the_range_stands_still():
    assert range_clock() == range_clock() == SEEN_AT
    assert http_date() == "Tue, 19 Nov 2024 09:30:00 GMT"


@pytest.mark.parametrize("minutes", [0, 1, 179, 180, 181])
def test_a_payment_waits_for_the_next_block(minutes):
    sent = GENESIS_AT + timedelta(minutes=minutes)
    assert sent <= slot_of(sent) < sent + SLOT
    assert (slot_of(sent) - GENESIS_AT) % SLOT == timedelta(0)


def test_the_same_seed_tells_the_same_story_in_another_process():
    code = (
        "import hashlib; from vestigo.training.telling import tell_story;"
        "print(hashlib.sha256(repr(tell_story(1)).encode()).hexdigest())"
    )
    expected = hashlib.sha256(repr(tell_story(1)).encode()).hexdigest()
    for hash_seed in ("1", "2"):
        environment = os.environ | {
            "PYTHONHASHSEED": hash_seed,
            "TZ": "Pacific/Chatham",
            "LC_ALL": "C",
        }
        told = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == expected


def test_other_seeds_tell_other_stories():
    stories = [tell_story(seed) for seed in SEEDS]
    assert len({story.vendors[0].address for story in stories}) == len(SEEDS)
    assert len({tuple(one.key for one in story.listings) for story in stories}) == len(SEEDS)
    assert len({story.password for story in stories}) == len(SEEDS)


def test_the_hostile_listing_carries_every_kind_of_attack(story):
    (listing,) = [one for one in story.on_sale if one.is_hostile]
    vendor = story.vendor(listing.vendor)
    for text in (listing.title, listing.description):
        for attack in (
            "{{7*7}}",
            "${7*7}",
            "<script>",
            "=HYPERLINK",
            "\x1b[31m",
            "\u202e",
            "../../etc/passwd",
        ):
            assert attack in text
    assert "../../etc/passwd" in vendor.alias
    assert any("=1+1" in one.comment for one in story.orders if one.listing_key == listing.key)


def test_goods_are_data_that_holds_together():
    names = [good["id"] for good in goods()]
    assert len(set(names)) == len(names) >= 60
    for good in goods():
        assert set(good) <= {
            "id",
            "language",
            "category",
            "substances",
            "title",
            "text",
            "forms",
            "options",
            "goods_class",
        }
        assert len(good["category"]) == 3
        assert ("{q}" in good["title"]) == (
            bool(good["forms"][0]["q"]) and not good.get("options")
        ), good["id"]
        for form in good["forms"]:
            measure = {"mass": "grams", "units": "count", "volume": "ml", "none": "eur"}[
                form["kind"]
            ]
            assert measure in form
            assert Decimal(form["eur"]) > 0


def test_the_traps_of_real_listings_are_in_the_titles():
    titles = " | ".join(
        good["title"] + " ".join(form["q"] for form in good["forms"]) for good in goods()
    )
    for trap in ("1/8 oz (3.5g)", "8ball", "3,5 g", "medio kilo", "½ oz", "QP", ".5 G", "(.1) GR", "1-G", "220mg",
                 "100x", "Hydro weed", "Hawaiian Snow", "Ketama, Morocco", "cuarto de kilo", "1/2 litro"):  # fmt: skip
        assert trap in titles, trap


def test_nothing_on_the_range_claims_to_be_real():
    assert "invented" in words()["market"]["notice"]
    assert "127.0.0.1" in hostile()["title"]
    assert all(contact.value.endswith((".example", "_shop")) or contact.kind == "session"
               for vendor in tell_story(1).vendors for contact in vendor.contacts)  # fmt: skip
