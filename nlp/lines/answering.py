# SPDX-License-Identifier: AGPL-3.0-or-later
"""The contract of ``vestigo nlp read``: one JSON line in, one JSON line out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from nlp.lines.listing_line import LineUnreadable, decoded, parse_line, read_line
from nlp.model import ListingText, Place, Reading, UnitPriceFound
from nlp.reading.reader import read
from vestigo.rates import RateTable

__all__ = ["LineUnreadable", "answer", "parse_line", "read_lines"]

FLAT = ("purity_pct", "forms", "ships_from", "ships_to", "terms")


def read_lines(
    lines: Iterable[str | bytes],
    rates: RateTable | None = None,
    on_unreadable: Callable[[str], None] = lambda _reason: None,
    reader: Callable[[ListingText], Reading] = read,
) -> Iterator[dict[str, Any]]:
    """Yield the answer to each line, in order.

    What is wrong in a line stands in ``unread`` of its answer, and is handed over too.
    """
    for line in lines:
        written, replaced = decoded(line)
        try:
            text, wrong = read_line(written)
        except LineUnreadable as error:
            text, wrong = ListingText(), (str(error),)
        wrong = (*replaced, *wrong)
        if wrong:
            on_unreadable("; ".join(wrong))
        plain = answer(reader(text), text, rates)
        plain["unread"] = [*({"reason": reason} for reason in wrong), *plain["unread"]]
        yield plain


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
