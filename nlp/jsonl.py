# SPDX-License-Identifier: AGPL-3.0-or-later
"""The contract of ``vestigo nlp read``: one JSON line in, one JSON line out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from nlp.model import GivenPrice, ListingText, Place, Reading, UnitPriceFound
from nlp.reading import read
from vestigo.rates import RateTable

TEXT_KEYS = ("title", "description", "profile", "ships_text")
KEYS = (*TEXT_KEYS, "id", "category", "language", "price", "listed_on")
FLAT = ("purity_pct", "forms", "ships_from", "ships_to", "terms")


class LineUnreadable(ValueError):  # noqa: N818 - says what the line is
    """A line that is no listing; the text says why."""


def read_lines(
    lines: Iterable[str],
    rates: RateTable | None = None,
    on_unreadable: Callable[[str], None] = lambda _reason: None,
) -> Iterator[dict[str, Any]]:
    """Yield the answer to each line, in order.

    A bad line gives an answer that says so; its reason is handed over too.
    """
    for line in lines:
        try:
            text = parse_line(line)
        except LineUnreadable as error:
            on_unreadable(str(error))
            yield _unreadable(line, str(error))
            continue
        yield answer(read(text), text, rates)


def parse_line(line: str) -> ListingText:
    """Return the listing in one line; raises ``LineUnreadable``.  Unknown keys are ignored."""
    try:
        value = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise LineUnreadable(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise LineUnreadable("not a JSON object")
    texts = {key: _text(value.get(key), key) for key in TEXT_KEYS}
    identity = value.get("id")
    return ListingText(
        id=None if identity is None else str(identity),
        category=_category(value.get("category")),
        language=_text(value.get("language"), "language") or None,
        price=_price(value.get("price")),
        listed_on=_date(value.get("listed_on")),
        **texts,
    )


def answer(reading: Reading, text: ListingText, rates: RateTable | None) -> dict[str, Any]:
    """Return the reading as the plain object of the contract (decimals as strings)."""
    plain: dict[str, Any] = {
        "id": reading.id,
        "language": reading.language,
        "goods": [{"class": g.goods_class, "source": g.source} for g in reading.goods],
        "substances": [_substance(row) for row in reading.substances],
        "offers": [_offer(row) for row in reading.offers],
        "prices": [
            {"amount": _decimal(p.amount), "currency": p.currency, "per": p.per, **_at(p.place)}
            for p in reading.prices
        ],
        "unit_prices": [
            row for price in reading.unit_prices for row in _unit_price(price, text, rates)
        ],
    }
    for of in FLAT:
        plain[of] = reading.values(of)
    plain["selectors"] = [
        {"kind": s.kind, "value": s.value, "checksum_ok": s.checksum_ok, **_at(s.place)}
        for s in reading.selectors
    ]
    plain["unread"] = [
        {"reason": u.reason, **(_at(u.place) if u.place else {})} for u in reading.unread
    ]
    plain["spans"] = [{"of": m.of, "value": m.value, **_at(m.place)} for m in reading.marked]
    plain["flags"] = list(reading.flags)
    return plain


def _unreadable(line: str, reason: str) -> dict[str, Any]:
    empty = answer(Reading(id=_identity(line), language=None), ListingText(), None)
    return {**empty, "unread": [{"reason": reason}]}


def _identity(line: str) -> str | None:
    """Return the id of a line that is JSON but no listing, so that it can be found again."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    identity = value.get("id") if isinstance(value, dict) else None
    return identity if isinstance(identity, str) else None


def _text(value: object, key: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise LineUnreadable(f"{key} is not a string")
    return value


def _category(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise LineUnreadable("category is not a list of strings")
    return tuple(value)


def _price(value: object) -> GivenPrice | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise LineUnreadable("price is not an object")
    amount, currency = value.get("amount"), value.get("currency")
    if amount is None:
        return None
    try:
        number = Decimal(str(amount))
    except InvalidOperation as error:
        raise LineUnreadable("price.amount is not a number") from error
    if not number.is_finite():
        raise LineUnreadable("price.amount is not a number")
    return GivenPrice(amount=number, currency=str(currency).upper() if currency else None)


def _date(value: object) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise LineUnreadable("listed_on is not a date (YYYY-MM-DD)") from error


def _at(place: Place) -> dict[str, Any]:
    return {"field": place.field, "span": [place.start, place.end]}


def _decimal(number: Decimal) -> str:
    return format(number.normalize() + 0, "f")


def _substance(row: Any) -> dict[str, Any]:
    plain = {"id": row.id, "unii": row.unii, "name": row.name, "status": row.status}
    plain["schedules"] = [
        {"convention": s.convention, "schedule": s.schedule, "state": s.state}
        for s in row.schedules
    ]
    if row.unii is None:
        del plain["unii"]
    return {**plain, **_at(row.place), "term_source": row.term_source}


def _offer(row: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": row.kind}
    if row.grams is not None:
        plain["grams"] = _decimal(row.grams)
    if row.count is not None:
        plain["count"] = row.count
    if row.dose_mg is not None:
        plain["dose_mg"] = _decimal(row.dose_mg)
    if row.ml is not None:
        plain["ml"] = _decimal(row.ml)
    return {**plain, **_at(row.place)}


def _unit_price(
    price: UnitPriceFound, text: ListingText, rates: RateTable | None
) -> Iterator[dict[str, Any]]:
    """Yield the price in its own currency first, then as converted at the listing date."""
    yield {
        "amount": _decimal(price.amount),
        "currency": price.currency,
        "per_unit": price.per_unit,
    }
    if rates is None or text.listed_on is None or price.currency is None:
        return
    for target in ("USD", "EUR"):
        converted = rates.convert(price.amount, price.currency, target, text.listed_on)
        if target != price.currency and converted is not None:
            yield {
                "amount": _decimal(converted.amount),
                "currency": target,
                "per_unit": price.per_unit,
                "rate_source": converted.source,
            }
