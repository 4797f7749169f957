# SPDX-License-Identifier: AGPL-3.0-or-later
"""Listings: as many as asked for, true to the letter, changing as the behaviour says."""

from collections import Counter
from decimal import Decimal

import pytest

from vestigo.training.rates import RangeRates
from vestigo.training.wares.shelves import HOLDING_EUR
from vestigo.training.world import PRICE_DISPLAYS, STATUSES

WORLDS = [("demo", 1), ("demo", 5), ("full", 1), ("full", 2), ("doorways", 3)]


def everything(world):
    return [one for market in world.markets for one in market.listings]


def on_sale(world, pass_no=1):
    return [one for market in world.markets for one in market.at(pass_no).listings]


@pytest.fixture(params=WORLDS, ids=str)
def world(request, told):
    return told(*request.param)


def test_the_first_pass_shows_as_many_as_asked_for(world):
    assert len(on_sale(world)) == world.behaviour.listings.n
    gone = [one for market in world.markets for one in market.at(1).gone]
    assert len(gone) == world.behaviour.listings.delisted


def test_every_account_has_something_on_sale_on_every_pass(world):
    for market in world.markets:
        for pass_no in range(1, len(world.passes) + 1):
            sellers = {one.vendor for one in market.at(pass_no).listings}
            assert sellers == {one.handle for one in market.vendors}


def test_venues_have_their_share(whole):
    counts = [len(market.at(1).listings) for market in whole.markets]
    shares = [market.section.share for market in whole.markets]
    for n, share in zip(counts, shares, strict=True):
        assert abs(n / sum(counts) - share / sum(shares)) < 0.05


def test_six_languages_each_by_their_speakers(whole):
    spoken = Counter(one.language for one in on_sale(whole))
    assert len(spoken) == 6
    assert min(spoken.values()) >= 20
    for market in whole.markets:
        assert all(one.language == market.vendor(one.vendor).language for one in market.listings)


def test_kinds_are_as_often_as_asked_for(whole):
    listings = [one for one in on_sale(whole) if not one.is_hostile]
    section = whole.behaviour.listings
    other = sum(one.goods_class not in ("drug", "medicine", "precursor") for one in listings)
    assert abs(other / len(listings) * 100 - section.other_goods_percent) < 5
    options = sum(len(one.offers) > 1 for one in listings)
    assert abs(options / len(listings) * 100 - section.multi_option_percent) < 6
    trapped = sum(bool(one.traps) for one in listings)
    assert trapped / len(listings) * 100 >= section.trap_percent


def test_prices_are_shown_in_every_way(whole):
    shown = Counter(one.display for one in on_sale(whole))
    assert set(shown) == set(PRICE_DISPLAYS)
    fiat = shown["fiat"] / sum(shown.values()) * 100
    assert abs(fiat - whole.behaviour.listings.fiat_only_percent) < 7
    assert {one.fiat for one in on_sale(whole)} == {"EUR", "USD"}


def test_no_place_is_left_unfilled(world):
    for one in everything(world):
        if not one.is_hostile:
            assert "{" not in one.title + one.description, one.title
            assert "[" not in one.description
        assert one.title == one.title.strip() or one.is_hostile


def test_a_price_in_the_text_is_the_price(world):
    """Every price that the truth has stands in the words, written as that language does."""
    for one in everything(world):
        text = f"{one.title}\n{one.description}"
        for price in one.text_prices:
            plain = f"{price.amount:f}"
            written = {
                plain,
                plain.replace(".", ","),
                f"{price.amount:,f}",
                f"{price.amount:,f}".replace(",", "."),
            }
            assert any(form in text for form in written), (one.title, price)
    bare = [p for one in everything(world) for p in one.text_prices if p.currency is None]
    assert bare or world.behaviour.name != "full"


def test_every_option_stands_in_the_text(world):
    for one in everything(world):
        if len(one.offers) > 1:
            assert len([p for p in one.text_prices if p.per == "package"]) >= len(one.offers)
            for offer in one.offers:
                assert offer.label in one.description
                amount = offer.eur if one.fiat == "EUR" else offer.usd
                assert f"{amount:f}" in one.description


def test_a_substance_is_claimed_once(world):
    for one in everything(world):
        names = [claim.substance for claim in one.substances]
        assert len(set(names)) == len(names)
        assert all(claim.status in STATUSES for claim in one.substances)


def test_goods_that_are_no_drugs_offer_no_substance(world):
    for one in everything(world):
        offered = [c for c in one.substances if c.status in ("stated", "implied")]
        assert bool(offered) == (one.goods_class in ("drug", "medicine", "precursor"))


def test_the_bitcoin_price_is_the_euro_price_of_the_day_of_posting(world):
    rates = RangeRates(world.seed)
    for one in everything(world):
        for offer in one.offers:
            euro = Decimal(offer.price_sat) / 10**8 * rates.eur(one.posted_on)
            assert abs(euro - offer.eur) < 1


def test_a_direct_address_stands_in_its_text(world):
    direct = [one for one in everything(world) if one.direct_address]
    assert direct
    for one in direct:
        assert one.direct_address in one.description
        assert one.first_pass == 1


def test_one_party_sells_the_same_things_under_both_names(whole):
    by_account = {}
    for one in on_sale(whole):
        by_account.setdefault(f"{one.market}/{one.vendor}", set()).add(one.title)
    shared = [
        len(by_account[a] & by_account[b]) for party in whole.parties if len(party.accounts) == 2
        for a, b in [party.accounts]
    ]  # fmt: skip
    assert sum(shared) >= 5


def test_the_market_changes_as_often_as_the_behaviour_says(told):
    world = told("full", 2)
    churn = world.behaviour.churn
    for pass_no in (2, 3):
        before = [one for one in everything(world) if one.seen_on(pass_no - 1)]
        n = sum(not one.is_hostile for one in before)
        vanished = sum(one.last_pass == pass_no - 1 for one in before)
        assert vanished == n * churn.vanished_percent // 100
        new = sum(one.first_pass == pass_no for one in everything(world))
        assert new == len(before) * churn.new_percent // 100
        changed = [c for one in before for c in one.changes if c.pass_no == pass_no]
        held = [c for c in changed if "holding" in c.what]
        assert 0 < len(held) <= n * churn.holding_percent // 100
        ordinary = [c for c in changed if not {"holding", "sale"} & set(c.what)]
        assert 0 < len(ordinary) <= n * churn.changed_percent // 100


def test_a_new_listing_is_posted_between_the_passes(world):
    for one in everything(world):
        if one.first_pass > 1:
            after, until = (
                world.passes[one.first_pass - 2].date(),
                world.passes[one.first_pass - 1].date(),
            )
            assert after <= one.posted_on < until


def test_an_absurd_price_is_shown_and_the_text_goes_on(told):
    world = told("doorways", 3)
    held = [one for one in everything(world) if any(c.holding for c in one.changes)]
    assert len(held) > 10
    for one in held:
        for change in one.changes:
            if "holding" in change.what:
                shown = one.at(change.pass_no)
                assert shown.holding
                assert int(shown.offers[0].eur) in HOLDING_EUR
                assert shown.offers[0].eur > 20 * one.offers[0].eur
                before = one.at(change.pass_no - 1)
                assert (shown.title, shown.description) == (before.title, before.description)
    back = [c for one in held for c in one.changes if "sale" in c.what]
    assert back
    assert not any(c.holding for c in back)


def test_what_changed_is_named(told):
    named = Counter()
    for seed in (1, 2, 3):
        for one in everything(told("full", seed)):
            for change in one.changes:
                before, after = one.at(change.pass_no - 1), one.at(change.pass_no)
                (what,) = change.what
                named[what] += 1
                fields = {
                    "price": "offers", "title": "title", "description": "description",
                    "ships_to": "ships_to", "holding": "offers", "sale": "offers",
                }  # fmt: skip
                assert getattr(before, fields[what]) != getattr(after, fields[what])
    assert set(named) == {"price", "title", "description", "ships_to", "holding", "sale"}


def test_a_vanished_listing_is_linked_once_more_and_gone(told):
    world = told("full", 2)
    for market in world.markets:
        view = market.at(2)
        for one in view.gone:
            assert one.last_pass == 1
            assert view.listing(one.key) is None
            assert market.listing(one.key) is not None


def test_the_hostile_listing_carries_every_kind_of_attack(demo):
    (listing,) = [one for one in everything(demo) if one.is_hostile]
    for attack in (
        "{{7*7}}",
        "${7*7}",
        "<script>",
        "=HYPERLINK",
        "\x1b[31m",
        "\u202e",
        "../../etc/passwd",
    ):
        assert attack in listing.title
        assert attack in listing.description
