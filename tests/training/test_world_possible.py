# SPDX-License-Identifier: AGPL-3.0-or-later
"""Worlds that cannot be: a typed error says what to change, before anything is drawn."""

import pytest

from vestigo.errors import ConfigurationError
from vestigo.training.behaviour import load_behaviour
from vestigo.training.telling import tell_world

ONE_MARKET = "[[market]]\nkey = 'a'\n"
TWO_MARKETS = ONE_MARKET + "[[market]]\nkey = 'b'\n"
ALONE = "same_key = 0\nnew_key = 0\nsigned_transitions = 0\nother_name = 0\nother_name_with_key = 0\nimpostors = 0\n"
NO_WAYS = "[cash_out]\n" + "".join(
    f"{way} = 0\n"
    for way in ("tagged", "peel_to_last", "peel_outputs", "consolidate", "whirlpool", "wasabi",
                "joinmarket", "atm", "gift_card", "hold")
)  # fmt: skip


def load(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return load_behaviour(str(path))


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        (ONE_MARKET * 2, "same key", "[[market]]"),
        ("[[market]]\nkind = 'shop'\n", "dark_market", "[[market]]"),
        ("[[market]]\nredesign_layout = 'cards'\n", "redesign_at_pass", "both or neither"),
        ("[[market]]\nredesign_at_pass = 2\n", "redesign_layout", "both or neither"),
        ("[world]\npasses = 6\ndays_between_passes = 30\n", "150 days", "[world]"),
        ("[vendors]\nn = 10\nsame_key = 20\n", "more than 10 parties", "same_key"),
        (ONE_MARKET, "need two dark markets", "[[market]]"),
        (TWO_MARKETS + "[vendors]\nn = 2\n" + ALONE + NO_WAYS, "fewer ordinary", "Raise n"),
        (TWO_MARKETS + "[vendors]\nn = 10\n" + ALONE.replace("impostors = 0", "impostors = 6") + NO_WAYS,
         "more impostors", "impostors"),
        ("[vendors]\nsigned_transitions = 3\n", "signed_transitions is more", "new_key"),
        ("[vendors]\nother_name_with_key = 9\n", "other_name_with_key is more", "other_name"),
        ("[vendors]\norders_least = 9\n", "orders_least is more", "orders_most"),
        ("[cash_out]\nhold = 30\n", "[cash_out] plans 60 parties, there are 39", "[cash_out]"),
        ("[listings]\nn = 20\n", "too few for 48 accounts", "to 48"),
        ("[vendors]\norders_least = 40\norders_most = 40\n", "3760 transactions", "most_transactions"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_to_change(text, what, remedy, tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text)
    assert caught.value.code == "E-TRA-013"
    assert what in caught.value.what
    assert remedy in caught.value.remedy
    assert str(tmp_path) in caught.value.where


def test_more_listings_than_the_goods_can_give_are_refused(tmp_path):
    text = (
        ONE_MARKET
        + "[world]\nlanguages = { nl = 1 }\n[vendors]\nn = 3\nattacker = false\n"
        + ALONE
        + NO_WAYS
    )
    behaviour = load(tmp_path, text + "[listings]\nn = 400\n")
    with pytest.raises(ConfigurationError, match="E-TRA-017") as caught:
        tell_world(1, behaviour)
    assert "400 listings" in caught.value.what
    assert "[listings]" in caught.value.remedy


def test_a_language_without_goods_is_refused(tmp_path):
    text = "[world]\nlanguages = { de = 1 }\ngoods = ['goods-es.toml']\n"
    with pytest.raises(ConfigurationError, match="E-TRA-017"):
        tell_world(1, load(tmp_path, text))


def test_the_smallest_world_is_one_seller_of_one_thing(tmp_path):
    text = (
        ONE_MARKET + "[world]\npasses = 1\n[vendors]\nn = 1\nattacker = false\n" + ALONE + NO_WAYS
    )
    world = tell_world(1, load(tmp_path, text + "[listings]\nn = 1\ndelisted = 0\n"))
    assert [len(one.vendors) for one in world.markets] == [1]
    assert len(world.markets[0].at(1).listings) == 1
    assert world.orders


def test_a_world_of_only_peculiar_parties_is_told(tmp_path):
    text = (
        TWO_MARKETS
        + "[vendors]\nn = 16\nsame_key = 2\nnew_key = 3\nother_name = 3\nimpostors = 8\nattacker = false\n"
    )
    world = tell_world(5, load(tmp_path, text + "[listings]\nn = 60\n" + NO_WAYS))
    relations = [one.relation for market in world.markets for one in market.vendors]
    assert relations.count("single") == 0
    assert relations.count("impostor") == 8
