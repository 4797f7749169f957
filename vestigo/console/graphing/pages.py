# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page, and the steps that a person takes on it: find, expand, ask why, find ways."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.params import JSONBody

from graph.browsing.reading import (
    count_beside,
    read_between,
    read_joining,
    read_nodes,
    read_step,
)
from graph.catalogue import run
from graph.drawing.palette import DASHES, LOOKS
from graph.drawing.scene import label_word
from graph.model import EDGES, NodeRef
from graph.paths.endpoints import find_endpoint
from graph.store import GraphStore
from vestigo.console.desk import Asked, Desk, Look, desk_of
from vestigo.console.graphing import asked as asks
from vestigo.console.graphing.sentences import sentences, singular_counts
from vestigo.console.graphing.shapes import node_shape, shapes, url_of_node
from vestigo.console.graphing.stated import stated_fields
from vestigo.console.graphing.wording import (
    all_words,
    basis_of_confidence,
    kind_word,
    tier_word,
)
from vestigo.console.visible import plain
from vestigo.errors import UsageError

PAGE_ROWS = 20
MOST_FOUND = 25
MOST_EXHIBITS = 30
FORMATS = (("png", "PNG"), ("svg", "SVG"), ("pdf", "PDF"), ("csv", "CSV"),
           ("graphml", "GraphML"), ("json", "JSON"))  # fmt: skip
SEVERAL, NOTHING = "E-GRA-051", "E-GRA-050"
Json = dict[str, Any]
LIMITS: Json = {"request_max_body_size": asks.MOST_BODY, "sync_to_thread": True,
                "status_code": HTTPStatus.OK}  # fmt: skip


@get("/graph", sync_to_thread=True)
def graph_page(request: Asked) -> Response[str]:
    """Show the canvas and its table; ``start`` names what to begin with."""
    desk = desk_of(request)
    return desk.page(
        request, "graph.html", Look("graph"), summary=desk.graph.summary(),
        n_entries=desk.session.ledger.head().n_entries, sentences=sentences(),
        singular=singular_counts(), formats=FORMATS,
        looks=[(label, look, label_word(label)) for label, look in LOOKS.items()],
    )  # fmt: skip


@get("/graph/words", sync_to_thread=False)
def words(request: Asked) -> Response[Json]:  # noqa: ARG001 (the route needs a request)
    """Return the words, shapes and dashes of the graph in the language of the request."""
    looks = {label: [look.fill, look.shape, look.letters] for label, look in LOOKS.items()}
    return Response({**all_words(), "looks": looks, "dashes": DASHES,
                     "most": asks.MOST_ON_CANVAS, "at_once": asks.MOST_AT_ONCE})  # fmt: skip


@post("/graph/find", **LIMITS)
def find(request: Asked, data: JSONBody[Json]) -> Response[Json]:
    """Return the things that a text names: one, or those to choose from."""
    desk, text = desk_of(request), asks.text_of(data, "text", most=asks.MOST_KEY).strip()
    with desk.graph.reading() as store:
        refs = _named(store, text) if text else []
        nodes = read_nodes(store, refs)
    answer = {"nodes": [node_shape(ref, properties) for ref, properties in nodes.items()]}
    return desk.answer(request, Look("graph search"), answer, text=text[:200])


def _named(store: GraphStore, text: str) -> list[NodeRef]:
    try:
        return [find_endpoint(store, text)]
    except UsageError as error:
        if error.code not in (SEVERAL, NOTHING):
            raise
        if error.code == SEVERAL:
            listed = [part.partition(":") for part in _listed(store, text)]
            return [NodeRef(label, key) for label, _sign, key in listed]
    try:
        rows = run(store, "search", text=text, limit=MOST_FOUND)
    except UsageError:  # nothing in it is a word
        return []
    return [NodeRef(row["label"], row["key"]) for row in rows]


def _listed(store: GraphStore, text: str) -> list[str]:
    """Return the labels under which a text that names several things is found."""
    found = []
    for label in LOOKS:
        try:
            ref = find_endpoint(store, f"{label}:{text}")
        except UsageError:
            continue
        found.append(f"{ref.label}:{ref.key}")
    return found


@post("/graph/nodes", **LIMITS)
def nodes_of(request: Asked, data: JSONBody[Json]) -> Response[Json]:
    """Return named nodes, and what joins them to each other and to those on the canvas."""
    desk = desk_of(request)
    new, present = asks.refs_of(data, "nodes"), asks.refs_of(data, "canvas")
    asks.refuse_crowd(new, present)
    with desk.graph.reading() as store:
        nodes = read_nodes(store, new)
        bundles = read_between(store, list(nodes), present)
    answer = {**shapes(nodes, bundles), "missing": len(new) - len(nodes)}
    return desk.answer(request, Look("graph nodes"), answer, nodes=_names(new))


@post("/graph/counts", **LIMITS)
def counts(request: Asked, data: JSONBody[Json]) -> Response[Json]:
    """Return what stands beside a node, counted by direction, type and label."""
    desk, ref = desk_of(request), asks.ref_of(data.get("node"))
    with desk.graph.reading() as store:
        found = count_beside(store, ref) if read_nodes(store, [ref]) else []
    rows = [one._asdict() for one in found]
    return desk.answer(request, Look("graph counts"), {"counts": rows}, nodes=_names([ref]))


@post("/graph/expand", **LIMITS)
def expand(request: Asked, data: JSONBody[Json]) -> Response[Json]:
    """Return what one step leads to: at most ``limit`` nodes from ``skip`` on."""
    desk, ref, what = desk_of(request), asks.ref_of(data.get("node")), asks.count_of(data)
    limit = asks.whole_of(data, "limit", 25, 1, asks.MOST_AT_ONCE)
    skip = asks.whole_of(data, "skip", 0, 0, 10_000_000)
    present = asks.refs_of(data, "canvas")
    with desk.graph.reading() as store:
        known = read_nodes(store, [ref])
        new = read_step(store, ref, what, limit, skip) if known and _joins(ref, what) else []
        nodes = read_nodes(store, [one for one in new if one not in set(present)])
        asks.refuse_crowd(list(nodes), present)
        bundles = read_between(store, list(nodes), present)
    look = Look("graph expanded")
    step = f"{what.direction} {what.kind} {what.label}"
    return desk.answer(request, look, shapes(nodes, bundles), nodes=_names([ref]), step=step,
                       n=str(len(nodes)))  # fmt: skip


def _joins(ref: NodeRef, what: Any) -> bool:
    pair = (ref.label, what.label) if what.direction == "out" else (what.label, ref.label)
    return pair in EDGES[what.kind][0]


@post("/graph/why", **LIMITS)
def why(request: Asked, data: JSONBody[Json]) -> Response[Json]:
    """Return each relationship from one node to another: rule, confidence, sources."""
    desk = desk_of(request)
    source, target = asks.ref_of(data.get("source")), asks.ref_of(data.get("target"))
    skip = asks.whole_of(data, "skip", 0, 0, 10_000_000)
    with desk.graph.reading() as store:
        both = len(read_nodes(store, [source, target])) == len({source, target})
        rows = read_joining(store, source, target, PAGE_ROWS + 1, skip) if both else []
        reasons = [_reason(desk, store, row) for row in rows[:PAGE_ROWS]]
        back = read_joining(store, target, source, PAGE_ROWS, 0) if both else []
    alternatives = sorted({_alternative(row) for row in back})
    answer = {"reasons": reasons, "more": len(rows) > PAGE_ROWS, "backwards": alternatives}
    return desk.answer(request, Look("graph why"), answer, nodes=_names([source, target]))


def _reason(desk: Desk, store: GraphStore, row: Any) -> Json:
    properties = row["properties"]
    record_id, tier = str(properties["record_id"]), str(properties["tier"])
    rule, _sign, version = str(properties["rule"]).rpartition(".")
    evidence = run(store, "provenance", record_id=record_id, limit=MOST_EXHIBITS)
    shown = {(one["to_label"], one["to_key"]) for one in evidence
             if one["relationship"] == "SHOWN_BY"}  # fmt: skip
    if row["kind"] == "SHOWN_BY":
        shown = set()
    record = desk.index().by_id.get(record_id)
    hidden = {"record_id", "rule", "tier", "confidence", "at"}
    return {
        "kind": row["kind"], "words": kind_word(row["kind"]), "rule": rule, "version": version,
        "tier": tier, "tier_words": tier_word(tier),
        "confidence": properties.get("confidence", ""),
        "basis": basis_of_confidence(tier, str(properties["rule"])),
        "at": properties.get("at"), "record": record_id,
        "record_kind": record.KIND if record else "", "known": record_id in desk.index().by_id,
        "fields": stated_fields(properties, hidden),
        "sources": [
            {"label": label, "key": plain(key)[:100], "url": _source_url(label, key, record_id)}
            for label, key in sorted(shown)
        ],
    }  # fmt: skip


def _source_url(label: str, key: str, record_id: str) -> str:
    """Return where a source is looked at: an exhibit with the cited bytes marked."""
    if label == "Exhibit":
        return url_of_node(NodeRef(label, key)) + f"?mark={record_id}#cited"
    if label in ("Tag", "Judgement"):
        return f"/why/{key}"
    return url_of_node(NodeRef(label, key))


def _alternative(row: Any) -> str:
    return f"{kind_word(row['kind'])} · {row['properties']['rule']}"


def _names(refs: list[NodeRef]) -> str:
    """Return nodes for the custody log, the first few by name."""
    named = " ".join(f"{ref.label}:{ref.key}" for ref in refs[:5])
    return named[:500] + (f" … {len(refs)}" if len(refs) > 5 else "")  # noqa: PLR2004 (the five)


def now_words(desk: Desk) -> str:
    """Return the moment of the desk's clock, in UTC."""
    now: datetime = desk.session.clock()
    return now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


HANDLERS = (graph_page, words, find, nodes_of, counts, expand, why)
