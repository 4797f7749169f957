# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads nodes, counts of what is beside one, one step, and what joins nodes.

Contacts and keys that are known of third persons alone are never given out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from graph.model import EDGES, NODES, Edge, NodeRef, Properties
from graph.store import GraphStore, plain

OWN_NODE_NAMES = ("id", "title", "type")
OWN_EDGE_NAMES = ("type",)
NAMED = ("Contact", "PGPKey")  # what a text names, perhaps of a third person
MOST_BUNDLES = 20_000
_AMOUNTS = frozenset({"value_sat", "traced_sat"})


class Count(NamedTuple):
    """How many nodes of one label stand one step away by one type of relationship."""

    direction: str
    kind: str
    label: str
    n: int


class Bundle(NamedTuple):
    """All relationships of one type and tier from one node to another.

    ``first`` and ``last`` are epoch milliseconds or None; ``sat`` the sum of what they move.
    """

    source: NodeRef
    target: NodeRef
    kind: str
    tier: str
    n: int
    first: int | None
    last: int | None
    sat: int
    record_id: str
    rule: str
    confidence: str


@cache
def statement(name: str, **names: str) -> str:
    """Return a statement of this package; its places take names of the model only."""
    text = (files("graph.browsing") / "statements" / f"{name}.cypher").read_text("utf-8")
    for place, value in names.items():
        if not all(one in NODES or one in EDGES for one in value.split("|")):
            raise ValueError(f"{value!r} is no name of the model")
        text = text.replace(f"__{place.upper()}__", value)
    return text


def read_nodes(store: GraphStore, refs: Iterable[NodeRef]) -> dict[NodeRef, Properties]:
    """Return the properties of those nodes that are there and may be shown, in order."""
    wanted = list(dict.fromkeys(refs))
    found: dict[NodeRef, Properties] = {}
    for label, keys in _by_label(wanted).items():
        shown = _shown(store, label, keys)
        for row in store.read(statement("nodes", label=label), {"keys": shown}):
            found[NodeRef(label, row["key"])] = plain(row["properties"], OWN_NODE_NAMES)
    return {ref: found[ref] for ref in wanted if ref in found}


def count_beside(store: GraphStore, ref: NodeRef) -> list[Count]:
    """Return what stands one step away, counted by direction, type and label."""
    found = []
    for direction in ("out", "in"):
        rows = store.read(statement(f"count_{direction}", label=ref.label), {"key": ref.key})
        found += [Count(direction, row["kind"], row["label"], row["n"]) for row in rows]
    return found


def read_step(store: GraphStore, ref: NodeRef, what: Count, most: int, skip: int) -> list[NodeRef]:
    """Return the nodes that one step leads to: those with the most money first, then by key."""
    # of a kind that moves no money the engine keeps the first keys only, whatever the hub has
    name = "step" if _AMOUNTS & EDGES[what.kind][1].keys() else "step_plain"
    names = {"label": ref.label, "kind": what.kind, "other": what.label}
    text = statement(f"{name}_{what.direction}", **names)
    rows = store.read(text, {"key": ref.key, "most": most, "skip": skip})
    keys = [row["key"] for row in rows]
    shown = set(_shown(store, what.label, keys))
    return [NodeRef(what.label, key) for key in keys if key in shown]


def read_between(
    store: GraphStore, new: Sequence[NodeRef], present: Sequence[NodeRef]
) -> list[Bundle]:
    """Return what joins new nodes to each other and to those that are present, both ways."""
    fresh, others = _by_label(new), _by_label(present)
    everything = _by_label([*new, *present])
    found: dict[tuple[object, ...], Bundle] = {}
    steps = (("between", fresh, everything), ("between_back", others, fresh))
    for name, sources, targets in steps:  # what is new has few lines; what is there may have many
        for (label, other), kinds in _pairs().items():
            if label in sources and other in targets:
                given = {"sources": sources[label], "targets": targets[other]}
                for one in _bundles(store, name, (label, other, kinds), given):
                    found[one[:4]] = one
    return [found[key] for key in sorted(found)]


def read_edges(store: GraphStore, refs: Sequence[NodeRef]) -> list[Edge]:
    """Return every relationship between some nodes, with its properties, in one order."""
    there = _by_label(refs)
    found = []
    for (label, other), kinds in _pairs().items():
        if label in there and other in there:
            text = statement("edges", label=label, kind=kinds, other=other)
            given = {"sources": there[label], "targets": there[other], "most": MOST_BUNDLES}
            found += [
                Edge(row["kind"], NodeRef(label, row["source"]), NodeRef(other, row["target"]),
                     plain(row["properties"], OWN_EDGE_NAMES))
                for row in store.read(text, given)
            ]  # fmt: skip
    return found


def read_joining(
    store: GraphStore, source: NodeRef, target: NodeRef, most: int, skip: int
) -> list[Mapping[str, Any]]:
    """Return the relationships from one node to another: ``kind`` and ``properties``."""
    text = statement("joining", label=source.label, other=target.label)
    given = {"source": source.key, "target": target.key, "most": most, "skip": skip}
    return [
        {"kind": row["kind"], "properties": plain(row["properties"], OWN_EDGE_NAMES)}
        for row in store.read(text, given)
    ]


def _bundles(
    store: GraphStore, name: str, joined: tuple[str, str, str], given: dict[str, Any]
) -> list[Bundle]:
    label, other, kinds = joined
    text = statement(name, label=label, kind=kinds, other=other)
    return [
        Bundle(NodeRef(label, row["source"]), NodeRef(other, row["target"]), row["kind"],
               row["tier"], row["n"], row["first"], row["last"], int(row["sat"] or 0),
               row["record_id"], row["rule"], row["confidence"] or "")
        for row in store.read(text, {**given, "most": MOST_BUNDLES})
    ]  # fmt: skip


@cache
def _pairs() -> dict[tuple[str, str], str]:
    """Return the types of relationship that may join each pair of labels."""
    found: dict[tuple[str, str], list[str]] = {}
    for kind, (pairs, _own) in EDGES.items():
        for pair in pairs:
            found.setdefault(pair, []).append(kind)
    return {pair: "|".join(sorted(kinds)) for pair, kinds in sorted(found.items())}


def _by_label(refs: Iterable[NodeRef]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for ref in refs:
        found.setdefault(ref.label, {})[ref.key] = None
    return {label: list(keys) for label, keys in found.items()}


def _shown(store: GraphStore, label: str, keys: list[str]) -> list[str]:
    """Return the keys that may be shown: not those known of third persons alone."""
    if label not in NAMED or not keys:
        return keys
    rows = store.read(statement("named_by", label=label), {"keys": keys})
    known = {row["key"] for row in rows}
    return [key for key in keys if key in known]
