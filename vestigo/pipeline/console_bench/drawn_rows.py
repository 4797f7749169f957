# SPDX-License-Identifier: AGPL-3.0-or-later
"""Puts listings into a graph in bulk, as the projection would, without reading records back.

The projection of a hundred thousand listings takes minutes; what the console reads of it
is the same eight elements a listing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph.folding import fold
from graph.store import GraphStore
from vestigo.pipeline.console_bench.invented import MARKETS, SUBSTANCES
from vestigo.records import Capture, Listing, Mention

AT_ONCE = 2_000
Row = dict[str, Any]
Kind = tuple[str, tuple[str, str]]


@dataclass(slots=True)
class DrawnRows:
    """Rows of nodes and relationships that wait to be written."""

    nodes: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    edges: dict[Kind, list[Row]] = field(default_factory=lambda: defaultdict(list))
    n_nodes: int = 0
    n_relationships: int = 0

    def add_grounds(self) -> None:
        """Add the substances and markets that listings hang on."""
        for key, name, unii in SUBSTANCES:
            self._node("Substance", {"key": key, "name": name, "unii": unii, "folded": fold(name)})
        for market in MARKETS:
            self._node("Market", {"key": market, "name": market})

    def add(self, capture: Capture, one: Listing, mention: Mention) -> None:
        """Add a listing with its exhibit, vendor, market and substance."""
        at = int(capture.observed_at.timestamp() * 1000)
        key, handle = f"{one.market}/{one.listing_key}", f"{one.market}/{one.vendor_handle}"
        self._node("Listing", _listing(key, one, at))
        self._node("Exhibit", _exhibit(capture, at))
        said = _stated(one.record_id, "crawler.profile.v1", at)
        read = _stated(mention.record_id, "nlp.lexicon.v3", at)
        self._edge("SELLS", ("VendorAccount", "Listing"), handle, key, said)
        self._edge("LISTED_ON", ("Listing", "Market"), key, one.market, said)
        self._edge("OFFERS", ("Listing", "Substance"), key, mention.substance_id,
                   {**read, "status": "stated"})  # fmt: skip
        for states, stated in (("listing", said), ("mention", read), ("unit_price", read)):
            self._edge("SHOWN_BY", ("Listing", "Exhibit"), key, capture.capture_id,
                       {**stated, "states": states})  # fmt: skip

    def write(self, store: GraphStore) -> None:
        """Write what waits: nodes before the relationships between them."""
        for label, rows in self.nodes.items():
            for batch in _batches(rows):
                store.put_nodes(label, batch)
        for (kind, pair), rows in self.edges.items():
            for batch in _batches(rows):
                store.write_edges(kind, pair, batch)
        self.nodes.clear()
        self.edges.clear()

    def _node(self, label: str, row: Row) -> None:
        self.nodes[label].append(row)
        self.n_nodes += 1

    def _edge(
        self, kind: str, pair: tuple[str, str], source: str, target: str, properties: Row
    ) -> None:
        row = {"source": source, "target": target, "properties": properties}
        self.edges[kind, pair].append(row)
        self.n_relationships += 1


def _listing(key: str, one: Listing, at: int) -> Row:
    text = f"{one.title}\n{one.description}"
    return {"key": key, "name": one.title, "market": one.market, "listing_key": one.listing_key,
            "vendor_handle": one.vendor_handle, "price_amount": str(one.price_amount),
            "price_currency": one.price_currency, "ships_from": one.ships_from,
            "ships_to": one.ships_to, "status": "seen", "text": text, "folded": fold(text),
            "first_at": at, "last_at": at, "n_captures": 1}  # fmt: skip


def _exhibit(capture: Capture, at: int) -> Row:
    return {"key": capture.capture_id, "name": capture.uri, "uri": capture.uri, "at": at,
            "media_type": capture.media_type, "http_status": capture.status,
            "content_sha256": capture.content_sha256, "record_id": capture.capture_id}  # fmt: skip


def _stated(record_id: str, rule: str, at: int) -> Row:
    return {"record_id": record_id, "rule": rule, "tier": "captured", "confidence": "0.9700",
            "at": at, "n_records": 1}  # fmt: skip


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for begin in range(0, len(rows), AT_ONCE):
        yield rows[begin : begin + AT_ONCE]
