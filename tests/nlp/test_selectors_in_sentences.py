# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identifiers inside sentences of six languages; published vectors; what is none."""

from __future__ import annotations

import json
import lzma
import sys
from pathlib import Path

import pytest

from nlp.selectors.in_text import read_selectors
from vestigo.identifiers.base58 import encode_check
from vestigo.identifiers.pgp import find_blocks

FINGERPRINT = "D1A66E1A23B182C9980F788CFBFCC82A015E7330"
V6 = "CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9"
# RFC 9580, appendix A.3: a version 6 certificate
V6_KEY = """-----BEGIN PGP PUBLIC KEY BLOCK-----

xioGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laPCsQYf
GwoAAABCBYJjh3/jAwsJBwUVCg4IDAIWAAKbAwIeCSIhBssYbE8GCaaX5NUt+mxy
KwwfHifBilZwj2Ul7Ce62azJBScJAgcCAAAAAK0oIBA+LX0ifsDm185Ecds2v8lw
gyU2kCcUmKfvBXbAf6rhRYWzuQOwEn7E/aLwIwRaLsdry0+VcallHhSu4RN6HWaE
QsiPlR4zxP/TP7mhfVEe7XWPxtnMUMtf15OyA51YBM4qBmOHf+MZAAAAIIaTJINn
+eUBXbki+PSAld2nhJh/LVmFsS+60WyvXkQ1wpsGGBsKAAAALAWCY4d/4wKbDCIh
BssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce62azJAAAAAAQBIKbpGG2dWTX8
j+VjFM21J0hqWlEg+bdiojWnKfA5AQpWUWtnNwDEM0g12vYxoWM8Y81W+bHBw805
I8kWVkXU6vFOi+HWvv/ira7ofJu16NnoUkhclkUrk0mXubZvyl4GBg==
-----END PGP PUBLIC KEY BLOCK-----"""
ETH = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def found(text):
    return {(s.kind, s.value) for s in read_selectors("profile", text)[0]}


NAMED = [
    ("mi telegram es @tienda_verde", "telegram", "tienda_verde"),
    ("Mi Telegram es tiendaverde.", "telegram", "tiendaverde"),
    ("escríbeme al telegram: tiendaverde", "telegram", "tiendaverde"),
    ("canal de Telegram @canal_uno", "telegram", "canal_uno"),
    ("Telegram-Kanal: gruene_wiese", "telegram", "gruene_wiese"),
    ("Telegram-Kanal @gruene_wiese!", "telegram", "gruene_wiese"),
    ("unser Telegram ist gruenewiese", "telegram", "gruenewiese"),
    ("erreichbar unter @gruene_wiese auf Telegram", "telegram", "gruene_wiese"),
    ("contact sur Telegram : @herbe_bleue", "telegram", "herbe_bleue"),
    ("@herbe_bleue sur Telegram", "telegram", "herbe_bleue"),
    ("me chama no telegram @loja_boa", "telegram", "loja_boa"),
    ("meu telegram é lojaboa", "telegram", "lojaboa"),
    ("stuur een bericht: @groene_winkel op Telegram", "telegram", "groene_winkel"),
    ("Telegram-groep: groene_winkel", "telegram", "groene_winkel"),
    ("join tg://resolve?domain=some_shop now", "telegram", "some_shop"),
    ("(https://telegram.me/some_shop)", "telegram", "some_shop"),
    ("me chama no zap +55 11 91234-5678", "phone", "+5511912345678"),
    ("WhatsApp: (+34) 612 345 678", "phone", "+34612345678"),
    ("https://wa.me/34612345678?text=hola", "phone", "+34612345678"),
    ("Tel. 0049 151 23456789.", "phone", "+4915123456789"),
    ("appelle le +33 6.12.34.56.78", "phone", "+33612345678"),
    ("mail: shop (at) mail (dot) example", "email", "shop@mail.example"),
    ("shop[at]mail[dot]example.", "email", "shop@mail.example"),
    ("tienda (arroba) correo (punto) example", "email", "tienda@correo.example"),
    ("loja [arroba] correio ponto example", "email", "loja@correio.example"),
    ("laden {at} post.example", "email", "laden@post.example"),
    ("laden (ät) post [punkt] example", "email", "laden@post.example"),
    ("shop at mail dot example", "email", "shop@mail.example"),
    ("shop@mail[.]example", "email", "shop@mail.example"),
    ("shop@mail(dot)example", "email", "shop@mail.example"),
    ("shop\u200b@mail\u200b.example", "email", "shop@mail.example"),
    ("ｓｈｏｐ＠ｍａｉｌ.example", "email", "shop@mail.example"),
    ("Jabber-ID: laden@server.example", "jabber", "laden@server.example"),
    ("mein jabber ist laden@server.example", "jabber", "laden@server.example"),
    ("laden@server.example (xmpp)", "jabber", "laden@server.example"),
    ("write shop@xmpp.example", "jabber", "shop@xmpp.example"),
    ("Wickr Me ID: greenhouse77", "wickr", "greenhouse77"),
    ("Wickr-Name = crown.post", "wickr", "crown.post"),
    ("greenhouse77 on Wickr", "wickr", "greenhouse77"),
    ("my wickr is crownpost", "wickr", "crownpost"),
    ("Threema ABCD2345", "threema", "ABCD2345"),
    ("threema-id: *ABCDEF1", "threema", "*ABCDEF1"),
    ("signal is someone.42.", "signal", "someone.42"),
    ("element: @shop:matrix.example,", "matrix", "@shop:matrix.example"),
    ("https://matrix.to/#/@shop:matrix.example", "matrix", "@shop:matrix.example"),
    (f"PGP fingerprint {FINGERPRINT}", "pgp_fingerprint", FINGERPRINT),
    (f"key 0x{FINGERPRINT.lower()}", "pgp_fingerprint", FINGERPRINT),
    ("huella D1A6 6E1A 23B1 82C9 980F  788C FBFC C82A 015E 7330", "pgp_fingerprint", FINGERPRINT),
    ("D1A6 6E1A 23B1 82C9 980F  788C FBFC C82A 015E 7330", "pgp_fingerprint", FINGERPRINT),
    ("Fingerabdruck: " + ":".join(FINGERPRINT[i : i + 2] for i in range(0, 40, 2)), "pgp_fingerprint", FINGERPRINT),
    ("empreinte " + ":".join(FINGERPRINT[i : i + 4] for i in range(0, 40, 4)), "pgp_fingerprint", FINGERPRINT),
    ("chave " + " ".join(FINGERPRINT[i : i + 2] for i in range(0, 32, 2)), "pgp_fingerprint", FINGERPRINT[:32]),
    (f"sleutel {V6}", "pgp_fingerprint", V6),
    (f"my key\n{V6_KEY}\nbye", "pgp_fingerprint", V6),
    ("bitcoin:BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4?amount=1", "btc", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    ("bc1qw508d6q\u200bejxtdg4y5r3zarvary0c5xw7kv8f3t4", "btc", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    ("mirror: DUCKDUCKGOGG42XJOC72X3SJASOWOARFBGCMVFIMAFTT6TWAGSWZCZAD.ONION/x",
     "onion_v3", "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"),
    ("SCAM! never pay to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "btc", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
    ("see „https://shop.example/a“.", "url", "https://shop.example/a"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "value"), NAMED)
def test_named_in_six_languages(text, kind, value):
    assert (kind, value) in found(text)
    assert {k for k, _v in found(text)} <= {kind, "url"} or kind == "url"


@pytest.mark.parametrize(("text", "kind", "value"), NAMED)
def test_each_spans_the_text_that_it_was_read_from(text, kind, value):
    for s in read_selectors("profile", text)[0]:
        cut = text[s.place.start : s.place.end]
        assert cut.strip() == cut != ""
        if kind == "pgp_fingerprint" and "BEGIN" not in cut:
            assert "".join(c for c in cut if c.isalnum()).upper().removeprefix("0X") == value


@pytest.mark.parametrize(
    "text",
    [
        "Telegram available", "contact us on Telegram or Wickr", "solo por Telegram", "nur über Telegram erreichbar",
        "Telegram: nur auf Anfrage", "sur Telegram seulement ou Wickr", "chama no telegram ou no zap", "TELEGRAM SHOPPING",
        "via Telegram of Signal", "Wickr 24h", "telegram 24/7", "threema: accepted", "Threema accepted here",
        "session: lasts 5 hours", "signal strong", "my telegram is offline", "Wickr: 2mg", "telegram: no",
        "10g @ 50 EUR", "meet at noon", "half price at point of sale", "+100 200 300 400", "1000+1000 tabs 2000 00",
        "0x" + "12" * 19 + "1", FINGERPRINT, "txid " + "ab" * 32, "order D1A6 6E1A 23B1 82C9 980F 788C FBFC C82A 015E",
        "key " + FINGERPRINT[:-1], "key " + FINGERPRINT + "1", "pgp key 0x015E7330", "a@b", "shop(at)mail",
        "+1 055 123 4567", "https://", "http://localhost", "ETH 0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    ],
)  # fmt: skip
def test_what_is_none(text):
    assert found(text) == set()


PUNCTUATION = (
    "{}",
    "({})",
    "«{}».",
    "pay: {}, thanks",
    "{}!",
    "addr={};",
    "“{}”",
    "\t{}\n",
    "{}…",
    "[{}]",
    "{}\u200b",
)


def published(real_data: Path):
    folder = real_data / "bitcoin/address-vectors"
    rows = json.loads((folder / "bitcoin_core_key_io_valid.json").read_text())
    yield from (("btc", text) for text, _script, meta in rows if not meta["isPrivkey"])
    document = json.loads((folder / "bitcoin_core_bip341_wallet_vectors.json").read_text())
    yield from (("btc", case["expected"]["bip350Address"]) for case in document["scriptPubKey"])
    text = (folder / "bitcoinj_LegacyAddressTestDataset.txt").read_text()
    yield from (("btc", address) for address in text.replace(",", " ").split())
    eip55 = (folder / "eip55.txt").read_text().split()
    yield from (
        ("eth", word.strip("\"',")) for word in eip55 if word.strip("\"',").startswith("0x")
    )


@pytest.mark.real
def test_every_published_address_is_found_in_a_sentence(real_data: Path):
    vectors = list(published(real_data))
    assert len(vectors) > 60
    for n, (kind, address) in enumerate(vectors):
        shapes = PUNCTUATION if n < 20 else PUNCTUATION[n % len(PUNCTUATION) :][:1]
        for shape in shapes:
            assert found(shape.format(address)) == {(kind, address)}, shape


@pytest.mark.real
def test_no_invalid_vector_is_found(real_data: Path):
    folder = real_data / "bitcoin/address-vectors"
    for (text,) in json.loads((folder / "bitcoin_core_key_io_invalid.json").read_text()):
        assert found(f"pay {text} now") == set()


MONERO = {
    # standard, integrated and subaddress of one wallet, as the documentation of Monero gives them
    "4AdUndXHHZ6cfufTMvppY6JwXNouMBzSkbLYfpAV5Usx3skxNgYeYTRj5UzqtReoS44qo9mtmXCqY45DJ852K5Jv2684Rge",
    "4LL9oSLmtpccfufTMvppY6JwXNouMBzSkbLYfpAV5Usx3skxNgYeYTRj5UzqtReoS44qo9mtmXCqY45DJ852K5Jv2bYXZKKQePHES9khPK",
    "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H",
}


@pytest.mark.parametrize("address", sorted(MONERO))
def test_monero(address):
    assert found(f"xmr: {address}.") == {("xmr", address)}
    assert found(f"xmr: {address[:-1]}.") == set()


def test_litecoin_and_tron():
    for version, kind in ((0x30, "ltc"), (0x32, "ltc"), (0x41, "trx")):
        address = encode_check(bytes([version]) + bytes(range(20)))
        assert found(f"({address})") == {(kind, address)}
    assert found("LTC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KGMN4N9") == {
        ("ltc", "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9")
    }


def test_eth_in_one_case_has_no_checksum():
    (one,) = read_selectors("title", ETH.lower())[0]
    assert (one.kind, one.checksum_ok) == ("eth", None)


def test_armour_of_messages_and_signatures_is_not_searched():
    body = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4\nwickr: greenhouse77"
    for name in ("MESSAGE", "SIGNATURE", "PRIVATE KEY BLOCK"):
        text = f"-----BEGIN PGP {name}-----\n\n{body}\n-----END PGP {name}-----"
        assert found(text) == set()


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "n_blocks", "n_jokes"),
    [
        ("agora-2014/open.vendors.jsonl.xz", 279, 1),  # "ALL THE **** IN BETWEEN" is no key
        ("agora-2014/open.listings.jsonl.xz", 23, 0),
        ("listings/dream-vendors-2016.jsonl.xz", 43, 0),
    ],
)
def test_every_key_of_real_vendors_is_read(real_data, name, n_blocks, n_jokes):
    n = keys = 0
    with lzma.open(real_data / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            texts = [value for value in json.loads(line).values() if isinstance(value, str)]
            for text in texts:
                blocks = find_blocks(text)
                n += len(blocks)
                for start, end in blocks:
                    (key,) = read_selectors("profile", text[start:end])[0] or (None,)
                    keys += key is not None and key.kind == "pgp_fingerprint"
    assert n == n_blocks
    assert keys == n - n_jokes


UNITS = (
    "shop (at) mail [dot] ", "a at b dot ", "telegram: @", "@a on telegram ", "D1A6 ", "0x12", "bc1q", "+44 20 ",
    "wickr me id ", "t.me/", "jabber ", "key: 12:", "-----BEGIN PGP MESSAGE-----", "\u200b@\u200b", "https://a.b/",
    "-----BEGIN PGP PUBLIC KEY BLOCK-----\n \t \t ", "a.onion:", "1.",
)  # fmt: skip


def steps_of(text):
    """How many lines of Python the search runs through: a measure that no load changes."""
    steps = 0

    def trace(_frame, event, _argument):
        nonlocal steps
        steps += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read_selectors("profile", text)
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize("unit", UNITS)
def test_work_grows_with_the_length_and_not_faster(unit):
    read_selectors("profile", unit)
    small, large = (steps_of(unit * (size // len(unit))) for size in (3_000, 12_000))
    assert large < 1_000 + 6 * small


@pytest.mark.parametrize("name", ["\u017fignal", "s\u0131gnal", "S\u0130GNAL"])
def test_a_name_in_letters_that_match_the_plain_ones(name):
    assert found(f"{name}: some_body.42") == found("signal: some_body.42") != set()
