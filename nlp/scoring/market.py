# SPDX-License-Identifier: AGPL-3.0-or-later
"""What listings say beside what the market shows of them: class, substance, price.

The texts are read without the market's category and price, then compared with them.
Neither side is the truth: sellers misplace listings, and a category says less than a
title.  A figure that falls, or a substance that differs often, is where to look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from nlp.model import GivenPrice, ListingText, Reading
from nlp.reading.reader import ListingReader, shipped_reader
from nlp.scoring.answers import OFFERED
from nlp.scoring.tally import share
from vestigo.rates import RateTable

NEAR = Decimal("0.03")  # of the price that the market shows
NONE = "none"
SAME, OTHER, SILENT = "same", "other", "silent"  # what the text says beside the market


@dataclass(slots=True)
class Agreement:
    """Counts of listings; ``rows`` are the listings that differ."""

    classes: Counter[tuple[str, str]] = field(default_factory=Counter)  # (market, text)
    substances: Counter[tuple[str, str]] = field(default_factory=Counter)  # (market, SAME …)
    prices: Counter[str] = field(default_factory=Counter)
    rows: list[dict[str, Any]] = field(default_factory=list)
    n: int = 0


def market_report(
    texts: Iterable[ListingText],
    rates: RateTable | None = None,
    reader: ListingReader | None = None,
) -> dict[str, Any]:
    """Return the agreement of texts with what the market shows, and each difference.

    A price is compared in its own currency or, with ``rates`` and the day of the listing
    (``listed_on``), in the one that the market shows.
    """
    found, reader = Agreement(), reader or shipped_reader()
    for text in texts:
        found.n += 1
        told = reader.read(replace(text, category=(), price=None))
        shown = reader.read(ListingText(category=text.category))
        differing = [
            *_class(found, shown, told),
            *_substance(found, shown, told),
            *_price(found, text, told, rates),
        ]
        found.rows += [{"id": text.id, "title": text.title, **row} for row in differing]
    return _report(found)


def _class(found: Agreement, shown: Reading, told: Reading) -> Iterator[dict[str, Any]]:
    """Count the class of the category beside those of the text."""
    if not shown.goods:
        return
    market = shown.goods[0].goods_class
    classes = [goods.goods_class for goods in told.goods]
    text = market if market in classes else (classes[0] if classes else NONE)
    found.classes[market, text] += 1
    if text not in (market, NONE):
        yield {"of": "class", "market": market, "text": classes}


def _substance(found: Agreement, shown: Reading, told: Reading) -> Iterator[dict[str, Any]]:
    """Count the substance of the category beside those that the text offers."""
    if not shown.substances:
        return
    market = shown.substances[0].id
    offered = [row.id for row in told.substances if row.status in OFFERED]
    verdict = SAME if market in offered else OTHER if offered else SILENT
    found.substances[market, verdict] += 1
    if verdict == OTHER:
        yield {"of": "substance", "market": market, "text": offered}


def _price(
    found: Agreement, text: ListingText, told: Reading, rates: RateTable | None
) -> Iterator[dict[str, Any]]:
    """Count the price that is shown beside those of packages in the text."""
    if text.price is None or text.price.currency is None:
        return
    said = [p for p in told.prices if p.per == "package" and p.currency is not None]
    alike = [_in_currency(GivenPrice(amount=p.amount, currency=p.currency), text, rates)
             for p in said]  # fmt: skip
    known = [amount for amount in alike if amount is not None]
    if not known:
        found.prices[SILENT] += 1
        return
    same = any(abs(amount - text.price.amount) <= NEAR * text.price.amount for amount in known)
    found.prices[SAME if same else OTHER] += 1
    if not same:
        shown = f"{text.price.amount} {text.price.currency}"
        yield {"of": "price", "market": shown, "text": [f"{p.amount} {p.currency}" for p in said]}


def _in_currency(said: GivenPrice, text: ListingText, rates: RateTable | None) -> Decimal | None:
    """Return a price of the text in the currency that the market shows, None where unknown."""
    assert text.price is not None
    wanted = text.price.currency
    if said.currency == wanted:
        return said.amount
    if rates is None or text.listed_on is None or said.currency is None or wanted is None:
        return None
    converted = rates.convert(said.amount, said.currency, wanted, text.listed_on)
    return converted.amount if converted is not None else None


def _report(found: Agreement) -> dict[str, Any]:
    """Return the figures as JSON; shares are of the listings where both sides say something."""
    substances: dict[str, Counter[str]] = {}
    for (market, verdict), n in sorted(found.substances.items()):
        substances.setdefault(market, Counter())[verdict] += n
    total = sum(substances.values(), Counter())
    classes: dict[str, dict[str, int]] = {}
    for (market, text), n in sorted(found.classes.items()):
        classes.setdefault(market, {})[text] = n
    same = sum(row.get(market, 0) for market, row in classes.items())
    spoken = sum(n for row in classes.values() for text, n in row.items() if text != NONE)
    return {
        "listings": found.n,
        "class": {"same": share(same, spoken), "table": classes},
        "substance": {
            **_verdicts(total),
            "of_market": {market: _verdicts(row) for market, row in substances.items()},
        },
        "price": _verdicts(found.prices),
        "differences": found.rows,
    }


def _verdicts(row: Counter[str]) -> dict[str, Any]:
    spoken = row[SAME] + row[OTHER]
    return {"same": share(row[SAME], spoken), "other": row[OTHER], "silent": row[SILENT]}
