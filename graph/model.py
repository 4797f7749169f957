# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the graph is made of: labels, relationship types and their properties.

One label a node, a ``key`` that is unique in its label, no property named ``id``,
``title`` or ``type`` (the embedded engine owns those).  Community Neo4j refuses type
and existence constraints, so that ``check_node`` and ``check_edge`` do it in Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

Value = str | int | bool | list[str]
Properties = dict[str, Value]

MODEL_VERSION: Final = 2
TIERS: Final = ("structural", "heuristic", "attribution", "captured", "judged")

# Label -> the properties that its nodes may carry besides `key` and `name`.
NODES: Final[dict[str, dict[str, type]]] = {
    "Address": {"network": str},
    "CashOutPoint": {"network": str, "txid": str, "vout": int, "value_sat": int, "at": int,
                     "address": str, "status": str},
    "Cluster": {"network": str, "n_addresses": int, "record_id": str},
    "Contact": {"contact_kind": str, "value": str, "folded": str},
    "Exhibit": {"uri": str, "at": int, "media_type": str, "http_status": int,
                "content_sha256": str, "record_id": str},
    "Image": {"sha256": str, "uri": str, "media_type": str},
    "Judgement": {"subject": str, "verdict": str, "person": str, "reason": str, "at": int,
                  "record_id": str, "stands": bool},
    "Listing": {"market": str, "listing_key": str, "vendor_handle": str, "price_amount": str,
                "price_currency": str, "ships_from": str, "ships_to": str, "category": list,
                "first_at": int, "last_at": int, "n_captures": int, "text": str,
                "language": str, "unit_price": str, "unit_price_currency": str, "unit": str,
                "goods_class": str, "status": str, "folded": str},
    "Market": {},
    "PGPKey": {"fingerprint": str},
    "Persona": {"n_accounts": int, "contradictions": list},
    "Service": {"category": str, "folded": str},
    "Substance": {"unii": str, "folded": str},
    "Tag": {"address": str, "service": str, "category": str, "source": str,
            "tagpack_confidence": str, "pack_sha256": str},
    "Transaction": {"network": str, "at": int, "block_hash": str, "record_id": str},
    "VendorAccount": {"market": str, "handle": str, "profile_captured": bool, "first_at": int,
                      "last_at": int, "n_captures": int, "text": str, "persona": str,
                      "folded": str},
}  # fmt: skip

# What a SHOWN_BY may lead to: things that a person can look at.
EVIDENCE: Final = ("Exhibit", "Judgement", "Tag", "Transaction")

# Every relationship carries these; `at` (epoch milliseconds) is absent where unknown,
# `confidence` (four places, as text, so that it sorts) on tags: a TagPack level is a word.
PROVENANCE: Final[dict[str, type]] = {
    "record_id": str, "rule": str, "tier": str, "confidence": str, "at": int, "n_records": int,
}  # fmt: skip
REQUIRED: Final = ("record_id", "rule", "tier", "n_records")

# Type -> the pairs of labels that it may join, and its own properties.
EDGES: Final[dict[str, tuple[tuple[tuple[str, str], ...], dict[str, type]]]] = {
    "ACTIVE_ON": ((("VendorAccount", "Market"),), {}),
    "CASHES_OUT_AT": (
        (("Address", "CashOutPoint"),),
        {"basis": str, "start_address": str, "traced_sat": int, "trace_id": str},
    ),
    "CO_SPENT": ((("Address", "Address"),), {"txid": str}),
    "ENDS_IN": ((("Address", "CashOutPoint"),), {}),
    "HOP": (
        (("Address", "Address"),),
        {"start_address": str, "accounting": str, "position": int, "txid": str, "vout": int,
         "value_sat": int, "traced_sat": int, "why": str},
    ),
    "JUDGED": (
        tuple(("Judgement", b) for b in ("Address", "CashOutPoint", "VendorAccount")),
        {"verdict": str, "stands": bool},
    ),
    "LEADS_TO": ((("Address", "Address"),), {}),
    "LISTED_ON": ((("Listing", "Market"),), {}),
    "LOOKS_LIKE": (
        (("VendorAccount", "VendorAccount"),),
        {"probability": str, "band": str, "signals": list},
    ),
    "MEMBER_OF": ((("Address", "Cluster"),), {}),
    "NAMES": (
        tuple((a, b) for a in ("Listing", "VendorAccount")
              for b in ("Address", "Contact", "PGPKey")),
        {"party": str, "said_in": str},
    ),
    "OFFERS": (
        (("Listing", "Substance"), ("VendorAccount", "Substance")),
        {"status": str},
    ),
    "PAID": (
        (("Address", "Address"),),
        {"txid": str, "vout": int, "value_sat": int},
    ),
    "PAID_INTO": ((("CashOutPoint", "Service"),), {"basis": str, "traced_sat": int}),
    "PART_OF": ((("VendorAccount", "Persona"),), {}),
    "PAYS": ((("Transaction", "Address"),), {"vout": int, "value_sat": int}),
    "SAME_WALLET": ((("Address", "Address"),), {}),
    "SELLS": ((("VendorAccount", "Listing"),), {}),
    "SHOWN_BY": (
        tuple((a, b) for a in NODES for b in EVIDENCE if a != b),
        {"via": list, "states": str, "said": str, "price_amount": str, "price_currency": str},
    ),
    "SHOWS": ((("Listing", "Image"), ("VendorAccount", "Image")), {}),
    "SPENT_IN": ((("Address", "Transaction"),), {}),
    "TAGGED_AS": ((("Address", "Service"),), {"tagpack_confidence": str}),
    "TRACED_TO": (
        (("Address", "Address"),),
        {"accounting": str, "n_hops": int, "traced_sat": int, "stop_reason": str},
    ),
}  # fmt: skip


class NodeRef(NamedTuple):
    """A node by its label and key (a tuple: searches compare and look up many of them)."""

    label: str
    key: str


@dataclass(frozen=True, slots=True)
class Edge:
    """One relationship with its properties (provenance included)."""

    kind: str
    source: NodeRef
    target: NodeRef
    properties: Properties


def check_node(label: str, properties: Mapping[str, object]) -> None:
    """Raise ``ValueError`` where a node does not fit the model."""
    known = {"key": str, "name": str, **NODES[label]}
    _check(label, properties, known)
    if not properties.get("key"):
        raise ValueError(f"a {label} node without a key")


def check_edge(edge: Edge) -> None:
    """Raise ``ValueError`` where a relationship does not fit the model."""
    pairs, own = EDGES[edge.kind]
    if (edge.source.label, edge.target.label) not in pairs:
        raise ValueError(f"{edge.kind} does not join {edge.source.label} to {edge.target.label}")
    _check(edge.kind, edge.properties, {**PROVENANCE, **own})
    missing = [name for name in REQUIRED if name not in edge.properties]
    if missing:
        raise ValueError(f"{edge.kind} lacks {', '.join(missing)}")
    if edge.properties["tier"] not in TIERS:
        raise ValueError(f"{edge.properties['tier']!r} is no tier")


def _check(what: str, properties: Mapping[str, object], known: Mapping[str, type]) -> None:
    for name, value in properties.items():
        wanted = known.get(name)
        if wanted is None:
            raise ValueError(f"{what} has no property {name!r}")
        if type(value) is not wanted:
            raise ValueError(f"{what}.{name} is {type(value).__name__}, not {wanted.__name__}")
