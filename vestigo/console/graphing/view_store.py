# SPDX-License-Identifier: AGPL-3.0-or-later
"""Saved views of the graph, by name: private, or of the case; no update is lost.

They are people's work, not a projection: the file lies in the case folder beside the
accounts.  Each change gives a view a new revision; who saves over another revision than the
one that was read is refused.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.saved_views import FILE

WAIT_SECONDS = 20
MOST_NAME = 80
MOST_VIEWS = 500
_TABLE = """
CREATE TABLE IF NOT EXISTS views (id INTEGER PRIMARY KEY, name TEXT NOT NULL,
  owner TEXT NOT NULL, shared INTEGER NOT NULL, revision INTEGER NOT NULL,
  saved_by TEXT NOT NULL, saved_at TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (owner, name))
"""
_ALL = """
SELECT id, name, owner, shared, revision, saved_by, saved_at FROM views
WHERE owner = ? OR shared = 1 ORDER BY name, owner
"""
_ONE = """
SELECT id, name, owner, shared, revision, saved_by, saved_at, body FROM views
WHERE id = ? AND (owner = ? OR shared = 1)
"""


@dataclass(frozen=True, slots=True)
class View:
    """One saved view; ``body`` is what the page keeps of its canvas."""

    id: int
    name: str
    owner: str
    shared: bool
    revision: int
    saved_by: str
    saved_at: str

    def plain(self) -> dict[str, Any]:
        """Return the view without its body, as JSON."""
        return {"id": self.id, "name": self.name, "owner": self.owner, "shared": self.shared,
                "revision": self.revision, "saved_by": self.saved_by,
                "saved_at": self.saved_at}  # fmt: skip


class ViewStore:
    """The views of one case."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def all(self, account: str) -> list[View]:
        """Return the views that an account may see, by name."""
        with self._open() as connection:
            rows = connection.execute(_ALL, (account,)).fetchall()
        return [_view(row) for row in rows]

    def get(self, view_id: int, account: str) -> tuple[View, dict[str, Any]]:
        """Return a view with its body; E-CON-022 where there is none for this account."""
        with self._open() as connection:
            return self._one(connection, view_id, account)

    def save(
        self, account: str, at: str, *, name: str, shared: bool, body: dict[str, Any],
        view_id: int | None = None, revision: int = 0,
    ) -> View:  # fmt: skip
        """Save a new view, or over ``revision`` of one that is there.

        Raises ``UsageError``: E-CON-022 it is not there, E-CON-023 somebody saved it since,
        E-CON-024 the name is taken, empty or too long, or there are too many views.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= MOST_NAME:
            raise _name_refused(name)
        text = json.dumps(body, ensure_ascii=False, sort_keys=True)
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                if view_id is None:
                    view_id = self._insert(connection, account, at, name, shared, text)
                else:
                    known, _body = self._one(connection, view_id, account)
                    if known.revision != revision:
                        raise _conflict(known)
                    # who may see a view of the case may change it; it stays its owner's
                    shared = shared if known.owner == account else known.shared
                    connection.execute(
                        "UPDATE views SET name = ?, shared = ?, revision = revision + 1, "
                        "saved_by = ?, saved_at = ?, body = ? WHERE id = ?",
                        (name, shared, account, at, text, view_id),
                    )
            except sqlite3.IntegrityError as error:
                raise _name_refused(name) from error
            connection.execute("COMMIT")
            return self._one(connection, view_id, account)[0]

    def remove(self, view_id: int, account: str, revision: int | None = None) -> View:
        """Remove a view of this account; ``revision`` is the one that was seen, if it is known.

        Raises ``UsageError``: E-CON-022 it has none of this number, E-CON-023 somebody saved
        it since.
        """
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            view, _body = self._one(connection, view_id, account)
            if view.owner != account:
                raise _no_view(view_id)
            if revision not in (None, view.revision):
                raise _conflict(view)
            connection.execute("DELETE FROM views WHERE id = ?", (view_id,))
            connection.execute("COMMIT")
        return view

    def _insert(
        self, connection: sqlite3.Connection, account: str, at: str, name: str, shared: bool,
        text: str,
    ) -> int:  # fmt: skip
        if connection.execute("SELECT count(*) FROM views").fetchone()[0] >= MOST_VIEWS:
            raise _name_refused(name)
        done = connection.execute(
            "INSERT INTO views (name, owner, shared, revision, saved_by, saved_at, body) "
            "VALUES (?, ?, ?, 1, ?, ?, ?)", (name, account, shared, account, at, text),
        )  # fmt: skip
        assert done.lastrowid is not None
        return done.lastrowid

    def _one(
        self, connection: sqlite3.Connection, view_id: int, account: str
    ) -> tuple[View, dict[str, Any]]:
        row = connection.execute(_ONE, (view_id, account)).fetchone()
        if row is None:
            raise _no_view(view_id)
        body: dict[str, Any] = json.loads(row[-1])
        return _view(row[:-1]), body

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        path = self._path
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)) as found:
            found.execute("PRAGMA synchronous=FULL")
            found.execute("PRAGMA secure_delete=ON")
            found.execute("PRAGMA temp_store=MEMORY")
            found.execute(_TABLE)
            path.chmod(0o600)
            yield found


def _view(row: tuple[Any, ...]) -> View:
    number, name, owner, shared, revision, saved_by, saved_at = row
    return View(number, name, owner, bool(shared), revision, saved_by, saved_at)


def _no_view(view_id: int) -> UsageError:
    return UsageError(
        "E-CON-022",
        _("There is no such view, or it is not yours."),
        where=str(view_id),
        remedy=_("Open the list of views again."),
    )


def _conflict(known: View) -> UsageError:
    return UsageError(
        "E-CON-023",
        _("{person} saved this view since you opened it.").format(person=known.saved_by),
        where=f"{known.name} · {known.saved_at}",
        remedy=_("Save yours under another name, or open theirs first: nothing was changed."),
    )


def _name_refused(name: str) -> UsageError:
    return UsageError(
        "E-CON-024",
        _("The view cannot be saved under this name."),
        where=name[:MOST_NAME],
        remedy=_("Choose a name of 1 to {most} characters that you have not used yet.").format(
            most=MOST_NAME
        ),
    )
