# SPDX-License-Identifier: AGPL-3.0-or-later
"""One digest of a whole graph, the same on every engine.

Each node and each relationship is written as one line of canonical JSON; the digest
is the SHA-256 of the sorted SHA-256 digests of the lines.  Parallel relationships
count as often as they are there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from graph.compact import compact_json
from graph.model import EDGES, NODES, Edge, Properties
from graph.store import GraphStore

DIGEST: Final = 32

# The names of the model are ASCII and its numbers whole, so that sorting by code point
# and writing integers as they stand is what RFC 8785 asks for (a test compares).


class Digest:
    """Takes nodes and relationships in any order."""

    def __init__(self) -> None:
        self._lines = bytearray()

    def add_nodes(self, label: str, nodes: Iterable[Properties]) -> None:
        """Add the nodes of one label."""
        for node in nodes:
            self._lines += hashlib.sha256(node_line(label, node)).digest()

    def add_edges(self, edges: Iterable[Edge]) -> None:
        """Add relationships."""
        for edge in edges:
            self._lines += hashlib.sha256(edge_line(edge)).digest()

    def hexdigest(self) -> str:
        """Return the digest of all that was added (lower hex)."""
        return digest_of(self._lines)


def digest_of(lines: bytes | bytearray) -> str:
    """Return the digest of the SHA-256 digests of lines, joined in any order."""
    ordered = np.frombuffer(bytes(lines), dtype=f"S{DIGEST}").copy()
    ordered.sort()
    return hashlib.sha256(ordered.tobytes()).hexdigest()


def node_line(label: str, properties: Properties) -> bytes:
    """Return the canonical line of a node."""
    return compact_json(["node", label, properties]).encode("utf-8")


def edge_line(edge: Edge) -> bytes:
    """Return the canonical line of a relationship."""
    source = [edge.source.label, edge.source.key]
    target = [edge.target.label, edge.target.key]
    return compact_json(["edge", edge.kind, source, target, edge.properties]).encode("utf-8")


def canonical(store: GraphStore) -> str:
    """Return the digest of everything in ``store``."""
    digest = Digest()
    for label in sorted(NODES):
        digest.add_nodes(label, store.nodes(label))
    for kind in sorted(EDGES):
        digest.add_edges(store.edges(kind))
    return digest.hexdigest()


def lines(store: GraphStore) -> Iterator[bytes]:
    """Yield the canonical lines of a graph, sorted (to see where two differ)."""
    found = [node_line(label, node) for label in NODES for node in store.nodes(label)]
    found.extend(edge_line(edge) for kind in EDGES for edge in store.edges(kind))
    yield from sorted(found)
