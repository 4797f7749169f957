# SPDX-License-Identifier: AGPL-3.0-or-later
"""The price per base unit, in the price's own currency (``nlp.unit_price.v1``).

Given only where it follows: one offer and one package price, or as many prices as
offers, or a stated per-unit price.  A contradiction, a holding price, a custom
listing: absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from nlp.model import GivenPrice, Offer, PriceFound, UnitPriceFound
from nlp.products import same_product

PLACES = Decimal("0.00000001")
HOLDING_FIAT = Decimal(9000)
HOLDING_BTC = Decimal(50)
# The same limit in currencies whose unit is small, to one figure.
HOLDING_SMALL = {
    "ARS": Decimal(9_000_000), "CLP": Decimal(9_000_000), "COP": Decimal(40_000_000),
    "PYG": Decimal(70_000_000), "MXN": Decimal(150_000), "UYU": Decimal(400_000),
    "BRL": Decimal(50_000), "PEN": Decimal(35_000), "BOB": Decimal(65_000),
    "DOP": Decimal(500_000), "CZK": Decimal(200_000), "SEK": Decimal(90_000),
    "NOK": Decimal(90_000), "DKK": Decimal(65_000), "PLN": Decimal(40_000),
}  # fmt: skip
DIGITS = 10


def unit_prices(
    offers: Sequence[Offer],
    prices: Sequence[PriceFound],
    priced: Mapping[int, PriceFound],
    given: GivenPrice | None,
    *,
    custom: bool,
) -> list[UnitPriceFound]:
    """Return the unit prices that follow; ``priced`` are the prices of offers by position."""
    if custom or _contradicted(offers, prices, priced, given):
        return []
    if given is not None and len(offers) == 1:
        held = is_holding(given, offers[0])
        return [] if held else _divided(given.amount, given.currency, offers[0])
    found: list[UnitPriceFound] = []
    for index, offer in enumerate(offers):
        price = priced.get(index) or _only_left(index, offers, priced, given)
        if price is not None:
            found += _divided(price.amount, price.currency, offer)
    if found:
        return found
    singles = [price for price in prices if price.per in ("unit", "g", "kg", "ml")]
    return list(dict.fromkeys(_stated(price) for price in singles))


def _only_left(
    index: int,
    offers: Sequence[Offer],
    priced: Mapping[int, PriceFound],
    given: GivenPrice | None,
) -> GivenPrice | None:
    """Return the given price where this is the one offer that the text does not price."""
    if given is None or len(offers) - len(priced) != 1 or index in priced:
        return None
    if any(price.amount == given.amount for price in priced.values()):
        return None
    return None if is_holding(given, offers[index]) else given


def _contradicted(
    offers: Sequence[Offer],
    prices: Sequence[PriceFound],
    priced: Mapping[int, PriceFound],
    given: GivenPrice | None,
) -> bool:
    """Whether title and text name two amounts and there is one price for both."""
    if len(offers) != 2 or not same_product(offers[0].product, offers[1].product):  # noqa: PLR2004
        return False
    if len({offer.place.field for offer in offers}) < 2 and 0 in priced:  # noqa: PLR2004
        return False
    amounts = {price.amount for price in prices if price.per == "package"}
    amounts |= {given.amount} if given is not None else set()
    return len(amounts) == 1


def base_units(offer: Offer) -> tuple[Decimal, str] | None:
    """Return (how many base units the offer holds, g | unit | ml), or None."""
    count = offer.count or 1
    if offer.kind == "mass" and offer.grams:
        return offer.grams * count, "g"
    if offer.kind == "units" and offer.count:
        return Decimal(offer.count), "unit"
    if offer.kind == "volume" and offer.ml:
        return offer.ml * count, "ml"
    if offer.kind == "dose":
        return Decimal(1), "unit"
    return None


def is_holding(given: GivenPrice, offer: Offer) -> bool:
    """Whether a price is absurd for the amount: set instead of taking the listing down.

    More than 9,000 (50 for bitcoin) for less than 100 g or 100 pieces.
    """
    base = base_units(offer)
    limit = HOLDING_SMALL.get(given.currency or "", HOLDING_FIAT)
    limit = HOLDING_BTC if given.currency == "BTC" else limit
    small = base is None or base[0] < 100  # noqa: PLR2004 - a retail amount
    return given.amount >= limit and small


def _divided(amount: Decimal, currency: str | None, offer: Offer) -> list[UnitPriceFound]:
    base = base_units(offer)
    if base is None or base[0] <= 0 or amount <= 0:
        return []
    return [UnitPriceFound(amount=rounded(amount / base[0]), currency=currency, per_unit=base[1])]


def _stated(price: PriceFound) -> UnitPriceFound:
    if price.per == "kg":
        return UnitPriceFound(
            amount=rounded(price.amount / 1000), currency=price.currency, per_unit="g"
        )
    return UnitPriceFound(amount=rounded(price.amount), currency=price.currency, per_unit=price.per)


def rounded(amount: Decimal) -> Decimal:
    """Return ``amount`` to eight places, without trailing zeros."""
    exact = amount.quantize(PLACES, rounding=ROUND_HALF_EVEN)
    return exact.normalize() + 0
