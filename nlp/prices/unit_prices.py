# SPDX-License-Identifier: AGPL-3.0-or-later
"""The price per base unit, in the price's own currency (``nlp.unit_price.v1``).

Given only where it follows: one offer and one package price, or as many prices as
offers, or a stated per-unit price.  A contradiction, a holding price, a custom
listing: absent.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from nlp.model import GivenPrice, Offer, PriceFound, UnitPriceFound
from nlp.offers.products import same_product

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
SINGLE = ("unit", "g", "kg", "ml")


def unit_prices(
    offers: Sequence[Offer],
    prices: Sequence[PriceFound],
    priced: Mapping[int, PriceFound],
    given: GivenPrice | None,
    unclear: Container[int] = (),
    shown_per: str = "",
    *,
    custom: bool,
) -> list[UnitPriceFound]:
    """Return the unit prices that follow; ``priced`` are the prices of offers by position.

    ``unclear`` are the positions of offers whose amount may be read in two ways;
    ``shown_per`` is what the shown price is per where the text says so (``each_priced``).
    """
    if given is not None and shown_per and not custom:
        held = offers and is_holding(given, offers[0])
        return [] if held else [_stated(given.amount, given.currency, shown_per)]
    if custom or _contradicted(offers, prices, priced, given):
        return []
    if given is not None and len(offers) == 1 and 0 not in unclear:
        held = is_holding(given, offers[0])
        return [] if held else _divided(given.amount, given.currency, offers[0])
    found: list[UnitPriceFound] = []
    for index, offer in enumerate(offers):
        price = priced.get(index) or _only_left(index, offers, priced, given)
        if price is not None and index not in unclear:
            found += _divided(price.amount, price.currency, offer)
    single = [price for price in prices if price.per in SINGLE]
    piece = _piece(offers)
    singles = list(
        dict.fromkeys(
            said
            for p in single
            for said in (
                _divided(p.amount, p.currency, piece)
                if piece is not None and p.per == "unit"
                else [_stated(p.amount, p.currency, p.per)]
            )
        )
    )
    if not found:
        return singles
    further = [price for price in singles if price not in found]
    left = len(offers) - len(found)  # options that only a price per unit speaks of
    return [*found, *further] if 0 < len(further) <= left else found


def _piece(offers: Sequence[Offer]) -> Offer | None:
    """Return what one piece holds where all options are of it: "vial 10 ml", "ten vials"."""
    single = [offer for offer in offers if (offer.count or 1) == 1]
    alike = {(offer.kind, offer.grams, offer.ml) for offer in offers}
    measured = len(alike) == 1 == len(single) and single[0].kind == "volume"
    return single[0] if measured else None


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
    if any(price.per in SINGLE for price in prices):
        return False
    if given is None and 1 in priced and _several_of(offers[0], offers[1]):
        return False  # "vape 2 ml", "two for 50 EUR"
    amounts = {price.amount for price in prices if price.per == "package"}
    amounts |= {given.amount} if given is not None else set()
    return len(amounts) == 1


def _several_of(one: Offer, other: Offer) -> bool:
    """Whether the second offer is several of the first."""
    same = (one.kind, one.grams, one.ml) == (other.kind, other.grams, other.ml)
    return same and one.kind in ("mass", "volume") and (one.count or 1) == 1 < (other.count or 1)


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
    nines = str(given.amount).startswith("999") and offer.kind == "dose"  # one pill for 999
    return (given.amount >= limit and small) or nines


def _divided(amount: Decimal, currency: str | None, offer: Offer) -> list[UnitPriceFound]:
    base = base_units(offer)
    if base is None or base[0] <= 0 or amount <= 0:
        return []
    return [UnitPriceFound(amount=rounded(amount / base[0]), currency=currency, per_unit=base[1])]


def _stated(amount: Decimal, currency: str | None, per: str) -> UnitPriceFound:
    if per == "kg":
        return UnitPriceFound(amount=rounded(amount / 1000), currency=currency, per_unit="g")
    return UnitPriceFound(amount=rounded(amount), currency=currency, per_unit=per)


def rounded(amount: Decimal) -> Decimal:
    """Return ``amount`` to eight places, without trailing zeros."""
    exact = amount.quantize(PLACES, rounding=ROUND_HALF_EVEN)
    return exact.normalize() + 0
