# SPDX-License-Identifier: AGPL-3.0-or-later
"""Readings of an older reader, lexicon or rate table give way to those of the present one.

What was read stays in the ledger; a retraction takes it back, so that graph, report and
console show one reading of each listing.  What a person took back stays taken back; but a
later version may read the same words again, in a record of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from nlp.reading.version import ReadingVersion
from vestigo.pipeline.session import CaseSession, os_account
from vestigo.records import (
    Listing,
    Mention,
    PriceQuote,
    Quantity,
    Record,
    Retraction,
    Selector,
    TextReading,
    UnitPrice,
    VendorAccount,
)

REASON = "superseded by a later reading"
BEGUN, DONE = "superseding older readings begun", "older readings superseded"
KINDS = (Mention, Quantity, PriceQuote, UnitPrice, Selector, TextReading)
RULES = "nlp"  # of the reader; a selector can come from elsewhere


class Held(NamedTuple):
    """A reading that the case holds: its record id and the digest of its settings."""

    record_id: str
    settings: str


class OlderReadings:
    """The readings that a case holds, asked for by the listing or account that was read.

    What is told: an event before the first retraction ("begun", with the digests that are
    left), and the count at the end.  A run that was cut short is counted by the next one.
    """

    def __init__(self, session: CaseSession) -> None:
        self._session = session
        self._left: set[str] = set()
        self._told: set[str] = set()  # digests that a "begun" of this run names
        self._held: dict[str, list[Held]] | None = None
        self._n_told = 0
        self.unfinished = False
        for event in session.custody.events():
            if event.reason == BEGUN:
                self._left.update(event.details["left"].split())
                self.unfinished = True
            elif event.reason == DONE:
                self._n_told += int(event.details["records"])
                if not self.unfinished:  # of a release that told no beginning
                    self._left.update(self._digests_taken_back())
                self.unfinished = False

    def fresh(self, version: ReadingVersion) -> ReadingVersion:
        """Return ``version`` under a digest that the case has not left before."""
        while self._left & {version.digest(priced=priced) for priced in (True, False)}:
            version = replace(version, again=version.again + 1)
        return version

    def superseded_by(
        self, version: ReadingVersion, subjects: Iterable[Record]
    ) -> list[Retraction]:
        """Return what takes back the older readings of ``subjects``, each once.

        To be appended at once: the event that tells it stands in the log already.
        """
        if self._held is None:
            self._held = self._older(version)
        taken = [
            held
            for subject in subjects
            for held in self._held.pop(subject.record_id, ())
            if held.settings != version.digest(priced=isinstance(subject, Listing))
        ]
        left = {held.settings for held in taken}
        if left - self._told:
            self._told |= left
            self._tell(version, BEGUN, {"left": " ".join(sorted(self._told))})
            self.unfinished = True
        now = self._session.clock()
        return [
            Retraction(
                retracts=held.record_id, reason=REASON, person=os_account(), retracted_at=now
            )
            for held in taken
        ]

    def finish(self, version: ReadingVersion) -> None:
        """Write how many records were superseded since the last count, where any were begun."""
        if not self.unfinished:
            return
        n = sum(one.reason == REASON for one in self._session.ledger.of_kind(Retraction))
        self._tell(version, DONE, {"records": str(n - self._n_told)})
        self._n_told, self.unfinished = n, False

    def _older(self, version: ReadingVersion) -> dict[str, list[Held]]:
        """Return what another version read and nobody took back, by its subject.

        Of a listing and of an account the digests differ: each may stand at the other's.
        """
        kinds = {kind.KIND for kind in KINDS}
        present = [version.digest(priced=priced) for priced in (True, False)]
        found: dict[str, list[Held]] = {}
        for name, kind, body in self._session.ledger.derived_otherwise(RULES, present):
            if kind in kinds:
                said = json.loads(body)
                held = Held(name, said["method"]["settings_sha256"])
                found.setdefault(str(said["subject"]), []).append(held)
        return found

    def _digests_taken_back(self) -> set[str]:
        taken = [r.retracts for r in self._session.ledger.of_kind(Retraction) if r.reason == REASON]
        found = (self._session.ledger.body_of(one) for one in taken)
        return {json.loads(body)["method"]["settings_sha256"] for body in found if body}

    def _tell(self, version: ReadingVersion, reason: str, details: Mapping[str, str]) -> None:
        self._session.custody.append(
            "processing",
            reason=reason,
            details={
                **details,
                "reader_sha256": version.reader,
                "lexicon_sha256": version.lexicon,
                "rates_sha256": version.rates,
                "again": str(version.again),
            },
        )


def subjects_of(records: Iterable[Record]) -> list[Listing | VendorAccount]:
    """Return the listings and accounts among ``records``, whose texts are read."""
    return [record for record in records if isinstance(record, Listing | VendorAccount)]
