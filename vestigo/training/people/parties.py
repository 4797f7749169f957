# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who there is: parties with their language, and the accounts that they hold where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vestigo.training.behaviour import Behaviour, MarketSection
from vestigo.training.people.handles import look_alike, new_handle, variant
from vestigo.training.stream import Stream
from vestigo.training.vocabulary import hostile

ATTACKER_LANGUAGE = "en"
N_ATTEMPTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPlan:
    """An account before it has texts; ``related_to`` is the account it continues or imitates.

    ``key_of`` is the account whose OpenPGP key it shows (its own name: a key of its own).
    ``signs`` says that a change of key is stated with the old key's signature.
    """

    market: str
    handle: str
    party: str
    language: str
    relation: str
    related_to: str = ""
    key_of: str = ""
    signs: bool = False
    is_attacker: bool = False

    @property
    def account(self) -> str:
        """``market/handle``."""
        return f"{self.market}/{self.handle}"


class Cast:
    """Deals parties and accounts of one world."""

    def __init__(self, seed: int, behaviour: Behaviour) -> None:
        self._stream = Stream(seed, "cast")
        self._behaviour = behaviour
        self._dark = [one for one in behaviour.markets if one.kind == "dark_market"]
        self._shops = [one for one in behaviour.markets if one.kind == "shop"]
        self._taken = {hostile()["handle"].casefold()}
        self._languages = _spread(behaviour)
        self._n_parties = self._n_placed = 0
        self.plans: list[AccountPlan] = []

    def deal(self) -> list[AccountPlan]:
        """Return the accounts of every party, the attacker last."""
        vendors = self._behaviour.vendors
        languages = self._stream.shuffled(self._languages)
        n_single = vendors.n - vendors.n_on_both - vendors.impostors - len(self._shops)
        for shop in self._shops:
            self._single(shop, languages.pop())
        for _party in range(n_single - vendors.attacker):
            self._single(self._venue(), languages.pop())
        for relation in ("same_key", "new_key", "other_name"):
            for number in range(getattr(vendors, relation)):
                self._on_both(relation, number, languages.pop())
        self._impostors()
        if vendors.attacker:
            self._attacker()
        return self.plans

    def _venue(self) -> MarketSection:
        """Return the dark market of the next party: each once, then by share."""
        self._n_placed += 1
        if self._n_placed <= len(self._dark):
            return self._dark[self._n_placed - 1]
        return self._stream.pick([one for one in self._dark for _place in range(one.share)])

    def _party(self) -> str:
        self._n_parties += 1
        return f"party:{self._n_parties:02d}"

    def _handle(self, language: str) -> str:
        return new_handle(self._stream, language, self._taken)

    def _single(self, venue: MarketSection, language: str) -> None:
        handle = self._handle(language)
        self._add(venue, handle, self._party(), language, "single")

    def _on_both(self, relation: str, number: int, language: str) -> None:
        first = self._venue()
        second = self._stream.pick([one for one in self._dark if one is not first])
        party, handle = self._party(), self._handle(language)
        original = self._add(first, handle, party, language, "original")
        vendors = self._behaviour.vendors
        keeps_key = relation == "same_key" or (
            relation == "other_name" and number < vendors.other_name_with_key
        )
        self._add(
            second,
            self._handle(language)
            if relation == "other_name"
            else self._free(second, variant, handle, language),
            party,
            language,
            relation,
            related_to=original.account,
            key_of=original.key_of if keeps_key else "",
            signs=relation == "new_key" and number < vendors.signed_transitions,
        )

    def _impostors(self) -> None:
        """Add parties that imitate a vendor of another market."""
        victims = [
            one
            for one in self.plans
            if one.relation in ("single", "original")
            and any(venue.key == one.market for venue in self._dark)
        ]
        for victim in self._stream.sample(victims, self._behaviour.vendors.impostors):
            venue = self._stream.pick([one for one in self._dark if one.key != victim.market])
            handle = self._free(venue, look_alike, victim.handle, victim.language)
            self._add(
                venue, handle, self._party(), victim.language, "impostor",
                related_to=victim.account,
            )  # fmt: skip

    def _attacker(self) -> None:
        self._add(
            self._dark[0], hostile()["handle"], self._party(), ATTACKER_LANGUAGE, "single",
            is_attacker=True,
        )  # fmt: skip

    def _free(
        self, venue: MarketSection, way: Callable[[Stream, str], str], handle: str, language: str
    ) -> str:
        """Return a variant of ``handle`` that nobody on ``venue`` has."""
        there = {one.handle.casefold() for one in self.plans if one.market == venue.key}
        for _attempt in range(N_ATTEMPTS):
            found = way(self._stream, handle)
            if found.casefold() not in there:
                self._taken.add(found.casefold())
                return found
        return self._handle(language)

    def _add(
        self,
        venue: MarketSection,
        handle: str,
        party: str,
        language: str,
        relation: str,
        *,
        related_to: str = "",
        key_of: str = "",
        signs: bool = False,
        is_attacker: bool = False,
    ) -> AccountPlan:
        plan = AccountPlan(
            market=venue.key, handle=handle, party=party, language=language, relation=relation,
            related_to=related_to, key_of=key_of or f"{venue.key}/{handle}", signs=signs,
            is_attacker=is_attacker,
        )  # fmt: skip
        self.plans.append(plan)
        return plan


def _spread(behaviour: Behaviour) -> list[str]:
    """Return one language a party that needs one, in proportion to the weights."""
    vendors = behaviour.vendors
    n = vendors.n - vendors.impostors - vendors.attacker
    return proportional(dict(behaviour.world.languages), n)


def proportional(weights: dict[str, int], n: int) -> list[str]:
    """Return ``n`` names in proportion to ``weights`` (largest remainder, then by name)."""
    total = sum(weights.values())
    exact = {name: n * weight for name, weight in weights.items()}
    counts = {name: share // total for name, share in exact.items()}
    by_rest = sorted(weights, key=lambda name: (-(exact[name] % total), name))
    for name in by_rest[: n - sum(counts.values())]:
        counts[name] += 1
    return [name for name in sorted(counts) for _one in range(counts[name])]


def parties_of(plans: Sequence[AccountPlan]) -> dict[str, list[AccountPlan]]:
    """Return the accounts of each party, parties in their order."""
    grouped: dict[str, list[AccountPlan]] = {}
    for plan in plans:
        grouped.setdefault(plan.party, []).append(plan)
    return grouped
