# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parties and strangers who mix: entrance, rounds, and what they do afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from vestigo.training.chain.coins import Coin
from vestigo.training.chain.ground import Ground, worth
from vestigo.training.chain.mixes.joinmarket import JoinMarket
from vestigo.training.chain.mixes.wasabi1 import Wasabi1
from vestigo.training.chain.mixes.wasabi2 import Wasabi2
from vestigo.training.chain.mixes.whirlpool import Whirlpool
from vestigo.training.chain.people.cashing import REST_HOURS, Cashing, suppliers
from vestigo.training.chain.people.parties import Parties, profile_accounts
from vestigo.training.chain.services import Exchange
from vestigo.training.chain.services.opening import Services
from vestigo.training.world import Party

FIRST_ROUND = timedelta(hours=30)
WHIRLPOOL_DAYS = 6
MOST_APART_HOURS = 26
WASABI_DAYS = 4
ENTRANCE_HOURS = 10
_LEAST_ENTERED_SAT = 300_000


class Mixed(Protocol):
    """What a kind of mix leaves with its entrants."""

    mixed: dict[str, list[Coin]]


class Mixing:
    """Plans every mix of a world; ``begins_at`` is the day on which parties enter."""

    def __init__(
        self, ground: Ground, services: Services, parties: Parties, begins_at: datetime
    ) -> None:
        self._ground = ground
        self._services = services
        self._parties = parties
        self._begins_at = begins_at
        self._stream = ground.stream("mix days")
        self._whirlpool = Whirlpool(ground, ground.section.whirlpool_rounds)
        self._wasabi1 = Wasabi1(ground)
        self._wasabi2 = Wasabi2(ground)
        self._joinmarket = JoinMarket(ground)

    def plan(self, funded_at: datetime, middle: datetime) -> None:
        """Plan everything; strangers get their first coins at ``funded_at``."""
        self._plan_whirlpool(funded_at)
        self._plan_wasabi(funded_at, middle)
        self._plan_joinmarket(funded_at, middle)

    def _those(self, behaviour: str) -> list[Party]:
        return [one for one in self._ground.world.parties if one.behaviour == behaviour]

    def _plan_whirlpool(self, funded_at: datetime) -> None:
        n_rounds, parties = self._ground.section.whirlpool_rounds, self._those("whirlpool")
        if not n_rounds:
            return
        book, pool = self._ground.book, self._whirlpool
        strangers = pool.strangers(len(parties))
        book.plan(funded_at, partial(pool.fund, strangers))
        for number, party in enumerate(parties):
            self._plan_entry(partial(self._enter_whirlpool, party, number == 0))
        for name in strangers:
            self._plan_entry(partial(self._enter_stranger, name))
        first = self._begins_at + FIRST_ROUND
        hours = min(MOST_APART_HOURS, WHIRLPOOL_DAYS * 24 // n_rounds)
        pool.plan_rounds(first, hours)
        over = first + timedelta(hours=hours * n_rounds)
        exchanges = self._services.exchanges
        for number, name in enumerate(strangers):
            self._plan_spending(pool, name, exchanges[number % len(exchanges)], over)
        for party in parties:
            self._plan_spending(pool, party.id, self._parties.exchange_of(party), over)

    def _plan_wasabi(self, funded_at: datetime, middle: datetime) -> None:
        section, book, parties = self._ground.section, self._ground.book, self._those("wasabi")
        first = self._begins_at + FIRST_ROUND
        if section.wasabi1_rounds:
            book.plan(funded_at, partial(self._wasabi1.fund, section.wasabi1_rounds))
        for number in range(section.wasabi1_rounds):
            book.plan(self._day(middle, number, section.wasabi1_rounds), self._wasabi1.mix)
        if not section.wasabi2_rounds:
            return
        book.plan(funded_at, partial(self._wasabi2.fund, section.wasabi2_rounds))
        for number in range(section.wasabi2_rounds):
            book.plan(self._day(first, number, section.wasabi2_rounds), self._wasabi2.mix)
        for party in parties:
            self._plan_entry(partial(self._enter_wasabi, party))
            exchange = self._parties.exchange_of(party)
            self._plan_spending(
                self._wasabi2, party.id, exchange, first + timedelta(days=WASABI_DAYS)
            )

    def _plan_joinmarket(self, funded_at: datetime, middle: datetime) -> None:
        n_rounds, parties = self._ground.section.joinmarket_rounds, self._those("joinmarket")
        if not n_rounds:
            return
        book, joint = self._ground.book, self._joinmarket
        book.plan(funded_at, partial(joint.fund, n_rounds))
        for party in parties:
            self._plan_entry(partial(self._enter_joinmarket, party))
            over = self._begins_at + timedelta(days=1)
            self._plan_spending(joint, party.id, self._parties.exchange_of(party), over)
        for number in range(max(n_rounds - len(parties), 0)):
            book.plan(self._day(middle, number, n_rounds), joint.mix_stranger)

    def _day(self, first: datetime, number: int, n: int) -> datetime:
        hours = max(WASABI_DAYS * 24 // n, 1)
        return self._ground.moment(self._stream, first + timedelta(hours=hours * number), hours)

    def _plan_entry(self, action: partial[None]) -> None:
        at = self._ground.moment(self._stream, self._begins_at, ENTRANCE_HOURS)
        self._ground.book.plan(at, action)

    def _plan_spending(self, mix: Mixed, owner: str, exchange: Exchange, over: datetime) -> None:
        at = self._ground.moment(self._stream, over + timedelta(hours=REST_HOURS[0]), 48)
        self._ground.book.plan(at, partial(self._spend, mix, owner, exchange))

    def _spend(self, mix: Mixed, owner: str, exchange: Exchange) -> None:
        """Deposit the mixed coins of one entrant, each by itself, hours apart."""
        cashing = Cashing(self._ground, owner, exchange, suppliers())
        accounts = dict.fromkeys(coin.account for coin in mix.mixed.get(owner, ()))
        for number, account in enumerate(accounts):
            at = self._ground.book.now + timedelta(hours=5 * number + 1)
            self._ground.book.plan(at, partial(cashing.deposit, account))

    def _enter_stranger(self, name: str) -> None:
        coins = self._ground.book.coins(name)
        self._whirlpool.enter(name, coins, self._ground.fresh(name))

    def _enter_whirlpool(self, party: Party, cashes_change: bool) -> None:
        """Take a party into the pool; the first deposits what did not fit into it."""
        change = self._ground.fresh(party.id)
        if self._whirlpool.enter(party.id, self._published(party), change) and cashes_change:
            exchange = self._parties.exchange_of(party)
            cashing = Cashing(self._ground, party.id, exchange, suppliers())
            at = self._ground.book.now + timedelta(hours=REST_HOURS[1])
            self._ground.book.plan(at, partial(cashing.deposit, change))

    def _enter_wasabi(self, party: Party) -> None:
        coins = self._published(party)
        if worth(coins) > _LEAST_ENTERED_SAT:
            self._wasabi2.enter(party.id, coins)

    def _enter_joinmarket(self, party: Party) -> None:
        self._joinmarket.mix(party.id, self._published(party))

    def _published(self, party: Party) -> list[Coin]:
        accounts = profile_accounts(self._ground, party)
        return [coin for one in accounts for coin in self._ground.book.coins_at(one)]
