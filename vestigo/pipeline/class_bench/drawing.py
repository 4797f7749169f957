# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coins and transactions drawn by a seed, as the classes see them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from ledger.classes import Coin, TxView

BTC = 100_000_000
KINDS = {
    "p2wpkh": (b"\x00\x14", 20, b""), "p2tr": (b"\x51\x20", 32, b""),
    "p2pkh": (b"\x76\xa9\x14", 20, b"\x88\xac"), "p2sh": (b"\xa9\x14", 20, b"\x87"),
    "p2wsh": (b"\x00\x20", 32, b""),
}  # fmt: skip


class Draw(random.Random):
    """A seed's choices, with what chains are made of."""

    def script(self, *kinds: str) -> bytes:
        """Return a new script of one of the kinds."""
        head, length, tail = KINDS[self.choice(kinds or ("p2wpkh",))]
        return head + self.randbytes(length) + tail

    def coins(self, values: Iterable[int], *kinds: str) -> list[Coin]:
        """Return coins of these values, each with a new script."""
        return [Coin(value, self.script(*kinds)) for value in values]

    def wealth(self, least: int, most: int) -> int:
        """Return a sum between two bounds, small ones as usual as large ones."""
        return int(least * (most / least) ** self.random())

    def split(self, total: int, n: int) -> list[int]:
        """Return ``n`` positive parts of a sum (fewer where it is too small)."""
        cuts = sorted(self.sample(range(1, total), min(n, total) - 1)) if total > 1 else []
        return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]

    def shuffled(self, coins: Iterable[Coin]) -> list[Coin]:
        """Return the coins in another order."""
        held = list(coins)
        self.shuffle(held)
        return held

    def view(self, inputs: Sequence[Coin], outputs: Sequence[Coin]) -> TxView:
        """Return a transaction of these coins."""
        return TxView(self.randbytes(32).hex(), tuple(inputs), tuple(outputs))
