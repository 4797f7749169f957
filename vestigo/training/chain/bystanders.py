# SPDX-License-Identifier: AGPL-3.0-or-later
"""People who have nothing to do with the market and move coins in the same ways."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from vestigo.training.chain.cashing import REST_HOURS, Cashing
from vestigo.training.chain.coins import Coin, Target
from vestigo.training.chain.exchange import Exchange
from vestigo.training.chain.stage import Stage, enough
from vestigo.training.keyring import Account

N_BYSTANDERS = 16
N_FRIENDLY_PAYMENTS = 22
N_DEPOSITS = 14
WITHDRAWAL_DAYS = 7

_LEAST_SAT, _MOST_SAT = 150_000, 2_500_000
_SPARE_SAT = 30_000


def bystander_names() -> list[str]:
    """Return the parties that are neither on the market nor on its ledger trails."""
    return [f"bystander:{number:02d}" for number in range(N_BYSTANDERS)]


class Bystanders:
    """Plans what bystanders do: withdraw, pay one another, deposit."""

    def __init__(self, stage: Stage, exchanges: list[Exchange]) -> None:
        self._stage = stage
        self._exchanges = exchanges
        self._stream = stage.stream("bystanders")

    def plan(self, begins_at: datetime, ends_at: datetime) -> None:
        """Plan withdrawals each week, and payments and deposits in between."""
        self._plan_withdrawals(begins_at, ends_at)
        days = (ends_at - begins_at).days
        start = begins_at + timedelta(days=2)
        for _payment in range(N_FRIENDLY_PAYMENTS):
            at = self._stage.moment(self._stream, start, (days - 4) * 24)
            self._stage.book.plan(at, self._pay_friend)
        for number in range(N_DEPOSITS):
            at = self._stage.moment(self._stream, start + timedelta(days=4), (days - 18) * 24)
            self._stage.book.plan(at, partial(self._cash_out, number))

    def _plan_withdrawals(self, begins_at: datetime, ends_at: datetime) -> None:
        at = begins_at
        while at < ends_at:
            for exchange in self._exchanges:
                moment = self._stage.moment(self._stream, at, 20)
                self._stage.book.plan(moment, partial(self._withdraw, exchange))
            at += timedelta(days=WITHDRAWAL_DAYS)

    def _withdraw(self, exchange: Exchange) -> None:
        """Withdraw for several bystanders; one of them moves straight to the other exchange."""
        other = next(one for one in self._exchanges if one is not exchange)
        names = self._stream.sample(bystander_names(), self._stream.between(5, 7))
        for number, name in enumerate(names):
            account = self._stage.fresh(name) if number else other.deposit_account(name)
            value = self._stream.between(_LEAST_SAT, _MOST_SAT)
            exchange.request_withdrawal(account, value)
        exchange.pay_withdrawals()

    def _pay_friend(self) -> None:
        payer, payee = self._stream.sample(bystander_names(), 2)
        coins = self._stage.book.coins(payer)
        total = sum(coin.value_sat for coin in coins)
        if total < _LEAST_SAT:
            return
        part = total * self._stream.between(5, 50) // 100 // 1000 * 1000
        self._stage.book.pay(
            enough(coins, part + _SPARE_SAT),
            [Target(part, self._stage.fresh(payee))],
            self._stage.habit(payer),
            "friendly",
            self._stage.fresh(payer),
            self._stream.below(2),
        )

    def _cash_out(self, number: int) -> None:
        found = self._richest()
        if found is None:
            return
        others = [name for name in bystander_names() if name != found.owner]
        exchange = self._stream.pick(self._exchanges)
        cashing = Cashing(self._stage, found.owner, exchange, others)
        ways = (cashing.deposit, cashing.peel_to_last, cashing.deposit_part, cashing.pay_tagged)
        ways[number % len(ways)](found)

    def _richest(self) -> Account | None:
        """Return the address of a bystander's rested coin, one of the three largest."""
        coins: list[Coin] = []
        for name in bystander_names():
            coins += self._stage.book.coins(name)
        coins.sort(key=lambda coin: (-coin.value_sat, coin.txid, coin.vout))
        rested_at = self._stage.book.now - timedelta(hours=REST_HOURS[0])
        rich = [coin for coin in coins if coin.value_sat > _LEAST_SAT and coin.at < rested_at][:3]
        return self._stream.pick(rich).account if rich else None
