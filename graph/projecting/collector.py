# SPDX-License-Identifier: AGPL-3.0-or-later
"""Gathers nodes and relationships; what several records say becomes one of each.

The result does not depend on the order in which records are handed in: where two
records disagree, a rule decides (see ``node``, ``edge``), never who came first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from graph.folding import folded_of
from graph.model import Edge, NodeRef, Properties, Value, check_edge, check_node
from vestigo.records import Derived

LATEST = 2**63

# Kind, source, target, and what tells parallel relationships apart.
Place = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """The record behind a relationship: its id, rule, tier, confidence and time (ms)."""

    record_id: str
    rule: str
    tier: str
    confidence: str | None
    at: int | None

    def properties(self) -> Properties:
        """Return what every relationship carries."""
        return present(
            record_id=self.record_id,
            rule=self.rule,
            tier=self.tier,
            confidence=self.confidence,
            at=self.at,
        )

    @property
    def rank(self) -> tuple[Decimal, int, str]:
        """Sort key: the surest statement first, then the earliest, then by id."""
        sureness = Decimal(self.confidence) if self.confidence else Decimal(0)
        return -sureness, LATEST if self.at is None else self.at, self.record_id


@dataclass(slots=True)
class _Gathered:
    edge: Edge
    rank: tuple[object, ...]
    records: set[str]


class Collector:
    """Nodes and relationships of one projection, each once."""

    def __init__(self) -> None:
        self._nodes: dict[NodeRef, Properties] = {}
        self._edges: dict[Place, _Gathered] = {}

    def __contains__(self, ref: NodeRef) -> bool:
        return ref in self._nodes

    def node(self, label: str, key: str, **properties: Value | None) -> NodeRef:
        """Add a node, or properties to one; of two different values the lower stays."""
        ref = NodeRef(label, key)
        known = self._nodes.setdefault(ref, {"key": key})
        for name, value in present(**properties).items():
            known[name] = min(known.get(name, value), value, key=str)
        return ref

    def replace(self, ref: NodeRef, properties: Properties) -> None:
        """Set all properties of a node but its key."""
        self._nodes[ref] = {"key": ref.key, **properties}

    def overlay(self, ref: NodeRef, properties: Properties) -> None:
        """Set some properties of a node over those it has."""
        self._nodes[ref].update(properties)

    def edge(
        self,
        kind: str,
        source: NodeRef,
        target: NodeRef,
        statement: Statement,
        *,
        part: tuple[object, ...] = (),
        weight: int = 0,
        **properties: Value | None,
    ) -> None:
        """Add a relationship; those of one kind, ends and ``part`` become one.

        Of these the one with the highest ``weight`` stays, then the surest, the
        earliest, the lowest record id; ``n_records`` says how many records agree.
        """
        rank = (-weight, *statement.rank)
        place = (kind, source, target, *part)
        values = {**statement.properties(), **present(**properties)}
        edge = Edge(kind, source, target, values)
        known = self._edges.setdefault(place, _Gathered(edge, rank, set()))
        known.records.add(statement.record_id)
        if rank < known.rank or (rank == known.rank and _stands_before(values, known.edge)):
            known.rank, known.edge = rank, edge

    def nodes(self, label: str) -> list[Properties]:
        """Return the nodes of one label by key, checked against the model."""
        rows = [props for ref, props in self._nodes.items() if ref.label == label]
        for properties in rows:
            if folded := folded_of(label, properties):
                properties["folded"] = folded
            check_node(label, properties)
        return sorted(rows, key=lambda properties: str(properties["key"]))

    def edges(self) -> Iterator[Edge]:
        """Yield every relationship in one total order, checked against the model."""
        for place in sorted(self._edges, key=_order_of):
            gathered = self._edges[place]
            gathered.edge.properties["n_records"] = len(gathered.records)
            check_edge(gathered.edge)
            yield gathered.edge


def present(**properties: Value | None) -> Properties:
    """Return the properties that are there: an absent one is no property."""
    return {name: value for name, value in properties.items() if value is not None}


def milliseconds(moment: datetime | None) -> int | None:
    """Return the whole milliseconds since 1970-01-01T00:00:00Z, rounded down."""
    if moment is None:
        return None
    seconds = int(moment.replace(microsecond=0).timestamp())
    return seconds * 1000 + moment.microsecond // 1000


def statement_of(record_id: str, record: Derived, tier: str) -> Statement:
    """Return the statement that a derived record makes in one tier."""
    return Statement(
        record_id,
        record.method.rule,
        tier,
        format(record.confidence, "f"),
        milliseconds(record.observed_at),
    )


def _stands_before(values: Properties, edge: Edge) -> bool:
    """Decide between two sets of properties that nothing else tells apart."""
    return values != edge.properties and str(sorted(values.items())) < str(
        sorted(edge.properties.items())
    )


def _order_of(place: Place) -> tuple[Any, ...]:
    kind, source, target, *part = place
    return (kind, source.label, target.label, source.key, target.key, *part)
