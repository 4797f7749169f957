# SPDX-License-Identifier: AGPL-3.0-or-later
"""``read_page``: one captured page, read with a market profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from crawler.market.charset import DecodedBody, decode_body
from crawler.market.classifying import (
    OTHER,
    charset_problem,
    is_cut,
    is_page_type,
    kind_of,
    kind_of_status,
    looks_like_html,
    may_begin_html,
    may_have_page,
    walled,
)
from crawler.market.document import Document, parse_document
from crawler.market.fields import PageReading
from crawler.market.keeping import kept
from crawler.market.links import (
    captcha_form,
    links_elsewhere,
    links_of,
    login_form,
    refresh_seconds,
)
from crawler.market.listing_page import read_listing
from crawler.market.pictures import pictures_of, unknown_links
from crawler.market.profile import MarketProfile
from crawler.market.selecting import Select
from crawler.market.size import TOO_LARGE, too_large
from crawler.market.vendor_page import read_vendor
from crawler.market.wall import wall_kind
from crawler.market.wall_forms import any_captcha_form, any_login_form

UNKNOWN_KIND = "kind: no rule of the profile holds"


def read_page(
    profile: MarketProfile,
    body: bytes,
    *,
    uri: str,
    status: int | None,
    media_type: str,
    charset: str,
    problem: str,
    refresh: str = "",
) -> PageReading:
    """Return what ``profile`` makes of one page; never raises for what stands on it.

    ``uri`` may be a path (of a saved page) or empty; ``status`` None, ``media_type`` and
    ``charset`` empty where they are not known; ``problem`` is the reason why an HTTP
    parser cut or rejected the body; ``refresh`` is the value of a Refresh header.  A page
    that is cut, or that lacks a required field, is ``other`` and gives no listing.  What no
    rule of the profile knows, and what shows the signs of a wall, is looked at by general
    signs (``wall_kind``): a wall is never a listing or a vendor.  A page that is too large is
    not read at all: ``TOO_LARGE`` stands among its failed assertions.
    """
    if is_page_type(media_type) and may_have_page(status) and too_large(body):
        kind = kind_of_status(profile, status)
        return PageReading(kind, truncated=True, charset=charset, failed_assertions=(TOO_LARGE,))
    decoded = decode_body(body, charset)
    if not is_page_type(media_type) or not may_have_page(status):
        return PageReading(kind_of_status(profile, status), bool(problem), decoded.charset)
    if not looks_like_html(decoded.text):
        return _no_page(profile, decoded, status, problem)
    document = parse_document(decoded)
    if document.root is None:
        return _no_page(profile, decoded, status, problem or "no element in it")
    try:
        reading = _classified(profile, document, uri, status, problem, refresh)
        return kept(profile.keep, _with_content(profile, document, reading, uri, len(body)))
    except etree.XPathEvalError:  # libxml2 gives up on a tree that is too large or too deep
        return _no_page(profile, decoded, status, "its mark-up cannot be searched")


def _with_content(
    profile: MarketProfile, document: Document, reading: PageReading, uri: str, n_bytes: int
) -> PageReading:
    """Return the reading with the listing or the vendor of the page, where it is one."""
    if reading.kind == "listing":
        shown = _with_pictures(reading, profile.listing.pictures, document, uri)
        found = read_listing(profile, document, shown, uri, n_bytes)
        return _no_content(found, document, uri)
    if reading.kind == "vendor":
        shown = _with_pictures(reading, profile.vendor.pictures, document, uri)
        found = read_vendor(profile, document, shown, n_bytes)
        return _no_content(found, document, uri)
    return reading


def _with_pictures(
    reading: PageReading, selects: Sequence[Select], document: Document, uri: str
) -> PageReading:
    shown = pictures_of(selects, document.root, uri)
    return replace(reading, pictures=shown, leftovers=unknown_links(reading.leftovers, shown))


def _no_content(reading: PageReading, document: Document, uri: str) -> PageReading:
    """Return the reading of half a listing or vendor as the wall that it may be."""
    if reading.kind != OTHER:
        return reading
    return replace(reading, kind=wall_kind(document.root, uri, None) or OTHER)


def _no_page(
    profile: MarketProfile, decoded: DecodedBody, status: int | None, problem: str
) -> PageReading:
    """Return the reading of a body without mark-up; an error's body needs none."""
    kind = kind_of_status(profile, status)
    truncated = bool(problem) or (kind == OTHER and may_begin_html(decoded.text))
    failed = [] if truncated or kind != OTHER else ["document: this is no HTML page"]
    failed = charset_problem(decoded) + failed
    return PageReading(kind, truncated, decoded.charset, failed_assertions=tuple(failed))


def _classified(  # what is known of one page
    profile: MarketProfile,
    document: Document,
    uri: str,
    status: int | None,
    problem: str,
    refresh: str,
) -> PageReading:
    truncated = is_cut(profile, document, status, problem)
    known = OTHER if truncated else kind_of(profile, document, uri, status)
    kind = walled(known, document, uri, status, refresh)
    failed = charset_problem(document.decoded)
    if known is None:
        failed.append(UNKNOWN_KIND)
    links, unknown = links_of(profile, document.root, uri)
    root = document.root
    form = login_form(profile.login, root, uri) if profile.login else None
    captcha = captcha_form(profile.captcha, root, uri) if profile.captcha else None
    if kind == "login" and profile.login is None:
        form = any_login_form(root, uri)
    if kind in ("login", "captcha") and profile.captcha is None:
        captcha = any_captcha_form(root, uri)
    return PageReading(
        kind=kind or OTHER,
        truncated=truncated,
        charset=document.decoded.charset,
        links=tuple(links),
        elsewhere=tuple(links_elsewhere(profile, root, uri)),
        leftovers=tuple(unknown),
        failed_assertions=tuple(failed),
        login_form=form,
        captcha=captcha,
        refresh_seconds=refresh_seconds(root, refresh),
    )
