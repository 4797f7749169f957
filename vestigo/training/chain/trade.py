# SPDX-License-Identifier: AGPL-3.0-or-later
"""Orders on the ledger: buyers pay escrow or the vendor, escrow releases less commission."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from vestigo.training.chain.coins import Payment, Target
from vestigo.training.chain.stage import Stage, enough
from vestigo.training.keyring import Account
from vestigo.training.listings import FIRST_DIRECT_ACCOUNT
from vestigo.training.story import Order, Vendor
from vestigo.training.vendors import PROFILE_ACCOUNT, party

MARKET = "market"
COMMISSION_PERCENT = 3
N_COMMISSION_ACCOUNTS = 4
FIRST_ESCROW_ACCOUNT = 10_000

_SPARE_SAT = 20_000


class Trade:
    """Plans and makes the payments of all orders; remembers them for the truth."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.paid: dict[int, Payment] = {}
        self.released: dict[int, Payment] = {}

    def plan(self) -> None:
        """Plan the payment and the release of every order."""
        book = self._stage.book
        for order in self._stage.story.orders:
            book.plan(order.paid_at, partial(self._pay, order))
            if order.released_at is not None:
                book.plan(order.released_at, partial(self._release, order))

    def wanted_by(self, buyer: str) -> int:
        """Return what all orders of ``buyer`` cost."""
        return sum(one.price_sat for one in self._stage.story.orders if one.buyer == buyer)

    def plan_commission(self, at: datetime) -> None:
        """Plan the market's collecting of its commissions."""
        self._stage.book.plan(at, self._collect)

    def escrow_account(self, order: Order) -> Account:
        """Return the escrow address of one order."""
        return self._stage.keyring.account(MARKET, FIRST_ESCROW_ACCOUNT + order.number)

    def receiving_account(self, order: Order) -> Account:
        """Return where the vendor is paid: mostly the published address.

        Vendors who consolidate take every other order on an address of its own.
        """
        vendor = self._vendor(order)
        number = PROFILE_ACCOUNT
        if vendor.behaviour == "consolidate" and order.number % 2:
            number = FIRST_DIRECT_ACCOUNT + 10 + order.number
        return self._stage.keyring.account(party(vendor.handle), number, vendor.script_kind)

    def _vendor(self, order: Order) -> Vendor:
        vendor = self._stage.story.vendor(order.vendor)
        assert vendor is not None
        return vendor

    def _direct_account(self, order: Order) -> Account:
        listing, vendor = self._stage.story.listing(order.listing_key), self._vendor(order)
        numbers = range(FIRST_DIRECT_ACCOUNT, FIRST_DIRECT_ACCOUNT + 3)
        accounts = [
            self._stage.keyring.account(party(vendor.handle), number, vendor.script_kind)
            for number in numbers
        ]
        return next(one for one in accounts if listing and one.address == listing.direct_address)

    def _pay(self, order: Order) -> None:
        stage = self._stage
        coins = enough(stage.book.coins(order.buyer), order.price_sat + _SPARE_SAT)
        account = self._direct_account(order) if order.is_direct else self.escrow_account(order)
        place = stage.stream("change", order.number).below(2)
        self.paid[order.number] = stage.book.pay(
            coins, [Target(order.price_sat, account)], stage.habit(order.buyer),
            "direct_deal" if order.is_direct else "escrow", stage.fresh(order.buyer), place,
        )  # fmt: skip

    def _release(self, order: Order) -> None:
        stage = self._stage
        coins = stage.book.coins_at(self.escrow_account(order))
        number = order.number % N_COMMISSION_ACCOUNTS
        commission = Target(
            max(order.price_sat * COMMISSION_PERCENT // 100, 1_000),
            stage.keyring.account(MARKET, number),
        )
        self.released[order.number] = stage.book.pay(
            coins, [commission], stage.habit(MARKET), "release", self.receiving_account(order), 0
        )

    def _collect(self) -> None:
        stage = self._stage
        accounts = [stage.keyring.account(MARKET, n) for n in range(N_COMMISSION_ACCOUNTS)]
        coins = [coin for account in accounts for coin in stage.book.coins_at(account)]
        if len(coins) > 1:
            stage.book.pay(coins, [], stage.habit(MARKET), "commission", stage.fresh(MARKET))
