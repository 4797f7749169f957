# SPDX-License-Identifier: AGPL-3.0-or-later
"""Strangers who only mix: who they are and what they begin with."""

from __future__ import annotations

from collections.abc import Sequence

from vestigo.training.chain.coins import Coin, Habit, Target
from vestigo.training.chain.ground import Ground
from vestigo.training.chain.services.opening import matured
from vestigo.training.keyring import Account

TOGETHER = Habit(fee_rate=1, locks_height=False, sequence=0xFFFFFFFF)
MOST_FUNDED = 60


def mixers(kind: str, n: int) -> list[str]:
    """Return the names of ``n`` strangers who take part in one kind of mix."""
    return [f"mixer:{kind}:{number:02d}" for number in range(n)]


def fund(ground: Ground, wanted: Sequence[tuple[Account, int]]) -> None:
    """Pay accounts from coins that miners sell, at most ``MOST_FUNDED`` in one payment."""
    for first in range(0, len(wanted), MOST_FUNDED):
        targets = [Target(sat, to) for to, sat in wanted[first : first + MOST_FUNDED]]
        rest_to = ground.fresh("miner")
        ground.book.pay([matured(ground)], targets, ground.habit("miner"), "funding", rest_to)


def received(ground: Ground, owner: str, account: Account | None) -> list[Coin]:
    """Return the coins of ``owner`` at ``account``."""
    return [coin for coin in ground.book.coins(owner) if coin.account == account]
