# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole inputs: who comes first, how many, in which order, and what strangers get."""

import json
import lzma
import random

import pytest

from nlp.linking import candidates
from nlp.linking.jsonl import pair_lines
from nlp.linking.linking import likeliest
from nlp.linking.profile import Profile
from nlp.linking.table import shipped_table

TABLE = shipped_table()
SENTENCES = [
    "We pack every order twice in foil from our own roll.",
    "Ask before you order more than a handful, our scale is old.",
    "The cat sits on parcels that leave late, blame her.",
    "Between Christmas and Epiphany nobody goes to the post office.",
    "Lost letters are shared half and half after twenty one days.",
    "Do not write novels, two lines are enough for us.",
    "Mountain herbs from the south slope, dried in the attic.",
    "Whoever asks for a discount pays the double, no joke.",
    "Coordinates are never sent, we only do paper mail.",
    "New customers begin with the smallest bag, like everybody did.",
    "Our printer is broken, so labels are written by hand.",
    "We moved the stock before the flood, all is dry.",
]


def account(number, handle, *sentences, market="m", **fields):
    text = "\n".join(SENTENCES[n] for n in sentences)
    return Profile(id=f"{market}/{number}", market=market, handle=handle, text=text, **fields)


def strangers(n):
    dice = random.Random(7)
    names = ["".join(dice.choice("bdfgklmnprst") + dice.choice("aeiou") for _ in range(4))
             for _n in range(n)]  # fmt: skip
    words = ["".join(dice.choice("bdfgklmnprst") + dice.choice("aeiou") for _ in range(3))
             for _n in range(400)]  # fmt: skip
    return [
        Profile(id=f"s{number:03}", handle=name, text=" ".join(dice.choices(words, k=60)) + ".")
        for number, name in enumerate(names)
    ]


def first_of(profiles):
    found = likeliest(profiles, TABLE)
    return {profiles[p[0].one].id: (profiles[p[0].other].id, p[0].verdict) for p in found if p}


def test_another_name_is_found_by_its_words():
    pair = [account(1, "tortuga", 0, 1, 2, 3, 4, 5), account(2, "zephyrine", 3, 4, 5, 1, 6, 7)]
    others = [account(9, "halcyon", 8, 9, 10, 11)]
    first = first_of([*strangers(40), *pair, *others])
    assert first["m/1"][0] == "m/2"
    assert first["m/2"][0] == "m/1"
    assert first["m/1"][1].band != "strong"


def test_at_most_ten_by_probability_then_by_id():
    profiles = strangers(30)
    lines = list(pair_lines(profiles, TABLE))
    by_a = {}
    for line in lines:
        by_a.setdefault(line["a"], []).append(line)
    assert list(by_a) == [profile.id for profile in profiles]
    for own, rows in by_a.items():
        assert len(rows) == 10
        order = [(-row["probability"], row["b"]) for row in rows]
        assert order == sorted(order)
        assert own not in {row["b"] for row in rows}
        assert all(set(row) == {"a", "b", "probability", "band", "signals"} for row in rows)


def test_the_same_input_gives_the_same_lines_and_both_ways_the_same_probability():
    profiles = strangers(25)
    lines = list(pair_lines(profiles, TABLE))
    assert lines == list(pair_lines(profiles, TABLE))
    told = {(line["a"], line["b"]): line["probability"] for line in lines}
    for (a, b), probability in told.items():
        assert told.get((b, a), probability) == pytest.approx(probability, abs=1e-4)


def test_the_market_plays_no_part():
    pair = [account(1, "tortuga", 0, 1, 2, 3), account(2, "tortuga", 0, 1, 2, 3)]
    elsewhere = [pair[0], account(2, "tortuga", 0, 1, 2, 3, market="n")]
    here = next(likeliest([*pair, *strangers(20)], TABLE))[0]
    there = next(likeliest([*elsewhere, *strangers(20)], TABLE))[0]
    assert here.probability == there.probability


def test_empty_accounts_are_compared_without_harm():
    profiles = [Profile(id=str(n)) for n in range(4)]
    found = list(likeliest(profiles, TABLE))
    assert [len(pairs) for pairs in found] == [3, 3, 3, 3]
    assert {pair.verdict.band for pairs in found for pair in pairs} == {"weak"}
    assert list(likeliest([], TABLE)) == []
    assert list(likeliest(profiles[:1], TABLE)) == [[]]


def test_hostile_texts_are_compared_without_harm():
    texts = ["\x00\ud800\u202e" * 50, "a" * 50_000, "🙂 " * 500, "-----BEGIN PGP PUBLIC KEY BLOCK-----",
             "(" * 5_000, "ﬁ" * 100, "http://" * 400, "@" * 3000]  # fmt: skip
    profiles = [Profile(id=str(n), handle=text[:200], text=text) for n, text in enumerate(texts)]
    assert len(list(likeliest(profiles, TABLE))) == len(texts)


def test_a_contact_that_half_the_input_shows_says_nothing():
    many = [
        Profile(id=p.id, handle=p.handle, text=p.text, contacts=(("email", "help@market.example"),))
        for p in strangers(30)
    ]
    for pairs in likeliest(many, TABLE):
        assert "contact" not in {s.name for s in pairs[0].verdict.signals if s.weight}


def test_blocking_misses_no_pair_that_comparing_all_finds(monkeypatch):
    pair = [account(1, "tortuga", 0, 1, 2, 3, 4, 5), account(2, "zephyrine", 3, 4, 5, 1, 6, 7)]
    same = [Profile(id="k1", handle="Marabou", text="x"), Profile(id="k2", handle="marabou2")]
    mail = (("jabber", "owl@jabber.example"),)
    reached = [Profile(id="c1", handle="owlet", contacts=mail), Profile(id="c2", contacts=mail)]
    named = [
        Profile(id="n1", handle="quillon"),
        Profile(id="n2", text="also known as Quillon here"),
    ]
    profiles = [*strangers(90), *pair, *same, *reached, *named]
    blocked = first_of(profiles)
    monkeypatch.setattr(candidates, "ALL_PAIRS", 10_000)
    everything = first_of(profiles)
    for own, (other, verdict) in everything.items():
        if verdict.probability > 0.01:
            assert blocked[own][0] == other
    for a, b in (("m/1", "m/2"), ("k1", "k2"), ("c1", "c2"), ("n1", "n2")):
        assert blocked[a][0] == b


def test_a_crowd_with_one_name_is_bounded():
    crowd = [Profile(id=f"c{n:03}", handle="weed", text=f"copy {n}") for n in range(300)]
    comparison_sizes = [len(pairs) for pairs in likeliest(crowd, TABLE)]
    assert set(comparison_sizes) == {10}


@pytest.mark.real
def test_no_two_real_strangers_are_strong(real_data):
    profiles = []
    sources = (("listings/dream-vendors-2016.jsonl.xz", "seller_name", "description"),
               ("agora-2014/open.vendors.jsonl.xz", "vendor", "bio"))  # fmt: skip
    for name, handle, text in sources:
        with lzma.open(real_data / name) as lines:
            for line in lines:
                row = json.loads(line)
                profiles.append(Profile(id=f"{name[:5]}/{row[handle]}", handle=row[handle],
                                        text=row[text] or "", pgp=row["pgp"] or ""))  # fmt: skip
    hidden = [Profile(id=p.id, handle=p.handle, text=p.text.split("-----BEGIN PGP")[0])
              for p in profiles]  # fmt: skip
    for given in (profiles, hidden):
        bands = [pair.verdict.band for pairs in likeliest(given, TABLE) for pair in pairs]
        assert bands.count("strong") == 0
        assert bands.count("possible") <= 20
