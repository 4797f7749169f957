# SPDX-License-Identifier: AGPL-3.0-or-later
"""How vendors turn coins into money: the behaviours that a trace has to find.

Two rules keep the truth without doubt.  Coins of two published addresses are spent
together only into a single output, so that every accounting method attributes a part
to each.  And an address of a vendor that pays an exchange with one output rests for
more than three days before, so that it is never mistaken for a deposit address.
Small payments of a peel chain go to suppliers, who keep them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from vestigo.training.chain.coins import Coin, Target
from vestigo.training.chain.exchange import Exchange
from vestigo.training.chain.stage import Stage
from vestigo.training.keyring import Account
from vestigo.training.listings import FIRST_DIRECT_ACCOUNT
from vestigo.training.story import Vendor
from vestigo.training.stream import Stream
from vestigo.training.vendors import PROFILE_ACCOUNT, party

REST_HOURS = (80, 104)
STEP_HOURS = (7, 28)
HOPS = (2, 6)
N_SUPPLIERS = 7

_LEAST_PEEL_SAT = 5_000


class Cashing:
    """The cash-out of one vendor (or of a bystander with the same habits)."""

    def __init__(self, stage: Stage, owner: str, exchange: Exchange, payees: list[str]) -> None:
        self._stage = stage
        self._owner = owner
        self._exchange = exchange
        self._payees = payees
        self._stream: Stream = stage.stream("cashing", owner)

    def deposit(self, account: Account) -> None:
        """Pay all coins of one address into the deposit address, one output."""
        coins = self._stage.book.coins_at(account)
        self._send(coins, [], "deposit", self._deposit_account())

    def deposit_part(self, account: Account) -> None:
        """Pay most of what rested on one address into the deposit address."""
        now = self._stage.book.now
        rested = [
            coin
            for coin in self._stage.book.coins_at(account)
            if now - coin.at > timedelta(hours=REST_HOURS[0])
        ]
        total = sum(coin.value_sat for coin in rested)
        if total < 40 * _LEAST_PEEL_SAT:
            return
        part = total * self._stream.between(55, 80) // 100
        change = self._stage.fresh(self._owner)
        self._send(rested, [Target(part, self._deposit_account())], "deposit", change)
        self._after(*REST_HOURS, partial(self.deposit, change))

    def peel_to_last(self, account: Account) -> None:
        """Pay suppliers a little at each hop; the last change goes to the exchange."""
        n_hops = self._stream.between(*HOPS)
        self._peel(self._stage.book.coins_at(account), n_hops, self._stage.fresh(self._owner))

    def peel_outputs(self, account: Account) -> None:
        """Pay a part into the deposit address at each hop; the last change stays."""
        n_hops = self._stream.between(3, 4)
        self._peel_deposit(self._stage.book.coins_at(account), n_hops)

    def consolidate(self, accounts: list[Account]) -> None:
        """Join everything on one address, let it rest, then deposit it."""
        coins = [coin for account in accounts for coin in self._stage.book.coins_at(account)]
        joined = self._stage.fresh(self._owner)
        self._send(coins, [], "consolidation", joined)
        self._after(*REST_HOURS, partial(self.deposit, joined))

    def pay_tagged(self, account: Account) -> None:
        """Pay an address that is in the TagPack, at once or after one payment."""
        coins = self._stage.book.coins_at(account)
        tagged = self._stream.pick(self._exchange.tagged)
        if self._stream.chance(50):
            self._send(coins, [], "deposit", tagged)
            return
        change = self._stage.fresh(self._owner)
        self._send(coins, [self._supplier_payment(coins)], "peel", change)
        self._after(*REST_HOURS, partial(self._send_all, change, tagged))

    def _send_all(self, account: Account, target: Account) -> None:
        self._send(self._stage.book.coins_at(account), [], "deposit", target)

    def _peel(self, coins: list[Coin], n_left: int, change: Account) -> None:
        self._send(coins, [self._supplier_payment(coins)], "peel", change)
        if n_left > 1:
            again = partial(self._peel_on, change, n_left - 1)
            self._after(*STEP_HOURS, again)
        else:
            self._after(*REST_HOURS, partial(self.deposit, change))

    def _peel_on(self, account: Account, n_left: int) -> None:
        coins = self._stage.book.coins_at(account)
        if coins:
            self._peel(coins, n_left, self._stage.fresh(self._owner))

    def _peel_deposit(self, coins: list[Coin], n_left: int) -> None:
        part = sum(coin.value_sat for coin in coins) * self._stream.between(22, 36) // 100
        change = self._stage.fresh(self._owner)
        rounded = Target(part // 1000 * 1000, self._deposit_account())
        self._send(coins, [rounded], "deposit", change)
        if n_left > 1:
            self._after(*STEP_HOURS, partial(self._peel_deposit_on, change, n_left - 1))

    def _peel_deposit_on(self, account: Account, n_left: int) -> None:
        coins = self._stage.book.coins_at(account)
        if coins:
            self._peel_deposit(coins, n_left)

    def _supplier_payment(self, coins: list[Coin]) -> Target:
        total = sum(coin.value_sat for coin in coins)
        part = max(total * self._stream.between(3, 7) // 100, _LEAST_PEEL_SAT)
        return Target(part // 1000 * 1000, self._stage.fresh(self._stream.pick(self._payees)))

    def _deposit_account(self) -> Account:
        return self._exchange.deposit_account(self._owner)

    def _send(self, coins: list[Coin], targets: list[Target], kind: str, rest_to: Account) -> None:
        if not coins:
            return
        place = self._stream.below(len(targets) + 1)
        habit = self._stage.habit(self._owner)
        self._stage.book.pay(coins, targets, habit, kind, rest_to, place)

    def _after(self, least: int, most: int, action: Callable[[], None]) -> None:
        at = self._stage.book.now + timedelta(hours=self._stream.between(least, most))
        self._stage.book.plan(at, action)


def suppliers() -> list[str]:
    """Return the parties that are paid in peel chains; they never use an exchange."""
    return [f"supplier:{number:02d}" for number in range(N_SUPPLIERS)]


def plan_vendor(
    stage: Stage, vendor: Vendor, exchange: Exchange, middle: datetime, end: datetime
) -> None:
    """Plan the cash-out of ``vendor`` around two days of the story."""
    owner = party(vendor.handle)
    stream = stage.stream("cash-out day", vendor.handle)
    cashing = Cashing(stage, owner, exchange, suppliers())
    profile, *direct = _published(stage, vendor)
    at = stage.moment(stream, end, 72)
    actions = {
        "direct": partial(cashing.deposit, profile),
        "peel_to_last": partial(cashing.peel_to_last, profile),
        "peel_outputs": partial(cashing.peel_outputs, profile),
        "tagged": partial(cashing.pay_tagged, profile),
    }
    if vendor.behaviour == "consolidate":
        stage.book.plan(at, lambda: cashing.consolidate(_all_accounts(stage, owner)))
    elif vendor.behaviour in actions:
        stage.book.plan(at, actions[vendor.behaviour])
        for account in direct:
            stage.book.plan(stage.moment(stream, end, 72), partial(cashing.deposit, account))
    if vendor.behaviour == "direct":
        stage.book.plan(stage.moment(stream, middle, 96), partial(cashing.deposit_part, profile))


def _published(stage: Stage, vendor: Vendor) -> list[Account]:
    owner = party(vendor.handle)
    numbers = (PROFILE_ACCOUNT, FIRST_DIRECT_ACCOUNT, FIRST_DIRECT_ACCOUNT + 1)
    accounts = [stage.keyring.account(owner, n, vendor.script_kind) for n in numbers]
    shown = {vendor.address, *(one.direct_address for one in stage.story.listings)}
    return [account for account in accounts if account.address in shown]


def _all_accounts(stage: Stage, owner: str) -> list[Account]:
    accounts = {coin.account: None for coin in stage.book.coins(owner)}
    return list(accounts)
