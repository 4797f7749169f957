# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a graph engine must do for us, the same on every engine.

Cypher texts come from the catalogue (``graph/queries``) and from the few statements
of ``graph/statements``; an engine only runs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Protocol

from graph.model import Edge, NodeRef, Properties, Value

Row = dict[str, Any]
Summary = dict[str, str | int]


class GraphStore(Protocol):
    """One graph: read at any time; made anew or changed up to ``commit``.

    Readers see the graph of the last commit or are told that there is none (E-GRA-006),
    never one that is half written.
    """

    @property
    def engine(self) -> str:
        """Return the short name of the engine: ``kglite`` or ``neo4j``."""
        ...

    def hold(self) -> None:
        """Become the one writer until ``commit`` or ``close``; E-GRA-003 where there is one."""
        ...

    def begin(self, pending: Summary | None = None) -> None:
        """Start an empty graph; E-GRA-003 when another process is writing.

        ``pending`` is what ``loading`` answers until the commit, where the engine keeps
        what was written without one.
        """
        ...

    def begin_update(self, pending: Summary, n_changes: int) -> None:
        """Start changing the present graph (or what is left of a broken-off update).

        ``n_changes`` is about how many nodes and groups of relationships will change.
        """
        ...

    def put_nodes(self, label: str, rows: Sequence[Properties]) -> None:
        """Add nodes, or replace all properties of those that are there."""
        ...

    def remove_nodes(self, label: str, keys: Sequence[str]) -> None:
        """Take nodes away with their relationships; unknown keys are no fault."""
        ...

    def remove_edges(self, kind: str, pair: tuple[str, str], rows: Sequence[Row]) -> None:
        """Take away all relationships of one type between each ``source`` and ``target``."""
        ...

    def write_nodes(self, label: str, rows: Sequence[Properties]) -> None:
        """Add nodes of one label; every row has its ``key``."""
        ...

    def write_edges(self, kind: str, pair: tuple[str, str], rows: Sequence[Row]) -> None:
        """Add rows of ``source``, ``target`` (keys) and ``properties`` between two labels."""
        ...

    def commit(self, summary: Summary) -> None:
        """Make what was written the graph, whole and durable."""
        ...

    def summary(self) -> Summary | None:
        """Return what ``commit`` was given, None where there is no graph yet."""
        ...

    def loading(self) -> Summary | None:
        """Return what a writing that was broken off was to become, None where none was."""
        ...

    def read(self, query: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Return the rows of one reading query; E-GRA-009 when it takes too long."""
        ...

    def nodes(self, label: str) -> Iterator[Properties]:
        """Yield the nodes of one label, in no order."""
        ...

    def edges(self, kind: str) -> Iterator[Edge]:
        """Yield the relationships of one type, in no order."""
        ...

    def close(self) -> None:
        """Let the engine go; what was not committed is dropped."""
        ...


def statement(name: str, /, **names: str) -> str:
    """Return a statement with its ``__PLACES__`` filled by names of the model (never by data)."""
    text = (files("graph") / "statements" / f"{name}.cypher").read_text("utf-8")
    for place, value in names.items():
        if not value.replace("_", "").isalnum() or not value.isascii():
            raise ValueError(f"{value!r} is no name of the model")
        text = text.replace(f"__{place.upper()}__", value)
    return text


def edge_of(kind: str, row: Mapping[str, Any], properties: Mapping[str, Any]) -> Edge:
    """Return the relationship that one row of ``all_edges`` describes."""
    source = NodeRef(row["source_label"], row["source_key"])
    target = NodeRef(row["target_label"], row["target_key"])
    return Edge(kind, source, target, plain(properties))


def plain(properties: Mapping[str, Any], own: Sequence[str] = ()) -> Properties:
    """Return properties without absent ones and without those that the engine added."""
    kept: dict[str, Value] = {}
    for name in sorted(properties):
        if properties[name] is not None and name not in own:
            kept[name] = properties[name]
    return kept
