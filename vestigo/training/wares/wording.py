# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a recipe to what a page says: titles, texts and the prices in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from vestigo.training.people.voices import Voice
from vestigo.training.rates import RangeRates, dollars
from vestigo.training.stream import Stream
from vestigo.training.vocabulary import vocabulary
from vestigo.training.wares.goods import Form, Good, Wording
from vestigo.training.wares.reading import PLACES
from vestigo.training.world import SAT, Offer, SubstanceClaim, TextPrice

NO_CURRENCY = "XXX"

_FIVE_PLACES = Decimal("0.00001")
_CENT = Decimal("0.01")
_WHOLE_FROM = 10
_THOUSANDS_FROM = 10_000
_FOR_A_EURO = {
    "EUR": Decimal(1), "USD": Decimal("1.10"), "GBP": Decimal("0.84"), "CHF": Decimal("0.94"),
    "BRL": Decimal("6.1"), "PEN": Decimal("4.1"), "MXN": Decimal("21.5"), "BOB": Decimal("7.6"),
    "COP": Decimal(4600), "PLN": Decimal("4.3"), NO_CURRENCY: Decimal("1.10"),
}  # fmt: skip
_FIAT_STYLES = {
    "EUR": ("{} EUR", "{} EUR", "{}€", "{} €", "€{}", "{} euro"),
    "USD": ("{} USD", "{} USD", "USD {}", "US$ {}", "US${}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides what a listing says; a change of a listing changes some of it."""

    good: Good
    title_no: int
    text_no: int
    form_no: int
    spread: Decimal
    sentences: tuple[Wording, ...]
    ships_from: str
    ships_to: str
    fiat: str
    posted_on: date
    voice: Voice
    note: str = ""
    holding: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows for a recipe, and what is so about it."""

    title: str
    description: str
    offers: tuple[Offer, ...]
    text_prices: tuple[TextPrice, ...]
    substances: tuple[SubstanceClaim, ...]
    purity_percent: tuple[Decimal, ...]


def worded(recipe: Recipe, rates: RangeRates, direct: str | None) -> Shown:
    """Return what is shown; ``direct`` is an address to pay to that the text publishes.

    A holding price stands on the page alone: the text goes on as before.
    """
    good = recipe.good
    forms = good.forms if good.options else (good.forms[recipe.form_no],)
    meant = tuple(make_offer(one, recipe.spread, recipe.posted_on, rates) for one in forms)
    writer = _Writer(recipe, meant)
    title = writer.put(good.titles[recipe.title_no])
    lines = [writer.put(good.texts[recipe.text_no])]
    if good.options:
        lines += writer.table()
    lines += [recipe.voice.write(writer.put(one)) for one in recipe.sentences]
    if direct is not None:
        said = recipe.voice.say(vocabulary(good.language).texts["direct"])
        lines.append(said.replace("{address}", direct))
    lines += [recipe.note] if recipe.note else []
    return Shown(
        title=title,
        description="\n".join(lines),
        offers=meant if recipe.holding is None else _held(recipe, forms, rates),
        text_prices=tuple(writer.prices),
        substances=tuple(writer.claims),
        purity_percent=tuple(dict.fromkeys(writer.purity)),
    )


def make_offer(form: Form, spread: Decimal, on: date, rates: RangeRates) -> Offer:
    """Return what a form costs with the seller's ``spread`` at the rate of the day."""
    eur = (form.eur * spread).quantize(Decimal(1) if form.eur >= _WHOLE_FROM else _CENT)
    bitcoin = (eur / rates.eur(on)).quantize(_FIVE_PLACES)
    return Offer(
        label=form.label,
        kind=form.kind,
        grams=form.grams,
        count=form.count,
        dose_mg=form.dose_mg,
        ml=form.ml,
        eur=eur,
        usd=dollars(eur),
        price_sat=max(int(bitcoin * SAT), 1_000),
    )


def _held(recipe: Recipe, forms: tuple[Form, ...], rates: RangeRates) -> tuple[Offer, ...]:
    assert recipe.holding is not None
    return tuple(
        make_offer(one, recipe.holding / one.eur, recipe.posted_on, rates) for one in forms
    )


class _Writer:
    """Fills the places of wordings and gathers what they say."""

    def __init__(self, recipe: Recipe, offers: tuple[Offer, ...]) -> None:
        self._recipe = recipe
        self._offers = offers
        self._style = Stream(recipe.voice.seed, "price style", recipe.voice.name, recipe.fiat).pick(
            _FIAT_STYLES[recipe.fiat]
        )
        self.prices: list[TextPrice] = []
        self.claims: list[SubstanceClaim] = []
        self.purity: list[Decimal] = []
        self._claim(recipe.good.claims)

    def put(self, wording: Wording) -> str:
        """Return the text of ``wording`` with its places filled."""
        self._claim(wording.claims)
        self.purity += wording.purity
        self.prices += wording.prices
        return PLACES.sub(lambda found: self._place(found[1]), wording.text)

    def table(self) -> list[str]:
        """Return the price table of a listing with options, as this seller writes it."""
        lines = vocabulary(self._recipe.good.language).option_lines
        line = Stream(self._recipe.voice.seed, "table", self._recipe.voice.name).pick(lines)
        return [
            line.replace("{label}", one.label).replace("{price}", self._fiat(one, "package"))
            for one in self._offers
        ]

    def _claim(self, claims: tuple[SubstanceClaim, ...]) -> None:
        """Add claims; a substance that is on offer is not also mentioned or negated."""
        known = {one.substance for one in self.claims}
        self.claims += [one for one in claims if one.substance not in known]

    def _place(self, name: str) -> str:
        first = self._offers[0]
        if name == "q":
            return first.label
        if name == "p":
            return self._fiat(first, "package")
        if name == "u":
            return self._per_unit(first)
        if name in ("from", "to"):
            return self._recipe.ships_from if name == "from" else self._recipe.ships_to
        return self._foreign(first, name.removeprefix("p:"))

    def _fiat(self, offer: Offer, per: str) -> str:
        return self._price(self._amount(offer), per)

    def _per_unit(self, offer: Offer) -> str:
        per = {"mass": "g", "units": "unit", "volume": "ml"}.get(offer.kind, "package")
        amount = self._amount(offer)
        size = Decimal(offer.count or 1) * (offer.grams or offer.ml or 1)
        each = (amount / size).quantize(_CENT, rounding=ROUND_HALF_EVEN)
        return self._price(each, per)

    def _amount(self, offer: Offer) -> Decimal:
        return offer.eur if self._recipe.fiat == "EUR" else offer.usd

    def _price(self, amount: Decimal, per: str) -> str:
        """Return an amount in the listing's currency, with the decimal mark of its language."""
        self.prices.append(TextPrice(amount=amount, currency=self._recipe.fiat, per=per))
        mark = "." if self._recipe.good.language == "en" else ","
        return self._style.replace("{}", f"{amount:f}".replace(".", mark))

    def _foreign(self, offer: Offer, currency: str) -> str:
        """Return an amount in a local currency, as large numbers are written there."""
        exact = offer.eur * _FOR_A_EURO.get(currency, Decimal(1))
        amount = exact.quantize(Decimal(1))
        if amount >= _THOUSANDS_FROM:
            amount = (amount / 1000).quantize(Decimal(1)) * 1000
        shown = f"{amount:,f}"
        if self._recipe.good.language != "en":
            shown = shown.replace(",", ".")
        named = None if currency == NO_CURRENCY else currency
        self.prices.append(TextPrice(amount=amount, currency=named, per="package"))
        return shown
