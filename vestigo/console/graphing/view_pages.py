# SPDX-License-Identifier: AGPL-3.0-or-later
"""Saved views: list, open, save, remove."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import JSONBody

from vestigo.clock import iso
from vestigo.console.desk import Asked, Look, desk_of, person_of, require
from vestigo.console.graphing import asked as asks
from vestigo.console.graphing.pages import LIMITS, Json
from vestigo.console.graphing.view_store import View

PLACES = 10_000_000
MOST_NOTE = 2_000
COLOURS = frozenset({"", "red", "orange", "yellow", "green", "blue", "violet"})


@get("/graph/views", sync_to_thread=True)
def views(request: Asked) -> Response[Json]:
    """Return the views of the case and one's own, without what is in them."""
    desk, person = desk_of(request), person_of(request)
    assert person is not None
    found = [view.plain() for view in desk.views.all(person.account)]
    return desk.answer(request, Look("graph views"), {"views": found})


@post("/graph/views/open", **LIMITS)
def open_view(request: Asked, data: JSONBody[Json]) -> Response[Json]:
    """Return one view with what is in it."""
    desk, person = desk_of(request), person_of(request)
    assert person is not None
    view, body = desk.views.get(_number(data), person.account)
    answer = {**view.plain(), "body": body}
    return desk.answer(request, Look("graph view"), answer, view=str(view.id))


@post("/graph/views/save", **LIMITS)
def save_view(request: Asked, data: JSONBody[Json]) -> Response[Json]:
    """Save a view; the answer says its number and revision."""
    require(request, "explore")
    desk, person = desk_of(request), person_of(request)
    assert person is not None
    desk.session.custody.refuse_clock()
    given = data.get("id")
    view: View = desk.views.save(
        person.account, iso(desk.session.clock()), name=asks.text_of(data, "name", most=500),
        shared=asks.yes_of(data, "shared"), body=checked(data.get("body")),
        view_id=None if given is None else _number(data),
        revision=asks.whole_of(data, "revision", 0, 0, PLACES),
    )  # fmt: skip
    return desk.answer(request, Look("graph view saved"), view.plain(), view=str(view.id),
                       revision=str(view.revision))  # fmt: skip


@post("/graph/views/remove", **LIMITS)
def remove_view(request: Asked, data: JSONBody[Json]) -> Response[Json]:
    """Remove a view of one's own; E-CON-023 where somebody saved it since ``revision``."""
    require(request, "explore")
    desk, person = desk_of(request), person_of(request)
    assert person is not None
    desk.session.custody.refuse_clock()
    revision = asks.whole_of(data, "revision", 0, 0, PLACES) if "revision" in data else None
    view = desk.views.remove(_number(data), person.account, revision)
    return desk.answer(request, Look("graph view removed"), view.plain(), view=str(view.id))


def checked(body: object) -> Json:
    """Return what a view may hold of what was sent; E-CON-020 for anything else."""
    if not isinstance(body, dict):
        raise asks.not_understood("body")
    nodes = body.get("nodes", [])
    if not isinstance(nodes, list):
        raise asks.not_understood("nodes")
    if len(nodes) > asks.MOST_ON_CANVAS:
        raise asks.too_many(len(nodes))
    return {"nodes": [_node(one) for one in nodes]}


def _node(one: object) -> Json:
    if not isinstance(one, dict):
        raise asks.not_understood("node")
    colour = asks.text_of(one, "colour", "", most=20)
    if colour not in COLOURS:
        raise asks.not_understood("colour")
    found: dict[str, Any] = {
        "ref": list(asks.ref_of(one.get("ref"))),
        "x": asks.whole_of(one, "x", 0, -PLACES, PLACES),
        "y": asks.whole_of(one, "y", 0, -PLACES, PLACES),
    }
    kept = {
        "pinned": asks.yes_of(one, "pinned"), "hidden": asks.yes_of(one, "hidden"),
        "colour": colour, "note": asks.text_of(one, "note", "", most=MOST_NOTE),
        "group": asks.text_of(one, "group", "", most=MOST_NOTE),
    }  # fmt: skip
    return found | {name: value for name, value in kept.items() if value}


def _number(data: JSONBody[Json]) -> int:
    return asks.whole_of(data, "id", -1, 0, PLACES)


HANDLERS = (views, open_view, save_view, remove_view)
