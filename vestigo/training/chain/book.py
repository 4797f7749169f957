# SPDX-License-Identifier: AGPL-3.0-or-later
"""The state of the ledger while the world's time runs: coins, waiting payments, blocks."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.training.chain.coins import Coin, Draft, Habit, Payment, Target, virtual_size
from vestigo.training.chain.mining import COINBASE_MATURITY, GENESIS, GENESIS_HASH, MinedBlock, mine
from vestigo.training.chain.pace import Pace, SlotPace
from vestigo.training.chain.signing import sign
from vestigo.training.keyring import Account, Keyring
from vestigo.training.timeline import GENESIS_AT

N_FIRST_BLOCKS = COINBASE_MATURITY + 12
FIRST_SPACING = timedelta(minutes=10)
LAST_FIRST_AT = GENESIS_AT + N_FIRST_BLOCKS * FIRST_SPACING
N_MINER_ACCOUNTS = 5
DUST_SAT = 1_000
MOST_TRANSACTIONS = 5_000

Action = Callable[[], None]
Watcher = Callable[[Coin], None]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A payment that never came into a block, and the one that took its place."""

    replaced: Payment
    by: Payment


class Book:
    """Runs what was planned in order of time and mines what was sent.

    ``pace`` says when blocks are found; their times always increase.
    """

    def __init__(
        self,
        keyring: Keyring,
        pace: Pace | None = None,
        most_transactions: int = MOST_TRANSACTIONS,
    ) -> None:
        self.keyring = keyring
        self.now = GENESIS_AT
        self.payments: list[Payment] = []
        self.replacements: list[Replacement] = []
        self.blocks = [MinedBlock(0, GENESIS_HASH, GENESIS, GENESIS_AT, ())]
        self._pace = pace or SlotPace()
        self._most = most_transactions
        self._coins: dict[str, dict[tuple[str, int], Coin]] = {}
        self._waiting: list[Payment] = []
        self._planned: list[tuple[datetime, int, Action]] = []
        self._n_planned = 0
        self._watchers: dict[str, list[Watcher]] = {}
        for number in range(1, N_FIRST_BLOCKS + 1):
            self._mine(GENESIS_AT + number * FIRST_SPACING)

    def plan(self, at: datetime, action: Action) -> None:
        """Have ``action`` run when the world's time reaches ``at``."""
        if at < self.now:
            raise ValueError(f"{at} has passed, it is {self.now}")
        heapq.heappush(self._planned, (at, self._n_planned, action))
        self._n_planned += 1

    def watch(self, owner: str, watcher: Watcher) -> None:
        """Have ``watcher`` called for every coin that ``owner`` receives."""
        self._watchers.setdefault(owner, []).append(watcher)

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
        group: str = "",
    ) -> Payment:
        """Sign and send; what is left after the fee goes to ``rest_to``, or all is fee.

        ``rest_at`` is the place of the rest among the outputs (-1: last); ``group`` names
        the chain of payments that it belongs to.  Raises ``ValueError`` when the coins do
        not suffice, ``ConfigurationError`` E-TRA-040 when there are too many payments.
        """
        payment = self.signed(coins, targets, habit, kind, rest_to, rest_at, group)
        self._take_in(payment)
        return payment

    def signed(
        self,
        coins: Sequence[Coin],
        targets: Sequence[Target],
        habit: Habit,
        kind: str,
        rest_to: Account | None = None,
        rest_at: int = -1,
        group: str = "",
    ) -> Payment:
        """Return what ``pay`` would send, without sending it."""
        outputs = list(targets)
        if rest_to is not None:
            place = len(outputs) if rest_at < 0 else rest_at
            outputs.insert(place, self._rest(coins, outputs, habit, rest_to))
        lock_time = self.blocks[-1].height if habit.locks_height else 0
        draft = Draft(tuple(coins), tuple(outputs), lock_time, habit.sequence, habit.version)
        payment = Payment(*sign(draft), draft, kind, self.now, group)
        if payment.fee_sat < virtual_size(draft.coins, draft.targets):
            raise ValueError(
                _("a payment ({kind}) with a fee of {fee} sat").format(
                    kind=kind, fee=payment.fee_sat
                )
            )
        return payment

    def lock(self, coins: Sequence[Coin]) -> None:
        """Put coins aside that a payment spends which is not to be mined."""
        for coin in coins:
            del self._coins[coin.account.owner][coin.txid, coin.vout]

    def unlock(self, coins: Sequence[Coin]) -> None:
        """Let coins be spent again."""
        for coin in coins:
            self._coins[coin.account.owner][coin.txid, coin.vout] = coin

    def _rest(
        self, coins: Sequence[Coin], outputs: list[Target], habit: Habit, rest_to: Account
    ) -> Target:
        size = virtual_size(tuple(coins), (*outputs, Target(0, rest_to)))
        value = sum(coin.value_sat for coin in coins) - sum(one.value_sat for one in outputs)
        value -= size * habit.fee_rate
        if value < DUST_SAT:
            raise ValueError(_("only {left} sat would be left").format(left=value))
        return Target(value, rest_to)

    def _take_in(self, payment: Payment) -> None:
        if len(self.payments) >= self._most:
            raise ConfigurationError(
                "E-TRA-040",
                _("This world needs more than {n} transactions.").format(n=self._most),
                where="[ledger] most_transactions",
                remedy=_("Raise most_transactions, or lower parties, orders or bystanders."),
            )
        self.lock(payment.coins)
        self.payments.append(payment)
        self._waiting.append(payment)
        for vout, target in enumerate(payment.targets):
            if target.account is not None:
                self._add(Coin(payment.txid, vout, target.value_sat, target.account, self.now))

    def _add(self, coin: Coin) -> None:
        self._coins.setdefault(coin.account.owner, {})[coin.txid, coin.vout] = coin
        for watcher in self._watchers.get(coin.account.owner, ()):
            watcher(coin)

    def _mine_before(self, moment: datetime) -> None:
        oldest = self._waiting[0].sent_at if self._waiting else None
        for at in self._pace.due(moment, oldest):
            self._mine(at)

    def _mine(self, at: datetime) -> None:
        height = len(self.blocks)
        miner = self.keyring.account("miner", height % N_MINER_ACCOUNTS)
        block, coin = mine(height, self.blocks[-1].block_hash, at, miner, self._waiting)
        self._waiting = []
        self.blocks.append(block)
        if coin.value_sat:
            self._add(coin)
