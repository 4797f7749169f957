# SPDX-License-Identifier: AGPL-3.0-or-later
"""The graph of the case: that of its folder, or one on a server; opened once and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from graph.kglite_store import KgliteStore
from graph.reading_form import keep_within
from graph.store import GraphStore, Summary
from vestigo.errors import SourceUnreachable

POINTER = "current.json"
MOST_MAPPED = 128 * 2**20


class CaseGraph(Protocol):
    """What the pages read the graph through, whatever engine it lies on."""

    def reading(self) -> AbstractContextManager[GraphStore]:
        """Give the graph of the last commit; E-GRA-006 where there is none, E-GRA-001 no server."""
        ...

    def summary(self) -> Summary | None:
        """Return what the graph was made from, None where there is none."""
        ...


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
            self._give_back()

    def summary(self) -> Summary | None:
        """Return what the graph was made from, None where there is none."""
        with self.reading() as store:
            return store.summary()

    def _give_back(self) -> None:
        """Keep few pages of mapped files: what the system reads ahead counts as memory."""
        keep_within(self._folder, MOST_MAPPED)

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            status = (self._folder / POINTER).stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino


class ServedGraph:
    """A graph on a server; it is asked for a line when it is first read, and after one broke.

    ``connect`` asks the gate, writes the custody event and logs in, or raises what stops it.
    """

    def __init__(self, connect: Callable[[], GraphStore]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._store: GraphStore | None = None

    @contextmanager
    def reading(self) -> Iterator[GraphStore]:
        """Give the graph; a line that breaks is let go, so that the next request opens one."""
        with self._lock:
            if self._store is None:
                self._store = self._connect()
            store = self._store
        try:
            yield store
        except SourceUnreachable:
            self._let_go(store)
            raise

    def summary(self) -> Summary | None:
        """Return what the graph was made from, None where there is none."""
        with self.reading() as store:
            return store.summary()

    def close(self) -> None:
        """Close the line, where there is one."""
        if self._store is not None:
            self._let_go(self._store)

    def _let_go(self, store: GraphStore) -> None:
        with self._lock:
            if self._store is store:
                self._store = None
                store.close()
