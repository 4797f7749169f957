# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures that listings and vendors show: asked for with the act alone, and never unasked."""

import pytest

from crawler.market import read_page
from crawler.page_work import PICTURE
from vestigo.evidence.warc import read_exchange
from vestigo.pipeline.invented_market import (
    PICTURES,
    PRICE,
    follow,
    http_response,
    kind,
    listing,
    load_into,
    market,
    page_response,
    vendor,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
PAGE = (
    '<h1 class=listing>One</h1><p class=price>1 BTC</p><a href="/img/1.png">large</a>'
    '<img src="/img/1.png"><img src="../attached?id=7"><img src="/never/2.png">'
    '<img src="http://elsewhere.invalid/3.png"><img src="data:image/png;base64,iVBORw0KGgo=">'
    '<a href="/unknown">x</a>'
)
PROFILE = "".join((
    market("shown", concurrency=2, never=("^/never/",)), follow("^/p/", "listing"),
    follow("^/v/", "vendor"), follow("^/$", "category"), kind("listing", "h1.listing"),
    kind("vendor", "h1.vendor"), kind("category", "ul.category"),
    listing("^/p/(?P<key>[0-9]+)$", PICTURES), PRICE, vendor(PICTURES),
))  # fmt: skip
ACTS = ("view", "search")


@pytest.fixture
def shown(tmp_path):
    return load_into(tmp_path, "shown", PROFILE)


@pytest.fixture
def filled(market, html):
    market.answers |= {
        "/": html.category("/p/1", "/v/a"),
        "/p/1": page_response(PAGE),
        "/v/a": page_response('<h1 class=vendor>a</h1><img src="/img/avatar.png">'),
        "/img/1.png": http_response(PNG, "image/png"),
        "/attached?id=7": http_response(PNG, "image/png"),
        "/img/avatar.png": http_response(PNG, "image/png"),
    }
    return market


def test_with_the_act_they_are_asked_for_once_and_archived(filled, crawls, shown, order):
    report = crawls.run(profile=shown, orders=[order(acts=(*ACTS, "fetch_image"))])
    assert dict(filled.asked) == dict.fromkeys(
        ("/", "/p/1", "/v/a", "/img/1.png", "/attached?id=7", "/img/avatar.png"), 1
    )
    assert report.coverage.page_kinds == {"category": 1, "listing": 1, "vendor": 1, PICTURE: 3}
    assert report.coverage.refused == {"never": 1, "other-host": 1}
    kept = {one.uri.rpartition("/")[2]: one for one in crawls.captures}
    assert read_exchange(crawls.captures_folder, kept["avatar.png"]).body == PNG
    assert kept["1.png"].media_type == "image/png"


def test_without_the_act_nobody_asks_and_nothing_is_known_of_them(filled, crawls, shown, order):
    report = crawls.run(profile=shown, orders=[order(acts=ACTS)])
    assert set(filled.asked) == {"/", "/p/1", "/v/a"}
    assert report.coverage.known == 3
    assert not report.coverage.refused


def test_an_order_that_names_another_class_of_data_does_not_cover_them(
    filled, crawls, shown, order
):
    classes = ("vendor_profile",)
    orders = [order(acts=(*ACTS, "fetch_image"), hosts=("127.0.0.9",)), order(acts=ACTS),
              order(acts=("fetch_image",), data_classes=classes)]  # fmt: skip
    crawls.run(profile=shown, orders=orders)
    assert not [target for target in filled.asked if "img" in target]


def test_a_link_to_a_picture_of_the_page_is_not_reported_as_unknown(shown):
    reading = read_page(
        shown, f"<!doctype html><html>{PAGE}</html>".encode(), uri="http://m.invalid/p/1",
        status=200, media_type="text/html", charset="", problem="",
    )  # fmt: skip
    assert [one for one in reading.leftovers if one.startswith("link")] == ["link: “/unknown”"]
