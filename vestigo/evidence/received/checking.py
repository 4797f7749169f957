# SPDX-License-Identifier: AGPL-3.0-or-later
"""Comparing what was received with the digests that were recorded when it came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vestigo.errors import VerificationError
from vestigo.evidence.custody import CustodyEvent
from vestigo.evidence.received.staging import PARTIAL, received_path
from vestigo.i18n import _
from vestigo.records import ReceivedItem

FILED = "received item filed"


@dataclass(frozen=True, slots=True)
class ReceivedReport:
    """How many files are right; ``unknown`` files and ``unlogged`` items need a look."""

    n_items: int
    unknown: tuple[str, ...]
    unlogged: tuple[str, ...]


def verify_received(
    folder: Path, items: Mapping[str, ReceivedItem], events: Iterable[CustodyEvent]
) -> ReceivedReport:
    """Compare every received file with its record (by record id), and the log with both.

    Raises ``VerificationError`` E-EVI-193 where a file is missing, E-EVI-194 where its bytes
    are not those that came.
    """
    for record_id, item in items.items():
        path = received_path(folder, item.sha256)
        if not path.is_file() or path.is_symlink():
            raise _wrong("E-EVI-193", _("A received file is missing."), record_id)
        if _digests(path) != (item.n_bytes, item.sha256, item.sha512):
            raise _wrong(
                "E-EVI-194", _("A received file is not the one that was handed over."), record_id
            )
    logged = {event.object_sha256 for event in events if event.action == "receipt"}
    known = {item.sha256 for item in items.values()}
    there = {path.name for path in folder.glob("*")} if folder.is_dir() else set()
    unknown = {name for name in there - known if not name.startswith(PARTIAL)}
    return ReceivedReport(len(items), tuple(sorted(unknown)), tuple(sorted(set(items) - logged)))


def _digests(path: Path) -> tuple[int, str, str]:
    first, second, n_bytes = hashlib.sha256(), hashlib.sha512(), 0
    with path.open("rb") as handle:
        while piece := handle.read(1 << 20):
            first.update(piece)
            second.update(piece)
            n_bytes += len(piece)
    return n_bytes, first.hexdigest(), second.hexdigest()


def _wrong(code: str, what: str, where: str) -> VerificationError:
    return VerificationError(
        code,
        what,
        where=where,
        remedy=_("Restore it from a copy of the case or from a bundle that verifies."),
    )
