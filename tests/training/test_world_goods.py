# SPDX-License-Identifier: AGPL-3.0-or-later
"""Goods: the shipped ones cover six languages and every trap; files of others are data only."""

import re
from collections import Counter
from decimal import Decimal

import pytest

from vestigo.errors import ConfigurationError
from vestigo.training.behaviour import LANGUAGES, GoodsFile, load_behaviour
from vestigo.training.telling import tell_world
from vestigo.training.wares.goods import GOODS_CLASSES, KINDS, TRAPS
from vestigo.training.wares.reading import MOST_GOODS, read_goods

GOOD = """[[good]]
id = "a"
language = "en"
category = ["Drugs", "Weed"]
substances = ["cannabis"]
titles = ["Weed {q}"]
texts = ["Green."]
forms = [{ q = "1g", kind = "mass", grams = "1", eur = "10" }]
"""


@pytest.fixture(scope="module")
def shipped():
    return read_goods(load_behaviour("full").goods_files)


def read(text):
    return read_goods((GoodsFile("goods-mine.toml", text.encode()),))


def refused(text):
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    assert caught.value.code == "E-TRA-016"
    return caught.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_goods_of_each_kind(shipped, language):
    mine = [good for good in shipped if good.language == language]
    assert len(mine) >= 15
    assert {good.kind for good in mine} == set(KINDS)
    assert sum(len(good.titles) * len(good.texts) for good in mine) >= 90
    assert len({good.goods_class for good in mine}) >= 4


def test_every_trap_and_every_class_of_goods_is_there(shipped):
    assert {trap for good in shipped for trap in good.traps} >= set(TRAPS) - {"price_table"}
    assert {good.goods_class for good in shipped} == set(GOODS_CLASSES)


@pytest.mark.parametrize(
    "trap",
    ["1/2oz (14g)", "8ball", "½ oz", "QP", ".5 G", "(.1) GR", "1-G", "medio kilo", "un demi-kilo", "16 fl oz",
     "150µg", "200μg", "mg/ml", "2MG Xanax", "100x", "HYDRO WEED", "Hawaiian Snow", "Dom Perignon", "Dom Pérignon",
     "Ketama", "replacement", "R$ {p", "S/ {p", "COL$ {p", "MX$ {p", "u$s {p", "${p:XXX}", "CHF {p", "{u}", "no THC"],
)  # fmt: skip
def test_the_traps_of_real_listings_are_in_the_words(shipped, trap):
    words = " | ".join(
        " ".join(
            [
                *(one.text for one in (*good.titles, *good.texts)),
                *(form.label for form in good.forms),
            ]
        )
        for good in shipped
    )
    assert trap in words


def test_what_is_denied_or_only_mentioned_is_known(shipped):
    claims = Counter(
        claim.status
        for good in shipped
        for one in (*good.titles, *good.texts)
        for claim in one.claims
    )
    assert claims["negated"] >= 20
    assert claims["mentioned"] >= 12
    assert any(claim.status == "implied" for good in shipped for claim in good.claims)


def test_a_denied_substance_stands_in_its_text(shipped):
    for good in shipped:
        for wording in (*good.titles, *good.texts):
            negated = [one for one in wording.claims if one.status == "negated"]
            assert len(negated) <= 2
            assert all(claim not in good.claims for claim in negated)
            if negated:
                pattern = r"(?i)\b(no|not|never|sin|nada|sem|não|sans|pas|kein|keine|ohne|nicht|geen|zonder)\b"
                assert re.search(pattern, wording.text), wording.text


def test_a_good_is_read_with_its_defaults():
    (good,) = read(GOOD)
    assert (good.goods_class, good.traps, good.options, good.kind) == ("drug", (), False, "plain")
    assert good.forms[0].grams == Decimal(1)


def test_a_wording_may_say_what_is_so_about_it():
    wording = '{ text = "Weed {q} {p}", negated = ["thc"], purity = ["20"], prices = [{ amount = "5", currency = "EUR", per = "postage" }] }'
    (good,) = read(GOOD.replace('"Weed {q}"', wording))
    (title,) = good.titles
    assert [(one.substance, one.status) for one in title.claims] == [("thc", "negated")]
    assert title.purity == (Decimal(20),)
    assert title.prices[0].per == "postage"


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('id = "a"', 'id = "../a"', "id"), ('id = "a"', "id = 3", "id"), ('id = "a"\n', "", "id"),
        ('"en"', '"it"', "language"), ('["Drugs", "Weed"]', "[]", "category"),
        ('["Drugs", "Weed"]', '["<b>"]', "category"), ('["cannabis"]', '["Cannabis!"]', "substances"),
        ('["cannabis"]', '"cannabis"', "substances"), ('titles = ["Weed {q}"]\n', "", "titles"),
        ('"Weed {q}"', '"Weed"', "titles"), ('"Weed {q}"', '"Weed {q} {x}"', "text"),
        ('"Weed {q}"', '"Weed {q} {0.__class__}"', "text"), ('"Weed {q}"', '"Weed {q} {"', "text"),
        ('"Weed {q}"', '"Weed {q} \\u001b[31m"', "text"), ('"Weed {q}"', f'"{{q}} {"x" * 200}"', "text"),
        ('grams = "1"', 'grams = "0"', "grams"), ('grams = "1"', 'grams = "-1"', "grams"),
        ('grams = "1"', 'grams = "NaN"', "grams"), ('grams = "1"', 'grams = "1e999999999"', "grams"),
        ('grams = "1"', "grams = true", "grams"), (', grams = "1"', "", "grams"),
        ('kind = "mass"', 'kind = "heap"', "kind"), ('kind = "mass"', 'kind = "units"', "count"),
        ('kind = "mass"', 'kind = "volume"', "ml"), (', eur = "10"', "", "eur"),
        ('eur = "10"', 'eur = "free"', "eur"), ('[{ q = "1g"', '[1, { q = "1g"', "-"),
        ("substances", 'traps = ["pitfall"]\nsubstances', "traps"),
        ("substances", 'goods_class = "love"\nsubstances', "goods_class"),
        ("substances", "options = 1\nsubstances", "options"),
    ],
)  # fmt: skip
def test_a_good_that_is_not_as_it_has_to_be_is_refused_with_the_key(before, after, named):
    assert before in GOOD
    error = refused(GOOD.replace(before, after))
    assert f"“{named}”" in error.what
    assert error.where.startswith("goods-mine.toml [[good]] 1")


@pytest.mark.parametrize(("before", "near"), [("texts", "texts"), ("forms", "forms")])
def test_an_unknown_key_names_the_nearest(before, near):
    error = refused(GOOD + f"{before}_ = []\n")
    assert f"“{near}”" in error.what


def test_two_goods_of_one_id_are_refused():
    assert refused(GOOD + GOOD).where == "a"


@pytest.mark.parametrize(
    "text", ["", "x = 1", "[good]\n", "good = []\n", "good = [[[", "good = " + "[" * 5000, "\x00"]
)
def test_a_file_of_something_else_is_refused(text):
    refused(text)


def test_a_flood_of_goods_is_refused():
    refused("\n".join(f"[[good]]\nid = 'g{n}'" for n in range(MOST_GOODS + 1)))


def test_somebody_brings_goods_of_their_own(tmp_path):
    more = GOOD.replace('id = "a"', 'id = "b"').replace("Weed {q}", "Grass {q}")
    (tmp_path / "goods-mine.toml").write_text(GOOD + more)
    path = tmp_path / "mine.toml"
    path.write_text(
        "[world]\nlanguages = { en = 1 }\npasses = 1\ngoods = ['goods-mine.toml']\n"
        "[[market]]\n[vendors]\nn = 3\nsame_key = 0\nnew_key = 0\nsigned_transitions = 0\nother_name = 0\n"
        "other_name_with_key = 0\nimpostors = 0\nattacker = false\n[listings]\nn = 5\n[cash_out]\ntagged = 0\n"
        "peel_to_last = 0\npeel_outputs = 0\nconsolidate = 0\nwhirlpool = 0\nwasabi = 0\njoinmarket = 0\natm = 0\n"
        "gift_card = 0\nhold = 0\n"
    )
    world = tell_world(3, load_behaviour(str(path)))
    titles = {one.title for one in world.markets[0].at(1).listings}
    assert titles == {"Weed 1g", "Grass 1g"}
