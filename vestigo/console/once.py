# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is made of an index once, and kept until there is another index."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from vestigo.console.index import CaseIndex

T = TypeVar("T")
MOST = 32


class OncePerIndex:
    """Keeps the last few things that were made of the present index. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index: CaseIndex | None = None
        self._made: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, index: CaseIndex, name: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` gives for ``index``, made by one thread while others wait."""
        with self._lock:
            if self._index is not index:
                self._index = index
                self._made.clear()
            own = self._making.setdefault(name, threading.Lock())
        with own:
            with self._lock:
                if self._index is index and name in self._made:
                    self._made.move_to_end(name)
                    found: T = self._made[name]
                    return found
            made = make()
            self._keep(index, name, made)
        return made

    def _keep(self, index: CaseIndex, name: Hashable, made: object) -> None:
        with self._lock:
            if self._index is index:
                self._made[name] = made
            while len(self._made) > MOST:
                self._making.pop(self._made.popitem(last=False)[0], None)
