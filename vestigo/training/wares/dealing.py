# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who sells what: how many listings each account has, and of which goods."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.training.behaviour import Behaviour
from vestigo.training.people.parties import AccountPlan, proportional
from vestigo.training.stream import Stream
from vestigo.training.wares.goods import KINDS, Good
from vestigo.training.wares.reading import read_goods

COPIED_PERCENT = {"same_key": 70, "new_key": 60, "other_name": 50, "impostor": 50}


@dataclass(frozen=True, slots=True)
class Ware:
    """A good under one of its titles: an account sells it once."""

    good: Good
    title_no: int

    @property
    def name(self) -> tuple[str, int]:
        """What tells it from others."""
        return self.good.id, self.title_no


class Dealer:
    """Deals wares: everybody of a language draws from the same decks in turn."""

    def __init__(self, seed: int, behaviour: Behaviour) -> None:
        self._seed = seed
        self._behaviour = behaviour
        self._decks = _decks(seed, read_goods(behaviour.goods_files))
        self._dealt: dict[str, list[Ware]] = {}

    def deal(self, plans: Sequence[AccountPlan]) -> dict[str, list[Ware]]:
        """Return the wares of each account (``market/handle``) on the first pass.

        Raises ``ConfigurationError`` E-TRA-017 when the goods do not suffice.
        """
        sellers = [plan for plan in plans if not plan.is_attacker]
        counts = self._counts(sellers)
        kinds = self._kinds(sellers, counts)
        for plan in sellers:
            wares = self._copied(plan, counts[plan.account])
            for kind in kinds[plan.account][len(wares) :]:
                ware = self.draw(plan, kind, wares)
                assert ware is not None, "counts are within what the goods can give"
                wares.append(ware)
            self._dealt[plan.account] = wares
        return self._dealt

    def draw(self, plan: AccountPlan, kind: str, have: Sequence[Ware]) -> Ware | None:
        """Return the next ware of ``kind`` that ``plan`` does not have, or of another kind.

        Returns None when the account has everything that there is in its language.
        """
        names = {one.name for one in have}
        for wanted in (kind, *KINDS):
            deck = self._decks.get((plan.language, wanted), deque())
            for ware in deck:
                if ware.name not in names:
                    deck.remove(ware)
                    deck.append(ware)
                    return ware
        return None

    def refusal(self, n: int) -> ConfigurationError:
        """Return the error that says how many listings the goods can give."""
        return ConfigurationError(
            "E-TRA-017",
            _("The goods are not enough for {n} listings: "
              "no account sells one title twice.").format(n=n),
            where=", ".join(one.name for one in self._behaviour.goods_files),
            remedy=_("Lower n in [listings] or new_percent in [churn], raise n in [vendors], "
                     "or add goods or titles in the languages of the vendors."),
        )  # fmt: skip

    def kind(self, stream: Stream) -> str:
        """Return the kind of one more listing, as often as the behaviour says."""
        drawn = stream.below(100)
        for name, percent in self._percents().items():
            if drawn < percent:
                return name
            drawn -= percent
        return "plain"

    def _percents(self) -> dict[str, int]:
        """Return how often each kind; traps take their part of what remains."""
        listings = self._behaviour.listings
        other = listings.other_goods_percent
        options = min(listings.multi_option_percent, 100 - other)
        return {"other": other, "options": options,
                "trap": min(listings.trap_percent, 100 - other - options)}  # fmt: skip

    def _counts(self, plans: Sequence[AccountPlan]) -> dict[str, int]:
        """Return listings by account: one each, the rest by share of the venue and size."""
        stream = Stream(self._seed, "sizes")
        sizes: dict[str, dict[str, int]] = {}
        for plan in plans:
            sizes.setdefault(plan.market, {})[plan.account] = stream.between(1, 6)
        shares = {one.key: one.share for one in self._behaviour.markets if one.key in sizes}
        n_left = self._behaviour.listings.n - len(plans) - self._behaviour.vendors.attacker
        by_market = Counter(proportional(shares, n_left))
        extra: Counter[str] = Counter()
        for market, crowd in sizes.items():
            extra.update(proportional(crowd, by_market[market]))
        return self._within(plans, {plan.account: 1 + extra[plan.account] for plan in plans})

    def _within(self, plans: Sequence[AccountPlan], counts: dict[str, int]) -> dict[str, int]:
        """Return ``counts`` within what the goods of each language give, the rest to others."""
        given = Counter(
            language for (language, _kind), deck in self._decks.items() for _ware in deck
        )
        room = {plan.account: given[plan.language] for plan in plans}
        within = {account: min(n, room[account]) for account, n in counts.items()}
        n_left = sum(counts.values()) - sum(within.values())
        while n_left:
            free = [account for account in within if within[account] < room[account]]
            if not free or min(room.values()) == 0:
                raise self.refusal(self._behaviour.listings.n)
            for account in free[:n_left]:
                within[account] += 1
            n_left -= len(free[:n_left])
        return within

    def _kinds(self, plans: Sequence[AccountPlan], counts: dict[str, int]) -> dict[str, list[str]]:
        """Return the kinds of each account's listings; the percentages hold over the world."""
        total = sum(counts.values())
        percents = self._percents()
        percents["plain"] = 100 - sum(percents.values())
        kinds = Stream(self._seed, "kinds").shuffled(proportional(percents, total))
        return {plan.account: [kinds.pop() for _one in range(counts[plan.account])]
                for plan in plans}  # fmt: skip

    def _copied(self, plan: AccountPlan, n: int) -> list[Ware]:
        """Return the wares that an account takes over from the one that it is related to."""
        percent = COPIED_PERCENT.get(plan.relation, 0)
        stream = Stream(self._seed, "copied", plan.account)
        known = self._dealt.get(plan.related_to, [])
        return [one for one in known if stream.chance(percent)][: max(n - 1, 0)]


def _decks(seed: int, goods: Iterable[Good]) -> dict[tuple[str, str], deque[Ware]]:
    """Return shuffled decks by language and kind: every good once before any second title."""
    decks: dict[tuple[str, str], deque[Ware]] = {}
    stream = Stream(seed, "decks")
    drawn = stream.shuffled(list(goods))
    most_titles = max(len(good.titles) for good in drawn)
    for turn in range(most_titles):
        for good in drawn:
            if turn < len(good.titles):
                title_no = (
                    turn + Stream(seed, "first title", good.id).below(len(good.titles))
                ) % len(good.titles)
                decks.setdefault((good.language, good.kind), deque()).append(Ware(good, title_no))
    return decks
