# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers "why?": from a derived value over its sources down to exhibits and transactions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import quote, urlencode

from vestigo.console.index import CaseIndex
from vestigo.console.masking import Masking, is_third
from vestigo.console.words import (
    act_words,
    amount,
    btc,
    in_quotes,
    instant,
    kind_words,
    moment,
    per_words,
    stop_words,
)
from vestigo.i18n import _, ngettext
from vestigo.records import (
    Authorization,
    Capture,
    CapturedPicture,
    CashOutPoint,
    Cluster,
    Feedback,
    Listing,
    Mention,
    PriceQuote,
    Quantity,
    Record,
    Screenshot,
    Selector,
    Tag,
    Trace,
    Transaction,
    UnitPrice,
    VendorAccount,
)
from vestigo.records.codec import to_plain

MOST_NODES = 120
DEEPEST = 6
HEAVY = frozenset({"sources", "method", "confidence", "observed_at", "spans", "span", "hops",
                   "joins", "addresses", "raw_hex", "header_hex", "merkle_branch", "pgp_blocks",
                   "description", "profile_text"})  # fmt: skip
THIRD_FIELDS = ("buyer_handle", "value")


@dataclass(frozen=True, slots=True)
class Source:
    """One record on the way down, with what it rests on; ``record`` is None if unknown."""

    id: str
    record: Record | None
    summary: str
    url: str
    below: tuple[Source, ...]
    cut: bool = False


class _Budget:
    """How many sources may still be shown."""

    def __init__(self) -> None:
        self.left = MOST_NODES


def sources_of(index: CaseIndex, record: Record, masking: Masking) -> tuple[Source, ...]:
    """Return the tree of what ``record`` rests on, cut where it grows too large."""
    return _below(index, record, masking, _Budget(), 1)


def url_of(record_id: str, record: Record) -> str:
    """Return the page of a record; every derived record has at least its "why?"."""
    if isinstance(record, Capture):
        return f"/exhibits/{quote(record.capture_id, safe='')}"
    if isinstance(record, Listing):
        return f"/listings/{record_id}"
    if isinstance(record, VendorAccount):
        return "/vendor?" + urlencode({"market": record.market, "handle": record.handle})
    if isinstance(record, Transaction):
        return f"/transactions/{quote(record.txid, safe='')}"
    if isinstance(record, CashOutPoint):
        return f"/cash-outs/{record_id}"
    return f"/why/{record_id}"


def summary_of(record: Record, masking: Masking) -> str:
    """Return one line that says what a record states."""
    for cls, say in _SUMMARIES.items():
        if isinstance(record, cls):
            return say(record, masking)
    return kind_words(record.KIND)


def fields_of(record: Record, masking: Masking) -> list[tuple[str, str]]:
    """Return the short fields of a record by their names in the format, third persons masked."""
    third = is_third(record) or isinstance(record, Feedback)
    rows = []
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name in HEAVY or value in (None, "", ()):
            continue
        if third and field.name in THIRD_FIELDS:
            value = masking.pseudonym(str(value))
        elif isinstance(record, Feedback) and field.name == "text":
            value = masking.text(record)
        elif field.name == "acts":
            value = [act_words(act) for act in value]
        rows.append((field.name, instant(_text(to_plain(value)))))
    return rows


def _below(
    index: CaseIndex, record: Record, masking: Masking, budget: _Budget, depth: int
) -> tuple[Source, ...]:
    found = []
    for source_id in getattr(record, "sources", ()):
        if budget.left <= 0:
            found.append(Source("", None, _("More sources are not shown here."), "", (), cut=True))
            break
        budget.left -= 1
        found.append(_source(index, source_id, masking, budget, depth))
    return tuple(found)


def _source(
    index: CaseIndex, source_id: str, masking: Masking, budget: _Budget, depth: int
) -> Source:
    record = index.by_id.get(source_id)
    if record is None and source_id in index.captures:
        record = index.captures[source_id].record
    if record is None and source_id in index.transactions:
        record = index.transactions[source_id].record
    if record is None:
        return Source(source_id, None, _("This record is not in the case."), "", ())
    deeper = depth < DEEPEST
    below = _below(index, record, masking, budget, depth + 1) if deeper else ()
    summary = summary_of(record, masking)
    return Source(source_id, record, summary, url_of(source_id, record), below)


def _text(plain: Any) -> str:
    if isinstance(plain, list):
        return ", ".join(_text(item) for item in plain)
    if isinstance(plain, dict):
        return ", ".join(f"{key}: {_text(value)}" for key, value in plain.items())
    if isinstance(plain, bool):
        return _("yes") if plain else _("no")
    return str(plain)


def _quantity(record: Quantity) -> str:
    parts = [
        f"{record.count} ×" if record.count is not None else "",
        f"{amount(record.grams)} g" if record.grams is not None else "",
        f"{amount(record.dose_mg)} mg" if record.dose_mg is not None else "",
        f"{amount(record.ml)} ml" if record.ml is not None else "",
    ]
    return " ".join(part for part in parts if part) or record.offer_kind


def quantity_words(record: Quantity) -> str:
    """Return a quantity as ``count × grams``, with dose and volume where they are given."""
    return _quantity(record)


def _trace(record: Trace) -> str:
    hops = ngettext("{n} hop", "{n} hops", len(record.hops)).format(n=len(record.hops))
    return f"{record.start_address} → {hops}: {stop_words(record.stop_reason)}"


def _selector(record: Selector, masking: Masking) -> str:
    return masking.pseudonym(record.value) if is_third(record) else record.value


def _unseen(told: str, sha256: str) -> str:
    """Return what stands for a picture: it is never shown unasked."""
    return _("{told}, not shown here · SHA-256 {sha256}").format(told=told, sha256=sha256)


_SUMMARIES: dict[type[Record], Callable[[Any, Masking], str]] = {
    Authorization: lambda r, _m: f"{r.reference} · {r.issuing_body}",
    Capture: lambda r, _m: f"{r.uri} · {moment(r.observed_at)}",
    Listing: lambda r, _m: r.title,
    VendorAccount: lambda r, _m: f"{r.market} / {r.handle}",
    Feedback: lambda r, m: f"{m.pseudonym(r.buyer_handle)} · {r.given_on or '–'}",
    Mention: lambda r, _m: f"{r.substance_name} ← {in_quotes(r.span.text)}",
    Quantity: lambda r, _m: _quantity(r),
    PriceQuote: lambda r, _m: f"{amount(r.amount)} {r.currency or ''} / {per_words(r.per)}",
    UnitPrice: lambda r, _m: f"{amount(r.amount)} {r.currency or ''} / {per_words(r.per_unit)}",
    Selector: _selector,
    Tag: lambda r, _m: f"{r.address}: {r.label} ({r.source})",
    Cluster: lambda r, _m: f"{len(r.addresses)} × {r.addresses[0] if r.addresses else '–'} …",
    Trace: lambda r, _m: _trace(r),
    CashOutPoint: lambda r, _m: f"{r.address}: {r.service}, {btc(r.value_sat)}",
    Transaction: lambda r, _m: f"{r.txid} · {moment(r.mined_at)}",
    Screenshot: lambda r, _m: _unseen(f"{r.width} × {r.height}", r.sha256),
    CapturedPicture: lambda r, _m: _unseen(r.media_type, r.sha256),
}
