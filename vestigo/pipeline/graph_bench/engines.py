# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening the two stores of the product for a measurement."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.kglite_store import KgliteStore
from graph.store import GraphStore, Summary

if TYPE_CHECKING:  # the driver is imported when a server is named
    from graph.neo4j_store import Neo4jStore

SECONDS = 600.0  # of one statement: a slow engine is a figure, not a failure


@dataclass(frozen=True, slots=True)
class Place:
    """Where a graph is: a folder, or a server and how to log in."""

    folder: Path | None = None
    uri: str = ""
    user: str = "neo4j"
    password: str = field(default="", repr=False)

    @property
    def engine(self) -> str:
        """The short name of the engine."""
        return "neo4j" if self.uri else "kglite"

    def open(self) -> GraphStore:
        """Open the store as the product does."""
        if self.folder is not None:
            return KgliteStore(self.folder, timeout_seconds=SECONDS)
        return self._served()

    def adopt(self, summary: Summary) -> None:
        """Take over what was imported into the server while it stood still."""
        store = self._served()
        store.adopt(summary)
        store.close()

    def _served(self) -> Neo4jStore:
        from graph.neo4j_store import Neo4jStore

        return Neo4jStore(self.uri, self.user, self.password, timeout_seconds=SECONDS)

    def as_words(self) -> dict[str, Any]:
        """Return it for the standard input of a process of our own."""
        folder = None if self.folder is None else str(self.folder)
        return {"folder": folder, "uri": self.uri, "user": self.user, "password": self.password}


def place_of(words: dict[str, Any]) -> Place:
    """Return the place that ``as_words`` wrote."""
    folder = None if words["folder"] is None else Path(words["folder"])
    return Place(folder, words["uri"], words["user"], words["password"])


def versions(store: GraphStore) -> dict[str, str]:
    """Return the versions of what was measured."""
    if store.engine == "kglite":
        return {"kglite": version("kglite")}
    rows = store.read("CALL dbms.components() YIELD versions RETURN versions[0] AS server", {})
    return {"neo4j_driver": version("neo4j"), "neo4j": str(rows[0]["server"])}
