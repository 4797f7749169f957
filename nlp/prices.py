# SPDX-License-Identifier: AGPL-3.0-or-later
"""The prices of a listing: amounts whose currency the whole text settles (``nlp.price.v1``).

A bare dollar and "pesos" stay without a currency unless the text names one, the market
gives one, or (for pesos) the text names one country that pays in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.countries import CountryNames
from nlp.fields import FieldText
from nlp.grammar import Grammar
from nlp.model import GivenPrice, Offer, PriceFound

MAX_FOUND = 200  # offers or prices of one field; the rest is reported as unread
DOLLARS = ("USD", "CAD", "AUD")


@dataclass(frozen=True, slots=True)
class Settled:
    """What a bare dollar sign and "pesos" mean in one listing; None where nothing says so."""

    dollar: str | None
    peso: str | None


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
            currency = money.currency or (settled.peso if money.peso else settled.dollar)
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
) -> Settled:
    """Return the currencies that open amounts have, looked for only where one stands."""
    unsettled = [money for field in fields for money in field.money if money.currency is None]
    if not unsettled:
        return Settled(None, None)
    pesos = frozenset(grammar.pesos.values())
    named = _named(grammar, fields)
    shown = given.currency if given is not None and given.currency != "BTC" else None
    peso = _only(named & pesos) or (shown if shown in pesos else None)
    if peso is None and any(money.peso for money in unsettled):
        peso = _only(_paid_in(grammar, countries, fields))
    if "USD" in named:
        return Settled("USD", peso)
    spoken = any(money.peso for money in unsettled)
    dollar = _only(named & {*pesos, *DOLLARS}) or (peso if spoken else None) or shown
    return Settled(dollar, peso)


def _only(codes: frozenset[str]) -> str | None:
    return next(iter(codes)) if len(codes) == 1 else None


def _named(grammar: Grammar, fields: Sequence[FieldText]) -> frozenset[str]:
    """Return the currencies that the text names, with an amount or as a code ("in MXN")."""
    found = {money.currency for field in fields for money in field.money if money.currency}
    for field in fields:
        words = field.vocabulary()
        found |= {code for word, code in grammar.money_words.items()
                  if word in words and (word == code.lower() or code == "USD")}  # fmt: skip
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


def _per_by_offer(field: FieldText, offers: Sequence[Offer]) -> str:
    """Return what a price is for: one unit beside a dose without a count, else the package."""
    if offers and all(offer.kind == "dose" for offer in offers) and field.name == "title":
        return "unit"
    return "package"
