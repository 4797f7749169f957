# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ground on which all parties act: the book, addresses, habits of wallets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from vestigo.i18n import _
from vestigo.training.behaviour import LedgerSection
from vestigo.training.chain.book import LAST_FIRST_AT, Book
from vestigo.training.chain.coins import Coin, Habit
from vestigo.training.chain.pace import ChancePace, Pace, SlotPace
from vestigo.training.keyring import Account, Keyring
from vestigo.training.stream import Stream
from vestigo.training.world import World

FIRST_FRESH_ACCOUNT = 100_000

_PEOPLES_KINDS = (*("p2wpkh",) * 7, "p2tr", "p2tr", "p2pkh", "p2sh-p2wpkh", "p2wsh")
_SEQUENCES = (0xFFFFFFFD, 0xFFFFFFFD, 0xFFFFFFFE)
_PEOPLE = ("buyer", "bystander", "supplier")


class Ground:
    """What every party needs to act."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.section: LedgerSection = world.behaviour.ledger
        self.keyring = Keyring(world.seed)
        self.book = Book(self.keyring, self._pace(), self.section.most_transactions)
        self._fresh: Counter[str] = Counter()
        self._chains: Counter[str] = Counter()
        self._reuse = self.stream("address reuse")
        self.habit = cache(self._habit)
        self.kind_of = cache(self._kind_of)

    def stream(self, *names: str | int) -> Stream:
        """Return the stream of one purpose of the ledger."""
        return Stream(self.world.seed, "chain", *names)

    def fresh(self, owner: str, kind: str | None = None) -> Account:
        """Return an address that ``owner`` has not used yet."""
        number = FIRST_FRESH_ACCOUNT + self._fresh[owner]
        self._fresh[owner] += 1
        return self.keyring.account(owner, number, kind or self.kind_of(owner))

    def receiving(self, owner: str) -> Account:
        """Return where ``owner`` takes coins: mostly fresh, at times an address used before."""
        used = self._fresh[owner]
        if used and self._reuse.chance(self.section.address_reuse_percent):
            number = FIRST_FRESH_ACCOUNT + self._reuse.below(used)
            return self.keyring.account(owner, number, self.kind_of(owner))
        return self.fresh(owner)

    def new_chain(self, owner: str) -> str:
        """Return the name of a new chain of payments of ``owner``, for the truth."""
        self._chains[owner] += 1
        return f"{owner}#{self._chains[owner]}"

    def moment(self, stream: Stream, start: datetime, hours: int) -> datetime:
        """Return a moment within ``hours`` after ``start``, at a whole minute."""
        return start + timedelta(minutes=stream.below(hours * 60))

    def _pace(self) -> Pace:
        minutes = self.section.block_minutes
        if not minutes:
            return SlotPace()
        return ChancePace(self.stream("blocks"), LAST_FIRST_AT, minutes)

    def _habit(self, owner: str) -> Habit:
        stream = self.stream("habit", owner)
        return Habit(
            fee_rate=stream.between(3, 12),
            locks_height=stream.chance(40),
            sequence=stream.pick(_SEQUENCES),
            version=1 if stream.chance(20) else 2,
        )

    def _kind_of(self, owner: str) -> str:
        party = self.world.party(owner)
        if party is not None:
            return party.script_kind
        if owner.partition(":")[0] in _PEOPLE:
            return self.stream("kind", owner).pick(_PEOPLES_KINDS)
        return "p2wpkh"


def enough(coins: Sequence[Coin], wanted_sat: int) -> list[Coin]:
    """Return the largest coins that together reach ``wanted_sat``.

    Raises ``ValueError`` when all of them do not.
    """
    chosen: list[Coin] = []
    ordered = sorted(coins, key=lambda coin: (-coin.value_sat, coin.txid, coin.vout))
    for coin in ordered:
        chosen.append(coin)
        if sum(one.value_sat for one in chosen) >= wanted_sat:
            return chosen
    raise ValueError(
        _("{wanted} sat are wanted, {there} are there").format(
            wanted=wanted_sat, there=worth(coins)
        )
    )


def worth(coins: Sequence[Coin]) -> int:
    """Return what the coins are worth together, in satoshi."""
    return sum(coin.value_sat for coin in coins)
