# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a seed and a behaviour to the whole world: the same two tell the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from vestigo.training.behaviour import Behaviour, MarketSection
from vestigo.training.keyring import Account, Keyring
from vestigo.training.people.parties import AccountPlan, Cast
from vestigo.training.people.vendors import Vendors
from vestigo.training.people.wealth import make_parties
from vestigo.training.rates import RangeRates
from vestigo.training.sales import Sales, numbered
from vestigo.training.stream import Stream
from vestigo.training.timeline import SEEN_AT
from vestigo.training.vocabulary import common_words
from vestigo.training.wares.churn import Churn
from vestigo.training.wares.dealing import Dealer, Ware
from vestigo.training.wares.shelves import Shelves
from vestigo.training.world import Listing, Market, Order, Party, Vendor, World

PAYS_DIRECTLY = ("direct", "consolidate", "peel_to_last", "tagged")
MOST_DIRECT = 2


@lru_cache(maxsize=4)
def tell_world(seed: int, behaviour: Behaviour) -> World:
    """Return venues, parties, listings and orders; the ledger is made from them.

    Raises ``ConfigurationError`` E-TRA-016 or E-TRA-017 where the goods are wrong or too few.
    """
    return _Telling(seed, behaviour).world()


def moments(behaviour: Behaviour) -> tuple[datetime, ...]:
    """Return when the venues are looked at; the last pass is the day of looking."""
    step = timedelta(days=behaviour.world.days_between_passes)
    n = behaviour.world.passes
    return tuple(SEEN_AT - step * (n - number) for number in range(1, n + 1))


class _Telling:
    """Makes the parts of one world in their order."""

    def __init__(self, seed: int, behaviour: Behaviour) -> None:
        self._seed = seed
        self._behaviour = behaviour
        self._passes = moments(behaviour)
        self._keyring = Keyring(seed)
        self._rates = RangeRates(seed)
        self._shelves = Shelves(seed, behaviour, self._passes, self._rates)
        self._dealer = Dealer(seed, behaviour)
        self._published: Counter[str] = Counter()
        self._kinds: dict[str, str] = {}

    def world(self) -> World:
        """Return the finished world."""
        plans = Cast(self._seed, self._behaviour).deal()
        dealt = self._dealer.deal(plans)
        parties = make_parties(self._seed, self._behaviour, plans, dealt)
        vendors = self._vendors(plans, parties)
        listings = self._listings(plans, vendors, dealt, parties)
        orders = self._orders(parties, vendors, listings)
        return World(
            seed=self._seed,
            behaviour=self._behaviour,
            passes=self._passes,
            markets=tuple(
                self._market(one, vendors, listings, orders) for one in self._behaviour.markets
            ),
            parties=parties,
            orders=orders,
        )

    def _vendors(self, plans: Sequence[AccountPlan], parties: Sequence[Party]) -> dict[str, Vendor]:
        maker = Vendors(self._seed, self._keyring, self._behaviour.vendors.contacts_most)
        self._kinds = {party.id: party.script_kind for party in parties}
        return {
            plan.account: maker.make(plan, self._kinds[plan.party], self._number(plan.party))
            for plan in plans
        }

    def _number(self, party: str) -> int:
        """Return the number of the next address that ``party`` publishes."""
        number = self._published[party]
        self._published[party] += 1
        return number

    def _listings(
        self,
        plans: Sequence[AccountPlan],
        vendors: Mapping[str, Vendor],
        dealt: Mapping[str, Sequence[Ware]],
        parties: Sequence[Party],
    ) -> list[Listing]:
        """Return every listing that there ever is, as posted, with its changes."""
        first = self._opened(plans, vendors, dealt, self._paid_directly(dealt, parties))
        churn = Churn(self._seed, self._behaviour, self._shelves, _anchors(first))
        listings = churn.open(first)
        have = {account: list(wares) for account, wares in dealt.items()}
        for pass_no in range(2, len(self._passes) + 1):
            n_before = sum(one.seen_on(pass_no - 1) for one in listings)
            listings = churn.move_on(listings, pass_no)
            listings += self._new(plans, vendors, have, churn.n_new(n_before), pass_no)
        listings += self._delisted(first)
        return sorted(listings, key=lambda one: (one.posted_on, one.key))

    def _opened(
        self,
        plans: Sequence[AccountPlan],
        vendors: Mapping[str, Vendor],
        dealt: Mapping[str, Sequence[Ware]],
        direct: set[tuple[str, int]],
    ) -> list[Listing]:
        """Return the listings of the first pass."""
        made = []
        for plan in plans:
            vendor = vendors[plan.account]
            if plan.is_attacker:
                made.append(self._shelves.attack(vendor))
                continue
            for number, ware in enumerate(dealt[plan.account]):
                account = None
                if (plan.account, number) in direct:
                    account = self._next_account(plan.party)
                made.append(self._shelves.post(vendor, ware, 1, account))
        return made

    def _next_account(self, party: str) -> tuple[int, Account]:
        number = self._number(party)
        return number, self._keyring.account(party, number, self._kinds[party])

    def _paid_directly(
        self, dealt: Mapping[str, Sequence[Ware]], parties: Sequence[Party]
    ) -> set[tuple[str, int]]:
        """Return which wares of which accounts publish an address of their own."""
        possible = [
            (account, number)
            for party in parties
            if party.behaviour in PAYS_DIRECTLY
            for account in party.accounts
            for number in range(min(MOST_DIRECT, len(dealt[account])))
        ]
        listings = self._behaviour.listings
        n = listings.n * listings.direct_percent // 100
        return set(Stream(self._seed, "direct").sample(possible, n))

    def _new(
        self,
        plans: Sequence[AccountPlan],
        vendors: Mapping[str, Vendor],
        have: dict[str, list[Ware]],
        n: int,
        pass_no: int,
    ) -> list[Listing]:
        """Return ``n`` listings that pass ``pass_no`` is the first to show."""
        stream = Stream(self._seed, "new listings", pass_no)
        sellers = [plan for plan in plans if not plan.is_attacker]
        made = []
        for _listing in range(n):
            kind = self._dealer.kind(stream)
            for plan in stream.shuffled(sellers):
                ware = self._dealer.draw(plan, kind, have[plan.account])
                if ware is not None:
                    have[plan.account].append(ware)
                    made.append(self._shelves.post(vendors[plan.account], ware, pass_no))
                    break
            else:
                raise self._dealer.refusal(n)
        return made

    def _delisted(self, first: Sequence[Listing]) -> list[Listing]:
        stream = Stream(self._seed, "delisted")
        plain = [one for one in first if not one.is_hostile]
        chosen = stream.sample(plain, self._behaviour.listings.delisted)
        return [self._shelves.delisted(one, number) for number, one in enumerate(chosen)]

    def _orders(
        self,
        parties: Sequence[Party],
        vendors: Mapping[str, Vendor],
        listings: Sequence[Listing],
    ) -> tuple[Order, ...]:
        section = self._behaviour
        sales = Sales(
            self._seed, section.vendors, section.ledger.n_buyers, self._passes, self._rates
        )
        sold: dict[str, list[Listing]] = {}
        for one in listings:
            sold.setdefault(f"{one.market}/{one.vendor}", []).append(one)
        drafts: list[Order] = []
        for party in parties:
            for account in party.accounts:
                drafts += sales.of_account(party, vendors[account], sold.get(account, []))
        return numbered(drafts)

    def _market(
        self,
        section: MarketSection,
        vendors: Mapping[str, Vendor],
        listings: Sequence[Listing],
        orders: Sequence[Order],
    ) -> Market:
        stream = Stream(self._seed, "avatar", section.key)
        return Market(
            section=section,
            seed=self._seed,
            passes=self._passes,
            notice=common_words()["market"]["notice"],
            account=f"reader{stream.between(100, 999)}",
            password=stream.block().hex()[:20],
            vendors=tuple(one for one in vendors.values() if one.market == section.key),
            listings=tuple(one for one in listings if one.market == section.key),
            orders=tuple(one for one in orders if one.market == section.key),
        )


def _anchors(listings: Sequence[Listing]) -> set[str]:
    """Return the key of the first listing of each account: it stays, so that each has one."""
    first: dict[tuple[str, str], str] = {}
    for one in listings:
        first.setdefault((one.market, one.vendor), one.key)
    return set(first.values())
