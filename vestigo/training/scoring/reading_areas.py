# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was read from the words: substances, what is on offer, prices per base unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from vestigo.records import Quantity, UnitPrice
from vestigo.training.scoring.area import Area
from vestigo.training.scoring.comparison import UNKNOWN, Comparison, Explained, Fact
from vestigo.training.scoring.holdings import Claims

OFFERED = ("stated", "implied")
TOLERANCE = Decimal("0.01")
ROUNDING = Decimal("0.005")
_PARTS = (("grams", "g"), ("count", "pieces"), ("dose_mg", "mg"), ("ml", "ml"))


def reading_areas(work: Comparison) -> Iterator[Area]:
    """Yield substances, offers and unit prices."""
    yield _substances(work)
    yield _offers(work)
    yield _unit_prices(work)


def _substances(work: Comparison) -> Area:
    true, said = {}, {}
    for key, item in work.truth.listings.items():
        for row in substances_of(item):
            name, status = row["substance"], str(row["status"])
            if status in OFFERED:
                true[f"{key} {name}"] = Fact(work.view.listing(key))
            else:
                said[f"{key} {name}"] = status
    claims = Claims()
    for record_id, mention, subject in work.held.about(work.held.mentions):
        if mention.status in OFFERED and subject.listing:
            claims.add(f"{subject.listing} {mention.substance_id}", record_id)

    def explain(key: str, ids: set[str]) -> Explained:
        return ("only_" + said[key], "") if key in said else _of_page(work, ids)

    return work.area("substances", true, claims, explain)


def substances_of(listing: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what a listing names, as it was posted and as it was changed."""
    changed = [row for change in listing["changes"] for row in change["substances"]]
    return [*listing["substances"], *changed]


def _offers(work: Comparison) -> Area:
    by_listing = {key: item["offers"] for key, item in work.truth.listings.items()}
    true = {
        f"{key} {offer_name(offer)}": Fact(work.view.listing(key))
        for key, offers in by_listing.items()
        for offer in offers
    }
    claims = Claims()
    for record_id, item, subject in work.held.about(work.held.quantities):
        if subject.listing:
            offer = _same_offer(_plain(item), by_listing.get(subject.listing, []))
            claims.add(f"{subject.listing} {offer_name(offer)}", record_id)

    def explain(key: str, ids: set[str]) -> Explained:
        listing = key.partition(" ")[0]
        quantities = [work.held.quantities[one] for one in ids]
        offers = by_listing.get(listing, ())
        if any(_is_part(_plain(item), offer) for item in quantities for offer in offers):
            return "part_of_option", ""
        return _of_listing(work, listing, ids)

    return work.area("offers", true, claims, explain)


def _plain(item: Quantity) -> dict[str, Any]:
    return {
        "kind": item.offer_kind,
        "grams": item.grams,
        "count": item.count,
        "dose_mg": item.dose_mg,
        "ml": item.ml,
    }


def _same_offer(claim: dict[str, Any], true: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the true offer that a claim states (an ounce may be 28.35 g), else the claim."""
    for offer in true:
        exact = all(_equal(offer[name], claim[name]) for name in ("count", "dose_mg"))
        near = all(_near(offer[name], claim[name]) for name in ("grams", "ml"))
        if offer["kind"] == claim["kind"] and exact and near:
            return offer
    return claim


def _is_part(claim: Mapping[str, Any], offer: Mapping[str, Any]) -> bool:
    """Say whether all that a claim states is in one option, which states more."""
    said = [name for name, _unit in _PARTS if claim[name] is not None]
    return bool(said) and all(
        offer[name] is not None and _near(offer[name], claim[name]) for name in said
    )


def _equal(one: Any, other: Any) -> bool:
    return (one is None) == (other is None) and (one is None or Decimal(one) == Decimal(other))


def _near(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return abs(Decimal(one) - Decimal(other)) <= Decimal(one) * ROUNDING


def offer_name(offer: Mapping[str, Any]) -> str:
    """Return what is on offer in one spelling: ``units 60 pieces 2 mg``."""
    parts = [
        f"{_number(offer[field])} {unit}" for field, unit in _PARTS if offer[field] is not None
    ]
    return " ".join([str(offer["kind"]), *parts])


def _number(value: Any) -> str:
    plain = f"{Decimal(str(value)):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _unit_prices(work: Comparison) -> Area:
    by_listing = {key: _true_unit_prices(item) for key, item in work.truth.listings.items()}
    n_options = {key: len(item["offers"]) for key, item in work.truth.listings.items()}
    true = {
        f"{key} {_shown(price)}": Fact(
            work.view.listing(key), detail="several_options" if n_options[key] > 1 else ""
        )
        for key, prices in by_listing.items()
        for price in prices
    }
    claims = Claims()
    for record_id, item, subject in work.held.about(work.held.unit_prices):
        if subject.listing:
            near = _nearest(item, by_listing.get(subject.listing, []))
            claims.add(f"{subject.listing} {_shown(near)}", record_id)

    def explain(key: str, ids: set[str]) -> Explained:
        if any(_counts_holding_price(work, one) for one in ids):
            return "holding_price", ""
        return _of_listing(work, key.partition(" ")[0], ids)

    return work.area("unit_prices", true, claims, explain)


def _true_unit_prices(listing: Mapping[str, Any]) -> list[tuple[Decimal, str, str]]:
    """Return (amount, currency, base unit) of each offer at every price that was meant.

    The price of the first option may change from pass to pass.
    """
    found: list[tuple[Decimal, str, str]] = []
    meant = [row for row in listing["prices_shown"] if row["pass"] not in listing["holding"]]
    for number, offer in enumerate(listing["offers"]):
        base = _base(offer)
        prices = [offer["price"], *(meant if number == 0 else ())]
        if base is not None and base[0] > 0:
            found += [(Decimal(p["amount"]) / base[0], str(p["currency"]), base[1]) for p in prices]
    return list(dict.fromkeys(found))


def _base(offer: Mapping[str, Any]) -> tuple[Decimal, str] | None:
    count = Decimal(offer["count"] or 1)
    if offer["kind"] == "mass" and offer["grams"] is not None:
        return Decimal(offer["grams"]) * count, "g"
    if offer["kind"] == "volume" and offer["ml"] is not None:
        return Decimal(offer["ml"]) * count, "ml"
    if offer["kind"] in ("units", "dose") and offer["count"]:
        return count, "unit"
    return None


def _nearest(
    item: UnitPrice, true: list[tuple[Decimal, str, str]]
) -> tuple[Decimal, str | None, str]:
    """Return the true unit price that a claim states within the tolerance, else the claim."""
    for amount, currency, unit in true:
        same = (currency, unit) == (item.currency, item.per_unit)
        if same and abs(item.amount - amount) <= amount * TOLERANCE:
            return amount, currency, unit
    return item.amount, item.currency, item.per_unit


def _shown(price: tuple[Decimal, str | None, str]) -> str:
    amount, currency, unit = price
    return f"{_number(amount.quantize(Decimal('0.00000001')))} {currency}/{unit}"


def _counts_holding_price(work: Comparison, record_id: str) -> bool:
    claim = work.held.unit_prices[record_id]
    listing = work.held.listings.get(claim.subject)
    if listing is None:
        return False
    row = work.truth.listings.get(f"{listing.market}/{listing.listing_key}")
    return row is not None and listing.price_amount in holding_prices(row)


def holding_prices(listing: Mapping[str, Any]) -> set[Decimal]:
    """Return the absurd prices that a listing shows instead of being taken off."""
    return {Decimal(str(row["amount"])) for row in listing["holding_prices"]}


def _of_listing(work: Comparison, listing: str, ids: set[str]) -> Explained:
    row = work.truth.listings.get(listing)
    if row is not None and not row["offers"]:
        return "nothing_on_offer", ""
    return _of_page(work, ids)


def _of_page(work: Comparison, ids: set[str]) -> Explained:
    host = work.phishing(ids)
    return ("phishing_mirror", host) if host else UNKNOWN
