# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small market of our own for the tests, and the saved one."""

import tarfile

import pytest

from crawler.market import load_profile, read_page

# Python 3.11.2 (Debian 12) has no filters yet
SAFELY = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}

PROFILE = """
format = 1
market = "toy"
title = "Toy market"

[politeness]
concurrency = 2
delay_seconds = 0.5

[login]
path = "/in"
form = "form.in"
user_field = "u"
password_field = "p"
succeeded = "a.out"
failed = "p.wrong"

[links]
never = ['^/buyer/', '^/out$', '^/item/[0-9]+/buy$']
[[links.follow]]
pattern = '^/item/[0-9]+$'
kind = "listing"
[[links.follow]]
pattern = '^/shop/[^/]+$'
kind = "vendor"

[[kinds]]
kind = "not-found"
status = [404]
[[kinds]]
kind = "login"
has = ["form.in"]
[[kinds]]
kind = "listing"
has = ["#item"]
lacks = ["#item.gone"]
[[kinds]]
kind = "soft-404"
text = 'no such item'
[[kinds]]
kind = "vendor"
has = ["#shop"]
[[kinds]]
kind = "category"
uri = '(^|/)list/'

[listing]
must_have = ["#ships"]
whole = ["#ships"]
regions = ["#item"]
ignore = ['Sold by']
key = '(?:^|/)item/(?P<key>[0-9]+)(?:/buy)?$'
key_link = "a.buy"
[listing.fields.title]
css = "#item > h1"
required = true
max_length = 200
[listing.fields.description]
css = "#item .text"
lines = true
[listing.fields.vendor]
css = "#item a.shop"
required = true
[listing.fields.category]
css = "#path a"
many = true
[listing.fields.ships_from]
xpath = '//*[@id="ships"]/i[@class="from"]'
pattern = 'From(?: (?P<value>.+))?'
[listing.fields.ships_to]
after = "#ships > b"
before = "#ships > u"
[[listing.prices]]
css = "#item .price"
pattern = '(?P<amount>[0-9.]+(?:,[0-9]+)?) (?P<currency>[A-Z]{3})'
thousands = "."
decimal = ","
min = 0.001
max = 100000
[listing.listed_on]
css = "#item .on"
pattern = '(?P<value>[0-9/]+)'
form = "%d/%m/%Y"

[vendor]
regions = ["#shop"]
[vendor.fields.handle]
css = "#shop > h1"
required = true
[vendor.fields.profile]
css = "#shop > .about"
lines = true
[[vendor.pgp]]
css = "#shop > pre"
lines = true

[feedback]
row = "tr.feedback"
none = ".no-feedback"
listing_link = "a.item"
[feedback.fields.text]
css = "td.text"
[feedback.fields.rating]
css = "td.stars"
[feedback.fields.buyer]
css = "td.who"

[[assertions]]
count = "listing"
min = 1
[[assertions]]
count = "listing.ships_from"
share_of = "listing"
min = 0.5
"""

ITEM = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>T</title></head><body>
<div id="path"><a href="/list/1">Caf\u00e9 &amp; t\u00e9</a> <a href="/list/2">Hojas</a></div>
<div id="item"><h1>One  <b>gram</b> of\n t&eacute; \u20ac</h1>
<p class="price">1.000,50 EUR</p><p class="on">03/04/2024</p>
<p>Sold by <a class="shop" href="/shop/ana">ana</a></p>
<div class="text">First line<br>second  line<br><br>&lt;b&gt;not bold&lt;/b&gt;</div>
<div id="ships"><i class="from">From Spain</i><b></b> Everywhere &amp; beyond <u></u></div>
<a class="buy" href="/item/7/buy">Buy</a> <a href="/buyer/9">me</a> <a href="/item/8#x">next</a>
<a href="http://elsewhere.example/item/9">out</a> <a href="/strange">?</a></div>
<table><tr class="feedback"><td class="stars">5</td><td class="text">good</td>
<td class="who">b***r</td></tr></table>
</body></html>
"""


@pytest.fixture
def toy_path(tmp_path):
    path = tmp_path / "toy.toml"
    path.write_text(PROFILE, "utf-8")
    return path


@pytest.fixture
def toy(toy_path):
    return load_profile(toy_path)


@pytest.fixture
def read(toy):
    """Read a page of the toy market from text or bytes."""

    def reader(page, uri="http://toy.example/item/7", **known):
        body = page.encode("utf-8") if isinstance(page, str) else page
        given = {"status": 200, "media_type": "text/html", "charset": "", "problem": "", **known}
        return read_page(toy, body, uri=uri, **given)

    return reader


@pytest.fixture
def item():
    return ITEM


@pytest.fixture(scope="session")
def agora(real_data, tmp_path_factory):
    """The folder of the saved market, unpacked."""
    folder = tmp_path_factory.mktemp("agora")
    with tarfile.open(real_data / "agora-2014" / "open.tar.xz") as tar:
        tar.extractall(folder, **SAFELY)
    return folder / "agora"
