# SPDX-License-Identifier: AGPL-3.0-or-later
"""How coins become money: the ways that a trace has to find, for parties and strangers alike.

Two rules keep the truth of a small world without doubt.  Coins of two published
addresses are spent together only into a single output, so that every accounting method
attributes a part to each.  And an address that pays a service with one output rests for
more than three days before, so that it is never mistaken for a deposit address.  Small
payments of a peel chain go to suppliers, who keep them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from vestigo.training.chain.coins import Coin, Target
from vestigo.training.chain.ground import Ground, worth
from vestigo.training.chain.services import Service
from vestigo.training.keyring import Account
from vestigo.training.stream import Stream

REST_HOURS = (80, 104)
STEP_HOURS = (7, 28)
HOPS = (2, 6)
N_SUPPLIERS = 7

_LEAST_PEEL_SAT = 5_000
_ROUND_SAT = 1_000


class Cashing:
    """The ways of one owner to one service; ``payees`` are who gets small payments."""

    def __init__(self, ground: Ground, owner: str, service: Service, payees: Sequence[str]) -> None:
        self._ground = ground
        self._owner = owner
        self._service = service
        self._payees = payees
        self._stream: Stream = ground.stream("cashing", owner, service.owner)

    def deposit(self, account: Account) -> None:
        """Pay all coins of one address to the service, one output."""
        self._send(self._at(account), [], "deposit", self._place())

    def deposit_part(self, account: Account) -> None:
        """Pay most of what rested on one address to the service, the rest later."""
        now = self._ground.book.now
        rested = [one for one in self._at(account) if now - one.at > timedelta(hours=REST_HOURS[0])]
        if worth(rested) < 40 * _LEAST_PEEL_SAT:
            return
        part = worth(rested) * self._stream.between(55, 80) // 100
        change = self._ground.fresh(self._owner)
        self._send(rested, [Target(part, self._place())], "deposit", change)
        self._after(*REST_HOURS, partial(self.deposit, change))

    def peel_to_last(self, account: Account) -> None:
        """Pay suppliers a little at each hop; the last change goes to the service."""
        self._peel(
            self._at(account), self._stream.between(*HOPS), self._ground.new_chain(self._owner)
        )

    def peel_outputs(self, account: Account) -> None:
        """Pay a part to the service at each hop; the last change stays."""
        self._peel_to_service(
            self._at(account), self._stream.between(3, 4), self._ground.new_chain(self._owner)
        )

    def consolidate(self, accounts: Sequence[Account]) -> None:
        """Join everything on one address, let it rest, then deposit it."""
        coins = [coin for account in accounts for coin in self._at(account)]
        joined = self._ground.fresh(self._owner)
        self._send(coins, [], "consolidation", joined)
        self._after(*REST_HOURS, partial(self.deposit, joined))

    def pay_tagged(self, account: Account) -> None:
        """Pay an address that everybody knows, at once or after one payment."""
        coins, known = self._at(account), self._stream.pick(self._service.front)
        if self._stream.chance(50):
            self._send(coins, [], "deposit", known)
            return
        change = self._ground.fresh(self._owner)
        self._send(coins, self._small_payment(coins), "peel", change)
        self._after(*REST_HOURS, partial(self._send_all, change, known))

    def sell(self, account: Account) -> None:
        """Sell at a machine or buy cards three or four times, then let the rest lie."""
        self._peel_to_service(self._at(account), self._stream.between(3, 4), "")

    def _at(self, account: Account) -> list[Coin]:
        return self._ground.book.coins_at(account)

    def _send_all(self, account: Account, target: Account) -> None:
        self._send(self._at(account), [], "deposit", target)

    def _peel(self, coins: list[Coin], n_left: int, chain: str) -> None:
        change = self._ground.fresh(self._owner)
        self._send(coins, self._small_payment(coins), "peel", change, chain)
        if n_left > 1:
            self._after(*STEP_HOURS, lambda: self._peel(self._at(change), n_left - 1, chain))
        else:
            self._after(*REST_HOURS, partial(self.deposit, change))

    def _peel_to_service(self, coins: list[Coin], n_left: int, chain: str) -> None:
        part = worth(coins) * self._stream.between(22, 36) // 100 // _ROUND_SAT * _ROUND_SAT
        if part < _LEAST_PEEL_SAT:
            return
        change = self._ground.fresh(self._owner)
        self._send(coins, [Target(part, self._place())], "deposit", change, chain)
        if n_left > 1:
            again = lambda: self._peel_to_service(self._at(change), n_left - 1, chain)  # noqa: E731
            self._after(*STEP_HOURS, again)

    def _small_payment(self, coins: list[Coin]) -> list[Target]:
        part = max(worth(coins) * self._stream.between(3, 7) // 100, _LEAST_PEEL_SAT)
        payee = self._ground.receiving(self._stream.pick(self._payees))
        return [Target(part // _ROUND_SAT * _ROUND_SAT, payee)]

    def _place(self) -> Account:
        return self._service.pay_to(self._owner)

    def _send(
        self, coins: list[Coin], targets: list[Target], kind: str, rest_to: Account, chain: str = ""
    ) -> None:
        if not coins:
            return
        place = self._stream.below(len(targets) + 1)
        habit = self._ground.habit(self._owner)
        self._ground.book.pay(coins, targets, habit, kind, rest_to, place, chain)

    def _after(self, least: int, most: int, action: Callable[[], None]) -> None:
        at = self._ground.book.now + timedelta(hours=self._stream.between(least, most))
        self._ground.book.plan(at, action)


def suppliers() -> list[str]:
    """Return the parties that are paid in peel chains; they never use a service."""
    return [f"supplier:{number:02d}" for number in range(N_SUPPLIERS)]
