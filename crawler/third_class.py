# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of buyers, messages and orders: kept only where the authorization names their class.

Where an address says so the gate refuses before anything is asked for.  A page that turns
out to be one is looked at here, before it is archived.
"""

from __future__ import annotations

from http import HTTPStatus

from crawler.job import CrawlJob
from crawler.market import MarketProfile
from crawler.market.charset import decode_body
from crawler.market.classifying import is_page_type, kind_of, looks_like_html
from crawler.market.document import parse_document
from crawler.market.size import too_large
from crawler.permission import intent
from vestigo.evidence.screening import Verdict
from vestigo.evidence.screening.screen import NOT_SCREENED
from vestigo.evidence.warc import WireResponse
from vestigo.records.market import THIRD_KINDS

NOT_AUTHORISED = "-not-authorised"


def may_not_be_kept(job: CrawlJob, uri: str, wire: WireResponse) -> Verdict | None:
    """Return why the body of a page may not be kept, None where it may.

    Only profiles that know such pages are asked; the acts of an order on them are those on
    every other page.
    """
    if _knows_third(job.profile) and is_page_type(wire.media_type) and too_large(wire.body):
        return Verdict("not-authorised", why=NOT_SCREENED, media_type=wire.media_type)
    kind = third_kind(job.profile, uri, wire)
    if not kind or job.gate.covers(intent(uri, kind, job.account)):
        return None
    return Verdict("not-authorised", why=kind + NOT_AUTHORISED, media_type=wire.media_type)


def third_kind(profile: MarketProfile, uri: str, wire: WireResponse) -> str:
    """Return ``buyer``, ``message`` or ``order`` where the profile takes a page for that, or ""."""
    if wire.status is None or wire.status >= HTTPStatus.MULTIPLE_CHOICES:
        return ""
    if not _knows_third(profile) or not wire.body or not is_page_type(wire.media_type):
        return ""
    decoded = decode_body(wire.body, wire.charset)
    document = parse_document(decoded) if looks_like_html(decoded.text) else None
    if document is None or document.root is None:
        return ""
    kind = kind_of(profile, document, uri, wire.status) or ""
    return kind if kind in THIRD_KINDS else ""


def _knows_third(profile: MarketProfile) -> bool:
    return any(rule.kind in THIRD_KINDS for rule in profile.kinds)
