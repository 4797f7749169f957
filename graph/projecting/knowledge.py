# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one batch knows: the state file, with what the batch has changed laid over it."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from graph.compact import compact_json as write_json
from graph.model import NodeRef
from graph.projecting.collector import Behind, Place
from graph.projecting.evaluating import RETRACTED, Evaluation
from graph.projecting.lookups import Standing, node_cell, record_cell
from graph.projecting.reading import RecordHistory
from graph.projecting.state import NUMBERS, State, place_text, shape_of
from vestigo.records import Record, record_from_body
from vestigo.store import LedgerEntry

# The contributions of all personas together: they belong to no one record.
PERSONAS = 0
# Nodes whose being there others ask about.
ASKED = ("Address", "CashOutPoint", "Listing", "VendorAccount")
HANDLES = ("buyers", "sellers")

UPSERT_ELEMENT = """
INSERT INTO elements (id, shape, place) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET dirty = 1 WHERE dirty = 0"""
UPSERT_SAID = """
INSERT INTO contributions VALUES (?, ?, ?, ?)
ON CONFLICT (element, hash) DO UPDATE SET n = n + excluded.n"""
STORE_RECORD = """
UPDATE records SET stands = ?, behind = ?, passes = ?, made = ?, declared = ? WHERE rid = ?"""
# what makes a node exist begins like this (see Draft): what is named, what is seen
WHO_EXISTS = """
SELECT e.id, e.place, e.alive, EXISTS (
    SELECT 1 FROM contributions c
    WHERE c.element = e.id AND substr(c.said, 1, 6) IN ('{"is":', '{"says')
) FROM elements e WHERE e.shape IN (SHAPES) AND e.id IN ({})""".replace(
    "SHAPES", ",".join(str(NUMBERS[label,]) for label in ASKED)
)

Key = tuple[int, int]
Fact = tuple[str, str]


class Knowledge:
    """Answers lookups; ``store`` takes the outcome of a record, ``flush`` writes it down."""

    def __init__(self, state: State, history: RecordHistory) -> None:
        self._state = state
        self._history = history
        self._bodies: dict[str, bytes | None] = {}
        self._names: dict[int, tuple[str, str]] = {}
        self._standing: dict[str, Standing | None] = {}
        self._made: dict[int, tuple[set[Key], set[Fact]]] = {}
        self._rows: dict[int, tuple[Any, ...]] = {}
        self._reads: set[tuple[int, int]] = set()
        self._said: dict[Key, tuple[Place, str]] = {}
        self._counts: Counter[Key] = Counter()
        self._facts: dict[str, Counter[tuple[str, int]]] = {}
        self._retracted: set[str] | None = None
        self._taken_back: set[str] = set()
        self._digests: dict[Place, int] = {}

    def remember(self, entries: Iterable[LedgerEntry]) -> None:
        """Keep the bodies of new entries at hand; they contributed nothing yet."""
        for one in entries:
            self._bodies[one.record_id] = one.body
            self._names[one.seq] = (one.record_id, one.kind)
            self._standing[one.record_id] = Standing(one.record_id, one.kind, False, (), {})
            self._made[one.seq] = (set(), set())

    def named(self, rid: int) -> tuple[str, str]:
        """Return the record id and kind of one entry."""
        if rid not in self._names:
            query = "SELECT id, kind FROM records WHERE rid = ?"
            self._names[rid] = self._state.db.execute(query, (rid,)).fetchone()
        return self._names[rid]

    def body(self, record_id: str) -> dict[str, Any] | None:
        """Return the plain body of a record, None where it is not there (any more)."""
        if record_id not in self._bodies:
            self._bodies[record_id] = self._history.body_of(record_id)
        text = self._bodies[record_id]
        return None if text is None else json.loads(text)

    def is_retracted(self, record_id: str) -> bool:
        """Return whether a retraction that is there takes the record back."""
        if self._retracted is None:
            self._retracted = set(self.facts(RETRACTED))
        return record_id in self._retracted

    def record(self, record_id: str) -> Record | None:
        """Return a record by its id."""
        body = self.body(record_id)
        return None if body is None else record_from_body(body)

    def standing(self, record_id: str) -> Standing | None:
        """Return what is known of a record id."""
        if record_id not in self._standing:
            query = "SELECT kind, stands, behind, passes FROM records WHERE id = ?"
            row = self._state.db.execute(query, (record_id,)).fetchone()
            self._standing[record_id] = None if row is None else _standing(record_id, row)
        return self._standing[record_id]

    def facts(self, cell: str) -> list[Any]:
        """Return what records declared under a name, each fact once, in one order."""
        query = "SELECT fact, rid FROM facts WHERE cell = ?"
        found = set(self._state.db.execute(query, (self._state.digest(cell),)))
        for fact, change in self._facts.get(cell, {}).items():
            if change > 0:
                found.add(fact)
            elif change < 0:
                found.discard(fact)
        return [json.loads(text) for text in sorted({text for text, _rid in found})]

    def exists(self, ref: NodeRef) -> bool:
        """Return whether a node was there when the round began."""
        element = self._state.digest(place_text(("node", ref.label, ref.key)))
        query = "SELECT alive FROM elements WHERE id = ?"
        row = self._state.db.execute(query, (element,)).fetchone()
        return row is not None and row[0] == 1

    def store(self, rid: int, made: Evaluation) -> Iterator[str]:
        """Take the outcome of a record; yield the name of each answer that it changes."""
        said_before, facts_before = self._before(rid)
        said = self._take(made.said, said_before)
        for key in said_before - said:
            self._counts[key] -= 1
        facts = {(cell, write_json(fact)) for cell, fact in made.declared}
        for (cell, text), change in _changes(facts_before, facts):
            self._facts.setdefault(cell, Counter())[text, rid] += change
            if cell == RETRACTED:
                self._retracted = None
                self._taken_back.add(json.loads(text))
            yield cell
        self._made[rid] = (said, facts)
        self._reads.update((self._state.digest(cell), rid) for cell in made.cells)
        self._rows[rid] = (
            int(made.stands), write_json(made.behind), write_json(made.passes),
            _packed(said), write_json(sorted(facts)), rid,
        )  # fmt: skip
        if rid != PERSONAS:
            yield from self._stand(rid, made)

    def _stand(self, rid: int, made: Evaluation) -> Iterator[str]:
        record_id, kind = self.named(rid)
        now = Standing(record_id, kind, made.stands, made.behind, made.passes)
        if self.standing(record_id) != now:
            self._standing[record_id] = now
            yield record_cell(record_id)

    def _take(self, said: Iterable[tuple[Place, str]], before: set[Key]) -> set[Key]:
        digest, keys = self._state.digest, set()
        for place, text in said:
            if place not in self._digests:
                self._digests[place] = digest(place_text(place))
            key = (self._digests[place], digest(text))
            if key not in keys and key not in before:
                self._said[key] = (place, text)
                self._counts[key] += 1
            keys.add(key)
        return keys

    def _before(self, rid: int) -> tuple[set[Key], set[Fact]]:
        if rid not in self._made:
            query = "SELECT made, declared FROM records WHERE rid = ?"
            made, declared = self._state.db.execute(query, (rid,)).fetchone()
            facts = {(cell, text) for cell, text in json.loads(declared)}
            self._made[rid] = (_unpacked(made), facts)
        return self._made[rid]

    def flush(self) -> list[str]:
        """Write everything down; return the names of nodes that came or went."""
        database = self._state.db
        database.executemany(STORE_RECORD, [self._rows[rid] for rid in sorted(self._rows)])
        database.executemany("INSERT OR IGNORE INTO reads VALUES (?, ?)", sorted(self._reads))
        self._flush_facts()
        touched = self._flush_said()
        self._rows, self._reads, self._said = {}, set(), {}
        self._counts, self._facts = Counter(), {}
        return self._transitions(touched)

    def taken_back(self) -> set[int]:
        """Return the records whose retraction came or went since this was asked last."""
        query = "SELECT rid FROM records WHERE id IN ({})"
        found = {rid for (rid,) in self._state.rows(query, sorted(self._taken_back))}
        self._taken_back = set()
        return found

    def _flush_facts(self) -> None:
        digest = self._state.digest
        words: set[tuple[str]] = set()
        added: list[tuple[int, str, int]] = []
        removed: list[tuple[int, str, int]] = []
        for cell, changes in self._facts.items():
            if cell in HANDLES:
                words.update((json.loads(text),) for text, _rid in changes)
            for (text, rid), change in changes.items():
                if change:
                    (added if change > 0 else removed).append((digest(cell), text, rid))
        database = self._state.db
        database.executemany("INSERT OR IGNORE INTO facts VALUES (?, ?, ?)", sorted(added))
        database.executemany(
            "DELETE FROM facts WHERE cell = ? AND fact = ? AND rid = ?", sorted(removed)
        )
        database.executemany("INSERT OR IGNORE INTO words VALUES (?)", sorted(words))

    def _flush_said(self) -> set[int]:
        more = sorted(key for key, n in self._counts.items() if n > 0)
        fewer = sorted(key for key, n in self._counts.items() if n < 0)
        places = {key[0]: self._said[key][0] for key in more}
        database = self._state.db
        database.executemany(
            UPSERT_ELEMENT,
            [(one, shape_of(places[one]), place_text(places[one])) for one in sorted(places)],
        )
        database.executemany(
            UPSERT_SAID, [(*key, self._counts[key], self._said[key][1]) for key in more]
        )
        less = [(self._counts[key], *key) for key in fewer]
        database.executemany(
            "UPDATE contributions SET n = n + ? WHERE element = ? AND hash = ?", less
        )
        database.executemany(
            "DELETE FROM contributions WHERE element = ? AND hash = ? AND n <= 0", fewer
        )
        lost = sorted({element for element, _hash in fewer})
        database.executemany("UPDATE elements SET dirty = 1 WHERE id = ?", [(e,) for e in lost])
        return {*places, *lost}

    def _transitions(self, touched: set[int]) -> list[str]:
        changed, cells = [], []
        for element, place, alive, exists in self._state.rows(WHO_EXISTS, sorted(touched)):
            if alive != exists:
                changed.append((exists, element))
                cells.append(node_cell(NodeRef(*json.loads(place)[1:])))
        self._state.db.executemany("UPDATE elements SET alive = ? WHERE id = ?", changed)
        return cells


def _standing(record_id: str, row: tuple[str, int, str, str]) -> Standing:
    kind, stands, behind, passes = row
    evidence = tuple(Behind(label, key, tuple(via)) for label, key, via in json.loads(behind))
    return Standing(record_id, kind, stands == 1, evidence, json.loads(passes))


def _changes(before: set[Fact], now: set[Fact]) -> Iterator[tuple[Fact, int]]:
    yield from ((fact, 1) for fact in sorted(now - before))
    yield from ((fact, -1) for fact in sorted(before - now))


def _packed(keys: set[Key]) -> bytes:
    return array("q", (number for key in sorted(keys) for number in key)).tobytes()


def _unpacked(blob: bytes) -> set[Key]:
    numbers = array("q")
    numbers.frombytes(blob)
    return set(zip(numbers[::2], numbers[1::2], strict=True))
