# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a disposal by order takes out of people's saved views of the graph.

A view is a person's work and cannot be made again, so it is not deleted as projections are.
What leaves it is what the destroyed records alone said: things on the canvas that are named so,
and notes, groups and names that quote it.  It happens before the records go, so that a
disposal that was killed can do it again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from vestigo.pipeline.session import CaseSession

FILE = "console-views.sqlite"
LEAST_QUOTED = 4
WAIT_SECONDS = 20
BATCH = 500
WRITTEN = ("note", "group")
Body = dict[str, Any]


def purge_views(session: CaseSession, going: set[str]) -> int:
    """Take what only the records ``going`` say out of all views; return how many changed."""
    path = session.folder.path / FILE
    if not path.is_file():
        return 0
    try:
        if not _holds_any(path):
            return 0
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:  # what nobody can read any more cannot be searched: it goes
        path.unlink()
        return 0
    said, kept = _words(session, going)
    gone = frozenset(said - kept)
    with closing(_opened(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        n = sum(_purge(connection, row, gone) for row in
                connection.execute("SELECT id, name, body FROM views").fetchall())  # fmt: skip
        connection.execute("COMMIT")
        connection.execute("VACUUM")
    return n


def views_with_notes(session: CaseSession) -> tuple[str, ...]:
    """Return the names of views in which people wrote something: only a person can judge it."""
    path = session.folder.path / FILE
    if not path.is_file():
        return ()
    with closing(_opened(path)) as connection:
        rows = connection.execute("SELECT name, body FROM views ORDER BY name, id").fetchall()
    return tuple(name for name, body in rows if _has_notes(json.loads(body)))


def _has_notes(body: Body) -> bool:
    return any(node.get("note") for node in body.get("nodes", ()))


def _holds_any(path: Path) -> bool:
    with closing(_opened(path)) as connection:
        return connection.execute("SELECT id FROM views LIMIT 1").fetchone() is not None


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def _words(session: CaseSession, going: set[str]) -> tuple[set[str], set[str]]:
    """Return every text that the records ``going`` hold, and every text that all others hold."""
    said: set[str] = set()
    kept: set[str] = set()
    last = 0
    while rows := session.ledger.entries(last, BATCH):
        for row in rows:
            last = row.seq
            if row.body is not None:
                (said if row.record_id in going else kept).update(_texts(json.loads(row.body)))
    return said, kept


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.casefold()
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _purge(connection: sqlite3.Connection, row: tuple[int, str, str], gone: frozenset[str]) -> bool:
    number, name, text = row
    body: Body = json.loads(text)
    left = {**body, "nodes": [_without(node, gone) for node in body.get("nodes", ())
                              if not _names(str(node["ref"][1]), gone)]}  # fmt: skip
    called = f"{number}" if _quotes(name, gone) else name
    if left == body and called == name:
        return False
    connection.execute(
        "UPDATE views SET name = ?, body = ?, revision = revision + 1 WHERE id = ?",
        (called, json.dumps(left, ensure_ascii=False, sort_keys=True), number),
    )
    return True


def _without(node: Body, gone: frozenset[str]) -> Body:
    return {name: value for name, value in node.items()
            if name not in WRITTEN or not _quotes(value, gone)}  # fmt: skip


def _names(key: str, gone: frozenset[str]) -> bool:
    """Say whether a key of the graph (a name, or market/name) is one that is gone."""
    folded = key.casefold()
    return folded in gone or folded.partition("/")[2] in gone or _quotes(folded, gone)


def _quotes(text: object, gone: frozenset[str]) -> bool:
    folded = str(text).casefold()
    return any(len(one) >= LEAST_QUOTED and one in folded for one in gone)
