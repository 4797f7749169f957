# SPDX-License-Identifier: AGPL-3.0-or-later
"""Comparing what a case found with what the practice range knows to be true.

Only this module reads ``truth.json``; no stage sees it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vestigo.records import CashOutPoint, Listing, Mention, Selector, Trace, VendorAccount
from vestigo.store import RecordLedger


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sets of keys: what is true and what was claimed."""

    true: frozenset[str]
    claimed: frozenset[str]

    @property
    def n_found(self) -> int:
        """How many true ones were claimed."""
        return len(self.true & self.claimed)

    @property
    def missed(self) -> tuple[str, ...]:
        """True ones that nobody claimed, sorted."""
        return tuple(sorted(self.true - self.claimed))

    @property
    def wrong(self) -> tuple[str, ...]:
        """Claimed ones that are not true, sorted."""
        return tuple(sorted(self.claimed - self.true))

    def complete(self, share_percent: int = 100) -> bool:
        """Whether at least ``share_percent`` of the true ones were found and none is wrong."""
        return self.n_found * 100 >= share_percent * len(self.true) and not self.wrong


@dataclass(frozen=True, slots=True)
class Score:
    """A case against the truth; ``behind_mix`` counts traces that had to stop at a mix.

    ``substances`` (listing and substance) is shown and does not decide: a reading of
    free text is a heuristic.
    """

    vendors: Compared
    listings: Compared
    substances: Compared
    addresses: Compared
    cash_outs: Compared
    behind_mix: Compared

    def passed(self) -> bool:
        """Whether the case found what can be found and claimed nothing that is false."""
        published = (self.vendors, self.listings, self.addresses)
        return (
            all(part.complete() for part in published)
            and self.cash_outs.complete(share_percent=95)
            and not self.behind_mix.missed
        )

    def as_dict(self) -> dict[str, Any]:
        """Return counts and the names of what was missed or wrong."""
        parts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            name: {
                "true": len(part.true),
                "found": part.n_found,
                "missed": list(part.missed),
                "wrong": list(part.wrong),
            }
            for name, part in parts.items()
        }


def compare_with_truth(ledger: RecordLedger, truth_file: Path) -> Score:
    """Return how the records of a case compare with ``truth.json`` of its range."""
    truth = json.loads(truth_file.read_text("utf-8"))
    reachable = [item for item in truth["cash_outs"] if not item["behind_mix"]]
    stopped = [item for item in truth["cash_outs"] if item["behind_mix"]]
    return Score(
        vendors=_vendors(ledger, truth),
        listings=Compared(
            _keys(item["key"] for item in truth["listings"]),
            _keys(item.listing_key for item in ledger.of_kind(Listing)),
        ),
        substances=_substances(ledger, truth),
        addresses=_addresses(ledger, truth),
        cash_outs=_cash_outs(ledger, truth, reachable),
        behind_mix=_stopped_at_mix(ledger, stopped),
    )


def _vendors(ledger: RecordLedger, truth: dict[str, Any]) -> Compared:
    return Compared(
        _keys(item["handle"] for item in truth["vendors"]),
        _keys(item.handle for item in ledger.of_kind(VendorAccount)),
    )


def _substances(ledger: RecordLedger, truth: dict[str, Any]) -> Compared:
    keys = {item.record_id: item.listing_key for item in ledger.of_kind(Listing)}
    offered = (m for m in ledger.of_kind(Mention) if m.status in ("stated", "implied"))
    return Compared(
        _keys(f"{item['key']} {name}" for item in truth["listings"] for name in item["substances"]),
        _keys(f"{keys[m.subject]} {m.substance_id}" for m in offered if m.subject in keys),
    )


def _addresses(ledger: RecordLedger, truth: dict[str, Any]) -> Compared:
    found = (s.value for s in ledger.of_kind(Selector) if s.selector_kind == "btc")
    return Compared(_keys(item["address"] for item in truth["published_addresses"]), _keys(found))


def _cash_outs(
    ledger: RecordLedger, truth: dict[str, Any], reachable: list[dict[str, Any]]
) -> Compared:
    """Compare by vendor and address: a vendor may publish several addresses of one wallet."""
    vendor_of = {item["address"]: item["vendor"] for item in truth["published_addresses"]}
    found = ledger.of_kind(CashOutPoint)
    return Compared(
        _keys(f"{item['vendor']} > {item['address']}" for item in reachable),
        _keys(f"{vendor_of.get(c.start_address, c.start_address)} > {c.address}" for c in found),
    )


def _stopped_at_mix(ledger: RecordLedger, stopped: list[dict[str, Any]]) -> Compared:
    """Which start addresses whose money went through a mix have a trace that says so."""
    starts = _keys(item["start_address"] for item in stopped)
    said = _keys(t.start_address for t in ledger.of_kind(Trace) if t.stop_reason == "mix")
    return Compared(starts, said & starts)


def _keys(items: Iterable[str]) -> frozenset[str]:
    return frozenset(items)
