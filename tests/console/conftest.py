# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case made by hand with a real archive, and a console that serves it on loopback."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from graph.kglite_store import KgliteStore
from graph.rebuild import rebuild
from vestigo.console.accounts import Accounts
from vestigo.console.serving import bind, build_desk, build_server
from vestigo.evidence.warc import Exchange, WarcArchive
from vestigo.pipeline.session import open_session
from vestigo.records import (
    CERTAIN,
    Authorization,
    ByteRange,
    CashOutPoint,
    Cluster,
    CountOf,
    CoverageEstimate,
    Feedback,
    FieldSpan,
    Hop,
    Join,
    Listing,
    Mention,
    Method,
    Page,
    PriceQuote,
    Quantity,
    Selector,
    SignalWeight,
    Span,
    Tag,
    Trace,
    Transaction,
    UnitPrice,
    VendorAccount,
    VendorLink,
    probability,
)
from vestigo.store import CaseFolder

PASSWORD = "a calm horse walks by the sea"
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update",
                  "--disable-sync"]  # fmt: skip
START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
VENDOR_ADDRESS = "bcrt1qvendor0000000000000000000000000000start"
MIXED_ADDRESS = "bcrt1qvendor0000000000000000000000000000mixed"
HOP_ADDRESS = "bcrt1qhop00000000000000000000000000000000000a"
DEPOSIT = "bcrt1qdeposit0000000000000000000000000000000b"
FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"
BUYER = "quiet_buyer_77"
HOSTILE_TITLE = '<script>document.title="owned"</script>{{ 7*7 }}\x1b[31mred\u202eevil'
SETTINGS = "5" * 64
POISON = (
    """'"><img src=x onerror=alert(1)></textarea></title>{{7*7}}{%raw%}<script>alert(2)</script>"""
)
MACHINE_FIELDS = {
    "network",
    "raw_hex",
    "header_hex",
    "warc_name",
    "request_method",
    "selector_kind",
    "party",
}
LONG = "W" * 400

LISTING_PAGE = """<!DOCTYPE html><html><head><title>Market</title>
<style>.x {{ color: red }}</style><script>alert("captured script")</script></head><body>
<h1>Pure MDMA crystals &amp; more</h1>
<table><tr><td>Vendor</td><td><a href="/v/ana">ana</a></td></tr>
<tr><td>Price</td><td>{price} BTC</td></tr>
<tr><td>Ships from</td><td>Spain</td></tr><tr><td>Ships to</td><td>Worldwide</td></tr></table>
<div>Offering 5 grams of MDMA, 84% purity. Café y niño. Pay to {address} or write to
{fingerprint}.</div>
<ul><li>{buyer}: all good, {buyer} was happy</li></ul>
<img src="http://127.0.0.1:9/beacon.png"></body></html>"""


class Ticking:
    """A clock that a test moves; it never runs backwards."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass
class MadeCase:
    """What a test needs to know about the case it looks at."""

    path: Path
    clock: Ticking
    ids: dict[str, str] = field(default_factory=dict)


@dataclass
class Served:
    """A running console: its address, its desk, and a client that is not signed in."""

    url: str
    port: int
    case: MadeCase
    desk: object

    def client(self) -> httpx.Client:
        """Return a client with its own cookies that follows no redirect."""
        return httpx.Client(base_url=self.url, trust_env=False, timeout=90)

    def signed_in(self, name: str = "ana.investigator") -> httpx.Client:
        """Return a client that is signed in."""
        with self.client() as first:
            form = {"name": name, "password": PASSWORD}
            answer = first.post("/sign-in", data=form, headers=SAME)
            if answer.status_code != 303:
                pytest.fail(f"sign-in answered {answer.status_code}: {answer.text[-400:]}")
            cookies = dict(first.cookies)
        client = self.client()
        client.cookies.update(cookies)
        return client


SAME = {"Sec-Fetch-Site": "same-origin"}


def derived(*sources: str, rule: str = "test.rule.v1", confidence: str = "1") -> dict:
    """Return the fields that every derived record has."""
    sure = CERTAIN if confidence == "1" else probability(confidence)
    return dict(sources=sources, method=Method(rule=rule, settings_sha256=SETTINGS),
                confidence=sure, observed_at=START)  # fmt: skip


def span_of(capture, body: bytes, words: str, text: str | None = None) -> Span:
    """Return the span of the first place where ``words`` stand in the body."""
    raw = words.encode()
    at = body.index(raw)
    return Span(capture_id=capture.capture_id, text=text or words,
                ranges=(ByteRange.cut(body, at, at + len(raw)),))  # fmt: skip


def archived(archive: WarcArchive, uri: str, body: bytes, at: datetime, authorization: str):
    """Archive one page and return its capture."""
    request = f"GET {uri.removeprefix('http://market.test')} HTTP/1.1\r\nHost: market.test\r\n\r\n"
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return archive.write(
        Exchange(uri=uri, method="GET", began_at=at, request=request.encode(),
                 response=head.encode() + body, authorization_id=authorization, account="avatar")
    )  # fmt: skip


def authorization(reference: str, starts: datetime, ends: datetime) -> Authorization:
    """Return an authorization for the test market."""
    return Authorization(
        issuing_body="Court of Instruction 3", reference=reference, legal_basis="Test Act, s. 1",
        authorization_kind="court order", order_sha256="", persons=("ana",), hosts=("market.test",),
        accounts=("avatar",), acts=("view", "login"), data_classes=("listing", "vendor_profile"),
        starts_at=starts, ends_at=ends, amends=None,
    )  # fmt: skip


def listing(capture, key: str, title: str, spans=(), **given) -> Listing:
    """Return a listing with the fields that are not given left out."""
    fields = dict(description="", vendor_handle=None, category=(), price_amount=None,
                  price_currency=None, ships_from=None, ships_to=None, feedback_count=None,
                  listed_on=None)  # fmt: skip
    values = {**derived(capture.capture_id), **fields, **given}
    values["observed_at"] = capture.observed_at
    return Listing(market="testmarket", listing_key=key, title=title, spans=spans, **values)


def page(capture, kind: str) -> Page:
    """Return the page record of a capture."""
    return Page(market="testmarket", uri=capture.uri, page_kind=kind, truncated=False, leftovers=(),
                failed_assertions=(), **derived(capture.capture_id))  # fmt: skip


def readings(one: Listing, capture, body: bytes, price: str) -> list:
    """Return what a reader would read from the main listing."""
    source = derived(one.record_id, capture.capture_id, rule="nlp.lexicon.v3", confidence="0.97")
    subject = one.record_id
    return [
        Mention(subject=subject, substance_id="mdma", substance_name="MDMA", unii="KE1SEN21RM",
                status="stated", term_source="lexicon", field="title",
                span=span_of(capture, body, "MDMA"), **source),
        Quantity(subject=subject, offer_kind="mass", grams=Decimal(5), count=None, dose_mg=None,
                 ml=None, field="description", span=span_of(capture, body, "5 grams"), **source),
        PriceQuote(subject=subject, amount=Decimal(price), currency="BTC", per="package",
                   field="price", span=span_of(capture, body, f"{price} BTC"), **source),
        UnitPrice(subject=subject, amount=Decimal("0.0084"), currency="BTC", per_unit="g",
                  usd=Decimal("351.12"), eur=Decimal("322.80"), rate_source="unit rates file",
                  rate_on="2026-10-31", **source),
        Selector(subject=subject, selector_kind="btc", value=VENDOR_ADDRESS, checksum_ok=True,
                 party="vendor", field="description",
                 span=span_of(capture, body, VENDOR_ADDRESS), **source),
        Selector(subject=subject, selector_kind="pgp_fingerprint", value=FINGERPRINT,
                 checksum_ok=None, party="vendor", field="description",
                 span=span_of(capture, body, FINGERPRINT), **source),
        Selector(subject=subject, selector_kind="email", value="buyer77@mail.test",
                 checksum_ok=None, party="third", field="description", span=None, **source),
    ]  # fmt: skip


def market_records(archive: WarcArchive, order: str, ids: dict[str, str]) -> list:
    """Return captures and listings: one listing seen twice, a hostile one, and forty plain ones."""
    records: list = []
    for n, price in enumerate(("0.050", "0.042")):
        body = LISTING_PAGE.format(
            price=price, address=VENDOR_ADDRESS, fingerprint=FINGERPRINT, buyer=BUYER
        ).encode()
        capture = archived(archive, f"http://market.test/l/1?seen={n}", body,
                           START + timedelta(hours=n), order)  # fmt: skip
        cut = {name: span_of(capture, body, words, text) for name, words, text in (
            ("title", "Pure MDMA crystals &amp; more", "Pure MDMA crystals & more"),
            ("price", f"{price} BTC", None), ("ships_from", "Spain", None),
            ("ships_to", "Worldwide", None))}  # fmt: skip
        one = listing(
            capture, "1", "Pure MDMA crystals & more", vendor_handle="ana",
            description="Offering 5 grams of MDMA, 84% purity.", category=("Drugs", "Ecstasy"),
            price_amount=Decimal(price), price_currency="BTC", ships_from="Spain",
            ships_to="Worldwide", feedback_count=1,
            spans=tuple(FieldSpan(field=name, span=span) for name, span in cut.items()),
        )  # fmt: skip
        records += [capture, page(capture, "listing"), one, *readings(one, capture, body, price)]
        ids[f"capture{n}"], ids[f"listing{n}"] = capture.capture_id, one.record_id
    records.append(
        Feedback(market="testmarket", listing_key="1", vendor_handle="ana", buyer_handle=BUYER,
                 given_on=date(2026, 10, 30), rating="5/5", text=f"all good, {BUYER} was happy",
                 price_amount=Decimal("0.05"), price_currency="BTC",
                 spans=(FieldSpan(field="buyer_handle", span=span_of(capture, body, BUYER)),),
                 **derived(capture.capture_id)))  # fmt: skip
    records += [*_profile(archive, order, ids), *_hostile(archive, order, ids)]
    records += _long(archive, order, ids)
    for n in range(40):
        capture = archived(archive, f"http://market.test/l/{n + 100}", f"<p>{n}</p>".encode(),
                           START + timedelta(minutes=n), order)  # fmt: skip
        one = listing(capture, str(n + 100), f"Plain offer {n:02}", vendor_handle=f"v{n % 4}",
                      price_amount=Decimal(n), price_currency="EUR", ships_from="Germany")  # fmt: skip
        records += [capture, one]
    return records


def _profile(archive: WarcArchive, order: str, ids: dict[str, str]) -> list:
    body = f"<h1>ana</h1><p>I ship fast. {MIXED_ADDRESS}</p>".encode()
    capture = archived(archive, "http://market.test/v/ana", body, START, order)
    account = VendorAccount(
        market="testmarket", handle="ana", profile_captured=True, profile_text="I ship fast.",
        pgp_blocks=(), **derived(capture.capture_id),
        spans=(FieldSpan(field="handle", span=span_of(capture, body, "ana")),))  # fmt: skip
    selector = Selector(
        subject=account.record_id, selector_kind="btc", value=MIXED_ADDRESS, checksum_ok=True,
        party="vendor", field="profile", span=span_of(capture, body, MIXED_ADDRESS),
        **derived(account.record_id, rule="nlp.selectors.v1"))  # fmt: skip
    ids["profile"] = capture.capture_id
    ids["selector"] = selector.record_id
    return [capture, page(capture, "vendor"), account, selector]


def _hostile(archive: WarcArchive, order: str, ids: dict[str, str]) -> list:
    body = (
        f"<h1>{HOSTILE_TITLE}</h1><p>\"'><img src=x onerror=alert(1)> &lt;b&gt; "
        "=cmd|' /C calc'!A0 ../../etc/passwd {% include 'x' %} \u2066iso\u2069 \x07</p>"
        "<script>window.owned = 1</script><style>body{display:none}</style>"
    ).encode()
    capture = archived(archive, "http://market.test/l/66?%3Cscript%3E", body, START, order)
    one = listing(capture, "../../66", HOSTILE_TITLE, vendor_handle='"><svg/onload=alert(1)>',
                  description="\u202eevil {{ 7*7 }} </div><script>alert(2)</script>",
                  category=("<i>x</i>", "{{ config }}"), ships_from="\x1b[2JX")  # fmt: skip
    account = VendorAccount(
        market="testmarket", handle='"><svg/onload=alert(1)>', profile_captured=False,
        profile_text="", pgp_blocks=(), spans=(), **derived(capture.capture_id))  # fmt: skip
    ids["hostile"], ids["hostile_capture"] = one.record_id, capture.capture_id
    return [capture, page(capture, "listing"), one, account]


def _long(archive: WarcArchive, order: str, ids: dict[str, str]) -> list:
    """Return a listing, an account and a feedback whose texts have no place to break."""
    capture = archived(archive, f"http://market.test/l/{LONG}", f"<p>{LONG * 20}".encode(),
                       START - timedelta(hours=1), order)  # fmt: skip
    one = listing(capture, "long", LONG * 10, vendor_handle=LONG, description=LONG * 40,
                  category=(LONG, LONG), ships_from=LONG, ships_to=LONG)  # fmt: skip
    account = VendorAccount(
        market="testmarket", handle=LONG, profile_captured=True, profile_text=LONG * 9,
        pgp_blocks=(LONG,), spans=(), **derived(capture.capture_id))  # fmt: skip
    said = Feedback(
        market="testmarket", listing_key="long", vendor_handle=LONG, buyer_handle="b" * 300,
        given_on=None, rating=LONG, text=LONG * 5, price_amount=None, price_currency=None, spans=(),
        **derived(capture.capture_id))  # fmt: skip
    ids["long"], ids["long_capture"] = one.record_id, capture.capture_id
    return [capture, page(capture, "listing"), one, account, said]


def chain_records(ids: dict[str, str]) -> list:
    """Return a tag, a cluster, two traces and a cash-out candidate."""
    first, second, mixed = "a1" * 32, "b2" * 32, "c3" * 32
    tag = Tag(address=DEPOSIT, network="regtest", label="Example Exchange", actor="example",
              category="exchange", concepts=("exchange",), tag_type="actor",
              is_cluster_definer=True, tagpack_confidence="ownership", lastmod_on=None,
              source="https://tags.test/pack", pack_title="Test pack", pack_sha256="7" * 64)  # fmt: skip
    cluster = Cluster(
        network="regtest", addresses=(HOP_ADDRESS, MIXED_ADDRESS, VENDOR_ADDRESS),
        joins=(Join(txid=first, address_a=VENDOR_ADDRESS, address_b=HOP_ADDRESS),
               Join(txid=second, address_a=HOP_ADDRESS, address_b=MIXED_ADDRESS)),
        **derived(first, second, rule="ledger.multi_input.v1", confidence="0.9"))  # fmt: skip
    hops = tuple(
        Hop(txid=txid, vout=n, from_address=source, to_address=target, value_sat=4_200_000,
            traced_sat=4_100_000, mined_at=START + timedelta(minutes=n), why="ledger.follow_all.v1")
        for n, (txid, source, target) in enumerate(
            ((first, VENDOR_ADDRESS, HOP_ADDRESS), (second, HOP_ADDRESS, DEPOSIT)))
    )  # fmt: skip
    rule = derived(ids["selector"], first, rule="ledger.trace.v1", confidence="0.8")
    trace = Trace(network="regtest", accounting="fifo", start_address=VENDOR_ADDRESS, hops=hops,
                  stop_reason="tagged_service", stop_detail="Example Exchange", **rule)  # fmt: skip
    stopped = Trace(
        network="regtest", accounting="fifo", start_address=MIXED_ADDRESS, stop_reason="mix",
        stop_detail="ledger.whirlpool.v1", **rule,
        hops=(Hop(txid=mixed, vout=0, from_address=MIXED_ADDRESS, to_address="bcrt1qmix",
                  value_sat=1, traced_sat=1, mined_at=START, why="ledger.follow_all.v1"),))  # fmt: skip
    point = CashOutPoint(
        network="regtest", address=DEPOSIT, service="Example Exchange", category="exchange",
        basis="tagged_address", txid=second, vout=1, value_sat=4_200_000, traced_sat=4_100_000,
        paid_at=START + timedelta(minutes=1), start_address=VENDOR_ADDRESS,
        trace_id=trace.record_id, tag_ids=(tag.record_id,),
        **derived(trace.record_id, tag.record_id, rule="ledger.cash_out.v1", confidence="0.8"))  # fmt: skip
    transactions = [
        Transaction(network="regtest", txid=txid, raw_hex="00" * 60, block_hash="d4" * 32,
                    header_hex="00" * 80, position=1, merkle_branch=("e5" * 32,), mined_at=START)
        for txid in (first, second)
    ]  # fmt: skip
    ids |= {"cash_out": point.record_id, "trace": trace.record_id, "stopped": stopped.record_id,
            "tag": tag.record_id, "cluster": cluster.record_id, "txid": second}  # fmt: skip
    return [tag, cluster, trace, stopped, point, *transactions]


def coverage_records(ids):
    """A pass without an estimate, and a later one with."""
    none = CoverageEstimate(
        market="testmarket", pass_no=1, n_captures=1, pages_known=None, pages_fetched=None,
        pages_waiting=None, pages_failed=(), pages_refused=(), listings_known=4,
        listings_on_sale=4, listings_gone=0, listings_unresolved=0,
        ways=(CountOf(name="category", n=4),), on_sale_estimate=None, on_sale_low=None,
        on_sale_high=None, unseen_estimate=None, unseen_low=None, unseen_high=None,
        abstained="one-way", **derived(ids["capture1"]),
    )  # fmt: skip
    some = replace(
        none, pass_no=2, pages_known=9, pages_fetched=8, pages_waiting=0,
        pages_failed=(CountOf(name="http-503", n=1),), listings_known=70, listings_on_sale=61,
        listings_gone=2, listings_unresolved=7, on_sale_estimate=68, on_sale_low=64,
        on_sale_high=79, unseen_estimate=3, unseen_low=0, unseen_high=12, abstained="",
    )  # fmt: skip
    ids["coverage"] = some.record_id
    return [none, some]


@pytest.fixture(scope="module")
def browser():
    """A Chromium that only the tests of one file use."""
    path = os.environ.get("VESTIGO_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(path).exists():
        reason = "no Chromium here (set VESTIGO_CHROMIUM)"
        if os.environ.get("VESTIGO_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def made_case(tmp_path_factory) -> MadeCase:
    """A case folder with a WARC archive, records and three accounts."""
    path = tmp_path_factory.mktemp("console") / "case"
    CaseFolder.create(path, title="Operation <Harbour> & “Sea”", unit="Unit 7")
    made = MadeCase(path, Ticking(START + timedelta(days=1)))
    with open_session(path, clock=made.clock) as session:
        order = authorization("ORD-1", START - timedelta(days=1), START + timedelta(days=400))
        old = authorization("ORD-0", START - timedelta(days=90), START - timedelta(days=60))
        session.ledger.append([order, old])
        with WarcArchive(session.folder.captures, session.folder.sealed, None, made.clock,
                         "test") as archive:  # fmt: skip
            session.ledger.append(market_records(archive, order.record_id, made.ids))
        session.ledger.append(chain_records(made.ids))
        session.ledger.append(coverage_records(made.ids))
        accounts = Accounts(session.folder)
        for name, role in (("ana.investigator", "investigator"), ("pia.prosecutor", "prosecutor"),
                           ("abe.auditor", "auditor")):  # fmt: skip
            accounts.add(name, role, PASSWORD, made.clock)
    return made


@contextmanager
def serving(case):
    """Serve a made case from a thread on a free port."""
    with open_session(case.path, write=False, clock=case.clock) as session, bind(0) as listener:
        port = listener.getsockname()[1]
        desk = build_desk(session, port)
        server = build_server(desk)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield Served(f"http://127.0.0.1:{port}", port, case, desk)
        server.should_exit = True
        thread.join(10)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def serve():
    """What serves a case: ``with serve(case) as served``."""
    return serving


@pytest.fixture(scope="session")
def served(made_case):
    """The console of that case."""
    with serving(made_case) as found:
        yield found


@pytest.fixture(scope="session")
def poisoned(made_case, tmp_path_factory):
    """The console of the same case with markup and template code in every text of every record."""
    path = tmp_path_factory.mktemp("poisoned") / "case"
    CaseFolder.create(path, title=POISON + "title", unit=POISON + "unit")
    made = MadeCase(path, Ticking(START + timedelta(days=1)))
    with (
        open_session(made_case.path, write=False, clock=made_case.clock) as source,
        open_session(path, clock=made.clock) as session,
    ):
        shutil.copytree(source.folder.captures, session.folder.captures, dirs_exist_ok=True)
        new_ids: dict[str, str] = {}
        for record_id, _kind in source.ledger.ids():
            record = with_poison(source.ledger.get(record_id), new_ids)
            new_ids[record_id] = record.record_id
            session.ledger.append([record])
        Accounts(session.folder).add("ana.investigator", "investigator", PASSWORD, made.clock)
    with serving(made) as found:
        yield found


def with_poison(value, new_ids, name=""):
    """Return a record, or a value in it, with ``POISON`` before every text that is free."""
    if isinstance(value, str):
        if value in new_ids:
            return new_ids[value]
        is_digest = len(value) == 64 and set(value) <= set("0123456789abcdef")
        return value if name in MACHINE_FIELDS or is_digest else POISON + value
    if isinstance(value, tuple):
        return tuple(with_poison(one, new_ids, name) for one in value)
    if is_dataclass(value) and not isinstance(value, ByteRange):
        given = {f.name: with_poison(getattr(value, f.name), new_ids, f.name)
                 for f in fields(value)}  # fmt: skip
        return replace(value, **given)
    return value


@pytest.fixture(scope="session")
def graphed_case(made_case, tmp_path_factory) -> MadeCase:
    """The made case with a second account, a candidate link, and a graph."""
    path = tmp_path_factory.mktemp("graphed") / "case"
    shutil.copytree(made_case.path, path)
    later = max(START + timedelta(days=2), made_case.clock())  # tests let a clock run ahead
    made = MadeCase(path, Ticking(later), dict(made_case.ids))
    with open_session(path, clock=made.clock) as session:
        session.ledger.append(linked_records(made.ids))
        store = KgliteStore(session.folder.graph)
        rebuild(session.ledger, store)
        store.close()
    return made


SHARED = "I ship fast and pack twice in foil, never on a Sunday."


def linked_records(ids) -> list:
    """A second account whose profile says the same, and the lead that joins both."""
    twin = VendorAccount(
        market="othermarket", handle="ana2", profile_captured=True,
        profile_text=f"{SHARED} Write to me.", pgp_blocks=(), spans=(), **derived(ids["profile"]))  # fmt: skip
    first = VendorAccount(
        market="testmarket", handle="ana", profile_captured=True,
        profile_text=f"Hello. {SHARED} <b>{BUYER}</b>", pgp_blocks=(), spans=(),
        **derived(ids["profile"], rule="test.second.v1"))  # fmt: skip
    link = VendorLink(
        a="othermarket/ana2", b="testmarket/ana", probability=Decimal("0.9100"), band="strong",
        signals=(SignalWeight(name="text", level="alike", weight=Decimal("7.25")),
                 SignalWeight(name="handle", level="near", weight=Decimal("-0.50"))),
        **derived(twin.record_id, first.record_id, rule="nlp.linking.v1", confidence="0.9100"))  # fmt: skip
    ids["link"] = link.record_id
    return [twin, first, link]


@pytest.fixture(scope="session")
def graphed(graphed_case):
    """The console of the case with a graph."""
    with serving(graphed_case) as found:
        yield found


@pytest.fixture
def changing(graphed_case, tmp_path):
    """A console on a copy of that case, which a test may change."""
    path = tmp_path / "case"
    shutil.copytree(graphed_case.path, path)
    later = max(START + timedelta(days=3), graphed_case.clock())
    made = MadeCase(path, Ticking(later), dict(graphed_case.ids))
    with serving(made) as found:
        yield found
