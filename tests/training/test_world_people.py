# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parties and accounts: who is one party, who only says so, and what they have in common."""

from collections import Counter
from difflib import SequenceMatcher

import pysequoia
import pytest

from vestigo.identifiers.bitcoin import decode_address
from vestigo.training.behaviour import LANGUAGES, load_behaviour
from vestigo.training.people.handles import look_alike, variant
from vestigo.training.people.parties import proportional
from vestigo.training.people.voices import Voice
from vestigo.training.people.wealth import MIXES
from vestigo.training.stream import Stream
from vestigo.training.vocabulary import common_words, hostile, vocabulary
from vestigo.training.world import CASH_OUTS, RELATIONS

WORLDS = [("demo", 1), ("demo", 2**31 - 1), ("full", 1), ("full", 2), ("full", 77), ("doorways", 1)]
SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"


def accounts(world):
    return {one.account: one for market in world.markets for one in market.vendors}


def pairs(world, *relations):
    every = accounts(world)
    return [(one, every[one.related_to]) for one in every.values() if one.relation in relations]


def body(profile):
    """Return the sentences of a profile, without its addresses."""
    return [
        line
        for line in profile.split("\n")
        if not any(c.isdigit() and len(w) > 25 for w in line.split() for c in w)
    ]


@pytest.fixture(params=WORLDS, ids=str)
def world(request, told):
    return told(*request.param)


def test_there_are_as_many_as_the_behaviour_says(world):
    section = world.behaviour.vendors
    relations = Counter(one.relation for one in accounts(world).values())
    assert len(world.parties) == section.n
    for name in ("same_key", "new_key", "other_name"):
        assert relations[name] == getattr(section, name)
    assert relations["impostor"] == section.impostors
    assert relations["original"] == section.n_on_both
    assert set(relations) <= set(RELATIONS)


def test_parties_on_two_markets_have_two_accounts_on_two_markets(world):
    double = [one for one in world.parties if len(one.accounts) > 1]
    assert len(double) == world.behaviour.vendors.n_on_both
    for party in double:
        assert len({name.partition("/")[0] for name in party.accounts}) == len(party.accounts) == 2
        assert {one.party for one in world.vendors_of(party.id)} == {party.id}


def test_every_venue_has_vendors_and_a_shop_has_one(world):
    for market in world.markets:
        assert market.vendors
        if market.kind == "shop":
            assert len(market.vendors) == 1


def test_names_and_addresses_are_unique(world):
    every = accounts(world).values()
    for market in world.markets:
        handles = [one.handle.casefold() for one in market.vendors]
        assert len(set(handles)) == len(handles)
    addresses = [one.address for one in every]
    addresses += [
        one.direct_address
        for market in world.markets
        for one in market.listings
        if one.direct_address
    ]
    assert len(set(addresses)) == len(addresses)
    assert all(decode_address(text, "regtest") for text in addresses)
    keys = [one.key for market in world.markets for one in market.listings]
    assert len(set(keys)) == len(keys)


def test_a_published_address_is_that_account_of_the_partys_keys(world):
    from vestigo.training.keyring import Keyring

    keyring = Keyring(world.seed)
    for one in accounts(world).values():
        kind = world.party(one.party).script_kind
        assert keyring.account(one.party, one.address_number, kind).address == one.address
        assert one.profile.count(one.address) == 1


def test_the_same_key_is_on_both_accounts(world):
    for one, original in pairs(world, "same_key"):
        assert one.pgp_fingerprint == original.pgp_fingerprint
        likeness = SequenceMatcher(None, one.handle.casefold(), original.handle.casefold()).ratio()
        assert likeness > 0.8


def test_a_rotated_key_is_another_key_and_some_are_stated_by_the_old_one(world):
    rotated = pairs(world, "new_key")
    assert all(one.pgp_fingerprint != original.pgp_fingerprint for one, original in rotated)
    signed = [pair for pair in rotated if SIGNED in pair[0].profile]
    assert len(signed) == world.behaviour.vendors.signed_transitions
    for one, original in signed:
        message = SIGNED + one.profile.partition(SIGNED)[2].partition("END PGP SIGNATURE-----")[0]
        message += "END PGP SIGNATURE-----\n"
        cert = pysequoia.Cert.from_bytes(original.pgp_armoured.encode())
        verified = pysequoia.verify(bytes=message.encode(), store=lambda _ids, found=cert: [found])
        assert verified.valid_sigs
        assert one.pgp_fingerprint in message
    for one, original in rotated:
        if SIGNED not in one.profile:
            assert original.market in one.profile


def test_another_name_shares_a_key_only_where_the_behaviour_says_so(world):
    others = pairs(world, "other_name")
    kept = [pair for pair in others if pair[0].pgp_fingerprint == pair[1].pgp_fingerprint]
    assert len(kept) == world.behaviour.vendors.other_name_with_key
    for one, original in others:
        assert one.handle.casefold() != original.handle.casefold()
        assert not {c.value for c in one.contacts} & {c.value for c in original.contacts}


def test_one_party_writes_alike_under_another_name(world):
    for one, original in pairs(world, "other_name", "new_key", "same_key"):
        shared = set(body(one.profile)) & set(body(original.profile))
        assert shared or one.relation == "other_name"


def test_an_impostor_has_the_words_and_nothing_else(world):
    for one, victim in pairs(world, "impostor"):
        assert one.market != victim.market
        assert one.party != victim.party
        assert one.pgp_fingerprint != victim.pgp_fingerprint
        assert one.address != victim.address
        assert not {c.value for c in one.contacts} & {c.value for c in victim.contacts}
        assert set(body(one.profile)) & set(body(victim.profile))
        assert victim.address not in one.profile


def test_strangers_share_no_key_contact_or_address(world):
    for name in ("pgp_fingerprint", "address"):
        owners = {}
        for one in accounts(world).values():
            owners.setdefault(getattr(one, name), set()).add(one.party)
        assert all(len(parties) == 1 for parties in owners.values())
    owners = {}
    for one in accounts(world).values():
        for contact in one.contacts:
            owners.setdefault(contact.value, set()).add(one.party)
    assert all(len(parties) == 1 for parties in owners.values())


def test_ways_of_cashing_out_are_as_many_as_planned(world):
    ways = Counter(one.behaviour for one in world.parties)
    attackers = world.behaviour.vendors.attacker
    for way, n in world.behaviour.cash_out.counts().items():
        assert ways[way] == n + (attackers if way == "hold" else 0)
    assert set(ways) <= set(CASH_OUTS)
    assert all(one.script_kind == "p2wpkh" for one in world.parties if one.behaviour in MIXES)


def test_languages_are_shared_out_by_weight(whole):
    spoken = Counter(one.language for one in whole.parties)
    assert set(spoken) == set(LANGUAGES)
    assert spoken["en"] >= spoken["es"] >= spoken["nl"] >= 2


@pytest.mark.parametrize("n", [0, 1, 7, 100])
def test_shares_add_up(n):
    shared = proportional({"a": 3, "b": 2, "c": 0}, n)
    assert len(shared) == n
    assert "c" not in shared
    assert abs(shared.count("a") - n * 3 / 5) < 1


def test_a_voice_says_the_same_sentence_the_same_way():
    voice, other = Voice(1, "party:01"), Voice(1, "party:02")
    sentence = "[Hello|Hi|Hey|Hullo] [friends|people|all], [come|step] in"
    assert voice.say(sentence) == Voice(1, "party:01").say(sentence)
    assert len({Voice(1, f"party:{n}").say(sentence) for n in range(40)}) > 10
    assert voice.write("One.")
    assert other.say("no choice") == "no choice"
    assert "[" not in voice.write(sentence)


@pytest.mark.parametrize("number", range(20))
def test_variants_and_look_alikes_stay_near(number):
    stream = Stream(number, "test")
    for made in (variant(stream, "OldOrchard"), look_alike(stream, "OldOrchard")):
        assert SequenceMatcher(None, made.casefold(), "oldorchard").ratio() > 0.6
        assert made.isprintable()
        assert "/" not in made


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_enough_to_say(language):
    words = vocabulary(language)
    assert len(words.profiles) >= 15
    assert len(words.comments) >= 10
    assert len(words.first) * len(words.last) >= 200
    assert {"direct", "profile_address", "moved", "new_key"} <= set(words.texts)
    assert (
        words.texts["direct"].count("{address}")
        == words.texts["profile_address"].count("{address}")
        == 1
    )
    for sentence in (*words.profiles, *words.comments, *words.changed, *words.texts.values()):
        assert sentence.count("[") == sentence.count("]")
    assert all(len(code) == 2 for code in words.countries.values())
    assert all(codes for codes in words.ships_to.values())


def test_nothing_claims_to_be_real(whole):
    assert "invented" in common_words()["market"]["notice"]
    assert "127.0.0.1" in hostile()["title"]
    for one in accounts(whole).values():
        for contact in one.contacts:
            assert contact.kind == "session" or contact.value.endswith((".example", "_shop"))


def test_the_attacker_is_one_account_and_can_be_left_out(told, whole):
    attackers = [one for one in accounts(whole).values() if one.handle == hostile()["handle"]]
    assert len(attackers) == 1
    assert "../../etc/passwd" in attackers[0].alias
    assert load_behaviour("full").vendors.attacker
