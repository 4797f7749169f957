# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exchanges: a deposit address for each customer, sweeps, a hot wallet, withdrawals.

Every deposit is swept into the hot wallet within two and a half days.  Some exchanges
sweep each deposit by itself, others several at once together with coins of the hot
wallet.  The addresses of the hot wallet are spent together from the first day, so that
they are one cluster; only some of them are in the TagPack.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from vestigo.training.chain.coins import Coin, Target
from vestigo.training.chain.ground import Ground, enough
from vestigo.training.chain.services.service import FIRST_CUSTOMER_ACCOUNT, Service
from vestigo.training.keyring import Account

N_HOT = 6
N_SMALL = 3
SMALL_SAT = 10_000_000
SWEEP_HOURS = (5, 44)
BATCH_HOURS = 26
_SPARE_SAT = 200_000


class Exchange(Service):
    """One exchange; ``hot_kind`` is the kind of script of its hot wallet."""

    kind = "exchange"

    def __init__(
        self,
        ground: Ground,
        name: str,
        *,
        is_tagged: bool,
        sweeps_in_batches: bool,
        hot_kind: str = "p2wpkh",
    ) -> None:
        super().__init__(ground, name, is_tagged=is_tagged)
        self._in_batches = sweeps_in_batches
        self._customers: dict[str, Account] = {}
        self._queue: list[Target] = []
        self._n_used = 0
        keyring = ground.keyring
        self.hot = [keyring.account(self.owner, number, hot_kind) for number in range(N_HOT)]

    def pay_to(self, customer: str) -> Account:
        """Return the deposit address of ``customer``: always the same."""
        if customer not in self._customers:
            number = FIRST_CUSTOMER_ACCOUNT + len(self._customers)
            account = self._ground.keyring.account(self.owner, number)
            self._customers[customer] = account
            self.customer_accounts[account] = None
        return self._customers[customer]

    def request_withdrawal(self, account: Account, value_sat: int) -> None:
        """Queue a payment to ``account`` for the next batch."""
        self._queue.append(Target(value_sat, account))

    def open(self, first_at: datetime, last_at: datetime) -> None:
        """Plan the joining of the hot wallet and, where it batches, the sweeps."""
        self._ground.book.plan(first_at, self._join_hot)
        if self._in_batches:
            self._every(BATCH_HOURS, first_at, last_at, self._sweep_batch)
        self._ground.book.plan(last_at, self._join_hot)

    def pay_withdrawals(self) -> None:
        """Pay everything that is queued in one transaction."""
        if not self._queue:
            return
        targets, self._queue = self._queue, []
        wanted = sum(target.value_sat for target in targets) + _SPARE_SAT
        small, large = self._by_size()
        coins = [*small, *enough(large, wanted)]
        place = self._stream.below(len(targets) + 1)
        habit = self._ground.habit(self.owner)
        self._ground.book.pay(coins, targets, habit, "withdrawal", self._next_hot(), place)

    def _next_hot(self) -> Account:
        self._n_used += 1
        return self.hot[self._n_used % N_HOT]

    def _by_size(self) -> tuple[list[Coin], list[Coin]]:
        """Return a few small hot coins (swept deposits) and all the others."""
        coins = sorted(self._hot_coins(), key=lambda coin: (coin.value_sat, coin.txid))
        small = [coin for coin in coins if coin.value_sat < SMALL_SAT][:N_SMALL]
        return small, coins[len(small) :]

    def _join_hot(self) -> None:
        coins = self._hot_coins()
        if len(coins) > 1:
            habit = self._ground.habit(self.owner)
            self._ground.book.pay(coins, [], habit, "hot_consolidation", self._next_hot())

    def _received(self, coin: Coin) -> None:
        super()._received(coin)
        if self._in_batches or coin.account not in self.customer_accounts:
            return
        at = self._ground.book.now + timedelta(hours=self._stream.between(*SWEEP_HOURS))
        self._ground.book.plan(at, partial(self._sweep, [coin]))

    def _sweep(self, coins: list[Coin]) -> None:
        habit = self._ground.habit(self.owner)
        self._ground.book.pay(coins, [], habit, "sweep", self._next_hot())

    def _sweep_batch(self) -> None:
        coins = self._taken()
        if coins:
            self._sweep(coins + (self._smallest_hot() if self._stream.chance(60) else []))
