# SPDX-License-Identifier: AGPL-3.0-or-later
"""Orders on the ledger: buyers pay escrow or the vendor, escrow releases less commission."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from vestigo.training.chain.coins import Payment, Target
from vestigo.training.chain.ground import Ground, enough
from vestigo.training.keyring import Account
from vestigo.training.world import Order, Party, Vendor

COMMISSION_PERCENT = 3
N_COMMISSION_ACCOUNTS = 4
FIRST_ESCROW_ACCOUNT = 10_000
FIRST_PRIVATE_ACCOUNT = 20_000

_SPARE_SAT = 20_000
_LEAST_COMMISSION_SAT = 1_000


class Trade:
    """Plans and makes the payments of all orders; remembers them for the truth."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.paid: dict[int, Payment] = {}
        self.released: dict[int, Payment] = {}
        self._turns = _turns(ground.world.orders)

    def plan(self) -> None:
        """Plan the payment and the release of every order."""
        book = self._ground.book
        for order in self._ground.world.orders:
            book.plan(order.paid_at, partial(self._pay, order))
            if order.released_at is not None:
                book.plan(order.released_at, partial(self._release, order))

    def wanted_by(self, buyer: str) -> int:
        """Return what all orders of ``buyer`` cost."""
        return sum(one.price_sat for one in self._ground.world.orders if one.buyer == buyer)

    def plan_commission(self, at: datetime) -> None:
        """Plan each market's collecting of its commissions."""
        for market in self._ground.world.markets:
            self._ground.book.plan(at, partial(self._collect, market_owner(market.key)))

    def _escrow_account(self, order: Order) -> Account:
        keyring = self._ground.keyring
        return keyring.account(market_owner(order.market), FIRST_ESCROW_ACCOUNT + order.number)

    def _receiving_account(self, order: Order) -> Account:
        """Return where the vendor is paid: mostly the published address.

        Parties who consolidate take every other order on an address of its own.
        """
        party, vendor = self._seller(order)
        if party.behaviour != "consolidate" or not self._turns.get(order.number, 0) % 2:
            return account_of(self._ground, party, vendor.address_number)
        return account_of(self._ground, party, FIRST_PRIVATE_ACCOUNT + order.number)

    def _seller(self, order: Order) -> tuple[Party, Vendor]:
        vendor = self._ground.world.market(order.market).vendor(order.vendor)
        party = self._ground.world.party(order.party)
        assert vendor is not None
        assert party is not None
        return party, vendor

    def _first_account(self, order: Order) -> Account:
        """Return what the buyer pays into: escrow, or an address of the vendor."""
        if order.released_at is not None:
            return self._escrow_account(order)
        listing = self._ground.world.market(order.market).listing(order.listing_key)
        if order.is_direct and listing is not None and listing.direct_number is not None:
            return account_of(self._ground, self._seller(order)[0], listing.direct_number)
        return self._receiving_account(order)

    def _pay(self, order: Order) -> None:
        ground = self._ground
        coins = enough(ground.book.coins(order.buyer), order.price_sat + _SPARE_SAT)
        place = ground.stream("change", order.number).below(2)
        self.paid[order.number] = ground.book.pay(
            coins, [Target(order.price_sat, self._first_account(order))],
            ground.habit(order.buyer), "direct_deal" if order.is_direct else "escrow",
            ground.receiving(order.buyer), place,
        )  # fmt: skip

    def _release(self, order: Order) -> None:
        ground, owner = self._ground, market_owner(order.market)
        coins = ground.book.coins_at(self._escrow_account(order))
        commission = Target(
            max(order.price_sat * COMMISSION_PERCENT // 100, _LEAST_COMMISSION_SAT),
            ground.keyring.account(owner, order.number % N_COMMISSION_ACCOUNTS),
        )
        self.released[order.number] = ground.book.pay(
            coins, [commission], ground.habit(owner), "release", self._receiving_account(order), 0
        )

    def _collect(self, owner: str) -> None:
        ground = self._ground
        accounts = [ground.keyring.account(owner, n) for n in range(N_COMMISSION_ACCOUNTS)]
        coins = [coin for account in accounts for coin in ground.book.coins_at(account)]
        if len(coins) > 1:
            ground.book.pay(coins, [], ground.habit(owner), "commission", ground.fresh(owner))


def _turns(orders: Iterable[Order]) -> dict[int, int]:
    """Return the how-manieth sale of its account each order is; direct deals do not count."""
    sold: Counter[str] = Counter()
    turns: dict[int, int] = {}
    for order in orders:
        if not order.is_direct:
            account = f"{order.market}/{order.vendor}"
            turns[order.number] = sold[account]
            sold[account] += 1
    return turns


def market_owner(key: str) -> str:
    """Return the owner of a market's escrow and commissions."""
    return f"market:{key}"


def account_of(ground: Ground, party: Party, number: int) -> Account:
    """Return one account of a party's wallet."""
    return ground.keyring.account(party.id, number, party.script_kind)
