# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rules mended on real titles, each as an invented text."""

from __future__ import annotations

from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.model import GivenPrice, ListingText
from nlp.reading.reader import read, shipped_reader
from nlp.text.lexing import tokenize
from nlp.text.normalizing import normalize


def found(title: str, description: str = "", **fields):
    return read(ListingText(title=title, description=description, **fields))


def offers(title: str, description: str = "", **fields):
    return [
        tuple(str(v.normalize() + 0) if isinstance(v, Decimal) else v
              for v in (o.kind, o.grams or o.ml, o.count, o.dose_mg))
        for o in found(title, description, **fields).offers
    ]  # fmt: skip


def named(title: str, description: str = "", **fields) -> dict[str, str]:
    return {row.id: row.status for row in found(title, description, **fields).substances}


def offered(title: str, description: str = "", **fields) -> set[str]:
    rows = named(title, description, **fields)
    return {name for name, status in rows.items() if status not in ("mentioned", "negated")}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("XANAX 1mgx10 fast shipping", [("units", None, 10, "1")]),
        ("500 xOrange stars XTC 180mg", [("units", None, 500, "180")]),
        ("{1}GRAM black hash", [("mass", "1", None, None)]),
        ("Ten grams of MDMA", [("mass", "10", None, None)]),
        ("1,000 hydrocodones for $800", [("units", None, 1000, None)]),
        ("1/2 (HALF) POUND weed", [("mass", "226.8", None, None)]),
        ("1/2 PRICE! 10g weed", [("mass", "10", None, None)]),
        ("Ounce of shrooms", [("mass", "28.35", None, None)]),
        ("A lb (448g) of weed", [("mass", "448", None, None)]),
        ("Tramadol 100mg x 180 - happiness in a pill", [("units", None, 180, "100")]),
        ("100 xanax 2 mg gg249 bars", [("units", None, 100, "2")]),
        ("400x R039 yellow 2mg xanax bars", [("units", None, 400, "2")]),
        ("5x 4 mg hydromorphone caps, *3x stronger than heroin", [("units", None, 5, "4")]),
        ("Norco 10/325 x 20", [("units", None, 20, "10")]),
        ("Hydrocodone 5mg-325mg", [("dose", None, None, "5")]),
        ("250 - 2MG Xanax bars", [("units", None, 250, "2")]),
        ("(3) Adderall 25mg XR", [("units", None, 3, "25")]),
        ("XTC 199mg 100st", [("units", None, 100, "199")]),
        ("100x dipped blotter! Fat cat. 280 ug LSD", [("units", None, 100, "0.28")]),
        ("Testosterone propionate 10ml -100mg per 1ml", [("volume", "10", None, None)]),
        ("10ml trenbolone 1ml = 100 mg", [("volume", "10", None, None)]),
        ("THC cartridge 1 gram (500 mg THC)", [("mass", "1", None, None)]),
        ("1g each of three hash (3g total)", [("mass", "1", 3, None)]),
        ("5 joints of weed (5 grams total)", [("units", None, 5, None)]),
        ("5x top shelf weed 1G joints", [("mass", "1", 5, None)]),
        ("50 Nintendo | 170mg", [("units", None, 50, "170")]),
        (".5 speed, great value", [("mass", "0.5", None, None)]),
        ("5 doses LSD", [("units", None, 5, None)]),
        ("2CB 1g (50 to 100 doses)", [("mass", "1", None, None)]),
        ("Xanax 2mg 50/100/200 bars",
         [("units", None, 50, "2"), ("units", None, 100, "2"), ("units", None, 200, "2")]),
        ("Viagra 100mg 4 strips x 10 tablets", [("units", None, 40, "100")]),
        ("Tramadol 200mg 100 pack", [("units", None, 100, "200")]),
        ("Adderall 20mg", [("dose", None, None, "20")]),
        ("10mg pure buprenorphine powder", [("mass", "0.01", None, None)]),
        ("Purple drank syrop 16 oz codeine", [("volume", "473.12", None, None)]),
        ("100 | Microphone XTC pills 170mg", [("units", None, 100, "170")]),
        ("NEW DISCOUNT!! -20 today! 50 ORANGE OWLS 240mg XTC", [("units", None, 50, "240")]),
        ("20 - old-school Oxycontin OC/80 mg pills", [("units", None, 20, "80")]),
        ("PERCOCET 30MG BLUE 4812", [("dose", None, None, "30")]),
        ("Adderall 10mg (b/972)", [("dose", None, None, "10")]),
        ("50 +10 Free Dexedrine 5mg IR", [("units", None, 50, "5")]),
        ("FREE 2x GREEN STARS 230MG XTC", [("units", None, 2, "230")]),
        ("Dexamphetamine 10 x 2,5mg", [("units", None, 10, "2.5")]),
        ("500mg raw LSD crystal", [("mass", "0.5", None, None)]),
        ("5 Pink Stars 110mg MDMA", [("units", None, 5, "110")]),
        ("50x: 25c NBOMe 1400ug", [("units", None, 50, "1.4")]),
        ("Super Haze, FREE SHIPPING / 1oz / 28.35g (FE, discount)", [("mass", "28.35", None, None)]),
        ("S.A.G.E. feminized 5 seeds pack", [("units", None, 5, None)]),
    ],
)  # fmt: skip
def test_quantities_of_titles(title, expected):
    assert offers(title) == expected


def test_the_title_s_claim_goes_with_each_count_of_the_text():
    reading = found("LSD 100ug", "5 tabs : 30€\n10 tabs : 50€")
    assert [(o.count, o.dose_mg) for o in reading.offers] == [
        (5, Decimal("0.1")),
        (10, Decimal("0.1")),
    ]
    assert [price.amount for price in reading.unit_prices] == [6, 5]
    assert reading.flags == ()


def test_a_list_of_other_listings_offers_nothing():
    assert offers("Weed 5g", "My other listings:\nAll in one (1g)\nAll in one (4g)") == [
        ("mass", "5", None, None)
    ]


@pytest.mark.parametrize("category", [("Drugs", "Ecstasy", "Pills"), ("Drugs", "LSD")])
def test_the_category_says_that_an_opening_number_counts(category):
    assert offers("25 Lanterns", category=category) == [("units", None, 25, None)]
    assert offers("25 Lanterns") == []


@pytest.mark.parametrize(
    ("text", "substance"),
    [
        ("c0caine 5g", "cocaine"),
        ("k3tamine 10 g", "ketamine"),
        ("5g c o k e", "cocaine"),
        ("m.d.m.a 1g", "mdma"),
        ("L S D 10 tabs", "lsd"),
        ("h3r0in 1g", "heroin"),
        ("coc*ine 2g", "cocaine"),
        ("$peed 10g", "amphetamine"),
        ("0.5g herion", "heroin"),
        ("Aprazolam 1mg x 100", "alprazolam"),
        ("20 valuim 10mg", "diazepam"),
        ("75 hydrocodones", "hydrocodone"),
        ("Acetyl-Fentanyl 1g", "acetylfentanyl"),
        ("acetyl fentanyl 1g", "acetylfentanyl"),
    ],
)
def test_names_in_disguise_or_misspelt(text, substance):
    assert offered(text) == {substance}


@pytest.mark.parametrize(
    "text", ["heroic dose of joy", "a heroin", "0pen 5g", "1gram", "the morphing 5 g", "5peak 1g"]
)
def test_an_ordinary_word_is_no_misspelling(text):
    assert offered(text) <= {"heroin"}
    assert "morphine" not in offered(text)


@pytest.mark.parametrize("text", ["20mg DMT, acurate dose", "heroic 3.5g", "listado - anadir 5g"])
def test_a_changed_letter_of_a_short_name_or_a_brand_is_another_word(text):
    assert offered(text) <= {"dmt"}


def test_a_slip_needs_a_quantity_and_no_other_name():
    assert offered("Herion") == set()
    assert offered("10g weed for every herion fan") == {"cannabis"}
    assert offered("Something 1g", "herion 1g") == set()


def test_disguises_are_looked_for_in_linear_time():
    find = shipped_reader()._terms._spellings.find
    times = []
    for n in (20_000, 80_000):
        text = "a b " * (n // 8) + "c0c" * (n // 6)
        began = process_time()
        find(text, slips=True)
        times.append(process_time() - began)
    assert times[1] < 20 * times[0] + 0.5


@given(st.text(alphabet="c0k e*5a.$1-m", max_size=60))
def test_spans_of_disguises_lie_in_the_text(text):
    normal = normalize(text).normal
    matches = shipped_reader()._terms.find(tokenize(normal), normal, slips=True)
    ends = [0, *(match.end for match in matches)]
    assert all(0 <= m.start < m.end <= len(normal) for m in matches)
    assert all(m.start >= before for m, before in zip(matches, ends, strict=False))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Spice blend 30g synthetic cannabis", set()),
        ("Reishi mushroom extract 500 g", set()),
        ("Platinum Cookies 24% THC 1.7 grams", {"cannabis"}),
        ("14g moonrock MDMA", {"mdma"}),
        ("3g Blue Diesel dab wax (concentrate)", {"cannabis_concentrate"}),
        ("10x 25c / 25i NBOMe pack", {"25c_nbome", "25i_nbome"}),
        ("Oxycontin - coming soon", set()),
        ("100mg powder, powerful relative of fentanyl and heroin", set()),
        ("Eliminate MDMA toxicity", set()),
    ],
)
def test_what_a_title_offers(title, expected):
    assert offered(title) - {"synthetic_cannabinoids"} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LSD laid onto 100% cotton paper", []),
        ("LSD arrives 99% of the time", []),
        ("100% buprenorphine", ["100"]),
        ("83% of pure MDMA", ["83"]),
        ("Cocaine 85%, you save 20% less waste", ["85"]),
    ],
)
def test_purity_is_of_the_product(text, expected):
    assert found("Goods", text).values("purity_pct") == expected


def test_a_sign_parts_the_purity_from_what_follows():
    assert found("1g MDMA 84% ( ESCROW )").values("purity_pct") == ["84"]
    assert found("Cocaine 80% - FE discount").values("purity_pct") == ["80"]
    assert found("500mg Sativa cartridge THC 60%+").values("purity_pct") == ["60"]


@pytest.mark.parametrize(
    ("text", "origin", "destination"),
    [
        ("Shipped only to EU except : Norway, Sweden", [], ["EU"]),
        ("MDMA to USA from FRANCE", ["FR"], ["US"]),
        ("Weed (USA only)", [], ["US"]),
        ("FREE SHIPPING DOMESTIC USA", ["US"], ["US"]),
        ("Shipped domestically in the US", ["US"], ["US"]),
        ("only for addresses in Holland and Belgium", [], ["NL", "BE"]),
        ("Made in the Rif region of Morocco, newest in our stock", [], []),
        ("Fast shipping/US PHARMACY made", [], []),
        ("given to 5 other vendors worldwide, a star vendor", [], []),
        ("I ship within EU only", ["EU"], ["EU"]),
        ("not shipped to : DK", [], []),
        ("HIGH QUALITY FRANCE SHIPPING", ["FR"], []),
        ("Shipping from the U.K.", ["GB"], []),
        ("[USA/Domestic] powder", ["US"], ["US"]),
        ("24HR UK DELIVERY", [], ["GB"]),
    ],
)
def test_where_it_ships(text, origin, destination):
    reading = found(text)
    assert (reading.values("ships_from"), reading.values("ships_to")) == (origin, destination)


def test_a_rhythm_of_doses_is_no_price():
    assert found("Hydroxyzine", "50 mg divided q6hr").prices == ()


def test_the_given_price_over_a_count_that_the_title_opens_with():
    given_price = GivenPrice(amount=Decimal(85), currency="USD")
    (price,) = found("50 Nintendo | 170mg", price=given_price).unit_prices
    assert (price.amount, price.per_unit) == (Decimal("1.7"), "unit")


@pytest.mark.parametrize(
    ("title", "given"),
    [
        ("OUT OF STOCK DO NOT ORDER OXYCONTIN 20MG CHEAPEST ANYWHERE!", []),
        ("1g MDMA CRYSTAL ROCKS NL/BE/DE SHIP", ["NL", "BE", "DE"]),
        ("STOCK IN DE 1g MDMA", ["DE"]),
    ],
)
def test_words_in_capitals_are_no_codes_of_countries(title, given):
    reading = read(ListingText(title=title))
    assert sorted({m.value for m in reading.marked if m.of.startswith("ships")}) == sorted(given)


@pytest.mark.parametrize(
    ("description", "given"),
    [
        ("Bioavailability: IV: 85%, NASAL: 50-60%", []),
        ("Indica 75% with 25% Sativa.", []),
        ("genetics with a 40% Purple Kush, 60% Blue Dream mix", []),
        ("This listing is for 1 Gram of Pure 86% MDMA sent by Special Stealth Guaranteed", ["86"]),
    ],
)
def test_shares_of_other_things_are_no_purity(description, given):
    reading = read(ListingText(title="1g of it", description=description))
    assert [m.value for m in reading.marked if m.of == "purity_pct"] == given


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ({"title": "DMT 30 gr 1600 euro FREE SHIPPING"}, [("1600", "EUR", "package")]),
        ({"title": "MDMA 3g NEW DISCOUNT!!!! -40 euro"}, []),
        ({"title": "3.5G SPEED FOR LESS THAN $40"}, []),
        ({"title": "Pills", "description": "50 mg IM divided q4-6hr"}, []),
        (
            {"title": "5 LSD tabs", "description": "$40.00", "ships_text": "From: USA To: USA"},
            [("40", "USD", "package")],
        ),
    ],
)
def test_what_stands_beside_an_amount_says_what_it_is(text, given):
    prices = read(ListingText(**text)).prices
    assert [(f"{p.amount.normalize():f}", p.currency, p.per) for p in prices] == given
