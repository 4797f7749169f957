# SPDX-License-Identifier: AGPL-3.0-or-later
"""The state of the ledger while the story runs: coins, waiting payments, blocks."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from vestigo.training.chain.coins import Coin, Draft, Habit, Payment, Target, virtual_size
from vestigo.training.chain.mining import COINBASE_MATURITY, GENESIS, GENESIS_HASH, MinedBlock, mine
from vestigo.training.chain.signing import sign
from vestigo.training.keyring import Account, Keyring
from vestigo.training.timeline import GENESIS_AT, slot_of

N_FIRST_BLOCKS = COINBASE_MATURITY + 12
FIRST_SPACING = timedelta(minutes=10)
N_MINER_ACCOUNTS = 5
DUST_SAT = 1_000

Action = Callable[[], None]
Watcher = Callable[[Coin], None]


class Book:
    """Runs what was planned in order of time and mines what was sent.

    A block is mined every few hours in which somebody paid; its time is the end of
    those hours, so that times always increase.
    """

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self.now = GENESIS_AT
        self.payments: list[Payment] = []
        self.blocks = [MinedBlock(0, GENESIS_HASH, GENESIS, GENESIS_AT, ())]
        self._coins: dict[str, dict[tuple[str, int], Coin]] = {}
        self._waiting: list[Payment] = []
        self._planned: list[tuple[datetime, int, Action]] = []
        self._n_planned = 0
        self._watchers: list[tuple[str, Watcher]] = []
        for number in range(1, N_FIRST_BLOCKS + 1):
            self._mine(GENESIS_AT + number * FIRST_SPACING)

    def plan(self, at: datetime, action: Action) -> None:
        """Have ``action`` run when the story reaches ``at``."""
        if at < self.now:
            raise ValueError(f"{at} has passed, it is {self.now}")
        heapq.heappush(self._planned, (at, self._n_planned, action))
        self._n_planned += 1

    def watch(self, owner: str, watcher: Watcher) -> None:
        """Have ``watcher`` called for every coin that ``owner`` receives."""
        self._watchers.append((owner, watcher))

    def run(self, until: datetime) -> None:
        """Run everything planned up to ``until`` and mine what is left waiting."""
        while self._planned and self._planned[0][0] <= until:
            at, _number, action = heapq.heappop(self._planned)
            self._mine_before(at)
            self.now = at
            action()
        self._mine_before(until + timedelta(days=1))
        self.now = until

    def coins(self, owner: str) -> list[Coin]:
        """Return the unspent coins of ``owner``, oldest first."""
        return list(self._coins.get(owner, {}).values())

    def coins_at(self, account: Account) -> list[Coin]:
        """Return the unspent coins of one address, oldest first."""
        return [coin for coin in self.coins(account.owner) if coin.account == account]

    def pay(
        self,
        coins: Sequence[Coin],
        targets: Sequence[Target],
        habit: Habit,
        kind: str,
        rest_to: Account | None = None,
        rest_at: int = -1,
    ) -> Payment:
        """Sign and send; what is left after the fee goes to ``rest_to``, or all is fee.

        ``rest_at`` is the place of the rest among the outputs (-1: last).  Raises
        ``ValueError`` when the coins do not suffice.
        """
        outputs = list(targets)
        if rest_to is not None:
            place = len(outputs) if rest_at < 0 else rest_at
            outputs.insert(place, self._rest(coins, outputs, habit, rest_to))
        lock_time = self.blocks[-1].height if habit.locks_height else 0
        draft = Draft(tuple(coins), tuple(outputs), lock_time, habit.sequence)
        payment = Payment(*sign(draft), draft.coins, draft.targets, kind, self.now)
        if payment.fee_sat < virtual_size(draft.coins, draft.targets):
            raise ValueError(f"{kind}: the fee is {payment.fee_sat} sat")
        self._take_in(payment)
        return payment

    def _rest(
        self, coins: Sequence[Coin], outputs: list[Target], habit: Habit, rest_to: Account
    ) -> Target:
        size = virtual_size(tuple(coins), (*outputs, Target(0, rest_to)))
        value = sum(coin.value_sat for coin in coins) - sum(one.value_sat for one in outputs)
        value -= size * habit.fee_rate
        if value < DUST_SAT:
            raise ValueError(f"only {value} sat would be left")
        return Target(value, rest_to)

    def _take_in(self, payment: Payment) -> None:
        for coin in payment.coins:
            del self._coins[coin.account.owner][coin.txid, coin.vout]
        self.payments.append(payment)
        self._waiting.append(payment)
        for vout, target in enumerate(payment.targets):
            if target.account is not None:
                self._add(Coin(payment.txid, vout, target.value_sat, target.account, self.now))

    def _add(self, coin: Coin) -> None:
        self._coins.setdefault(coin.account.owner, {})[coin.txid, coin.vout] = coin
        for owner, watcher in self._watchers:
            if owner == coin.account.owner:
                watcher(coin)

    def _mine_before(self, moment: datetime) -> None:
        if self._waiting and slot_of(self._waiting[0].sent_at) < moment:
            self._mine(slot_of(self._waiting[0].sent_at))

    def _mine(self, at: datetime) -> None:
        height = len(self.blocks)
        miner = self.keyring.account("miner", height % N_MINER_ACCOUNTS)
        block, coin = mine(height, self.blocks[-1].block_hash, at, miner, self._waiting)
        self._waiting = []
        self.blocks.append(block)
        self._add(coin)
