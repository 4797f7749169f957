# SPDX-License-Identifier: AGPL-3.0-or-later
"""The graph on a Neo4j server, through the official driver; the only file that imports it.

The database is ours alone: one that holds anything and not our mark is left as it
is.  The mark says ``loading`` until everything is there, so that a projection that was
broken off is never read as a whole one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from graph.faults import no_graph, query_failed, too_long
from graph.model import NODES, Edge, Properties
from graph.store import Row, Summary, edge_of, plain, statement
from vestigo.errors import ConfigurationError, SourceUnreachable, UsageError
from vestigo.i18n import _

CLEAR_BATCH = 10_000
FETCH = 2000
CONNECT_SECONDS = 15.0
TIMED_OUT = ("Neo.ClientError.Transaction.TransactionTimedOut",)


class Neo4jStore:
    """A graph in the default database of the server at ``uri`` (bolt, bolt+s)."""

    engine = "neo4j"

    def __init__(
        self, uri: str, user: str, password: str, *, timeout_seconds: float = 30.0
    ) -> None:
        import neo4j

        self._uri = uri
        self._timeout = timeout_seconds
        self._neo4j = neo4j
        self._whole = False
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

    def begin(self) -> None:
        """Mark the database as loading and empty it; E-GRA-008 when it is not ours."""
        mark = self._mark()
        if mark is None and self._rows(statement("any_node"), {}):
            raise UsageError(
                "E-GRA-008",
                _("The database holds something that is not a graph of ours."),
                where=self._uri,
                remedy=_("Nothing was changed. Use an empty database."),
            )
        self._whole = False
        self._set_mark("loading", {})
        for label in sorted(NODES):
            name = f"{label.lower()}_key"
            self._rows(statement("unique_key", name=name, label=label), {})
            while self._rows(statement("clear", label=label), {"limit": CLEAR_BATCH})[0][
                "n_deleted"
            ]:
                pass

    def write_nodes(self, label: str, rows: Sequence[Properties]) -> None:
        """Add nodes of one label in one transaction."""
        self._write(statement("create_nodes", label=label), rows)

    def write_edges(self, kind: str, pair: tuple[str, str], rows: Sequence[Row]) -> None:
        """Add relationships of one type between two labels in one transaction."""
        source, target = pair
        self._write(statement("create_edges", kind=kind, source=source, target=target), rows)

    def _write(self, text: str, rows: Sequence[Any]) -> None:
        with self._faults(), self._session() as session:
            session.run(text, {"rows": list(rows)}).consume()

    def commit(self, summary: Summary) -> None:
        """Mark the graph as whole."""
        self._set_mark("whole", summary)
        self._whole = True

    def summary(self) -> Summary | None:
        """Return what the last commit was given; None where there is no whole graph."""
        mark = self._mark()
        if mark is None or mark["state"] != "whole":
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
        """Return the rows of one reading query; E-GRA-006 where the graph is not whole."""
        if not self._whole:
            if self.summary() is None:
                raise no_graph(self._uri)
            self._whole = True
        return self._rows(query, parameters, timeout=self._timeout)

    def _rows(
        self, text: str, parameters: Mapping[str, Any], timeout: float | None = None
    ) -> list[Row]:
        statement_text = self._neo4j.Query(text, timeout=timeout)
        with self._faults(), self._session() as session:
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
        with self._faults(), self._session() as session:
            for record in session.run(text):
                yield dict(record)

    def _session(self) -> Any:
        return self._driver.session(fetch_size=FETCH)

    def close(self) -> None:
        """Close the connections; an unfinished graph stays marked as loading."""
        self._driver.close()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn the errors of the driver into ours."""
        faults = self._neo4j.exceptions
        try:
            yield
        except faults.AuthError as error:
            raise ConfigurationError(
                "E-GRA-002",
                _("The graph server refused the log-in."),
                where=self._uri,
                remedy=_("Check the user and the password."),
            ) from error
        except (faults.ServiceUnavailable, faults.SessionExpired, OSError) as error:
            raise SourceUnreachable(
                "E-GRA-001",
                _("The graph server does not answer."),
                where=self._uri,
                remedy=_("Check that it runs and that the address is right; then rebuild."),
            ) from error
        except faults.Neo4jError as error:
            if error.code in TIMED_OUT or "TransactionTimedOut" in str(error.code):
                raise too_long(self._uri, self._timeout) from error
            raise query_failed(self._uri, error.message) from error
        except faults.DriverError as error:
            raise query_failed(self._uri, error) from error
