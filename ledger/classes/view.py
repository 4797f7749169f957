# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the rules look at: values and scripts going in and coming out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from vestigo.identifiers.bitcoin import script_kind


class Coin(NamedTuple):
    """A value in satoshi and the script that holds it."""

    value_sat: int
    script: bytes


@dataclass(frozen=True, slots=True)
class TxView:
    """A transaction as the classes see it.

    ``inputs`` are the spent outputs, or None where one of them is not known (then no
    rule that needs them answers).  ``height`` is None where it is not known.
    """

    txid: str
    inputs: tuple[Coin, ...] | None
    outputs: tuple[Coin, ...]
    is_coinbase: bool = False
    height: int | None = None

    @property
    def spendable(self) -> tuple[Coin, ...]:
        """The outputs that carry value to somebody (no OP_RETURN)."""
        return tuple(coin for coin in self.outputs if script_kind(coin.script) != "op_return")


def distinct_scripts(coins: Iterable[Coin]) -> int:
    """Return how many different scripts hold the coins."""
    return len({coin.script for coin in coins})


def most_frequent_value(coins: Iterable[Coin]) -> tuple[int, int]:
    """Return the value that occurs most often and how often (the larger value on a tie)."""
    counts = Counter(coin.value_sat for coin in coins)
    if not counts:
        return 0, 0
    value = max(counts, key=lambda value: (counts[value], value))
    return value, counts[value]
