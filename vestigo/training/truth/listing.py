# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is so about one listing: what it offers, at which price, on which pass."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from vestigo.training.rendering import btc
from vestigo.training.vocabulary import vocabulary
from vestigo.training.world import Change, Listing, Offer, Order


def is_ever_seen(listing: Listing) -> bool:
    """Whether the page of a listing can be seen on some pass."""
    return listing.last_pass >= max(listing.first_pass, 1)


def listing_truth(listing: Listing, orders: Sequence[Order]) -> dict[str, Any]:
    """Return a listing as it was meant when it was posted, with what each pass shows.

    Offers and ``price`` are meant; ``prices_shown`` holds absurd ones too.
    """
    words = vocabulary(listing.language)
    passes = range(listing.first_pass, listing.last_pass + 1)
    shown = {number: listing.at(number) for number in passes}
    holding = [number for number in passes if shown[number].holding]
    return {
        "market": listing.market,
        "key": listing.key,
        "vendor": listing.vendor,
        "language": listing.language,
        "category": list(listing.category),
        "goods_class": listing.goods_class,
        "traps": list(listing.traps),
        **_words(listing),
        "offers": _offers(listing),
        "price": price_of(listing),
        "display": listing.display,
        "ships_from": listing.ships_from,
        "ships_from_code": words.countries[listing.ships_from],
        "ships_to": listing.ships_to,
        "ships_to_codes": list(words.ships_to[listing.ships_to]),
        "listed_on": listing.posted_on.isoformat(),
        "first_pass": listing.first_pass,
        "last_pass": listing.last_pass,
        "prices_shown": [{"pass": number, **price_of(shown[number])} for number in passes],
        "holding": holding,
        "holding_prices": [{"pass": number, **price_of(shown[number])} for number in holding],
        "changes": [_change(one, listing.at(one.pass_no)) for one in listing.changes],
        "direct_address": listing.direct_address,
        "feedback_count": sum(one.reviewed_at is not None for one in orders),
        "orders": [one.number for one in orders],
    }


def price_of(listing: Listing, option: int = 0) -> dict[str, str]:
    """Return the price as the page asks for it: bitcoin where bitcoin is shown."""
    offer = listing.offers[option]
    if listing.display != "fiat":
        return {"amount": btc(offer.price_sat), "currency": "BTC"}
    amount = offer.eur if listing.fiat == "EUR" else offer.usd
    return {"amount": f"{amount:.2f}", "currency": listing.fiat}


def _change(change: Change, listing: Listing) -> dict[str, Any]:
    """Return what is so from one pass on; ``listing`` as that pass shows it."""
    return {
        "pass": change.pass_no,
        "what": list(change.what),
        **_words(listing),
        "price": price_of(listing),
        "ships_to": listing.ships_to,
        "holding": change.holding,
    }


def _words(listing: Listing) -> dict[str, Any]:
    """Return title and text with what they say."""
    return {
        "title": listing.title,
        "description": listing.description,
        "substances": [
            {"substance": one.substance, "status": one.status} for one in listing.substances
        ],
        "purity_pct": [f"{one:f}" for one in listing.purity_percent],
        "text_prices": [
            {"amount": f"{one.amount:f}", "currency": one.currency, "per": one.per}
            for one in listing.text_prices
        ],
    }


def _offers(listing: Listing) -> list[dict[str, Any]]:
    return [
        _offer(offer) | {"price": price_of(listing, number)}
        for number, offer in enumerate(listing.offers)
        if offer.kind != "none"
    ]


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "kind": offer.kind,
        "grams": _text(offer.grams),
        "count": offer.count,
        "dose_mg": _text(offer.dose_mg),
        "ml": _text(offer.ml),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
