# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a text says, as plain values: of a reading, of an annotation; comparable.

A field that was not annotated is absent and is not scored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nlp.model import Reading

TOLERANCE = Decimal("0.03")
OFFERED = ("stated", "implied", "declared")
STATUSES = (*OFFERED, "mentioned", "negated")
Same = Callable[[Any, Any], bool]
Answer = Mapping[str, "list[Any]"]


@dataclass(frozen=True, slots=True)
class OfferSaid:
    """One option: mass in g (of one piece), count, dose in mg, volume in ml."""

    kind: str
    grams: Decimal | None = None
    count: int | None = None
    dose_mg: Decimal | None = None
    ml: Decimal | None = None

    def plain(self) -> dict[str, Any]:
        """Return what is said, without the rest."""
        names = ("kind", "grams", "count", "dose_mg", "ml")
        said = {name: getattr(self, name) for name in names}
        return {n: v if isinstance(v, int) else str(v) for n, v in said.items() if v is not None}


@dataclass(frozen=True, slots=True)
class PriceSaid:
    """An amount of money and what it is for (``per``: package, unit, g …)."""

    amount: Decimal
    currency: str | None
    per: str

    def plain(self) -> dict[str, Any]:
        """Return the price as JSON values."""
        return {"amount": format(self.amount, "f"), "currency": self.currency, "per": self.per}


def answer_of(reading: Reading) -> dict[str, list[Any]]:
    """Return the values of a reading; ``substances`` as (id, status)."""
    return {
        "substances": [(row.id, row.status) for row in reading.substances],
        "quantities": [
            OfferSaid(o.kind, o.grams, o.count, o.dose_mg, o.ml) for o in reading.offers
        ],
        "prices": [PriceSaid(p.amount, p.currency, p.per) for p in reading.prices],
        "unit_prices": [PriceSaid(p.amount, p.currency, p.per_unit) for p in reading.unit_prices],
        "purity_pct": [Decimal(value) for value in reading.values("purity_pct")],
        "ships_from": reading.values("ships_from"),
        "ships_to": reading.values("ships_to"),
        "selectors": [(row.kind, row.value) for row in reading.selectors],
        "goods": list(dict.fromkeys(row.goods_class for row in reading.goods)),
    }


def same(field: str) -> Same:
    """Return the rule by which two values of a field are one."""
    rules: dict[str, Same] = {
        "quantities": same_offer,
        "prices": _same_price,
        "unit_prices": same_unit_price,
    }
    return rules.get(field, _equal)


def same_offer(one: OfferSaid, other: OfferSaid) -> bool:
    """Whether two offers are one option within 3 %; no count is a count of one."""
    if one.kind != other.kind or (one.count or 1) != (other.count or 1):
        return False
    pairs = ((one.grams, other.grams), (one.dose_mg, other.dose_mg), (one.ml, other.ml))
    return all(close(a, b) for a, b in pairs)


def same_unit_price(one: PriceSaid, other: PriceSaid) -> bool:
    """Whether two unit prices are one within 3 %, in one currency and per one unit."""
    if one.currency != other.currency or one.per != other.per:
        return False
    return close(one.amount, other.amount)


def close(one: Decimal | None, other: Decimal | None) -> bool:
    """Whether two amounts differ by at most 3 % of the second; absent only equals absent."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= TOLERANCE * abs(other)


def _same_price(one: PriceSaid, other: PriceSaid) -> bool:
    return one == other


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other)


def plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if isinstance(value, OfferSaid | PriceSaid):
        return value.plain()
    if isinstance(value, tuple):
        return list(value)
    return format(value, "f") if isinstance(value, Decimal) else value
