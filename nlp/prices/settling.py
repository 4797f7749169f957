# SPDX-License-Identifier: AGPL-3.0-or-later
"""The prices of a listing: amounts whose currency the whole text settles (``nlp.price.v1``).

A bare dollar and "pesos" stay without a currency unless the text names one, the market
gives one, or the text names one country that pays in them (for dollars: no other country).
Thousands without any sign are pesos where the text names one country of pesos.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp.lexicon.grammar import Grammar
from nlp.model import GivenPrice, Offer, PriceFound
from nlp.scanning.amounts import BARE, COMMA_DASH, DOLLAR, PESOS, POINT_DASH
from nlp.scanning.fields import MAX_FOUND, FieldText
from nlp.trade.countries import HOME, CountryNames
from nlp.trade.ships_field import SHIPS_FIELD

DOLLARS_OF = {"US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD"}
THOUSAND = 1000
SHORT = 3  # letters of a word that may be no currency: "fr", "pen"


def said_prices(
    grammar: Grammar,
    countries: CountryNames,
    fields: Sequence[FieldText],
    offers: Sequence[Offer],
    given: GivenPrice | None,
) -> list[PriceFound]:
    """Return every price that the fields name, also one that is said twice."""
    settled = _settled(grammar, countries, fields, given)
    found: list[PriceFound] = []
    for field in fields:
        for money in field.money[:MAX_FOUND]:
            shown = money.sign == BARE and given is not None and given.amount == money.amount
            currency = given.currency if shown and given else None
            currency = currency or money.currency or settled.get(money.sign)
            per = money.per or _per_by_offer(field, offers)
            place = field.place(money.first, money.last)
            found.append(PriceFound(amount=money.amount, currency=currency, per=per, place=place))
    return found


def each_price_once(prices: Sequence[PriceFound]) -> list[PriceFound]:
    """Return the prices without repetitions of amount, currency and unit."""
    found: dict[tuple[object, ...], PriceFound] = {}
    for price in prices:
        found.setdefault((price.amount, price.currency, price.per), price)
    return list(found.values())


def _settled(
    grammar: Grammar,
    countries: CountryNames,
    fields: Sequence[FieldText],
    given: GivenPrice | None,
) -> Mapping[str, str | None]:
    """Return the currency of each way to write an amount without one; None: nothing says it."""
    signs = {money.sign for field in fields for money in field.money if money.currency is None}
    if not signs:
        return {}
    pesos = frozenset(grammar.pesos.values())
    named = _named(grammar, fields)
    shown = given.currency if given is not None and given.currency != "BTC" else None
    peso = _only(named & pesos) or (shown if shown in pesos else None)
    by_pesos = PESOS in signs or (shown is None and not named and _all_thousands(fields))
    if peso is None and by_pesos:
        peso = _only(_paid_in(grammar, countries, fields))
    dollars = named & {*pesos, *grammar.dollars.values()} - {"BRL"}
    if "USD" in named and shown not in named - {"USD"}:
        dollar: str | None = "USD"
    else:
        dollar = _only(dollars) or (peso if PESOS in signs else None) or shown
    if dollar is None and DOLLAR in signs:
        dollar = _only(_dollars_in(countries, fields)) or _of_places(countries, fields)
    plain = _only(named) or shown
    return {
        PESOS: peso,
        DOLLAR: dollar,
        COMMA_DASH: plain or "EUR",
        POINT_DASH: plain or "CHF",
        BARE: _of_bare(grammar, fields, named, shown) or (peso if by_pesos else dollar),
    }


def _all_thousands(fields: Sequence[FieldText]) -> bool:
    """Whether every amount of the listing is a thousand or more, and none has a sign."""
    amounts = [money for field in fields for money in field.money]
    plain = all(money.sign == BARE and money.currency is None for money in amounts)
    return bool(amounts) and plain and min(money.amount for money in amounts) >= THOUSAND


def _of_bare(
    grammar: Grammar, fields: Sequence[FieldText], named: frozenset[str], shown: str | None
) -> str | None:
    """Return the currency of amounts without any sign: the shown one unless the text differs."""
    spoken = {
        grammar.money_words[word]
        for field in fields
        for word in grammar.money_words.keys() & field.vocabulary()
        if len(word) > SHORT
    }
    known = named | spoken
    return shown if shown in known or not known else _only(known) or shown


def _only(codes: frozenset[str]) -> str | None:
    return next(iter(codes)) if len(codes) == 1 else None


def _named(grammar: Grammar, fields: Sequence[FieldText]) -> frozenset[str]:
    """Return the currencies that the text names, with an amount or as a code ("in MXN")."""
    found = {
        money.currency
        for field in fields
        for money in field.money
        if money.currency and money.per != "postage"
    }
    for field in fields:
        words = field.vocabulary()
        codes = {word: grammar.money_words[word] for word in grammar.money_words.keys() & words}
        found |= {
            code for word, code in codes.items() if code == "USD" or word == code.lower() != "pen"
        }
        whose = {grammar.dollars_of[word] for word in words & grammar.dollars_of.keys()}
        if whose and not words.isdisjoint(("dollars", "dollar", "dolares")):
            found = (found - {"USD"}) | whose
        if "pesos" in words:
            found |= {code for word, code in grammar.money_of.items() if word in words}
    return frozenset(found)


def _paid_in(
    grammar: Grammar, countries: CountryNames, fields: Sequence[FieldText]
) -> frozenset[str]:
    """Return the pesos of the countries that the text names."""
    return frozenset(
        grammar.pesos[country.code]
        for field in fields
        for country in countries.find(field)
        if country.code in grammar.pesos
    )


def _dollars_in(countries: CountryNames, fields: Sequence[FieldText]) -> frozenset[str]:
    """Return the dollars of the countries that the market's field of shipping names."""
    return frozenset(
        DOLLARS_OF[country.code]
        for field in fields
        if field.name == SHIPS_FIELD
        for country in countries.find(field)
        if country.code in DOLLARS_OF
    )


def _of_places(countries: CountryNames, fields: Sequence[FieldText]) -> str | None:
    """Return the dollar of the one country that the text names; None where it names others too.

    "Shipped from the US, to the US only": a seller between two countries may ask for either.
    """
    named = {
        code
        for field in fields
        for country in countries.find(field)
        for code in country.code.split("+")
    } - {"WORLDWIDE", HOME}
    code = _only(frozenset(named))
    return DOLLARS_OF.get(code or "")


def _per_by_offer(field: FieldText, offers: Sequence[Offer]) -> str:
    """Return what a price is for: one unit beside a dose without a count, else the package."""
    if offers and all(offer.kind == "dose" for offer in offers) and field.name == "title":
        return "unit"
    return "package"
