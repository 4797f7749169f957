# SPDX-License-Identifier: AGPL-3.0-or-later
"""The numbers of exhibits: the place of each capture among all captures of the case.

Places are counted in the ledger of ids, which keeps the id of a record that was destroyed:
so a number never changes, and never passes to another page.
"""

from __future__ import annotations

from collections.abc import Iterable

from vestigo.records import Capture

DIGITS = 4


def exhibit_numbers(entries: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the number of each capture by record id, from (record id, kind) in order of entry."""
    named = (record_id for record_id, kind in entries if kind == Capture.KIND)
    return {record_id: f"{n:0{DIGITS}d}" for n, record_id in enumerate(named, 1)}
