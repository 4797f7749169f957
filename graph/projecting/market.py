# SPDX-License-Identifier: AGPL-3.0-or-later
"""What captured pages say: markets, vendor accounts, listings, substances, selectors."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from graph.model import NodeRef, Properties
from graph.projecting.collector import (
    Draft,
    milliseconds,
    present,
    stamp_of,
    statement_of,
)
from graph.projecting.lookups import Lookups
from vestigo.records import Capture, Feedback, Listing, Mention, Page, Selector, VendorAccount

OFFERED = ("declared", "implied", "stated")
COINS = {"btc": None, "eth": "ethereum", "ltc": "litecoin", "trx": "tron", "xmr": "monero"}
GONE = ("not-found", "soft-404")
Passes = dict[str, Any]


def project_capture(draft: Draft, ask: Lookups, capture: Capture) -> Passes:
    """Draw the exhibit; a picture tells its digest to those who show it."""
    draft.node(
        "Exhibit",
        capture.capture_id,
        name=capture.uri,
        uri=capture.uri,
        at=milliseconds(capture.observed_at),
        media_type=capture.media_type,
        http_status=capture.status,
        content_sha256=capture.content_sha256,
        record_id=draft.record_id,
    )
    ask.declare(f"name:{capture.capture_id}", draft.record_id)
    if capture.media_type.startswith("image/"):
        shown = [stamp_of(capture.observed_at), capture.content_sha256, capture.media_type]
        ask.declare(f"image:{capture.uri}", [*shown, draft.record_id])
    return {"evidence": ["Exhibit", capture.capture_id], "path": _path_of(capture.uri)}


def project_page(draft: Draft, ask: Lookups, page: Page) -> Passes:
    """Tell the listings of an address that it leads nowhere any more."""
    if page.page_kind in GONE and page.observed_at is not None:
        at = milliseconds(page.observed_at)
        ask.declare(f"gone:{page.market}:{_path_of(page.uri)}", [at, draft.record_id])
    return {}


def project_feedback(_draft: Draft, ask: Lookups, feedback: Feedback) -> Passes:
    """Name the buyer, who is not in the graph and is masked wherever a text gives the name."""
    if feedback.buyer_handle:
        ask.declare("buyers", feedback.buyer_handle)
    if feedback.vendor_handle:
        ask.declare("sellers", feedback.vendor_handle)
    return {}


def project_vendor(draft: Draft, ask: Lookups, account: VendorAccount) -> Passes:
    """Draw an account that was seen on a market."""
    ref = _account(draft, account.market, account.handle)
    statement = statement_of(draft.record_id, account, "captured")
    properties: Properties = {
        "name": account.handle,
        "market": account.market,
        "handle": account.handle,
        "profile_captured": account.profile_captured,
    }
    if account.profile_captured and account.profile_text:
        properties["text"] = account.profile_text
    draft.seen(ref, milliseconds(account.observed_at), stamp_of(account.observed_at), properties)
    draft.edge("ACTIVE_ON", ref, _market(draft, account.market), statement)
    draft.claim(ref, statement, account.KIND)
    ask.declare("sellers", account.handle)
    return {"ref": [ref.label, ref.key]}


def project_listing(draft: Draft, ask: Lookups, listing: Listing) -> Passes:
    """Draw a listing as one capture shows it, and say whether its page was gone later."""
    ref = NodeRef("Listing", f"{listing.market}/{listing.listing_key}")
    statement = statement_of(draft.record_id, listing, "captured")
    moment = milliseconds(listing.observed_at)
    draft.seen(ref, moment, stamp_of(listing.observed_at), _listing_properties(listing))
    draft.edge("LISTED_ON", ref, _market(draft, listing.market), statement)
    seller = ""
    if listing.vendor_handle:
        account = _account(draft, listing.market, listing.vendor_handle)
        draft.edge("SELLS", account, ref, statement)
        seller = account.key
    draft.claim(ref, statement, listing.KIND, said=present(
        said=listing.title, price_amount=_price(listing), price_currency=listing.price_currency,
    ))  # fmt: skip
    _gone(draft, ask, ref, listing)
    return {"ref": [ref.label, ref.key], "seller": seller}


def _gone(draft: Draft, ask: Lookups, ref: NodeRef, listing: Listing) -> None:
    """Say when the address of this capture led nowhere, later than the capture."""
    seen_at = milliseconds(listing.observed_at)
    for source in listing.sources:
        capture = ask.standing(source)
        if capture is None or "path" not in capture.passes:
            continue
        for at, page_id in ask.facts(f"gone:{listing.market}:{capture.passes['path']}"):
            page, record = ask.standing(page_id), ask.record(page_id)
            if page is None or not isinstance(record, Page) or at <= (seen_at or 0):
                continue
            draft.remark(ref, "gone_at", [at], at)
            draft.claim(ref, statement_of(page_id, record, "captured"), record.KIND, page.behind)


def project_mention(draft: Draft, ask: Lookups, mention: Mention) -> Passes:
    """Draw a substance that is on offer; negated and merely mentioned ones are left out."""
    subject = subject_of(ask, mention.subject)
    if subject is None or mention.status not in OFFERED:
        return {}
    statement = statement_of(draft.record_id, mention, "captured")
    substance = draft.node(
        "Substance", mention.substance_id, name=mention.substance_name, unii=mention.unii
    )
    draft.edge("OFFERS", subject, substance, statement, part=(mention.status,),
               status=mention.status)  # fmt: skip
    draft.claim(subject, statement, mention.KIND)
    return {}


def project_selector(draft: Draft, ask: Lookups, selector: Selector) -> Passes:
    """Draw an identifier that a text gives: named by the listing and by its vendor."""
    subject = subject_of(ask, selector.subject)
    if subject is None:
        return {}
    if selector.party == "third":
        _hide(draft, subject, selector)
    if selector.checksum_ok is False:
        return {}
    statement = statement_of(draft.record_id, selector, "captured")
    named = _named(draft, selector)
    said_in = "listing" if subject.label == "Listing" else "profile"
    speakers = {subject, *_seller_of(ask, selector.subject)}
    for speaker in sorted(speakers, key=lambda ref: (ref.label, ref.key)):
        draft.edge("NAMES", speaker, named, statement, part=(selector.party,),
                   party=selector.party, said_in=said_in)  # fmt: skip
    draft.claim(named, statement, selector.KIND)
    return {}


def _hide(draft: Draft, subject: NodeRef, selector: Selector) -> None:
    written = {selector.value, selector.span.text if selector.span else selector.value}
    for text in sorted(written):
        draft.remark(subject, "hidden", [text], text)


def subject_of(ask: Lookups, subject: str) -> NodeRef | None:
    """Return the node that a reading is about: by the record that was read, or by its key."""
    found = ask.standing(subject)
    if found is not None:
        ref = found.passes.get("ref")
        return None if ref is None else NodeRef(*ref)
    for label in ("VendorAccount", "Listing"):
        if ask.exists(NodeRef(label, subject)):
            return NodeRef(label, subject)
    return None


def _seller_of(ask: Lookups, subject: str) -> set[NodeRef]:
    found = ask.standing(subject)
    seller = "" if found is None else found.passes.get("seller", "")
    return {NodeRef("VendorAccount", seller)} if seller else set()


def _named(draft: Draft, selector: Selector) -> NodeRef:
    kind, value = selector.selector_kind, selector.value
    if kind in COINS:
        return draft.node("Address", value, name=value, network=COINS[kind])
    if kind == "pgp_fingerprint":
        return draft.node("PGPKey", value, name=value, fingerprint=value)
    return draft.node("Contact", f"{kind}:{value}", name=value, contact_kind=kind, value=value)


def _market(draft: Draft, name: str) -> NodeRef:
    return draft.node("Market", name, name=name)


def _account(draft: Draft, market: str, handle: str) -> NodeRef:
    return draft.node(
        "VendorAccount", f"{market}/{handle}", name=handle, market=market, handle=handle
    )


def _path_of(uri: str) -> str:
    """Return the address without the host: mirrors of a market share it."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _price(listing: Listing) -> str | None:
    return None if listing.price_amount is None else format(listing.price_amount, "f")


def _listing_properties(listing: Listing) -> Properties:
    text = "\n".join(part for part in (listing.title, listing.description) if part)
    return present(
        name=listing.title,
        text=text or None,
        market=listing.market,
        listing_key=listing.listing_key,
        vendor_handle=listing.vendor_handle,
        price_amount=_price(listing),
        price_currency=listing.price_currency,
        ships_from=listing.ships_from,
        ships_to=listing.ships_to,
        category=list(listing.category) or None,
    )
