# SPDX-License-Identifier: AGPL-3.0-or-later
"""People who have nothing to do with the markets and move coins in the same ways."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from vestigo.training.chain.coins import Coin, Target
from vestigo.training.chain.ground import Ground, enough, worth
from vestigo.training.chain.mixes.two_party import payjoin, stonewall
from vestigo.training.chain.people.cashing import REST_HOURS, Cashing, suppliers
from vestigo.training.chain.people.parties import MIXING
from vestigo.training.chain.people.replacing import pay_and_replace
from vestigo.training.chain.services import Exchange, Service
from vestigo.training.chain.services.opening import Services
from vestigo.training.keyring import Account
from vestigo.training.stream import Stream

LEAST_SAT, MOST_SAT = 150_000, 2_500_000
RICHEST = 3
EQUALLY_PAID = (4, 7)
BEFORE_CASHING = 25  # days before strangers stop, so that parties still have all they sold
WELL_OFF = 4  # coins: a PayJoin leaves some of them where they were paid
_SPARE_SAT = 30_000
_ROUND_SAT = 1_000
_JOINED = 4


class Strangers:
    """Plans what strangers do: withdraw, pay one another, deposit, peel, join, sell."""

    def __init__(self, ground: Ground, services: Services) -> None:
        self._ground = ground
        self._services = services
        self._stream: Stream = ground.stream("strangers")
        self.names = [f"bystander:{number:02d}" for number in range(ground.section.bystanders)]

    def plan(self, begins_at: datetime, ends_at: datetime) -> None:
        """Plan withdrawals in batches, and everything else in between."""
        section, days = self._ground.section, (ends_at - begins_at).days
        self._plan_withdrawals(begins_at, ends_at)
        start = begins_at + timedelta(days=4)
        n_plain = section.bystander_payments
        self._plan_each(n_plain, start, days - 4, lambda _n: self._pay_friend())
        self._plan_each(section.payjoins, start, days - BEFORE_CASHING, self._pay_jointly)
        self._plan_each(section.stonewalls, start, days - 4, self._pay_stonewall)
        self._plan_each(section.replacements, start, days - 4, lambda _n: self._pay_and_replace())
        self._plan_each(
            section.look_alikes, start + (ends_at - start) / 3, days // 2, self._pay_equally
        )
        late = start + timedelta(days=2)
        for n, way in (
            (section.bystander_deposits, self._deposit),
            (section.bystander_peel_chains, self._peel),
            (section.bystander_consolidations, self._join),
            (section.atm_customers, partial(self._sell, self._services.atms)),
            (section.gift_card_customers, partial(self._sell, self._services.gift_cards)),
        ):
            self._plan_each(n, late, days - 18, way)

    def _plan_each(self, n: int, start: datetime, days: int, action: Callable[[int], None]) -> None:
        for number in range(n):
            at = self._ground.moment(self._stream, start, days * 24)
            self._ground.book.plan(at, partial(action, number))

    def _plan_withdrawals(self, begins_at: datetime, ends_at: datetime) -> None:
        n_batches, exchanges = self._ground.section.exchange_batches, self._services.exchanges
        span = (ends_at - begins_at) / max(n_batches, 1)
        for number in range(n_batches):
            at = self._ground.moment(self._stream, begins_at + span * number, 20)
            self._ground.book.plan(
                at.replace(second=0, microsecond=0),
                partial(self._withdraw, exchanges[number % len(exchanges)]),
            )

    def _withdraw(self, exchange: Exchange) -> None:
        """Withdraw for several strangers; one of them moves straight to another exchange."""
        others = [one for one in self._services.exchanges if one is not exchange]
        section = self._ground.section
        n = self._stream.between(section.batch_least, max(section.batch_most, section.batch_least))
        for number, name in enumerate(self._stream.sample(self.names, n)):
            away = not number and others
            account = others[0].pay_to(name) if away else self._ground.receiving(name)
            exchange.request_withdrawal(account, self._stream.between(LEAST_SAT, MOST_SAT))
        exchange.pay_withdrawals()

    def _payment(self) -> tuple[str, str, list[Coin], int] | None:
        """Return who pays whom with which coins how much, or None where coins are missing."""
        book = self._ground.book
        able = [name for name in self.names if worth(book.coins(name)) >= LEAST_SAT]
        if not able:
            return None
        payer = self._stream.pick(able)
        payee = self._stream.pick([name for name in self.names if name != payer])
        coins = book.coins(payer)
        value = worth(coins) * self._stream.between(5, 50) // 100 // _ROUND_SAT * _ROUND_SAT
        return payer, payee, enough(coins, value + _SPARE_SAT), value

    def _pay_friend(self) -> None:
        found = self._payment()
        if found is None:
            return
        payer, payee, coins, value = found
        ground = self._ground
        ground.book.pay(
            coins, [Target(value, ground.receiving(payee))], ground.habit(payer), "friendly",
            ground.receiving(payer), self._stream.below(2),
        )  # fmt: skip

    def _pay_and_replace(self) -> None:
        found = self._payment()
        if found is not None:
            payer, payee, coins, value = found
            target = Target(value, self._ground.fresh(payee))
            pay_and_replace(self._ground, self._stream, payer, coins, target)

    def _pay_jointly(self, number: int) -> None:
        """Pay by PayJoin; every other time a party of the markets pays a stranger or supplier."""
        book = self._ground.book
        payers = self.names
        if number % 2:
            payers = [
                one.id for one in self._ground.world.parties
                if one.behaviour not in MIXING and len(book.coins(one.id)) >= WELL_OFF
            ] or payers  # fmt: skip
        payer = max(payers, key=lambda one: (worth(book.coins(one)), one))
        payees = [one for one in (*suppliers(), *self.names) if one != payer and book.coins(one)]
        value = worth(book.coins(payer)) * self._stream.between(10, 40) // 100
        if payees and value >= _ROUND_SAT:
            payee = self._stream.pick(payees)
            payjoin(self._ground, self._stream, payer, payee, value // _ROUND_SAT * _ROUND_SAT)

    def _pay_equally(self, _number: int) -> None:
        """Pay several strangers the same from many coins: like a mix, and none."""
        book, stream = self._ground.book, self._stream
        owner = max(self.names, key=lambda name: (len(book.coins(name)), name))
        coins = book.coins(owner)[: stream.between(*EQUALLY_PAID)]
        value = worth(coins) * 4 // 5 // max(len(coins) - 1, 1) // _ROUND_SAT * _ROUND_SAT
        if len(coins) < EQUALLY_PAID[0] or value < _ROUND_SAT:
            return
        others = [name for name in self.names if name != owner]
        payees = stream.sample(others, len(coins) - 1)
        book.pay(
            coins, [Target(value, self._ground.fresh(one)) for one in payees],
            self._ground.habit(owner), "look_alike", self._ground.fresh(owner),
        )  # fmt: skip

    def _pay_stonewall(self, _number: int) -> None:
        ranked = sorted(self.names, key=lambda one: (-worth(self._ground.book.coins(one)), one))
        payer, friend = self._stream.sample(ranked[: 2 * RICHEST], 2)
        payee = self._stream.pick(ranked[2 * RICHEST :] or ranked)
        least = min(worth(self._ground.book.coins(one)) for one in (payer, friend))
        value = least * self._stream.between(20, 50) // 100
        if value > LEAST_SAT // RICHEST:
            stonewall(self._ground, self._stream, payer, friend, payee, value)

    def _cashing(self, owner: str, service: Service) -> Cashing:
        payees = [name for name in self.names if name != owner]
        return Cashing(self._ground, owner, service, payees)

    def _deposit(self, number: int) -> None:
        account = self._rich_account()
        if account is None:
            return
        cashing = self._cashing(account.owner, self._stream.pick(self._services.exchanges))
        ways = (cashing.deposit, cashing.peel_to_last, cashing.deposit_part, cashing.pay_tagged)
        ways[number % len(ways)](account)

    def _peel(self, _number: int) -> None:
        account = self._rich_account()
        if account is not None:
            exchange = self._stream.pick(self._services.exchanges)
            self._cashing(account.owner, exchange).peel_to_last(account)

    def _join(self, _number: int) -> None:
        """Join the coins of the stranger who has most of them."""
        book = self._ground.book
        owner = max(self.names, key=lambda name: (len(book.coins(name)), name))
        held = dict.fromkeys(coin.account for coin in book.coins(owner))
        if len(held) >= _JOINED:
            exchange = self._stream.pick(self._services.exchanges)
            self._cashing(owner, exchange).consolidate(list(held))

    def _sell(self, services: tuple[Service, ...], _number: int) -> None:
        account = self._rich_account()
        if account is not None and services:
            self._cashing(account.owner, self._stream.pick(services)).sell(account)

    def _rich_account(self) -> Account | None:
        """Return the address of a stranger's rested coin, one of the three largest."""
        coins = [coin for name in self.names for coin in self._ground.book.coins(name)]
        coins.sort(key=lambda coin: (-coin.value_sat, coin.txid, coin.vout))
        rested_at = self._ground.book.now - timedelta(hours=REST_HOURS[0])
        rich = [coin for coin in coins if coin.value_sat > LEAST_SAT and coin.at < rested_at]
        return self._stream.pick(rich[:RICHEST]).account if rich else None
