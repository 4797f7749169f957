# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every service has: a name, customers' addresses that it empties, a hot wallet."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta

from vestigo.training.chain.coins import Coin
from vestigo.training.chain.ground import Ground
from vestigo.training.keyring import Account
from vestigo.training.stream import Stream

FIRST_CUSTOMER_ACCOUNT = 1000
N_TAGGED = 3


class Service(ABC):
    """One service; ``name`` is its name in the TagPack, which knows it if ``is_tagged``."""

    kind = ""

    def __init__(self, ground: Ground, name: str, *, is_tagged: bool) -> None:
        self.name = name
        self.owner = f"{self.kind}:{name}"
        self.is_tagged = is_tagged
        self.hot: list[Account] = []
        self.customer_accounts: dict[Account, None] = {}
        self._ground = ground
        self._stream: Stream = ground.stream(self.owner)
        self._unswept: list[Coin] = []
        ground.book.watch(self.owner, self._received)

    @property
    def front(self) -> list[Account]:
        """The addresses that anybody can know; the TagPack names them if it knows any."""
        return self.hot[:N_TAGGED]

    @abstractmethod
    def pay_to(self, customer: str) -> Account:
        """Return the address at which ``customer`` pays now."""

    @abstractmethod
    def open(self, first_at: datetime, last_at: datetime) -> None:
        """Plan what the service does by itself between two moments."""

    def _received(self, coin: Coin) -> None:
        if coin.account in self.customer_accounts:
            self._unswept.append(coin)

    def _taken(self) -> list[Coin]:
        """Return the customers' coins that wait to be swept, and forget them."""
        coins, self._unswept = self._unswept, []
        return coins

    def _every(
        self, hours: int, first_at: datetime, last_at: datetime, action: Callable[[], None]
    ) -> None:
        at = first_at + timedelta(hours=hours)
        while at < last_at:
            self._ground.book.plan(at, action)
            at += timedelta(hours=hours)

    def _smallest_hot(self) -> list[Coin]:
        """Return the smallest coin of the hot wallet, if there is one."""
        coins = sorted(self._hot_coins(), key=lambda coin: (coin.value_sat, coin.txid))
        return coins[:1]

    def _hot_coins(self) -> list[Coin]:
        hot = set(self.hot)
        return [coin for coin in self._ground.book.coins(self.owner) if coin.account in hot]
