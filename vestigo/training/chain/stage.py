# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stage on which all parties act: the book, fresh addresses, habits of wallets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from vestigo.training.chain.book import Book
from vestigo.training.chain.coins import Coin, Habit
from vestigo.training.keyring import SCRIPT_KINDS, Account, Keyring
from vestigo.training.story import Story
from vestigo.training.stream import Stream

FIRST_FRESH_ACCOUNT = 100


class Stage:
    """What every party needs to act."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.keyring = Keyring(story.seed)
        self.book = Book(self.keyring)
        self._fresh: Counter[str] = Counter()
        self.habit = cache(self._habit)
        self.kind_of = cache(self._kind_of)

    def stream(self, *names: str | int) -> Stream:
        """Return the stream of one purpose of the ledger."""
        return Stream(self.story.seed, "chain", *names)

    def fresh(self, owner: str) -> Account:
        """Return an address that ``owner`` has not used yet."""
        number = FIRST_FRESH_ACCOUNT + self._fresh[owner]
        self._fresh[owner] += 1
        return self.keyring.account(owner, number, self.kind_of(owner))

    def moment(self, stream: Stream, start: datetime, hours: int) -> datetime:
        """Return a moment within ``hours`` after ``start``, at a whole minute."""
        return start + timedelta(minutes=stream.below(hours * 60))

    def _habit(self, owner: str) -> Habit:
        stream = self.stream("habit", owner)
        return Habit(
            fee_rate=stream.between(3, 12),
            locks_height=stream.chance(40),
            sequence=stream.pick((0xFFFFFFFD, 0xFFFFFFFD, 0xFFFFFFFE)),
        )

    def _kind_of(self, owner: str) -> str:
        group, _colon, handle = owner.partition(":")
        vendor = self.story.vendor(handle) if group == "vendor" else None
        if vendor is not None:
            return vendor.script_kind
        if group in ("buyer", "bystander", "supplier"):
            return self.stream("kind", owner).pick((*("p2wpkh",) * 6, *SCRIPT_KINDS[1:3]))
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
    raise ValueError(f"{wanted_sat} sat are wanted, {sum(c.value_sat for c in coins)} are there")
