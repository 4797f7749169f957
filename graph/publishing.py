# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes the elements of a state file into a graph: all of them, or those that changed.

State and graph carry the same name and generation.  The state notes the generation that
it is about to write before the first byte goes out, and what was written after the graph
has it: whatever dies in between, the next look at both tells which of the two it was.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graph.canonical import DIGEST, digest_of, edge_line, node_line
from graph.model import MODEL_VERSION, Edge, Properties
from graph.projecting.collector import Place
from graph.projecting.evaluating import PROJECTORS
from graph.projecting.reducing import edges_of, node_of
from graph.projecting.state import N_NODE_SHAPES, SHAPES, State
from graph.projecting.wording import WORDED_SHAPES, Wording, words_of
from graph.store import GraphStore, Summary

BATCH = 2000
ALL = "SELECT id, place, digests FROM elements WHERE shape = ? AND id > ? ORDER BY id LIMIT ?"
DIRTY = ALL.replace("shape = ?", "dirty = 1 AND shape = ?")


@dataclass(frozen=True, slots=True)
class Element:
    """One element as it is now, and the digests of its lines when it was last written."""

    id: int
    place: Place
    node: Properties | None
    edges: tuple[Edge, ...]
    before: bytes

    @property
    def digests(self) -> bytes:
        """Return the digest of every line, joined."""
        lines = [edge_line(edge) for edge in self.edges]
        if self.node is not None:
            lines.append(node_line(self.place[1], self.node))
        return b"".join(sorted(hashlib.sha256(line).digest() for line in lines))


class Publisher:
    """Publishes one state; ``on_batch`` is told of every batch that the engine has taken."""

    def __init__(self, state: State, on_batch: Callable[[int], None]) -> None:
        self._state = state
        self._on_batch = on_batch
        self._wording = Wording(self._buyers().__contains__)

    def _buyers(self) -> set[str]:
        """Return the names that are masked: of buyers, but of no vendor."""
        named: list[set[str]] = []
        for cell in ("buyers", "sellers"):
            query = "SELECT DISTINCT fact FROM facts WHERE cell = ?"
            rows = self._state.db.execute(query, (self._state.digest(cell),))
            named.append({json.loads(fact) for (fact,) in rows})
        return named[0] - named[1]

    def n_changed(self) -> int:
        """Return how many elements may be other than they were written."""
        query = "SELECT count(*) FROM elements WHERE dirty = 1"
        return int(self._state.db.execute(query).fetchone()[0])

    def mostly_changed(self) -> bool:
        """Return whether writing everything is less work than writing the changes."""
        n = int(self._state.db.execute("SELECT count(*) FROM elements").fetchone()[0])
        return 2 * self.n_changed() > max(n, BATCH)

    def everything(self, store: GraphStore) -> int:
        """Write every element into an empty graph, between ``begin`` and ``commit``.

        Return how many there are.  What is noted on the way counts only once the graph
        is committed: until then the state says that all of it is being written.
        """
        n = 0
        self._state.db.execute("PRAGMA synchronous=NORMAL")
        for shape in range(len(SHAPES)):
            for elements in self._resolved(ALL, shape):
                self._create(store, shape, elements)
                with self._state.transaction():
                    self._note(elements)
                n += len(elements)
                self._on_batch(sum(map(_size, elements)))
        self._state.db.execute("PRAGMA synchronous=FULL")
        return n

    def changes(self, store: GraphStore, *, blindly: bool) -> int:
        """Write and note what changed, between ``begin_update`` and ``commit``.

        Return how many elements were written.  ``blindly`` writes also what seems to be
        as it was: after an update that was broken off the graph may hold something
        newer than the state noted.
        """
        n = 0
        for shape in range(len(SHAPES)):
            for elements in self._resolved(DIRTY, shape):
                changed = [one for one in elements if blindly or one.digests != one.before]
                self._replace(store, shape, changed)
                self._note(elements)
                n += len(changed)
                self._on_batch(sum(map(_size, changed)))
        return n

    def settle(self) -> None:
        """Note that everything is written as it is now; what is no more is forgotten."""
        with self._state.transaction():
            for shape in range(len(SHAPES)):
                for elements in self._resolved(DIRTY, shape):
                    self._note(elements)
            self._state.put(published=self._state.get("generation"))

    def mark_reworded(self) -> None:
        """Mark every text that holds a word that became, or is no longer, a buyer's name."""
        words = {row[0] for row in self._state.db.execute("SELECT word FROM words")}
        if not words:
            return
        shapes = [SHAPES.index(shape) for shape in WORDED_SHAPES]
        query = (
            "SELECT e.id, c.said FROM elements e JOIN contributions c ON c.element = e.id "
            "WHERE e.dirty = 0 AND e.shape IN ({})"
        )
        found = {one for one, said in self._state.rows(query, shapes) if words & _words_in(said)}
        with self._state.transaction():
            self._state.db.executemany(
                "UPDATE elements SET dirty = 1 WHERE id = ?", [(one,) for one in sorted(found)]
            )
            self._state.db.execute("DELETE FROM words")

    def resolved(self) -> Iterator[Element]:
        """Yield every element as it is now."""
        for shape in range(len(SHAPES)):
            for elements in self._resolved(ALL, shape):
                yield from elements

    def _resolved(self, query: str, shape: int) -> Iterator[list[Element]]:
        last = -(2**63)
        while rows := self._state.db.execute(query, (shape, last, BATCH)).fetchall():
            last = rows[-1][0]
            said: dict[int, list[str]] = defaultdict(list)
            contributions = "SELECT element, said FROM contributions WHERE element IN ({})"
            for element, text in self._state.rows(contributions, [row[0] for row in rows]):
                said[element].append(text)
            yield [self._element(row, said.get(row[0], ())) for row in rows]

    def _element(self, row: tuple[int, str, bytes], said: Sequence[str]) -> Element:
        number, text, before = row
        place: Place = tuple(json.loads(text))
        if place[0] == "node":
            node = node_of(place, said, self._wording)
            return Element(number, place, node, (), before)
        return Element(number, place, None, tuple(edges_of(place, said, self._wording)), before)

    def _note(self, elements: Iterable[Element]) -> None:
        """Note the digests of what is written; forget elements that nothing makes any more."""
        there = [one for one in elements if one.node is not None or one.edges]
        empty = [(one.id,) for one in elements if one.node is None and not one.edges]
        database = self._state.db
        database.executemany(
            "UPDATE elements SET dirty = 0, digests = ? WHERE id = ?",
            [(one.digests, one.id) for one in there],
        )
        # a node that only remarks speak of is kept for the day when something makes it exist
        database.executemany("UPDATE elements SET dirty = 0, digests = x'' WHERE id = ?", empty)
        database.executemany(
            "DELETE FROM elements WHERE id = ? AND NOT EXISTS "
            "(SELECT 1 FROM contributions WHERE element = elements.id)",
            empty,
        )

    def _create(self, store: GraphStore, shape: int, elements: Sequence[Element]) -> None:
        if shape < N_NODE_SHAPES:
            nodes = [one.node for one in elements if one.node is not None]
            if nodes:
                store.write_nodes(SHAPES[shape][0], nodes)
        else:
            edges = [_row(edge) for one in elements for edge in one.edges]
            kind, source, target = SHAPES[shape]
            for start in range(0, len(edges), BATCH):
                store.write_edges(kind, (source, target), edges[start : start + BATCH])

    def _replace(self, store: GraphStore, shape: int, elements: Sequence[Element]) -> None:
        if not elements:
            return
        if shape < N_NODE_SHAPES:
            label = SHAPES[shape][0]
            there = [one.node for one in elements if one.node is not None]
            gone = [one.place[2] for one in elements if one.node is None]
            if gone:
                store.remove_nodes(label, gone)
            if there:
                store.put_nodes(label, there)
            return
        kind, source, target = SHAPES[shape]
        pairs = [{"source": one.place[3], "target": one.place[5]} for one in elements]
        store.remove_edges(kind, (source, target), pairs)
        self._create(store, shape, elements)

    def n_records(self) -> int:
        """Return how many of the records that the projection reads stand."""
        query = "SELECT count(*) FROM records WHERE stands = 1 AND kind IN ({})"
        return sum(row[0] for row in self._state.rows(query, sorted(PROJECTORS)))

    def summary(self) -> Summary:
        """Return what the graph is marked with: its digest, its counts, what it rests on."""
        lines, counts = bytearray(), [0, 0]
        for shape, digests in self._state.db.execute("SELECT shape, digests FROM elements"):
            lines += digests
            counts[shape >= N_NODE_SHAPES] += len(digests) // DIGEST
        return {
            "model": MODEL_VERSION,
            "state": self._state.get("id"),
            "generation": int(self._state.get("generation")),
            "ledger_entries": int(self._state.get("seq")),
            "ledger_head": self._state.get("entry_sha256"),
            "n_records": self.n_records(),
            "n_nodes": counts[0],
            "n_relationships": counts[1],
            "canonical_sha256": digest_of(lines),
        }


def _words_in(said: str) -> set[str]:
    says = json.loads(said).get("says", {})
    return words_of(" ".join(str(says.get(name, "")) for name in ("name", "text", "said")))


def _size(element: Element) -> int:
    return len(element.edges) + (element.node is not None)


def _row(edge: Edge) -> dict[str, Any]:
    return {"source": edge.source.key, "target": edge.target.key, "properties": edge.properties}
