# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mixes in the form of Wasabi 1: one base denomination near 0.1 bitcoin, change, a fee."""

from __future__ import annotations

from vestigo.training.chain.coins import Coin, Target
from vestigo.training.chain.ground import Ground, worth
from vestigo.training.chain.mixes.peers import TOGETHER, fund, mixers
from vestigo.training.stream import Stream

N_PEERS = (11, 16)
BASE_SAT = (8_100_000, 11_900_000)
COORDINATOR = "coordinator:wasabi"

_RATE = 4
_PEER_SIZE = 2 * 68 + 3 * 31
_PEER_FEE_SAT = 30_000
_LEAST_CHANGE_SAT = 10_000


class Wasabi1:
    """Rounds of strangers; parties whose coins suffice could join."""

    kind = "wasabi1"

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._stream: Stream = ground.stream(self.kind)
        self._strangers = mixers(self.kind, N_PEERS[1])

    def fund(self, n_rounds: int) -> None:
        """Give every stranger one or two coins for each round."""
        stream = self._stream
        fund(self._ground, [
            (self._ground.fresh(name), stream.between(12_500_000, 41_000_000))
            for _round in range(n_rounds) for name in self._strangers
            for _coin in range(stream.between(1, 2))
        ])  # fmt: skip

    def mix(self) -> None:
        """Make one round."""
        stream = self._stream
        base = stream.between(*BASE_SAT)
        names = stream.sample(self._strangers, stream.between(*N_PEERS))
        entries = [(name, self._ground.book.coins(name)[: stream.between(1, 2)]) for name in names]
        entries = [(name, coins) for name, coins in entries if worth(coins) > base * 11 // 10]
        targets = [target for name, coins in entries for target in self._parts(name, coins, base)]
        targets.append(Target(_PEER_FEE_SAT * len(entries), self._ground.fresh(COORDINATOR)))
        inputs: list[Coin] = [coin for _name, coins in entries for coin in coins]
        self._ground.book.pay(
            stream.shuffled(inputs), stream.shuffled(targets), TOGETHER, self.kind
        )

    def _parts(self, owner: str, coins: list[Coin], base: int) -> list[Target]:
        """Return what one peer gets: the base, doublings while they fit, change."""
        left = worth(coins) - base - _PEER_FEE_SAT - _RATE * _PEER_SIZE
        values = [base]
        doubled = 2 * base
        while left > doubled + _LEAST_CHANGE_SAT:
            values.append(doubled)
            left -= doubled
            doubled *= 2
        if left >= _LEAST_CHANGE_SAT:
            values.append(left)
        return [Target(value, self._ground.fresh(owner)) for value in values]
