# SPDX-License-Identifier: AGPL-3.0-or-later
"""Readings of an older reader, lexicon or rate table give way to those of the present one.

What was read stays in the ledger; a retraction takes it back, so that graph, report and
console show one reading of each listing.  Nothing that a person said is touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from nlp.reading_version import ReadingVersion
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
KINDS = (Mention, Quantity, PriceQuote, UnitPrice, Selector, TextReading)
OURS = "nlp."  # rules of the reader; a selector can come from elsewhere


class OlderReadings:
    """The readings that a case holds, by the listing or account that was read."""

    def __init__(self, session: CaseSession) -> None:
        self._session = session
        gone, ours = set(), set()
        for retraction in session.ledger.of_kind(Retraction):
            gone.add(retraction.retracts)
            if retraction.reason == REASON:
                ours.add(retraction.retracts)
        self._held: dict[str, list[tuple[str, str]]] = {}
        self._left: set[str] = set()
        for kind in KINDS:
            for record_id, body in session.ledger.bodies_of(kind.KIND):
                self._take(record_id, json.loads(body), gone, ours)

    def _take(
        self, record_id: str, body: dict[str, dict[str, str]], gone: set[str], ours: set[str]
    ) -> None:
        method = body["method"]
        if not method["rule"].startswith(OURS):
            return
        if record_id in ours:
            self._left.add(method["settings_sha256"])
        elif record_id not in gone:
            held = self._held.setdefault(str(body["subject"]), [])
            held.append((record_id, method["settings_sha256"]))

    def fresh(self, version: ReadingVersion) -> ReadingVersion:
        """Return ``version`` under a digest that the case has not left before."""
        while self._left & {version.digest(priced=priced) for priced in (True, False)}:
            version = replace(version, again=version.again + 1)
        return version

    def superseded_by(
        self, version: ReadingVersion, subjects: Iterable[Record]
    ) -> list[Retraction]:
        """Return what takes back the older readings of ``subjects``, each once."""
        now, taken = self._session.clock(), []
        for subject in subjects:
            present = version.digest(priced=isinstance(subject, Listing))
            for record_id, digest in self._held.pop(subject.record_id, ()):
                if digest != present:
                    taken.append(record_id)
        return [
            Retraction(retracts=one, reason=REASON, person=os_account(), retracted_at=now)
            for one in taken
        ]


def log_superseded(session: CaseSession, version: ReadingVersion, n_superseded: int) -> None:
    """Write the one custody event of a reading that superseded older ones."""
    session.custody.append(
        "processing",
        reason="older readings superseded",
        details={
            "records": str(n_superseded),
            "reader_sha256": version.reader,
            "lexicon_sha256": version.lexicon,
            "rates_sha256": version.rates,
            "again": str(version.again),
        },
    )


def subjects_of(records: Iterable[Record]) -> list[Listing | VendorAccount]:
    """Return the listings and accounts among ``records``, whose texts are read."""
    return [record for record in records if isinstance(record, Listing | VendorAccount)]
