# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a record may ask about other records while it is projected; every answer is noted.

The notes say which records must be projected again when an answer changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from graph.model import NodeRef
from graph.projecting.collector import Behind
from vestigo.records import Record


class Standing(NamedTuple):
    """What is known of a record: whether it stands, its evidence, and what it passes on.

    ``passes`` is plain JSON for the records that name this one (its node, its vendor).
    """

    record_id: str
    kind: str
    stands: bool
    behind: tuple[Behind, ...]
    passes: dict[str, Any]


class Known(Protocol):
    """Where the answers come from."""

    def standing(self, record_id: str) -> Standing | None:
        """Return what is known of a record id, None where the id is unknown."""
        ...

    def facts(self, cell: str) -> list[Any]:
        """Return the facts that records declared under a name, in one order."""
        ...

    def exists(self, ref: NodeRef) -> bool:
        """Return whether a node is there."""
        ...

    def record(self, record_id: str) -> Record | None:
        """Return a record by its id, None where it is not at hand."""
        ...


@dataclass(slots=True)
class Lookups:
    """Asks on behalf of one record; ``cells`` are the names of the answers it depends on."""

    known: Known
    cells: set[str] = field(default_factory=set)
    declared: list[tuple[str, Any]] = field(default_factory=list)

    def standing(self, name: str) -> Standing | None:
        """Return the record that a record id, capture id or transaction id names, if it stands.

        Of several transactions of one id that with the lowest record id answers.
        """
        self.cells.add(record_cell(name))
        found = self.known.standing(name)
        if found is not None and found.stands:
            return found
        for record_id in self.facts(f"name:{name}"):
            self.cells.add(record_cell(record_id))
            found = self.known.standing(record_id)
            if found is not None and found.stands:
                return found
        return None

    def record(self, name: str) -> Record | None:
        """Return a record that stands, by its id."""
        found = self.standing(name)
        return None if found is None else self.known.record(found.record_id)

    def facts(self, cell: str) -> list[Any]:
        """Return what standing records declared under ``cell``, in one order."""
        self.cells.add(cell)
        return self.known.facts(cell)

    def exists(self, ref: NodeRef) -> bool:
        """Return whether a node is in the graph."""
        self.cells.add(node_cell(ref))
        return self.known.exists(ref)

    def declare(self, cell: str, fact: Any) -> None:
        """Make a fact (plain JSON) known under ``cell`` for as long as this record stands."""
        self.declared.append((cell, fact))


def record_cell(name: str) -> str:
    """Return the name of the answer about a record."""
    return f"record:{name}"


def node_cell(ref: NodeRef) -> str:
    """Return the name of the answer about a node's being there."""
    return f"node:{ref.label}:{ref.key}"


def behind_sources(lookups: Lookups, sources: tuple[str, ...]) -> Iterator[Behind]:
    """Yield each piece of evidence behind ``sources``: by the fewest records, then by id."""
    best: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}
    for name in sources:
        found = lookups.standing(name)
        if found is None:
            continue
        for label, key, via in found.behind:
            # what is evidence itself is not a step on the way to itself
            way = via if _is_evidence(found) else (found.record_id, *via)
            rank = (len(way), way)
            if (label, key) not in best or rank < best[label, key]:
                best[label, key] = rank
    for (label, key), (_n, way) in sorted(best.items()):
        yield Behind(label, key, way)


def _is_evidence(found: Standing) -> bool:
    return "evidence" in found.passes


Projector = Callable[..., dict[str, Any]]
