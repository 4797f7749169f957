# SPDX-License-Identifier: AGPL-3.0-or-later
"""The range's four layouts, read with profiles written by hand from their pages."""

import dataclasses
import json
from collections import Counter
from functools import cache

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.market import load_profile, read_page
from vestigo.cli.market import market as command
from vestigo.identifiers.pgp import read_key
from vestigo.training.behaviour import load_behaviour
from vestigo.training.site import Site
from vestigo.training.telling import tell_world
from vestigo.training.truth.market import market_truth
from vestigo.training.writing import write_range

SEEDS = (7, 1234)
LAYOUTS = ("cards", "forum", "minimal", "table")
RATINGS = {
    "cards": lambda n: "★" * n + "☆" * (5 - n), "forum": str, "minimal": "{} of 5".format,
    "table": "{}/5".format,
}  # fmt: skip


@cache
def profile_of(layout):
    return load_profile(f"range-{layout}")


def read(layout, target, answer):
    """Return what the layout's profile makes of one answer."""
    headers = dict(answer.headers)
    return read_page(
        profile_of(layout), answer.body, uri=f"http://127.0.0.1{target}",
        status=answer.status, media_type=headers["Content-Type"].partition(";")[0],
        charset="utf-8", problem="",
    )  # fmt: skip


class Venue:
    """One venue on one pass: its pages, how they were read, and what is true."""

    def __init__(self, world, market, pass_no):
        self.view = world.market(market).at(pass_no)
        self.site = Site(self.view)
        self.layout = self.site.layout.name
        self.pages = dict(self.site.saved())
        self.readings = {t: read(self.layout, t, a) for t, a in self.pages.items()}
        rows = market_truth(world)["listings"]
        self.truth = {
            row["key"]: row for row in rows
            if row["market"] == market and row["first_pass"] <= pass_no <= row["last_pass"]
        }  # fmt: skip
        self.pass_no = pass_no


@pytest.fixture(scope="module", params=SEEDS)
def world(request):
    return tell_world(request.param, load_behaviour("full"))


@pytest.fixture(scope="module", params=[("candil", 1), ("lantern", 1), ("lantern", 3), ("farol", 2)],
                ids=lambda p: f"{p[0]}-{p[1]}")  # fmt: skip
def venue(request, world):
    return Venue(world, *request.param)


def test_all_four_layouts_are_shown(world):
    shown = {m.at(n).layout for m in world.markets for n in (1, 2, 3)}
    assert shown == set(LAYOUTS)


def test_nothing_is_left_over(venue):
    for target, reading in venue.readings.items():
        assert (reading.failed_assertions, reading.truncated) == ((), False), target
        assert reading.leftovers == (), target


def test_every_field_of_every_listing_equals_the_truth(venue):
    listings = {r.listing.key: r.listing for r in venue.readings.values() if r.listing}
    assert set(listings) == set(venue.truth)
    for key, row in venue.truth.items():
        listing, shown = listings[key], venue.view.listing(key)
        assert listing.title == " ".join(shown.title.split())
        assert listing.description == shown.description
        assert (listing.vendor, list(listing.category)) == (row["vendor"], row["category"])
        assert (listing.ships_from, listing.ships_to) == (row["ships_from"], shown.ships_to)
        (price,) = [p for p in row["prices_shown"] if p["pass"] == venue.pass_no]
        assert f"{listing.price.amount:f} {listing.price.currency}" == (
            f"{price['amount']} {price['currency']}"
        )
        assert str(listing.listed_on) == row["listed_on"]
        reviews = [one for one in venue.view.feedback if one.listing_key == key]
        assert listing.feedback_count == len(reviews)


def test_options_are_kept_with_their_prices(venue):
    by_key = {r.listing.key: r for r in venue.readings.values() if r.listing}
    several = [one for one in venue.view.listings if len(one.offers) > 1]
    for one in several:
        texts = by_key[one.key].texts
        labels = [text.text for name, text in texts.items() if name.startswith("also.option.")]
        prices = [name for name in texts if name.startswith("also.option_price.")]
        assert labels == [" ".join(offer.label.split()) for offer in one.offers]
        assert len(prices) >= len(labels)


def test_every_row_of_feedback_is_read(venue):
    reviewed = Counter(
        (one.listing_key, one.reviewed_at.date(), RATINGS[venue.layout](one.rating))
        for one in venue.view.feedback
    )
    rows = [row for r in venue.readings.values() if r.listing for row in r.feedback]
    shown = {one.key for one in venue.view.listings}
    expected = Counter({key: n for key, n in reviewed.items() if key[0] in shown})
    assert Counter((row.listing_key, row.given_on, row.rating) for row in rows) == expected
    assert all(row.price and row.price.currency == "BTC" and "*" in row.buyer for row in rows)


def test_every_vendor_is_read_with_key_and_contacts(venue):
    vendors = {r.vendor.handle: r for r in venue.readings.values() if r.vendor}
    assert set(vendors) == {" ".join(one.handle.split()) for one in venue.view.market.vendors}
    for one in venue.view.market.vendors:
        reading = vendors[" ".join(one.handle.split())]
        keys = [read_key(block).fingerprint for block in reading.vendor.pgp_blocks]
        assert keys == [one.pgp_fingerprint]
        assert one.address in reading.vendor.profile_text
        contacts = [t.text for name, t in reading.texts.items() if name.startswith("also.contact")]
        for contact, text in zip(one.contacts, contacts, strict=True):
            assert contact.kind in text
            assert contact.value in text


def test_every_text_names_the_bytes_that_it_came_from(venue):
    for target, reading in venue.readings.items():
        body = venue.pages[target].body
        for name, text in reading.texts.items():
            span = text.span("c", body)
            assert all(body[r.start : r.end] == r.raw() for r in span.ranges), (target, name)


def test_links_lead_to_every_listing_and_never_to_buyers_or_orders(venue):
    site = venue.site
    linked = {link.uri.removeprefix("http://127.0.0.1") for r in venue.readings.values()
              for link in r.links}  # fmt: skip
    profile = profile_of(venue.layout)
    for one in venue.view.listings:
        assert site.address("listing", one.key) in linked
        assert not profile.hint("http://h" + site.address("order", one.key))
        assert profile.is_never(site.address("image", one.key))
    for kind in ("logout", "login", "queue", "captcha", "avatar", "style"):
        assert profile.is_never(site.address(kind, "x")), kind
        assert site.address(kind, "x") not in linked
    for kind, ours in (("messages", "message"), ("user", "buyer")):
        address = site.address(kind, "x")  # named as what the gate refuses, or never followed
        assert profile.hint(f"http://h{address}") == ours or profile.is_never(address)
        assert not (profile.is_never(address) and address in linked)


@pytest.fixture(scope="module", params=LAYOUTS)
def doors(request):
    """Return the layout and a function from (captcha, queue) to a site."""
    full = load_behaviour("full")

    def site(captcha, queue=0):
        first = dataclasses.replace(
            full.markets[0], layout=request.param, captcha=captcha, queue_requests=queue,
            maintenance_every=1,
        )  # fmt: skip
        behaviour = dataclasses.replace(full, markets=(first, *full.markets[1:]))
        return Site(tell_world(5, behaviour).markets[0].at(1))

    return request.param, site


def asked(site, kind, cookies=None, method="GET", body=b""):
    """Ask a page of a kind; return (answer, address)."""
    target = site.address(kind)
    return site.answer(method, target, cookies or {}, body), target


def test_the_log_in_page_and_its_captcha(doors):
    layout, site = doors
    plain = read(layout, *reversed(asked(site("none"), "login")))
    assert (plain.kind, plain.captcha) == ("login", None)
    login = site("login")
    reading = read(layout, *reversed(asked(login, "login")))
    assert reading.kind == "login"
    assert reading.login_form.action == "http://127.0.0.1" + login.address("login")
    user, password, code = login.layout.fields
    assert (reading.login_form.user_field, reading.login_form.password_field) == (user, password)
    assert reading.captcha.answer_field == code
    picture = reading.captcha.picture.removeprefix("http://127.0.0.1")
    assert login.answer("GET", picture, {}, b"").body.startswith(b"\x89PNG")
    assert "challenge" in {field.name for field in reading.captcha.other_fields}


def test_the_queue_says_when_to_come_again(doors):
    layout, site = doors
    reading = read(layout, *reversed(asked(site("none", queue=2), "home")))
    assert (reading.kind, reading.refresh_seconds) == ("queue", 3)
    assert (reading.listing, reading.leftovers, reading.failed_assertions) == (None, (), ())


def test_the_captcha_behind_the_queue(doors):
    layout, site = doors
    reading = read(layout, *reversed(asked(site("queue"), "home")))
    assert reading.kind == "captcha"
    assert reading.captcha is not None
    assert reading.login_form is None or layout == "cards"  # its two forms have one class


def test_maintenance_rate_limit_mirrors_and_what_is_not_there(doors):
    layout, site = doors
    door = site("none")
    answer, target = asked(door, "home", door.session_cookie())
    assert answer.status == 503
    assert read(layout, target, answer).kind == "maintenance"
    contents = door._contents
    cases = {
        "rate-limit": contents.too_many(),
        "not-found": contents.not_found(),
        "soft-404": contents._missing("No such listing"),
    }
    for kind, answer in cases.items():
        reading = read(layout, "/x", answer)
        assert (reading.kind, reading.failed_assertions) == (kind, ()), kind
        assert (reading.listing, reading.vendor, reading.truncated) == (None, None, False)
    target = door.address("messages")
    private = read(layout, target, contents.private("Messages", "You have no messages."))
    assert (private.kind, private.failed_assertions, private.listing) == ("message", (), None)
    target = door.address("user", "somebody")
    buyer = read(layout, target, contents.private("Buyer profile", "Orders and statistics."))
    assert (buyer.kind, buyer.listing, buyer.vendor) == ("buyer", None, None)
    target = door.address("order", "abcdefgh")
    order = read(layout, target, contents.private("Order", "One.", target))
    assert (order.kind, order.listing) == ("order", None)
    mirrors = read(layout, door.address("mirrors"), contents._mirrors(None))
    assert (mirrors.kind, mirrors.failed_assertions) == ("other", ())


@pytest.fixture(scope="module")
def cut_pages():
    """A listing and a vendor page of each layout."""
    world = tell_world(SEEDS[0], load_behaviour("full"))
    found = {}
    for market, pass_no in (("candil", 1), ("lantern", 1), ("farol", 1), ("lantern", 3)):
        site = Site(world.market(market).at(pass_no))
        view = world.market(market).at(pass_no)
        for kind, key in (
            ("listing", view.listings[0].key),
            ("vendor", view.market.vendors[0].handle),
        ):
            target = site.address(kind, key)
            found[site.layout.name, kind] = (
                target, site.answer("GET", target, site.session_cookie(), b"")
            )  # fmt: skip
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["listing", "vendor"])
@settings(max_examples=15)
@given(share=st.floats(min_value=0, max_value=0.999))
def test_a_page_that_is_cut_anywhere_gives_nothing(cut_pages, layout, kind, share):
    target, answer = cut_pages[layout, kind]
    whole = answer.body.rstrip()
    cut = dataclasses.replace(answer, body=whole[: min(int(len(whole) * share), len(whole) - 1)])
    reading = read(layout, target, cut)
    assert reading.kind == "other"
    assert (reading.listing, reading.vendor, reading.feedback) == (None, None, ())
    assert reading.truncated or cut.body == b""


def test_written_pages_pass_the_check_of_the_command_line(tmp_path, monkeypatch):
    world = tell_world(SEEDS[1], load_behaviour("full"))
    write_range(world, tmp_path / "world")
    pages, profiles = tmp_path / "world" / "pages", tmp_path / "world" / "profiles"
    for market, pass_no, name in (("candil", 1, "candil"), ("lantern", 2, "lantern"),
                                  ("lantern", 3, "lantern.redesign"), ("farol", 1, "farol")):  # fmt: skip
        monkeypatch.chdir(pages / market / f"pass-{pass_no}")
        profile = str(profiles / f"{name}.toml")
        listings = world.market(market).at(pass_no).listings
        done = CliRunner().invoke(command, ["check", profile, ".", "--json"])
        document = json.loads(done.stdout)
        assert (done.exit_code, document["failed_assertions"]) == (0, []), done.stderr
        assert document["kinds"]["listing"] == len(listings)
        assert (document["n_leftovers"], document["n_findings"]) == (0, 0)
        done = CliRunner().invoke(command, ["read", profile, ".", "--jsonl"])
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        keys = {row["key"] for row in rows if row["kind"] == "listing"}
        assert keys == {one.key for one in listings}
