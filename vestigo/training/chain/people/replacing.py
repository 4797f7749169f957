# SPDX-License-Identifier: AGPL-3.0-or-later
"""Payments that wait too long and are replaced by one with a higher fee (BIP 125)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from vestigo.training.chain.book import Replacement
from vestigo.training.chain.coins import Coin, Habit, Payment, Target
from vestigo.training.chain.ground import Ground
from vestigo.training.keyring import Account
from vestigo.training.stream import Stream

KIND = "replacing"
SLOW_RATE = 2
RAISED_RATE = (9, 24)
WAIT_MINUTES = (35, 900)
REPLACEABLE = 0xFFFFFFFD


def pay_and_replace(
    ground: Ground, stream: Stream, payer: str, coins: Sequence[Coin], target: Target
) -> None:
    """Send a payment with a low fee; hours later the same with a smaller change.

    The first never comes into a block; its coins cannot be spent otherwise meanwhile.
    """
    slow = replace(ground.habit(payer), fee_rate=SLOW_RATE, sequence=REPLACEABLE)
    rest_to, rest_at = ground.fresh(payer), stream.below(2)
    first = ground.book.signed(coins, [target], slow, KIND, rest_to, rest_at)
    ground.book.lock(first.coins)
    raised = replace(slow, fee_rate=stream.between(*RAISED_RATE))
    at = ground.book.now + timedelta(minutes=stream.between(*WAIT_MINUTES))
    ground.book.plan(at, partial(_replace, ground, first, target, raised, rest_to, rest_at))


def _replace(
    ground: Ground, first: Payment, target: Target, habit: Habit, rest_to: Account, rest_at: int
) -> None:
    book = ground.book
    book.unlock(first.coins)
    by = book.pay(first.coins, [target], habit, KIND, rest_to, rest_at)
    book.replacements.append(Replacement(first, by))
