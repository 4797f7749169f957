# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a listing is on sale as the last look at it says, and how it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from vestigo.console.index import CaseIndex, Offer
from vestigo.i18n import _
from vestigo.pipeline.history import ListingHistory, Version, listing_histories
from vestigo.pipeline.history.listings import COMPARED, GONE_KINDS, path_of
from vestigo.records import Capture, Page, Record, UnitPrice

Gone = dict[tuple[str, str], datetime]


def gone_pages(index: CaseIndex) -> Gone:
    """Return when each address of a market last answered "not found"."""
    found: Gone = {}
    for page in (one.light for one in index.named_of(Page)):
        if page.page_kind in GONE_KINDS and page.observed_at is not None:
            place = (page.market, path_of(page.uri))
            found[place] = max(found.get(place, page.observed_at), page.observed_at)
    return found


def state_of(index: CaseIndex, offer: Offer, gone: Gone) -> str:
    """Return ``gone``, ``sold-out`` or ``on-sale``, as of the last capture."""
    last = offer.last.light
    if gone and last.observed_at is not None:
        captures = [index.capture_of(one.light) for one in offer.captures]
        paths = {path_of(one.light.uri) for one in captures if one is not None}
        if any(
            gone.get((last.market, path), last.observed_at) > last.observed_at for path in paths
        ):
            return "gone"
    return "sold-out" if last.stock_state == "sold-out" else "on-sale"


def state_words(state: str) -> str:
    """Return the words for the state of a listing."""
    return {"gone": _("gone"), "sold-out": _("sold out"), "on-sale": _("on sale")}.get(state, state)


@dataclass(frozen=True, slots=True)
class _Part:
    """The records of one listing, read as the history reads those of a ledger."""

    records: tuple[Record, ...]

    def of_kind(self, cls: type[Record]) -> Iterator[Record]:
        """Yield the records of one class."""
        return (one for one in self.records if isinstance(one, cls))


def history_of(index: CaseIndex, offer: Offer) -> ListingHistory | None:
    """Return what the captures of one listing say of it, None where none has a time.

    Holding prices are found against its own captures; the command ``vestigo crawl history``
    compares with the whole market.
    """
    records: list[Record] = [one.record for one in offer.captures]
    for one in offer.captures:
        records += [r for _i, r in index.readings_of(one.id, UnitPrice)]
        capture = index.capture_of(one.record)
        records += [capture.record] if capture is not None else []
    own = {path_of(r.uri) for r in records if isinstance(r, Capture)}
    gone = (one for one in index.named_of(Page) if one.light.page_kind in GONE_KINDS)
    records += [one.record for one in gone if path_of(one.light.uri) in own]
    records += [r.record for one in offer.captures for r in index.texts.get(one.id, ())]
    part = _Part(tuple(records))
    found = listing_histories(part, *offer.key)  # type: ignore[arg-type]  # a ledger is asked for its kinds alone
    return found[0] if found else None


def changed_words(version: Version) -> str:
    """Return what a capture showed otherwise than the one before it."""
    names = {
        "price": _("price"), "stock": _("stock"), "title": _("title"),
        "description": _("description"), "vendor": _("vendor"), "category": _("category"),
        "ships_from": _("ships from"), "ships_to": _("ships to"),
    }  # fmt: skip
    return ", ".join(names[name] for name in COMPARED if name in version.changed)
