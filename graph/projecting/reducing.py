# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes an element from the contributions of all records, whatever their order.

Where two records disagree a rule decides, never who came first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from graph.compact import compact_json as write_json
from graph.folding import folded_of
from graph.model import Edge, NodeRef, Properties, check_edge, check_node
from graph.projecting.collector import Place
from graph.projecting.wording import Wording

# when, by which record, in ms, on which pages a node was seen, and what was seen
Seen = tuple[list[Any], Properties]
STATUS = {"Listing": "seen", "CashOutPoint": "candidate"}


def node_of(place: Place, said: Iterable[str], wording: Wording) -> Properties | None:
    """Return the node that contributions make, None where none of them says that it is there.

    Raises ``ValueError`` where it does not fit the model.
    """
    _node, label, key = place
    given = [json.loads(text) for text in said]
    properties: Properties = {"key": key}
    named = [one["is"] for one in given if "is" in one]
    seen = sorted(((one["seen"], one["says"]) for one in given if "seen" in one), key=_by_stamp)
    if not named and not seen:
        return None
    for values in [*named, *(one["describes"] for one in given if "describes" in one)]:
        for name, value in values.items():
            properties[name] = min(properties.get(name, value), value, key=str)
    if seen:
        _details(properties, _life(properties, seen), given)
    if label in STATUS:
        properties.setdefault("status", STATUS[label])
    _remarks(properties, given)
    wording.mask(label, properties, _hidden(given))
    if folded := folded_of(label, properties):
        properties["folded"] = folded
    check_node(label, properties)
    return properties


def _by_stamp(one: Seen) -> tuple[str, str]:
    (stamp, record_id, _moment, _pages), _says = one
    return stamp, record_id


def _life(properties: Properties, seen: list[Seen]) -> set[str]:
    """Let the newest capture give the properties; keep first and last time, count, profile.

    Return the records of the newest capture (it may have been read more than once).
    """
    (newest, _id, _moment, _pages), says = seen[-1]
    key = properties["key"]
    properties.clear()
    properties.update({"key": key, **says})
    profiles = [values for _seen, values in seen if values.get("profile_captured")]
    if "profile_captured" in says:
        # a listing that names the account says nothing against a profile that was captured
        properties["profile_captured"] = bool(profiles)
        if profiles and "text" in profiles[-1]:
            properties["text"] = profiles[-1]["text"]
    moments = [moment for (_s, _r, moment, _p), _says in seen if moment is not None]
    pages = {page for (_s, _r, _m, pages), _says in seen for page in pages}
    properties["n_captures"] = len(pages)
    if moments:
        properties.update(first_at=min(moments), last_at=max(moments))
    return {record_id for (stamp, record_id, _m, _p), _says in seen if stamp == newest}


def _details(properties: Properties, newest: set[str], given: list[dict[str, Any]]) -> None:
    details = [one for one in given if one.get("of") in newest]
    for one in sorted(details, key=lambda one: one["rank"], reverse=True):
        properties.update(one["says"])


def _remarks(properties: Properties, given: list[dict[str, Any]]) -> None:
    remarks = [one for one in given if "remark" in one]
    for one in sorted(remarks, key=lambda one: (one["remark"], one["rank"]), reverse=True):
        if one["remark"] == "gone_at":
            if one["value"] > properties.get("last_at", 0):
                properties["status"] = "gone"
        elif one["remark"] != "hidden":
            properties[one["remark"]] = one["value"]


def _hidden(given: list[dict[str, Any]]) -> list[str]:
    return [str(one["value"]) for one in given if one.get("remark") == "hidden"]


def _rank_of(one: dict[str, Any]) -> tuple[list[Any], str]:
    return one["rank"], write_json(one["says"])


def edges_of(place: Place, said: Iterable[str], wording: Wording) -> list[Edge]:
    """Return the relationships of one type between two nodes, in one total order.

    Raises ``ValueError`` where one does not fit the model.
    """
    _edge, kind, source_label, source_key, target_label, target_key = place
    source, target = NodeRef(source_label, source_key), NodeRef(target_label, target_key)
    given = [json.loads(text) for text in said]
    parts: dict[str, list[dict[str, Any]]] = {"": given} if len(given) == 1 else {}
    for one in given if len(given) > 1 else ():
        parts.setdefault(write_json(one["part"]), []).append(one)
    edges = []
    for part in sorted(parts):
        stated = parts[part]
        best = stated[0] if len(stated) == 1 else min(stated, key=_rank_of)
        ids = {record_id for one in stated for record_id in one["ids"]}
        edge = Edge(kind, source, target, {**best["says"], "n_records": len(ids)})
        wording.mask_words(edge)
        check_edge(edge)
        edges.append(edge)
    return edges
