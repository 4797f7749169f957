# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one record says about the graph: its contributions to nodes and relationships.

A contribution is a piece of plain JSON that belongs to one *element*: a node, or all
relationships of one type between two nodes.  ``graph.projecting.reducing`` makes the
element from the contributions of all records, whatever their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from graph.compact import compact_json as write_json
from graph.model import Edge, NodeRef, Properties, Value
from vestigo.records import Derived

LATEST = 2**62

# ("node", label, key) or ("edge", type, source label, source key, target label, target key)
Place = tuple[str, ...]
Ranked = tuple[tuple[Any, ...], Properties, set[str]]


class Behind(NamedTuple):
    """A piece of evidence behind a record, and the records on the way to it."""

    label: str
    key: str
    via: tuple[str, ...]


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
    def rank(self) -> tuple[int, int, str]:
        """Sort key: the surest statement first, then the earliest, then by id."""
        sureness = int(self.confidence.replace(".", "")) if self.confidence else 0
        return -sureness, LATEST if self.at is None else self.at, self.record_id


@dataclass(slots=True)
class Draft:
    """Gathers the contributions of one record; ``behind`` is the evidence that it rests on."""

    record_id: str
    behind: Sequence[Behind] = ()
    _nodes: dict[NodeRef, Properties] = field(default_factory=dict)
    _edges: dict[tuple[Place, tuple[Any, ...]], Ranked] = field(default_factory=dict)
    _others: list[tuple[Place, str]] = field(default_factory=list)

    def node(self, label: str, key: str, **properties: Value | None) -> NodeRef:
        """Say that there is a node; of two different values of a property the lower stays."""
        ref = NodeRef(label, key)
        known = self._nodes.setdefault(ref, {})
        for name, value in properties.items():
            if value is not None:
                known[name] = min(known.get(name, value), value, key=str)
        return ref

    def seen(self, ref: NodeRef, moment: int | None, stamp: str, properties: Properties) -> None:
        """Say what a capture at ``moment`` (ms) shows of a node; the newest one stands.

        ``stamp`` sorts as the exact time does.
        """
        pages = [one.key for one in self.behind if one.label == "Exhibit"]
        self._say(ref, {"seen": [stamp, self.record_id, moment, pages], "says": properties})

    def detail(self, ref: NodeRef, subject: str, rank: Sequence[Any], **values: Value) -> None:
        """Say more about a node for as long as the record ``subject`` is of its newest capture.

        Of several details the one with the lowest ``rank`` gives a property.
        """
        self._say(ref, {"of": subject, "rank": [*rank, self.record_id], "says": values})

    def describe(self, ref: NodeRef, properties: Properties) -> None:
        """Give properties to a node that only others can make exist."""
        self._say(ref, {"describes": properties})

    def remark(self, ref: NodeRef, name: str, rank: Sequence[Any], value: Any) -> None:
        """Set a property over what is seen; it does not make the node exist."""
        self._say(ref, {"remark": name, "rank": [*rank, self.record_id], "value": value})

    def _say(self, ref: NodeRef, what: dict[str, Any]) -> None:
        self._others.append((("node", ref.label, ref.key), write_json(what)))

    def edge(
        self,
        kind: str,
        source: NodeRef,
        target: NodeRef,
        statement: Statement,
        part: tuple[object, ...] = (),
        weight: int = 0,
        **properties: Value | None,
    ) -> None:
        """Add a relationship; those of one kind, ends and ``part`` become one.

        Of these the one with the highest ``weight`` stays, then the surest, the
        earliest, the lowest record id; ``n_records`` says how many records agree.
        """
        place = ("edge", kind, source.label, source.key, target.label, target.key)
        rank = (-weight, *statement.rank)
        values = {**statement.properties(), **present(**properties)}
        known = self._edges.get((place, part))
        if known is None:
            self._edges[place, part] = (rank, values, {statement.record_id})
            return
        known[2].add(statement.record_id)
        if rank < known[0] or (rank == known[0] and write_json(values) < write_json(known[1])):
            self._edges[place, part] = (rank, values, known[2])

    def claim(
        self,
        ref: NodeRef,
        statement: Statement,
        states: str,
        behind: Sequence[Behind] | None = None,
        said: Properties | None = None,
    ) -> None:
        """Join ``ref`` to every piece of evidence behind this record, or to that of ``behind``.

        ``said`` are words of the record that a later one may replace on the node.
        """
        for evidence in self.behind if behind is None else behind:
            target = NodeRef(evidence.label, evidence.key)
            if target == ref:
                continue
            if evidence.label == "Tag":
                self.node("Tag", evidence.key)
            words: dict[str, Value | None] = {**(said or {})}
            self.edge("SHOWN_BY", ref, target, statement, (statement.record_id,), 0,
                      states=states, via=list(evidence.via), **words)  # fmt: skip

    def contributions(self) -> Iterator[tuple[Place, str]]:
        """Yield every contribution as an element and a canonical text."""
        for ref, properties in self._nodes.items():
            yield ("node", ref.label, ref.key), write_json({"is": properties})
        for (place, part), (rank, values, ids) in self._edges.items():
            said = {"part": part, "rank": rank, "says": values, "ids": sorted(ids)}
            yield place, write_json(said)
        yield from self._others


def present(**properties: Value | None) -> Properties:
    """Return the properties that are there: an absent one is no property."""
    return {name: value for name, value in properties.items() if value is not None}


def milliseconds(moment: datetime | None) -> int | None:
    """Return the whole milliseconds since 1970-01-01T00:00:00Z, rounded down."""
    if moment is None:
        return None
    seconds = int(moment.replace(microsecond=0).timestamp())
    return seconds * 1000 + moment.microsecond // 1000


def stamp_of(moment: datetime | None) -> str:
    """Return a text that sorts as the exact moment does; an unknown one comes first."""
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%f")


def statement_of(record_id: str, record: Derived, tier: str) -> Statement:
    """Return the statement that a derived record makes in one tier."""
    return Statement(
        record_id,
        record.method.rule,
        tier,
        format(record.confidence, "f"),
        milliseconds(record.observed_at),
    )


class Collector:
    """Every node and relationship of a small projection in memory, each once, in one order."""

    def __init__(
        self, nodes: Mapping[NodeRef, Properties] | None = None, edges: Iterable[Edge] = ()
    ) -> None:
        self._nodes = dict(nodes or {})
        self._edges = sorted(edges, key=_order_of)

    def __contains__(self, ref: NodeRef) -> bool:
        return ref in self._nodes

    def nodes(self, label: str) -> list[Properties]:
        """Return the nodes of one label by key."""
        rows = [props for ref, props in self._nodes.items() if ref.label == label]
        return sorted(rows, key=lambda properties: str(properties["key"]))

    def edges(self) -> Iterator[Edge]:
        """Yield every relationship in one total order."""
        yield from self._edges


def _order_of(edge: Edge) -> tuple[str, str, str, str, str]:
    source, target = edge.source, edge.target
    return (edge.kind, source.label, target.label, source.key, target.key)
