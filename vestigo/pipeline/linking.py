# SPDX-License-Identifier: AGPL-3.0-or-later
"""Linking vendor accounts of a case: from records to candidate links, and judgements.

Nothing merges by itself: a link is a lead; only a person's judgement joins accounts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from nlp.linking.linking import Pair, likeliest
from nlp.linking.profile import Profile
from nlp.linking.table import RULE, Table, shipped_table
from vestigo.pipeline.session import CaseSession, os_account
from vestigo.records import (
    Listing,
    Method,
    Picture,
    Retraction,
    Selector,
    SignalWeight,
    VendorAccount,
    VendorLink,
    probability,
)
from vestigo.settings import section_digest
from vestigo.store import RecordLedger

TWO = Decimal("0.01")
FINGERPRINT = "pgp_fingerprint"


@dataclass(slots=True)
class Gathered:
    """What the records of a case say of one account, and which records those are."""

    market: str
    handle: str
    text: str = ""
    blocks: dict[str, None] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    contacts: dict[tuple[str, str], None] = field(default_factory=dict)
    images: dict[str, None] = field(default_factory=dict)
    sources: dict[str, None] = field(default_factory=dict)
    observed_at: datetime | None = None

    @property
    def key(self) -> str:
        """``market/handle``: the stable key of the account."""
        return f"{self.market}/{self.handle}"

    def profile(self) -> Profile:
        """Return the account as it is compared."""
        return Profile(
            id=self.key,
            market=self.market,
            handle=self.handle,
            text=self.text,
            pgp="\n".join(self.blocks),
            contacts=tuple(sorted(self.contacts)),
            listings=tuple(sorted(self.titles.values())),
            images=tuple(sorted(self.images)),
        )

    def cite(self, record_id: str, observed_at: datetime | None) -> None:
        """Note a record that the account rests on."""
        self.sources[record_id] = None
        if observed_at and (self.observed_at is None or observed_at > self.observed_at):
            self.observed_at = observed_at


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What one run compared, found (likeliest first) and added."""

    n_accounts: int
    n_new: int
    links: tuple[VendorLink, ...]


def gather_accounts(ledger: RecordLedger) -> list[Gathered]:
    """Return the vendor accounts of a case, by key; the latest captured profile counts."""
    found: dict[str, Gathered] = {}
    owner: dict[str, str] = {}
    for record_id, account in ledger.named_of_kind(VendorAccount):
        if not account.profile_captured:
            continue
        one = _of(found, account.market, account.handle)
        owner[record_id] = one.key
        one.text = account.profile_text or one.text
        one.blocks.update(dict.fromkeys(account.pgp_blocks))
        one.cite(record_id, account.observed_at)
    _take_listings(ledger, found, owner)
    _take_selectors(ledger, found, owner)
    _take_pictures(ledger, found, owner)
    return [found[key] for key in sorted(found)]


def link_vendors(session: CaseSession, table: Table | None = None) -> LinkReport:
    """Compare the accounts of a case, append the links above the floor, log it.

    Links of an earlier run that no longer hold are taken back.
    """
    table = table or shipped_table()
    settings = session.settings("linking")
    accounts = gather_accounts(session.ledger)
    floor = Decimal(str(settings["floor"]))
    method = Method(
        rule=RULE,
        settings_sha256=section_digest({"table": table.sha256, "settings": settings}),
    )
    pairs: dict[tuple[int, int], Pair] = {}
    for found in likeliest([one.profile() for one in accounts], table, int(settings["most"])):
        for pair in found:
            if pair.probability >= floor:
                low, high = sorted((pair.one, pair.other))
                pairs.setdefault((low, high), pair)
    links = [_record(accounts, low, high, pairs[low, high], method) for low, high in sorted(pairs)]
    links.sort(key=lambda link: (-link.probability, link.a, link.b))
    n_new = session.ledger.append([*links, *_superseded(session, links)])
    session.custody.append(
        "processing",
        reason="vendor accounts compared",
        details={"accounts": str(len(accounts)), "links": str(len(links)),
                 "table_sha256": table.sha256},
    )  # fmt: skip
    return LinkReport(len(accounts), n_new, tuple(links))


def _superseded(session: CaseSession, links: Iterable[VendorLink]) -> list[Retraction]:
    kept = {link.record_id for link in links}
    now = session.clock()
    return [
        Retraction(
            retracts=record_id,
            reason="superseded by a later comparison of the accounts",
            person=os_account(),
            retracted_at=now,
        )
        for record_id, _link in session.ledger.named_of_kind(VendorLink)
        if record_id not in kept
    ]


def _record(
    accounts: list[Gathered], low: int, high: int, pair: Pair, method: Method
) -> VendorLink:
    a, b = accounts[low], accounts[high]
    certainty = probability(pair.probability)
    times = [one.observed_at for one in (a, b) if one.observed_at]
    return VendorLink(
        sources=tuple(sorted({*a.sources, *b.sources})),
        method=method,
        confidence=certainty,
        observed_at=max(times, default=None),
        a=a.key,
        b=b.key,
        probability=certainty,
        band=pair.verdict.band,
        signals=tuple(
            SignalWeight(name=item.name, level=item.level, weight=_two_places(item.weight))
            for item in pair.verdict.signals
        ),
    )


def _two_places(weight: float) -> Decimal:
    return Decimal(repr(round(weight, 6))).quantize(TWO) + 0


def _of(found: dict[str, Gathered], market: str, handle: str) -> Gathered:
    return found.setdefault(f"{market}/{handle}", Gathered(market, handle))


def _take_listings(ledger: RecordLedger, found: dict[str, Gathered], owner: dict[str, str]) -> None:
    """Add the titles of listings: the latest of each listing counts."""
    latest: dict[tuple[str, str], tuple[str, Listing]] = {}
    for record_id, listing in ledger.named_of_kind(Listing):
        if listing.vendor_handle is not None:
            owner[record_id] = f"{listing.market}/{listing.vendor_handle}"
            latest[listing.market, listing.listing_key] = (record_id, listing)
    for (market, key), (record_id, listing) in sorted(latest.items()):
        one = _of(found, market, str(listing.vendor_handle))
        one.titles[key] = listing.title
        one.cite(record_id, listing.observed_at)


def _take_selectors(
    ledger: RecordLedger, found: dict[str, Gathered], owner: dict[str, str]
) -> None:
    for record_id, selector in ledger.named_of_kind(Selector):
        account = found.get(owner.get(selector.subject, ""))
        if account is None or selector.party != "vendor" or selector.selector_kind == FINGERPRINT:
            continue
        account.contacts[selector.selector_kind, selector.value] = None
        account.cite(record_id, selector.observed_at)


def _take_pictures(ledger: RecordLedger, found: dict[str, Gathered], owner: dict[str, str]) -> None:
    for record_id, picture in ledger.named_of_kind(Picture):
        account = found.get(owner.get(picture.subject, ""))
        if account is not None and picture.sha256:
            account.images[picture.sha256] = None
            account.cite(record_id, picture.observed_at)
