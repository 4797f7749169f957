# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ingested chains of the case, opened for one question at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession
from vestigo.records import Tag

if TYPE_CHECKING:
    from ledger.analysis import Workbench

MOST_KEPT = 200_000  # transactions: a larger chain is not kept in memory after a question
Stamp = tuple[object, ...]


class Chains:
    """What answers questions to the chains of a case; one workbench is kept for the next one.

    It is kept as long as the ledger, the parts of the chain and the settings stay the same.
    Safe for threads, which take turns.
    """

    def __init__(self, session: CaseSession) -> None:
        self.session = session
        self._turn = threading.Lock()
        self._kept: tuple[Stamp, Workbench, ExitStack] | None = None

    def stamp(self, network: str) -> Stamp:
        """Return what an answer rests on besides the question: other stamp, other answer."""
        folder = self.session.folder.chain / "parts" / network
        parts = [(one.name, one.stat().st_mtime_ns) for one in sorted(folder.glob("*"))]
        settings = sorted(self.session.settings("ledger").items())
        ledger = self.session.ledger
        n_destroyed = len(ledger.disposed())  # by order: the head stays the same
        return network, tuple(parts), ledger.head(), n_destroyed, repr(settings)

    @contextmanager
    def workbench(self, network: str, without: tuple[str, ...] = ()) -> Iterator[Workbench]:
        """Yield the workbench over the chain of a network.

        Transactions ``without`` join nothing.  Raises ``InputError`` E-CON-040 where no chain
        of this network was ingested.
        """
        if not any((self.session.folder.chain / "parts" / network).glob("*")):
            raise InputError(
                "E-CON-040",
                _("No block chain of this network is in the case."),
                where=network,
                remedy=_("Ingest its blocks with “vestigo ledger ingest”, then look again."),
            )
        with self._turn:
            stamp = self.stamp(network)
            if without or self._kept is None or self._kept[0] != stamp:
                if not without:
                    self._let_go()
                with self._made(network, without) as (bench, opened):
                    yield bench
                    if not without and len(bench.index.txids) <= MOST_KEPT:
                        self._kept = stamp, bench, opened.pop_all()
            else:
                yield self._kept[1]

    def close(self) -> None:
        """Let go of what is kept."""
        with self._turn:
            self._let_go()

    @contextmanager
    def _made(
        self, network: str, without: tuple[str, ...]
    ) -> Iterator[tuple[Workbench, ExitStack]]:
        from ledger.analysis import Workbench  # a hundred megabytes of engines: not before they
        from ledger.store import ChainStore  # are asked for

        settings = self.session.settings("ledger")
        tags = list(self.session.ledger.of_kind(Tag))
        with ExitStack() as opened:
            store = opened.enter_context(ChainStore(self.session.folder.chain, network))
            yield Workbench.over(store, tags, settings, without=without), opened

    def _let_go(self) -> None:
        if self._kept is not None:
            self._kept[2].close()
            self._kept = None
