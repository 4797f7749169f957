# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coins, payments and what is known about them while the range is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vestigo.training.keyring import Account


@dataclass(frozen=True, slots=True)
class Coin:
    """An unspent output; ``txid`` in display order; ``at`` when it was sent."""

    txid: str
    vout: int
    value_sat: int
    account: Account
    at: datetime


@dataclass(frozen=True, slots=True)
class Target:
    """One output to be made; ``account`` is None for a data output (OP_RETURN)."""

    value_sat: int
    account: Account | None
    script: bytes = b""

    @property
    def output_script(self) -> bytes:
        """The script that the output carries."""
        return self.account.script if self.account else self.script


@dataclass(frozen=True, slots=True)
class Habit:
    """How a wallet writes its transactions.

    ``fee_rate`` in satoshi a virtual byte; ``locks_height`` sets nLockTime to the
    height of the tip, as Bitcoin Core does; ``version`` is that of the transaction.
    """

    fee_rate: int
    locks_height: bool
    sequence: int
    version: int = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction before it is signed."""

    coins: tuple[Coin, ...]
    targets: tuple[Target, ...]
    lock_time: int
    sequence: int
    version: int = 2


@dataclass(frozen=True, slots=True)
class Payment:
    """A signed transaction; ``kind`` says what it was for, for the truth only.

    ``group`` names the chain of payments that it belongs to, or is empty.
    """

    txid: str
    raw: bytes
    stripped: bytes
    draft: Draft
    kind: str
    sent_at: datetime
    group: str = ""

    @property
    def coins(self) -> tuple[Coin, ...]:
        """What it spends."""
        return self.draft.coins

    @property
    def targets(self) -> tuple[Target, ...]:
        """What it pays, in order."""
        return self.draft.targets

    @property
    def fee_sat(self) -> int:
        """What the miner gets."""
        return sum(coin.value_sat for coin in self.coins) - sum(
            target.value_sat for target in self.targets
        )


_INPUT_SIZES = {"p2wpkh": 68, "p2pkh": 148, "p2sh-p2wpkh": 91, "p2tr": 58, "p2wsh": 105}
_FRAME_SIZE = 11


def virtual_size(coins: tuple[Coin, ...], targets: tuple[Target, ...]) -> int:
    """Return the size that fees are reckoned with, in virtual bytes (rounded up)."""
    inputs = sum(_INPUT_SIZES[coin.account.kind] for coin in coins)
    outputs = sum(9 + len(target.output_script) for target in targets)
    return _FRAME_SIZE + inputs + outputs
