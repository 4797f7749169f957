# SPDX-License-Identifier: AGPL-3.0-or-later
"""The records of a case, arranged by the keys that pages ask with.

Of the kinds of which a case has very many, only what pages find and sort by is in memory
(``light``); a record is read from the ledger when a page shows it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from vestigo.console.chain_view import Moved, TxView, moved_by_address, read_transactions
from vestigo.console.shelf import Named
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
    TextReading,
    Trace,
    Transaction,
    UnitPrice,
    VendorAccount,
)

__all__ = ["CaseIndex", "Key", "Named", "Offer", "Records", "arranged"]
R = TypeVar("R", bound=Record)
Key = tuple[str, str]
ByKind = Mapping[str, Mapping[str, Named]]
LONG = 6
ADDRESS_KINDS = ("btc",)
MARKET_KINDS = tuple(
    cls.KIND
    for cls in (Capture, Page, VendorAccount, Listing, Feedback, Mention, Quantity, PriceQuote,
                UnitPrice, Selector, TextReading)
)  # fmt: skip
MARKET = ("captures", "offers", "vendors", "readings", "texts", "feedback_on", "feedback_for",
          "on_capture", "selectors", "buyers")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """All captures of one listing, oldest first; the last one stands for it in lists."""

    key: Key
    captures: tuple[Named, ...]

    @property
    def last(self) -> Named:
        """The latest capture."""
        return self.captures[-1]


class Records(Mapping[str, Record]):
    """The records of an index by their id; each is read when it is asked for."""

    def __init__(self, by_kind: ByKind) -> None:
        self.by_kind = by_kind

    def named(self, record_id: str) -> Named | None:
        """Return the entry of an id without reading the record."""
        return next((found[record_id] for found in self.by_kind.values() if record_id in found),
                    None)  # fmt: skip

    def __getitem__(self, record_id: str) -> Record:
        one = self.named(record_id)
        if one is None:
            raise KeyError(record_id)
        record: Record = one.record
        return record

    def __contains__(self, record_id: object) -> bool:
        return any(record_id in found for found in self.by_kind.values())

    def __iter__(self) -> Iterator[str]:
        for found in self.by_kind.values():
            yield from found

    def __len__(self) -> int:
        return sum(len(found) for found in self.by_kind.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Records) and self.by_kind == other.by_kind

    __hash__ = None  # type: ignore[assignment]  # a mapping


@dataclass(slots=True)
class CaseIndex:
    """Everything that pages ask for, by the key they ask with."""

    by_id: Records = field(default_factory=lambda: Records({}))
    captures: dict[str, Named] = field(default_factory=dict)
    offers: dict[Key, Offer] = field(default_factory=dict)
    vendors: dict[Key, list[Named]] = field(default_factory=dict)
    readings: dict[str, list[Named]] = field(default_factory=dict)
    texts: dict[str, list[Named]] = field(default_factory=dict)
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
        """Yield the records of one class in order of entry; each is read when it comes."""
        for one in self.named_of(cls):
            yield one.id, one.record

    def named_of(self, cls: type[Record]) -> Iterable[Named]:
        """Return the entries of one class in order of entry, without reading records."""
        return self.by_id.by_kind.get(cls.KIND, {}).values()

    def capture_of(self, record: Any) -> Named | None:
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
        return [(one.id, one.record) for one in self.readings.get(record_id, ()) if one.is_a(cls)]

    def vendor_of_address(self, address: str) -> list[Key]:
        """Return the vendor accounts (market, handle) that published ``address``."""
        keys = {
            key
            for one in self.selectors.get(address, ())
            if (key := self.vendor_key(self.by_id.get(one.light.subject))) is not None
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


def arranged(by_kind: ByKind, before: CaseIndex) -> CaseIndex:
    """Return the index of the records ``by_kind``; ``before`` is the index of fewer of them."""
    index = CaseIndex(by_id=Records(by_kind))
    if _same_records(index, before, MARKET_KINDS):
        _take_market(index, before)
    else:
        _arrange_market(index)
    _arrange_money(index, before)
    return index


def _same_records(index: CaseIndex, before: CaseIndex, kinds: Iterable[str]) -> bool:
    """Say whether nothing of these kinds came or went; what is there is the same object then."""
    new, old = index.by_id.by_kind, before.by_id.by_kind
    return bool(old) and all(new.get(kind) is old.get(kind) for kind in kinds)


def _take_market(index: CaseIndex, before: CaseIndex) -> None:
    for name in MARKET:
        setattr(index, name, getattr(before, name))


def _arrange_market(index: CaseIndex) -> None:
    index.captures = {one.light.capture_id: one for one in index.named_of(Capture)}
    index.offers = _offers(index.named_of(Listing))
    vendors = sorted(index.named_of(VendorAccount), key=_observed)
    index.vendors = _grouped(vendors, lambda r: [(r.market, r.handle)])
    index.readings = _by_subject(index, Mention, Quantity, PriceQuote, UnitPrice, Selector)
    index.texts = _by_subject(index, TextReading)
    feedback = _said_once(index.named_of(Feedback))
    index.buyers = _long_handles(feedback)
    index.feedback_on = _grouped(feedback, lambda r: [(r.market, r.listing_key)])
    index.feedback_for = _grouped(feedback, lambda r: [(r.market, r.vendor_handle or "")])
    shown = (*_of(index, Page, VendorAccount, Listing), *feedback)
    index.on_capture = _grouped(shown, lambda r: r.sources)
    selectors = [s for s in index.named_of(Selector) if s.light.selector_kind in ADDRESS_KINDS]
    index.selectors = _grouped(selectors, lambda r: [r.value])


def _arrange_money(index: CaseIndex, before: CaseIndex) -> None:
    index.transactions = {one.light.txid: one for one in index.named_of(Transaction)}
    if index.transactions.keys() == before.transactions.keys():
        index.read_txs, index.moved = before.read_txs, before.moved
    else:
        index.read_txs = read_transactions(one.record for one in index.transactions.values())
        index.moved = moved_by_address(index.read_txs)
    index.tags = _grouped(index.named_of(Tag), lambda r: [r.address])
    index.clusters = _grouped(index.named_of(Cluster), lambda r: r.addresses)
    traces = index.named_of(Trace)
    index.traces = _grouped(traces, lambda r: [r.start_address])
    index.through = _grouped(traces, lambda r: sorted({hop.to_address for hop in r.hops}))
    judged = sorted(index.named_of(Judgement), key=lambda one: (one.record.judged_at, one.id))
    index.decided = {one.record.subject: one for one in judged}
    index.cash_outs = sorted(
        index.named_of(CashOutPoint), key=lambda one: (one.record.paid_at, one.record.txid)
    )


def _offers(listings: Iterable[Named]) -> dict[Key, Offer]:
    """Return the offers; where a capture was read twice, the later reading counts."""
    captures: dict[Key, dict[tuple[str, ...], Named]] = defaultdict(dict)
    for one in listings:
        captures[one.light.market, one.light.listing_key][one.light.sources] = one
    return {
        key: Offer(key, tuple(sorted(found.values(), key=_observed)))
        for key, found in sorted(captures.items())
    }


def _said_once(feedback: Iterable[Named]) -> list[Named]:
    """Return each feedback once, though a listing and a profile page may both show it.

    Two equal ones on the same capture are two.
    """
    seen: set[tuple[object, ...]] = set()
    on_capture: Counter[tuple[object, ...]] = Counter()
    kept = []
    for one in feedback:
        r = one.light
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
    names = {one.light.buyer_handle or "" for one in feedback}
    vendors = {one.light.vendor_handle for one in feedback}
    return frozenset(n.encode("utf-8", "replace") for n in names - vendors if len(n) >= LONG)


def _observed(one: Named) -> tuple[str, str]:
    at: datetime | None = one.light.observed_at
    return (at.isoformat() if at else "", one.id)


def _of(index: CaseIndex, *classes: type[Record]) -> Iterator[Named]:
    for cls in classes:
        yield from index.named_of(cls)


def _by_subject(index: CaseIndex, *classes: type[Record]) -> dict[str, list[Named]]:
    """Return readings by what they were read from, kind by kind in order of entry."""
    return _grouped(_of(index, *classes), lambda r: (r.subject,))


def _grouped(named: Iterable[Named], keys: Any) -> dict[Any, list[Named]]:
    groups: dict[Any, list[Named]] = defaultdict(list)
    for one in named:
        for key in keys(one.light):
            groups[key].append(one)
    return dict(groups)
