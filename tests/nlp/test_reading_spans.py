# SPDX-License-Identifier: AGPL-3.0-or-later
"""The strict contract on everything, and every value read again from its span alone.

A span, cut out of its field, gives the text that the value was read from: the term of the
lexicon, the quantity (under any of the ways that the rest of a listing can say how goods are
sold), the amount, the word of a list, the identifier.
"""

from __future__ import annotations

import csv
import json
import lzma
import random
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.lexicon.loading import shipped_lexicon
from nlp.lines.answering import read_lines
from nlp.offers.segment_offers import OfferContext, segment_offers
from nlp.reading.reader import shipped_reader
from nlp.scanning.fields import FieldText, read_field
from nlp.selectors.in_text import read_selectors
from nlp.selectors.plain_signs import plain_signs
from nlp.text.markup import plain
from nlp.text.normalizing import normalize
from nlp.text.values import parse_number
from nlp.trade.countries import HOME
from vestigo.identifiers import contacts

Row = Mapping[str, Any]
NUMBER = re.compile(r"[0-9]*(?:[.,][0-9]+)*")
VALUES = ("grams", "count", "dose_mg", "ml")
READER = shipped_reader()


def cut_field(text: str, language: str | None, name: str = "title") -> FieldText:
    return read_field(name, text, language, READER._grammar, READER._terms)


@cache
def substances_of_words() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for term in shipped_lexicon().terms:
        found.setdefault(bare(term.term), set()).add(term.substance)
    return found


def bare(text: str) -> str:
    return "".join(c for c in normalize(text).normal if c.isalnum())


def substance_holds(row: Row, cut: str) -> bool:
    if row["status"] == "declared" or row["id"] in substances_of_words().get(bare(cut), ()):
        return True
    respelt = (t.substance for m in cut_field(cut, None).matches for t in m.terms)
    return row["id"] in respelt


def offers_of(cut: str, language: str | None) -> Iterator[Any]:
    for name in ("title", "description"):
        for tail in ("", " pills", " syrup"):
            field = cut_field(cut + tail, language, name)
            everywhere = frozenset(range(len(field.tokens) + 1))
            for dosed in (frozenset(), everywhere):
                for loose in (False, True):
                    context = OfferContext(dosed=dosed, loose=loose, plant=False)
                    for segment in field.segments:
                        yield from segment_offers(READER._grammar, field, segment, context)


def offer_holds(row: Row, cut: str, language: str | None, listing: Row) -> bool:
    """What the span alone says; a claim, a count or a size may be completed from elsewhere."""
    wanted = {name: Decimal(row[name]) for name in VALUES if name in row}
    if option_holds(wanted, cut, language, listing):
        return True
    for offer in offers_of(cut, language):
        read = {name: Decimal(v) for name in VALUES if (v := getattr(offer, name)) is not None}
        if offer.kind == row["kind"] and read == wanted:
            return True
        completed = offer.kind in {"units": ("units", "dose"), "dose": ()}.get(
            row["kind"], ("units",)
        )
        if completed and all(
            read[name] == value if name in read else said(listing, value, language)
            for name, value in wanted.items()
        ):
            return True
    return False


def option_holds(wanted: dict[str, Decimal], cut: str, language: str | None, listing: Row) -> bool:
    """A menu names an option by a unit alone ("gram 50") or by a number alone ("half 40")."""
    grammar = READER._grammar
    words = normalize(cut).normal.replace("-", " ").split()
    units = {**grammar.volume, **grammar.mass, **grammar.alone}
    if len(words) == 1 and words[0] in units and list(wanted.values()) == [units[words[0]]]:
        return True
    numbers = {**grammar.ones, **grammar.numbers, **grammar.numbers_in.get(language or "", {})}
    known = [numbers[word] for word in words if word in numbers]
    number = sum(known, Decimal(0)) if known else number_in(cut, language)
    named = {number, *(n * f for n in (number or 0,) for f in units.values())}
    return number is not None and any(
        value in named and all(said(listing, v, language) for n, v in wanted.items() if n != name)
        for name, value in wanted.items()
    )


def said(listing: Row, value: Decimal, language: str | None) -> bool:
    texts = (listing.get(name) for name in ("title", "description", "profile", "ships_text"))
    return any(value == a.value for t in texts if t for a in cut_field(t, language).atoms)


def price_holds(row: Row, cut: str, language: str | None) -> bool:
    for money in cut_field(cut, language).money:
        if money.amount == Decimal(row["amount"]) and money.currency in (row["currency"], None):
            return True
    return number_in(cut, language) == Decimal(row["amount"])  # the lower end of "80-90 euros"


def number_in(cut: str, language: str | None) -> Decimal | None:
    digits = normalize(cut).normal.strip()
    return parse_number(digits, language) if NUMBER.fullmatch(digits) else None


def mark_holds(row: Row, cut: str, language: str | None) -> bool:
    of, value = row["of"], row["value"]
    if of == "purity_pct":
        return number_in(cut, language) == Decimal(value)
    if of.startswith("ships"):
        names = READER._countries
        behind = names._behind.get(normalize(cut).normal, ())
        texts = (cut, f"AA/{cut}", *(f"{word} {cut}" for word in sorted(behind)[:1]))
        found = [one for text in texts for one in names.find(cut_field(text, language))]
        codes = {code for one in found for code in (*one.code.split("+"), *one.instead)}
        adjective = names._demonyms.get(normalize(cut).normal)
        return value in codes or HOME in codes or value == adjective
    return value in {m.value for m in READER._goods.marks(cut_field(cut, language)) if m.of == of}


def selector_holds(row: Row, cut: str) -> bool:
    kind, value = row["kind"], row["value"]
    if kind == "pgp_fingerprint" and bare(cut).upper() == value:
        return True
    if kind in contacts.CHECKS and contacts.CHECKS[kind](plain_signs(cut).text) == value:
        return True
    return (kind, value) in {(s.kind, s.value) for s in read_selectors("title", cut)[0]}


def not_held(answer: Row, listing: Row, text_of: Any) -> list[tuple[str, Row, str]]:
    """Return the values that their span alone does not give."""
    language, found = answer["language"], []
    for key in ("substances", "offers", "prices", "spans", "selectors"):
        for row in answer[key]:
            cut = plain(text_of(listing, row["field"])[slice(*row["span"])])  # "&euro;" is shown
            # "1.000" is a thousand where the rest of the listing speaks of a comma for decimals
            holds = {
                "substances": lambda row=row, cut=cut: substance_holds(row, cut),
                "offers": lambda row=row, cut=cut: any(
                    offer_holds(row, cut, known, listing) for known in (language, "de")
                ),
                "prices": lambda row=row, cut=cut: any(
                    price_holds(row, cut, known) for known in (language, "de")
                ),
                "spans": lambda row=row, cut=cut: mark_holds(row, cut, language),
                "selectors": lambda row=row, cut=cut: selector_holds(row, cut),
            }[key]
            if not holds():
                found.append((key, row, cut))
    return found


@pytest.fixture(scope="session")
def right(strict, field_text):
    """Read one listing; its answer is as the contract says, and every value stands in its span."""

    def read_and_check(listing: Row) -> Row:
        (answer,) = read_lines([json.dumps(listing)])
        strict(answer, listing)
        assert not_held(answer, listing, field_text) == []
        return answer

    return read_and_check


SAID = (
    "1g 10x ½ 3.5 gr oz 220mg µg pills XTC MDMA Cocaína 85% 300 EUR €5 $20 no sin ships to from UK EU Spain \n . , ( ) "
    "- + / x cannabis Kush 2C-B 2-CB hash wickr: telegram @shop_one 1/2 8ball free minimum cada unidad 20ml 2g5 QP "
    "100 Xanax 2mg bars within domestic a.b@mail.example bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 vacuum escrow "
    "powder Versand aus Deutschland nach Europa frete maconha 80-90 euros per 5 x 0.8 g weltweit purity 90+ Pfund "
    "i4rx33ibdndtqayh.onion +44 20 7946 0958 signal: someone.42 https://shop.example/a S/ 50 R$ 30 1.000 1,5 ΜDMA"
)
WORDS = SAID.split(" ")
# zero-width, joiners, marks that combine, right-to-left, other planes, other digits
NOISE = [
    "\u200b", "\u200d", "\ufeff", "\u0301", "\u20dd", "\u202e", "\u202c", "\u2067", "א", "مرحبا", "😀", "𝐌", "𝟙",
    "٣", "\U000e0041", "ﬁ", "㎎", "㍇", "ﷺ", "\u00ad", "İ", "ß", "\x00", "\ud800",
]  # fmt: skip


def noisy(chance: random.Random, n_words: int) -> str:
    """A text of the listings' words with signs thrown into them."""
    out = []
    for _n in range(n_words):
        word = chance.choice(WORDS)
        if chance.random() < 0.25:
            at = chance.randrange(len(word) + 1)
            word = word[:at] + chance.choice(NOISE) + word[at:]
        out.append(word)
    return chance.choice((" ", " ", "", "\u00a0", "\u200b ")).join(out)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_listings_with_signs_thrown_into_their_words(right, seed: int):
    chance = random.Random(seed)
    right(
        {
            "title": noisy(chance, chance.randrange(12)),
            "description": noisy(chance, chance.randrange(30)),
            "profile": noisy(chance, chance.randrange(8)),
            "ships_text": noisy(chance, chance.randrange(6)),
            "category": [noisy(chance, 2), chance.choice(("MDMA", "Cocaína", "ＬＳＤ", "Weapons"))],
        }
    )


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text(right, title: str, description: str):
    right({"title": title, "description": description, "profile": title})


HOSTILE = {
    "astral letters": "𝟏𝟎𝐠 𝐌𝐃𝐌𝐀 𝟖𝟓% - €𝟓𝟎",
    "marks that combine": "1g Cocai\u0301na, 5g he\u0301roi\u0308ne",
    "zero-width inside": "1\u200b0 g M\u200bD\u200dM\ufeffA",
    "right to left": "\u202e10g MDMA\u202c مرحبا 5 g حشيش hash שלום 3 g",
    "full width": "１０ｇ ＭＤＭＡ ＄５０",
    "ligatures and squares": "5㎎ alprazolam 10 ㎖ GHB ﬁve ㎏ of coke 2 ㎏",
    "look-alikes": "10g МDМА сосaine КЕТАМINE",
    "fractions": "½ oz weed, 1½ g coke, ¼oz, 3⅓ g",
    "arabic digits": "١٠ g MDMA ٥٠ EUR",
    "soft hyphen": "co\u00adcaine 1\u00ad0g",
    "tags": "1g\U000e0041 MDMA",
    "surrogates": "\ud83d 1g MDMA \ude00",
    "html": "<p>10g&nbsp;<b>MDMA</b> &euro;50</p>",
    "emoji only": "🎉🍄💊❄️🔥" * 40,
    "mixed scripts": "купить 5g МДМА 买 10g 冰毒 アイス 2g speed",
    "dotted capital": "10 PİLLS OF XANAX, İBUPROFEN 5g",
    "sharp s": "groß 5g Straße spaß",
    "nothing": "",
    "blanks": " \t\u00a0\u2003\u3000\n",
    "binary": "".join(map(chr, range(256))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts(right, name: str):
    text = HOSTILE[name]
    right(
        {
            "id": name,
            "title": text,
            "description": text,
            "profile": text,
            "ships_text": text,
            "category": [text],
        }
    )


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("😀😀 Cocai\u0301na 1g", "Cocai\u0301na"),
        ("\u202e10g M\u200bDMA\u202c", "M\u200bDMA"),
        ("𝐌𝐃𝐌𝐀 1g", "𝐌𝐃𝐌𝐀"),
        ("МDМА 1g", "МDМА"),
    ],
)
def test_spans_are_code_points_of_the_text_as_it_was_given(right, text: str, cut: str):
    (row,) = right({"title": text})["substances"]
    assert text[slice(*row["span"])] == cut


def test_a_span_of_another_place_is_noticed(right, strict, field_text):
    """The check bites: every span moved by one is refused in one way or the other."""
    listing = {"title": "10g Cocaína 85% - 300 EUR", "profile": "wickr: greenhouse77"}
    answer = right(listing)
    for key in ("substances", "offers", "prices", "spans", "selectors"):
        moved = {
            **answer,
            key: [{**row, "span": [row["span"][0] + 1, row["span"][1]]} for row in answer[key]],
        }
        assert len(not_held(moved, listing, field_text)) == len(answer[key]) > 0


def real_listings(data: Path) -> Iterator[Row]:
    for line in (data / "nlp/gold-dev/gold.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield {"title" if row["src"].endswith("title") else "description": row["text"]}
    with lzma.open(data / "listings/market-2017.jsonl.xz", "rt", encoding="utf-8") as handle:
        for row in map(json.loads, handle):
            price = {"amount": row["price_usd"] or None, "currency": "USD"}
            yield {"title": row["title"], "category": row["category"], "price": price}
    with lzma.open(data / "listings/dream-vendors-2016.jsonl.xz", "rt", encoding="utf-8") as handle:
        for row in map(json.loads, handle):
            profile = "\n".join(row[name] or "" for name in ("description", "contact", "pgp"))
            yield {"profile": profile, "description": row["description"]}
    with lzma.open(data / "listings/agora-2014-2015.csv.xz", "rt", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            yield {"title": row["title"], "category": row["category"].split("/")}


@pytest.mark.real
def test_every_real_listing(right, real_data: Path):
    listings = list(real_listings(real_data))
    assert len(listings) == 3768
    for listing in listings:
        right(listing)


@pytest.mark.real
def test_every_real_profile_of_another_market(right, real_data: Path):
    with lzma.open(
        real_data / "agora-2014/open.vendors.jsonl.xz", "rt", encoding="utf-8"
    ) as handle:
        for row in map(json.loads, islice(handle, 150)):
            right({"profile": json.dumps(row, ensure_ascii=False)[:20_000]})
