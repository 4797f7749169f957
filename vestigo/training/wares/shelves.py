# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting wares on sale: what a listing says, costs and publishes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from vestigo.training.behaviour import Behaviour
from vestigo.training.keyring import Account
from vestigo.training.people.voices import Voice
from vestigo.training.rates import RangeRates
from vestigo.training.stream import Stream
from vestigo.training.vocabulary import hostile, vocabulary
from vestigo.training.wares.dealing import Ware
from vestigo.training.wares.goods import Form
from vestigo.training.wares.wording import Recipe, Shown, make_offer, worded
from vestigo.training.world import Listing, Vendor

FIRST_POSTED_ON = date(2024, 8, 22)
HOLDING_EUR = (9_999, 9_999, 99_999, 50_000, 12_345)

_POSTED_WITHIN_DAYS = 10
_KEY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_FIATS = {"en": ("EUR", "USD", "USD"), "es": ("EUR", "EUR", "USD"), "pt": ("EUR", "USD")}


class Shelves:
    """Puts wares on sale; keeps each listing's recipe so that it can change later."""

    def __init__(
        self, seed: int, behaviour: Behaviour, passes: Sequence[datetime], rates: RangeRates
    ) -> None:
        self._seed = seed
        self._behaviour = behaviour
        self._passes = passes
        self._rates = rates
        self._recipes: dict[str, Recipe] = {}
        self._n_made: Counter[str] = Counter()

    def post(
        self, vendor: Vendor, ware: Ware, pass_no: int, direct: tuple[int, Account] | None = None
    ) -> Listing:
        """Put one ware on sale; pass ``pass_no`` is the first to show it.

        ``direct`` is an account of the vendor's keyring whose address the text publishes.
        """
        number = self._n_made[vendor.account]
        self._n_made[vendor.account] += 1
        stream = Stream(self._seed, "listing", vendor.account, number)
        recipe = self._recipe(stream, vendor, ware, pass_no)
        address = direct[1].address if direct else None
        listing = Listing(
            market=vendor.market,
            key=self._key(stream),
            vendor=vendor.handle,
            language=vendor.language,
            category=ware.good.category,
            goods_class=ware.good.goods_class,
            traps=ware.good.traps,
            display=self._display(stream),
            fiat=recipe.fiat,
            ships_from=vendor.ships_from,
            ships_to=recipe.ships_to,
            escrow=stream.chance(80),
            posted_on=recipe.posted_on,
            first_pass=pass_no,
            last_pass=len(self._passes),
            direct_address=address,
            direct_number=direct[0] if direct else None,
            **_fields(worded(recipe, self._rates, address)),
        )
        self._recipes[listing.key] = recipe
        return listing

    def recipe(self, listing: Listing) -> Recipe:
        """Return what decided how ``listing`` reads when it was posted."""
        return self._recipes[listing.key]

    def shown(self, listing: Listing, recipe: Recipe) -> Shown:
        """Return how ``listing`` would read by another ``recipe``."""
        return worded(recipe, self._rates, listing.direct_address)

    def delisted(self, listing: Listing, number: int) -> Listing:
        """Return a listing like ``listing`` that was gone before the first pass."""
        key = self._key(Stream(self._seed, "delisted", number))
        return replace(listing, key=key, last_pass=0, direct_address=None, direct_number=None)

    def attack(self, vendor: Vendor) -> Listing:
        """Return the listing that tries to break whatever reads it."""
        stream, texts = Stream(self._seed, "hostile"), hostile()
        eur = Decimal(texts["eur"])
        form = Form(label="1g", kind="mass", grams=Decimal(1), count=None, dose_mg=None, ml=None,
                    eur=eur)  # fmt: skip
        return Listing(
            market=vendor.market,
            key=self._key(stream),
            vendor=vendor.handle,
            language=vendor.language,
            title=texts["title"],
            description=texts["description"].rstrip("\n"),
            category=tuple(texts["category"]),
            substances=(),
            goods_class="other",
            traps=(),
            offers=(make_offer(form, Decimal(1), FIRST_POSTED_ON, self._rates),),
            purity_percent=(),
            text_prices=(),
            display="both",
            fiat="EUR",
            ships_from=vendor.ships_from,
            ships_to="Worldwide",
            escrow=True,
            posted_on=FIRST_POSTED_ON,
            first_pass=1,
            last_pass=len(self._passes),
            is_hostile=True,
        )

    def _recipe(self, stream: Stream, vendor: Vendor, ware: Ware, pass_no: int) -> Recipe:
        words = vocabulary(vendor.language)
        good = ware.good
        return Recipe(
            good=good,
            title_no=ware.title_no,
            text_no=stream.below(len(good.texts)),
            form_no=stream.below(len(good.forms)),
            spread=Decimal(stream.between(92, 110)) / 100,
            sentences=tuple(
                Stream(self._seed, "habits", vendor.party).sample(words.descriptions, 4)[
                    : stream.between(1, 3)
                ]
            ),
            ships_from=vendor.ships_from,
            ships_to=stream.pick(list(words.ships_to)),
            fiat=stream.pick(_FIATS.get(vendor.language, ("EUR",))),
            posted_on=self._posted_on(stream, pass_no),
            voice=Voice(self._seed, vendor.party),
        )

    def _posted_on(self, stream: Stream, pass_no: int) -> date:
        """Return a day before pass ``pass_no`` and after the one before it."""
        if pass_no == 1:
            return FIRST_POSTED_ON + timedelta(days=stream.below(_POSTED_WITHIN_DAYS))
        before, at = self._passes[pass_no - 2].date(), self._passes[pass_no - 1].date()
        return before + timedelta(days=stream.below((at - before).days))

    def _display(self, stream: Stream) -> str:
        if stream.chance(self._behaviour.listings.fiat_only_percent):
            return "fiat"
        return stream.pick(("btc", "both", "both", "both"))

    def _key(self, stream: Stream) -> str:
        while True:
            key = "".join(stream.pick(_KEY_LETTERS) for _place in range(8))
            if key not in self._recipes:
                return key


def _fields(shown: Shown) -> dict[str, Any]:
    return {name: getattr(shown, name) for name in shown.__slots__}
