# SPDX-License-Identifier: AGPL-3.0-or-later
"""The graph on a Neo4j server, through the official driver; the only file that imports it.

The database is ours alone: one that holds anything and not our mark is left as it is.
The mark says ``loading`` until everything is there, so that a projection that was broken
off is never read as a whole one.  A reader looks at the mark before and after each
question.  A writer holds the lock of a node of its own in a transaction that stays open:
the server frees it when the writer dies.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Any

from graph.faults import changed_meanwhile, no_graph, second_writer
from graph.model import NODES, Edge, Properties
from graph.neo4j_faults import server_faults
from graph.store import Row, Summary, edge_of, plain, statement
from vestigo.errors import UsageError, VestigoError
from vestigo.i18n import _

CLEAR_BATCH = 10_000
FETCH = 2000
CONNECT_SECONDS = 15.0
LOCK_SECONDS, LOCK_ATTEMPTS = 2.0, 15
WRITER = {"vestigo": "writer"}  # what the transaction that holds the lock says of itself
TOO_LONG = "E-GRA-009"
LOADING, WHOLE = "loading", "whole"
# An update of at most so many elements is one transaction: readers go on meanwhile.
AT_ONCE = 5000
ATTEMPTS = 5


class Neo4jStore:
    """A graph in the default database of the server at ``uri`` (bolt, bolt+s)."""

    engine = "neo4j"

    def __init__(
        self, uri: str, user: str, password: str, *, timeout_seconds: float = 30.0
    ) -> None:
        import neo4j

        # what the driver would print about a lost line is told by the error with its code
        logging.getLogger("neo4j").addHandler(logging.NullHandler())

        self._uri = uri
        self._timeout = timeout_seconds
        self._neo4j = neo4j
        self._held = ExitStack()
        self._is_held = False
        self._writing: Any = None
        with self._faults():
            self._driver = neo4j.GraphDatabase.driver(
                uri,
                auth=(user, password),
                connection_timeout=CONNECT_SECONDS,
                telemetry_disabled=True,
                notifications_min_severity="OFF",
                user_agent="vestigo",
            )
        try:
            with self._faults():
                self._driver.verify_connectivity()
        except BaseException:
            self._driver.close()
            raise

    def hold(self) -> None:
        """Become the one writer: E-GRA-003 where there is one, E-GRA-008 in a foreign database."""
        if self._is_held:
            return
        if self._mark() is None and self._rows(statement("any_node"), {}):
            raise UsageError(
                "E-GRA-008",
                _("The database holds something that is not a graph of ours."),
                where=self._uri,
                remedy=_("Nothing was changed. Use an empty database."),
            )
        self._rows(statement("unique_key", name="vestigolock_key", label="VestigoLock"), {})
        self._await_lock()
        with self._faults():
            session = self._held.enter_context(self._session())
            session.begin_transaction(metadata=WRITER).run(statement("take_lock")).consume()
        self._is_held = True

    def _await_lock(self) -> None:
        """Return when the lock is free; a server that is slow is no second writer."""
        for attempt in range(1, LOCK_ATTEMPTS + 1):
            try:
                self._rows(statement("take_lock"), {}, timeout=LOCK_SECONDS)
            except VestigoError as error:
                if error.code != TOO_LONG:
                    raise
                if self._rows(statement("writers"), {})[0]["n_writers"]:
                    raise second_writer(self._uri) from error
                if attempt == LOCK_ATTEMPTS:
                    raise
            else:
                return

    def begin(self, pending: Summary | None = None) -> None:
        """Mark the database as loading and empty it."""
        self.hold()
        self._set_mark(LOADING, pending or {})
        for label in sorted(NODES):
            name = f"{label.lower()}_key"
            self._rows(statement("unique_key", name=name, label=label), {})
            while self._rows(statement("clear", label=label), {"limit": CLEAR_BATCH})[0][
                "n_deleted"
            ]:
                pass

    def begin_update(self, pending: Summary, n_changes: int) -> None:
        """Change the graph in one transaction where that is small, else marked as loading."""
        self.hold()
        mark = self._mark()
        if mark is not None and mark["state"] == WHOLE and n_changes <= AT_ONCE:
            with self._faults():
                session = self._held.enter_context(self._session())
                self._writing = session.begin_transaction()
        else:
            self._set_mark(LOADING, pending)

    def write_nodes(self, label: str, rows: Sequence[Properties]) -> None:
        """Add nodes of one label in one transaction."""
        self._write(statement("create_nodes", label=label), rows)

    def write_edges(self, kind: str, pair: tuple[str, str], rows: Sequence[Row]) -> None:
        """Add relationships of one type between two labels in one transaction."""
        source, target = pair
        self._write(statement("create_edges", kind=kind, source=source, target=target), rows)

    def put_nodes(self, label: str, rows: Sequence[Properties]) -> None:
        """Add nodes, or replace all properties of those that are there."""
        self._write(statement("put_nodes", label=label), rows)

    def remove_nodes(self, label: str, keys: Sequence[str]) -> None:
        """Take nodes away with their relationships."""
        self._write(statement("remove_nodes", label=label), keys)

    def remove_edges(self, kind: str, pair: tuple[str, str], rows: Sequence[Row]) -> None:
        """Take away all relationships of one type between each source and target."""
        source, target = pair
        self._write(statement("remove_edges", kind=kind, source=source, target=target), rows)

    def _write(self, text: str, rows: Sequence[Any]) -> None:
        self._rows(text, {"rows": list(rows)})

    def commit(self, summary: Summary) -> None:
        """Mark the graph as whole, and let others write."""
        self._set_mark(WHOLE, summary)
        if self._writing is not None:
            with self._faults():
                self._writing.commit()
        self._let_go()

    def adopt(self, summary: Summary) -> None:
        """Take a database that ``neo4j-admin database import`` filled: key it, mark it whole.

        Waits until the server has made the indexes of the keys.  What was imported must
        be a whole graph of the model: this looks at nothing.
        """
        for label in sorted(NODES):
            name = f"{label.lower()}_key"
            self._rows(statement("unique_key", name=name, label=label), {})
        self._rows(statement("await_keys"), {})
        self._set_mark(WHOLE, summary)

    def _let_go(self) -> None:
        self._writing, self._is_held = None, False
        with self._faults():
            self._held.close()

    def summary(self) -> Summary | None:
        """Return what the last commit was given; None where there is no whole graph."""
        return self._marked(WHOLE)

    def loading(self) -> Summary | None:
        """Return what a writing that was broken off was to become, None where none was."""
        return self._marked(LOADING)

    def _marked(self, state: str) -> Summary | None:
        mark = self._mark()
        if mark is None or mark["state"] != state:
            return None
        summary: Summary = json.loads(mark["summary"])
        return summary

    def _mark(self) -> Row | None:
        rows = self._rows(statement("read_summary"), {})
        return rows[0] if rows else None

    def _set_mark(self, state: str, summary: Summary) -> None:
        text = json.dumps(summary, sort_keys=True)
        self._rows(statement("write_summary"), {"state": state, "summary": text})

    def read(self, query: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Return the rows of one reading query; E-GRA-006 where the graph is not whole.

        A question during which the graph was changed is asked again.
        """
        for _attempt in range(ATTEMPTS):
            with self._faults(), self._session() as session:
                transaction = session.begin_transaction(timeout=self._timeout)
                before = self._look(transaction)
                rows = [dict(record) for record in transaction.run(query, dict(parameters))]
                if self._look(transaction) == before:
                    return rows
        raise changed_meanwhile(self._uri)

    def _look(self, transaction: Any) -> str:
        """Return the mark of a whole graph, as text."""
        mark = transaction.run(statement("read_summary")).single()
        if mark is None or mark["state"] != WHOLE:
            raise no_graph(self._uri)
        return str(mark["summary"])

    def _rows(
        self, text: str, parameters: Mapping[str, Any], timeout: float | None = None
    ) -> list[Row]:
        with self._faults():
            if self._writing is not None:
                return [dict(record) for record in self._writing.run(text, dict(parameters))]
            statement_text = self._neo4j.Query(text, timeout=timeout)
            with self._session() as session:
                return [dict(record) for record in session.run(statement_text, dict(parameters))]

    def nodes(self, label: str) -> Iterator[Properties]:
        """Yield the nodes of one label as the server sends them."""
        for row in self._stream(statement("all_nodes", label=label)):
            yield plain(row["properties"])

    def edges(self, kind: str) -> Iterator[Edge]:
        """Yield the relationships of one type as the server sends them."""
        for row in self._stream(statement("all_edges", kind=kind)):
            yield edge_of(kind, row, row["properties"])

    def _stream(self, text: str) -> Iterator[Row]:
        """Yield rows; E-GRA-012 where a writer changed the graph meanwhile."""
        before = None if self._is_held else self._mark()
        with self._faults(), self._session() as session:
            for record in session.run(text):
                yield dict(record)
        if not self._is_held and self._mark() != before:
            raise changed_meanwhile(self._uri)

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """Open a session; over a broken line the driver lets go of it at the second close."""
        session = self._driver.session(fetch_size=FETCH)
        try:
            yield session
        finally:
            try:
                session.close()
            finally:
                session.close()

    def close(self) -> None:
        """Close the connections; an unfinished graph stays marked as loading."""
        self._writing, self._is_held = None, False
        with suppress(VestigoError), self._faults():  # a line that broke is closed already
            self._held.close()
        self._driver.close()

    def _faults(self) -> AbstractContextManager[None]:
        return server_faults(self._neo4j.exceptions, self._uri, self._timeout)
