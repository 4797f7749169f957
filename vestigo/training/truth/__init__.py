# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is so on the range, for scoring: no stage of the pipeline reads it.

A cash-out is an output that a vendor paid to an exchange with coins that came, through
the vendor's own addresses only, from a published address.  ``behind_mix`` says that
every such way crosses a mix.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vestigo.clock import iso
from vestigo.training.chain.coins import Coin, Payment
from vestigo.training.chain.economy import Ledger
from vestigo.training.rendering import btc, buyer_key, masked
from vestigo.training.story import Listing, Offer, Order, Story
from vestigo.training.vendors import party

FORMAT = "vestigo.range.truth.v1"


@dataclass(frozen=True, slots=True)
class Published:
    """An address that a page shows; ``where`` is ``vendor`` or a listing's key."""

    address: str
    vendor: str
    where: str


def published_addresses(story: Story) -> list[Published]:
    """Return every published address, profiles first."""
    profiles = [Published(one.address, one.handle, "vendor") for one in story.vendors]
    direct = [
        Published(one.direct_address, one.vendor, one.key)
        for one in story.on_sale
        if one.direct_address
    ]
    return profiles + direct


def truth(ledger: Ledger) -> dict[str, Any]:
    """Return the truth as plain JSON values."""
    story = ledger.story
    listings = [_listing(story, one, ledger) for one in story.on_sale]
    return {
        "format": FORMAT,
        "seed": story.seed,
        "market": story.market_name,
        "vendors": _vendors(ledger),
        "listings": listings,
        "delisted": [one.key for one in story.listings if one.is_delisted],
        "hostile_listing": next(one.key for one in story.listings if one.is_hostile),
        "published_addresses": [
            {"address": one.address, "vendor": one.vendor, "where": one.where}
            for one in published_addresses(story)
        ],
        "orders": [_order(story, one, ledger) for one in story.orders],
        "cash_outs": cash_outs(ledger),
        "mixes": [payment.txid for payment in ledger.pool.rounds],
        "tx0s": [payment.txid for payment in ledger.pool.tx0s],
        "services": _services(ledger),
        "clusters": _clusters(ledger),
        "chain": {
            "network": "regtest",
            "n_blocks": len(ledger.blocks),
            "n_payments": len(ledger.payments),
            "tip": ledger.blocks[-1].block_hash,
        },
    }


def cash_outs(ledger: Ledger) -> list[dict[str, Any]]:
    """Return every cash-out of every published address, in order of the chain."""
    names = {exchange.owner: exchange.name for exchange in ledger.exchanges}
    spends = _spends(ledger)
    mixes = {payment.txid for payment in ledger.pool.rounds}
    order = {payment.txid: number for number, payment in enumerate(ledger.payments)}
    found = []
    for one in published_addresses(ledger.story):
        reached = _reached(ledger, one, spends, mixes)
        for (txid, vout), (target, behind) in reached.items():
            assert target.account is not None
            row = {
                "vendor": one.vendor, "start_address": one.address,
                "address": target.account.address, "service": names[target.account.owner],
                "txid": txid, "vout": vout, "value_sat": target.value_sat,
                "behind_mix": behind,
            }  # fmt: skip
            found.append(row)
    found.sort(key=lambda row: (order[row["txid"]], row["vout"], row["start_address"]))
    return found


def _spends(ledger: Ledger) -> dict[tuple[str, int], Payment]:
    return {(c.txid, c.vout): payment for payment in ledger.payments for c in payment.coins}


def _reached(
    ledger: Ledger,
    start: Published,
    spends: dict[tuple[str, int], Payment],
    mixes: set[str],
) -> dict[tuple[str, int], tuple[Any, bool]]:
    """Walk from one address through its owner's coins; ways without a mix come first."""
    owner = party(start.vendor)
    waiting = deque(
        ((payment.txid, vout), False)
        for payment in ledger.payments
        for vout, target in enumerate(payment.targets)
        if target.account is not None and target.account.address == start.address
    )
    behind_mix: deque[tuple[tuple[str, int], bool]] = deque()
    seen: set[tuple[str, int]] = set()
    reached: dict[tuple[str, int], tuple[Any, bool]] = {}
    while waiting or behind_mix:
        outpoint, behind = (waiting or behind_mix).popleft()
        payment = spends.get(outpoint)
        if outpoint in seen or payment is None:
            continue
        seen.add(outpoint)
        crossed = behind or payment.txid in mixes
        for vout, target in enumerate(payment.targets):
            holder = target.account.owner if target.account else ""
            if holder == owner:
                (behind_mix if crossed else waiting).append(((payment.txid, vout), crossed))
            elif holder.startswith("exchange:"):
                reached.setdefault((payment.txid, vout), (target, crossed))
    return reached


def _vendors(ledger: Ledger) -> list[dict[str, Any]]:
    story = ledger.story
    rows = []
    for vendor in story.vendors:
        mine = [one for one in published_addresses(story) if one.vendor == vendor.handle]
        rows.append(
            {
                "handle": vendor.handle,
                "language": vendor.language,
                "behaviour": vendor.behaviour,
                "ships_from": vendor.ships_from,
                "joined_on": vendor.joined_on.isoformat(),
                "addresses": [one.address for one in mine],
                "pgp_fingerprint": vendor.pgp_fingerprint,
                "contacts": [{"kind": c.kind, "value": c.value} for c in vendor.contacts],
                "n_feedback": sum(
                    1 for o in story.orders if o.vendor == vendor.handle and o.reviewed_at
                ),
            }
        )
    return rows


def _listing(story: Story, listing: Listing, ledger: Ledger) -> dict[str, Any]:
    orders = [one for one in story.orders if one.listing_key == listing.key and one.reviewed_at]
    return {
        "key": listing.key,
        "vendor": listing.vendor,
        "title": listing.title,
        "description": listing.description,
        "language": listing.language,
        "category": list(listing.category),
        "goods_class": listing.goods_class,
        "substances": list(listing.substances),
        "offers": [_offer(listing, offer) for offer in listing.offers if offer.kind != "none"],
        "price": _price(listing, listing.offers[0]),
        "display": listing.display,
        "ships_from": listing.ships_from,
        "ships_to": listing.ships_to,
        "listed_on": listing.posted_on.isoformat(),
        "feedback_count": len(orders),
        "direct_address": listing.direct_address,
        "orders": [one.number for one in ledger.story.orders if one.listing_key == listing.key],
    }


def _price(listing: Listing, offer: Offer) -> dict[str, str]:
    """Return the price as the page asks for it: bitcoin where bitcoin is shown."""
    if listing.display != "fiat":
        return {"amount": btc(offer.price_sat), "currency": "BTC"}
    amount = offer.eur if listing.fiat == "EUR" else offer.usd
    return {"amount": f"{amount:.2f}", "currency": listing.fiat}


def _offer(listing: Listing, offer: Offer) -> dict[str, Any]:
    return {
        "kind": offer.kind,
        "grams": _text(offer.grams),
        "count": offer.count,
        "dose_mg": _text(offer.dose_mg),
        "ml": _text(offer.ml),
        "price": _price(listing, offer),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _order(story: Story, order: Order, ledger: Ledger) -> dict[str, Any]:
    paid, released = ledger.trade.paid[order.number], ledger.trade.released.get(order.number)
    return {
        "number": order.number,
        "listing": order.listing_key,
        "vendor": order.vendor,
        "buyer_shown": masked(story.seed, order.buyer),
        "buyer_key": buyer_key(story.seed, order.buyer),
        "price_sat": order.price_sat,
        "is_direct": order.is_direct,
        "paid_at": iso(order.paid_at),
        "reviewed_at": iso(order.reviewed_at) if order.reviewed_at else None,
        "payment_txid": paid.txid,
        "release_txid": released.txid if released else None,
    }


def _services(ledger: Ledger) -> list[dict[str, Any]]:
    used = {target.account for payment in ledger.payments for target in payment.targets}
    return [
        {
            "name": exchange.name,
            "tagged": [account.address for account in exchange.tagged],
            "hot": [account.address for account in exchange.hot],
            "deposits": sorted(
                account.address for account in exchange.deposits.values() if account in used
            ),
        }
        for exchange in ledger.exchanges
    ]


def _clusters(ledger: Ledger) -> list[dict[str, Any]]:
    """Return who really holds which used addresses (a heuristic can only come near)."""
    held: dict[str, set[str]] = {}
    coins: list[Coin] = [coin for payment in ledger.payments for coin in payment.coins]
    accounts = [coin.account for coin in coins]
    accounts += [t.account for p in ledger.payments for t in p.targets if t.account]
    for account in accounts:
        held.setdefault(account.owner, set()).add(account.address)
    return [{"owner": owner, "addresses": sorted(held[owner])} for owner in sorted(held)]
