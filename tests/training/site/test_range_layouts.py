# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each layout shows, against the world; hostile text; paging; gaps; files."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urljoin

import pytest
from lxml import html

from vestigo.training.categories import category_tree
from vestigo.training.site import Site, layout_of, market_pages
from vestigo.training.site.layouts import LAYOUTS, layout_named
from vestigo.training.site.saving import page_name
from vestigo.training.site.templates import lines, shown

NAMES = tuple(LAYOUTS)

# What a stranger who looks at the pages would write down; shares nothing with the templates.
LISTING = {
    "table": {
        "title": "h1.listing-title", "text": "div.description", "vendor": "a.vendor",
        "category": "p.breadcrumb a", "from": "dd.ships-from", "to": "dd.ships-to",
        "day": "dd.listed-on", "pay": "dd.payment", "price": "#listing > p.price",
        "options": "tr.option", "feedback": "tr.feedback-row", "comment": "td.comment",
        "order": "a.order", "image": "#listing img",
    },
    "cards": {
        "title": "h2.offer-name", "text": "div.offer-text", "vendor": "div.offer-seller a",
        "category": "div.path a", "from": "b.f-from", "to": "b.f-to", "day": "b.f-day",
        "pay": "b.f-pay", "price": "div.offer-cost", "options": "ul.variants li",
        "feedback": "div.review", "comment": "p.words", "order": "a.take",
        "image": "div.offer-pic img",
    },
    "forum": {
        "title": "h2.subject", "text": "div.first div.text", "vendor": "div.first div.poster a",
        "category": "div.crumbs a", "from": "span.from", "to": "span.to", "day": "span.day",
        "pay": "span.pay", "price": "div.deal > span.sum", "options": "div.choice",
        "feedback": "div.reply", "comment": "div.text", "order": "div.act a",
        "image": "div.attached img",
    },
    "minimal": {
        "title": "h2", "text": "#text", "vendor": "#how a", "category": "#in a",
        "from": "#how b:nth-of-type(1)", "to": "#how b:nth-of-type(2)",
        "pay": "#how b:nth-of-type(3)", "day": "#how b:nth-of-type(4)", "price": "#price",
        "options": "#sizes li", "feedback": "p[id^='f']", "comment": "em", "order": "#buy a",
        "image": "#pic img",
    },
}  # fmt: skip
VENDOR = {
    "table": {"handle": "h1.vendor-handle", "text": "div.profile", "pgp": "pre.pgp",
              "since": "dd.since", "seen": "dd.seen", "contact": "span.contact-value",
              "alias": "span.alias-text", "image": "#vendor img", "sales": "dd.sales"},
    "cards": {"handle": "h2.seller-name", "text": "div.seller-text", "pgp": "textarea.pubkey",
              "since": "b.s-since", "seen": "b.s-seen", "contact": "table.reach td",
              "alias": "p.seller-alias q", "image": "div.seller-head img", "sales": "b.s-sales"},
    "forum": {"handle": "span.name", "text": "#signature", "pgp": "#pubkey",
              "since": "td.joined", "seen": "td.visited", "contact": "tr.contact td:last-child",
              "alias": "td.alias", "image": "#card img", "sales": "td.deals"},
    "minimal": {"handle": "h2", "text": "#text", "pgp": "pre", "since": "#line b:nth-of-type(1)",
                "seen": "#line b:nth-of-type(2)", "contact": "p[id^='c'] tt", "alias": "#aka",
                "image": "#pic img", "sales": "#line b:nth-of-type(4)"},
}  # fmt: skip
DAYS = {"table": "%Y-%m-%d", "cards": "%d/%m/%Y", "forum": "%d.%m.%Y", "minimal": "%Y/%m/%d"}


def texts(page, selector):
    return [node.text_content() for node in page.cssselect(selector)]


def only(page, selector):
    (node,) = page.cssselect(selector)
    return node.text_content()


def amounts(text, layout):
    """Return every number of a text as the layout writes numbers."""
    thousands, decimal = {
        "table": ("", "."), "cards": (",", "."), "forum": (".", ","), "minimal": (" ", "."),
    }[layout]  # fmt: skip
    grouped = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+" if thousands else r"\d+"
    found = re.findall(rf"(?:{grouped}|\d+){re.escape(decimal)}\d+", text)
    return [Decimal(one.replace(thousands, "").replace(decimal, ".")) for one in found]


@pytest.fixture(params=NAMES)
def seen(request, market_like):
    """One market in each layout: (name of the layout, view, site)."""
    market = market_like(layout=request.param, n_mirrors=1, n_phishing=1)
    view = market.at(1)
    return request.param, view, Site(view)


@pytest.fixture
def page_of(visitor):
    def fetch(site, kind, key=""):
        return visitor(site, inside=True).tree(site.address(kind, key))

    return fetch


def test_a_listing_says_all_that_the_world_knows(seen, page_of):
    name, view, site = seen
    css = LISTING[name]
    for one in view.listings:
        page = page_of(site, "listing", one.key)
        assert only(page, css["title"]) == one.title
        assert only(page, css["text"]) == one.description
        assert texts(page, css["vendor"])[0] == one.vendor
        assert texts(page, css["category"]) == list(one.category)
        assert (only(page, css["from"]), only(page, css["to"])) == (one.ships_from, one.ships_to)
        assert only(page, css["day"]) == one.posted_on.strftime(DAYS[name])
        assert page.cssselect(css["order"])[0].get("href") == site.address("order", one.key)
        assert page.cssselect(css["image"])[0].get("src") == site.address("image", one.key)
        assert len(page.cssselect(css["options"])) == (
            len(one.offers) if len(one.offers) > 1 else 0
        )
        reviewed = [order for order in view.feedback if order.listing_key == one.key]
        assert len(page.cssselect(css["feedback"])) == len(reviewed)


def test_prices_are_those_of_the_world(seen, page_of):
    name, view, site = seen
    for one in view.listings:
        found = amounts(only(page_of(site, "listing", one.key), LISTING[name]["price"]), name)
        offer = one.offers[0]
        fiat = offer.eur if one.fiat == "EUR" else offer.usd
        bitcoin = Decimal(offer.price_sat) / 10**8
        assert found[0] == (fiat if one.display == "fiat" else bitcoin)
        assert len(found) == (2 if one.display == "both" else 1)


def test_escrow_is_told_from_none(seen, page_of):
    name, view, site = seen
    said = {
        (one.escrow, only(page_of(site, "listing", one.key), LISTING[name]["pay"]))
        for one in view.listings
    }
    assert len(said) == 2


def test_a_vendor_page_says_all_that_the_world_knows(seen, page_of):
    name, view, site = seen
    css = VENDOR[name]
    for one in view.vendors:
        page = page_of(site, "vendor", one.handle)
        assert only(page, css["handle"]) == one.handle
        assert only(page, css["text"]) == one.profile
        assert only(page, css["pgp"]).strip() == one.pgp_armoured.strip()
        assert one.address in only(page, css["text"])
        assert only(page, css["since"]) == one.joined_on.strftime(DAYS[name])
        last = view.moment.date() - timedelta(days=one.days_unseen)
        assert only(page, css["seen"]) == last.strftime(DAYS[name])
        assert texts(page, css["contact"]) == [contact.value for contact in one.contacts]
        assert texts(page, css["alias"]) == ([one.alias] if one.alias else [])
        assert page.cssselect(css["image"])[0].get("src") == site.address("avatar", one.handle)
        mine = {
            site.address("listing", item.key) for item in view.listings if item.vendor == one.handle
        }
        assert mine <= {link.get("href") for link in page.iter("a")}
        reviewed = [order for order in view.feedback if order.vendor == one.handle]
        assert int(only(page, css["sales"])) == len(reviewed)


def test_feedback_says_what_was_paid_and_never_who(seen, page_of):
    name, view, site = seen
    buyers = {order.buyer for order in view.feedback}
    for one in view.listings:
        page = page_of(site, "listing", one.key)
        rows = page.cssselect(LISTING[name]["feedback"])
        orders = [order for order in view.feedback if order.listing_key == one.key]
        for row, order in zip(rows, orders, strict=True):
            assert only(row, LISTING[name]["comment"]) == order.comment
            assert Decimal(order.price_sat) / 10**8 in amounts(row.text_content(), name)
            assert "***" in row.text_content()
            assert not any(buyer in html.tostring(row).decode() for buyer in buyers)


def test_feedback_of_a_vendor_leads_to_the_listing(seen, page_of):
    name, view, site = seen
    for order in view.feedback[:20]:
        page = page_of(site, "vendor", order.vendor)
        links = {
            link.get("href")
            for row in page.cssselect(LISTING[name]["feedback"]) for link in row.iter("a")
        }  # fmt: skip
        assert site.address("listing", order.listing_key) in links


# --- hostile text --------------------------------------------------------------------


def test_hostile_text_arrives_as_text(seen, page_of, visitor):
    name, view, site = seen
    (one,) = [item for item in view.listings if item.is_hostile]
    answer = visitor(site, inside=True).ask(site.address("listing", one.key))
    assert b"<script" not in answer.body
    assert b"<img src=x" not in answer.body
    assert b"\x1b" not in answer.body
    assert "\u202e" not in answer.body.decode()
    assert b"{{7*7}}" in answer.body
    vendor = view.vendor(one.vendor)
    page = page_of(site, "vendor", vendor.handle)
    assert only(page, VENDOR[name]["alias"]) == vendor.alias


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "\x1b]0;x\x07", '"><b>', "{{7*7}}", "\u202e", "a" * 5000]
)
def test_what_was_searched_for_is_escaped(seen, visitor, words):
    _name, _view, site = seen
    target = site._contents.addresses.of("search", words=words)
    answer = visitor(site, inside=True).ask(target)
    assert answer.status == 200
    assert b"<script" not in answer.body
    assert b"\x1b" not in answer.body
    assert b'"><b>' not in answer.body


def test_no_page_loads_or_links_what_is_not_of_the_market(seen):
    _name, _view, site = seen
    for target, answer in site.saved():
        if dict(answer.headers)["Content-Type"].startswith("image"):
            continue
        assert b"<script" not in answer.body
        for element, _attribute, link, _at in html.fromstring(answer.body.decode()).iterlinks():
            assert re.match(r"/(?!/)|#", link), (target, element.tag, link)


def test_every_page_says_that_it_is_invented(seen, visitor):
    _name, view, site = seen
    for target, answer in site.saved():
        if dict(answer.headers)["Content-Type"].startswith("text/html"):
            assert view.market.notice.encode() in answer.body, target
    for answer in (visitor(site).ask(site.address("login")), site.too_many()):
        assert view.market.notice.encode() in answer.body


@pytest.mark.parametrize(
    ("text_in", "text_out"),
    [
        ("a<b", "a&lt;b"), ("\x1b", "&#x1b;"), ("\u202e\u200b", "&#x202e;&#x200b;"),
        ("ñ½", "ñ½"), ('"&', "&#34;&amp;"), ("<\x07>", "&lt;&#x7;&gt;"),
    ],
)  # fmt: skip
def test_marks_become_character_references(text_in, text_out):
    assert str(shown(text_in)) == text_out


def test_line_ends_become_breaks():
    assert str(lines("a\n<b>")) == "a<br>\n&lt;b&gt;"


# --- addresses, lists, gaps ------------------------------------------------------------


def followed(one, start, part):
    """Return every link of the pages that can be reached from ``start`` through ``part``."""
    found, seen_pages, waiting = set(), set(), [start]
    while waiting:
        target = waiting.pop()
        if target in seen_pages:
            continue
        seen_pages.add(target)
        links = {urljoin(start, link.get("href")) for link in one.tree(target).iter("a")}
        found |= links
        waiting += [link for link in links if part in link]
    return found


def test_every_category_leads_to_all_its_listings(seen, visitor):
    name, view, site = seen
    one = visitor(site, inside=True)
    tree = category_tree([*view.listings, *view.gone])
    for node in tree:
        start = site.address("category", node.slug)
        part = {"cards": f"{start}/", "table": f"{start}?", "forum": f"{start}&",
                "minimal": f"{start}&"}[name]  # fmt: skip
        found = followed(one, start, part)
        assert {site.address("listing", item.key) for item in node.listings} <= found


def test_the_search_leads_to_every_listing(seen, visitor):
    _name, view, site = seen
    start = site.address("search")
    further = site._contents.addresses.of("search", page=2).replace("2", "").split("=")[0]
    found = followed(visitor(site, inside=True), start, further[:6])
    wanted = {site.address("listing", one.key) for one in (*view.listings, *view.gone)}
    assert wanted <= found


def test_a_search_finds_words_of_titles_and_vendors(seen, visitor):
    _name, view, site = seen
    one = visitor(site, inside=True)
    wanted = view.listings[0]
    target = site._contents.addresses.of(
        "search", words=f"{wanted.vendor} {wanted.title.split()[0]}"
    )
    links = {link.get("href") for link in one.tree(target).iter("a")}
    assert site.address("listing", wanted.key) in links
    assert len(links) < 40


def test_gone_listings_are_linked_and_answer_200(seen, visitor):
    _name, view, site = seen
    assert view.gone
    for one in view.gone:
        answer = visitor(site, inside=True).ask(site.address("listing", one.key))
        assert answer.status == 200
        page = html.fromstring(answer.body.decode())
        assert only(page, "#missing h1") == "No such listing"


@pytest.mark.parametrize(
    ("kind", "key", "headline"),
    [
        ("listing", "gone0000", "No such listing"), ("vendor", "nobody", "No such vendor"),
        ("category", "nothing", "No such category"), ("user", "nobody", "No such user"),
        ("order", "gone0000", "No such listing"),
    ],
)  # fmt: skip
def test_what_is_not_there_answers_200(seen, page_of, kind, key, headline):
    _name, _view, site = seen
    assert only(page_of(site, kind, key), "#missing h1") == headline


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "1e3", "999999", "%00", "99999999999"])
def test_an_odd_page_number_breaks_nothing(seen, visitor, page):
    _name, _view, site = seen
    addresses = site._contents.addresses
    for kind in ("category", "search"):
        key = "drugs" if kind == "category" else ""
        target = addresses.of(kind, key, page=2)
        number = re.search(r"(\d+)$|(?<=/)(\d+)(?=\?)", target)
        odd = target[: number.start()] + page + target[number.end() :]
        assert visitor(site, inside=True).ask(odd).status in (200, 404)


@pytest.mark.parametrize("target", ["/nothing", "/robots.txt", "/../etc/passwd", "//x", "/a/b/c/d"])
def test_other_addresses_are_really_not_found(seen, visitor, target):
    _name, _view, site = seen
    assert visitor(site, inside=True).ask(target).status == 404


@pytest.mark.parametrize("key", ["a/b", "a?b=c&d", "ñ%", "x y", "#", "..", "a&t=b"])
def test_whatever_a_key_holds_its_address_leads_back_to_it(seen, key):
    _name, _view, site = seen
    addresses = site._contents.addresses
    for kind in ("listing", "vendor", "category", "user", "order", "image", "avatar"):
        wanted = addresses.wanted(addresses.of(kind, key))
        assert (wanted.kind, wanted.key) == (kind, key)


def test_pages_of_third_persons_and_orders_are_linked(seen, page_of, visitor):
    """The gate of the crawler must have something to refuse."""
    _name, view, site = seen
    one = next(
        item for item in view.listings if any(o.listing_key == item.key for o in view.feedback)
    )
    linked = {link.get("href") for link in page_of(site, "listing", one.key).iter("a")}
    for kind in ("messages", "logout"):
        assert site.address(kind) in linked
    for kind in ("user", "order"):
        start = site.address(kind, "x").removesuffix("x").removesuffix(".png")
        target = next(link for link in linked if link.startswith(start))
        page = visitor(site, inside=True).tree(target)
        assert page.cssselect("#private")


def test_an_order_cannot_be_placed(seen, visitor):
    _name, view, site = seen
    answer = visitor(site, inside=True).ask(
        site.address("order", view.listings[0].key), "POST", count="1"
    )
    assert b"Nothing was ordered" in answer.body


def test_layouts_have_nothing_in_common_but_the_world(market_like):
    classes, addresses = [], []
    for name in NAMES:
        site = Site(market_like(layout=name).at(1))
        key = site.market.at(1).listings[0].key
        body = site._contents.page(
            site._contents.addresses.wanted(site.address("listing", key))
        ).body
        marks = set(re.findall(r'class="([^"]+)"', body.decode()))
        classes.append({one for mark in marks for one in mark.split()})
        addresses.append({site.address(kind, "k") for kind in ("listing", "vendor", "category")})
    for number, one in enumerate(classes):
        for other in classes[number + 1 :]:
            assert len(one & other) <= 2
    assert len(set.union(*addresses)) == sum(len(one) for one in addresses)


# --- passes and files ------------------------------------------------------------------


def test_a_redesign_changes_every_page(full):
    market = next(one for one in full.markets if one.section.redesign_layout)
    before, after = market.section.redesign_at_pass - 1, market.section.redesign_at_pass
    assert layout_of(market, before) != layout_of(market, after)
    first = Site(market.at(before)).address("listing", "k")
    assert first != Site(market.at(after)).address("listing", "k")


def test_what_changes_between_passes_is_shown_from_then_on(full, page_of):
    changes = 0
    for market in full.markets:
        for one in market.listings:
            for change in one.changes:
                if not one.seen_on(change.pass_no) or "title" not in change.what:
                    continue
                site = Site(market.at(change.pass_no))
                page = page_of(site, "listing", one.key)
                assert only(page, LISTING[site.layout.name]["title"]) == change.title
                changes += 1
            if changes > 8:
                return
    assert changes


def test_prices_of_a_pass_are_worth_what_they_are_that_day(full, page_of):
    """A bitcoin price beside euros: the euros follow the rate of the day of looking."""
    market = next(one for one in full.markets if one.key == "candil")
    steady = next(
        one for one in market.listings
        if one.display == "both" and one.seen_on(1) and one.seen_on(3)
        and one.at(1).offers == one.at(3).offers
    )  # fmt: skip
    seen = [
        amounts(only(page_of(Site(market.at(n)), "listing", steady.key), "div.offer-cost"), "cards")
        for n in (1, 3)
    ]
    assert seen[0][0] == seen[1][0]
    assert seen[0][1] != seen[1][1]


def test_a_drawn_layout_is_one_of_the_four_and_stays():
    names = {layout_named("drawn", seed, "m").name for seed in range(40)}
    assert names == set(NAMES)
    assert layout_named("drawn", 7, "m") is layout_named("drawn", 7, "m")


def test_pages_as_files_have_names_of_their_own_and_stay_in_the_folder(full):
    for market in full.markets:
        view = market.at(1)
        names = [name for name, content in market_pages(view) if content]
        assert len(names) == len(set(names)) > len(view.listings) + len(view.vendors)
        for name in names:
            assert not name.startswith("/")
            assert ".." not in name.split("/")


def test_saved_pages_bring_the_style_sheet_that_they_name(full):
    for market in full.markets:
        saved = dict(market_pages(market.at(1)))
        sheets = html.fromstring(saved["index.html"]).xpath("//link[@rel='stylesheet']/@href")
        for sheet in sheets:
            assert b"{" in saved[sheet.strip("/")], (market.key, sheet)


@pytest.mark.parametrize(
    ("target", "media_type", "name"),
    [
        ("/", "text/html", "index.html"), ("/login", "text/html", "login.html"),
        ("/listing/abc", "text/html", "listing/abc.html"),
        ("/image/abc.png", "image/png", "image/abc.png"),
        ("/attachment.php?id=abc", "image/png", "attachment.php~id=abc.png"),
        ("/category/drugs?page=2", "text/html", "category/drugs~page=2.html"),
        ("/vendor/Mr.Quill", "text/html", "vendor/Mr.Quill.html"),
        ("/?mirrors", "text/html", "~mirrors.html"),
        ("/assets/cards.css", "text/css; charset=utf-8", "assets/cards.css"),
    ],
)  # fmt: skip
def test_pages_have_the_name_of_their_address(target, media_type, name):
    assert page_name(target, media_type) == name


DIGEST = """
import hashlib
from vestigo.training.behaviour import load_behaviour
from vestigo.training.site import doors, market_pages, Site
from vestigo.training.telling import tell_world
digest = hashlib.sha256()
for market in tell_world(1, load_behaviour("full")).markets:
    view = market.at(2)
    for name, content in market_pages(view):
        digest.update(name.encode() + content)
    for door in doors(market):
        answer = Site(view, door).answer("GET", "/", {}, b"")
        digest.update(repr(answer).encode())
print(digest.hexdigest())
"""


def test_another_process_elsewhere_serves_the_same_bytes(tmp_path):
    digests = set()
    for number, zone in enumerate(("UTC", "Asia/Kathmandu")):
        done = subprocess.run(
            [sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True,
            cwd=tmp_path, timeout=120,
            env=os.environ | {"PYTHONHASHSEED": str(number), "TZ": zone, "VESTIGO_LANG": "es"},
        )  # fmt: skip
        digests.add(done.stdout)
    assert len(digests) == 1
    assert list(tmp_path.iterdir()) == []
