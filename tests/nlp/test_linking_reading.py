# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is read from one account: text without armour, marks, names of others, habits."""

import numpy as np
import pytest

from nlp.linking.grams import N_COLUMNS, character_grams, shingles, word_grams
from nlp.linking.habits import alikeness, habits_of
from nlp.linking.marks import marks_of
from nlp.linking.passages import shared_passages
from nlp.linking.profile import Profile
from nlp.linking.statements import nameable, namings
from nlp.linking.stripping import plain_text, strip_armour

ARMOUR = (
    "-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: X\n\nmQENBFMU\n"
    "-----END PGP PUBLIC KEY BLOCK-----"
)


def marks(text="", **fields):
    profile = Profile(id="x", text=text, **fields)
    return marks_of(profile, plain_text(profile))


def test_armour_is_taken_out_and_what_was_signed_stays():
    text = (
        f"before\n{ARMOUR}\nbetween\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nsaid so\n"
        "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\nafter"
    )
    assert strip_armour(text).split() == ["before", "between", "said", "so", "after"]


def test_armour_without_an_end_takes_the_rest():
    assert strip_armour("a\n" + ARMOUR[:60]).split() == ["a"]


def test_identifiers_are_no_words():
    plain = plain_text(Profile(id="x", text="Write to lena@mail.example today"))
    assert plain.words == ("write", "to", "today")


def test_contacts_from_fields_and_text_meet():
    given = marks(contacts=(("email", "Lena@Mail.example"), ("icq", "12345678")))
    written = marks("Jabber: lena@mail.example or ICQ: 12345678")
    assert given.contacts & written.contacts == {"mail lena@mail.example", "icq 12345678"}
    assert written.names == {"lena"}


def test_addresses_and_contacts_are_kept_apart():
    found = marks(
        contacts=(("btc", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"), ("email", "a@b.example"))
    )
    assert found.addresses == {"btc 1BoatSLRHtKNngkdXEeobR76b53LETtpyT"}
    assert found.contacts == {"mail a@b.example"}


def test_a_link_to_one_page_is_a_mark_and_a_bare_market_is_none():
    onion = "silkroad5v7dywlc.onion"
    assert marks(f"http://{onion}/index.php?topic=12964").links
    assert not marks(f"http://{onion}/").links


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I was on the old market as NordicSun", "statement"),
        ("formerly known as Nordic Sun!", "statement"),
        ("my profile: http://abc.example/user/nordicsun", "statement"),
        ("antes NordicSun, ahora aqui", "statement"),
        ("greetings from NordicSun country", "mention"),
    ],
)
def test_a_text_names_another_account(text, level):
    found = namings(text, {"nordicsun": None})
    assert found["nordicsun"].level == level
    place = found["nordicsun"]
    assert text[place.start : place.end].lower().replace(" ", "") == "nordicsun"


@pytest.mark.parametrize(
    "text",
    [
        "beware of the fake NordicSun",
        "NordicSun is a scammer",
        "we are not affiliated with NordicSun",
    ],
)
def test_a_warning_is_no_naming(text):
    assert namings(text, {"nordicsun": None}) == {}


def test_everyday_words_are_not_looked_for():
    assert nameable("Quality", frozenset({"quality"})) == ""
    assert nameable("abc", frozenset()) == ""
    assert nameable("Nordic-Sun", frozenset()) == "nordicsun"


def test_habits_tell_two_hands_apart():
    loud = "HELLO FRIENDS!!! BEST PRICES!!! WE SHIP FAST!!! ORDER NOW!!! " * 20
    quiet = "- we answer within a day, always.\n- please, be patient (we are two).\n" * 20
    one, again, other = habits_of(loud[:700]), habits_of(loud[100:900]), habits_of(quiet)
    assert alikeness(one, again) > alikeness(one, other)
    assert habits_of("too short") is None


def test_grams_stay_inside_of_words():
    assert set(character_grams("ab cd").columns) == set(character_grams("cd ab").columns)
    assert len(character_grams("").columns) == len(character_grams("   ").columns)
    assert set(word_grams(["a", "b"]).columns) != set(word_grams(["b", "a"]).columns)
    assert word_grams([]).columns.size == 0
    assert character_grams("x" * 5000).columns.max() < N_COLUMNS


def test_shingles_are_runs_of_words():
    words = ["one", "two", "three", "four", "five", "six"]
    runs = shingles(words, 5)
    assert len(runs) == 2
    assert np.array_equal(shingles(words[1:], 5), runs[1:])
    assert shingles(words[:4], 5).size == 0


def test_shared_passages_are_marked_in_both_texts():
    said = "We ship every day before noon from the north"
    one, other = f"Hello! {said}. Bye", f"Servus.\n{said.upper()} and elsewhere"
    (first,), (second,) = shared_passages(one, other)
    assert one[slice(*first)] == said
    assert other[slice(*second)] == said.upper()


def test_two_passages_stay_two():
    a, b = "alpha beta gamma delta epsilon", "one two three four five"
    first, second = shared_passages(f"{a} - {b}", f"{b} and then {a}")
    assert len(first) == 1 or len(first) == 2
    assert len(second) == 2


def test_strangers_share_no_passage():
    assert shared_passages("a b c d e f", "g h i j k l") == ([], [])
