# SPDX-License-Identifier: AGPL-3.0-or-later
"""Revoked keys: the custody log is the truth of them, ``revoked.txt`` tells strangers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from vestigo.clock import iso, parse_iso
from vestigo.errors import UsageError
from vestigo.evidence.custody_event import CustodyEvent
from vestigo.evidence.key_names import KEY_REVOKED
from vestigo.i18n import _


@dataclass(frozen=True, slots=True)
class Revocation:
    """A key (its eight hex digits), the moment from which its signatures are doubtful, why."""

    key: str
    since: str
    reason: str

    def line(self) -> str:
        """Return the line of ``revoked.txt``, with its line feed."""
        return f"{self.key} {self.since} {self.reason}\n"

    @property
    def sha256(self) -> str:
        """The digest of the line: the event names it."""
        return hashlib.sha256(self.line().encode("utf-8")).hexdigest()

    def doubts(self, moment: datetime) -> bool:
        """Whether a signature that was made at ``moment`` is doubtful."""
        return moment >= parse_iso(self.since)


def new_revocation(key: str, since: str, reason: str, known: Iterable[str]) -> Revocation:
    """Return a revocation of one of the ``known`` keys.

    Raises ``UsageError`` E-EVI-264 for a key that the case does not have, a moment that is
    none, or no reason.
    """
    told = " ".join(reason.split())
    clean = "".join(c for c in told if c.isprintable())
    try:
        moment = parse_iso(since).astimezone(UTC).replace(microsecond=0)
    except ValueError as error:
        raise _refused(since) from error
    if key not in known:
        raise _refused(key)
    if not clean:
        raise _refused("--reason")
    return Revocation(key, iso(moment), clean)


def revocations(events: Iterable[CustodyEvent]) -> tuple[Revocation, ...]:
    """Return what was revoked by the events, in their order."""
    return tuple(
        Revocation(event.details["key"], event.details["since"], event.details["why"])
        for event in events
        if event.reason == KEY_REVOKED
    )


def _refused(where: str) -> UsageError:
    return UsageError(
        "E-EVI-264",
        _("Nothing was revoked: no such key, no moment, or no reason."),
        where=where,
        remedy=_(
            "Give the eight digits that “vestigo case keys show” prints, --since as "
            "2026-11-22T12:00:00Z, and --reason."
        ),
    )
