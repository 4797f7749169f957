# SPDX-License-Identifier: AGPL-3.0-or-later
"""The truth of worlds with one market (format v1), in the form of v2."""

from __future__ import annotations

from typing import Any

FORMAT = "vestigo.range.truth.v1"
MARKET = "range"


def upgraded(document: dict[str, Any]) -> dict[str, Any]:
    """Return a v1 truth as v2: one market, one account a party, exchanges only."""
    owners = {address: item["owner"] for item in document["clusters"]
              for address in item["addresses"]}  # fmt: skip
    vendors = [
        {**item, "market": MARKET, "party": owners.get(item["addresses"][0], item["handle"])}
        for item in document["vendors"]
    ]
    return {
        **document,
        "passes": [None],
        "markets": [{"key": MARKET, "name": document["market"], "kind": "dark_market"}],
        "parties": [],
        "links": [],
        "vendors": vendors,
        "listings": [{**item, "market": MARKET} for item in document["listings"]],
        "published_addresses": [
            {**item, "market": MARKET} for item in document["published_addresses"]
        ],
        "cash_outs": [
            {**item, "market": MARKET, "service_kind": "exchange"} for item in document["cash_outs"]
        ],
        "mixes": [{"txid": txid, "kind": "whirlpool"} for txid in document["mixes"]],
        "services": [{**item, "kind": "exchange"} for item in document["services"]],
    }
