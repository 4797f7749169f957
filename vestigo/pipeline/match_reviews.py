# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reviews of a case and the payments that they could be about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.analysis import Workbench
from ledger.matching import Match, Matcher, Matching, Price, Review
from ledger.odds import shipped_odds
from ledger.store import ChainStore
from vestigo.clock import iso
from vestigo.errors import InputError
from vestigo.pipeline.rates import case_rates
from vestigo.pipeline.session import CaseSession
from vestigo.records import Feedback, Listing, Selector, Tag, VendorAccount

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Matched:
    """What came out: a row a match, and how many reviews were asked and had candidates."""

    rows: list[Row]
    n_reviews: int
    n_with_candidates: int


def match_case(session: CaseSession, network: str) -> Matched:
    """Return the candidates of every review that states a day and a price."""
    settings = session.settings("ledger")
    listings = dict(session.ledger.named_of_kind(Listing))
    reviews = reviews_of(session.ledger.of_kind(Feedback), listings.values())
    published = _published(session, listings)
    tags = list(session.ledger.of_kind(Tag))
    matching = Matching(
        int(settings["match_before_days"]), int(settings["match_after_days"]),
        Decimal(settings["match_rate_tolerance"]),
    )  # fmt: skip
    with ChainStore(session.folder.chain, network) as store:
        bench = Workbench.over(store, tags, settings)
        scripts = {vendor: _scripts(bench, known) for vendor, known in published.items()}
        matcher = Matcher(bench.index, case_rates(session), matching, scripts, shipped_odds())
        matches = matcher.match(reviews)
        rows = [_row(bench, match) for match in matches]
    return Matched(rows, len(reviews), len({match.review for match in matches}))


def reviews_of(feedback: Iterable[Feedback], listings: Iterable[Listing]) -> list[Review]:
    """Return each review once; without a paid price all prices of its listing count."""
    prices: dict[tuple[str, str], dict[Price, None]] = {}
    for listing in listings:
        if listing.price_amount is not None and listing.price_currency:
            price = Price(listing.price_amount, listing.price_currency)
            prices.setdefault((listing.market, listing.listing_key), {})[price] = None
    found: dict[str, Review] = {}
    for one in feedback:
        if one.given_on is None or one.vendor_handle is None:
            continue
        paid = one.price_amount is not None and bool(one.price_currency)
        known = prices.get((one.market, one.listing_key), {})
        stated = (Price(one.price_amount or Decimal(0), str(one.price_currency)),) if paid else ()
        review = Review(
            key=_key(one), vendor=f"{one.market}/{one.vendor_handle}", given_on=one.given_on,
            prices=stated or tuple(known), is_paid_price=paid,
        )  # fmt: skip
        if review.prices:
            found.setdefault(review.key, review)
    return [found[key] for key in sorted(found)]


def _key(one: Feedback) -> str:
    """Return what tells a review from others, over all captures of it."""
    parts = (one.market, one.listing_key, one.given_on, one.buyer_handle, one.price_amount,
             one.rating, one.text)  # fmt: skip
    return " | ".join(str(part) for part in parts)


def _published(session: CaseSession, listings: dict[str, Listing]) -> dict[str, set[str]]:
    """Return the addresses that each vendor published, by account."""
    accounts = dict(session.ledger.named_of_kind(VendorAccount))
    found: dict[str, set[str]] = {}
    for selector in session.ledger.of_kind(Selector):
        if selector.selector_kind != "btc" or selector.party != "vendor":
            continue
        listing, account = listings.get(selector.subject), accounts.get(selector.subject)
        named = (listing.market, listing.vendor_handle) if listing else None
        named = (account.market, account.handle) if account else named
        if named is not None and named[1] is not None:
            found.setdefault(f"{named[0]}/{named[1]}", set()).add(selector.value)
    return found


def _scripts(bench: Workbench, addresses: Iterable[str]) -> frozenset[int]:
    found: set[int] = set()
    for address in addresses:
        try:
            script = bench.script(address)
        except InputError:  # of another network, or none at all: it pays nothing here
            continue
        if script is not None:
            found.add(script)
    return frozenset(found)


def _row(bench: Workbench, match: Match) -> Row:
    index, output = bench.index, match.output
    tx = int(index.tx_of[output])
    return {
        "review": match.review.key,
        "vendor": match.review.vendor,
        "given_on": match.review.given_on.isoformat(),
        "output": bench.output_name(output),
        "address": index.address(int(index.script_of[output])),
        "value_sat": int(index.value_sat[output]),
        "mined_at": iso(index.mined_at(tx)),
        "posterior": format(match.posterior, "f"),
        "rule": "ledger.match.v1",
        "grounds": sorted(match.features),
        "n_candidates": match.n_candidates,
        "chance_mean": format(match.chance_mean, "f"),
    }
