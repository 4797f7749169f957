# SPDX-License-Identifier: AGPL-3.0-or-later
"""``read_page``: one captured page, read with a market profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crawler.market.charset import DecodedBody, decode_body
from crawler.market.classifying import (
    OTHER,
    charset_problem,
    is_cut,
    is_page_type,
    kind_of,
    looks_like_html,
    may_begin_html,
    may_have_page,
)
from crawler.market.document import Document, parse_document
from crawler.market.extracting import Extraction
from crawler.market.fields import (
    FeedbackFields,
    ListingFields,
    PageReading,
    VendorFields,
)
from crawler.market.links import links_of, login_form
from crawler.market.profile import FeedbackRule, ListingRule, MarketProfile, VendorRule, link_target
from crawler.market.sourced import cut_text
from vestigo.identifiers.pgp import find_blocks
from vestigo.records.text import SourcedText


def read_page(
    profile: MarketProfile,
    body: bytes,
    *,
    uri: str,
    status: int | None,
    media_type: str,
    charset: str,
    problem: str,
) -> PageReading:
    """Return what ``profile`` makes of one page; never raises for what stands on it.

    ``uri`` may be a path (of a saved page) or empty; ``status`` None, ``media_type`` and
    ``charset`` empty where they are not known; ``problem`` is the reason why an HTTP
    parser cut or rejected the body.  A page that is cut, or that lacks a required
    field, is ``other`` and gives no listing.
    """
    decoded = decode_body(body, charset)
    if not is_page_type(media_type) or (status is not None and not may_have_page(status)):
        return PageReading(OTHER, bool(problem), decoded.charset)
    if not looks_like_html(decoded.text):
        return _no_page(decoded, problem)
    document = parse_document(decoded)
    if document.root is None:
        return _no_page(decoded, problem or "nothing could be parsed")
    reading = _classified(profile, document, uri, status, problem)
    if reading.kind == "listing":
        return _with_listing(profile, document, reading, uri, len(body))
    if reading.kind == "vendor":
        return _with_vendor(profile, document, reading, len(body))
    return reading


def _no_page(decoded: DecodedBody, problem: str) -> PageReading:
    truncated = bool(problem) or may_begin_html(decoded.text)
    failed = [] if truncated else ["document: this is no HTML page"]
    return PageReading(
        OTHER, truncated, decoded.charset, failed_assertions=(*charset_problem(decoded), *failed)
    )


def _classified(
    profile: MarketProfile, document: Document, uri: str, status: int | None, problem: str
) -> PageReading:
    truncated = is_cut(profile, document, problem)
    kind = OTHER if truncated else kind_of(profile, document, uri, status)
    failed = charset_problem(document.decoded)
    if kind is None:
        failed.append("kind: no rule of the profile holds")
    links, unknown = links_of(profile, document.root, uri)
    form = login_form(profile.login, document.root, uri) if profile.login else None
    return PageReading(
        kind=kind or OTHER,
        truncated=truncated,
        charset=document.decoded.charset,
        links=tuple(links),
        leftovers=tuple(unknown),
        failed_assertions=tuple(failed),
        login_form=form,
    )


def _with_listing(
    profile: MarketProfile, document: Document, reading: PageReading, uri: str, n_bytes: int
) -> PageReading:
    extraction = Extraction(document, n_bytes)
    rule = profile.listing
    values = {field.name: extraction.all(field, document.root) for field in rule.fields}
    prices = [extraction.price(price, document.root) for price in rule.prices]
    key = _listing_key(rule, document, uri)
    listing = ListingFields(
        key=key,
        title=_first(values, "title") or "",
        description=_first(values, "description") or "",
        vendor=_first(values, "vendor"),
        category=values.get("category", ()),
        prices=tuple(price for price in prices if price is not None),
        ships_from=_first(values, "ships_from"),
        ships_to=_first(values, "ships_to"),
        feedback_count=_feedback_count(profile, extraction),
        listed_on=extraction.day(rule.listed_on, document.root) if rule.listed_on else None,
    )
    feedback = _feedback(profile.feedback, extraction, key, listing.vendor, profile)
    if rule.prices and not listing.prices and not extraction.incomplete:
        extraction.incomplete = True
        extraction.failed.append("price: required, not found")
    return _finished(replace(reading, listing=listing, feedback=feedback), extraction, rule)


def _with_vendor(
    profile: MarketProfile, document: Document, reading: PageReading, n_bytes: int
) -> PageReading:
    extraction = Extraction(document, n_bytes)
    rule = profile.vendor
    values = {field.name: extraction.all(field, document.root) for field in rule.fields}
    for place in rule.pgp:
        extraction.all(place, document.root)
    blocks = _armoured(extraction)
    handle = _first(values, "handle")
    vendor = VendorFields(handle or "", _first(values, "profile") or "", blocks)
    feedback = _feedback(profile.feedback, extraction, "", handle, profile)
    return _finished(replace(reading, vendor=vendor, feedback=feedback), extraction, rule)


def _finished(
    reading: PageReading, extraction: Extraction, rule: ListingRule | VendorRule
) -> PageReading:
    """Return the reading with what failed and what is left over; a half page is no page."""
    extraction.require(rule.must_have, rule.whole)
    failed = (*reading.failed_assertions, *extraction.failed)
    if extraction.incomplete:
        return replace(
            reading, kind=OTHER, listing=None, vendor=None, feedback=(), failed_assertions=failed
        )
    leftovers = (*extraction.leftovers(rule.regions, rule.ignore), *reading.leftovers)
    return replace(reading, failed_assertions=failed, leftovers=leftovers, texts=extraction.texts)


def _first(values: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    found = values.get(name, ())
    return found[0] if found else None


def _listing_key(rule: ListingRule, document: Document, uri: str) -> str:
    """Return the key from the page's address, else from a link on the page, else nothing."""
    match = rule.key_uri.search(link_target(uri)) if uri else None
    if match is None and rule.key_link is not None:
        for element in rule.key_link.nodes(document.root):
            match = rule.key_uri.search(link_target(element.get("href", "")))
            if match is not None:
                break
    return match["key"] if match else ""


def _feedback_count(profile: MarketProfile, extraction: Extraction) -> int | None:
    """Return the count that the page names, else that of the rows, None where neither is there."""
    root = extraction.document.root
    rule = profile.listing.feedback_count
    if rule is not None:
        shown = extraction.one(rule, root)
        return int(shown) if shown and shown.isascii() and shown.isdigit() else None
    if profile.feedback is None:
        return None
    n_rows = len(profile.feedback.row.nodes(root))
    none_said = profile.feedback.none is not None and profile.feedback.none.matches(root)
    return n_rows if n_rows or none_said else None


def _feedback(
    rule: FeedbackRule | None,
    extraction: Extraction,
    key: str,
    vendor: str | None,
    profile: MarketProfile,
) -> tuple[FeedbackFields, ...]:
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
        vendor=_first(values, "vendor") or vendor,
        buyer=_first(values, "buyer"),
        given_on=extraction.day(rule.given_on, row, prefix) if rule.given_on else None,
        age=_first(values, "age"),
        rating=_first(values, "rating"),
        text=_first(values, "text") or "",
        price=extraction.price(rule.price, row, prefix) if rule.price else None,
    )


def _key_of_links(profile: MarketProfile, links: list[Any]) -> str:
    for link in links:
        match = profile.listing.key_uri.search(link_target(link.get("href", "")))
        if match:
            return match["key"]
    return ""


def _armoured(extraction: Extraction) -> tuple[str, ...]:
    """Return the armoured keys in every text of the page, each once, and note their places."""
    blocks: dict[str, SourcedText] = {}
    for text in list(extraction.texts.values()):
        for start, end in find_blocks(text.text):
            blocks.setdefault(text.text[start:end], cut_text(text, start, end))
    for number, text in enumerate(blocks.values()):
        extraction.texts[f"pgp.{number}"] = text
    return tuple(blocks)
