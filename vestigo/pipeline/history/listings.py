# SPDX-License-Identifier: AGPL-3.0-or-later
"""The history of a listing: what each capture showed, what changed, when it was gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

from vestigo.pipeline.history.holding import Holding, holding_reasons, market_medians
from vestigo.pipeline.history.usual import UsualPrices
from vestigo.records import Capture, Listing, Page, TextReading, UnitPrice
from vestigo.store import RecordLedger

GONE_KINDS = frozenset({"not-found", "soft-404"})
FLAG = "holding_price"
# the fields that make two captures of one listing differ, in the order in which they are told
COMPARED = (
    "price", "stock", "title", "description", "vendor", "category", "ships_from", "ships_to",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What one capture showed of a listing; ``changed`` names what differs from the one before.

    ``holding`` are the reasons for which the price is taken for a holding price.
    """

    at: datetime
    capture_id: str
    record_id: str
    title: str
    price_amount: Decimal | None
    price_currency: str | None
    stock_state: str | None
    stock_n: int | None
    changed: tuple[str, ...]
    holding: tuple[Holding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingHistory:
    """Everything that the captures say of one listing, in the order of time.

    ``gone_at`` is when its address last answered "not found", None where it was seen
    afterwards or never asked for again; ``gone_capture_id`` the page that said so.
    """

    market: str
    key: str
    vendor: str | None
    versions: tuple[Version, ...]
    gone_at: datetime | None
    gone_capture_id: str

    @property
    def state(self) -> str:
        """``gone``, ``holding_price`` or ``seen``, as of the last capture."""
        if self.gone_at is not None:
            return "gone"
        return FLAG if self.versions[-1].holding else "seen"


@dataclass(slots=True)
class _Shown:
    """One capture of a listing as recorded."""

    listing: Listing
    at: datetime
    flagged: bool

    @property
    def capture_id(self) -> str:
        return self.listing.sources[0]


@dataclass(frozen=True, slots=True)
class _Compared:
    """What the prices of one market are compared with: its medians by currency, usual prices."""

    medians: Mapping[str, Decimal]
    usual: UsualPrices


def listing_histories(
    ledger: RecordLedger, market: str = "", key: str = ""
) -> list[ListingHistory]:
    """Return the history of each listing (of one market, or of one listing), in a fixed order."""
    flagged = {r.subject for r in ledger.of_kind(TextReading) if FLAG in r.flags}
    shown = _shown(ledger.of_kind(Listing), flagged)
    medians = _medians(shown)
    every = (one.listing for captures in shown.values() for one in captures.values())
    usual = UsualPrices(every, ledger.of_kind(UnitPrice))
    uris = {one.capture_id: one.uri for one in ledger.of_kind(Capture)}
    gone = _gone(ledger.of_kind(Page))
    return [
        _history(place, captures, _Compared(medians.get(place[0], {}), usual), uris, gone)
        for place, captures in sorted(shown.items())
        if market in ("", place[0]) and key in ("", place[1])
    ]


def _shown(
    listings: Iterable[Listing], flagged: set[str]
) -> dict[tuple[str, str], dict[str, _Shown]]:
    """Group by market and key; of two readings of one capture the later one counts."""
    found: dict[tuple[str, str], dict[str, _Shown]] = {}
    for one in listings:
        if one.observed_at is None:
            continue
        captures = found.setdefault((one.market, one.listing_key), {})
        captures[one.sources[0]] = _Shown(one, one.observed_at, one.record_id in flagged)
    return found


def _medians(
    shown: Mapping[tuple[str, str], Mapping[str, _Shown]],
) -> dict[str, dict[str, Decimal]]:
    """Return the median of the listings' lowest prices, by market and currency."""
    lowest: dict[tuple[str, str, str], Decimal] = {}
    for (market, key), captures in shown.items():
        for one in captures.values():
            amount, currency = one.listing.price_amount, one.listing.price_currency
            if amount is not None:
                place = (market, currency or "", key)
                lowest[place] = min(amount, lowest.get(place, amount))
    prices: dict[str, dict[str, list[Decimal]]] = {}
    for (market, currency, _key), amount in lowest.items():
        prices.setdefault(market, {}).setdefault(currency, []).append(amount)
    return {market: market_medians(by_currency) for market, by_currency in prices.items()}


def _gone(pages: Iterable[Page]) -> dict[tuple[str, str], tuple[datetime, str]]:
    """Return when, and on which capture, each address last answered "not found"."""
    last: dict[tuple[str, str], tuple[datetime, str]] = {}
    for page in pages:
        if page.page_kind in GONE_KINDS and page.observed_at is not None:
            place = (page.market, path_of(page.uri))
            last[place] = max(
                last.get(place, (page.observed_at, "")), (page.observed_at, page.sources[0])
            )
    return last


def path_of(uri: str) -> str:
    """Return what names a page on every mirror of a market: path and query."""
    parts = urlsplit(uri)
    return f"{parts.path}?{parts.query}"


def _history(
    place: tuple[str, str],
    captures: Mapping[str, _Shown],
    compared: _Compared,
    uris: Mapping[str, str],
    gone: Mapping[tuple[str, str], tuple[datetime, str]],
) -> ListingHistory:
    market, key = place
    order = sorted(captures.values(), key=lambda one: (one.at, one.capture_id))
    asked = {path_of(uris[one.capture_id]) for one in order if one.capture_id in uris}
    left = max((gone[market, path] for path in asked if (market, path) in gone), default=None)
    is_gone = left is not None and left[0] > order[-1].at
    return ListingHistory(
        market=market,
        key=key,
        vendor=order[-1].listing.vendor_handle,
        versions=tuple(_versions(order, compared)),
        gone_at=left[0] if left and is_gone else None,
        gone_capture_id=left[1] if left and is_gone else "",
    )


def _versions(order: list[_Shown], compared: _Compared) -> Iterator[Version]:
    before: _Shown | None = None
    left: object = None
    for one in order:
        listing = one.listing
        shown = _fields(listing)["stock"]
        yield Version(
            at=one.at,
            capture_id=one.capture_id,
            record_id=listing.record_id,
            title=listing.title,
            price_amount=listing.price_amount,
            price_currency=listing.price_currency,
            stock_state=listing.stock_state,
            stock_n=listing.stock_n,
            changed=_changed(before, one, left) if before else (),
            holding=_holding(one, order, compared),
        )
        before, left = one, shown or left


def _holding(one: _Shown, order: list[_Shown], compared: _Compared) -> tuple[Holding, ...]:
    price, currency = one.listing.price_amount, one.listing.price_currency
    if price is None:
        return ()
    others = [
        other.listing.price_amount
        for other in order
        if other is not one
        and other.listing.price_amount is not None
        and other.listing.price_currency == currency
    ]
    market = compared.medians.get(currency or "")
    return holding_reasons(price, others, market, one.flagged, compared.usual.of(one.listing))


def _changed(before: _Shown, after: _Shown, left: object) -> tuple[str, ...]:
    """Return what differs; ``left`` is the last stock that any capture before showed.

    A layout that shows no stock says nothing of it.
    """
    first, second = _fields(before.listing), _fields(after.listing)
    first["stock"] = left or second["stock"]
    second["stock"] = second["stock"] or first["stock"]
    return tuple(name for name in COMPARED if first[name] != second[name])


def _fields(listing: Listing) -> dict[str, object]:
    return {
        "price": (listing.price_amount, listing.price_currency),
        "stock": (listing.stock_state, listing.stock_n) if listing.stock_state else None,
        "title": listing.title,
        "description": listing.description,
        "vendor": listing.vendor_handle,
        "category": listing.category,
        "ships_from": listing.ships_from,
        "ships_to": listing.ships_to,
    }
