# SPDX-License-Identifier: AGPL-3.0-or-later
"""Histories of listings and vendors, reasons for holding prices, and what is due."""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from vestigo.cli.crawl import crawl as group
from vestigo.errors import ExitCode, UsageError
from vestigo.pipeline.crawl_state import (
    CrawlState,
    LastRun,
    RunningNow,
    process_ticks,
    state_path,
)
from vestigo.pipeline.history import listing_histories, vendor_lives
from vestigo.pipeline.history.holding import holding_reasons, market_medians
from vestigo.pipeline.recrawl import next_passes
from vestigo.pipeline.session import open_session
from vestigo.records import (
    Capture,
    Feedback,
    Listing,
    Method,
    Page,
    TextReading,
    UnitPrice,
    VendorAccount,
    content_id,
    probability,
)
from vestigo.store import CaseFolder

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
METHOD = Method(rule="test.history.v1", settings_sha256="0" * 64)


def capture(uri, day, host="a.onion"):
    return Capture(
        capture_id=content_id([uri, day, host]), uri=f"http://{host}{uri}", request_method="GET",
        status=200, media_type="text/html", charset="utf-8", content_sha256="0" * 64,
        n_body_bytes=1, observed_at=BEGIN + timedelta(days=day), authorization_id="", account="",
        warc_name="w", warc_offset=day, problem="",
    )  # fmt: skip


def origin(page):
    return {"sources": (page.capture_id,), "method": METHOD, "confidence": probability(1),
            "observed_at": page.observed_at, "market": "bazar"}  # fmt: skip


def listing(page, key="1", **fields):
    given = {"title": "t", "description": "d", "vendor_handle": "ana", "category": ("x",),
             "price_amount": Decimal(100), "price_currency": "EUR", "ships_from": "ES",
             "ships_to": None, "feedback_count": None, "listed_on": None, "spans": ()}  # fmt: skip
    return Listing(**origin(page), listing_key=key, **{**given, **fields})


def not_found(page):
    return Page(**origin(page), uri=page.uri, page_kind="not-found", truncated=False, leftovers=(),
                failed_assertions=())  # fmt: skip


@pytest.fixture
def case(tmp_path):
    return CaseFolder.create(tmp_path / "case", title="t", unit="u")


@pytest.fixture
def told(case):
    """Append records; return the histories."""

    def tell(*records, **wanted):
        with open_session(case.path) as session:
            session.ledger.append(records)
            return listing_histories(session.ledger, **wanted)

    return tell


def test_each_version_says_what_changed(told):
    pages = [capture("/l/1", day) for day in (0, 7, 14, 21)]
    (found,) = told(
        *pages,
        listing(pages[2], price_amount=Decimal(120), title="new title"),
        listing(pages[0]), listing(pages[1]),
        listing(pages[3], price_amount=Decimal(120), title="new title", ships_to="FR",
                vendor_handle="bea", category=("y",), description="e", ships_from=None),
    )  # fmt: skip
    assert [version.changed for version in found.versions] == [
        (), (), ("price", "title"),
        ("description", "vendor", "category", "ships_from", "ships_to"),
    ]  # fmt: skip
    assert (found.state, found.vendor, found.gone_at) == ("seen", "bea", None)
    assert [v.capture_id for v in found.versions] == [page.capture_id for page in pages]


def test_a_listing_is_gone_when_its_address_says_so_later_on_any_mirror(told):
    first, gone = capture("/l/1", 0), capture("/l/1", 7, host="mirror.onion")
    (found,) = told(first, listing(first), gone, not_found(gone))
    assert (found.state, found.gone_at) == ("gone", gone.observed_at)
    assert found.gone_capture_id == gone.capture_id


def test_a_listing_that_came_back_is_not_gone(told):
    pages = [capture("/l/1", day) for day in (0, 7, 14)]
    (found,) = told(*pages, listing(pages[0]), not_found(pages[1]), listing(pages[2]))
    assert (found.state, found.gone_at) == ("seen", None)


def test_another_address_that_is_gone_says_nothing(told):
    first, gone = capture("/l/1", 0), capture("/l/1?page=2", 7)
    (found,) = told(first, listing(first), gone, not_found(gone))
    assert found.state == "seen"


def test_one_capture_read_twice_is_one_version(told):
    page = capture("/l/1", 0)
    (found,) = told(page, listing(page), listing(page, title="read better"))
    assert [version.title for version in found.versions] == ["read better"]


def test_a_price_far_above_its_own_is_held_with_the_figure(told):
    pages = [capture("/l/1", day) for day in (0, 7, 14)]
    prices = (Decimal(100), Decimal(110), Decimal(99999))
    (found,) = told(
        *pages, *(listing(p, price_amount=a) for p, a in zip(pages, prices, strict=True))
    )
    assert found.state == "holding_price"
    (reason,) = found.versions[-1].holding
    assert (reason.reason, reason.compared, reason.times) == (
        "far-above-its-own",
        Decimal(105),
        952,
    )
    assert [version.holding for version in found.versions[:2]] == [(), ()]


def test_a_price_in_another_currency_is_not_compared(told):
    pages = [capture("/l/1", 0), capture("/l/1", 7)]
    (found,) = told(*pages, listing(pages[0], price_amount=Decimal("0.002"), price_currency="BTC"),
                    listing(pages[1]))  # fmt: skip
    assert [version.holding for version in found.versions] == [(), ()]


def test_the_readers_flag_is_a_reason(told):
    page = capture("/l/1", 0)
    one = listing(page)
    reading = TextReading(
        sources=(one.record_id,), method=METHOD, confidence=probability(1),
        observed_at=page.observed_at, subject=one.record_id, language="en", goods=(),
        flags=("holding_price",),
    )  # fmt: skip
    (found,) = told(page, one, reading)
    assert [reason.reason for reason in found.versions[0].holding] == ["too-much-for-the-amount"]


@pytest.mark.parametrize(
    ("price", "others", "market", "reasons"),
    [
        (1000, [100], None, ["far-above-its-own"]),
        (999, [100], None, []),
        (20_000, [], 100, ["far-above-the-market"]),
        (20_000, [20_000], 100, ["far-above-the-market"]),
        (19_999, [], 100, []),
        (0, [0], 0, []),
        (20_000, [100, 20_000, 20_000], None, ["far-above-its-own"]),
        (20_000, [20_000, 20_000, 100], 120, ["far-above-its-own"]),
        (5000, [100, 9000, 5000, 110], 120, ["far-above-its-own"]),
        (1000, [1, 1000, 1000], 800, []),
        (1000, [1000, 1, 1000], None, []),
        (1000, [1000, 1, 1000, 10_000], None, []),
        (5, [], None, []),
    ],
)
def test_where_a_price_begins_to_be_absurd(price, others, market, reasons):
    found = holding_reasons(
        Decimal(price), [Decimal(one) for one in others],
        None if market is None else Decimal(market), flagged=False,
    )  # fmt: skip
    assert [one.reason for one in found] == reasons


@pytest.mark.parametrize("n_up", range(1, 7))
def test_a_holding_price_that_stays_up_stays_flagged(told, n_up):
    pages = [capture("/l/1", 7 * n) for n in range(n_up + 1)]
    prices = [Decimal("0.00112")] + [Decimal("0.22302")] * n_up
    (found,) = told(*pages, *(listing(p, price_amount=a, price_currency="BTC")
                              for p, a in zip(pages, prices, strict=True)))  # fmt: skip
    assert [len(version.holding) for version in found.versions] == [0] + [1] * n_up
    assert found.versions[-1].holding[0].compared == prices[0]


def unit_price(one, amount, currency="EUR", per_unit="g"):
    return UnitPrice(
        sources=one.sources, method=METHOD, confidence=probability(1), observed_at=one.observed_at,
        subject=one.record_id, amount=Decimal(amount), currency=currency, per_unit=per_unit,
        usd=None, eur=None, rate_source=None, rate_on=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("n_others", "grams", "per_unit", "reasons"),
    [
        (20, 1, "g", ["far-above-the-usual"]),
        (20, 100, "g", []),  # dear, but a hundred grams
        (20, 1, "ml", []),  # nothing else is sold by it
        (18, 1, "g", []),  # too few prices make no market
    ],
)
def test_a_price_that_was_absurd_from_the_first_day_on(told, n_others, grams, per_unit, reasons):
    page = capture("/l/x", 0)
    held = listing(page, "x", price_amount=Decimal(6000))
    usual = [listing(capture(f"/l/{n}", 0), str(n)) for n in range(n_others)]
    records = [page, held, unit_price(held, Decimal(6000) / grams, per_unit=per_unit), *usual]
    records += [unit_price(one, 100) for one in usual]
    found = {one.key: one.versions[0].holding for one in told(*records)}
    assert [one.reason for one in found.pop("x")] == reasons
    assert not any(found.values())


def test_of_a_table_of_amounts_no_unit_price_is_compared(told):
    page = capture("/l/x", 0)
    held = listing(page, "x", price_amount=Decimal(6000))
    usual = [listing(capture(f"/l/{n}", 0), str(n)) for n in range(20)]
    records = [page, held, unit_price(held, 6000), unit_price(held, 60), *usual]
    records += [unit_price(one, 100) for one in usual]
    assert {one.versions[0].holding for one in told(*records)} == {()}


def test_few_prices_make_no_market():
    prices = [Decimal(n) for n in range(1, 20)]
    assert market_medians({"EUR": prices}) == {}
    assert market_medians({"EUR": [*prices, Decimal(20)]}) == {"EUR": Decimal("10.5")}


def test_only_what_was_asked_for(told):
    one, other = capture("/l/1", 0), capture("/l/2", 0)
    records = (one, other, listing(one), listing(other, key="2"))
    assert [found.key for found in told(*records)] == ["1", "2"]
    assert [found.key for found in told(key="2")] == ["2"]
    assert told(market="elsewhere") == []


def test_when_a_vendor_was_last_seen(case):
    pages = [capture("/v/ana", 0), capture("/v/ana", 7), capture("/v/bea", 9)]
    accounts = [
        VendorAccount(**origin(page), handle=handle, profile_captured=True, profile_text="",
                      pgp_blocks=(), spans=())
        for page, handle in zip(pages, ("ana", "ana", "bea"), strict=True)
    ]  # fmt: skip
    feedback = [
        Feedback(**origin(pages[1]), listing_key="1", vendor_handle="ana", buyer_handle=None,
                 given_on=day, rating=None, text="", price_amount=None, price_currency=None, spans=())
        for day in (date(2026, 2, 20), date(2026, 2, 25), None)
    ]  # fmt: skip
    with open_session(case.path) as session:
        session.ledger.append([*pages, *accounts, *feedback])
        ana, bea = vendor_lives(session.ledger)
    assert (ana.first_seen_at, ana.last_seen_at) == (pages[0].observed_at, pages[1].observed_at)
    assert (ana.n_captures, ana.last_feedback_on) == (2, date(2026, 2, 25))
    assert (bea.last_capture_id, bea.last_feedback_on) == (pages[2].capture_id, None)
    assert ana.market_seen_at == bea.market_seen_at == pages[2].observed_at


@pytest.fixture
def vestigo(capsys):
    def run(*words):
        code = group.main(args=[str(word) for word in words], standalone_mode=False)
        return code or 0, capsys.readouterr().out

    return run


def test_the_command_shows_and_logs(case, told, vestigo):
    pages = [capture("/l/1", day) for day in (0, 7, 14)]
    prices = (Decimal(100), Decimal(50), Decimal(99999))
    told(*pages, *(listing(p, price_amount=a, title="\x1b[31mred")
                   for p, a in zip(pages, prices, strict=True)))  # fmt: skip
    _code, out = vestigo("history", case.path)
    assert "█▄✗" in out
    assert "\x1b" not in out
    _code, out = vestigo("history", case.path, "bazar/1")
    assert "probably a holding price: 1333 times the price that it is meant to have (75 EUR)" in out
    assert pages[2].capture_id in out
    document = json.loads(vestigo("history", case.path, "--changed", "--json")[1])
    assert [one["state"] for one in document["listings"]] == ["holding_price"]
    assert json.loads(vestigo("history", case.path, "--vendors", "--json")[1]) == {"vendors": []}
    with open_session(case.path, write=False) as session:
        assert sum(event.reason == "crawl history" for event in session.custody.events()) == 4


def test_what_is_left_and_how_it_changed(case, told, vestigo):
    pages = [capture("/l/1", day) for day in (0, 7, 14, 21)]
    stocks = (("in-stock", 12), (None, None), ("in-stock", 3), ("sold-out", 0))
    told(*pages, *(listing(p, stock_state=state, stock_n=n)
                   for p, (state, n) in zip(pages, stocks, strict=True)))  # fmt: skip
    (one,) = json.loads(vestigo("history", case.path, "--json")[1])["listings"]
    assert [version["stock_n"] for version in one["versions"]] == [12, None, 3, 0]
    assert [version["changed"] for version in one["versions"]] == [[], [], ["stock"], ["stock"]]
    shown = vestigo("history", case.path, "bazar/1")[1]
    assert "12 left" in shown
    assert "sold out" in shown.splitlines()[-2]
    assert "stock" in shown.splitlines()[-2]


def test_a_listing_that_is_not_there(case, vestigo):
    with pytest.raises(UsageError) as caught:
        vestigo("history", case.path, "bazar/9")
    assert caught.value.code == "E-CRA-084"


def crawled(case, market, pass_no, outcome, ended):
    name = market if pass_no == 1 else f"{market}.pass-{pass_no}"
    frontier = case.crawl_state / f"{name}.sqlite"
    frontier.parent.mkdir(exist_ok=True)
    frontier.touch()
    state = CrawlState(
        profile="range", start="http://127.0.0.1:1/", account="o'neil", market=market,
        pass_no=pass_no, last=LastRun(ended_at=ended, outcome=outcome),
    )  # fmt: skip
    state_path(frontier).write_text(json.dumps(state.document()))


@pytest.mark.parametrize(
    ("days", "outcome", "now", "what", "number"),
    [
        (7, "complete", "2026-03-09", "new-pass", 3),
        (7, "complete", "2026-03-07", "not-yet", 3),
        (0, "complete", "2027-01-01", "no-rhythm", 2),
        (7, "interrupted", "2026-03-02", "go-on", 2),
        (7, "parked", "2026-03-02", "go-on", 2),
        (7, "", "2026-03-02", "go-on", 2),
    ],
)
def test_what_is_due(case, days, outcome, now, what, number):
    case.toml.write_text(case.toml.read_text() + f"\n[settings.crawl]\nrecrawl_days = {days}\n")
    crawled(case, "bazar", 1, "complete", "2026-02-01T00:00:00Z")
    crawled(case, "bazar", 2, outcome, "2026-03-01T00:00:00Z" if outcome else "")
    clock = lambda: datetime.fromisoformat(f"{now}T00:00:00+00:00")  # noqa: E731
    with open_session(case.path, clock=clock) as session:
        (found,) = next_passes(session)
    assert (found.what, found.pass_no, found.due) == (what, number, what in ("go-on", "new-pass"))


def test_the_command_to_type_is_printed(case, vestigo):
    crawled(case, "bazar", 2, "interrupted", "2026-03-01T00:00:00Z")
    code, out = vestigo("due", case.path)
    assert code == ExitCode.FINDINGS
    assert "bazar: pass 2 is not complete" in out
    assert "vestigo crawl resume" in out
    assert "bazar.pass-2 --password-stdin" in out
    (one,) = json.loads(vestigo("due", case.path, "--json")[1])["markets"]
    assert (one["due"], one["what"]) == (True, "go-on")


def test_the_command_of_a_new_pass_is_typed_as_a_shell_takes_it(case, vestigo):
    case.toml.write_text(case.toml.read_text() + "\n[settings.crawl]\nrecrawl_days = 7\n")
    crawled(case, "bazar", 1, "complete", "2026-03-01T00:00:00Z")
    assert """--pass 2 --account 'o'"'"'neil' --password-stdin""" in vestigo("due", case.path)[1]


def test_a_pass_that_runs_is_not_due(case, vestigo):
    crawled(case, "bazar", 1, "", "")
    path = state_path(case.crawl_state / "bazar.sqlite")
    state = CrawlState.of(json.loads(path.read_text()))
    here = RunningNow(os.getpid(), process_ticks(os.getpid()), "2026-03-01T00:00:00Z")
    path.write_text(json.dumps(dataclasses.replace(state, running=here).document()))
    assert vestigo("due", case.path) == (ExitCode.DONE, "bazar: pass 1 is running now\n")


def test_nothing_crawled_nothing_due(case, vestigo):
    assert vestigo("due", case.path) == (ExitCode.DONE, "Nothing was crawled in this case yet.\n")
