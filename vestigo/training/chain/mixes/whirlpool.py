# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mixes in the form of Whirlpool: five to eight equal coins in, as many equal coins out.

Each entrant splits off the exact sum, makes a Tx0 (a data output, the coordinator's
fee, pre-mix coins a little above the denomination), and takes part in rounds.  In a
round one to four coins are new and pay the fee with their surplus; the others have
exactly the denomination.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from vestigo.i18n import _
from vestigo.training.chain.coins import Coin, Target
from vestigo.training.chain.ground import Ground, worth
from vestigo.training.chain.mixes.peers import TOGETHER, fund, mixers
from vestigo.training.keyring import Account

DENOMINATION_SAT = 1_000_000
SURPLUS_SAT = 5_000
POOL_FEE_SAT = 50_000
N_PREMIX = 2
SIZES = (5, 8)
MOST_NEW = 4
NEW_A_ROUND = 3
N_LIQUIDITY = SIZES[1] - 1

COORDINATOR = "coordinator:whirlpool"
LIQUIDITY = "mixer:whirlpool:liquidity"
MARK_BYTES = 64

_PREMIX_SAT = DENOMINATION_SAT + SURPLUS_SAT
_TX0_RATE = 8
_TX0_SIZE = 260
_SPLIT_FEE_SAT = 12_000


class Whirlpool:
    """The pool: its entrants' pre-mix coins and what came out of its rounds."""

    kind = "whirlpool"

    def __init__(self, ground: Ground, n_rounds: int) -> None:
        self._ground = ground
        self._stream = ground.stream("whirlpool")
        self._n_left = n_rounds
        self._premix: dict[str, list[Coin]] = {}
        self.n_entrants = n_rounds * NEW_A_ROUND // N_PREMIX
        self.mixed: dict[str, list[Coin]] = {}

    @staticmethod
    def needed_sat() -> int:
        """Return what an entrant's coins have to be worth at least."""
        return POOL_FEE_SAT + N_PREMIX * _PREMIX_SAT + _TX0_RATE * _TX0_SIZE + _SPLIT_FEE_SAT

    def strangers(self, n_parties: int) -> list[str]:
        """Return who takes part besides ``n_parties`` parties."""
        return mixers(self.kind, max(self.n_entrants - n_parties, 0))

    def fund(self, strangers: list[str]) -> None:
        """Give the pool its first coins and strangers what they need to take part."""
        liquidity = [self._ground.fresh(LIQUIDITY) for _coin in range(N_LIQUIDITY)]
        wanted = [(account, DENOMINATION_SAT) for account in liquidity]
        wanted += [
            (self._ground.fresh(name), self.needed_sat() + 310_000 * (number + 1))
            for number, name in enumerate(strangers)
        ]
        fund(self._ground, wanted)
        self.mixed[LIQUIDITY] = self._ground.book.coins(LIQUIDITY)

    def enter(self, owner: str, coins: list[Coin], change: Account) -> bool:
        """Split off what Tx0 needs (the rest goes to ``change``); False if it does not suffice."""
        if worth(coins) < self.needed_sat():
            return False
        ground = self._ground
        source = ground.fresh(owner)
        exact = Target(self.needed_sat() - _SPLIT_FEE_SAT, source)
        place = self._stream.below(2)
        ground.book.pay(coins, [exact], ground.habit(owner), "split", change, place)
        at = ground.book.now + timedelta(hours=self._stream.between(5, 12))
        ground.book.plan(at, partial(self._tx0, owner, source))
        return True

    def plan_rounds(self, first_at: datetime, hours: int) -> None:
        """Plan all rounds, ``hours`` apart."""
        for number in range(self._n_left):
            at = first_at + timedelta(hours=hours * number)
            self._ground.book.plan(at, self._round)

    def _tx0(self, owner: str, source: Account) -> None:
        book = self._ground.book
        data = b"\x6a" + bytes([MARK_BYTES]) + self._stream.block() + self._stream.block()
        fee = Target(POOL_FEE_SAT, self._ground.fresh(COORDINATOR))
        premix = [Target(_PREMIX_SAT, self._ground.fresh(owner)) for _coin in range(N_PREMIX)]
        book.pay(book.coins_at(source), [Target(0, None, data), fee, *premix], TOGETHER, "tx0")
        accounts = {target.account for target in premix}
        self._premix[owner] = [coin for coin in book.coins(owner) if coin.account in accounts]

    def _round(self) -> None:
        entries = self._new()
        self._n_left -= 1
        if not entries:
            return
        size = max(self._stream.between(*SIZES), len(entries) + 1)
        entries += self._again({owner for owner, _coin in entries}, size - len(entries))
        if len(entries) < SIZES[0]:
            raise ValueError(_("a Whirlpool-like round has too few coins"))
        targets = [(owner, Target(DENOMINATION_SAT, self._ground.fresh(owner)))
                   for owner, _coin in self._stream.shuffled(entries)]  # fmt: skip
        coins = [coin for _owner, coin in self._stream.shuffled(entries)]
        outputs = [target for _owner, target in targets]
        self._ground.book.pay(coins, outputs, TOGETHER, self.kind)
        for owner, target in targets:
            assert target.account is not None
            came = self._ground.book.coins_at(target.account)
            self.mixed.setdefault(owner, []).extend(came)

    def _new(self) -> list[tuple[str, Coin]]:
        """Take one pre-mix coin of each of as many entrants as the rounds left ask for."""
        waiting = sum(len(coins) for coins in self._premix.values())
        wanted = min(-(-waiting // max(self._n_left, 1)), MOST_NEW)
        owners = sorted(self._premix, key=lambda owner: (-len(self._premix[owner]), owner))
        return [(one, self._premix[one].pop(0)) for one in owners[:wanted] if self._premix[one]]

    def _again(self, new: set[str], n: int) -> list[tuple[str, Coin]]:
        """Take ``n`` coins that were mixed before or never had to, other owners' first."""
        every = [(owner, coin) for owner, coins in self.mixed.items() for coin in coins]
        drawn = self._stream.shuffled(every)
        chosen = sorted(drawn, key=lambda entry: entry[0] in new)[:n]
        for owner, coin in chosen:
            self.mixed[owner].remove(coin)
        return chosen
