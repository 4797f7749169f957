# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mixes in the form of JoinMarket: a taker pays makers for equal outputs of any amount."""

from __future__ import annotations

from vestigo.training.chain.coins import Coin, Target, virtual_size
from vestigo.training.chain.ground import Ground, worth
from vestigo.training.chain.mixes.peers import TOGETHER, fund, mixers
from vestigo.training.stream import Stream

N_MAKERS = (3, 5)
N_KNOWN_MAKERS = 8
TAKER = "mixer:joinmarket:taker"
SHARE_PERCENT = (35, 70)

_MAKER_SAT = (30_000_000, 90_000_000)
_TAKER_SAT = 24_000_000
_FEE_RATE = 6
_MAKER_FEE_SAT = (300, 2_500)
_LEAST_TAKEN_SAT = 200_000


class JoinMarket:
    """Joint payments; ``mixed`` are the coins that takers got."""

    kind = "joinmarket"

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._stream: Stream = ground.stream(self.kind)
        self._makers = mixers(self.kind, N_KNOWN_MAKERS)
        self.mixed: dict[str, list[Coin]] = {}

    def fund(self, n_rounds: int) -> None:
        """Give the makers their stock and strangers something to mix."""
        stream, ground = self._stream, self._ground
        fund(ground, [
            *((ground.fresh(name), stream.between(*_MAKER_SAT)) for name in self._makers),
            *((ground.fresh(TAKER), _TAKER_SAT + stream.below(9_999_999))
              for _round in range(n_rounds)),
        ])  # fmt: skip

    def mix_stranger(self) -> None:
        """Make one round that a stranger asked for."""
        coins = self._ground.book.coins(TAKER)
        if coins:
            self.mix(TAKER, coins[:1])

    def mix(self, taker: str, coins: list[Coin]) -> None:
        """Make one round for ``taker``: a part of ``coins`` mixed, the rest as change."""
        ground, stream = self._ground, self._stream
        if worth(coins) < _LEAST_TAKEN_SAT:
            return
        amount = worth(coins) * stream.between(*SHARE_PERCENT) // 100
        names = stream.sample(self._makers, stream.between(*N_MAKERS))
        made: list[Target] = []
        inputs = list(coins)
        paid = 0
        for name in names:
            stock = [c for c in ground.book.coins(name) if c.value_sat > amount + _LEAST_TAKEN_SAT]
            if stock:
                fee = stream.between(*_MAKER_FEE_SAT)
                paid += fee
                coin = stream.pick(stock)
                inputs.append(coin)
                made += [Target(amount, ground.fresh(name)),
                         Target(coin.value_sat - amount + fee, ground.fresh(name))]  # fmt: skip
        mine = Target(amount, ground.fresh(taker))
        frame = virtual_size(tuple(inputs), (*made, mine, mine))
        rest = worth(coins) - amount - paid - _FEE_RATE * frame
        change = Target(rest, ground.fresh(taker))
        targets = stream.shuffled([*made, mine, change])
        ground.book.pay(stream.shuffled(inputs), targets, TOGETHER, self.kind)
        for one in (mine, change):
            assert one.account is not None
            self.mixed.setdefault(taker, []).extend(ground.book.coins_at(one.account))
