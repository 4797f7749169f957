# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a case says, indexed by the keys of the truth (``market/handle``, ``market/key``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from vestigo.records import (
    Block,
    Capture,
    CashOutPoint,
    Cluster,
    Judgement,
    Listing,
    Mention,
    Page,
    PriceQuote,
    Quantity,
    Record,
    Selector,
    Trace,
    UnitPrice,
    VendorAccount,
    VendorLink,
)
from vestigo.store import RecordLedger

R = TypeVar("R", bound=Record)
Named = dict[str, R]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a reading is about: the account that speaks, and the listing ("" for a profile)."""

    account: str
    listing: str
    captures: tuple[str, ...]


@dataclass(slots=True)
class Holdings:
    """The records of a case by id; retracted ones are left out by the ledger."""

    n_captures: int = 0
    n_blocks: int = 0
    uri_of: dict[str, str] = field(default_factory=dict)
    pages: Named[Page] = field(default_factory=dict)
    vendors: Named[VendorAccount] = field(default_factory=dict)
    listings: Named[Listing] = field(default_factory=dict)
    mentions: Named[Mention] = field(default_factory=dict)
    quantities: Named[Quantity] = field(default_factory=dict)
    quotes: Named[PriceQuote] = field(default_factory=dict)
    unit_prices: Named[UnitPrice] = field(default_factory=dict)
    selectors: Named[Selector] = field(default_factory=dict)
    clusters: Named[Cluster] = field(default_factory=dict)
    traces: Named[Trace] = field(default_factory=dict)
    cash_outs: Named[CashOutPoint] = field(default_factory=dict)
    links: Named[VendorLink] = field(default_factory=dict)
    judgements: Named[Judgement] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)

    def markets(self) -> set[str]:
        """Return the markets of which anything was read."""
        pages = {item.market for item in self.pages.values()}
        return pages | {item.market for item in self.listings.values()}

    def read_already(self) -> dict[str, Record]:
        """Return every record by its id."""
        return {
            **self.pages, **self.vendors, **self.listings, **self.mentions, **self.quantities,
            **self.quotes, **self.unit_prices, **self.selectors, **self.clusters, **self.traces,
            **self.cash_outs, **self.links, **self.judgements,
        }  # fmt: skip

    def about(self, found: Named[R]) -> Iterator[tuple[str, R, Subject]]:
        """Yield (record id, record, subject) of the readings whose subject still stands."""
        for record_id, record in found.items():
            subject = self.subjects.get(subject_of(record))
            if subject is not None:
                yield record_id, record, subject

    def cash_outs_claimed(self) -> Iterator[tuple[str, CashOutPoint]]:
        """Yield the cash-out points by id, without those that a named person rejected."""
        judged = self.last_judgements()
        for record_id, point in self.cash_outs.items():
            verdict = judged.get(f"{point.txid}:{point.vout}")
            if verdict is None or verdict[1].verdict != "rejected":
                yield record_id, point

    def last_judgements(self) -> dict[str, tuple[str, Judgement]]:
        """Return the judgement of each subject that stands: the latest one."""
        standing: dict[str, tuple[str, Judgement]] = {}
        for record_id, item in self.judgements.items():
            before = standing.get(item.subject)
            if before is None or (before[1].judged_at, before[0]) < (item.judged_at, record_id):
                standing[item.subject] = (record_id, item)
        return standing


def subject_of(record: Record) -> str:
    """Return the id that a reading names as its subject ("" where it has none)."""
    return str(getattr(record, "subject", ""))


def holdings_of(ledger: RecordLedger) -> Holdings:
    """Return the records of the case that a score is about."""
    held = Holdings(
        pages=dict(ledger.named_of_kind(Page)),
        vendors=dict(ledger.named_of_kind(VendorAccount)),
        listings=dict(ledger.named_of_kind(Listing)),
        mentions=dict(ledger.named_of_kind(Mention)),
        quantities=dict(ledger.named_of_kind(Quantity)),
        quotes=dict(ledger.named_of_kind(PriceQuote)),
        unit_prices=dict(ledger.named_of_kind(UnitPrice)),
        selectors=dict(ledger.named_of_kind(Selector)),
        clusters=dict(ledger.named_of_kind(Cluster)),
        traces=dict(ledger.named_of_kind(Trace)),
        cash_outs=dict(ledger.named_of_kind(CashOutPoint)),
        links=dict(ledger.named_of_kind(VendorLink)),
        judgements=dict(ledger.named_of_kind(Judgement)),
    )
    kinds = [kind for _id, kind in ledger.ids()]
    held.n_captures, held.n_blocks = kinds.count(Capture.KIND), kinds.count(Block.KIND)
    held.uri_of = {item.capture_id: item.uri for item in ledger.of_kind(Capture)}
    for record_id, vendor in held.vendors.items():
        account = f"{vendor.market}/{vendor.handle}"
        held.subjects[record_id] = Subject(account, "", vendor.sources)
    for record_id, listing in held.listings.items():
        account = f"{listing.market}/{listing.vendor_handle or ''}"
        key = f"{listing.market}/{listing.listing_key}"
        held.subjects[record_id] = Subject(account, key, listing.sources)
    return held


class Claims:
    """Which records claim which key."""

    def __init__(self) -> None:
        self._ids: dict[str, set[str]] = defaultdict(set)

    def add(self, key: str, record_id: str) -> None:
        """Note that a record claims ``key``."""
        self._ids[key].add(record_id)

    def __contains__(self, key: str) -> bool:
        return key in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._ids))

    def ids(self, key: str) -> set[str]:
        """Return the ids of the records that claim ``key``."""
        return self._ids.get(key, set())
