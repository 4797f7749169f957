# SPDX-License-Identifier: AGPL-3.0-or-later
"""What captured pages say: markets, vendor accounts, listings, substances, selectors."""

from __future__ import annotations

from datetime import UTC, datetime

from graph.model import NodeRef, Properties
from graph.projecting.collector import Collector, milliseconds, present, statement_of
from graph.projecting.evidence import Evidence
from graph.projecting.reading import Reader
from vestigo.records import Capture, Listing, Mention, Selector, VendorAccount

OFFERED = ("declared", "implied", "stated")
COINS = {"btc": None, "eth": "ethereum", "ltc": "litecoin", "trx": "tron", "xmr": "monero"}
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class MarketFacts:
    """Projects the records of captured pages into a collector."""

    def __init__(self, collector: Collector, evidence: Evidence) -> None:
        self._collector = collector
        self._evidence = evidence
        self._subjects: dict[str, NodeRef] = {}
        self._sellers: dict[str, NodeRef] = {}
        self._newest: dict[NodeRef, tuple[datetime, str]] = {}
        self._lives: dict[NodeRef, tuple[int, int, int]] = {}
        self._profiled: set[NodeRef] = set()

    def project(self, read: Reader) -> None:
        """Project every record that pages gave."""
        for record_id, capture in read(Capture):
            self._capture(record_id, capture)
        for record_id, account in read(VendorAccount):
            if self._evidence.stands(record_id, account.sources):
                self._vendor(record_id, account)
        for record_id, listing in read(Listing):
            if self._evidence.stands(record_id, listing.sources):
                self._listing(record_id, listing)
        for record_id, mention in read(Mention):
            if self._evidence.stands(record_id, mention.sources):
                self._mention(record_id, mention)
        for record_id, selector in read(Selector):
            if self._evidence.stands(record_id, selector.sources):
                self._selector(record_id, selector)

    def _capture(self, record_id: str, capture: Capture) -> None:
        ref = self._collector.node(
            "Exhibit",
            capture.capture_id,
            name=capture.uri,
            uri=capture.uri,
            at=milliseconds(capture.observed_at),
            media_type=capture.media_type,
            http_status=capture.status,
            content_sha256=capture.content_sha256,
            record_id=record_id,
        )
        self._evidence.anchor(ref, record_id, capture.capture_id)

    def _vendor(self, record_id: str, account: VendorAccount) -> None:
        ref = self._account(account.market, account.handle)
        statement = statement_of(record_id, account, "captured")
        properties = self._account_properties(account.market, account.handle)
        if account.profile_captured:
            self._profiled.add(ref)
        # a listing that names the account says nothing against a profile that was captured
        properties["profile_captured"] = ref in self._profiled
        self._seen(ref, record_id, account.observed_at, properties)
        self._collector.overlay(ref, {"profile_captured": ref in self._profiled})
        market = self._market(account.market)
        self._collector.edge("ACTIVE_ON", ref, market, statement)
        self._evidence.claim(ref, statement, account.KIND)
        self._subjects[record_id] = self._subjects[ref.key] = ref

    def _listing(self, record_id: str, listing: Listing) -> None:
        ref = self._collector.node("Listing", f"{listing.market}/{listing.listing_key}")
        statement = statement_of(record_id, listing, "captured")
        self._seen(ref, record_id, listing.observed_at, _listing_properties(listing))
        self._collector.edge("LISTED_ON", ref, self._market(listing.market), statement)
        if listing.vendor_handle:
            account = self._account(listing.market, listing.vendor_handle)
            self._collector.edge("SELLS", account, ref, statement)
            self._sellers[record_id] = account
        self._evidence.claim(ref, statement, listing.KIND, _said_of(listing))
        self._subjects[record_id] = ref
        self._subjects.setdefault(ref.key, ref)

    def _mention(self, record_id: str, mention: Mention) -> None:
        subject = self._subjects.get(mention.subject)
        if subject is None or mention.status not in OFFERED:
            return
        statement = statement_of(record_id, mention, "captured")
        substance = self._collector.node(
            "Substance", mention.substance_id, name=mention.substance_name, unii=mention.unii
        )
        part = (mention.status,)
        self._collector.edge("OFFERS", subject, substance, statement, part=part,
                             status=mention.status)  # fmt: skip
        self._evidence.claim(subject, statement, mention.KIND)

    def _selector(self, record_id: str, selector: Selector) -> None:
        subject = self._subjects.get(selector.subject)
        if subject is None or selector.checksum_ok is False:
            return
        statement = statement_of(record_id, selector, "captured")
        named = self._named(selector)
        said_in = "listing" if subject.label == "Listing" else "profile"
        speakers = {subject, self._sellers.get(selector.subject, subject)}
        for speaker in sorted(speakers, key=lambda ref: (ref.label, ref.key)):
            self._collector.edge("NAMES", speaker, named, statement, part=(selector.party,),
                                 party=selector.party, said_in=said_in)  # fmt: skip
        self._evidence.claim(named, statement, selector.KIND)

    def _named(self, selector: Selector) -> NodeRef:
        kind, value = selector.selector_kind, selector.value
        if kind in COINS:
            return self._collector.node("Address", value, name=value, network=COINS[kind])
        if kind == "pgp_fingerprint":
            return self._collector.node("PGPKey", value, name=value, fingerprint=value)
        return self._collector.node(
            "Contact", f"{kind}:{value}", name=value, contact_kind=kind, value=value
        )

    def _market(self, name: str) -> NodeRef:
        return self._collector.node("Market", name, name=name)

    def _account(self, market: str, handle: str) -> NodeRef:
        properties = self._account_properties(market, handle)
        return self._collector.node("VendorAccount", f"{market}/{handle}", **properties)

    @staticmethod
    def _account_properties(market: str, handle: str) -> Properties:
        return {"name": handle, "market": market, "handle": handle}

    def _seen(
        self, ref: NodeRef, record_id: str, moment: datetime | None, properties: Properties
    ) -> None:
        """Let the newest capture give the properties; keep first and last time and count."""
        at = milliseconds(moment)
        first, last, n = self._lives.get(ref, (2**63, -1, 0))
        if at is not None:
            first, last = min(first, at), max(last, at)
        self._lives[ref] = (first, last, n + 1)
        stamp = (moment or LONG_AGO, record_id)
        if stamp >= self._newest.get(ref, (LONG_AGO, "")):
            self._newest[ref] = stamp
            self._collector.replace(ref, properties)
        life: Properties = {"n_captures": n + 1}
        if last >= 0:
            life.update(first_at=first, last_at=last)
        self._collector.overlay(ref, life)


def _said_of(listing: Listing) -> Properties:
    """Return what one capture says of a listing and a later one may say otherwise."""
    price = listing.price_amount
    return present(
        said=listing.title,
        price_amount=None if price is None else format(price, "f"),
        price_currency=listing.price_currency,
    )


def _listing_properties(listing: Listing) -> Properties:
    price = listing.price_amount
    return present(
        name=listing.title,
        market=listing.market,
        listing_key=listing.listing_key,
        vendor_handle=listing.vendor_handle,
        price_amount=None if price is None else format(price, "f"),
        price_currency=listing.price_currency,
        ships_from=listing.ships_from,
        ships_to=listing.ships_to,
        category=list(listing.category) or None,
    )
