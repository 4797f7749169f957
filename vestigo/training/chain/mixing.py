# SPDX-License-Identifier: AGPL-3.0-or-later
"""One kind of mix, in the form of Whirlpool: five equal coins in, five equal coins out.

Each entrant splits off the exact sum, makes a Tx0 (a data output, the coordinator's
fee, pre-mix coins a little above the denomination), and takes part in rounds.  In a
round two or three coins are new and pay the fee with their surplus; the others have
exactly the denomination.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from vestigo.training.chain.coins import Coin, Habit, Payment, Target
from vestigo.training.chain.stage import Stage
from vestigo.training.keyring import Account

DENOMINATION_SAT = 1_000_000
SURPLUS_SAT = 5_000
POOL_FEE_SAT = 50_000
N_PREMIX = 2
N_LIQUIDITY = 3

COORDINATOR = "coordinator"
LIQUIDITY = "liquidity"
MARK_BYTES = 64

_PREMIX_SAT = DENOMINATION_SAT + SURPLUS_SAT
_TX0_RATE = 8
_TX0_SIZE = 260


class Pool:
    """The pool: its entrants' pre-mix coins, its rounds and what came out of them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._stream = stage.stream("pool")
        self._habit = Habit(fee_rate=1, locks_height=False, sequence=0xFFFFFFFF)
        self.premix: dict[str, list[Coin]] = {}
        self.mixed: dict[str, list[Coin]] = {}
        self.rounds: list[Payment] = []
        self.tx0s: list[Payment] = []

    @staticmethod
    def needed_sat() -> int:
        """Return what an entrant needs for Tx0, fees included, before splitting."""
        return N_PREMIX * _PREMIX_SAT + POOL_FEE_SAT + 20_000

    def enter(self, owner: str, coins: list[Coin], change: Account) -> None:
        """Split off what Tx0 needs from ``coins`` (the rest goes to ``change``) and plan Tx0."""
        stage = self._stage
        source = stage.fresh(owner)
        exact = Target(self._tx0_sat(), source)
        place = self._stream.below(2)
        stage.book.pay(coins, [exact], stage.habit(owner), "split", change, place)
        at = stage.book.now + timedelta(hours=self._stream.between(5, 12))
        stage.book.plan(at, partial(self._tx0, owner, source))

    def add_liquidity(self, coins: list[Coin]) -> None:
        """Take in coins of exactly the denomination that need no Tx0."""
        self.mixed[LIQUIDITY] = coins

    def plan_rounds(self, first_at: datetime, entrants: list[str]) -> None:
        """Plan three rounds in which every pre-mix coin of four ``entrants`` takes part."""
        one, two, three, four = entrants
        rounds = (
            ([one, two, three], [LIQUIDITY, LIQUIDITY]),
            ([one, two, four], [two, LIQUIDITY]),
            ([three, four], [one, three, LIQUIDITY]),
        )
        for number, (new, again) in enumerate(rounds):
            at = first_at + timedelta(hours=26 * number)
            self._stage.book.plan(at, partial(self._round, new, again))

    def _tx0_sat(self) -> int:
        return POOL_FEE_SAT + N_PREMIX * _PREMIX_SAT + _TX0_RATE * _TX0_SIZE

    def _tx0_targets(self, owner: str) -> list[Target]:
        data = b"\x6a" + bytes([MARK_BYTES]) + self._stream.block() + self._stream.block()
        fee = Target(POOL_FEE_SAT, self._stage.fresh(COORDINATOR))
        premix = [Target(_PREMIX_SAT, self._stage.fresh(owner)) for _coin in range(N_PREMIX)]
        return [Target(0, None, data), fee, *premix]

    def _tx0(self, owner: str, source: Account) -> None:
        book = self._stage.book
        coins = book.coins_at(source)
        payment = book.pay(coins, self._tx0_targets(owner), self._habit, "tx0")
        self.tx0s.append(payment)
        accounts = {target.account for target in payment.targets[2:]}
        self.premix[owner] = [coin for coin in book.coins(owner) if coin.account in accounts]

    def _round(self, new: list[str], again: list[str]) -> None:
        entries = [(owner, self.premix[owner].pop(0)) for owner in new]
        entries += [(owner, self.mixed[owner].pop(0)) for owner in again]
        stage = self._stage
        targets = [
            (owner, Target(DENOMINATION_SAT, stage.fresh(owner)))
            for owner, _coin in self._stream.shuffled(entries)
        ]
        coins = [coin for _owner, coin in self._stream.shuffled(entries)]
        outputs = [target for _owner, target in targets]
        self.rounds.append(stage.book.pay(coins, outputs, self._habit, "mix"))
        for owner, target in targets:
            assert target.account is not None
            self.mixed.setdefault(owner, []).extend(stage.book.coins_at(target.account))
