# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting what a frontier file knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from crawler.job import Coverage


def counted(db: sqlite3.Connection) -> Coverage:
    """Return the counts of everything that is known."""
    n: dict[str, int] = dict(db.execute("SELECT state, count(*) FROM pages GROUP BY 1"))
    return Coverage(
        known=sum(n.values()),
        fetched=n.get("done", 0),
        waiting=sum(n.get(state, 0) for state in ("queued", "later", "leased")),
        failed=_grouped(db, "cause", "failed"),
        refused=_grouped(db, "cause", "refused"),
        page_kinds=_grouped(db, "page_kind", "done"),
    )


def linked_listings(db: sqlite3.Connection) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield (listing, way, state, page kind, address) of every link to a listing, sorted."""
    query = (
        "SELECT f.listing, f.way, iif(p.state = 'later', 'queued', p.state), p.page_kind, p.uri "
        "FROM found_by AS f JOIN pages AS p ON p.uri = f.uri ORDER BY f.listing, f.way, p.seq"
    )
    for listing, way, state, kind, uri in db.execute(query):
        yield str(listing), str(way), str(state), str(kind), str(uri)


def _grouped(db: sqlite3.Connection, column: str, state: str) -> dict[str, int]:
    # ``column`` is one of the literals above, never data
    query = f"SELECT {column}, count(*) FROM pages WHERE state = ? GROUP BY 1 ORDER BY 1"  # noqa: S608
    return {str(name): int(n) for name, n in db.execute(query, (state,))}
