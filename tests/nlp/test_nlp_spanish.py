# SPDX-License-Identifier: AGPL-3.0-or-later
"""Spanish listings of six countries, each an invented text with what it says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nlp.model import ListingText
from nlp.reading import Reading, read


def reading(title: str, description: str = "", *category: str) -> Reading:
    return read(ListingText(title=title, description=description, category=category))


def offered(found: Reading) -> set[str]:
    return {row.id for row in found.substances if row.status in ("stated", "implied", "declared")}


def prices(found: Reading) -> list[tuple[Decimal, str | None, str]]:
    return [(p.amount, p.currency, p.per) for p in found.prices]


def sizes(found: Reading) -> list[tuple[object, ...]]:
    parts = [(o.grams, o.ml, o.dose_mg, o.count) for o in found.offers]
    return [tuple(float(x) for x in row if x is not None) for row in parts]


@pytest.mark.parametrize(
    ("title", "substance"),
    [
        ("Perico colombiano 5 g", "cocaine"),
        ("Farlopa sin cortar, 2 gramos", "cocaine"),
        ("Vendo merca de la buena, 1 g", "cocaine"),
        ("Faso prensado 25 gramos", "cannabis"),
        ("Cripy golosito 10 gramos", "cannabis"),
        ("Mota 1 onza", "cannabis"),
        ("Polen doble cero 50 gramos", "cannabis_resin"),
        ("Pasta base 50 g", "coca_paste"),
        ("Bazuco 10 papeletas", "coca_paste"),
        ("Tusi rosado 2 gramos", "tusi"),
        ("Cocaína rosa 1 g", "tusi"),
        ("Tachas Tesla 240 mg, 10 pzas", "mdma"),
        ("Pepas LSD 250 ug", "lsd"),
        ("Pepas de colores 180 mg x 20", "mdma"),
        ("MD en piedra 2 gramos", "mdma"),
        ("Cristal mexicano 3.5 g", "methamphetamine"),
        ("Cristal de MDMA 1 g", "mdma"),
        ("Setas mágicas secas 14 g", "psilocybin"),
        ("Jaco marrón 0,5 g", "heroin"),
        ("Ravotril 2 mg, 30 comprimidos", "clonazepam"),
        ("c0ca1na 1 gr", "cocaine"),
    ],
)
def test_the_slang_of_the_country_names_the_substance(title, substance):
    assert substance in offered(reading(title))


@pytest.mark.parametrize(
    "title",
    [
        "Cristal templado, costo de envío 5 €",
        "Yerba mate 1 kg",
        "Papel de fumar, 10 libritos",
        "Doce discos de vinilo",
        "Pastillas de freno, 4 unidades",
        "Hoja de coca, mate de coca 100 g",
    ],
)
def test_ordinary_goods_are_no_substance(title):
    assert offered(reading(title)) == set()


@pytest.mark.parametrize("category", ["Metanfetamina", "MDMA"])
def test_cristal_alone_is_what_the_category_says(category):
    expected = {"Metanfetamina": "methamphetamine", "MDMA": "mdma"}[category]
    assert offered(reading("Cristal 1 g", "", "Drogas", category)) == {expected}


def test_cristal_that_nothing_decides_is_not_guessed():
    assert offered(reading("Cristal 1 g")) == set()


@pytest.mark.parametrize(
    ("title", "absent"),
    [
        ("Tusi 2 g, no es 2C-B", "2c_b"),
        ("Heroína 1 g, no contiene fentanilo", "fentanyl"),
        ("Aceite de CBD 10 ml sin THC", "thc"),
        ("3-MMC, sustituto de mefedrona 5 g", "mephedrone"),
        ("Alprazolam 2 mg, más fuerte que Valium, 10 pastillas", "diazepam"),
        ("Cocaína: mejor calidad que el speed, 1 g", "amphetamine"),
        ("Test reactivo para MDMA", "mdma"),
        ("Grinder metálico para marihuana", "cannabis"),
        ("Metadona 10 mg, próximamente oxicodona", "oxycodone"),
        ("Viagra no, Cialis 20 mg 8 comprimidos", "sildenafil"),
    ],
)
def test_what_is_denied_or_compared_is_not_on_offer(title, absent):
    assert absent not in offered(reading(title))


def test_a_substitute_is_itself_on_offer():
    assert offered(reading("3-MMC, sustituto de mefedrona 5 g")) == {"3_mmc"}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Cocaína un gramo y medio", [(1.5,)]),
        ("Hachís 0,5 kg", [(500.0,)]),
        ("Mota 1/4 onza", [(7.09,)]),
        ("Creepy colombiana, una libra", [(500.0,)]),
        ("Mota, una libra, envío desde Sinaloa", [(453.6,)]),
        ("Morfina 10 mg/ml, 5 ampollas de 1 ml", [(1.0, 5.0)]),
        ("Poppers 24 ml, pack de 3 botes", [(24.0, 3.0)]),
        ("Modafinilo 200 mg (blíster 10)", [(200.0, 10.0)]),
        ("10 porros de marihuana de 0,8 g cada uno", [(0.8, 10.0)]),
        ("Prensado 30 g + 5 g de regalo", [(30.0,)]),
        ("Zolpidem 10 mg 20 comprimidos + Alprazolam 2 mg 30 comprimidos",
         [(10.0, 20.0), (2.0, 30.0)]),
        ("Tripis de 200 micras, 5 cuadros", [(0.2, 5.0)]),
        ("Éxtasis 2x1: 25 pastillas de 180 mg", [(180.0, 25.0)]),
    ],
)  # fmt: skip
def test_quantities(title, expected):
    assert sizes(reading(title)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 g 25 lucas. Envíos a todo Chile.", ("25000", "CLP", "package")),
        ("1 g 25 lucas. Envíos desde Rosario, Argentina.", ("25000", "ARS", "package")),
        ("1 g 25 lucas", ("25000", None, "package")),
        ("Precio 200 mil pesos colombianos", ("200000", "COP", "package")),
        ("$ 30.000 pesos argentinos", ("30000", "ARS", "package")),
        ("5,500 pesos. Mando a todo México.", ("5500", "MXN", "package")),
        ("$350 MXN", ("350", "MXN", "package")),
        ("u$s 100", ("100", "USD", "package")),
        ("S/. 250.00", ("250", "PEN", "package")),
        ("S/ 120 la caja", ("120", "PEN", "package")),
        ("Gs. 50.000", ("50000", "PYG", "package")),
        ("Bs 200", ("200", "BOB", "package")),
        ("700 varos", ("700", "MXN", "package")),
        ("7 €/g", ("7", "EUR", "g")),
        ("50 € el gramo", ("50", "EUR", "g")),
        ("400 MXN c/u", ("400", "MXN", "unit")),
        ("1,20 € por cápsula", ("1.2", "EUR", "unit")),
        ("1.950,00 €", ("1950", "EUR", "package")),
        ("Envío certificado 8 €", ("8", "EUR", "postage")),
    ],
)
def test_prices(text, expected):
    amount, currency, per = expected
    assert prices(reading("Cocaína", text)) == [(Decimal(amount), currency, per)]


def test_the_postage_of_the_next_line_is_not_this_price():
    found = reading("Cocaína", "10g = 600€\nEnvío certificado 8 €")
    assert prices(found) == [(Decimal(600), "EUR", "package"), (Decimal(8), "EUR", "postage")]


def test_the_worth_of_a_false_note_is_no_price():
    found = reading("Billetes falsos de 50 euros", "20 billetes por 250 €.")
    assert prices(found) == [(Decimal(250), "EUR", "package")]


@pytest.mark.parametrize(
    ("text", "from_", "to"),
    [
        ("Enviamos desde España a toda Europa.", ["ES"], ["EU"]),
        ("Envíos desde Medellín a Bogotá y Cali.", ["CO"], ["CO"]),
        ("Envío desde Bogotá a Estados Unidos y Canadá.", ["CO"], ["US", "CA"]),
        ("Stock en Madrid; enviamos dentro de España y a Francia.", ["ES"], ["ES", "FR"]),
        ("Envíos a todo México, excepto Cancún.", [], ["MX"]),
        ("No enviamos a Reino Unido ni a Estados Unidos.", [], []),
        ("Envíos nacionales en Colombia.", ["CO"], ["CO"]),
        ("Coca de Perú, calidad de Colombia.", [], []),
        ("Entrega en mano en Madrid.", [], []),
        ("Perú únicamente. Envío por Shalom.", [], ["PE"]),
        ("Enviado desde Alemania a la Unión Europea; a España 3-5 días.", ["DE"], ["EU", "ES"]),
        ("Despacho por Chilexpress. Solo Chile.", [], ["CL"]),
    ],
)
def test_shipping(text, from_, to):
    found = reading("Cocaína 1 g", text)
    assert found.values("ships_from") == from_
    assert sorted(found.values("ships_to")) == sorted(to)


def test_number_words_of_one_language():
    found = read(ListingText(title="Once pastillas de éxtasis", language="es"))
    assert sizes(found) == [(11.0,)]
    assert sizes(read(ListingText(title="Once pills of ecstasy", language="en"))) == []


def test_the_advice_of_a_dose_is_no_offer():
    text = "La dosis habitual es de 2 g, máximo 5 g. Recibirás 3,5 g."
    assert sizes(reading("Hongos 3.5 g", text)) == [(3.5,)]


@pytest.mark.parametrize(
    ("title", "goods"),
    [
        ("Pistola con cargadores y munición", "weapon"),
        ("INE falsa y licencia de conducir", "document"),
        ("Billetes falsos de 20 euros", "counterfeit_money"),
        ("Tarjetas clonadas", "hacking"),
        ("Balanza de precisión", "equipment"),
    ],
)
def test_goods_that_are_no_drugs(title, goods):
    found = reading(title)
    assert goods in {g.goods_class for g in found.goods}
    assert not found.substances
