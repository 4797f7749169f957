# SPDX-License-Identifier: AGPL-3.0-or-later
"""The case as a disclosed copy sees it: places are kept, what is withheld is a commitment."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.disclosure.closure import Withheld
from vestigo.store import RecordLedger
from vestigo.store.ledger import ChainedId, LedgerEntry

WITHHELD = "withheld:"


class LedgerWithout(RecordLedger):
    """A record ledger that shows commitments in place of some records; it only reads."""

    def __init__(self, path: Path, hidden: AbstractSet[str]) -> None:
        super().__init__(path)
        self._hidden = hidden

    def chained(self, *, up_to: int | None = None) -> list[ChainedId]:
        """Return what the chain is made of; a withheld record is its commitment."""
        return [
            ChainedId(WITHHELD + one.commitment, one.kind, "")
            if one.record_id in self._hidden else one
            for one in super().chained(up_to=up_to)
        ]  # fmt: skip

    def ids(self, *, up_to: int | None = None) -> list[tuple[str, str]]:
        """Return (record id, kind) in order of entry; withheld ones by their commitment."""
        return [(one.record_id, one.kind) for one in self.chained(up_to=up_to)]

    def entries(self, after: int, limit: int) -> list[LedgerEntry]:
        """Return entries; a withheld one is as one whose body is gone."""
        return [
            one._replace(record_id="", body=None) if one.record_id in self._hidden else one
            for one in super().entries(after, limit)
        ]

    def body_of(self, record_id: str) -> bytes | None:
        """Return a body, None for a record that is withheld."""
        return None if record_id in self._hidden else super().body_of(record_id)

    def disposed(self) -> dict[str, str]:
        """Return the orders by which records were destroyed, withheld ones left out."""
        gone = super().disposed()
        return {one: order for one, order in gone.items() if one not in self._hidden}

    def _bodies(self, kind: str, up_to: int | None) -> Iterator[tuple[str, bytes]]:
        shown = super()._bodies(kind, up_to)
        return ((one, body) for one, body in shown if one not in self._hidden)


def partial_view(view: CaseView, ledger: LedgerWithout, withheld: Withheld) -> CaseView:
    """Return the case at the same checkpoint without what is withheld."""
    events = tuple(event for event in view.events if event.id not in withheld.events)
    entries = tuple(ledger.ids(up_to=view.n_entries))
    return replace(view, ledger=ledger, events=events, entries=entries, whole=view)
