# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a published address to where its owner's coins became money, exactly.

The walk knows every key: it follows the owner's coins only, through mixes too, and ends
where a service holds the output.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from vestigo.training.chain.coins import Payment

Outpoint = tuple[str, int]
MIX_KINDS = ("whirlpool", "wasabi1", "wasabi2", "joinmarket", "stonewall")
HIDING_KINDS = MIX_KINDS[:4]
SERVICE_GROUPS = ("exchange", "atm", "gift_card_shop")


@dataclass(frozen=True, slots=True)
class Arrival:
    """An output to a service that an owner's coins reached; ``mixes`` are the kinds crossed.

    ``mixes`` is empty where one way crosses none.
    """

    payment: Payment
    vout: int
    mixes: tuple[str, ...]


class Walk:
    """The payments of a ledger, indexed for walking."""

    def __init__(self, payments: Iterable[Payment]) -> None:
        self._payments = list(payments)
        self._spends: Mapping[Outpoint, Payment] = {
            (coin.txid, coin.vout): payment for payment in self._payments for coin in payment.coins
        }
        self._received: dict[str, list[Outpoint]] = {}
        for payment in self._payments:
            for vout, target in enumerate(payment.targets):
                if target.account is not None:
                    held = self._received.setdefault(target.account.address, [])
                    held.append((payment.txid, vout))

    def arrivals(self, address: str, owner: str) -> list[Arrival]:
        """Return every output to a service that coins of ``address`` reached, best way first."""
        waiting: list[tuple[Outpoint, tuple[str, ...]]] = [
            (outpoint, ()) for outpoint in self._received.get(address, ())
        ]
        seen: set[Outpoint] = set()
        found: dict[Outpoint, Arrival] = {}
        while waiting:
            waiting.sort(key=lambda item: -len(item[1]))  # ways that cross less come first
            outpoint, mixes = waiting.pop()
            payment = self._spends.get(outpoint)
            if outpoint in seen or payment is None:
                continue
            seen.add(outpoint)
            crossed = _with(mixes, payment.kind)
            for vout, holder in _holders(payment):
                if holder == owner:
                    waiting.append(((payment.txid, vout), crossed))
                elif holder.partition(":")[0] in SERVICE_GROUPS:
                    found.setdefault((payment.txid, vout), Arrival(payment, vout, crossed))
        return list(found.values())


def _with(mixes: tuple[str, ...], kind: str) -> tuple[str, ...]:
    return tuple(sorted({*mixes, kind})) if kind in HIDING_KINDS else mixes


def _holders(payment: Payment) -> Iterator[tuple[int, str]]:
    for vout, target in enumerate(payment.targets):
        if target.account is not None:
            yield vout, target.account.owner
