# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reviews and payments: boxes, cover, chance, posteriors; never more than one can be right."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.index import ChainIndex
from ledger.ingest import ingest_file
from ledger.matching import Matcher, Matching, Price, Review
from ledger.matching.cover import greedy_cover
from ledger.odds import shipped_odds
from ledger.store import ChainStore
from vestigo.identifiers.bitcoin import decode_address
from vestigo.rates import Rate, RateTable

DAY = date(2023, 11, 15)
BEGIN = int(datetime(2023, 11, 14, 1, tzinfo=UTC).timestamp())
RATES = RateTable(
    Rate(on=date(2023, 11, day), currency="EUR", btc_price=Decimal(50_000), source="test")
    for day in range(1, 31)
)
MATCHING = Matching(before_days=2, after_days=0, tolerance=Decimal("0.02"))


def review(*prices: Price, key: str = "r", vendor: str = "m/v", paid: bool = True) -> Review:
    return Review(key, vendor, DAY, prices, paid)


def matched(chain, folder: Path, reviews, published=()):
    ingest_file(folder / "c", chain.write(folder / "b.dat"), "regtest")
    with ChainStore(folder / "c", "regtest") as store:
        index = ChainIndex.load(store)
    scripts = {decode_address(chain.address(name)).script for name in published}
    known = {"m/v": frozenset(index.script_number[one] for one in scripts)}
    return index, Matcher(index, RATES, MATCHING, known, shipped_odds()).match(reviews)


def sale(chain, value: int, to: str = "vendor") -> str:
    """A payment into escrow, and its release less the market's share."""
    chain.n += 1
    coin = chain.coin(f"buyer{chain.n}", value + 5_000)
    paid = chain.step([coin], [(f"escrow{chain.n}", value), (f"rest{chain.n}", 4_000)])
    chain.step([(paid, 0)], [("market", value * 3 // 100), (to, value * 96 // 100)])
    return paid


def test_a_payment_that_is_released_to_the_vendor_is_likelier_than_another(new_chain, tmp_path):
    chain = new_chain(BEGIN)
    right = sale(chain, 123_456)
    sale(chain, 123_456, to="somebody")
    price = Price(Decimal("0.00123456"), "BTC")
    index, found = matched(chain, tmp_path, [review(price)], ["vendor"])
    assert len(found) == 2
    assert index.txid(int(index.tx_of[found[0].output])) == right
    assert found[0].posterior > Decimal("0.5") > found[1].posterior
    assert sum(one.posterior for one in found) <= 1


def test_a_price_in_money_is_matched_at_the_rate_of_the_day_with_tolerance(new_chain, tmp_path):
    chain = new_chain(BEGIN)
    sale(chain, 100_900)  # 50 euro are 100,000 satoshi
    sale(chain, 140_000)
    _index, found = matched(chain, tmp_path, [review(Price(Decimal(50), "EUR"), paid=False)])
    assert [one.n_candidates for one in found] == [1]


def test_without_a_rate_nothing_is_matched(new_chain, tmp_path):
    chain = new_chain(BEGIN)
    sale(chain, 100_000)
    assert not matched(chain, tmp_path, [review(Price(Decimal(50), "USD"))])[1]


@pytest.mark.parametrize("amount", ["0", "-1", "0.00000001", "21000000"])
def test_an_absurd_price_is_no_error(new_chain, tmp_path, amount: str):
    chain = new_chain(BEGIN)
    sale(chain, 100_000)
    assert not matched(chain, tmp_path, [review(Price(Decimal(amount), "BTC"))])[1]


def test_nothing_before_the_window_is_a_candidate(new_chain, tmp_path):
    chain = new_chain(BEGIN - 9 * 86_400)
    sale(chain, 123_456)
    chain.mine(hours=24 * 9)
    price = Price(Decimal("0.00123456"), "BTC")
    assert not matched(chain, tmp_path, [review(price)])[1]


def test_an_address_that_covers_more_reviews_speaks_for_a_candidate(new_chain, tmp_path):
    chain = new_chain(BEGIN)
    prices = [Price(Decimal(f"0.0012345{n}"), "BTC") for n in range(3)]
    for price in prices:
        sale(chain, int(price.amount * 100_000_000))
    reviews = [review(price, key=f"r{n}") for n, price in enumerate(prices)]
    _index, found = matched(chain, tmp_path, reviews)
    assert all(one.features.get("covers_many") for one in found)


sets = st.dictionaries(st.integers(0, 8), st.sets(st.integers(0, 12)), max_size=9)


@given(sets)
def test_the_cover_covers_what_it_says_and_nothing_alone(reached):
    cover = greedy_cover(reached, range(13))
    for script, covered in cover.covered_by.items():
        assert len(covered) >= 2
        assert all(script in reached[one] for one in covered)
    for one, scripts in reached.items():
        assert 0 <= cover.others(scripts, one) < max(len(reached), 1)
