# SPDX-License-Identifier: AGPL-3.0-or-later
"""Portuguese listings of Brazil and Portugal, each an invented text with what it says."""

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
        ("Maconha prensada 100 g", "cannabis"),
        ("Prensado paraguaio 500 gramas", "cannabis"),
        ("Brisadeiro 4 unidades", "cannabis"),
        ("Haxixe marroquino 10 g", "cannabis_resin"),
        ("Dry ice bubble hash 3g 150 reais", "cannabis_resin"),
        ("Padê puro 1 grama", "cocaine"),
        ("Pó escama 5 g, muito bom", "cocaine"),
        ("Crack pedra 10 g", "cocaine"),
        ("Merla 5 g", "coca_paste"),
        ("Óxi pedra 10 g", "coca_paste"),
        ("Balinha Rolex 250 mg x 100", "mdma"),
        ("Doces Hofmann 240 µg com 5 unidades", "lsd"),
        ("Micropontos 250 mcg x 10", "lsd"),
        ("Cheirinho da loló 100 ml", "lolo"),
        ("Lança-perfume 6 frascos", "ethyl_chloride"),
        ("Venvanse 70 mg 28 cápsulas", "lisdexamfetamine"),
        ("Quetamina 50 ml", "ketamine"),
        ("Cogumelos mágicos secos 10 g", "psilocybin"),
        ("Tusi rosa sabor morango 3 g", "tusi"),
        ("C0ca1na 98% 1 grama", "cocaine"),
    ],
)
def test_the_slang_of_the_country_names_the_substance(title, substance):
    assert substance in offered(reading(title))


@pytest.mark.parametrize(
    "title",
    [
        "Doce de leite 500 g",
        "Bala de menta, 10 unidades",
        "Farinha de trigo 1 kg",
        "Erva-mate 500 g com frete grátis",
        "Ponto de encontro",
        "Selo dos correios, 10 unidades",
        "Balas calibre 38, 50 unidades",
    ],
)
def test_ordinary_goods_are_no_substance(title):
    assert offered(reading(title)) == set()


@pytest.mark.parametrize("title", ["Key to the city 5 g", "Trip to Rio 10 g", "Dry socks, 2 pairs"])
def test_portuguese_slang_that_is_english_does_not_act_in_english(title):
    assert offered(reading(title, "This is the best that you will find for your money.")) == set()


def test_twelve_in_spanish_and_a_blotter_in_portuguese():
    assert offered(reading("Doce bom de verdade, não é caro, 200 ug")) == {"lsd"}
    assert "lsd" not in offered(reading("Doce pastillas de éxtasis para los amigos"))


@pytest.mark.parametrize(
    ("title", "absent"),
    [
        ("25I-NBOMe não é LSD - 10 selos", "lsd"),
        ("Metadona 10 mg, não contém naloxona", "naloxone"),
        ("Óleo de CBD 30 ml sem THC", "thc"),
        ("3-MMC alternativa à mefedrona 10 g", "mephedrone"),
        ("Ritalina 10 mg melhor que modafinila, 60 comprimidos", "modafinil"),
        ("Kit teste de drogas para MDMA, LSD e cocaína", "mdma"),
        ("Teste rápido de fentanil (10 tiras)", "fentanyl"),
        ("Metadona 10 mg, em breve buprenorfina", "buprenorphine"),
        ("Tusi não é cocaína, 2 g", "cocaine"),
        ("Cytotec não, só Cialis 20 mg", "misoprostol"),
    ],
)
def test_what_is_denied_or_compared_is_not_on_offer(title, absent):
    assert absent not in offered(reading(title))


def test_a_list_carries_its_ambiguous_word():
    found = reading("Perfil", "Vendemos haxixe, erva e cocaína. Não vendemos heroína.")
    assert offered(found) == {"cannabis", "cannabis_resin", "cocaine"}


def test_erva_and_haxixe_are_two_products():
    assert offered(reading("Erva e haxixe, envio de Lisboa, 5 g")) == {"cannabis", "cannabis_resin"}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("MDMA em cristal 2 gramas e meia", [(2.5,)]),
        ("Maconha 1 quilo", [(1000.0,)]),
        ("Cocaína meio quilo", [(500.0,)]),
        ("Skunk 1 onça", [(28.35,)]),
        ("Clonazepam 0,5mg 5 caixas de 20", [(0.5, 100.0)]),
        ("Zolpidem 10mg – 3 caixas c/ 30", [(10.0, 90.0)]),
        ("Morfina 10mg/ml 10 ampolas de 1ml", [(1.0, 10.0)]),
        ("Poppers 10ml 3 frascos", [(10.0, 3.0)]),
        ("LSD 200ug cartela com 25 pontos", [(0.2, 25.0)]),
        ("Morfina 30mg comprimido (50 un)", [(30.0, 50.0)]),
        ("Lança perfume 12 unidades 200ml", [(200.0, 12.0)]),
    ],
)
def test_quantities(title, expected):
    assert sizes(reading(title)) == expected


@pytest.mark.parametrize(
    ("text", "amount", "currency", "per"),
    [
        ("R$ 250,00", "250", "BRL", "package"),
        ("R$ 1.800", "1800", "BRL", "package"),
        ("70 conto", "70", "BRL", "package"),
        ("600 pila", "600", "BRL", "package"),
        ("50 paus", "50", "BRL", "package"),
        ("3 mil reais", "3000", "BRL", "package"),
        ("R$ 80 o grama", "80", "BRL", "g"),
        ("80 reais a grama", "80", "BRL", "g"),
        ("R$ 35 cada", "35", "BRL", "unit"),
        ("R$ 290 cada caixa", "290", "BRL", "package"),
        ("frete incluso R$ 280", "280", "BRL", "package"),
        ("1,80 € a unidade", "1.8", "EUR", "unit"),
        ("Portes 6€", "6", "EUR", "postage"),
        ("Sedex R$ 40", "40", "BRL", "postage"),
        ("30 reais de frete", "30", "BRL", "postage"),
    ],
)
def test_prices(text, amount, currency, per):
    assert prices(reading("Maconha", text)) == [(Decimal(amount), currency, per)]


def test_the_postage_has_its_own_amount():
    found = reading("Sibutramina 30 cáps - R$ 120,00 + frete R$ 25,00")
    assert prices(found) == [(Decimal(120), "BRL", "package"), (Decimal(25), "BRL", "postage")]


def test_a_price_per_gram_is_no_offer_of_a_gram():
    assert sizes(reading("Cocaína 5 g", "80 reais a grama")) == [(5.0,)]


@pytest.mark.parametrize(
    ("text", "from_", "to"),
    [
        ("Enviamos de Portugal para toda a Europa via CTT.", ["PT"], ["EU"]),
        ("Envio de São Paulo por Correios, só Brasil.", ["BR"], ["BR"]),
        ("Envio de Portugal para Espanha e França.", ["PT"], ["ES", "FR"]),
        ("Não enviamos para o Brasil nem para os EUA.", [], []),
        ("Sedex grátis para todo o Brasil.", [], ["BR"]),
        ("Envio discreto de Espanha e Portugal para toda a UE.", ["ES", "PT"], ["EU"]),
        ("Despacho de Lisboa em 24h.", ["PT"], []),
        ("Envio do Porto para Espanha.", ["PT"], ["ES"]),
        ("Entregas só no Rio de Janeiro.", [], ["BR"]),
        ("Entrega em mãos em São Paulo.", [], []),
        ("Haxixe de Marrocos, erva da Holanda.", [], []),
    ],
)
def test_shipping(text, from_, to):
    found = reading("Maconha 1 g", text)
    assert found.values("ships_from") == from_
    assert found.values("ships_to") == to


@pytest.mark.parametrize(
    ("text", "purity"),
    [
        ("90% de pureza", ["90"]),
        ("pureza 80-85 %", ["80", "85"]),
        ("teor de 18% THC", ["18"]),
        ("desconto de 10%", []),
        ("reenvio 100%", []),
    ],
)
def test_purity(text, purity):
    assert reading("Cocaína 1 g", text).values("purity_pct") == purity


@pytest.mark.parametrize(
    ("title", "goods"),
    [
        ("Pistola Taurus com munição", "weapon"),
        ("CNH falsa com QR code", "document"),
        ("Notas falsas de 50 reais", "counterfeit_money"),
        ("Cartão clonado gold", "hacking"),
        ("Balança de precisão", "equipment"),
    ],
)
def test_goods_that_are_no_drugs(title, goods):
    found = reading(title)
    assert goods in {g.goods_class for g in found.goods}
    assert not found.substances
