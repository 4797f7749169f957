# SPDX-License-Identifier: AGPL-3.0-or-later
"""The graph of the case, opened once and opened anew when a newer one stands there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.kglite_store import KgliteStore
from graph.store import GraphStore, Summary

POINTER = "current.json"


class OpenGraph:
    """One reader of the embedded graph; requests take turns."""

    def __init__(self, folder: Path, timeout_seconds: float) -> None:
        self._folder = folder
        self._timeout = timeout_seconds
        self._lock = threading.Lock()
        self._store: KgliteStore | None = None
        self._stamp: tuple[int, int] | None = None

    @contextmanager
    def reading(self) -> Iterator[GraphStore]:
        """Give the graph of the last commit; the store raises E-GRA-006 where there is none."""
        with self._lock:
            stamp = self._stamp_now()
            if self._store is None or stamp != self._stamp:
                self._store, self._stamp = (
                    KgliteStore(self._folder, timeout_seconds=self._timeout),
                    stamp,
                )
            yield self._store

    def summary(self) -> Summary | None:
        """Return what the graph was made from, None where there is none."""
        with self.reading() as store:
            return store.summary()

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            status = (self._folder / POINTER).stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino
