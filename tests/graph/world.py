# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invented case as records: loaded by the conftest of this folder."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from vestigo.records import (
    ByteRange,
    Capture,
    CashOutPoint,
    Cluster,
    Feedback,
    Hop,
    Join,
    Judgement,
    Listing,
    Mention,
    Method,
    Page,
    Picture,
    Record,
    Selector,
    SignalWeight,
    Span,
    Tag,
    TextReading,
    Trace,
    Transaction,
    UnitPrice,
    VendorAccount,
    VendorLink,
    content_id,
    probability,
)

START = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
SPAN = Span(
    capture_id="c" * 64,
    ranges=(ByteRange(start=0, end=1, quoted="x", encoding="utf-8"),),
    text="x",
)
HOSTILE = "x</node>&\"'\x07\x1b[31m\u202e{{7*7}}=cmd()\r\n\U0001f9ea"


def method(rule: str) -> Method:
    """A versioned rule with invented settings."""
    return Method(rule=rule, settings_sha256="5" * 64)


def capture(number: int, market: str = "bazar") -> Capture:
    """One archived page; later numbers were captured later."""
    return Capture(
        capture_id=content_id(["capture", market, number]),
        uri=f"http://127.0.0.1/{market}/{number}",
        request_method="GET",
        status=200,
        media_type="text/html",
        charset="utf-8",
        content_sha256=content_id(["body", market, number]),
        n_body_bytes=1000,
        observed_at=START + timedelta(minutes=number),
        authorization_id="a" * 64,
        account="",
        warc_name="0001.warc.gz",
        warc_offset=number,
        problem="",
    )


def vendor(market: str, handle: str, shown_by: Capture) -> VendorAccount:
    """An account as one profile page shows it."""
    return VendorAccount(
        sources=(shown_by.capture_id,),
        method=method("crawler.profile.v1"),
        confidence=probability(1),
        observed_at=shown_by.observed_at,
        market=market,
        handle=handle,
        profile_captured=True,
        profile_text="",
        pgp_blocks=(),
        spans=(),
    )


def listing(
    market: str, key: str, handle: str | None, shown_by: Capture, title: str = ""
) -> Listing:
    """A listing as one page shows it."""
    return Listing(
        sources=(shown_by.capture_id,),
        method=method("crawler.profile.v1"),
        confidence=probability(1),
        observed_at=shown_by.observed_at,
        market=market,
        listing_key=key,
        title=title or f"Listing {key}",
        description="",
        vendor_handle=handle,
        category=("Drugs", "Cannabis"),
        price_amount=Decimal("0.1500"),
        price_currency="BTC",
        ships_from=None,
        ships_to=None,
        feedback_count=None,
        listed_on=None,
        spans=(),
    )


def mention(
    subject: Listing | VendorAccount, substance: str, status: str, sure: str = "0.9"
) -> Mention:
    """A substance that a text names."""
    return Mention(
        sources=(subject.record_id,),
        method=method("nlp.lexicon.v1"),
        confidence=probability(sure),
        observed_at=subject.observed_at,
        subject=subject.record_id,
        substance_id=substance,
        substance_name=substance.replace("_", " "),
        unii=None,
        status=status,
        term_source="test",
        field="title",
        span=SPAN,
    )


def selector(
    subject: Listing | VendorAccount,
    kind: str,
    value: str,
    *,
    party: str = "vendor",
    checksum_ok: bool | None = True,
) -> Selector:
    """An identifier that a text gives."""
    return Selector(
        sources=(subject.record_id,),
        method=method("nlp.selectors.v1"),
        confidence=probability("0.99"),
        observed_at=subject.observed_at,
        subject=subject.record_id,
        selector_kind=kind,
        value=value,
        checksum_ok=checksum_ok,
        party=party,
        field="profile",
        span=None,
    )


def transaction(name: str, minute: int) -> Transaction:
    """A transaction whose raw bytes do not matter here."""
    return Transaction(
        network="regtest",
        txid=txid(name),
        raw_hex="00",
        block_hash=content_id(["block", minute]),
        header_hex="00",
        position=1,
        merkle_branch=(),
        mined_at=START + timedelta(minutes=minute),
    )


def txid(name: str) -> str:
    """The id of an invented transaction."""
    return content_id(["tx", name])


def hop(name: str, pays: tuple[str, str], sat: int, minute: int, vout: int = 0) -> Hop:
    """One step of a trail: who pays whom, in satoshi, at which minute."""
    return Hop(
        txid=txid(name),
        vout=vout,
        from_address=pays[0],
        to_address=pays[1],
        value_sat=sat + 500,
        traced_sat=sat,
        mined_at=START + timedelta(minutes=minute),
        why="ledger.follow_all.v1",
    )


def trace(hops: tuple[Hop, ...], sources: tuple[str, ...], stop: str = "tagged_service") -> Trace:
    """A trail from the payer of its first hop."""
    return Trace(
        sources=sources,
        method=method("ledger.trace.v1"),
        confidence=probability("0.8"),
        observed_at=hops[-1].mined_at,
        network="regtest",
        accounting="fifo",
        start_address=hops[0].from_address,
        hops=hops,
        stop_reason=stop,
        stop_detail="",
    )


def cash_out(trail: Trace, service: str, tags: tuple[str, ...], basis: str) -> CashOutPoint:
    """The end of a trail at a service."""
    last = trail.hops[-1]
    return CashOutPoint(
        sources=(trail.record_id, *tags),
        method=method("ledger.cash_out.v1"),
        confidence=probability("0.75"),
        observed_at=last.mined_at,
        network="regtest",
        address=last.to_address,
        service=service,
        category="exchange",
        basis=basis,
        txid=last.txid,
        vout=last.vout,
        value_sat=last.value_sat,
        traced_sat=last.traced_sat,
        paid_at=last.mined_at,
        start_address=trail.start_address,
        trace_id=trail.record_id,
        tag_ids=tags,
    )


def tag(address: str, actor: str | None, label: str) -> Tag:
    """An attribution as a TagPack gives it."""
    return Tag(
        address=address,
        network="regtest",
        label=label,
        actor=actor,
        category="exchange",
        concepts=(),
        tag_type="actor",
        is_cluster_definer=False,
        tagpack_confidence="ownership",
        source="https://tags.invalid/pack",
        lastmod_on=None,
        pack_title="Invented",
        pack_sha256="7" * 64,
    )


def cluster(joins: tuple[tuple[str, str, str], ...], sources: tuple[str, ...]) -> Cluster:
    """A wallet cluster with the transaction of each union."""
    addresses = sorted({address for _name, a, b in joins for address in (a, b)})
    return Cluster(
        sources=sources,
        method=method("ledger.multi_input.v1"),
        confidence=probability("0.95"),
        observed_at=None,
        network="regtest",
        addresses=tuple(addresses),
        joins=tuple(Join(txid=txid(n), address_a=a, address_b=b) for n, a, b in joins),
    )


def judgement(
    subject: str, verdict: str, minute: int, person: str = "A. Perez", seen: str = ""
) -> Judgement:
    """A named person's decision."""
    return Judgement(
        subject=subject,
        seen_record_id=seen,
        verdict=verdict,
        person=person,
        reason="looked at both",
        judged_at=START + timedelta(days=1, minutes=minute),
    )


def link(a: str, b: str, sources: tuple[VendorAccount, ...], probable: str) -> VendorLink:
    """A candidate link of two accounts."""
    return VendorLink(
        sources=tuple(record.record_id for record in sources),
        method=method("nlp.linking.v1"),
        confidence=probability(probable),
        observed_at=max(filter(None, (record.observed_at for record in sources)), default=None),
        a=a,
        b=b,
        probability=probability(probable),
        band="strong",
        signals=(SignalWeight(name="pgp_key", level="same", weight=Decimal("12.50")),),
    )


def reading(
    subject: Listing | VendorAccount,
    language: str | None,
    goods: tuple[str, ...],
    flags: tuple[str, ...] = (),
) -> TextReading:
    """What a text as a whole is."""
    return TextReading(
        sources=(subject.record_id,),
        method=method("nlp.reading.v1"),
        confidence=probability("0.9"),
        observed_at=subject.observed_at,
        subject=subject.record_id,
        language=language,
        goods=goods,
        flags=flags,
    )


def unit_price(subject: Listing, amount: str, per: str = "g") -> UnitPrice:
    """The price of a base unit."""
    return UnitPrice(
        sources=(subject.record_id,),
        method=method("nlp.unit_price.v1"),
        confidence=probability("0.9"),
        observed_at=subject.observed_at,
        subject=subject.record_id,
        amount=Decimal(amount),
        currency="EUR",
        per_unit=per,
        usd=None,
        eur=Decimal(amount),
        rate_source=None,
        rate_on=None,
    )


def picture(subject: Listing | VendorAccount, uri: str, sha256: str = "") -> Picture:
    """A picture that a page shows."""
    return Picture(
        sources=(subject.record_id,),
        method=method("crawler.market_page.v1"),
        confidence=probability(1),
        observed_at=subject.observed_at,
        subject=subject.record_id,
        uri=uri,
        sha256=sha256,
        media_type="",
    )


def feedback(market: str, buyer: str, about: str, shown_by: Capture) -> Feedback:
    """A buyer's feedback on a vendor."""
    return Feedback(
        sources=(shown_by.capture_id,),
        method=method("crawler.market_page.v1"),
        confidence=probability(1),
        observed_at=shown_by.observed_at,
        market=market,
        listing_key="",
        vendor_handle=about,
        buyer_handle=buyer,
        given_on=None,
        rating=None,
        text="",
        price_amount=None,
        price_currency=None,
        spans=(),
    )


def page(market: str, kind: str, shown_by: Capture) -> Page:
    """What kind of page a capture is."""
    return Page(
        sources=(shown_by.capture_id,),
        method=method("crawler.market_page.v1"),
        confidence=probability(1),
        observed_at=shown_by.observed_at,
        market=market,
        uri=shown_by.uri,
        page_kind=kind,
        truncated=False,
        leftovers=(),
        failed_assertions=(),
    )


def small_world() -> list[Record]:
    """Three vendors on two markets, two of them one party, and two exchanges."""
    pages = [capture(n, market) for market in ("bazar", "feria") for n in range(1, 7)]
    ana = vendor("bazar", "ana", pages[0])
    anita = vendor("feria", "anita", pages[6])
    hostile = vendor("bazar", HOSTILE, pages[1])
    offer = listing("bazar", "17", "ana", pages[2])
    offer_again = listing("bazar", "17", "ana", pages[5], title="Listing 17, new title")
    other = listing("feria", "4", "anita", pages[7], title=HOSTILE)
    orphan = listing("feria", "5", None, pages[8])
    key = "AB" * 20
    named = [
        selector(ana, "pgp_fingerprint", key),
        selector(anita, "pgp_fingerprint", key),
        selector(ana, "telegram", "@ana_del_sur"),
        selector(offer, "btc", "bcrt1qana"),
        selector(anita, "btc", "bcrt1qanita"),
        selector(other, "btc", "bcrt1qbroken", checksum_ok=False),
        selector(hostile, "email", "Ä<b>@example.invalid"),
        selector(hostile, "btc", "bcrt1qana", party="third"),
        selector(anita, "xmr", "4" + "a" * 94),
    ]
    said = [
        mention(offer, "cannabis_resin", "stated"),
        mention(offer, "cannabis_resin", "stated", "0.95"),
        mention(offer, "cannabis", "declared"),
        mention(other, "mdma", "implied"),
        mention(other, "heroin", "negated"),
        mention(anita, "mdma", "stated"),
        mention(orphan, "mdma", "stated"),
    ]
    chain = [transaction(name, minute) for minute, name in enumerate(("t1", "t2", "t3", "t4"), 90)]
    tags = [
        tag("bcrt1qhot", "casa_de_cambio", "Casa de Cambio"),
        tag("bcrt1qbolsa", None, "Bolsa"),
        tag("bcrt1qnowhere", "nobody", "Not in this case"),
    ]
    ids = [record.record_id for record in chain]
    grouped = cluster(
        (("t5", "bcrt1qhot", "bcrt1qdeposit"), ("t3", "bcrt1qdeposit", "bcrt1qcold")), (ids[2],)
    )
    first = hop("t1", ("bcrt1qana", "bcrt1qmid"), 70_000, 90)
    trails = [
        trace(
            (first, hop("t2", ("bcrt1qmid", "bcrt1qdeposit"), 60_000, 91, 1)),
            (named[3].record_id, *ids[:2]),
        ),
        trace(
            (first, hop("t4", ("bcrt1qmid", "bcrt1qbolsa"), 9_000, 93)),
            (named[3].record_id, ids[0], ids[3]),
        ),
        trace(
            (hop("t6", ("bcrt1qanita", "bcrt1qmid"), 5_000, 92),
             hop("t2", ("bcrt1qmid", "bcrt1qdeposit"), 4_000, 91, 1)),
            (named[4].record_id,),
        ),
        replace(
            trace((hop("t8", ("bcrt1qpurse", "bcrt1qbolsa"), 3_000, 94),), (named[4].record_id,)),
            start_address="bcrt1qanita",
        ),
        trace((hop("t7", ("bcrt1qana", "bcrt1qana"), 10, 92),), (named[3].record_id,), "unspent"),
    ]  # fmt: skip
    points = [
        cash_out(trails[0], "Casa de Cambio", (tags[0].record_id,), "deposit_pattern"),
        cash_out(trails[1], "Bolsa", (tags[1].record_id,), "tagged_address"),
        cash_out(trails[2], "Casa de Cambio", (tags[0].record_id,), "deposit_pattern"),
        cash_out(trails[3], "Bolsa", (tags[1].record_id,), "tagged_address"),
    ]
    judged = [
        judgement("bazar/ana | feria/anita", "same", 10),
        judgement(f"{points[1].txid}:{points[1].vout}", "confirmed", 11),
        judgement("bcrt1qana", "seen at the market", 12),
    ]
    looks = link("bazar/ana", "feria/anita", (ana, anita), "0.9731")
    more = [
        reading(offer_again, "es", ("cannabis",)),
        reading(other, "en", ("mdma",), ("holding_price",)),
        unit_price(offer_again, "7.50"),
        picture(offer, "http://127.0.0.1/image/17.jpg"),
        picture(ana, "data:image/png", sha256="9" * 64),
    ]
    return [*pages, ana, anita, hostile, offer, offer_again, other, orphan, *named, *said,
            *chain, *tags, grouped, *trails, *points, *judged, looks, *more]  # fmt: skip


def random_world(seed: int = 7, n_traces: int = 150) -> list[Record]:
    """A seeded world of about 2,000 relationships: cycles, parallels, ties, gaps, Unicode."""
    dice = random.Random(seed)
    pages = [capture(n, "mercado") for n in range(40)]
    letters = ("ñandú", "Ωmega", "Ж", "日本", "a\u0301", "á", "😀", "Z", "z", " spaced ", "\u00df")
    vendors = [
        vendor("mercado", f"{dice.choice(letters)}{n}", dice.choice(pages)) for n in range(25)
    ]
    listings = [
        listing("mercado", f"k{n % 50}", dice.choice(vendors).handle, dice.choice(pages))
        for n in range(60)
    ]
    subjects: list[Listing | VendorAccount] = [*vendors, *listings]
    addresses = [f"bcrt1q{n:03d}" for n in range(60)]
    named = [
        selector(dice.choice(subjects), "btc", dice.choice(addresses[:20])) for _n in range(40)
    ]
    named += [
        selector(dice.choice(subjects), "telegram", dice.choice(letters), party=party)
        for party in ("vendor", "third", "vendor")
        for _n in range(20)
    ]
    said = [
        mention(dice.choice(subjects), dice.choice(("mdma", "lsd", "cannabis")), status)
        for status in ("stated", "implied", "declared", "mentioned", "negated")
        for _n in range(30)
    ]
    trails = [_random_trail(dice, addresses, named, n) for n in range(n_traces)]
    tags = [tag(address, None, f"Service {address[-1]}") for address in addresses[50:]]
    points = [
        cash_out(trail, f"Service {trail.hops[-1].to_address[-1]}", (dice.choice(tags).record_id,),
                 "tagged_address")
        for trail in trails
        if trail.hops[-1].to_address in addresses[50:]
    ]  # fmt: skip
    groups = [
        cluster(
            tuple((f"j{n}.{i}", *dice.sample(addresses[n * 8 : n * 8 + 8], 2)) for i in range(7)),
            (trails[n].record_id,),
        )
        for n in range(5)
    ]
    unique = {record.record_id: record for record in
              (*pages, *vendors, *listings, *named, *said, *trails, *tags, *points, *groups)}  # fmt: skip
    return list(unique.values())


def _random_trail(
    dice: random.Random, addresses: list[str], named: list[Selector], number: int
) -> Trace:
    here = dice.choice(addresses[:20])
    hops = []
    for step in range(dice.randint(1, 7)):
        there = dice.choice(addresses)
        name = f"r{number}.{step}" if dice.random() < 0.6 else f"shared{dice.randint(0, 30)}"
        minute = dice.choice((step, step, 100 + step))
        hops.append(hop(name, (here, there), dice.choice((0, 1_000, 2**40)), minute, step))
        here = there
    return trace(tuple(hops), (dice.choice(named).record_id,), dice.choice(("mix", "unspent")))
