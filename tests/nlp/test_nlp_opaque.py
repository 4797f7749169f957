# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing is read from the inside of an identifier: no quantity, price, purity or substance."""

from __future__ import annotations

import hashlib

import pytest

from nlp.model import ListingText
from nlp.reading.reader import read
from nlp.selectors.opaque import without_selectors
from vestigo.identifiers.base58 import encode_check
from vestigo.identifiers.bitcoin import address_of_script

N_ADDRESSES = 400
READABLE = ("2mg", "5g", "10x", "7ml", "1oz", "3kg", "9gr", "4mg", "8lb", "6mcg")


def addresses_with(*kinds: str) -> list[str]:
    """Generated addresses; those whose letters look like quantities come first."""
    made: list[str] = []
    for n in range(N_ADDRESSES * 3):
        digest = hashlib.sha256(str(n).encode()).digest()
        made += [
            encode_check(b"\x00" + digest[:20]),
            encode_check(b"\x05" + digest[:20]),
            address_of_script(b"\x00\x14" + digest[:20], "mainnet") or "",
            address_of_script(b"\x51\x20" + digest, "mainnet") or "",
            "0x" + digest[:20].hex(),
        ]
    return sorted(made, key=lambda a: (not any(unit in a for unit in kinds), a))[:N_ADDRESSES]


def said(text: ListingText) -> tuple[object, ...]:
    reading = read(text)
    return (reading.offers, reading.prices, reading.unit_prices, reading.substances,
            [mark for mark in reading.marked if mark.of in ("purity_pct", "forms")])  # fmt: skip


def test_no_quantity_is_read_inside_generated_addresses():
    generated = addresses_with(*READABLE)
    assert sum(any(unit in address for unit in READABLE) for address in generated) > 100
    for address in generated:
        text = ListingText(profile=f"Direct deals: pay to {address} please.", title=address)
        assert said(text) == ((), (), (), (), []), address


@pytest.mark.parametrize(
    "identifier",
    [
        "http://shop2mgxanax5gmdma10.example/2g/100usd?x=5mg",
        "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/2mg-xanax",
        "mdma.5g@mail.example",
        "https://t.me/mdma_5g_shop",
        "@lsd.10x:matrix.example",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7Div2mg",
        "+49 100 200 50 25",
        "2MG4 5678 9ABC DEF0 1234 5678 9ABC DEF0 1234 5678".replace("MG", "5A"),
    ],
)
def test_nothing_is_read_inside_other_identifiers(identifier: str):
    assert said(ListingText(profile=f"Write to: {identifier} today")) == ((), (), (), (), [])


def test_what_stands_beside_an_identifier_is_still_read_at_its_place():
    address = addresses_with("2mg")[0]
    title = f"10g MDMA {address} é 80 EUR"
    reading = read(ListingText(title=title))
    (offer,) = reading.offers
    (price,) = reading.prices
    assert title[offer.place.start : offer.place.end] == "10g"
    assert title[price.place.start : price.place.end] == "80 EUR"
    assert [row.id for row in reading.substances] == ["mdma"]
    assert [item.value for item in reading.selectors] == [address]


def test_an_identifier_that_stands_twice_is_hidden_twice():
    address = addresses_with("2mg")[0]
    hidden = without_selectors("title", f"{address} or {address}")
    assert hidden.split() == ["|", "or", "|"]
    assert len(hidden) == 2 * len(address) + 4


@pytest.mark.parametrize(
    "text", ["10g@150usd MDMA", "100x220mgmdmapillsblueandstrong", "x" * 5000, "", "5g 2mg 10x"]
)
def test_what_is_no_identifier_stays(text: str):
    assert without_selectors("title", text) == text
