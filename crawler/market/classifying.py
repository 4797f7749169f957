# SPDX-License-Identifier: AGPL-3.0-or-later
"""What kind of page this is, and whether all of it is there."""

from __future__ import annotations

import re
from http import HTTPStatus

from lxml import etree

from crawler.market.charset import DecodedBody
from crawler.market.document import Document
from crawler.market.guessing.judging import ORDERS, judge_page
from crawler.market.guessing.sight import sight_of
from crawler.market.profile import KindRule, MarketProfile, link_target
from crawler.market.profile_words import words_of
from crawler.market.wall import wall_kind

OTHER = "other"
TAIL_WINDOW = 2048
HEAD_WINDOW = 4096

CONTENT = ("listing", "vendor", "category", "search", "feedback")
_WALL_SIGNS = etree.XPath(
    "//input[translate(@type, 'PASWORD', 'pasword')='password'] | //meta[@http-equiv]"
    "[translate(@http-equiv, 'REFSH', 'refsh')='refresh'] | //form[.//img and .//input]"
)
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_LOOKS_HTML = re.compile(
    r"(?:\ufeff|\s|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|html|head|body|meta|title|div|table"
    r"|p|h[1-6]|form|center|script|style|link)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAY_BEGIN_HTML = re.compile(r"\s*(?:<(?:[!?a-z][^>]{0,60})?)?\Z", re.IGNORECASE)


def is_page_type(media_type: str) -> bool:
    """Return whether a media type is that of a page; an empty one may be."""
    return media_type.partition(";")[0].strip().lower() in _HTML_TYPES or not media_type


def may_have_page(status: int | None) -> bool:
    """Return whether an answer of that status carries a page (a redirect need not)."""
    return status is None or not (
        HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
        or status in (HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT)
    )


def looks_like_html(text: str) -> bool:
    """Return whether a body begins as a page does."""
    return bool(_LOOKS_HTML.match(text[:HEAD_WINDOW]))


def may_begin_html(text: str) -> bool:
    """Return whether this could be the first bytes of a page that was cut at once."""
    return bool(_MAY_BEGIN_HTML.match(text))


def is_cut(profile: MarketProfile, document: Document, status: int | None, problem: str) -> bool:
    """Return whether the page ends before its end of document.

    Pages of errors come from servers that often leave the end out: they are cut only
    where HTTP says so.
    """
    if problem or (status is not None and status >= HTTPStatus.BAD_REQUEST):
        return bool(problem)
    if not document.complete:
        return True
    return profile.end.search(document.decoded.text[-TAIL_WINDOW:]) is None


def kind_of_status(profile: MarketProfile, status: int | None) -> str:
    """Return the kind that the status alone tells, ``other`` where none does."""
    if status is None:
        return OTHER
    alone = (rule for rule in profile.kinds if status in rule.status and _is_status_only(rule))
    return next((rule.kind for rule in alone), OTHER)


def _is_status_only(rule: KindRule) -> bool:
    return not (rule.has or rule.uri or rule.text or rule.seems)


def kind_of(profile: MarketProfile, document: Document, uri: str, status: int | None) -> str | None:
    """Return the kind of the first rule that holds, None where no rule does."""
    target = link_target(uri) if uri else ""
    seen = ""
    for rule in profile.kinds:
        if not _holds(rule, document, target, status):
            continue
        if rule.seems or rule.unless_orders:
            seen = seen or seems(profile, document)
        if (not rule.seems or seen == rule.kind) and not (rule.unless_orders and seen == ORDERS):
            return rule.kind
    return None


def seems(profile: MarketProfile, document: Document) -> str:
    """Return the kind that the reader without a profile takes a page for.

    It knows the labels of the profile: what it made of the page serves the fields too.
    """
    return judge_page(sight_of(document, words_of(profile.listing))).kind


def walled(
    kind: str | None, document: Document, uri: str, status: int | None, refresh: str = ""
) -> str | None:
    """Return the wall that a page is where its profile takes it for content or knows nothing.

    Content is looked at only where a cheap sign (status, password, refresh, a picture with
    a field) says that it may be none.
    """
    if kind is not None and kind not in CONTENT:
        return kind
    if kind is not None and not _may_be_wall(document, status, refresh):
        return kind
    return wall_kind(document.root, uri, status, refresh) or kind


def _may_be_wall(document: Document, status: int | None, refresh: str) -> bool:
    refused = status is not None and status >= HTTPStatus.BAD_REQUEST
    return refused or bool(refresh) or bool(_WALL_SIGNS(document.root))


def _holds(rule: KindRule, document: Document, target: str, status: int | None) -> bool:
    if rule.status and status not in rule.status:
        return False
    if rule.uri is not None and not rule.uri.search(target):
        return False
    if rule.text is not None and not rule.text.search(document.plain_text()):
        return False
    if any(select.matches(document.root) for select in rule.lacks):
        return False
    return all(select.matches(document.root) for select in rule.has)


def charset_problem(decoded: DecodedBody) -> list[str]:
    """Return the message about a charset that did not fit, or nothing."""
    return [f"charset: {decoded.problem}"] if decoded.problem else []
