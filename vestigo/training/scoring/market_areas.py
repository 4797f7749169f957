# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages show: accounts, listings, prices, published addresses, contacts, keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from vestigo.training.scoring.area import Area
from vestigo.training.scoring.comparison import UNKNOWN, Comparison, Explained, Fact
from vestigo.training.scoring.holdings import Claims

KEY_KIND, COIN_KIND = "pgp_fingerprint", "btc"


def market_areas(work: Comparison) -> Iterator[Area]:
    """Yield vendors, listings, prices, stock, addresses, contacts and PGP keys."""
    yield _vendors(work)
    yield _listings(work)
    yield _prices(work)
    yield _stock(work)
    yield _addresses(work)
    yield _contacts(work)
    yield _keys(work)


def _vendors(work: Comparison) -> Area:
    true = {key: Fact(work.view.account(key)) for key in work.truth.accounts}
    claims = Claims()
    for record_id, item in work.held.vendors.items():
        claims.add(f"{item.market}/{item.handle}", record_id)
    return work.area("vendors", true, claims, lambda _key, ids: _of_page(work, ids))


def _listings(work: Comparison) -> Area:
    captured = _listing_uris(work)
    true = {
        key: Fact(work.view.listing(key), detail="captured" if _last(key) in captured else "")
        for key in work.truth.listings
    }
    claims = Claims()
    for record_id, item in work.held.listings.items():
        claims.add(f"{item.market}/{item.listing_key}", record_id)
    gone = {f"{row['market']}/{row['key']}" for row in work.truth.document["delisted"]}

    def explain(key: str, ids: set[str]) -> Explained:
        return ("delisted", "") if key in gone else _of_page(work, ids)

    return work.area("listings", true, claims, explain)


def _over_passes(
    work: Comparison,
    by_pass: Callable[[Mapping[str, Any]], Mapping[int, Any]],
    shown: Callable[[Any], str],
) -> dict[str, Fact]:
    """Return what each listing showed on any pass; unseen where no crawled pass shows it."""
    true: dict[str, Fact] = {}
    for key, item in work.truth.listings.items():
        for number, value in by_pass(item).items():
            unseen = work.view.listing(key)
            if not unseen and not work.view.saw_pass(str(item["market"]), number):
                unseen = "pass_not_crawled"
            name = f"{key} {shown(value)}"
            known = true.get(name)
            if known is None or known.unseen:
                true[name] = Fact(unseen)
    return true


def _prices(work: Comparison) -> Area:
    true = _over_passes(work, prices_by_pass, _amount)
    claims = Claims()
    for record_id, read in work.held.listings.items():
        if read.price_amount is not None:
            shown = {"amount": str(read.price_amount), "currency": read.price_currency}
            claims.add(f"{read.market}/{read.listing_key} {_amount(shown)}", record_id)
    return work.area("prices", true, claims, lambda _key, ids: _of_page(work, ids))


def _stock(work: Comparison) -> Area:
    """Compare what is left of each listing, over all passes."""
    true = _over_passes(work, stock_by_pass, lambda left: _left(left["state"], left["n"]))
    claims = Claims()
    for record_id, read in work.held.listings.items():
        if read.stock_state is not None:
            shown = _left(read.stock_state, read.stock_n)
            claims.add(f"{read.market}/{read.listing_key} {shown}", record_id)
    return work.area("stock", true, claims, lambda _key, ids: _of_page(work, ids))


def stock_by_pass(listing: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Return what the page of a listing says to be left, for each pass that shows it."""
    return {int(row["pass"]): row for row in listing.get("stock_shown", ())}


def _left(state: str, n: int | None) -> str:
    """Return a stock in one spelling: nothing left is sold out, with a nought or without."""
    return f"{n} left" if n else state


def prices_by_pass(listing: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Return the price that a listing shows on each pass on which it is seen."""
    return {int(row["pass"]): row for row in listing["prices_shown"]}


def _addresses(work: Comparison) -> Area:
    true = {}
    for item in work.truth.document["published_addresses"]:
        account = f"{item['market']}/{item['vendor']}"
        where = item["where"]
        listing = f"{item['market']}/{where}"
        unseen = work.view.account(account)
        if where != "vendor" and listing in work.truth.listings:
            unseen = work.view.listing(listing)
        true[f"{account} {item['address']}"] = Fact(unseen)
    claims = _selectors(work, lambda kind: kind == COIN_KIND)
    false = {
        str(row["shown"]): str(copy["host"])
        for market in work.truth.document["markets"]
        for copy in market["mirrors"]["copies"]
        for row in copy["replaced_addresses"]
    }

    def explain(key: str, ids: set[str]) -> Explained:
        _account, _space, address = key.rpartition(" ")
        why, detail = _of_page(work, ids)
        if address in false:
            return "phishing_mirror", false[address]
        if why == UNKNOWN[0] and address in work.truth.vendor_at:
            return "address_of_another", work.truth.vendor_at[address]
        if why == UNKNOWN[0] and address in work.truth.owner_at:
            return "address_of_another", work.truth.owner_at[address]
        return why, detail

    return work.area("addresses", true, claims, explain)


def _contacts(work: Comparison) -> Area:
    true = {
        f"{account} {contact['kind']}:{plain_contact(str(contact['value']))}": Fact(
            work.view.account(account)
        )
        for account, row in work.truth.accounts.items()
        for contact in row["contacts"]
    }
    kinds = {key.rpartition(" ")[2].partition(":")[0] for key in true}
    kinds |= {"jabber", "telegram", "session", "email", "wickr", "tox", "icq", "threema", "signal"}
    claims = _selectors(work, lambda kind: kind in kinds, with_kind=True)
    return work.area("contacts", true, claims, lambda _key, ids: _of_page(work, ids))


def _keys(work: Comparison) -> Area:
    true = {
        f"{account} {row['pgp_fingerprint'].upper()}": Fact(work.view.account(account))
        for account, row in work.truth.accounts.items()
        if row["pgp_fingerprint"]
    }
    claims = _selectors(work, lambda kind: kind == KEY_KIND)
    owners = {row["pgp_fingerprint"]: account for account, row in work.truth.accounts.items()}

    def explain(key: str, ids: set[str]) -> Explained:
        owner = owners.get(key.rpartition(" ")[2])
        return ("key_of_another", owner) if owner else _of_page(work, ids)

    return work.area("pgp_keys", true, claims, explain)


def plain_contact(value: str) -> str:
    """Return a contact without what only says how it is written."""
    return value.strip().removeprefix("@").casefold()


def _selectors(work: Comparison, wanted: Any, *, with_kind: bool = False) -> Claims:
    """Return what the vendor's own selectors claim: ``account value``."""
    claims = Claims()
    for record_id, item, subject in work.held.about(work.held.selectors):
        if not wanted(item.selector_kind) or item.party != "vendor" or item.checksum_ok is False:
            continue
        value = f"{item.selector_kind}:{plain_contact(item.value)}" if with_kind else item.value
        claims.add(f"{subject.account} {value}", record_id)
    return claims


def _of_page(work: Comparison, ids: set[str]) -> Explained:
    host = work.phishing(ids)
    return ("phishing_mirror", host) if host else UNKNOWN


def _listing_uris(work: Comparison) -> set[str]:
    return {uri.rstrip("/").rpartition("/")[2] for uri in work.held.uri_of.values()}


def _last(key: str) -> str:
    return key.partition("/")[2]


def _amount(price: dict[str, Any]) -> str:
    """Return amount and currency, trailing zeros left out."""
    amount = Decimal(str(price["amount"]))
    plain = f"{amount:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"{plain} {price['currency']}"
