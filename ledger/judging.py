# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a trail stops: service, deposit candidate, mix, fan-out, missing data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ledger.classes import MIXES
from ledger.deposits import Deposits
from ledger.following import Questions, Stop
from ledger.index import NONE, ChainIndex
from ledger.services import Services

MOST_OUTPUTS = 3_000  # a standard transaction has no more; one of 100,000 would be as many trails


class Judge:
    """Answers the questions of a follower for the trails of one wallet."""

    def __init__(
        self,
        index: ChainIndex,
        services: Services,
        deposits: Deposits,
        settings: Mapping[str, Any],
        wallet: Collection[int],
    ) -> None:
        self._index = index
        self._services = services
        self._deposits = deposits
        self._mix_categories = set(settings["mix_categories"])
        self._fan_out = int(settings["fan_out"])
        self._wallet = frozenset(wallet)

    def questions(self) -> Questions:
        """Return the questions as a follower asks them."""
        return Questions(self.stops_at, self.stops_before, self.fans_out)

    def stops_at(self, output: int) -> Stop | None:
        """Return why a trail ends in this output, or None."""
        script = int(self._index.script_of[output])
        service = self._services.of(script)
        if service is not None:
            mix = service.category in self._mix_categories
            return Stop("mix" if mix else "tagged_service", service.name)
        if script in self._wallet:
            return None
        pattern = self._deposits.of(script)
        return Stop("deposit_candidate", pattern.service.name) if pattern else None

    def stops_before(self, tx: int) -> Stop | None:
        """Return why no trail may enter this transaction, or None."""
        if NONE in self._index.spent_by(tx):
            return Stop("incomplete", self._index.txid(tx))
        if len(self._index.outputs(tx)) > MOST_OUTPUTS:
            return Stop("fan_out", self._index.txid(tx))
        name = self._index.class_of(tx)
        if name in (*MIXES, "whirlpool_tx0"):
            return Stop("mix", f"{name} {self._index.txid(tx)}")
        return None

    def fans_out(self, tx: int) -> bool:
        """Return whether so many outputs that all but one cannot be change."""
        if len(self._index.outputs(tx)) <= self._fan_out:
            return False
        return len(self._index.view(tx).spendable) > self._fan_out
