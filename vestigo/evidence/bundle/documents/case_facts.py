# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a case holds at a checkpoint, gathered once for its report in every language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vestigo.evidence.bundle.documents.quoting import seen
from vestigo.evidence.bundle.documents.times import LogTimes, log_times
from vestigo.evidence.bundle.exhibit import Exhibit
from vestigo.evidence.bundle.records import bodies
from vestigo.evidence.bundle.thirds import ThirdParties
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.custody import CustodyEvent
from vestigo.records import CoverageEstimate
from vestigo.records.coverage import newest_estimates

Named = tuple[str, dict[str, Any]]
WHOLE = ("listing", "vendor_account", "feedback", "mention", "selector", "cash_out_point", "trace",
         "cluster", "tag", "vendor_link", "judgement", "received_item")  # fmt: skip


@dataclass(slots=True, kw_only=True)
class CaseFacts:
    """A case at a checkpoint: records that hold (none that was taken back), by kind.

    ``n_captures``, ``first_at`` and ``last_at`` are of what the unit captured itself;
    ``n_received`` counts the pages read out of files that others handed over.
    ``exhibit_of`` maps the id of a capture, or of its record, to the number of its exhibit;
    ``methods`` counts the records of each rule.
    """

    title: str
    unit: str
    checkpoint: int
    root: str
    events: tuple[CustodyEvent, ...]
    n_records: int
    n_captures: int
    n_received: int
    first_at: datetime | None
    last_at: datetime | None
    authorizations: list[Named]
    exhibits: list[Exhibit]
    coverage: list[CoverageEstimate]
    thirds: ThirdParties
    times: LogTimes
    records: dict[str, list[Named]] = field(default_factory=dict)
    exhibit_of: dict[str, str] = field(default_factory=dict)
    methods: Counter[str] = field(default_factory=Counter)

    @property
    def at(self) -> datetime:
        """The time of the last event before the checkpoint: the date of the report."""
        return self.events[-1].at

    def of(self, kind: str) -> list[Named]:
        """Return the records of one kind, in order of entry."""
        return self.records.get(kind, [])

    def seen(self, text: str, longest: int = 160) -> str:
        """Return captured text with third persons masked, cut."""
        return seen(self.thirds, text, longest)

    def shown_in(self, body: dict[str, Any], most: int = 3) -> str:
        """Return the numbers of the exhibits that a record was read from, or ``–``."""
        numbers = sorted({self.exhibit_of[i] for i in body["sources"] if i in self.exhibit_of})
        more = " …" if len(numbers) > most else ""
        return ", ".join(numbers[:most]) + more if numbers else "–"


def case_facts(view: CaseView, exhibits: Sequence[Exhibit], thirds: ThirdParties) -> CaseFacts:
    """Gather what the report of a case tells; ``exhibits`` are all captures, cited or not."""
    description = view.folder.description()
    own = [exhibit.capture for exhibit in exhibits if not exhibit.handed_over]
    times = [capture.observed_at for capture in own]
    estimates = view.ledger.of_kind(CoverageEstimate, up_to=view.n_entries)
    facts = CaseFacts(
        title=str(description["title"]), unit=str(description["unit"]), checkpoint=view.size,
        root=view.root.hex(), events=view.events, n_records=view.n_entries,
        n_captures=len(own), n_received=len(exhibits) - len(own), first_at=min(times, default=None),
        last_at=max(times, default=None), authorizations=list(bodies(view, "authorization")),
        exhibits=[exhibit for exhibit in exhibits if exhibit.cited],
        coverage=newest_estimates(estimates), thirds=thirds,
        times=log_times(view.events),
    )  # fmt: skip
    for exhibit in facts.exhibits:
        facts.exhibit_of[exhibit.record_id] = exhibit.number
        facts.exhibit_of[exhibit.capture.capture_id] = exhibit.number
    _add_records(facts, view)
    return facts


def _add_records(facts: CaseFacts, view: CaseView) -> None:
    gone = view.ledger.retracted(up_to=view.n_entries)
    for kind in sorted({kind for _id, kind in view.entries}):
        for record_id, body in bodies(view, kind):
            if record_id in gone:
                continue
            if "method" in body:
                facts.methods[str(body["method"]["rule"])] += 1
            if kind in WHOLE:
                facts.records.setdefault(kind, []).append((record_id, body))
