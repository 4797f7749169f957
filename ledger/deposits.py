# SPDX-License-Identifier: AGPL-3.0-or-later
"""Deposit addresses (``ledger.deposit_pattern.v1``): always emptied into one service, soon.

A candidate is not itself tagged; every spend of it goes, within the sweep time after
the coin arrived, into one tagged service cluster and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ledger.index import NONE, ChainIndex
from ledger.services import Service, Services

RULE = "ledger.deposit_pattern.v1"
CONFIDENCE = Decimal("0.8")
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class DepositPattern:
    """The service that sweeps an address, and the sweeping transactions."""

    service: Service
    sweeps: tuple[int, ...]


class Deposits:
    """Answers whether a script behaves as a deposit address."""

    def __init__(self, index: ChainIndex, services: Services, sweep_hours: int) -> None:
        self._index = index
        self._services = services
        self._sweep_seconds = sweep_hours * _HOUR
        self._known: dict[int, DepositPattern | None] = {}

    def of(self, script: int) -> DepositPattern | None:
        """Return the pattern that a script shows, or None."""
        if script not in self._known:
            self._known[script] = self._pattern(script)
        return self._known[script]

    def _pattern(self, script: int) -> DepositPattern | None:
        index = self._index
        spent = [o for o in index.outputs_to(script) if index.spender[o] != NONE]
        if not spent or self._services.of(script) is not None:
            return None
        sweeps: dict[int, None] = {}
        keys: set[str] = set()
        service: Service | None = None
        for output in spent:
            tx = int(index.spender[output])
            waited = int(index.seconds[tx]) - int(index.seconds[index.tx_of[output]])
            if waited > self._sweep_seconds:
                return None
            for target in index.outputs(tx):
                if not index.value_sat[target]:
                    continue
                to_script = int(index.script_of[target])
                service = self._services.of(to_script)
                if service is None:
                    return None
                keys.add(service.key)
            sweeps[tx] = None
        if len(keys) != 1 or service is None:
            return None
        return DepositPattern(service, tuple(sweeps))
