# SPDX-License-Identifier: AGPL-3.0-or-later
"""One bound for the bytes of all bodies that a crawl holds in memory at once.

A request that needs more than is left does not read: its socket fills, and the market's
machine waits.  The one that has waited longest may go past the bound up to its own longest
body, so that nobody waits for somebody who waits.  What grows (a coding that is undone, a
page that is read) is worked on one at a time; whose turn it is never waits for room.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

FREE_BYTES = 256 * 1024  # of each request: an ordinary page never asks for room
STEP_BYTES = 1024 * 1024


class InFlight:
    """The room that the requests of one crawl share: ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._first: Share | None = None
        self._waiting: deque[tuple[Share, asyncio.Future[None]]] = deque()
        self.turn = asyncio.Lock()

    @property
    def used(self) -> int:
        """Bytes that are held now, those of ``FREE_BYTES`` of each request not counted."""
        return self._used

    def share(self) -> Share:
        """Return the share of one request, empty."""
        return Share(self)

    def add(self, n_bytes: int) -> None:
        """Count bytes that are held, or (negative) no more."""
        self._used += n_bytes

    async def wait_for(self, share: Share) -> None:
        """Wait until ``share`` may hold ``STEP_BYTES`` more, and count them."""
        if (self._waiting and share is not self._first) or not self._take(share):
            waited = (share, asyncio.get_running_loop().create_future())
            self._waiting.append(waited)
            self._let_in()
            try:
                await waited[1]
            except asyncio.CancelledError:
                self._forget(waited)
                raise

    def left_by(self, share: Share) -> None:
        """Let others in where ``share`` went."""
        if self._first is share:
            self._first = None
        self._let_in()

    def _take(self, share: Share) -> bool:
        if self._used + STEP_BYTES > self._limit:
            if self._first not in (None, share):
                return False
            self._first = share
        self._used += STEP_BYTES
        share.n_counted += STEP_BYTES
        return True

    def _let_in(self) -> None:
        while self._waiting and self._take(self._waiting[0][0]):
            self._waiting.popleft()[1].set_result(None)

    def _forget(self, waited: tuple[Share, asyncio.Future[None]]) -> None:
        """Take a waiting one off the list; what it was given meanwhile goes with its share."""
        with suppress(ValueError):
            self._waiting.remove(waited)
        self._let_in()


class Share:
    """What one request holds of the room; ``release`` gives it back, once."""

    def __init__(self, room: InFlight) -> None:
        self._room = room
        self._has_turn = False
        self.n_counted = 0

    async def grow_to(self, n_bytes: int) -> None:
        """Wait until ``n_bytes`` may be held altogether."""
        while not self.covers(n_bytes):
            await self._room.wait_for(self)

    def covers(self, n_bytes: int) -> bool:
        """Say whether ``n_bytes`` may be held without waiting."""
        return n_bytes <= FREE_BYTES + self.n_counted

    async def take_turn(self, n_bytes: int) -> None:
        """Wait for the turn to work on what grows by up to ``n_bytes``; they are counted then."""
        await self._room.turn.acquire()
        self._has_turn = True
        self.n_counted += n_bytes
        self._room.add(n_bytes)

    def release(self) -> None:
        """Give everything back, the turn too; a second time does nothing."""
        held, self.n_counted = self.n_counted, 0
        self._room.add(-held)
        if self._has_turn:
            self._has_turn = False
            self._room.turn.release()
        self._room.left_by(self)
