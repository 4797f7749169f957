# SPDX-License-Identifier: AGPL-3.0-or-later
"""Orders: paid when the listing was there at the price it showed, then reviewed, then released."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from vestigo.training.rates import RangeRates
from vestigo.training.sales import MIX_REVENUE_SAT, MIXES, buyer_names
from vestigo.training.timeline import LAST_ORDER_AT, SEEN_AT, STORY_BEGINS_AT, STORY_ENDS_AT

WORLDS = [("demo", 1), ("demo", 9), ("full", 1), ("full", 3), ("doorways", 2)]


@pytest.fixture(params=WORLDS, ids=str)
def world(request, told):
    return told(*request.param)


def state_of(world, order):
    listing = world.market(order.market).listing(order.listing_key)
    pass_no = next(n for n, at in enumerate(world.passes, 1) if order.paid_at < at)
    return listing, listing.at(pass_no), pass_no


def test_orders_are_numbered_in_the_order_of_payment(world):
    assert [one.number for one in world.orders] == list(range(len(world.orders)))
    assert all(a.paid_at <= b.paid_at for a, b in pairwise(world.orders))
    assert sum(len(market.orders) for market in world.markets) == len(world.orders)


def test_an_order_is_paid_then_reviewed_then_released(world):
    for order in world.orders:
        assert STORY_BEGINS_AT <= order.paid_at < LAST_ORDER_AT
        if order.is_direct:
            assert (order.reviewed_at, order.released_at, order.comment) == (None, None, "")
            continue
        assert timedelta(hours=14) <= order.reviewed_at - order.paid_at <= timedelta(hours=72)
        assert order.reviewed_at < order.released_at < STORY_ENDS_AT
        assert 2 <= order.rating <= 5


def test_an_order_costs_what_the_listing_showed_then(world):
    rates = RangeRates(world.seed)
    for order in world.orders:
        posted, shown, pass_no = state_of(world, order)
        assert posted.seen_on(pass_no)
        assert not shown.holding
        assert shown.posted_on < order.paid_at.date()
        assert shown.vendor == order.vendor
        offer = shown.offers[order.option]
        if shown.display == "fiat":
            amount = offer.eur if shown.fiat == "EUR" else offer.usd
            price = rates.price(order.paid_at.date(), shown.fiat)
            assert abs(Decimal(order.price_sat) / 10**8 * price - amount) < Decimal("0.01")
        else:
            assert order.price_sat == offer.price_sat


def test_the_orders_of_an_account_are_as_many_as_asked_for(world):
    section = world.behaviour.vendors
    for party in world.parties:
        for one in world.vendors_of(party.id):
            mine = [
                o
                for o in world.orders
                if (o.market, o.vendor) == (one.market, one.handle) and not o.is_direct
            ]
            mixing = party.behaviour in MIXES and one.account == party.accounts[0]
            hostile = any(
                o.is_hostile for o in world.market(one.market).listings if o.vendor == one.handle
            )
            if not mixing and not hostile:
                assert section.orders_least <= len(mine) <= section.orders_most


def test_parties_who_mix_have_earned_enough(world):
    for party in world.parties:
        if party.behaviour in MIXES:
            earned = sum(one.price_sat for one in world.orders if one.party == party.id)
            assert earned >= MIX_REVENUE_SAT


def test_direct_deals_are_paid_to_the_address_of_the_listing(world):
    direct = [one for one in world.orders if one.is_direct]
    assert direct
    for order in direct:
        assert world.market(order.market).listing(order.listing_key).direct_address


def test_buyers_are_those_of_the_behaviour(world):
    names = set(buyer_names(world.behaviour.ledger.n_buyers))
    assert {one.buyer for one in world.orders} <= names


def test_feedback_grows_from_pass_to_pass(told):
    world = told("full", 3)
    for market in world.markets:
        views = [market.at(n) for n in range(1, len(world.passes) + 1)]
        for before, after in pairwise(views):
            assert set(before.feedback) <= set(after.feedback)
        for view in views:
            assert all(one.reviewed_at <= view.moment for one in view.feedback)
            assert all(a.reviewed_at >= b.reviewed_at for a, b in pairwise(view.feedback))
    total = [sum(len(m.at(n).feedback) for m in world.markets) for n in (1, 2, 3)]
    assert 0 < total[0] < total[1] <= total[2]


def test_the_last_pass_is_the_day_of_looking(world):
    assert world.passes[-1] == SEEN_AT
    step = timedelta(days=world.behaviour.world.days_between_passes)
    assert all(b - a == step for a, b in pairwise(world.passes))


def test_comments_are_in_the_language_of_the_listing_or_english(told):
    comments = [
        one.comment for one in told("full", 1).orders if one.comment and "=1+1" not in one.comment
    ]
    assert len(set(comments)) > len(comments) / 3
    assert not any("[" in one or "|" in one for one in comments)
