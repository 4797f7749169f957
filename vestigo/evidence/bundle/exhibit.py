# SPDX-License-Identifier: AGPL-3.0-or-later
"""One exhibit: a capture, what was derived from it, and what its sheet needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vestigo.evidence.bundle.documents.times import LogTimes
from vestigo.evidence.bundle.thirds import ThirdParties
from vestigo.evidence.custody import CustodyEvent
from vestigo.records import Capture

# being classified or counted alone does not make a capture an exhibit
NOT_ENOUGH = ("page", "coverage_estimate")


@dataclass(slots=True)
class Exhibit:
    """One capture with the records that rest on it."""

    number: str
    record_id: str
    capture: Capture
    derived: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def folder(self) -> str:
        """The folder of the exhibit below the bundle."""
        return f"data/exhibits/{self.number}"

    @property
    def handed_over(self) -> bool:
        """Whether the page was read out of a file that others handed over."""
        return self.capture.origin == "received"

    @property
    def cited(self) -> bool:
        """Whether something more than a classification rests on the capture."""
        return any(body["kind"] not in NOT_ENOUGH for _id, body in self.derived)


@dataclass(frozen=True, slots=True)
class SheetContext:
    """What every sheet of a case needs: authorizations, events by object, third persons, times.

    ``givers`` maps the id of a capture that others handed over to the facts of the file it was
    read out of: ``number``, ``from_whom``, ``act``.
    """

    authorizations: dict[str, dict[str, Any]]
    events: dict[str, list[CustodyEvent]]
    warc_digests: dict[str, str]
    thirds: ThirdParties
    times: LogTimes
    givers: dict[str, dict[str, str]] = field(default_factory=dict)

    def events_of(self, exhibit: Exhibit) -> list[CustodyEvent]:
        """Return the custody events that name the exhibit or the file it lies in, in order."""
        capture = exhibit.capture
        keys = (
            exhibit.record_id,
            capture.capture_id,
            self.warc_digests.get(capture.warc_name, ""),
            f"exhibit {exhibit.number}",
        )
        found = {event.id: event for key in keys for event in self.events.get(key, ())}
        return [found[number] for number in sorted(found)]
