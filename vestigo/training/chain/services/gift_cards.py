# SPDX-License-Identifier: AGPL-3.0-or-later
"""A gift-card shop: an invoice address for each purchase, collected, sold at an exchange."""

from __future__ import annotations

from datetime import datetime

from vestigo.training.chain.ground import Ground
from vestigo.training.chain.services.exchange import Exchange
from vestigo.training.chain.services.service import FIRST_CUSTOMER_ACCOUNT, Service
from vestigo.training.keyring import Account

N_HOT = 2
SWEEP_HOURS = 31
SELLING_HOURS = 24 * 14
FLOAT_SAT = 400_000
_LEAST_SOLD_SAT = 100_000


class GiftCardShop(Service):
    """One shop; codes are sent when the invoice is paid."""

    kind = "gift_card_shop"

    def __init__(self, ground: Ground, name: str, exchange: Exchange, *, is_tagged: bool) -> None:
        super().__init__(ground, name, is_tagged=is_tagged)
        self._exchange = exchange
        self.hot = [ground.keyring.account(self.owner, number) for number in range(N_HOT)]

    def pay_to(self, customer: str) -> Account:
        """Return the address of a new invoice."""
        del customer
        number = FIRST_CUSTOMER_ACCOUNT + len(self.customer_accounts)
        account = self._ground.keyring.account(self.owner, number)
        self.customer_accounts[account] = None
        return account

    def open(self, first_at: datetime, last_at: datetime) -> None:
        """Plan the opening float, the sweeps and the selling of what was taken in."""
        self._ground.book.plan(first_at, self._fund)
        self._every(SWEEP_HOURS, first_at, last_at, self._sweep)
        self._every(SELLING_HOURS, first_at, last_at, self._sell)

    def _fund(self) -> None:
        for account in self.hot:
            self._exchange.request_withdrawal(account, FLOAT_SAT)
        self._exchange.pay_withdrawals()

    def _sweep(self) -> None:
        coins = self._taken()
        if not coins:
            return
        into = self._stream.pick(self.hot)
        habit = self._ground.habit(self.owner)
        self._ground.book.pay(coins + self._smallest_hot(), [], habit, "sweep", into)

    def _sell(self) -> None:
        coins = self._hot_coins()
        if sum(coin.value_sat for coin in coins) > _LEAST_SOLD_SAT + FLOAT_SAT * N_HOT:
            habit = self._ground.habit(self.owner)
            into = self._exchange.pay_to(self.owner)
            self._ground.book.pay(coins, [], habit, "shop_sale", into)
