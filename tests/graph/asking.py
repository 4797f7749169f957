# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finds, by seed, parameters with which the questions have answers in a given graph."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from graph import catalogue
from graph.model import EDGES, NODES, Edge
from graph.store import GraphStore, Row
from vestigo.records import canonical_json

Arguments = dict[str, str | int]
KEYS_OF = {"vendor": "VendorAccount", "address": "Address", "cluster": "Cluster",
           "service": "Service", "listing": "Listing", "substance": "Substance",
           "market": "Market", "exhibit": "Exhibit"}  # fmt: skip
TEXTS = ("hachis", "MDMA PURO", '"cannabis"', "bcrt1q0001*", "été", "strasse", "muy  largo",
         "100*", "cocaine", "coca*", "de")  # fmt: skip
CHOICES: dict[str, tuple[str | int, ...]] = {
    "limit": (1, 7, 200, 5000),
    "since": (0, 0, 1_710_000_000_000),
    "before": (1_740_000_000_000, 2**53 - 1, 2**53 - 1),
    "band": ("strong", "possible", "weak"),
    "state": ("candidate", "confirmed"),
    "why": ("change", "follow", ""),
    "stop_reason": ("mix", "unspent"),
    "minimum_sat": (0, 1_000),
    "days": (1, 30),
    "percent": (1, 50, 80),
    "hops": (1, 2, 3),
    "text": TEXTS,
}


@dataclass(frozen=True)
class Call:
    """One question with parameters, and the rows that one engine gave."""

    name: str
    given: Arguments
    rows: list[Row] = field(compare=False)


class Asker:
    """Draws parameters from the nodes and relationships of one graph."""

    def __init__(self, nodes: dict[str, list[str]], edges: Iterable[Edge], seed: int = 1) -> None:
        self._dice = random.Random(seed)
        self._keys = nodes
        self.edges = list(edges)
        self._by_kind: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            self._by_kind[edge.kind].append(edge)

    @classmethod
    def of(cls, store: GraphStore, seed: int = 1) -> Asker:
        """Return an asker of what a store holds."""
        nodes = {label: sorted(str(n["key"]) for n in store.nodes(label)) for label in NODES}
        edges = [edge for kind in sorted(EDGES) for edge in store.edges(kind)]
        edges.sort(key=lambda edge: (edge.kind, str(edge)))
        return cls(nodes, edges, seed)

    def calls(self, store: GraphStore, name: str, wanted: int = 4, tries: int = 200) -> list[Call]:
        """Return up to ``wanted`` different calls of a question that give rows on ``store``."""
        question = catalogue.query(name)
        found: dict[bytes, Call] = {}
        for number in range(tries):
            given = self._arguments(question, plainly=number == 0)
            rows = catalogue.run(store, name, **given)
            if rows:
                found.setdefault(canonical_json(given), Call(name, given, rows))
            if len(found) >= wanted:
                break
        return list(found.values())

    def _arguments(self, question: catalogue.Query, plainly: bool) -> Arguments:
        """Return a value for each parameter; ``plainly`` keeps the defaults."""
        given: Arguments = {}
        for item in question.parameters:
            kept = item.default is not None and (plainly or self._dice.random() < 0.5)
            if not kept:
                value = self._value(item)
                if value is not None:
                    given[item.name] = value
        return {**given, **self._ends({item.name for item in question.parameters})}

    def _value(self, item: catalogue.Parameter) -> str | int | None:
        name = item.name
        if name in CHOICES:
            return self._dice.choice(CHOICES[name])
        if name in ("record_id", "rule"):
            return str(self._dice.choice(self.edges).properties[name])
        values = {
            "label": sorted(label for label in NODES if self._keys[label]),
            "subject": [edge.target.key for edge in self._by_kind["JUDGED"]],
            "relationship": sorted(self._by_kind),
        }
        return self._any(values.get(name) or self._keys.get(KEYS_OF.get(name, ""), []))

    def _any(self, values: list[str]) -> str | None:
        return self._dice.choice(values) if values else None

    def _ends(self, names: set[str]) -> Arguments:
        """Return parameters that belong together: a node, or two that are near each other."""
        if {"label", "key"} <= names:
            end = self._dice.choice((self._edge().source, self._edge().target))
            return {"label": end.label, "key": end.key}
        if "label_a" in names:
            first = self._edge()
            a, b = first.source, first.target
            if self._dice.random() < 0.6:
                near = [edge for edge in self._by_kind[self._edge().kind] if edge.source == b]
                b = self._dice.choice(near).target if near else self._edge().target
            return {"label_a": a.label, "key_a": a.key, "label_b": b.label, "key_b": b.key}
        if "address_a" in names and self._by_kind["CO_SPENT"]:
            pair = [self._dice.choice(self._by_kind["CO_SPENT"]) for _end in "ab"]
            return {"address_a": pair[0].source.key, "address_b": pair[1].target.key}
        return {}

    def _edge(self) -> Edge:
        kind = self._dice.choice(sorted(kind for kind in self._by_kind if self._by_kind[kind]))
        return self._dice.choice(self._by_kind[kind])


def differing(store: GraphStore, calls: Iterable[Call]) -> list[str]:
    """Return the names of the questions that ``store`` answers otherwise, order included."""
    names = {
        call.name
        for call in calls
        if canonical_json(catalogue.run(store, call.name, **call.given))
        != canonical_json(call.rows)
    }
    return sorted(names)
