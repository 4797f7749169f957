# SPDX-License-Identifier: AGPL-3.0-or-later
"""An operator of crypto ATMs: one address a kiosk, emptied every day into an exchange."""

from __future__ import annotations

from datetime import datetime

from vestigo.training.chain.ground import Ground
from vestigo.training.chain.services.exchange import Exchange
from vestigo.training.chain.services.service import FIRST_CUSTOMER_ACCOUNT, Service
from vestigo.training.keyring import Account

N_KIOSKS = 4
N_TAGGED_KIOSKS = 2
TRIAL_SAT = 60_000
SWEEP_HOURS = 23


class AtmOperator(Service):
    """One operator; whoever sells at a kiosk pays the address that stands on it."""

    kind = "atm"

    def __init__(self, ground: Ground, name: str, exchange: Exchange, *, is_tagged: bool) -> None:
        super().__init__(ground, name, is_tagged=is_tagged)
        self._exchange = exchange
        numbers = range(FIRST_CUSTOMER_ACCOUNT, FIRST_CUSTOMER_ACCOUNT + N_KIOSKS)
        self.kiosks = [ground.keyring.account(self.owner, number) for number in numbers]
        self.customer_accounts = dict.fromkeys(self.kiosks)

    @property
    def front(self) -> list[Account]:
        """The kiosks that somebody has photographed."""
        return self.kiosks[:N_TAGGED_KIOSKS]

    def pay_to(self, customer: str) -> Account:
        """Return the address of the kiosk that ``customer`` goes to: always the same."""
        return self._ground.stream("kiosk", self.owner, customer).pick(self.kiosks)

    def open(self, first_at: datetime, last_at: datetime) -> None:
        """Plan a trial payment to each kiosk, and the sweeps."""
        self._ground.book.plan(first_at, self._try_kiosks)
        self._every(SWEEP_HOURS, first_at, last_at, self._sweep)

    def _try_kiosks(self) -> None:
        for number, kiosk in enumerate(self.kiosks):
            self._exchange.request_withdrawal(kiosk, TRIAL_SAT + 1_000 * number)
        self._exchange.pay_withdrawals()

    def _sweep(self) -> None:
        coins = self._taken()
        if coins:
            habit = self._ground.habit(self.owner)
            into = self._exchange.pay_to(self.owner)
            self._ground.book.pay(coins, [], habit, "atm_sweep", into)
