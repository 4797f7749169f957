# SPDX-License-Identifier: AGPL-3.0-or-later
"""Profiles proposed from pages of layouts never seen, and the reader that has none."""

import html
import json
import tomllib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.market import load_profile, read_page
from crawler.market.guessing.generic import read_unprofiled
from crawler.market.learning.apart import learned_page
from crawler.market.learning.proposing import learn_layout
from crawler.market.learning.writing import profile_text, quoted
from crawler.market.money import find_money
from vestigo.cli.app import run
from vestigo.errors import ConfigurationError, InputError
from vestigo.pipeline.market_layouts.layout import LAYOUTS, show
from vestigo.pipeline.market_layouts.measuring import (
    BATCHES,
    FIELDS,
    Score,
    door_pages,
    layouts,
    learned_profile,
    measure_layout,
)

DEVELOPMENT = [one.name for one in layouts("development")]
QUICK_PAGES = 3


def test_there_are_enough_layouts_of_development_and_held_out():
    assert len(DEVELOPMENT) >= 45
    assert len([one for batch in BATCHES[1:] for one in layouts(batch)]) >= 40


@pytest.mark.parametrize("name", DEVELOPMENT)
def test_a_learned_profile_reads_the_rest_of_its_layout(name):
    learned, generic = measure_layout(LAYOUTS[name], 11, QUICK_PAGES)
    assert learned.error == ""
    assert learned.shares() == dict.fromkeys(FIELDS, Decimal("1.0000")), learned.wrong
    assert (learned.false_records, generic.false_records) == (0, 0)


@pytest.mark.parametrize("batch", BATCHES[1:])
def test_held_out_layouts_reach_the_bounds_on_the_whole(batch):
    """The bounds of the acceptance, on layouts that the method was not made with."""
    learned, generic = Score(), Score()
    for one in layouts(batch):
        scores = measure_layout(one, 5, QUICK_PAGES)
        learned.add(scores[0])
        generic.add(scores[1])
    shares = learned.shares()
    assert min(shares["title"], shares["price"]) >= Decimal("0.95")
    assert shares["vendor"] >= Decimal("0.90")
    assert min(shares["category"], shares["ships_from"], shares["ships_to"]) >= Decimal("0.85")
    assert min(generic.shares()["title"], generic.shares()["price"]) >= Decimal("0.85")
    assert learned.false_records == generic.false_records == 0


def pages_of(name, n, seed=3):
    return [show(LAYOUTS[name], seed, number, rich=False) for number in range(n)]


def read(profile, page):
    return read_page(
        profile, page.encode(), uri="/p/1.html", status=None, media_type="", charset="", problem=""
    )


def test_pages_of_other_kinds_are_set_apart_and_change_nothing():
    shown = pages_of("table_rows", 3)
    doors = door_pages(3, LAYOUTS["table_rows"])
    alone = learned_profile([one.page for one in shown])
    mixed = [
        learned_page(f"{n}", page.encode())
        for n, page in enumerate([*doors, *(one.page for one in shown)])
    ]
    proposal = learn_layout(mixed)
    assert [page.name for page in proposal.listings] == [str(len(doors) + n) for n in range(3)]
    assert {rule.field.name for rule in alone.listing.prices} == {"price.0"}
    kinds = {page.kind for page in mixed if page not in proposal.listings}
    assert {"login", "captcha", "category"} <= kinds


def test_two_pages_are_too_few():
    pages = [learned_page(str(n), one.page.encode()) for n, one in enumerate(pages_of("terms", 2))]
    with pytest.raises(InputError) as raised:
        learn_layout(pages)
    assert raised.value.code == "E-MAR-006"


def test_pages_without_a_price_give_no_profile():
    page = "<html><body><h1>Terms</h1><p>We are open {} days.</p></body></html>"
    pages = [learned_page(str(n), page.format(n).encode()) for n in range(4)]
    with pytest.raises(InputError) as raised:
        learn_layout(pages)
    assert raised.value.code in ("E-MAR-006", "E-MAR-007")


def test_constant_values_are_found_by_their_labels():
    """The same vendor, category and place on all three pages."""
    page = (
        "<html><body><h1>Tea number {0}</h1><p>Price: {0}.50 EUR</p><p>Vendor: ana</p>"
        "<p>Category: Tea</p><p>Ships from: Spain</p></body></html>"
    )
    profile = learned_profile([page.format(n) for n in (11, 12, 13)])
    listing = read(
        profile, page.format(99).replace("ana", "eva").replace("Spain", "France")
    ).listing
    assert (listing.title, str(listing.price.amount)) == ("Tea number 99", "99.50")
    assert (listing.vendor, listing.category, listing.ships_from) == ("eva", ("Tea",), "France")


def test_a_learned_profile_tells_the_bytes_of_every_value():
    shown = pages_of("terms", 6)
    profile = learned_profile([one.page for one in shown[:3]])
    body = shown[5].page.encode()
    reading = read(profile, shown[5].page)
    for name, text in reading.texts.items():
        span = text.span("c" * 64, body)
        assert all(body[part.start : part.end] == part.raw() for part in span.ranges), name
    assert reading.texts["vendor"].text == shown[5].vendor


def test_a_page_that_is_cut_gives_no_listing():
    shown = pages_of("bootstrap_card", 4)
    profile = learned_profile([one.page for one in shown[:3]])
    page = shown[3].page
    for share in (0.3, 0.6, 0.9, 0.99):
        cut = page[: int(len(page) * share)] + "<b"
        assert read(profile, cut).listing is None
        assert read_unprofiled(cut.encode(), uri="").listing is None


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_any_text_of_a_page_makes_a_profile_that_can_be_loaded(text):
    assert tomllib.loads(f"a = {quoted(text)}")["a"] == text


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=120), position=st.integers(0, 900))
def test_no_bytes_make_the_generic_reader_fail(body, position):
    page = pages_of("table_rows", 1)[0].page.encode()
    reading = read_unprofiled(page[:position] + body + page[position:], uri="/x")
    assert reading.listing is None or (reading.listing.title and reading.listing.prices)


def test_hostile_texts_cannot_break_out_of_the_proposed_profile(tmp_path):
    evil = '"]\nnever = []\n[[kinds]]\u2028"""\x7f'
    page = "<html><body><h1 class='{1}'>T{0} {1}</h1><p>Price: {0}.50 EUR</p><p>Vendor: {1}</p></body></html>"
    pages = [learned_page(evil, page.format(n, html.escape(evil)).encode()) for n in (11, 12, 13)]
    path = tmp_path / "x.toml"
    path.write_text(profile_text(learn_layout(pages), "evil"), "utf-8")
    assert load_profile(path).market == "evil"
    path.write_text(profile_text(learn_layout(pages), evil), "utf-8")
    with pytest.raises(ConfigurationError, match="E-MAR-004"):
        load_profile(path)


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ("$45.00 (0.0012 BTC)", [("45.00", "USD"), ("0.0012", "BTC")]),
        ("1.250,00 €", [("1250.00", "EUR")]),
        ("1.250 €", [("1250", "EUR")]),
        ("0.125 BTC", [("0.125", "BTC")]),
        ("1,250 XMR", [("1.250", "XMR")]),
        ("R$ 1.200,50", [("1200.50", "BRL")]),
        ("1 250,50 руб.", [("1250.50", "RUB")]),
        ("USD 45.00 BTC 0.0123", [("45.00", "USD"), ("0.0123", "BTC")]),
        ("5g MDMA 84% 10 pills", []),
    ],
)
def test_amounts_in_their_spellings(shown, found):
    assert [(str(one.amount), one.currency) for one in find_money(shown)] == found


@pytest.fixture
def saved(tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    for n, one in enumerate(pages_of("two_pairs_a_row", 5)):
        (folder / f"offer-{n}.html").write_text(one.page, "utf-8")
    for n, page in enumerate(door_pages(3, LAYOUTS["two_pairs_a_row"])):
        (folder / f"x-{n}.html").write_text(page, "utf-8")
    return folder


def test_learn_check_and_read_through_the_command(saved, tmp_path, capfd):
    profile = tmp_path / "learned.toml"
    assert run(["market", "learn", str(saved), "-o", str(profile), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["n_listings"], len(found["set_apart"])) == (5, 7)
    assert run(["market", "check", str(profile), str(saved), "--json"]) == 0
    checked = json.loads(capfd.readouterr().out)
    assert checked["kinds"]["listing"] == 5
    assert checked["fields"]["price"]["n_read"] == 5
    assert "stock" not in {one["label"] for one in checked["unused_labels"]}
    assert "[listing.stock]" in profile.read_text("utf-8")
    assert run(["market", "read", str(profile), str(saved), "--jsonl"]) == 0
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert sum(row["kind"] == "listing" for row in rows) == 5
    assert not any("unprofiled" in row for row in rows)
    assert all(row["stock"] for row in rows if row["kind"] == "listing")


def test_without_a_profile_every_row_is_marked(saved, capfd):
    assert run(["market", "read", str(saved), "--jsonl"]) == 0
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert all(row["unprofiled"] is True for row in rows)
    assert sum(row["title"] is not None for row in rows) == 5


def test_a_profile_that_is_there_is_not_written_over(saved, tmp_path, capfd):
    profile = tmp_path / "mine.toml"
    profile.write_text("mine")
    assert run(["market", "learn", str(saved), "-o", str(profile)]) != 0
    assert "E-MAR-008" in capfd.readouterr().err
    assert profile.read_text() == "mine"


def test_the_table_of_check_masks_buyers(toy_path, tmp_path, item, capfd):
    page = tmp_path / "7"
    page.write_text(item, "utf-8")
    run(["market", "check", str(toy_path), str(page)])
    out = capfd.readouterr().out
    assert "b***r" not in out
    assert "feedback.buyer" in out


def test_never_keeps_buyers_out_and_collect_only_what_it_names(toy_path, item):
    text = toy_path.read_text("utf-8")
    toy_path.write_text(f'{text}\n[never]\nlisting = ["feedback.buyer"]\n', "utf-8")
    reading = read(load_profile(toy_path), item)
    assert reading.feedback[0].buyer is None
    assert not any("buyer" in name for name in reading.texts)
    toy_path.write_text(f'{text}\n[collect]\nlisting = ["title", "price"]\n', "utf-8")
    reading = read(load_profile(toy_path), item)
    assert (reading.listing.title, reading.listing.vendor, reading.feedback) == (
        "One gram of t\xe9 \u20ac", None, ()
    )  # fmt: skip
    assert set(reading.texts) == {"title", "price.0"}
