# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identifiers in a text; a near miss is not emitted."""

from __future__ import annotations

import pytest

from nlp.selectors.in_text import read_selectors
from vestigo.identifiers.base58 import encode_check

ONION = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"
BTC = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
ETH = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
XMR = "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"
LTC = encode_check(bytes([0x30]) + bytes(range(20)))
TRX = encode_check(bytes([0x41]) + bytes(range(20)))


def found(text):
    return {(s.kind, s.value) for s in read_selectors("profile", text)[0]}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (f"shop at http://{ONION}/x", "onion_v3", ONION),
        ("old http://i4rx33ibdndtqayh.onion/index", "onion_v2", "i4rx33ibdndtqayh.onion"),
        (f"pay {BTC} now", "btc", BTC),
        ("pay 1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "btc", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
        (f"eth {ETH}", "eth", ETH),
        (f"xmr: {XMR}", "xmr", XMR),
        (f"ltc {LTC}", "ltc", LTC),
        (f"trx {TRX}", "trx", TRX),
        ("mail Some.One@Mail.Example!", "email", "Some.One@mail.example"),
        ("Wickr: greenhouse77", "wickr", "greenhouse77"),
        ("WICKR ID Crownpost", "wickr", "Crownpost"),
        ("wickr me - someshop_1", "wickr", "someshop_1"),
        ("telegram @some_shop", "telegram", "some_shop"),
        ("https://t.me/some_shop", "telegram", "some_shop"),
        ("Threema ID: ABCD2345", "threema", "ABCD2345"),
        ("signal: someone.42", "signal", "someone.42"),
        ("jabber: shop@jabber.example", "jabber", "shop@jabber.example"),
        ("XMPP shop@jabber.example", "jabber", "shop@jabber.example"),
        ("matrix @shop:matrix.example", "matrix", "@shop:matrix.example"),
        ("session 05" + "ab" * 32, "session", "05" + "ab" * 32),
        ("call +44 20 7946 0958", "phone", "+442079460958"),
        ("see https://example.org/a", "url", "https://example.org/a"),
        ("Threema 9RTW4HXC, no calls", "threema", "9RTW4HXC"),
        ("we were on Wickr (moose_lodge) once", "wickr", "moose_lodge"),
        ("No Telegram here (@fake_shop is a scam)", "telegram", "fake_shop"),
        ("PM via tlg @clean_rims", "telegram", "clean_rims"),
        (f"PGP {'1A' * 20} (new, old one {'2B' * 20} revoked)", "pgp_fingerprint", "2B" * 20),
        ("PGP: 0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567", "pgp_fingerprint", "0123456789ABCDEF0123456789ABCDEF01234567"),
    ],
)  # fmt: skip
def test_selectors(text, kind, value):
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        f"pay {BTC[:-1]}5",
        f"http://a{ONION[1:]}/",
        f"eth {ETH[:-1]}D".replace("aA", "Aa"),
        f"xmr {XMR[:-1]}B",
        f"ltc {LTC[:-1]}{'1' if LTC[-1] != '1' else '2'}",
        "Wickr only for customers",
        "message me on telegram for prices",
        "Get Wickr. Me or Kik and message me NOW",
        "signal or session preferred",
        "Threema possible, no calls",
        "Telegram is dead, use matrix, not @shop_of_old",
        f"commit {'2B' * 20}",
        "not a mail: a@b",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
    ],
)
def test_what_is_no_selector(text):
    kinds = {kind for kind, _value in found(text)} - {"url"}
    assert kinds == set()


def test_checksums_are_said():
    by_kind = {
        s.kind: s.checksum_ok
        for s in read_selectors("profile", f"{BTC} {ETH} {ETH.lower()} telegram @some_shop")[0]
    }
    assert by_kind["btc"] is True
    assert by_kind["telegram"] is None


def test_the_span_gives_the_text_it_was_read_from():
    text = f"mail a.b@mail.example, {BTC} and http://{ONION}/ and Wickr: greenhouse77"
    for selector in read_selectors("profile", text)[0]:
        cut = text[selector.place.start : selector.place.end]
        assert selector.value.lower() in cut.lower()


def test_base64_of_a_key_is_not_searched_for_handles():
    block = f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{BTC}\n-----END PGP PUBLIC KEY BLOCK-----"
    selectors, unread = read_selectors("profile", block)
    assert selectors == []
    assert "pgp block" in unread[0].reason
