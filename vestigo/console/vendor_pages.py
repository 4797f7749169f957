# SPDX-License-Identifier: AGPL-3.0-or-later
"""Vendor accounts: the list, and one account with everything that belongs to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from litestar import Response, get
from litestar.exceptions import HTTPException

from vestigo.console.desk import Asked, Look, desk_of, query_of
from vestigo.console.index import CaseIndex, Key, Named, Offer
from vestigo.console.listing_pages import archived_view
from vestigo.console.masking import THIRD
from vestigo.console.paging import paged
from vestigo.console.rendering import link
from vestigo.console.sign_in_pages import see
from vestigo.console.trading.lives import life_of
from vestigo.console.trading.states import state_words
from vestigo.records import Selector


@dataclass(frozen=True, slots=True)
class VendorRow:
    """One line of the list of vendors."""

    key: Key
    account: Named
    n_listings: int
    n_feedback: int
    n_keys: int
    n_addresses: int
    n_cash_outs: int


@get("/vendors", sync_to_thread=True)
def vendors(request: Asked) -> Response[str]:
    """Show every vendor account of the case."""
    desk = desk_of(request)
    index = desk.index()
    rows = desk.once.get(index, "vendors", lambda: vendor_rows(index))
    return desk.page(request, "vendors.html", Look("vendors"), rows=rows)


@get("/vendor", sync_to_thread=True)
def vendor(request: Asked) -> Response[str]:
    """Show one vendor account: profile, keys, selectors, listings, addresses, feedback.

    Of a handle that only listings name (its profile was destroyed, say) the listings are shown.
    """
    desk = desk_of(request)
    index = desk.index()
    key = (request.query_params.get("market", ""), request.query_params.get("handle", ""))
    accounts = index.vendors.get(key)
    offers = desk.once.get(index, "offers", lambda: offers_by_vendor(index)).get(key, [])
    if not accounts and offers:
        return see(link("/listings", market=key[0], vendor=key[1]))
    if not accounts:
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    account = _sighting(accounts)
    selectors = selectors_of(index, key, offers)
    addresses = sorted({one.light.value for one in selectors if _is_address(one)})
    return desk.page(
        request, "vendor.html", Look("vendor account", account.id),
        account=account, accounts=accounts, offers=offers, selectors=selectors,
        addresses=addresses, index=index, life=life_of(index, key, offers),
        state_words=state_words,
        feedback=paged(index.feedback_for.get(key, ()), query_of(request)),
        cash_outs=[one for one in index.cash_outs if one.record.start_address in addresses],
        archived=archived_view(desk, index, account, request.query_params.get("view", "text")),
    )  # fmt: skip


def offers_by_vendor(index: CaseIndex) -> dict[Key, list[Offer]]:
    """Return the listings of each vendor account."""
    found: dict[Key, list[Offer]] = {}
    for offer in index.offers.values():
        one = offer.last.light
        if one.vendor_handle:
            found.setdefault((one.market, one.vendor_handle), []).append(offer)
    return found


def selectors_of(index: CaseIndex, key: Key, offers: list[Offer]) -> list[Named]:
    """Return the selectors of an account and its listings, one for each kind and value."""
    subjects = [one.id for one in index.vendors.get(key, ())]
    subjects += [one.id for offer in offers for one in offer.captures]
    found: dict[tuple[str, str], Named] = {}
    for subject in subjects:
        for one in index.readings.get(subject, ()):
            if one.is_a(Selector):
                found.setdefault((one.light.selector_kind, one.light.value), one)
    return [one for _key, one in sorted(found.items())]


def vendor_rows(index: CaseIndex) -> list[VendorRow]:
    """Return the list of vendors, by market and handle."""
    offers = offers_by_vendor(index)
    paid = Counter(one.record.start_address for one in index.cash_outs)
    return [_vendor_row(index, key, offers.get(key, []), paid) for key in sorted(index.vendors)]


def _vendor_row(index: CaseIndex, key: Key, offers: list[Offer], paid: Counter[str]) -> VendorRow:
    selectors = selectors_of(index, key, offers)
    addresses = {one.light.value for one in selectors if _is_address(one)}
    return VendorRow(
        key=key,
        account=_sighting(index.vendors[key]),
        n_listings=len(offers),
        n_feedback=len(index.feedback_for.get(key, ())),
        n_keys=sum(one.light.selector_kind == "pgp_fingerprint" for one in selectors),
        n_addresses=len(addresses),
        n_cash_outs=sum(paid[address] for address in addresses),
    )


def _sighting(accounts: Sequence[Named]) -> Named:
    """Return the latest captured profile, else the latest listing that names the account."""
    return next((a for a in reversed(accounts) if a.light.profile_captured), accounts[-1])


def _is_address(one: Named) -> bool:
    return bool(one.light.selector_kind == "btc" and one.light.party != THIRD)


HANDLERS = (vendors, vendor)
