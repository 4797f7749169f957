# SPDX-License-Identifier: AGPL-3.0-or-later
"""A listing page: every field that the profile names, or nothing."""

from __future__ import annotations

from dataclasses import replace

from crawler.market.completing import finished, first
from crawler.market.document import Document
from crawler.market.extracting import Extraction, quoted
from crawler.market.feedback import feedback_count, feedback_rows
from crawler.market.fields import ListingFields, PageReading, Stock
from crawler.market.profile import ListingRule, MarketProfile, link_target
from crawler.market.profile_words import words_of
from crawler.market.stock import read_stock


def read_listing(
    profile: MarketProfile, document: Document, reading: PageReading, uri: str, n_bytes: int
) -> PageReading:
    """Return ``reading`` with the listing on the page; ``n_bytes`` is the body's length."""
    extraction = Extraction(document, n_bytes, words_of(profile.listing))
    rule = profile.listing
    values = {field.name: extraction.all(field, document.root) for field in rule.fields}
    prices = [extraction.price(price, document.root) for price in rule.prices]
    key = _listing_key(rule, document, uri)
    listing = ListingFields(
        key=key,
        title=first(values, "title") or "",
        description=first(values, "description") or "",
        vendor=first(values, "vendor"),
        category=values.get("category", ()),
        prices=tuple(price for price in prices if price is not None),
        ships_from=first(values, "ships_from"),
        ships_to=first(values, "ships_to"),
        feedback_count=feedback_count(profile, extraction),
        listed_on=extraction.day(rule.listed_on, document.root) if rule.listed_on else None,
        stock=_stock(rule, extraction),
    )
    feedback = feedback_rows(profile.feedback, extraction, key, listing.vendor, profile)
    if rule.prices and not listing.prices and not extraction.incomplete:
        extraction.incomplete = True
        extraction.failed.append("price: required, not found")
    return finished(replace(reading, listing=listing, feedback=feedback), extraction, rule)


def _stock(rule: ListingRule, extraction: Extraction) -> Stock | None:
    """Return how much is left; a text that says nothing understood is reported."""
    shown = extraction.one(rule.stock, extraction.document.root) if rule.stock else None
    if shown is None:
        return None
    stock = read_stock(shown)
    if stock is None:
        extraction.failed.append(f"stock: not understood: {quoted(shown)}")
    return stock


def _listing_key(rule: ListingRule, document: Document, uri: str) -> str:
    """Return the key from the page's address, else from a link on the page, else nothing."""
    match = rule.key_uri.search(link_target(uri)) if uri else None
    if match is None and rule.key_link is not None:
        for element in rule.key_link.nodes(document.root):
            match = rule.key_uri.search(link_target(element.get("href", "")))
            if match is not None:
                break
    return match["key"] if match else ""
