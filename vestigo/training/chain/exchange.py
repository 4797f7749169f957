# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exchanges: a deposit address for each customer, sweeps, a hot wallet, withdrawals.

Every deposit is swept into the hot wallet within two and a half days.  One exchange
sweeps each deposit by itself, the other several at once together with coins of the
hot wallet.  The addresses of the hot wallet are spent together from the first day,
so that they are one cluster; only some of them are in the TagPack.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from vestigo.training.chain.coins import Coin, Target
from vestigo.training.chain.stage import Stage, enough
from vestigo.training.keyring import Account

N_HOT = 6
N_TAGGED = 3
N_SMALL = 3
SMALL_SAT = 10_000_000
FIRST_DEPOSIT_ACCOUNT = 1000
SWEEP_HOURS = (5, 44)
BATCH_HOURS = 26
_SPARE_SAT = 200_000


class Exchange:
    """One exchange; ``name`` is its name in the TagPack."""

    def __init__(self, stage: Stage, name: str, *, sweeps_in_batches: bool) -> None:
        self.name = name
        self.owner = f"exchange:{name}"
        self._stage = stage
        self._stream = stage.stream(self.owner)
        self._in_batches = sweeps_in_batches
        self._customers: dict[str, Account] = {}
        self._unswept: list[Coin] = []
        self._queue: list[Target] = []
        self._n_used = 0
        self.hot = [stage.keyring.account(self.owner, number) for number in range(N_HOT)]
        stage.book.watch(self.owner, self._received)

    @property
    def tagged(self) -> list[Account]:
        """The hot addresses that the TagPack names."""
        return self.hot[:N_TAGGED]

    @property
    def deposits(self) -> dict[str, Account]:
        """The deposit address of each customer."""
        return dict(self._customers)

    def deposit_account(self, customer: str) -> Account:
        """Return the deposit address of ``customer``: always the same."""
        if customer not in self._customers:
            number = FIRST_DEPOSIT_ACCOUNT + len(self._customers)
            self._customers[customer] = self._stage.keyring.account(self.owner, number)
        return self._customers[customer]

    def request_withdrawal(self, account: Account, value_sat: int) -> None:
        """Queue a payment to ``account`` for the next batch."""
        self._queue.append(Target(value_sat, account))

    def open(self, first_at: datetime, last_at: datetime) -> None:
        """Plan the joining of the hot wallet and, where it batches, the sweeps."""
        book = self._stage.book
        book.plan(first_at, self._join_hot)
        if self._in_batches:
            at = first_at + timedelta(hours=BATCH_HOURS)
            while at < last_at:
                book.plan(at, self._sweep_batch)
                at += timedelta(hours=BATCH_HOURS)
        book.plan(last_at, self._join_hot)

    def pay_withdrawals(self) -> None:
        """Pay everything that is queued in one transaction."""
        if not self._queue:
            return
        stage = self._stage
        targets, self._queue = self._queue, []
        wanted = sum(target.value_sat for target in targets) + _SPARE_SAT
        small, large = self._by_size()
        coins = [*small, *enough(large, wanted)]
        place = self._stream.below(len(targets) + 1)
        habit = stage.habit(self.owner)
        stage.book.pay(coins, targets, habit, "withdrawal", self._next_hot(), place)

    def _next_hot(self) -> Account:
        self._n_used += 1
        return self.hot[self._n_used % N_HOT]

    def _hot_coins(self) -> list[Coin]:
        hot = set(self.hot)
        return [coin for coin in self._stage.book.coins(self.owner) if coin.account in hot]

    def _by_size(self) -> tuple[list[Coin], list[Coin]]:
        """Return a few small hot coins (swept deposits) and all the others."""
        coins = sorted(self._hot_coins(), key=lambda coin: (coin.value_sat, coin.txid))
        small = [coin for coin in coins if coin.value_sat < SMALL_SAT][:N_SMALL]
        return small, coins[len(small) :]

    def _join_hot(self) -> None:
        stage = self._stage
        coins = self._hot_coins()
        if len(coins) > 1:
            habit = stage.habit(self.owner)
            stage.book.pay(coins, [], habit, "hot_consolidation", self._next_hot())

    def _received(self, coin: Coin) -> None:
        if coin.account not in self._customers.values():
            return
        if self._in_batches:
            self._unswept.append(coin)
            return
        hours = self._stream.between(*SWEEP_HOURS)
        at = self._stage.book.now + timedelta(hours=hours)
        self._stage.book.plan(at, partial(self._sweep, coin))

    def _sweep(self, coin: Coin) -> None:
        stage = self._stage
        stage.book.pay([coin], [], stage.habit(self.owner), "sweep", self._next_hot())

    def _sweep_batch(self) -> None:
        if not self._unswept:
            return
        coins = [*self._unswept]
        self._unswept = []
        if self._stream.chance(60):
            coins.append(min(self._hot_coins(), key=lambda coin: (coin.value_sat, coin.txid)))
        stage = self._stage
        stage.book.pay(coins, [], stage.habit(self.owner), "sweep", self._next_hot())
