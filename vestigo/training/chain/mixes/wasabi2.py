# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mixes in the form of Wasabi 2: many inputs, outputs of many standard denominations."""

from __future__ import annotations

from vestigo.training.chain.coins import Coin, Target
from vestigo.training.chain.ground import Ground, worth
from vestigo.training.chain.mixes.peers import TOGETHER, fund, mixers
from vestigo.training.stream import Stream

N_PEERS = (14, 18)
COINS_SAT = (900_000, 6_500_000)
LEAST_SAT = 5_000
LARGEST_SAT = 50_000_000
KINDS = ("p2wpkh", "p2wpkh", "p2tr")

_RATE = 5
_INPUT_SIZE, _OUTPUT_SIZE = 68, 43
_MOST_PARTS = 8
_N_ODD = 5


def _powers(base: int, factors: tuple[int, ...]) -> list[int]:
    found, power = [], 1
    while power <= LARGEST_SAT:
        found += [power * factor for factor in factors]
        power *= base
    return [value for value in found if LEAST_SAT <= value <= LARGEST_SAT]


DECIMAL = _powers(10, (1, 2, 5))
ODD = sorted(set(_powers(2, (1,)) + _powers(3, (1, 2))))


class Wasabi2:
    """Rounds of strangers and parties; ``mixed`` are the parties' coins afterwards."""

    kind = "wasabi2"

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._stream: Stream = ground.stream(self.kind)
        self._strangers = mixers(self.kind, N_PEERS[1])
        self._entered: dict[str, list[Coin]] = {}
        self.mixed: dict[str, list[Coin]] = {}

    def fund(self, n_rounds: int) -> None:
        """Give every stranger one to three coins for each round."""
        stream = self._stream
        fund(self._ground, [
            (self._ground.fresh(name, stream.pick(KINDS)), stream.between(*COINS_SAT))
            for _round in range(n_rounds) for name in self._strangers
            for _coin in range(stream.between(1, 3))
        ])  # fmt: skip

    def enter(self, owner: str, coins: list[Coin]) -> None:
        """Join an entrant's coins on one address of a kind that the next round takes."""
        ground = self._ground
        joined = ground.fresh(owner, "p2wpkh")
        ground.book.pay(coins, [], ground.habit(owner), "split", joined)
        self._entered[owner] = ground.book.coins_at(joined)

    def mix(self) -> None:
        """Make one round with everybody who entered and enough strangers."""
        stream = self._stream
        entries = list(self._entered.items())
        self._entered = {}
        for name in stream.sample(self._strangers, stream.between(*N_PEERS)):
            coins = self._ground.book.coins(name)
            if coins:
                entries.append((name, coins[: stream.between(1, 3)]))
        denominations = sorted({*DECIMAL, *stream.sample(ODD, _N_ODD)}, reverse=True)
        made = [(owner, target) for owner, coins in entries
                for target in self._parts(owner, coins, denominations)]  # fmt: skip
        targets = sorted((one for _owner, one in made), key=lambda one: -one.value_sat)
        inputs = [coin for _owner, coins in entries for coin in coins]
        self._ground.book.pay(stream.shuffled(inputs), targets, TOGETHER, self.kind)
        for owner, target in made:
            if not owner.startswith("mixer:"):
                assert target.account is not None
                came = self._ground.book.coins_at(target.account)
                self.mixed.setdefault(owner, []).extend(came)

    def _parts(self, owner: str, coins: list[Coin], denominations: list[int]) -> list[Target]:
        """Return one peer's outputs: largest denominations first, at most a few, then change."""
        left = worth(coins) - _RATE * (_INPUT_SIZE * len(coins) + _OUTPUT_SIZE * 2)
        values: list[int] = []
        for value in denominations:
            while left >= value + _RATE * _OUTPUT_SIZE and len(values) < _MOST_PARTS:
                values.append(value)
                left -= value + _RATE * _OUTPUT_SIZE
        if left >= LEAST_SAT:
            values.append(left)
        kind = self._stream.pick(KINDS)
        return [Target(value, self._ground.fresh(owner, kind)) for value in values]
