# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each party of the markets does with its coins, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from vestigo.training.chain.ground import Ground
from vestigo.training.chain.people.cashing import Cashing, suppliers
from vestigo.training.chain.people.trade import account_of
from vestigo.training.chain.services import Exchange, Service
from vestigo.training.chain.services.opening import Services
from vestigo.training.keyring import Account
from vestigo.training.world import Listing, Party

MIXING = ("whirlpool", "wasabi", "joinmarket")


class Parties:
    """Plans the cash-outs of all parties that do not mix."""

    def __init__(self, ground: Ground, services: Services) -> None:
        self._ground = ground
        self._services = services

    def plan(self, middle: datetime, end: datetime) -> None:
        """Plan cash-outs around two days of the story."""
        for party in self._ground.world.parties:
            if party.behaviour not in (*MIXING, "hold"):
                self._plan_party(party, middle, end)

    def exchange_of(self, party: Party) -> Exchange:
        """Return the exchange at which a party is a customer."""
        known = [one for one in self._services.exchanges if one.is_tagged]
        every = known if party.behaviour == "tagged" else self._services.exchanges
        return self._ground.stream("customer", party.id).pick(every)

    def _service_of(self, party: Party) -> Service:
        stream = self._ground.stream("shop", party.id)
        if party.behaviour == "atm":
            return stream.pick(self._services.atms)
        if party.behaviour == "gift_card":
            return stream.pick(self._services.gift_cards)
        return self.exchange_of(party)

    def _plan_party(self, party: Party, middle: datetime, end: datetime) -> None:
        ground, stream = self._ground, self._ground.stream("cash-out day", party.id)
        cashing = Cashing(ground, party.id, self._service_of(party), suppliers())
        if party.behaviour == "consolidate":
            everything = partial(_consolidate, ground, party, cashing)
            ground.book.plan(ground.moment(stream, end, 72), everything)
            return
        way = _way(party, cashing)
        for profile in profile_accounts(ground, party):
            ground.book.plan(ground.moment(stream, end, 72), partial(way, profile))
            if party.behaviour == "direct":
                part = partial(cashing.deposit_part, profile)
                ground.book.plan(ground.moment(stream, middle, 96), part)
        plain = Cashing(ground, party.id, self.exchange_of(party), suppliers())
        for account in direct_accounts(ground, party):
            at = ground.moment(stream, end, 72)
            ground.book.plan(at, partial(plain.deposit, account))


def _way(party: Party, cashing: Cashing) -> Callable[[Account], None]:
    ways = {
        "direct": cashing.deposit,
        "peel_to_last": cashing.peel_to_last,
        "peel_outputs": cashing.peel_outputs,
        "tagged": cashing.pay_tagged,
        "atm": cashing.sell,
        "gift_card": cashing.sell,
    }
    return ways[party.behaviour]


def _consolidate(ground: Ground, party: Party, cashing: Cashing) -> None:
    held = {coin.account: None for coin in ground.book.coins(party.id)}
    if held:
        cashing.consolidate(list(held))


def profile_accounts(ground: Ground, party: Party) -> list[Account]:
    """Return the addresses on the profiles of a party's vendor accounts."""
    numbers = {one.address_number: None for one in ground.world.vendors_of(party.id)}
    return [account_of(ground, party, number) for number in numbers]


def direct_accounts(ground: Ground, party: Party) -> list[Account]:
    """Return the addresses on listings of a party, for buyers who pay it without escrow."""
    accounts = set(party.accounts)
    numbers = {
        one.direct_number: None
        for market in ground.world.markets
        for one in market.listings
        if f"{market.key}/{one.vendor}" in accounts and _publishes(one)
    }
    return [account_of(ground, party, number) for number in numbers if number is not None]


def _publishes(listing: Listing) -> bool:
    return listing.direct_number is not None
