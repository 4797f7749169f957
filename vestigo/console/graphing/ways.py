# SPDX-License-Identifier: AGPL-3.0-or-later
"""The best ways between two things, for the canvas."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from litestar import Response, post
from litestar.params import JSONBody

from graph.browsing.reading import read_between, read_nodes
from graph.model import NodeRef
from graph.paths.asking import ANY_CASH_OUT, FOREVER, Limits
from graph.paths.asking import Asked as Question
from graph.paths.endpoints import find_endpoint
from graph.paths.finding import Ways, find_ways
from graph.paths.hop import Way, nodes_of
from graph.store import GraphStore
from vestigo.console.desk import Asked, Desk, Look, desk_of
from vestigo.console.graphing import asked as asks
from vestigo.console.graphing.pages import LIMITS, Json
from vestigo.console.graphing.shapes import shapes
from vestigo.console.visible import plain

MOST_WAYS = 20
MOST_SAT = 21_000_000 * 100_000_000


@post("/graph/path", **LIMITS)
def path(request: Asked, data: JSONBody[Json]) -> Response[Json]:
    """Return the ``k`` best ways from one thing to another, and where ways stopped."""
    desk = desk_of(request)
    with desk.graph.reading() as store:
        question = _question(desk, store, data)
        ways = find_ways(store, question)
        refs = list(dict.fromkeys(ref for way in ways.ways for ref in nodes_of(way)))
        present = asks.refs_of(data, "canvas")
        asks.refuse_crowd(refs, present)
        nodes = read_nodes(store, refs)
        found = shapes(nodes, read_between(store, list(nodes), present))
    answer: Json = {**found, "ways": [_way(way) for way in ways.ways], "stopped": _stopped(ways),
                    "complete": ways.is_complete}  # fmt: skip
    target = question.target
    named = ANY_CASH_OUT if target is None else f"{target.label}:{target.key}"
    return desk.answer(
        request, Look("graph path"), answer, to=named[:300], ways=str(len(ways.ways)),
        nodes=f"{question.source.label}:{question.source.key}"[:300],
    )  # fmt: skip


def _question(desk: Desk, store: GraphStore, data: JSONBody[Json]) -> Question:
    settings = desk.session.settings("graph")
    target = asks.text_of(data, "to").strip()
    return Question(
        source=find_endpoint(store, asks.text_of(data, "from").strip()),
        target=None if target == ANY_CASH_OUT else find_endpoint(store, target),
        k=asks.whole_of(data, "k", 3, 1, MOST_WAYS),
        minimum_sat=asks.whole_of(data, "min_sat", 0, 0, MOST_SAT),
        since=_milliseconds(data, "after", 0),
        until=_milliseconds(data, "before", FOREVER),
        in_time_order=asks.yes_of(data, "in_time_order"),
        facts_only=asks.yes_of(data, "facts_only"),
        limits=Limits(degree=settings["path_degree_limit"], links=settings["path_link_limit"],
                      seconds=float(settings["query_timeout_seconds"])),
    )  # fmt: skip


def _milliseconds(data: Json, name: str, default: int) -> int:
    """Return the beginning of a day (UTC) in epoch milliseconds."""
    text = asks.text_of(data, name, "", most=10)
    if not text:
        return default
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        raise asks.not_understood(name) from error
    return max(0, int(datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp() * 1000))


def _way(way: Way) -> list[list[str]]:
    return [list(ref) for ref in nodes_of(way)]


def _stopped(ways: Ways) -> list[dict[str, Any]]:
    """Return where ways stopped at a mix or a tagged service."""
    return [
        {"node": list(node), "why": stop.why, "detail": plain(stop.detail)}
        for node, stop in ways.stopped.items()
        if stop.why != "end" and isinstance(node, NodeRef)
    ][:MOST_WAYS]


HANDLERS = (path,)
