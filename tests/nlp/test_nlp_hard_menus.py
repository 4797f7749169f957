# SPDX-License-Identifier: AGPL-3.0-or-later
"""Menus in the words of sellers who ramble, on invented texts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nlp.model import GivenPrice, ListingText
from nlp.reading.reader import read

CASES = [
    # fractions of an ounce, whatever unit stands beside them
    ("Weed", "- eighth: $35\n- quarter: $65\n- half: $115\n- zip: $200\n- elbow: $2,400", "35 USD",
     "en", "3.54g 7.0875g 14.175g 28.35g 453.6g"),
    ("Weed AAA", "1/8 - $30, 1/4 - $55, 1/2 - $100, 1oz - $180", "30 CAD", "en",
     "3.54g 7.09g 14.17g 28.35g"),
    # numbers in two words
    ("Pregabalin 300mg 56 caps", "One box of fifty six £45.", "45 GBP", "en", "56x300mg"),
    ("Rivotril 2 mg", "Treinta y cinco comprimidos por 40 euros.", "40 EUR", "es", "35x2mg"),
    # an amount without a sign goes on where an option had its price
    ("Speed 1kg", "1 kilo paste 1,100 EUR. Half kilo 650. For smaller amounts ask.", "1100 EUR",
     "en", "1000g 500g"),
    # a price behind a comma
    ("Pyrazolam 0.5mg", "100 pyrazolam pellets, $60. 250 for $130.", "60 USD", "en",
     "100x0.5mg 250x0.5mg"),
    # a number that the title gives its unit
    ("Tusi rosado - 1 g / 5 g", "Acá va a $60.000 el gramo y $250.000 los cinco.", "60000 COP",
     "es", "1g 5g"),
    # packages of a known price or content
    ("Cetamina 10 ml", "180 reais cada, leve 5 por 800.", "180 BRL", "pt", "10ml 5x10ml"),
    ("Polen - bellotas de 10 g", "3 bellotas de 10 g: 110€. 10 bellotas: 320€.", "110 EUR", "es",
     "3x10g 10x10g"),
    ("DMT carts 1ml 600mg", "Fits any 510 pen. 1 for $80, 3 for $210.", "80 USD", "en",
     "1ml 3x1ml"),
    ("Tramadol 100mg SR", "Box of 30 x 100mg. One box 24, two boxes 44.", "24 GBP", "en",
     "30x100mg 60x100mg"),
    ("2C-B pills? no, powder", "250mg 18 EUR / 500mg 32 EUR / 1g 55 EUR", "18 EUR", "en",
     "0.25g 0.5g 1g"),
    ("Concerta XL 36", "thirty 36 mg tabs for 110 AUD", "110 AUD", "en", "30x36mg"),
    ("Norco 10-325 yellow", "30 count. $7 a pop.", "210 USD", "en", "30x10mg"),
    ("LSD crystal 100mg", "Enough to lay 1000 hits. $1,150 for 100 mg, $2,100 for 200 mg.",
     "1150 USD", "en", "0.1g 0.2g"),
    ("Ativan 2.5mg", "Each blister holds 10. 2 blisters $45, 5 blisters $100.", "45 USD", "en",
     "20x2.5mg 50x2.5mg"),
    ("Kamagra", "One pack (7 sachets of 100mg) 12 pounds, four packs 40 pounds.", "12 GBP", "en",
     "7x100mg 28x100mg"),
    ("Crack rocks - 1g (10 x 0.1)", "Soft? Not here.", "65 USD", "en", "10x0.1g"),
    ("Ritalina 10mg caixa 30", "Caixa fechada 120 reais, leve três caixas por 330.", "120 BRL",
     "pt", "30x10mg"),
    ("Gras 5g", "Fünf Gramm fünfzig Euro, zehn Gramm neunzig.", "50 EUR", "de", "5g 10g"),
    ("LSD 120µg", "10 buvards 70€, planche de 25 150€.", "70 EUR", "fr", "10x0.12mg 25x0.12mg"),
    ("Weed", "oz's £160 each, 2 for £300, 4 for £560", "160 GBP", "en",
     "28.35g 2x28.35g 4x28.35g"),
    ("Crack cocaine 5 x 0.2", "£50 for the five, £90 for ten.", "50 GBP", "en", "5x0.2g 10x0.2g"),
    # strips and sheets
    ("Zopiclone 7.5 mg", "Strips of 14. One strip 10 EUR, four strips 32 EUR.", "10 EUR", "en",
     "14x7.5mg 56x7.5mg"),
    ("2mg xanax bars", "Strip of ten for $30, five strips for $130, or grab a hundred at $240.",
     "30 USD", "en", "10x2mg 50x2mg 100x2mg"),
    ("LSD tabs 120ug", "A ten strip is $60. Half sheet (50) $250. Full sheet $450.", "60 USD",
     "en", "10x0.12mg 50x0.12mg 100x0.12mg"),
    ("Viagra", "4 packs of 4 for 20, 10 packs for 45", "20 GBP", "en", "16x 40x"),
    # the amount first
    ("Amnesia", "40 the henry, 75 the Q, 140 the half, 260 the oz", "40 GBP", "en",
     "3.54g 7.09g 14.175g 28.35g"),
    ("Hash 100g slab", "We ask 320 for the hundred, 175 for 50 and 100 for the quarter (25g).",
     "320 EUR", "en", "100g 50g 25g"),
    ("MDMA", "40 for 1, 75 for 2, 180 for 5", "40 EUR", "en", "1g 2g 5g"),
    ("MDMA pills", "10 for 45, 50 for 190", "45 EUR", "en", "10x 50x"),
    ("DMT", "Crystal $120/g or $70 for a half.", "120 USD", "en", "0.5g"),
    # a sentence ends at its point
    ("GHB", "Bottle of 100ml: 50. 250ml: 110. Litre: 380.", "50 EUR", "en", "100ml 250ml 1000ml"),
    ("MDMA 84%", "1g/20 2g/38 5g/85 10g/150", "20 EUR", "en", "1g 2g 5g 10g"),
    ("K", "7g was 140 now 98; 14g was 260 now 182", "98 GBP", "en", "7g 14g"),
    ("Tramadol 50mg", "blister of 10 x 5 = 50 caps for 25 pounds", "25 GBP", "en", "50x50mg"),
    ("Ket", "I can do you a half z for 250 or a full z for 450.", "250 GBP", "en",
     "14.175g 28.35g"),
    ("Weed", "$10/g. 28g+ $8/g. lb $1800", "70 USD", "en", "453.6g"),
    # other goods, thresholds
    ("Tesla 50 Stk", "Wirkstoffgehalt 240mg. Nicht die alten mit 477 mg! 100 Stück 250 €", "250 EUR",
     "de", "50x240mg 100x240mg"),
    ("4-AcO-DMT", "20 mg is comparable with about 3 g of dried cubes. 100 mg $20, 250 mg $40.",
     "20 USD", "en", "0.1g 0.25g"),
    ("Speed 10 g", "Wer mehr als 50 g bestellt, bekommt Rabatt.", None, "de", "10g"),
    ("Cristal 5 g", "Si pides más de 50 g hay un 10 % de descuento.", None, "es", "5g"),
    ("Crystal 10 g", "If you buy this we throw in 1 gram.", None, "en", "10g"),
]  # fmt: skip


def reading(title, description, price, language):
    shown = None
    if price:
        amount, currency = price.split()
        shown = GivenPrice(amount=Decimal(amount), currency=currency)
    return read(
        ListingText(
            title=title,
            description=description,
            price=shown,
            language=language,
            category=("Drugs",),
        )
    )


def said(offer):
    parts = [f"{offer.count}x" if offer.count else ""]
    for value, unit in ((offer.grams, "g"), (offer.dose_mg, "mg"), (offer.ml, "ml")):
        parts.append(f"{value.normalize():f}{unit}" if value is not None else "")
    return "".join(parts)


@pytest.mark.parametrize(("title", "description", "price", "language", "expected"), CASES)
def test_each_option_of_a_menu_is_an_offer(title, description, price, language, expected):
    found = [said(offer) for offer in reading(title, description, price, language).offers]
    assert sorted(found) == sorted(expected.split())


def test_several_of_a_bottle_are_no_pieces():
    text = "Pint, sealed, 16 fl oz. Nothing like the fakes going round. $650 a pint, 2 for $1200."
    found = reading("Promethazine codeine syrup", text, "650 USD", "en").offers
    assert "2x473.12ml" in [said(offer) for offer in found]
    assert all(offer.kind == "volume" for offer in found)


@pytest.mark.parametrize(
    ("title", "description", "price", "expected"),
    [
        ("Speed 50 g", "50 g pour 160 euros soit 3,20 le gramme.", "160 EUR", {"160", "3.20"}),
        ("Gras 5g", "Fünf Gramm fünfzig Euro, zehn Gramm hundertzwanzig.", "50 EUR", {"50"}),
        ("4-FA", "Ten grams sixty euros, fifty grams one hundred twenty.", "60 EUR", {"60", "120"}),
        ("Meph 3 g", "first 3 g at 20/g", "20 GBP", {"20"}),
        ("Speed 1kg", "1 kilo 1,100 EUR. Half kilo 650.", "1100 EUR", {"1100", "650"}),
    ],
)
def test_amounts_without_a_sign_are_prices(title, description, price, expected):
    found = {format(p.amount, "f") for p in reading(title, description, price, "fr").prices}
    assert {Decimal(one) for one in found} == {Decimal(one) for one in expected}


def test_a_share_of_trades_is_no_purity():
    found = read(ListingText(profile="GreenDoor, 4 years, 1900 trades, 99.4%. Hash and weed."))
    assert found.values("purity_pct") == []


def test_pounds_that_weigh_stay_a_weight():
    offers = reading("Weed", "Two pounds of weed 3000 GBP", "3000 GBP", "en").offers
    assert [said(offer) for offer in offers] == ["907.2g"]


def test_pounds_that_are_paid_are_no_weight():
    prices = reading("Tramadol 50mg", "50 caps for 25 pounds", None, "en").prices
    assert [(p.amount, p.currency) for p in prices] == [(Decimal(25), "GBP")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("White powder, purity not less than 99%.", ["99"]),
        ("Reinheit nicht unter 90 %", ["90"]),
        ("Pureza nunca menos de 85 %", ["85"]),
        ("Less than 2 % of parcels lost", []),
    ],
)
def test_a_floor_of_purity_is_one(text, expected):
    marked = reading("BMK 1 kg", text, None, None).marked
    assert [mark.value for mark in marked if mark.of == "purity_pct"] == expected
