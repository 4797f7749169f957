# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invented case graph of our model, of any size, from a seed.

Payers and half of the payees are drawn with a power law, so that some addresses have
thousands of payments (the busiest are tagged as services) and most have a few.  About
two nodes come on five relationships; every relationship carries what the model asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from graph.model import Properties

BATCH = 2000
START = 1_700_000_000_000
MINUTE = 60_000
SERVICES = 40
TAGGED = 200
MOST_STEPS = 20
CERTAIN = "1.0000"
Batch = tuple[str, tuple[str, str], list[dict[str, Any]]]


@dataclass(frozen=True)
class SyntheticGraph:
    """A graph of exactly ``n_relationships`` (at least 10,000)."""

    n_relationships: int
    seed: int

    @property
    def n_transactions(self) -> int:
        """Not quite one for five relationships."""
        return self.n_relationships * 18 // 100

    @property
    def n_addresses(self) -> int:
        """Some more than transactions."""
        return self.n_relationships * 205 // 1000

    @property
    def n_clusters(self) -> int:
        """Wallet clusters."""
        return self.n_relationships * 12 // 1000

    @property
    def n_listings(self) -> int:
        """Listings, each with its exhibit."""
        return self.n_relationships * 13 // 10_000

    @property
    def n_vendors(self) -> int:
        """Vendor accounts on two markets."""
        return max(2, self.n_relationships // 5000)

    @cached_property
    def addresses(self) -> list[str]:
        """Keys of the addresses."""
        return [f"bcrt1q{_hex('a', i)[:38]}" for i in range(self.n_addresses)]

    @cached_property
    def txids(self) -> list[str]:
        """Keys of the transactions."""
        return [_hex("t", i) for i in range(self.n_transactions)]

    @cached_property
    def payers(self) -> Any:
        """For each payment the number of the address that pays (int64)."""
        return np.concatenate([self._payers, self._payers[self._second]])

    @cached_property
    def payees(self) -> Any:
        """For each payment the number of the address that is paid (int64)."""
        dice = np.random.Generator(np.random.PCG64([self.seed, 2]))
        n = self.n_transactions
        busy = _power_law(dice, n, self.n_addresses)
        even = dice.integers(0, self.n_addresses, n)
        first = np.where(dice.random(n) < 0.5, busy, even)  # noqa: PLR2004 (half of them)
        change = dice.integers(0, self.n_addresses, len(self._second))
        return np.concatenate([first, change])

    @cached_property
    def _payers(self) -> Any:
        dice = np.random.Generator(np.random.PCG64([self.seed, 1]))
        return _power_law(dice, self.n_transactions, self.n_addresses)

    @cached_property
    def _second(self) -> Any:
        """Transactions that have a second output (four in ten)."""
        numbers = np.arange(self.n_transactions)
        return numbers[numbers % 10 < 4]  # noqa: PLR2004

    @cached_property
    def _pairs(self) -> Any:
        """Each pair of payer and payee once, with the first payment between them."""
        joined = self.payers * self.n_addresses + self.payees
        _values, first = np.unique(joined, return_index=True)
        first.sort()
        return first

    def node_batches(self) -> Iterator[tuple[str, list[Properties]]]:
        """Yield the nodes, label by label."""
        addresses, txids = self.addresses, self.txids
        yield from _in_batches(
            "Address", ({"key": key, "name": key, "network": "regtest"} for key in addresses)
        )
        yield from _in_batches(
            "Transaction",
            (
                {
                    "key": key,
                    "name": key,
                    "network": "regtest",
                    "at": START + i * MINUTE,
                    "block_hash": txids[i - i % 500],
                    "record_id": _hex("r", i),
                }
                for i, key in enumerate(txids)
            ),
        )
        yield from _in_batches(
            "Cluster",
            (
                {
                    "key": _hex("c", i),
                    "name": addresses[i],
                    "network": "regtest",
                    "n_addresses": 3,
                    "record_id": _hex("c", i),
                }
                for i in range(self.n_clusters)
            ),
        )
        yield from self._market_nodes()

    def _market_nodes(self) -> Iterator[tuple[str, list[Properties]]]:
        yield from _in_batches("Market", ({"key": m, "name": m} for m in ("bazar", "feria")))
        yield from _in_batches(
            "VendorAccount",
            (
                {
                    "key": _vendor(i),
                    "name": f"vendor{i}",
                    "market": _vendor(i).partition("/")[0],
                    "handle": f"vendor{i}",
                    "profile_captured": True,
                    "first_at": START,
                    "last_at": START + i * MINUTE,
                    "n_captures": 1,
                }
                for i in range(self.n_vendors)
            ),
        )
        yield from _in_batches(
            "Listing",
            (
                {
                    "key": f"bazar/{i}",
                    "name": f"Listing {i}",
                    "market": "bazar",
                    "listing_key": str(i),
                    "vendor_handle": f"vendor{i % self.n_vendors}",
                    "price_amount": "0.0150",
                    "price_currency": "BTC",
                    "first_at": START,
                    "last_at": START + i * MINUTE,
                    "n_captures": 1,
                }
                for i in range(self.n_listings)
            ),
        )
        yield from _in_batches(
            "Exhibit",
            (
                {
                    "key": _hex("e", i),
                    "name": f"/l/{i}",
                    "uri": f"http://127.0.0.1/l/{i}",
                    "at": START + i * MINUTE,
                    "media_type": "text/html",
                    "http_status": 200,
                    "content_sha256": _hex("b", i),
                    "record_id": _hex("x", i),
                }
                for i in range(self.n_listings)
            ),
        )
        yield from _in_batches(
            "Service",
            (
                {"key": f"service{i}", "name": f"Service {i}", "category": "exchange"}
                for i in range(SERVICES)
            ),
        )

    def edge_batches(self) -> Iterator[Batch]:
        """Yield the relationships, one type and pair of labels after the other."""
        n = 0
        for kind, pair, rows in self._edges():
            for batch in _pages(rows):
                n += len(batch)
                yield kind, pair, batch
        rest = ({"source": self.addresses[i % self.n_addresses],
                 "target": self.addresses[(i * 7 + 1) % self.n_addresses],
                 "properties": _stated(i, "ledger.multi_input.v1", "heuristic", "0.9500",
                                       txid=self.txids[i % self.n_transactions])}
                for i in range(self.n_relationships - n))  # fmt: skip
        for batch in _pages(rest):
            yield "CO_SPENT", ("Address", "Address"), batch

    def _edges(self) -> Iterator[tuple[str, tuple[str, str], Iterator[dict[str, Any]]]]:
        address, transaction = "Address", "Transaction"
        yield "SPENT_IN", (address, transaction), self._spent()
        yield "PAYS", (transaction, address), self._payments(paid=False)
        yield "PAID", (address, address), self._payments(paid=True)
        yield "LEADS_TO", (address, address), self._leads()
        yield (
            "MEMBER_OF",
            (address, "Cluster"),
            (
                _row(
                    self.addresses[i],
                    _hex("c", i // 3),
                    _stated(i, "ledger.multi_input.v1", "heuristic", "0.9500"),
                )
                for i in range(3 * self.n_clusters)
            ),
        )
        yield (
            "TAGGED_AS",
            (address, "Service"),
            (
                _row(
                    self.addresses[i],
                    f"service{i % SERVICES}",
                    _stated(i, "graph.tag.v1", "attribution", None, tagpack_confidence="ownership"),
                )
                for i in range(min(TAGGED, self.n_addresses))
            ),
        )
        yield from self._market_edges()

    def _market_edges(self) -> Iterator[tuple[str, tuple[str, str], Iterator[dict[str, Any]]]]:
        page = "crawler.profile.v1"
        listings = range(self.n_listings)
        vendors = range(self.n_vendors)
        yield (
            "SELLS",
            ("VendorAccount", "Listing"),
            (
                _row(
                    _vendor(i % self.n_vendors), f"bazar/{i}", _stated(i, page, "captured", CERTAIN)
                )
                for i in listings
            ),
        )
        yield (
            "SHOWN_BY",
            ("Listing", "Exhibit"),
            (
                _row(
                    f"bazar/{i}",
                    _hex("e", i),
                    _stated(i, page, "captured", CERTAIN, states="listing"),
                )
                for i in listings
            ),
        )
        yield (
            "NAMES",
            ("VendorAccount", "Address"),
            (
                _row(
                    _vendor(i),
                    self.addresses[TAGGED + 11 * i % (self.n_addresses - TAGGED)],
                    _stated(
                        i, "nlp.selector.v1", "captured", CERTAIN, party="vendor", said_in="profile"
                    ),
                )
                for i in vendors
            ),
        )
        yield (
            "ACTIVE_ON",
            ("VendorAccount", "Market"),
            (
                _row(
                    _vendor(i), _vendor(i).partition("/")[0], _stated(i, page, "captured", CERTAIN)
                )
                for i in vendors
            ),
        )

    def _spent(self) -> Iterator[dict[str, Any]]:
        for i, payer in enumerate(self._payers.tolist()):
            yield _row(self.addresses[payer], self.txids[i], _fact(i))

    def _payments(self, *, paid: bool) -> Iterator[dict[str, Any]]:
        n = self.n_transactions
        second = self._second.tolist()
        ends = zip(self.payers.tolist(), self.payees.tolist(), strict=True)
        for number, (payer, payee) in enumerate(ends):
            i, vout = (number, 0) if number < n else (second[number - n], 1)
            fact = _fact(i, vout=vout, value_sat=1000 + (i * 7919 + vout) % 100_000_000)
            if paid:
                fact["txid"] = self.txids[i]
            source = self.addresses[payer] if paid else self.txids[i]
            yield _row(source, self.addresses[payee], fact)

    def _leads(self) -> Iterator[dict[str, Any]]:
        n, second = self.n_transactions, self._second
        for number in self._pairs.tolist():
            i = number if number < n else int(second[number - n])
            payer, payee = int(self.payers[number]), int(self.payees[number])
            yield _row(self.addresses[payer], self.addresses[payee], _fact(i))


def _power_law(dice: Any, n: int, below: int) -> Any:
    """Return ``n`` numbers below a bound, the first ones far more often than the last."""
    return (below * dice.random(n) ** 3).astype(np.int64)


def _hex(kind: str, number: int) -> str:
    return sha256(f"{kind}{number}".encode("ascii")).hexdigest()


def _vendor(number: int) -> str:
    return f"{'bazar' if number % 2 else 'feria'}/vendor{number}"


def _fact(number: int, **more: str | int) -> dict[str, Any]:
    fact = _stated(number, "graph.payment.v1", "structural", CERTAIN, **more)
    fact["at"] = START + number * MINUTE
    return fact


def _stated(
    number: int, rule: str, tier: str, confidence: str | None, **more: str | int
) -> dict[str, Any]:
    sure = {} if confidence is None else {"confidence": confidence}
    return {"record_id": _hex("r", number), "rule": rule, "tier": tier, "n_records": 1,
            **sure, **more}  # fmt: skip


def _row(source: str, target: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"source": source, "target": target, "properties": properties}


def _in_batches(label: str, rows: Iterator[Any]) -> Iterator[tuple[str, list[Any]]]:
    for batch in _pages(rows):
        yield label, batch


def _pages(rows: Iterator[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
