# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much is left: read off a page, told by a market, kept in records."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.market import load_profile, read_page
from crawler.market.fields import Stock
from crawler.market.stock import IN_STOCK, SOLD_OUT, UNLIMITED, read_stock
from vestigo.records import CERTAIN, Listing, Method
from vestigo.records.base import record_from_body
from vestigo.training.behaviour import load_behaviour
from vestigo.training.site import Site
from vestigo.training.telling import tell_world
from vestigo.training.truth.market import market_truth

TINY = Path(__file__).parents[1] / "crawler" / "market.toml"


@pytest.mark.parametrize(
    ("text", "state", "n"),
    [
        ("12 left", IN_STOCK, 12), ("In stock: 1,250", IN_STOCK, 1250), ("0", SOLD_OUT, 0),
        ("1.250 Stück", IN_STOCK, 1250), ("10 000 pcs", IN_STOCK, 10000), ("7", IN_STOCK, 7),
        ("Sold Out!", SOLD_OUT, None), ("Not in stock", SOLD_OUT, None), ("Agotado", SOLD_OUT, None),
        ("Rupture de stock", SOLD_OUT, None), ("ausverkauft", SOLD_OUT, None),
        ("нет в наличии", SOLD_OUT, None), ("Unlimited", UNLIMITED, None), ("∞", UNLIMITED, None),
        ("ilimitado", UNLIMITED, None), ("in stock", IN_STOCK, None), ("Auf Lager", IN_STOCK, None),
        ("Currently out of stock, sorry", SOLD_OUT, None), ("En stock", IN_STOCK, None),
    ],
)  # fmt: skip
def test_what_is_left(text, state, n):
    assert read_stock(text) == Stock(state, n)


@pytest.mark.parametrize("text", ["", "  ", "5 of 20", "-3", "ask me", "x" * 90, "10 g, 20 g"])
def test_what_says_nothing_is_not_guessed(text):
    assert read_stock(text) is None


@given(st.text(max_size=100))
def test_no_text_breaks_it(text):
    stock = read_stock(text)
    assert stock is None or stock.state in (IN_STOCK, SOLD_OUT, UNLIMITED)


def page(tmp_path, said):
    profile = tmp_path / "p.toml"
    rule = '[listing.stock]\ncss = "p.stock"\n\n[[listing.prices]]'
    profile.write_text(TINY.read_text().replace("[[listing.prices]]", rule, 1))
    body = f"<html><body><h1 class=listing>L</h1><p class=price>1 BTC</p>{said}</body></html>"
    return read_page(
        load_profile(str(profile)), body.encode(), uri="http://h/p/1", status=200,
        media_type="text/html", charset="utf-8", problem="",
    )  # fmt: skip


def test_a_profile_names_where_it_stands(tmp_path):
    reading = page(tmp_path, "<p class=stock>3 left</p>")
    assert reading.listing.stock == Stock(IN_STOCK, 3)
    assert reading.texts["stock"].text == "3 left"
    assert page(tmp_path, "").listing.stock is None


def test_what_is_not_understood_is_reported_and_costs_no_listing(tmp_path):
    reading = page(tmp_path, "<p class=stock>ask me</p>")
    assert (reading.kind, reading.listing.stock) == ("listing", None)
    assert reading.failed_assertions == ("stock: not understood: “ask me”",)


def listing(**more):
    return Listing(
        sources=("c",), method=Method(rule="x.v1", settings_sha256=""), confidence=CERTAIN,
        observed_at=datetime(2026, 1, 1, tzinfo=UTC), market="m", listing_key="k", title="t",
        description="", vendor_handle=None, category=(), price_amount=None, price_currency=None,
        ships_from=None, ships_to=None, feedback_count=None, listed_on=None, spans=(), **more,
    )  # fmt: skip


def test_a_record_without_stock_is_the_record_that_it_was():
    body = listing().body()
    assert not {"stock_state", "stock_n"} & set(body)
    assert record_from_body(body) == listing()
    told = listing(stock_state="in-stock", stock_n=3)
    assert told.body()["stock_n"] == 3
    assert record_from_body(told.body()) == told
    assert listing(stock_state="sold-out").body().get("stock_n") is None


@pytest.fixture(scope="module")
def world():
    return tell_world(7, load_behaviour("full"))


def test_the_range_shows_what_its_truth_says_and_it_changes(world):
    truth = {
        (row["market"], row["key"]): row["stock_shown"] for row in market_truth(world)["listings"]
    }
    profile = load_profile("range-cards")
    changed, states = 0, set()
    for market in world.markets:
        for number in range(1, len(market.passes) + 1):
            view = market.at(number)
            if view.layout != "cards":
                assert not any(
                    row["pass"] == number for one in view.listings
                    for row in truth[market.key, one.key]
                )  # fmt: skip
                continue
            site = Site(view)
            for one in view.listings[:60]:
                target = site.address("listing", one.key)
                answer = site.answer("GET", target, site.session_cookie(), b"")
                reading = read_page(
                    profile, answer.body, uri=f"http://h{target}", status=200,
                    media_type="text/html", charset="utf-8", problem="",
                )  # fmt: skip
                rows = {row["pass"]: row for row in truth[market.key, one.key]}
                stock = reading.listing.stock
                assert (stock.state, stock.n or None) == (
                    rows[number]["state"], rows[number]["n"] or None,
                )  # fmt: skip
                states.add(stock.state)
                before = rows.get(number - 1)
                changed += before is not None and before["n"] != rows[number]["n"]
    assert states == {IN_STOCK, SOLD_OUT, UNLIMITED}
    assert changed > 10
