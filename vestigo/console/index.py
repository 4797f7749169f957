# SPDX-License-Identifier: AGPL-3.0-or-later
"""The records of a case, arranged by the keys that pages ask with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from vestigo.console.chain_view import Moved, TxView, moved_by_address, read_transactions
from vestigo.records import (
    Capture,
    CashOutPoint,
    Cluster,
    Feedback,
    Judgement,
    Listing,
    Mention,
    Page,
    PriceQuote,
    Quantity,
    Record,
    Selector,
    Tag,
    Trace,
    Transaction,
    UnitPrice,
    VendorAccount,
)

R = TypeVar("R", bound=Record)
Key = tuple[str, str]
LONG = 6
ADDRESS_KINDS = ("btc",)


@dataclass(frozen=True, slots=True)
class Named:
    """A record with its id (hashing it again for each page would be slow)."""

    id: str
    record: Any


@dataclass(frozen=True, slots=True)
class Offer:
    """All captures of one listing, oldest first; the last one stands for it in lists."""

    key: Key
    captures: tuple[Named, ...]

    @property
    def last(self) -> Named:
        """The latest capture."""
        return self.captures[-1]


@dataclass(slots=True)
class CaseIndex:
    """Everything that pages ask for, by the key they ask with."""

    by_id: dict[str, Record] = field(default_factory=dict)
    captures: dict[str, Named] = field(default_factory=dict)
    offers: dict[Key, Offer] = field(default_factory=dict)
    vendors: dict[Key, list[Named]] = field(default_factory=dict)
    readings: dict[str, list[Named]] = field(default_factory=dict)
    feedback_on: dict[Key, list[Named]] = field(default_factory=dict)
    feedback_for: dict[Key, list[Named]] = field(default_factory=dict)
    on_capture: dict[str, list[Named]] = field(default_factory=dict)
    tags: dict[str, list[Named]] = field(default_factory=dict)
    clusters: dict[str, list[Named]] = field(default_factory=dict)
    traces: dict[str, list[Named]] = field(default_factory=dict)
    through: dict[str, list[Named]] = field(default_factory=dict)
    cash_outs: list[Named] = field(default_factory=list)
    decided: dict[str, Named] = field(default_factory=dict)
    transactions: dict[str, Named] = field(default_factory=dict)
    read_txs: dict[str, TxView] = field(default_factory=dict)
    moved: dict[str, dict[str, Moved]] = field(default_factory=dict)
    selectors: dict[str, list[Named]] = field(default_factory=dict)
    buyers: frozenset[bytes] = frozenset()

    def all_of(self, cls: type[R]) -> Iterator[tuple[str, R]]:
        """Yield the records of one class in order of entry."""
        for record_id, record in self.by_id.items():
            if isinstance(record, cls):
                yield record_id, record

    def capture_of(self, record: Record) -> Named | None:
        """Return the capture that a derived record rests on, directly or at one remove."""
        for source in getattr(record, "sources", ()):
            found = self.captures.get(source)
            if found is not None:
                return found
            inner = self.by_id.get(source)
            if inner is not None and (found := self.capture_of(inner)) is not None:
                return found
        return None

    def readings_of(self, record_id: str, cls: type[R]) -> list[tuple[str, R]]:
        """Return what was read from a listing or vendor account, in order of entry."""
        found = self.readings.get(record_id, ())
        return [(one.id, one.record) for one in found if isinstance(one.record, cls)]

    def vendor_of_address(self, address: str) -> list[Key]:
        """Return the vendor accounts (market, handle) that published ``address``."""
        keys = {
            key
            for one in self.selectors.get(address, ())
            if (key := self.vendor_key(self.by_id.get(one.record.subject))) is not None
        }
        return sorted(keys)

    @staticmethod
    def vendor_key(record: Record | None) -> Key | None:
        """Return (market, handle) of the vendor that a listing or account belongs to."""
        if isinstance(record, VendorAccount):
            return record.market, record.handle
        if isinstance(record, Listing) and record.vendor_handle:
            return record.market, record.vendor_handle
        return None


def arranged(by_id: dict[str, Record], before: CaseIndex) -> CaseIndex:
    """Return the index of the records ``by_id``; ``before`` is the index of fewer of them."""
    index = CaseIndex(by_id=by_id)
    named = [Named(record_id, record) for record_id, record in by_id.items()]
    _arrange_market(index, named)
    _arrange_money(index, named, before)
    return index


def _arrange_market(index: CaseIndex, named: list[Named]) -> None:
    index.captures = {one.record.capture_id: one for one in _only(named, Capture)}
    index.offers = _offers(_only(named, Listing))
    vendors = sorted(_only(named, VendorAccount), key=_observed)
    index.vendors = _grouped(vendors, lambda r: [(r.market, r.handle)])
    readings = _only(named, Mention, Quantity, PriceQuote, UnitPrice, Selector)
    index.readings = _grouped(readings, lambda r: [r.subject])
    feedback = _said_once(_only(named, Feedback))
    index.buyers = _long_handles(feedback)
    index.feedback_on = _grouped(feedback, lambda r: [(r.market, r.listing_key)])
    index.feedback_for = _grouped(feedback, lambda r: [(r.market, r.vendor_handle or "")])
    shown = _only(named, Page, Listing, VendorAccount, Feedback)
    index.on_capture = _grouped(shown, lambda r: r.sources)
    selectors = [s for s in _only(named, Selector) if s.record.selector_kind in ADDRESS_KINDS]
    index.selectors = _grouped(selectors, lambda r: [r.value])


def _arrange_money(index: CaseIndex, named: list[Named], before: CaseIndex) -> None:
    index.transactions = {one.record.txid: one for one in _only(named, Transaction)}
    if index.transactions.keys() == before.transactions.keys():
        index.read_txs, index.moved = before.read_txs, before.moved
    else:
        index.read_txs = read_transactions(one.record for one in index.transactions.values())
        index.moved = moved_by_address(index.read_txs)
    index.tags = _grouped(_only(named, Tag), lambda r: [r.address])
    index.clusters = _grouped(_only(named, Cluster), lambda r: r.addresses)
    traces = _only(named, Trace)
    index.traces = _grouped(traces, lambda r: [r.start_address])
    index.through = _grouped(traces, lambda r: sorted({hop.to_address for hop in r.hops}))
    judged = sorted(_only(named, Judgement), key=lambda one: (one.record.judged_at, one.id))
    index.decided = {one.record.subject: one for one in judged}
    index.cash_outs = sorted(
        _only(named, CashOutPoint), key=lambda one: (one.record.paid_at, one.record.txid)
    )


def _offers(listings: list[Named]) -> dict[Key, Offer]:
    """Return the offers; where a capture was read twice, the later reading counts."""
    captures: dict[Key, dict[tuple[str, ...], Named]] = defaultdict(dict)
    for one in listings:
        captures[one.record.market, one.record.listing_key][one.record.sources] = one
    return {
        key: Offer(key, tuple(sorted(found.values(), key=_observed)))
        for key, found in sorted(captures.items())
    }


def _said_once(feedback: list[Named]) -> list[Named]:
    """Return each feedback once, though a listing and a profile page may both show it.

    Two equal ones on the same capture are two.
    """
    seen: set[tuple[object, ...]] = set()
    on_capture: Counter[tuple[object, ...]] = Counter()
    kept = []
    for one in feedback:
        r = one.record
        what = (r.market, r.listing_key, r.vendor_handle, r.buyer_handle, r.given_on, r.rating,
                r.text)  # fmt: skip
        on_capture[r.sources, *what] += 1
        key = (*what, on_capture[r.sources, *what])
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept


def _long_handles(feedback: list[Named]) -> frozenset[bytes]:
    """Return the buyers' handles that are looked for on every page of the case.

    Short ones are words of the language too often; a vendor's own handle is not hidden.
    """
    names = {one.record.buyer_handle or "" for one in feedback}
    vendors = {one.record.vendor_handle for one in feedback}
    return frozenset(n.encode("utf-8", "replace") for n in names - vendors if len(n) >= LONG)


def _observed(one: Named) -> tuple[str, str]:
    at: datetime | None = one.record.observed_at
    return (at.isoformat() if at else "", one.id)


def _only(named: Iterable[Named], *classes: type[Record]) -> list[Named]:
    return [one for one in named if isinstance(one.record, classes)]


def _grouped(named: Iterable[Named], keys: Any) -> dict[Any, list[Named]]:
    groups: dict[Any, list[Named]] = defaultdict(list)
    for one in named:
        for key in keys(one.record):
            groups[key].append(one)
    return dict(groups)
