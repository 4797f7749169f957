# SPDX-License-Identifier: AGPL-3.0-or-later
"""The traps of real listings, each as an invented text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nlp.model import GivenPrice, ListingText
from nlp.reading.reader import read


def offers(title: str, description: str = "", language: str | None = None):
    reading = read(ListingText(title=title, description=description, language=language))
    return [_short(offer) for offer in reading.offers]


def _short(offer):
    parts = (offer.grams, offer.count, offer.dose_mg, offer.ml)
    grams, count, dose, ml = (
        None if part is None else str(part.normalize() + 0) if isinstance(part, Decimal) else part
        for part in parts
    )
    return {"mass": (grams, count), "units": (count, dose), "dose": (dose,), "volume": (ml, count)}[
        offer.kind
    ]


def named(title: str, description: str = "", **fields) -> dict[str, str]:
    reading = read(ListingText(title=title, description=description, **fields))
    return {row.id: row.status for row in reading.substances}


@pytest.mark.parametrize("size", ["16 x 11 cm", "16x11cm", "10 x 20 x 5 cm", "4 x 6 inches"])
def test_the_sides_of_an_envelope_are_no_count(size):
    assert offers("Box of oil paints", f"Envelope {size}, fits every letterbox") == []
    assert offers("100 tablets tramadol", f"Envelope {size}") == offers("100 tablets tramadol")
    assert offers("2 x 5 g cocaine", f"Envelope {size}") == [("5", 2)]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Half ounce: 1/2oz (14g) cocaine", [("14", None)]),
        ("½ oz cocaine", [("14.17", None)]),
        ("1½ g of cocaine", [("1.5", None)]),
        ("¼ oz weed", [("7.09", None)]),
        (".5 G heroin", [("0.5", None)]),
        ("Sample heroin (.1) GR", [("0.1", None)]),
        ("Heroin 1-G", [("1", None)]),
        ("Cocaína 0,5 g", [("0.5", None)]),
        ("3.5gr cocaine", [("3.5", None)]),
        ("10 grams speed", [("10", None)]),
        ("2g5 cocaine", [("2.5", None)]),
        ("QP of weed", [("113.4", None)]),
        ("1 lb weed", [("453.6", None)]),
        ("(QUARTER) POUND weed", [("113.4", None)]),
        ("8ball cocaine", [("3.5", None)]),
        ("8 ball cocaine", [("3.5", None)]),
        ("an eighth of mushrooms", [("3.54", None)]),
        ("half oz mushrooms", [("14.17", None)]),
        ("1 kilo hash", [("1000", None)]),
        ("medio kilo de hachís", [("500", None)]),
        ("cuarto de kilo de hachís", [("250", None)]),
        ("una onza de marihuana", [("28.35", None)]),
        ("5x 0.8 g cocaine", [("0.8", 5)]),
        ("10 x 1g cocaine", [("1", 10)]),
        ("Ketamine 1000 mg 1 g", [("1", None)]),
        ("100x Blue Anvil XTC 220mg", [(100, "220")]),
        ("Diazepam 60mg x 10", [(10, "60")]),
        ("Tramadol caps x 100", [(100, None)]),
        ("25 2MG Xanax Bars", [(25, "2")]),
        ("10 valium", [(10, None)]),
        ("100 Piece - 163.75 EUR - Anvil XTC 280mg", [(100, "280")]),
        ("LSD blotter 150µg x 25", [(25, "0.15")]),
        ("LSD blotter 150μg x 25", [(25, "0.15")]),
        ("200+ XTC pills", [(200, None)]),
        ("Suboxone 8mg/2mg x 7", [(7, "8")]),
        ("2 boxes of 12 diazepam", [(24, None)]),
        ("GHB 250 ml", [("250", None)]),
        ("3 x 250ml GHB", [("250", 3)]),
        ("Purple lean 32 oz x 2", [("946.24", 2)]),
        ("1.000 g de anfetamina para todos los clientes del norte", [("1000", None)]),
        ("25 mg/ml ketamine vial 10 ml", [("10", None)]),
        ("Fentanyl patch 100mcg/h, 5 patches", [(5, None)]),
    ],
)  # fmt: skip
def test_one_quantity(title, expected):
    assert offers(title) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Recommended dose: 10 - 30 mg.",
        "Take 100mg and wait two hours.",
        "Envelope size 16 x 11 cm.",
        "Minimum order 5 g.",
        "We have sold 200+ orders.",
        "03/15/2016 new batch",
        "Updated 22/11",
        "{{7*7}} ${7*7}",
    ],
)
def test_what_is_no_quantity(text):
    assert offers("Cocaine", text) == []


def test_free_extras_are_no_offer():
    assert offers("5g cocaine + 1g free") == [("5", None)]


def test_free_shipping_is_no_extra():
    assert offers("5g FREE SHIPPING cocaine + 1g FREE EXPRESS") == [("5", None), ("1", None)]


def test_a_price_table_gives_one_offer_for_each_line():
    table = "1g = 65 EUR\n3.5g = 206 EUR\n10g = 500 EUR"
    reading = read(ListingText(title="Cocaine, choose your option", description=table))
    assert [offer.grams for offer in reading.offers] == [Decimal(1), Decimal("3.5"), Decimal(10)]
    assert [price.amount for price in reading.prices] == [65, 206, 500]
    assert [price.amount for price in reading.unit_prices] == [
        Decimal(65), Decimal("58.85714286"), Decimal(50),
    ]  # fmt: skip


def test_title_and_text_that_differ_are_both_given_and_marked():
    reading = read(ListingText(title="1g cocaine", description="This listing is for 100g."))
    assert [offer.grams for offer in reading.offers] == [1, 100]
    assert "title_and_text_differ" in reading.flags


def test_the_text_completes_a_bare_count():
    assert offers("10 XTC pills", "Each pill contains 220mg MDMA.") == [(10, "220")]


def test_no_net_weight_is_made_of_count_and_dose():
    reading = read(ListingText(title="100x Anvil XTC 220mg"))
    assert [(o.kind, o.grams) for o in reading.offers] == [("units", None)]


def test_a_dose_of_a_loose_substance_is_a_small_mass():
    assert offers("20mg pure DMT") == [("0.02", None)]


def test_offer_does_not_contain_off():
    reading = read(ListingText(title="PROMO OFFER 1g ketamine 87%"))
    assert reading.values("purity_pct") == ["87"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Legal replacement for alpha-PVP: 1g alpha-PHP", {"alpha_php": "stated", "alpha_pvp": "mentioned"}),
        ("Perfect replacement of U-47700, 5g metonitazene", {"metonitazene": "stated", "u_47700": "mentioned"}),
        ("Hydro weed 7g", {"cannabis": "stated"}),
        ("5g Hawaiian Snow", {"cannabis": "implied"}),
        ("10x Dom Perignon XTC 200mg", {"mdma": "stated"}),
        ("Actavis tin box 10g", {}),
        ("5 gram Rolex hash", {"cannabis_resin": "stated"}),
        ("3g Blue Dream", {"cannabis": "implied"}),
        ("5x 220mg Teslas pills", {"mdma": "implied"}),
        ("10 2C-B pills 20mg", {"2c_b": "stated"}),
        ("10 2CB pills 20mg", {"2c_b": "stated"}),
        ("1g crack cocaine", {"cocaine": "stated"}),
        ("5g tusi", {"tusi": "stated"}),
        ("Tusi rosa 3 g (cocaína rosa)", {"tusi": "stated"}),
        ("Amnesia Haze 5g THC 20%", {"cannabis": "implied"}),
        ("14g OG Kush Shatter", {"cannabis_concentrate": "stated"}),
        ("LSD test kit", {"lsd": "mentioned"}),
        ("M\u200bD\u200bM\u200bA 1g", {"mdma": "stated"}),
        ("МDМА 1g", {"mdma": "stated"}),
        ("ＭＤＭＡ 1g", {"mdma": "stated"}),
        ("Cocaína 1 g", {"cocaine": "stated"}),
        ("speedpaste 10g", {"amphetamine": "stated"}),
        ("10xLSD blotter", {"lsd": "stated"}),
        ("Ice cream maker", {}),
        ("Trankimazin 2 mg, 30 comprimidos", {"alprazolam": "stated"}),
    ],
)  # fmt: skip
def test_substances_of_a_title(title, expected):
    assert named(title) == expected


@pytest.mark.parametrize(
    ("description", "substance", "status"),
    [
        ("No THC in this oil.", "thc", "negated"),
        ("Sin fentanilo ni levamisol.", "fentanyl", "negated"),
        ("No contiene MDMA.", "mdma", "negated"),
        ("It is not cocaine.", "cocaine", "negated"),
        ("Short term benzos such as xanax or ativan help.", "lorazepam", "mentioned"),
        ("Mejor que la cocaína.", "cocaine", "mentioned"),
    ],
)
def test_negated_and_compared_substances_are_not_offered(description, substance, status):
    assert named("Herbal mix", description)[substance] == status


def test_what_the_text_names_beside_the_title_is_mentioned():
    assert named("Rivotril 2mg x 10", "Pairs with cocaine.") == {
        "clonazepam": "stated",
        "cocaine": "mentioned",
    }


def test_the_category_declares_and_contradictions_give_both():
    assert named("Top quality 1g", category=("Drugs", "Stimulants", "Cocaine")) == {
        "cocaine": "declared"
    }
    assert named("Cocaine 1g", category=("Drugs", "Opioids", "Heroin")) == {
        "cocaine": "stated",
        "heroin": "declared",
    }
    assert named("Top quality 1g", category=("Drugs", "Benzos")) == {}


def test_an_ambiguous_word_follows_the_category():
    assert named("5g crystal", category=("Drugs", "Stimulants", "Meth")) == {
        "methamphetamine": "stated"
    }
    assert "methamphetamine" not in named("5g crystal")


def test_pills_under_ecstasy_declare_mdma():
    assert named("50x red lanterns", category=("Drugs", "Ecstasy", "Pills")) == {"mdma": "declared"}


@pytest.mark.parametrize(
    ("text", "amount", "currency", "per"),
    [
        ("Cocaine 6 Gram - 315 EUR", "315", "EUR", "package"),
        ("Cocaine 1g €80", "80", "EUR", "package"),
        ("Cocaine 1g £60.50", "60.5", "GBP", "package"),
        ("Cocaine 1g US$90", "90", "USD", "package"),
        ("Cocaína 1 g R$ 200", "200", "BRL", "package"),
        ("Cocaína 1 g S/ 50", "50", "PEN", "package"),
        ("Cocaine 1g $90", "90", None, "package"),
        ("Cocaine 80 EUR/g", "80", "EUR", "g"),
        ("Cocaine 80 euros por gramo", "80", "EUR", "g"),
        ("XTC 220mg €1.25", "1.25", "EUR", "unit"),
        ("XTC pills 2 EUR each", "2", "EUR", "unit"),
        ("Gastos de envío 8 EUR", "8", "EUR", "postage"),
        ("Cocaine bulk 1.2k EUR", "1200", "EUR", "package"),
    ],
)
def test_prices(text, amount, currency, per):
    (price,) = read(ListingText(title=text)).prices
    assert (price.amount, price.currency, price.per) == (Decimal(amount), currency, per)


@pytest.mark.parametrize(
    "text", ["Free shipping on orders over 100 EUR", "Minimum 50 EUR", "20 EUR off", "10% discount"]
)
def test_thresholds_and_discounts_are_no_prices(text):
    assert read(ListingText(title="Cocaine", description=text)).prices == ()


def test_a_given_price_settles_a_bare_dollar():
    given = GivenPrice(amount=Decimal(90), currency="USD")
    (price,) = read(ListingText(title="Cocaine $90", price=given)).prices
    assert price.currency == "USD"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cocaine >90%", ["90"]),
        ("Cocaine 90+%", ["90"]),
        ("Speed 65-73% pure", ["65", "73"]),
        ("Purity ranges from 95 to 97", ["95", "97"]),
        ("Fentanyl that is 98 pure", ["98"]),
        ("Pureza del 84 %", ["84"]),
        ("50% reship or 25% refund", []),
        ("100% positive feedback", []),
        ("20% off", []),
    ],
)
def test_purity(text, expected):
    assert read(ListingText(title="Cocaine", description=text)).values("purity_pct") == expected


@pytest.mark.parametrize(
    ("text", "origin", "destination"),
    [
        ("Ships from Germany to Europe", ["DE"], ["EU"]),
        ("UK - UK shipping", ["GB"], ["GB"]),
        ("Netherlands to worldwide shipping", ["NL"], ["WORLDWIDE"]),
        ("USA domestic shipping", ["US"], ["US"]),
        ("Next day UK delivery", [], ["GB"]),
        ("Free UK NDD", [], ["GB"]),
        ("Envío desde España a toda Europa", ["ES"], ["EU"]),
        ("EU stock", ["EU"], []),
        ("We ship worldwide except Australia", [], ["WORLDWIDE"]),
        ("Dutch MDMA, Ketama, Morocco", [], []),
        ("Peruvian cocaine", [], []),
        ("IN STOCK now, delivery 4 PM", [], []),
    ],
)
def test_shipping(text, origin, destination):
    reading = read(ListingText(title=text))
    assert (reading.values("ships_from"), reading.values("ships_to")) == (origin, destination)


def test_a_holding_price_gives_no_unit_price_and_a_flag():
    given = GivenPrice(amount=Decimal(99999), currency="USD")
    reading = read(ListingText(title="1g cocaine", price=given))
    assert reading.unit_prices == ()
    assert "holding_price" in reading.flags


def test_a_custom_listing_gives_no_unit_price():
    given = GivenPrice(amount=Decimal(100), currency="USD")
    assert read(ListingText(title="Custom listing 1g cocaine", price=given)).unit_prices == ()


def test_the_given_price_over_the_single_offer():
    given = GivenPrice(amount=Decimal("0.05"), currency="BTC")
    (price,) = read(ListingText(title="10g cocaine", price=given)).unit_prices
    assert (price.amount, price.currency, price.per_unit) == (Decimal("0.005"), "BTC", "g")


def test_a_scale_is_equipment_and_offers_no_grams():
    category = ("Equipment", "Lab", "Scales")
    reading = read(ListingText(title="Pocket scale 200g x 0.01g", category=category))
    assert reading.offers == ()
    assert reading.goods[0].goods_class == "equipment"
