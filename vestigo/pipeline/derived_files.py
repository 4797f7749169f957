# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of derived records, and documents made before: they go when a record is destroyed."""

from __future__ import annotations

from collections.abc import Iterable

from vestigo.pipeline.session import CaseSession
from vestigo.records import Screenshot


def remove_derived_files(session: CaseSession, record_ids: Iterable[str]) -> int:
    """Remove the pictures that the records name; return how many there were.

    Sheets and reports that were kept go as well: any of them may tell of a record.
    To be called before the records are destroyed: afterwards nobody knows the names.
    """
    for kept in session.folder.sheets.glob("*"):
        kept.unlink(missing_ok=True)
    n = 0
    for record_id in record_ids:
        record = session.ledger.get(record_id)
        if isinstance(record, Screenshot):
            path = session.folder.derived / record.file_name
            if path.parent == session.folder.derived and path.exists():
                path.unlink()
                n += 1
    return n
