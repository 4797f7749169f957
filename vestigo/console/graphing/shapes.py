# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nodes and relationships as the page gets them; texts of the case made visible and harmless."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from graph.browsing.reading import Bundle
from graph.drawing.scene import shortened
from graph.model import NodeRef, Properties
from vestigo.console.graphing.stated import MOST_TEXT, stated_fields
from vestigo.console.graphing.wording import standing_word
from vestigo.console.visible import plain

NOT_SHOWN = frozenset(
    {
        "at",
        "folded",
        "key",
        "n_captures",
        "name",
        "profile_captured",
        "record_id",
        "text",
        "value_sat",
    }
)


def node_shape(ref: NodeRef, properties: Properties) -> dict[str, Any]:
    """Return one node: ``ref``, ``name``, ``short``, ``at``, ``sat``, ``url`` and ``fields``."""
    name = str(properties.get("name") or ref.key)
    return {
        "ref": [ref.label, ref.key],
        "name": plain(name)[:MOST_TEXT],
        "short": plain(shortened(name)),
        "standing": _standing(ref, properties),
        "sat": properties.get("value_sat", 0),
        "at": properties.get("at", properties.get("first_at")),
        "url": url_of_node(ref),
        "fields": stated_fields(properties, NOT_SHOWN),
        "status": str(properties.get("status", "")),
    }


def bundle_shape(one: Bundle) -> dict[str, Any]:
    """Return what joins two nodes by one type and tier."""
    return {
        "source": list(one.source), "target": list(one.target), "kind": one.kind,
        "tier": one.tier, "n": one.n, "first": one.first, "last": one.last, "sat": one.sat,
        "rule": one.rule, "confidence": one.confidence, "record": one.record_id,
    }  # fmt: skip


def shapes(
    nodes: Mapping[NodeRef, Properties], bundles: Iterable[Bundle]
) -> dict[str, list[dict[str, Any]]]:
    """Return nodes and relationships together."""
    return {
        "nodes": [node_shape(ref, properties) for ref, properties in nodes.items()],
        "edges": [bundle_shape(one) for one in bundles],
    }


def url_of_node(ref: NodeRef) -> str:
    """Return the page of a node, "" where the console has none for it."""
    label, key = ref
    if label == "Address":
        return "/address?" + urlencode({"value": key})
    if label in ("VendorAccount", "Persona"):
        market, _slash, handle = key.partition("/")
        return "/vendor?" + urlencode({"market": market, "handle": handle})
    if label in ("Exhibit", "Transaction"):
        place = "exhibits" if label == "Exhibit" else "transactions"
        return f"/{place}/{quote(key, safe='')}"
    if label == "Substance":
        return "/listings?" + urlencode({"substance": key})
    if label == "Listing":
        return "/search?" + urlencode({"q": key})
    return ""


def _standing(ref: NodeRef, properties: Properties) -> str:
    if ref.label != "CashOutPoint":
        return ""
    return standing_word(str(properties.get("status", "")))
