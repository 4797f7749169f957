# SPDX-License-Identifier: AGPL-3.0-or-later
"""Payments that two parties build: PayJoin, and one in the form of Stonewall."""

from __future__ import annotations

from vestigo.training.chain.coins import Coin, Payment, Target, virtual_size
from vestigo.training.chain.ground import Ground, enough, worth
from vestigo.training.stream import Stream

PAYJOIN = "payjoin"
STONEWALL = "stonewall"
_FEE_ROOM_SAT = 20_000


def payjoin(
    ground: Ground, stream: Stream, payer: str, payee: str, value_sat: int
) -> Payment | None:
    """Pay ``payee``, who adds a coin of its own (BIP 78); None where coins are missing."""
    own = _can_pay(ground, payer, value_sat + _FEE_ROOM_SAT)
    added = ground.book.coins(payee)
    if own is None or not added:
        return None
    coin = stream.pick(added)
    target = Target(value_sat + coin.value_sat, ground.fresh(payee))
    coins = stream.shuffled([*own, coin])
    return ground.book.pay(
        coins, [target], ground.habit(payer), PAYJOIN, ground.fresh(payer), stream.below(2)
    )


def stonewall(
    ground: Ground, stream: Stream, payer: str, friend: str, payee: str, value_sat: int
) -> Payment | None:
    """Pay ``payee`` beside an equal output of a friend who helps; two changes, four outputs."""
    own = _can_pay(ground, payer, value_sat + _FEE_ROOM_SAT)
    lent = _can_pay(ground, friend, value_sat + _FEE_ROOM_SAT)
    if own is None or lent is None:
        return None
    equal = [Target(value_sat, ground.fresh(payee)), Target(value_sat, ground.fresh(friend))]
    back = Target(worth(lent) - value_sat, ground.fresh(friend))
    rest_to = ground.fresh(payer)
    coins = stream.shuffled([*own, *lent])
    habit = ground.habit(payer)
    size = virtual_size(tuple(coins), (*equal, back, Target(0, rest_to)))
    rest = Target(worth(own) - value_sat - size * habit.fee_rate, rest_to)
    return ground.book.pay(coins, stream.shuffled([*equal, back, rest]), habit, STONEWALL)


def _can_pay(ground: Ground, owner: str, wanted_sat: int) -> list[Coin] | None:
    coins = ground.book.coins(owner)
    return enough(coins, wanted_sat) if worth(coins) >= wanted_sat else None
