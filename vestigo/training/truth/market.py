# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is so on the venues of a world: format ``vestigo.range.truth.v2``, market side."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

from vestigo.clock import iso
from vestigo.training.rendering import buyer_key, masked
from vestigo.training.site import layout_of, mirrors_truth
from vestigo.training.truth.listing import is_ever_seen, listing_truth
from vestigo.training.truth.published import published_in
from vestigo.training.truth.stock import stock_shown
from vestigo.training.vocabulary import vocabulary
from vestigo.training.world import Market, Order, Party, Vendor, World


def market_truth(world: World) -> dict[str, Any]:
    """Return the market side of the truth as plain JSON values, without the orders."""
    sold: dict[tuple[str, str], list[Order]] = {}
    for order in world.orders:
        sold.setdefault((order.market, order.listing_key), []).append(order)
    every = [(market, one) for market in world.markets for one in market.listings]
    return {
        "passes": [iso(moment) for moment in world.passes],
        "markets": [_market(one) for one in world.markets],
        "parties": [_party(one) for one in world.parties],
        "vendors": _vendors(world),
        "links": _links(world),
        "listings": [
            listing_truth(one, sold.get((market.key, one.key), []))
            | {"stock_shown": stock_shown(market, one)}
            for market, one in every
            if is_ever_seen(one)
        ],
        "delisted": [
            {"market": market.key, "key": one.key} for market, one in every if one.last_pass == 0
        ],
        "hostile_listings": [
            {"market": market.key, "key": one.key} for market, one in every if one.is_hostile
        ],
        "published_addresses": [
            {"address": one.address, "market": one.market, "vendor": one.vendor, "where": one.where}
            for one in published_in(world)
        ],
    }  # fmt: skip


def order_truth(world: World, order: Order, payment: str, release: str | None) -> dict[str, Any]:
    """Return one order with its transactions."""
    return {
        "number": order.number,
        "market": order.market,
        "listing": order.listing_key,
        "vendor": order.vendor,
        "option": order.option,
        "buyer_shown": masked(world.seed, order.buyer),
        "buyer_key": buyer_key(world.seed, order.buyer),
        "price_sat": order.price_sat,
        "is_direct": order.is_direct,
        "paid_at": iso(order.paid_at),
        "reviewed_at": iso(order.reviewed_at) if order.reviewed_at else None,
        "payment_txid": payment,
        "release_txid": release,
    }


def _market(market: Market) -> dict[str, Any]:
    passes = range(1, len(market.passes) + 1)
    return {
        "key": market.key,
        "name": market.name,
        "kind": market.kind,
        "layouts": [layout_of(market, number) for number in passes],
        "mirrors": mirrors_truth(market),
    }


def _party(party: Party) -> dict[str, Any]:
    return {"id": party.id, "accounts": list(party.accounts), "behaviour": party.behaviour}


def _vendors(world: World) -> list[dict[str, Any]]:
    addresses: dict[tuple[str, str], list[str]] = {}
    for one in published_in(world):
        addresses.setdefault((one.market, one.vendor), []).append(one.address)
    reviewed = Counter((one.market, one.vendor) for one in world.orders if one.reviewed_at)
    behaviours = {party.id: party.behaviour for party in world.parties}
    return [
        _vendor(one, behaviours[one.party])
        | {
            "addresses": addresses[market.key, one.handle],
            "n_feedback": reviewed[market.key, one.handle],
        }
        for market in world.markets
        for one in market.vendors
    ]


def _vendor(vendor: Vendor, behaviour: str) -> dict[str, Any]:
    return {
        "market": vendor.market,
        "handle": vendor.handle,
        "party": vendor.party,
        "relation": vendor.relation,
        "related_to": vendor.related_to or None,
        "language": vendor.language,
        "behaviour": behaviour,
        "ships_from": vendor.ships_from,
        "ships_from_code": vocabulary(vendor.language).countries[vendor.ships_from],
        "joined_on": vendor.joined_on.isoformat(),
        "pgp_fingerprint": vendor.pgp_fingerprint,
        "contacts": [{"kind": one.kind, "value": one.value} for one in vendor.contacts],
    }


def _links(world: World) -> list[dict[str, Any]]:
    """Return every pair of accounts of one party, and every impostor with its victim."""
    every = {one.account: one for market in world.markets for one in market.vendors}
    pairs = [
        (*_sorted(one, other), True, other if every[other].related_to else one)
        for party in world.parties
        for one, other in combinations(party.accounts, 2)
    ]
    pairs += [
        (*_sorted(one.account, one.related_to), False, one.account)
        for one in every.values()
        if one.relation == "impostor"
    ]
    return [
        {"a": a, "b": b, "same": same, "relation": every[named].relation}
        for a, b, same, named in sorted(pairs)
    ]


def _sorted(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
