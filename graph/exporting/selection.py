# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which nodes and relationships go into a file: all, or those around some nodes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from graph.model import EDGES, NODES, Edge, NodeRef, Properties
from vestigo.errors import UsageError
from vestigo.i18n import _

# Nearly everything hangs on these: a way through one of them says nothing about its ends.
HUBS = frozenset({"Exhibit", "Market", "Service", "Substance", "Tag"})


class Elements(Protocol):
    """What a selection is made from: the reading part of a ``GraphStore``."""

    def nodes(self, label: str) -> Iterator[Properties]:
        """Yield the nodes of one label."""
        ...

    def edges(self, kind: str) -> Iterator[Edge]:
        """Yield the relationships of one type."""
        ...


@dataclass(frozen=True, slots=True)
class Selection:
    """Nodes by reference and relationships, both in one total order.

    ``n_nodes`` and ``n_edges`` count the whole graph that they were taken from.
    """

    nodes: dict[NodeRef, Properties]
    edges: tuple[Edge, ...]
    n_nodes: int
    n_edges: int

    def only(self, refs: Collection[NodeRef], kinds: Collection[str] | None = None) -> Selection:
        """Return the part with these nodes and the relationships (of ``kinds``) between them."""
        kept = {ref: properties for ref, properties in self.nodes.items() if ref in refs}
        edges = tuple(
            edge
            for edge in self.edges
            if edge.source in kept and edge.target in kept and (kinds is None or edge.kind in kinds)
        )
        return replace(self, nodes=kept, edges=edges)

    def without(self, labels: Collection[str]) -> Selection:
        """Return the part without the nodes of some labels."""
        return self.only({ref for ref in self.nodes if ref.label not in labels})

    def around(self, centres: Sequence[NodeRef], n_hops: int) -> Selection:
        """Return what lies at most ``n_hops`` relationships from ``centres``.

        Markets, services, substances, tags and exhibits are reached and not crossed,
        unless they are a centre themselves.
        """
        reached = set(centres)
        near: dict[NodeRef, set[NodeRef]] = {}
        for edge in self.edges:
            near.setdefault(edge.source, set()).add(edge.target)
            near.setdefault(edge.target, set()).add(edge.source)
        fringe = reached
        for hop in range(n_hops):
            if hop:
                fringe = {ref for ref in fringe if ref.label not in HUBS}
            fringe = {other for ref in fringe for other in near.get(ref, ())} - reached
            reached |= fringe
        return self.only(reached)

    def find(self, text: str) -> NodeRef:
        """Return the node that ``text`` names: its key, or ``Label:key``.

        Raises ``UsageError`` E-GRA-040 when there is none, E-GRA-041 when there are several.
        """
        label, _colon, key = text.partition(":")
        exact = NodeRef(label, key)
        if exact in self.nodes:
            return exact
        found = [NodeRef(name, text) for name in sorted(NODES) if NodeRef(name, text) in self.nodes]
        if not found:
            raise UsageError(
                "E-GRA-040",
                _("Nothing in the graph has this key."),
                where=text,
                remedy=_("Give a key as “vestigo graph query” shows it, or Label:key."),
            )
        if len(found) > 1:
            names = ", ".join(f"{ref.label}:{ref.key}" for ref in found)
            raise UsageError(
                "E-GRA-041",
                _("Several nodes have this key: {names}.").format(names=names),
                where=text,
                remedy=_("Write the label before it: Label:key."),
            )
        return found[0]


def whole(store: Elements) -> Selection:
    """Return everything that the graph holds."""
    nodes = {
        NodeRef(label, str(node["key"])): node
        for label in sorted(NODES)
        for node in sorted(store.nodes(label), key=lambda node: str(node["key"]))
    }
    edges = sorted((edge for kind in EDGES for edge in store.edges(kind)), key=_order_of)
    return Selection(nodes, tuple(edges), len(nodes), len(edges))


def _order_of(edge: Edge) -> tuple[str, ...]:
    ends = (edge.source.label, edge.source.key, edge.target.label, edge.target.key)
    return (edge.kind, *ends, json.dumps(edge.properties, sort_keys=True))
