# SPDX-License-Identifier: AGPL-3.0-or-later
"""Profiles are data, and wrong data is refused with a place and a remedy."""

from decimal import Decimal

import pytest
from lxml import etree

from crawler.market import load_profile, profile_names, read_page
from vestigo.errors import ConfigurationError


def broken(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_profile(path)
    return caught.value


def test_the_shipped_profiles_load_by_name_and_by_path(repository):
    layouts = [f"range-{layout}" for layout in ("cards", "forum", "minimal", "table")]
    assert profile_names() == ["agora-2014", "range", *layouts]
    for name in profile_names():
        by_path = load_profile(repository / "config" / "markets" / f"{name}.toml")
        assert load_profile(name) == by_path or load_profile(name).digest == by_path.digest
        assert by_path.market == name


def test_a_profile_says_how_gently_and_how_to_log_in(toy):
    assert (toy.politeness.concurrency, toy.politeness.delay_seconds) == (2, Decimal("0.5"))
    assert (toy.login.path, toy.login.user_field, toy.login.password_field) == ("/in", "u", "p")


def test_the_digest_changes_with_the_profile_only(toy_path, toy):
    assert load_profile(toy_path).digest == toy.digest
    toy_path.write_text(toy_path.read_text("utf-8").replace("[0-9/]+", "[0-9/]*"), "utf-8")
    assert load_profile(toy_path).digest != toy.digest


def test_a_profile_that_is_not_there_names_the_nearest():
    with pytest.raises(ConfigurationError) as caught:
        load_profile("agora-2015")
    assert caught.value.code == "E-MAR-001"
    assert "agora-2014" in caught.value.what


def test_a_path_out_of_the_folder_is_not_taken_for_a_name():
    with pytest.raises(ConfigurationError):
        load_profile("../markets/range")


@pytest.mark.parametrize(
    ("old", "new", "code", "named"),
    [
        ("regions = ", "regoins = ", "E-CFG-003", "regions"),
        ("[politeness]", "[politness]", "E-CFG-003", "politeness"),
        ('css = "#item > h1"', 'css = "#item > > h1"', "E-MAR-002", "#item > > h1"),
        ('css = "#item > h1"', 'xpath = "//h1["', "E-MAR-002", "//h1["),
        ('css = "#item > h1"', 'xpath = "count(//h1)"', "E-MAR-002", "nodes"),
        ('css = "#item > h1"', 'xpath = "//h1/nosuch()"', "E-MAR-002", "nosuch"),
        ('css = "#item > h1"', 'css = "h1"\nxpath = "//h1"', "E-MAR-004", "css"),
        ('css = "#item > h1"', "lines = true", "E-MAR-004", "css"),
        ('before = "#ships > u"', "", "E-MAR-004", "missing"),
        ("(?P<value>[0-9/]+)", "(?P<value>[0-9/]+", "E-MAR-003", "[0-9/]+"),
        ("(?P<value>[0-9/]+)", "[0-9/]+", "E-MAR-003", "value"),
        ("(?P<amount>", "(?P<sum>", "E-MAR-003", "amount"),
        ("(?P<key>", "(?P<id>", "E-MAR-003", "key"),
        ('kind = "soft-404"', 'kind = "soft404"', "E-MAR-004", "soft-404"),
        ('count = "listing.ships_from"', 'count = "listing.ship_from"', "E-MAR-004", "ships_from"),
        ('share_of = "listing"', 'share_of = "listings"', "E-MAR-004", "listing"),
        ("format = 1", "format = 2", "E-MAR-004", "1"),
        ("format = 1", 'format = "1"', "E-MAR-004", "whole number"),
        ("required = true", 'required = "yes"', "E-MAR-004", "true or false"),
        ("required = true", "required = 1", "E-MAR-004", "true or false"),
        ('market = "toy"', "", "E-MAR-004", "missing"),
        ("never = [", "never = [3, ", "E-MAR-004", "texts"),
        ("status = [404]", "status = [true]", "E-MAR-004", "whole numbers"),
        ("concurrency = 2", "concurrency = true", "E-MAR-004", "whole number"),
        ('form = "%d/%m/%Y"', "", "E-MAR-004", "missing"),
        ("[login]", "[[login]]", "E-MAR-004", "table"),
        ("delay_seconds = 0.5", 'delay_seconds = "0.5"', "E-MAR-004", "number"),
        ("[[kinds]]", "[kinds", "E-CFG-002", "TOML"),
    ],
)
def test_a_wrong_profile_is_refused_and_says_why(toy_path, old, new, code, named):
    error = broken(toy_path, old, new)
    assert error.code == code
    assert named in str(error)
    assert error.remedy


@pytest.mark.parametrize(
    ("uri", "hint"),
    [
        ("http://h/item/7", "listing"),
        ("/item/7", "listing"),
        ("http://h/item/7/buy", None),
        ("http://h/shop/ana", "vendor"),
        ("http://h/buyer/3", None),
        ("http://h/elsewhere", None),
    ],
)
def test_links_are_hinted_or_not_followed(toy, uri, hint):
    assert toy.hint(uri) == hint


def test_never_is_asked_apart_from_follow(toy):
    assert toy.is_never("http://h/buyer/3")
    assert toy.is_never("/out")
    assert not toy.is_never("/elsewhere")


def test_the_ranges_private_places_are_never_asked_for():
    profile = load_profile("range")
    for path in ("/order/x", "/logout", "/static/a.css"):
        assert profile.is_never(f"http://127.0.0.1:1{path}"), path
    for path, kind in (("/user/abc", "buyer"), ("/messages", "message")):
        assert profile.hint(f"http://127.0.0.1:1{path}") == kind, "the order has to name the class"
    for path in (
        "/",
        "/listing/abcdefgh",
        "/vendor/x.y_z",
        "/category/a-b?page=2",
        "/search?q=&page=2",
    ):
        assert not profile.is_never(f"http://127.0.0.1:1{path}"), path
        assert profile.hint(f"http://127.0.0.1:1{path}"), path


def test_the_saved_markets_private_places_are_never_asked_for():
    profile = load_profile("agora-2014")
    for path in ("/user/x", "/profile", "/wallet", "/orders", "/messagelist", "/logout",
                 "/p/VcBJxtWon3/buy", "/liabilities/p/VcBJxtWon3.jpg", "/images/flag/w13/USA.png"):  # fmt: skip
        assert profile.is_never(path), path
    assert profile.hint("/vendor/a_b") == "vendor"


@pytest.mark.parametrize("name", ["../../escaped", "/etc/x", "a/b", "", ".hidden", "a b", "x" * 65])
def test_the_name_of_a_market_is_never_a_path(toy_path, name):
    old = next(line for line in toy_path.read_text("utf-8").splitlines() if line[:6] == "market")
    text = toy_path.read_text("utf-8").replace(old, f'market = "{name}"', 1)
    toy_path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_profile(str(toy_path))
    assert caught.value.code == "E-MAR-004"
    assert "market" in caught.value.where


def test_a_page_that_the_parser_cannot_search_is_a_broken_page(toy, monkeypatch):
    def gives_up(*_given):
        raise etree.XPathEvalError("unknown error")

    monkeypatch.setattr("crawler.market.page.refresh_seconds", gives_up)
    reading = read_page(
        toy, b"<html><body>x</body></html>", uri="/item/1", status=200, media_type="text/html",
        charset="", problem="",
    )  # fmt: skip
    assert (reading.kind, reading.truncated, reading.listing) == ("other", True, None)
