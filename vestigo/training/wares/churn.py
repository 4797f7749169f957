# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to listings between passes: new, changed, vanished, held at absurd prices."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from vestigo.training.behaviour import Behaviour
from vestigo.training.people.voices import Voice
from vestigo.training.stream import Stream
from vestigo.training.vocabulary import vocabulary
from vestigo.training.wares.shelves import HOLDING_EUR, Shelves
from vestigo.training.wares.wording import Recipe
from vestigo.training.world import Change, Listing

KINDS_OF_CHANGE = ("price", "price", "title", "description", "ships_to")
BACK_ON_SALE_PERCENT = 40
LEAST_ABSURD = 25


class Churn:
    """Changes listings pass by pass, as often as the behaviour says.

    ``anchors`` are keys of listings that neither vanish nor take on absurd prices.
    """

    def __init__(
        self, seed: int, behaviour: Behaviour, shelves: Shelves, anchors: set[str]
    ) -> None:
        self._seed = seed
        self._churn = behaviour.churn
        self._held_first = behaviour.listings.holding_price_percent
        self._shelves = shelves
        self._anchors = anchors
        self._recipes: dict[str, Recipe] = {}

    def open(self, listings: list[Listing]) -> list[Listing]:
        """Return ``listings`` with absurd prices on the share that begins with them."""
        stream = Stream(self._seed, "churn", 1)
        pool = [one.key for one in listings if not self._stays(one)]
        held = set(stream.sample(pool, len(listings) * self._held_first // 100))
        return [self._hold(stream, one, 1) if one.key in held else one for one in listings]

    def n_new(self, n_before: int) -> int:
        """Return how many listings are new on a pass after which ``n_before`` were there."""
        return n_before * self._churn.new_percent // 100

    def move_on(self, listings: list[Listing], pass_no: int) -> list[Listing]:
        """Return ``listings`` as they are from pass ``pass_no`` on."""
        stream = Stream(self._seed, "churn", pass_no)
        there = [one for one in listings if one.seen_on(pass_no) and not one.is_hostile]
        left = {one.key for one in there}
        fates: dict[str, str] = {}
        for fate, percent in (
            ("vanish", self._churn.vanished_percent),
            ("hold", self._churn.holding_percent),
            ("change", self._churn.changed_percent),
        ):
            free = fate == "change"
            pool = [one.key for one in there if one.key in left and (free or not self._stays(one))]
            drawn = set(stream.sample(pool, len(there) * percent // 100))
            fates |= dict.fromkeys(drawn, fate)
            left -= drawn
        return [self._meet(stream, one, fates.get(one.key, ""), pass_no) for one in listings]

    def _stays(self, listing: Listing) -> bool:
        return listing.key in self._anchors

    def _meet(self, stream: Stream, listing: Listing, fate: str, pass_no: int) -> Listing:
        recipe = self._recipes.get(listing.key)
        held = recipe is not None and recipe.holding is not None
        if fate == "vanish":
            return replace(listing, last_pass=pass_no - 1)
        if fate == "hold" and not held:
            return self._hold(stream, listing, pass_no)
        if held and listing.seen_on(pass_no) and stream.chance(BACK_ON_SALE_PERCENT):
            return self._change(listing, pass_no, ("sale",), self._recipe(listing), holding=None)
        if fate == "change" and not held:
            return self._reword(stream, listing, pass_no)
        return listing

    def _recipe(self, listing: Listing) -> Recipe:
        return self._recipes.get(listing.key) or self._shelves.recipe(listing)

    def _hold(self, stream: Stream, listing: Listing, pass_no: int) -> Listing:
        recipe = self._recipe(listing)
        dearest = max(form.eur for form in recipe.good.forms)
        absurd = [price for price in HOLDING_EUR if price > LEAST_ABSURD * dearest]
        price = stream.pick(absurd or [max(HOLDING_EUR)])
        return self._change(listing, pass_no, ("holding",), recipe, holding=Decimal(price))

    def _reword(self, stream: Stream, listing: Listing, pass_no: int) -> Listing:
        """Change price, title, text or shipping; a text gets a note of what is new."""
        recipe, what = self._recipe(listing), stream.pick(KINDS_OF_CHANGE)
        words = vocabulary(listing.language)
        if what == "title" and len(recipe.good.titles) < 2:  # noqa: PLR2004  another one
            what = "price"
        if what == "price":
            step = stream.pick((-12, -8, -5, 6, 9, 14))
            recipe = replace(recipe, spread=recipe.spread * (100 + step) / 100)
        elif what == "title":
            n_titles = len(recipe.good.titles)
            recipe = replace(recipe, title_no=(recipe.title_no + 1) % n_titles)
        elif what == "ships_to":
            others = [one for one in words.ships_to if one != recipe.ships_to]
            recipe = replace(recipe, ships_to=stream.pick(others))
        else:
            note = Voice(self._seed, recipe.voice.name).write(stream.pick(words.changed))
            recipe = replace(recipe, note=note)
        return self._change(listing, pass_no, (what,), recipe, holding=None)

    def _change(
        self,
        listing: Listing,
        pass_no: int,
        what: tuple[str, ...],
        recipe: Recipe,
        *,
        holding: Decimal | None,
    ) -> Listing:
        recipe = replace(recipe, holding=holding)
        self._recipes[listing.key] = recipe
        shown = self._shelves.shown(listing, recipe)
        fields = {name: getattr(shown, name) for name in shown.__slots__}
        change = Change(
            pass_no=pass_no, what=what, ships_to=recipe.ships_to, holding=holding is not None,
            **fields,
        )  # fmt: skip
        return replace(listing, changes=(*listing.changes, change))
