# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of feedback, on listing pages and on vendors' profiles."""

from __future__ import annotations

import re
from typing import Any

from crawler.market.completing import first
from crawler.market.extracting import Extraction
from crawler.market.fields import FeedbackFields
from crawler.market.profile import FeedbackRule, MarketProfile, link_target

_COUNT = re.compile(r"[0-9]{1,9}")


def feedback_count(profile: MarketProfile, extraction: Extraction) -> int | None:
    """Return the count that the page names, else that of the rows, None where neither is there."""
    root = extraction.document.root
    rule = profile.listing.feedback_count
    if rule is not None:
        shown = extraction.one(rule, root)
        return int(shown) if shown and _COUNT.fullmatch(shown) else None
    if profile.feedback is None:
        return None
    n_rows = len(profile.feedback.row.nodes(root))
    none_said = profile.feedback.none is not None and profile.feedback.none.matches(root)
    return n_rows if n_rows or none_said else None


def feedback_rows(
    rule: FeedbackRule | None,
    extraction: Extraction,
    key: str,
    vendor: str | None,
    profile: MarketProfile,
) -> tuple[FeedbackFields, ...]:
    """Return the rows of feedback on a page of ``vendor`` (or of the listing ``key``)."""
    if rule is None:
        return ()
    rows = rule.row.nodes(extraction.document.root)
    return tuple(
        _feedback_row(rule, extraction, row, f"feedback.{number}.", key, vendor, profile)
        for number, row in enumerate(rows)
    )


def _feedback_row(
    rule: FeedbackRule,
    extraction: Extraction,
    row: Any,
    prefix: str,
    key: str,
    vendor: str | None,
    profile: MarketProfile,
) -> FeedbackFields:
    values = {field.name: extraction.all(field, row, prefix) for field in rule.fields}
    if rule.listing_link is not None:
        links = rule.listing_link.nodes(row)
        extraction.take(links)
        key = key or _key_of_links(profile, links)
    return FeedbackFields(
        listing_key=key,
        vendor=first(values, "vendor") or vendor,
        buyer=first(values, "buyer"),
        given_on=extraction.day(rule.given_on, row, prefix) if rule.given_on else None,
        age=first(values, "age"),
        rating=first(values, "rating"),
        text=first(values, "text") or "",
        price=extraction.price(rule.price, row, prefix) if rule.price else None,
    )


def _key_of_links(profile: MarketProfile, links: list[Any]) -> str:
    for link in links:
        match = profile.listing.key_uri.search(link_target(link.get("href", "")))
        if match:
            return match["key"]
    return ""
