# SPDX-License-Identifier: AGPL-3.0-or-later
"""The truth of the market side says what the world is, key by key, as the format promises."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from vestigo.training.behaviour.writing import behaviour_sha256
from vestigo.training.chain.ledger import make_ledger
from vestigo.training.truth import FORMAT, truth
from vestigo.training.truth.market import market_truth

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "range.md"


@pytest.fixture(scope="module", params=[("full", 1), ("doorways", 2), ("demo", 1)], ids=str)
def pair(request, told):
    """A world and the market side of its truth, as a reader of JSON gets it."""
    world = told(*request.param)
    return world, json.loads(json.dumps(market_truth(world)))


@pytest.fixture(scope="module")
def whole_truth(whole):
    return truth(whole, make_ledger(whole))


def test_it_names_format_seed_and_behaviour(whole, whole_truth):
    assert whole_truth["format"] == FORMAT == "vestigo.range.truth.v2"
    assert whole_truth["seed"] == 1
    assert whole_truth["behaviour"] == "full"
    assert whole_truth["behaviour_sha256"] == behaviour_sha256(whole.behaviour)


def test_venues_have_layouts_by_pass_and_addresses(pair):
    world, document = pair
    assert len(document["passes"]) == len(world.passes)
    for row, market in zip(document["markets"], world.markets, strict=True):
        assert (row["key"], row["name"], row["kind"]) == (market.key, market.name, market.kind)
        assert len(row["layouts"]) == len(world.passes)
        assert len(row["mirrors"]["genuine"]) == market.section.n_mirrors + 1
        assert len(row["mirrors"]["phishing"]) == market.section.n_phishing


def test_the_full_world_shows_four_layouts(told):
    document = market_truth(told("full"))
    assert {name for row in document["markets"] for name in row["layouts"]} == {
        "table", "cards", "forum", "minimal",
    }  # fmt: skip


def test_parties_and_vendors_agree(pair):
    _world, document = pair
    owner = {account: row["id"] for row in document["parties"] for account in row["accounts"]}
    assert owner == {
        f"{row['market']}/{row['handle']}": row["party"] for row in document["vendors"]
    }
    ways = {row["id"]: row["behaviour"] for row in document["parties"]}
    for row in document["vendors"]:
        assert row["behaviour"] == ways[row["party"]]
        assert row["addresses"]
        assert len(row["ships_from_code"]) == 2


def test_links_are_the_pairs_of_one_party_and_the_impostors(pair):
    world, document = pair
    section = world.behaviour.vendors
    same = [row for row in document["links"] if row["same"]]
    false = [row for row in document["links"] if not row["same"]]
    owner = {f"{row['market']}/{row['handle']}": row["party"] for row in document["vendors"]}
    assert len(same) == section.n_on_both
    assert len(false) == section.impostors
    assert all(row["a"] < row["b"] for row in document["links"])
    assert all((owner[row["a"]] == owner[row["b"]]) is row["same"] for row in document["links"])
    for relation in ("same_key", "new_key", "other_name"):
        assert sum(row["relation"] == relation for row in same) == getattr(section, relation)
    assert {row["relation"] for row in false} <= {"impostor"}


def test_every_listing_that_can_be_seen_is_there_once(pair):
    world, document = pair
    keys = [(row["market"], row["key"]) for row in document["listings"]]
    seen = {
        (market.key, one.key)
        for market in world.markets
        for number in range(1, len(world.passes) + 1)
        for one in market.at(number).listings
    }
    assert len(set(keys)) == len(keys)
    assert set(keys) == seen
    delisted = {(row["market"], row["key"]) for row in document["delisted"]}
    assert len(delisted) == world.behaviour.listings.delisted
    assert not delisted & seen


def test_each_listing_says_what_each_pass_shows(pair):
    world, document = pair
    for row in document["listings"]:
        market = world.market(row["market"])
        passes = range(row["first_pass"], row["last_pass"] + 1)
        assert [one["pass"] for one in row["prices_shown"]] == list(passes)
        shown = {number: market.at(number).listing(row["key"]) for number in passes}
        assert row["holding"] == [number for number in passes if shown[number].holding]
        assert [one["pass"] for one in row["holding_prices"]] == row["holding"]
        for one in row["prices_shown"]:
            offer = shown[one["pass"]].offers[0]
            if one["currency"] == "BTC":
                assert Decimal(one["amount"]) * 10**8 == offer.price_sat
            else:
                assert Decimal(one["amount"]) in (offer.eur, offer.usd)
        for change in row["changes"]:
            if change["pass"] in shown:
                assert change["title"] == shown[change["pass"]].title
                assert change["description"] == shown[change["pass"]].description


def test_offers_are_at_the_price_that_is_meant(pair):
    _world, document = pair
    for row in document["listings"]:
        for offer in row["offers"]:
            measure = {"mass": "grams", "units": "count", "volume": "ml"}[offer["kind"]]
            assert offer[measure] is not None
            assert row["holding_prices"] == [] or offer["price"] not in [
                {"amount": one["amount"], "currency": one["currency"]}
                for one in row["holding_prices"]
            ]
        assert row["price"]["currency"] == (
            "BTC" if row["display"] != "fiat" else row["price"]["currency"]
        )


def test_published_addresses_stand_where_the_truth_says(pair):
    world, document = pair
    for row in document["published_addresses"]:
        market = world.market(row["market"])
        if row["where"] == "vendor":
            assert row["address"] in market.vendor(row["vendor"]).profile
        else:
            assert row["address"] in market.listing(row["where"]).description


def test_orders_name_their_transactions(whole, whole_truth):
    txids = {one.txid for one in make_ledger(whole).payments}
    assert len(whole_truth["orders"]) == len(whole.orders)
    for row in whole_truth["orders"]:
        assert row["payment_txid"] in txids
        assert (row["release_txid"] is None) == row["is_direct"]
        assert re.fullmatch(r".\*\*\*.", row["buyer_shown"])


def test_no_hidden_name_of_a_buyer_is_told(whole_truth):
    rows = json.dumps([whole_truth["orders"], whole_truth["listings"], whole_truth["vendors"]])
    assert "buyer:" not in rows


def test_every_key_of_the_truth_is_documented(whole_truth):
    text = DOCUMENT.read_text("utf-8")
    for name, value in whole_truth.items():
        assert f"`{name}`" in text, name
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for key in value[0]:
                assert f"`{key}`" in text, (name, key)
