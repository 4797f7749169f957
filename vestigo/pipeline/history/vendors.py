# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a vendor was seen: first and last, with what, and what the market was asked since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from vestigo.records import Feedback, VendorAccount
from vestigo.store import RecordLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorLife:
    """The captures that show one vendor account, on a profile page or as a listing's vendor.

    ``last_feedback_on`` is the last day for which a buyer's feedback names the vendor, None
    where none does; ``market_seen_at`` when the market was last seen at all: a vendor who was
    not seen since may be gone, or was not asked for.
    """

    market: str
    handle: str
    first_seen_at: datetime
    last_seen_at: datetime
    last_capture_id: str
    n_captures: int
    last_feedback_on: date | None
    market_seen_at: datetime


def vendor_lives(ledger: RecordLedger, market: str = "") -> list[VendorLife]:
    """Return the life of each vendor account, of one market or of all, in a fixed order."""
    seen: dict[tuple[str, str], dict[str, datetime]] = {}
    for account in ledger.of_kind(VendorAccount):
        if account.observed_at is not None:
            captures = seen.setdefault((account.market, account.handle), {})
            captures[account.sources[0]] = account.observed_at
    feedback = _last_feedback(ledger.of_kind(Feedback))
    markets: dict[str, datetime] = {}
    for (name, _handle), captures in seen.items():
        latest = max(captures.values())
        markets[name] = max(latest, markets.get(name, latest))
    return [
        _life(place, captures, feedback.get(place), markets[place[0]])
        for place, captures in sorted(seen.items())
        if market in ("", place[0])
    ]


def _last_feedback(rows: Iterable[Feedback]) -> dict[tuple[str, str], date]:
    last: dict[tuple[str, str], date] = {}
    for row in rows:
        if row.given_on is not None and row.vendor_handle:
            place = (row.market, row.vendor_handle)
            last[place] = max(row.given_on, last.get(place, row.given_on))
    return last


def _life(
    place: tuple[str, str], captures: dict[str, datetime], feedback: date | None, market: datetime
) -> VendorLife:
    last_at, last_capture = max((at, capture) for capture, at in captures.items())
    return VendorLife(
        market=place[0],
        handle=place[1],
        first_seen_at=min(captures.values()),
        last_seen_at=last_at,
        last_capture_id=last_capture,
        n_captures=len(captures),
        last_feedback_on=feedback,
        market_seen_at=market,
    )
