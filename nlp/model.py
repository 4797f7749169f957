# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reading takes and gives: plain values, spans in code points of a field."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPrice:
    """The price that the market displays beside the listing."""

    amount: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingText:
    """The texts of one listing or profile, as displayed."""

    id: str | None = None
    title: str = ""
    description: str = ""
    category: tuple[str, ...] = ()
    language: str | None = None
    price: GivenPrice | None = None
    listed_on: date | None = None
    profile: str = ""
    ships_text: str = ""

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Return (field name, text) of every field that holds text, in reading order."""
        shown = ((f"category.{n}", text) for n, text in enumerate(self.category) if text)
        return (*self.written(), *shown)

    def written(self) -> tuple[tuple[str, str], ...]:
        """Return the fields that the vendor wrote: all but the market's category."""
        named = (
            ("title", self.title),
            ("description", self.description),
            ("profile", self.profile),
            ("ships_text", self.ships_text),
        )
        return tuple((name, text) for name, text in named if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Code points [start, end) of one field."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Where a convention lists a substance, and the edition that says so."""

    convention: str
    schedule: str | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstanceFound:
    """A substance with the words that named it; ``status`` as in ``STATUSES``."""

    id: str
    name: str
    unii: str | None
    status: str
    schedules: tuple[Schedule, ...]
    place: Place
    term_source: str
    ambiguity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One option on sale; ``grams`` is that of one piece where ``count`` is given.

    ``product`` names what it is of (``nlp.products``); empty where nothing says so.
    """

    kind: str
    place: Place
    grams: Decimal | None = None
    count: int | None = None
    dose_mg: Decimal | None = None
    ml: Decimal | None = None
    product: frozenset[str] = field(default=frozenset(), compare=False)

    def key(self) -> tuple[str, Decimal | None, int | None, Decimal | None, Decimal | None]:
        """Return what makes two offers the same option."""
        return (self.kind, self.grams, self.count, self.dose_mg, self.ml)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFound:
    """A price that stands in the text; ``per`` as in the record ``PriceQuote``."""

    amount: Decimal
    currency: str | None
    per: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPriceFound:
    """A price per base unit in its own currency."""

    amount: Decimal
    currency: str | None
    per_unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A class of goods, ``declared`` by the market or ``stated`` in the text."""

    goods_class: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A value of a flat list (purity, form, country, term) with its place."""

    of: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectorFound:
    """An identifier; ``checksum_ok`` is None where its kind has no checksum."""

    kind: str
    value: str
    checksum_ok: bool | None
    place: Place
    armour_repaired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What was seen and could not be read, with the reason."""

    reason: str
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything that the texts of one listing or profile say."""

    id: str | None
    language: str | None
    goods: tuple[Goods, ...] = ()
    substances: tuple[SubstanceFound, ...] = ()
    offers: tuple[Offer, ...] = ()
    prices: tuple[PriceFound, ...] = ()
    unit_prices: tuple[UnitPriceFound, ...] = ()
    marked: tuple[Marked, ...] = ()
    selectors: tuple[SelectorFound, ...] = ()
    unread: tuple[Unread, ...] = ()
    flags: tuple[str, ...] = field(default=())

    def values(self, of: str) -> list[str]:
        """Return the values of one flat list, each once, in reading order."""
        return list(dict.fromkeys(item.value for item in self.marked if item.of == of))
