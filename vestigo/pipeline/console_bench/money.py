# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented payments: from each vendor through one busy address to a tagged service.

Two addresses are joined by thousands of payments, and one cluster holds thousands of
addresses: what a page must bear.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from vestigo.pipeline.console_bench.invented import BEGIN, address_of
from vestigo.records import (
    CashOutPoint,
    Cluster,
    Hop,
    Join,
    Method,
    Record,
    Tag,
    Trace,
    content_id,
    probability,
)

NETWORK = "regtest"
SERVICES = 20
BUSY, PAYER, PAYEE = address_of(10**9), address_of(10**9 + 1), address_of(10**9 + 2)
HOPS = 100
TRACES = 3
WHY = "ledger.follow_all.v1"


def tags() -> list[Tag]:
    """Return a tag on the deposit address of each service."""
    return [
        Tag(address=deposit_of(n), network=NETWORK, label=f"Service {n}", actor=f"service{n}",
            category="exchange", concepts=("exchange",), tag_type="actor", is_cluster_definer=True,
            tagpack_confidence="ownership", lastmod_on=None, source="https://tags.test/pack",
            pack_title="Invented pack", pack_sha256="7" * 64)
        for n in range(SERVICES)
    ]  # fmt: skip


def deposit_of(service: int) -> str:
    """Return the deposit address of a service."""
    return address_of(10**8 + service)


def payments_of(rank: int, selector_id: str, tag: Tag) -> Iterator[Record]:
    """Yield traces from the address of a vendor to a service, with cash-out candidates."""
    for number in range(TRACES):
        way = TRACES * rank + number
        yield from _payment(way, address_of(rank), selector_id, tag)


def _payment(way: int, start: str, selector_id: str, tag: Tag) -> Iterator[Record]:
    between = [address_of(2 * 10**8 + 4 * way + n) for n in range(4)]
    places = [start, *between[:2], BUSY, *between[2:], tag.address]
    pairs = itertools.pairwise(places)
    hops = tuple(_hop(way, n, *pair) for n, pair in enumerate(pairs))
    trace = Trace(network=NETWORK, accounting="fifo", start_address=start, hops=hops,
                  stop_reason="tagged_service", stop_detail=tag.label,
                  **_derived(selector_id, "ledger.trace.v1"))  # fmt: skip
    last = hops[-1]
    yield trace
    yield CashOutPoint(
        network=NETWORK, address=last.to_address, service=tag.label, category="exchange",
        basis="tagged_address", txid=last.txid, vout=0, value_sat=last.value_sat,
        traced_sat=last.traced_sat, paid_at=last.mined_at, start_address=start,
        trace_id=trace.record_id, tag_ids=(tag.record_id,),
        **_derived(trace.record_id, "ledger.cash_out.v1"))  # fmt: skip


def many_between_two(n: int, selector_id: str) -> Iterator[Record]:
    """Yield traces with ``n`` payments from one address to another."""
    for first in range(0, n, HOPS):
        numbers = range(first, min(n, first + HOPS))
        hops = tuple(_hop(3 * 10**8 + one, 0, PAYER, PAYEE) for one in numbers)
        yield Trace(network=NETWORK, accounting="fifo", start_address=PAYER, hops=hops,
                    stop_reason="unspent", stop_detail="",
                    **_derived(selector_id, "ledger.trace.v1"))  # fmt: skip


def huge_cluster(n: int, selector_id: str) -> Cluster:
    """Return a cluster of ``n`` addresses; the first is that of the first vendor."""
    addresses = [address_of(0), *(address_of(4 * 10**8 + one) for one in range(n - 1))]
    joins = tuple(
        Join(txid=content_id(["join", number]), address_a=a, address_b=b)
        for number, (a, b) in enumerate(itertools.pairwise(addresses))
    )
    return Cluster(network=NETWORK, addresses=tuple(sorted(addresses)), joins=joins,
                   **_derived(selector_id, "ledger.multi_input.v1"))  # fmt: skip


def _hop(rank: int, position: int, source: str, target: str) -> Hop:
    value = 1_000_000 + (rank * 7919 + position) % 90_000_000
    return Hop(txid=content_id(["tx", rank, position]), vout=0, from_address=source,
               to_address=target, value_sat=value, traced_sat=value // 2,
               mined_at=BEGIN + timedelta(minutes=rank % 400_000 + position), why=WHY)  # fmt: skip


def _derived(source: str, rule: str) -> dict[str, Any]:
    return {"sources": (source,), "method": Method(rule=rule, settings_sha256="0" * 64),
            "confidence": probability("0.8"), "observed_at": BEGIN}  # fmt: skip
