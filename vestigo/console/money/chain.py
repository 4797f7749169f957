# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ingested chain of the case, opened for one question at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession
from vestigo.records import Tag

if TYPE_CHECKING:
    from ledger.analysis import Workbench

_ONE_QUESTION = threading.Lock()  # a workbench holds the whole index in memory


@contextmanager
def workbench(
    session: CaseSession, network: str, without: tuple[str, ...] = ()
) -> Iterator[Workbench]:
    """Yield the workbench over the chain of a network.

    Transactions ``without`` join nothing.  Raises ``InputError`` E-CON-040 where no chain
    of this network was ingested.
    """
    from ledger.analysis import Workbench  # a hundred megabytes of engines: not before they
    from ledger.store import ChainStore  # are asked for

    if not any((session.folder.chain / "parts" / network).glob("*")):
        raise InputError(
            "E-CON-040",
            _("No block chain of this network is in the case."),
            where=network,
            remedy=_("Ingest its blocks with “vestigo ledger ingest”, then look again."),
        )
    settings = session.settings("ledger")
    tags = list(session.ledger.of_kind(Tag))
    with _ONE_QUESTION, ChainStore(session.folder.chain, network) as store:
        yield Workbench.over(store, tags, settings, without=without)
