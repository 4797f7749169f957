# SPDX-License-Identifier: AGPL-3.0-or-later
"""The market's pages: log-in, paging, gaps, and what each page says against the truth."""

import struct
import zlib
from decimal import Decimal
from urllib.parse import quote, urljoin

import pytest
from lxml import html

from vestigo.training.categories import category_tree
from vestigo.training.picture import picture
from vestigo.training.rendering import btc, lines, masked, shown
from vestigo.training.site_story import LISTINGS_A_PAGE, Site
from vestigo.training.telling import tell_story


def tree(answer):
    return html.fromstring(answer.body.decode())


def text(node, selector):
    found = node.cssselect(selector)
    return " ".join(found[0].text_content().split()) if found else None


def test_without_a_session_everything_leads_to_the_log_in(site, story):
    for target in (
        "/",
        f"/listing/{story.listings[0].key}",
        "/search",
        "/nothing",
        "/order/x",
        "/user/x",
    ):
        answer = site.answer("GET", target, {}, b"")
        assert (answer.status, dict(answer.headers)["Location"], answer.body) == (
            302,
            "/login",
            b"",
        )


@pytest.mark.parametrize("cookie", ["", "x", "0" * 32])
def test_a_wrong_session_is_no_session(site, cookie):
    assert site.answer("GET", "/", {"session": cookie}, b"").status == 302


def test_the_log_in_form_names_its_fields(site):
    page = tree(site.answer("GET", "/login", {}, b""))
    (form,) = page.forms
    assert (form.method, form.action) == ("POST", "/login")
    assert set(form.fields) == {"user", "password"}


def test_the_right_password_gives_the_session(site, story):
    form = f"user={story.account}&password={story.password}".encode()
    answer = site.answer("POST", "/login", {}, form)
    headers = dict(answer.headers)
    assert (answer.status, headers["Location"]) == (302, "/")
    name, _equals, value = headers["Set-Cookie"].split(";")[0].partition("=")
    assert site.answer("GET", "/", {name: value}, b"").status == 200


@pytest.mark.parametrize(
    "form", [b"", b"user=x&password=y", b"user=%00&password=\xff", b"&&=&", b"user=a&user=b"]
)
def test_a_wrong_password_shows_the_form_again(site, form):
    answer = site.answer("POST", "/login", {}, form)
    assert answer.status == 200
    assert "Set-Cookie" not in dict(answer.headers)
    assert text(tree(answer), "p.error") == "Wrong user name or password."


def test_the_log_out_ends_the_session(visit):
    answer = visit("/logout")
    assert answer.status == 302
    assert "session=;" in dict(answer.headers)["Set-Cookie"]


def test_the_session_of_one_seed_does_not_open_another(site):
    other = Site(tell_story(2))
    assert other.answer("GET", "/", site.session_cookie(), b"").status == 302


@pytest.mark.parametrize(
    ("target", "headline"),
    [
        ("/listing/gone0000", "No such listing"), ("/vendor/nobody", "No such vendor"),
        ("/category/nothing", "No such category"), ("/category/drugs?page=99", "No such page"),
        ("/search?q=zzzzzz&page=2", "No such page"), ("/user/nobody", "No such user"),
        ("/order/gone0000", "No such listing"),
    ],
)  # fmt: skip
def test_a_page_that_is_not_there_answers_200(visit, target, headline):
    answer = visit(target)
    assert answer.status == 200
    assert text(tree(answer), "#missing h1") == headline


def test_delisted_listings_are_linked_and_gone(visit, story):
    linked = links_below(visit, "/search", "td.title a", story)
    for listing in story.listings:
        assert f"/listing/{listing.key}" in linked
        found = text(tree(visit(f"/listing/{listing.key}")), "#missing h1")
        assert (found == "No such listing") == listing.is_delisted


@pytest.mark.parametrize(
    "target",
    [
        "/nothing",
        "/robots.txt",
        "/listing/",
        "/image/x.png",
        "/image/x",
        "/static/x",
        "/../etc/passwd",
    ],
)
def test_other_addresses_are_really_not_found(visit, target):
    assert visit(target).status == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "1e3", "99999", "%00"])
def test_an_odd_page_number_breaks_nothing(visit, page):
    assert visit(f"/category/drugs?page={page}").status == 200


def links_below(visit, start, selector, story):
    """Follow the pager from ``start``; return what ``selector`` links to."""
    found, seen, waiting = [], set(), [start]
    while waiting:
        target = waiting.pop(0)
        if target in seen:
            continue
        seen.add(target)
        page = tree(visit(target))
        found += [link.get("href") for link in page.cssselect(selector)]
        waiting += [urljoin(start, link.get("href")) for link in page.cssselect("nav.pager a")]
    return found


def test_every_category_leads_to_all_its_listings(visit, story):
    for node in category_tree(story.listings):
        linked = links_below(visit, f"/category/{node.slug}", "td.title a", story)
        assert {link.rpartition("/")[2] for link in linked} == {one.key for one in node.listings}


def test_a_category_page_shows_a_dozen(visit):
    page = tree(visit("/category/drugs"))
    assert len(page.cssselect("tr.listing-row")) == LISTINGS_A_PAGE
    assert page.cssselect("nav.pager span.here")[0].text == "1"
    assert len(page.cssselect("nav.pager a")) >= 4


def test_the_home_page_leads_to_every_category(visit, story):
    linked = {link.get("href") for link in tree(visit("/")).cssselect("ul.categories a")}
    assert linked == {f"/category/{node.slug}" for node in category_tree(story.listings)}


def test_the_search_finds_words_of_titles_and_vendors(visit, story):
    rows = tree(visit("/search?q=LSD")).cssselect("td.title")
    assert rows
    assert all("lsd" in row.text_content().lower() for row in rows)
    handle = story.vendors[0].handle
    vendors = tree(visit(f"/search?q={quote(handle)}")).cssselect("td.vendor")
    assert {one.text_content() for one in vendors} == {handle}


def test_what_was_searched_for_is_escaped(visit):
    answer = visit("/search?q=%3Cscript%3Ealert(1)%3C/script%3E%1b")
    assert b"<script" not in answer.body
    assert b"\x1b" not in answer.body


def test_each_listing_page_says_what_the_truth_says(visit, world):
    for row in world.truth["listings"]:
        page = tree(visit(f"/listing/{row['key']}"))
        assert page.cssselect("h1.listing-title")[0].text_content() == row["title"]
        assert text(page, "a.vendor") == row["vendor"]
        assert [one.text_content() for one in page.cssselect("p.breadcrumb a")] == row["category"]
        assert text(page, "dd.ships-from") == row["ships_from"]
        assert text(page, "dd.ships-to") == row["ships_to"]
        assert text(page, "dd.listed-on") == row["listed_on"]
        assert int(text(page, ".feedback-count")) == row["feedback_count"]
        asked = page.cssselect("p.price > span")[0]
        assert text(asked, ".amount") == row["price"]["amount"]
        assert text(asked, ".currency") == row["price"]["currency"]
        description = page.cssselect("div.description")[0].text_content()
        assert description == row["description"]
        assert page.cssselect("a.image img")[0].get("src") == f"/image/{row['key']}.png"
        assert page.cssselect("a.order")[0].get("href") == f"/order/{row['key']}"
        options = [text(one, ".option-label") for one in page.cssselect("tr.option")]
        assert len(options) in (0, len(row["offers"]))


def test_each_vendor_page_says_what_the_truth_says(visit, world):
    for row in world.truth["vendors"]:
        page = tree(visit(f"/vendor/{quote(row['handle'])}"))
        vendor = world.story.vendor(row["handle"])
        assert text(page, "h1.vendor-handle") == row["handle"]
        assert page.cssselect("pre.pgp")[0].text_content() == vendor.pgp_armoured
        assert row["addresses"][0] in page.cssselect("div.profile")[0].text_content()
        assert text(page, "dd.since") == row["joined_on"]
        contacts = [text(one, ".contact-value") for one in page.cssselect("li.contact")]
        assert contacts == [one["value"] for one in row["contacts"]]
        assert len(page.cssselect("tr.feedback-row")) == row["n_feedback"]
        mine = {one["key"] for one in world.truth["listings"] if one["vendor"] == row["handle"]}
        linked = {
            one.get("href").rpartition("/")[2] for one in page.cssselect("#offers td.title a")
        }
        assert linked == mine


def test_every_published_address_stands_on_the_page_that_the_truth_names(visit, world):
    for row in world.truth["published_addresses"]:
        target = (
            f"/vendor/{quote(row['vendor'])}"
            if row["where"] == "vendor"
            else f"/listing/{row['where']}"
        )
        assert row["address"].encode() in visit(target).body


def test_feedback_shows_masked_buyers_dates_and_what_was_paid(visit, world):
    reviewed = [one for one in world.truth["orders"] if one["reviewed_at"]]
    assert len(reviewed) >= 50
    for row in reviewed:
        page = tree(visit(f"/listing/{row['listing']}"))
        wanted = (
            row["reviewed_at"][:16].replace("T", " "), row["buyer_shown"],
            str(Decimal(row["price_sat"]) / 10**8),
        )  # fmt: skip
        rows = {
            (
                text(one, ".date"),
                text(one, ".buyer"),
                str(Decimal(text(one, ".paid .amount")).normalize()),
            )
            for one in page.cssselect("tr.feedback-row")
        }
        assert (*wanted[:2], str(Decimal(wanted[2]).normalize())) in rows


def test_direct_deals_leave_no_feedback(visit, world):
    direct = [one for one in world.truth["orders"] if one["is_direct"]]
    assert direct
    assert all(one["reviewed_at"] is None for one in direct)


def test_a_buyer_shows_two_letters_only(story):
    for order in story.orders:
        assert len(masked(1, order.buyer)) == 5
        assert masked(1, order.buyer)[1:4] == "***"


def test_pages_of_third_persons_and_orders_are_linked(visit, story):
    """The gate of the crawler must have something to refuse."""
    listing = next(
        one
        for one in story.on_sale
        if any(o.listing_key == one.key and o.reviewed_at for o in story.orders)
    )
    linked = [link.get("href") for link in tree(visit(f"/listing/{listing.key}")).iter("a")]
    for start in ("/user/", "/order/", "/messages", "/logout"):
        target = next(link for link in linked if link.startswith(start))
        if start != "/logout":
            assert text(tree(visit(target)), "#private h1")


def test_an_order_cannot_be_placed(visit, story):
    answer = visit(f"/order/{story.on_sale[0].key}", method="POST", body=b"count=1")
    assert text(tree(answer), "h1") == "Nothing was ordered"


def test_no_link_leads_off_the_market(site, visit):
    for target in site.paths():
        answer = visit(target)
        if answer.body[:1] != b"<":
            continue
        for element, _attribute, link, _at in tree(answer).iterlinks():
            assert link.startswith("/"), (target, element.tag, link)


def test_no_page_but_the_style_sheet_loads_anything(site, visit):
    for target in site.paths():
        page = visit(target).body
        assert b"<script" not in page
        assert b"onerror=alert(1)>" not in page


def test_hostile_text_arrives_as_text(visit, story):
    (listing,) = [one for one in story.on_sale if one.is_hostile]
    answer = visit(f"/listing/{listing.key}")
    assert b"&#x1b;[31m" in answer.body
    assert b"&#x202e;" in answer.body
    assert b"\x1b" not in answer.body
    assert "\u202e" not in answer.body.decode()
    assert b"{{7*7}}" in answer.body
    assert text(tree(answer), ".comment").startswith("=1+1 {{7*7}} <i>thanks</i>")
    page = tree(visit(f"/vendor/{listing.vendor}"))
    assert page.cssselect(".alias-text")[0].text_content() == story.vendor(listing.vendor).alias


def test_every_listing_has_its_own_picture(visit, story):
    bodies = {visit(f"/image/{one.key}.png").body for one in story.on_sale}
    assert len(bodies) == len(story.on_sale)


def test_a_picture_is_a_valid_png():
    content = picture("abc")
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    at, kinds = 8, []
    while at < len(content):
        (n_bytes,) = struct.unpack(">I", content[at : at + 4])
        chunk = content[at + 4 : at + 8 + n_bytes]
        assert struct.unpack(">I", content[at + 8 + n_bytes : at + 12 + n_bytes]) == (
            zlib.crc32(chunk),
        )
        kinds.append(chunk[:4])
        if chunk[:4] == b"IDAT":
            assert len(zlib.decompress(chunk[4:])) == 24 * (1 + 3 * 24)
        at += 12 + n_bytes
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]


@pytest.mark.parametrize(
    ("text_in", "text_out"),
    [
        ("a<b", "a&lt;b"),
        ("\x1b", "&#x1b;"),
        ("\u202e\u200b", "&#x202e;&#x200b;"),
        ("ñ½", "ñ½"),
        ('"&', "&#34;&amp;"),
    ],
)
def test_marks_become_character_references(text_in, text_out):
    assert str(shown(text_in)) == text_out


def test_line_ends_become_breaks():
    assert str(lines("a\n<b>")) == "a<br>\n&lt;b&gt;"


@pytest.mark.parametrize(
    ("sat", "shown_as"),
    [(231000, "0.00231"), (231001, "0.00231001"), (10**8, "1.00000"), (1, "0.00000001")],
)
def test_bitcoin_is_written_with_five_or_eight_places(sat, shown_as):
    assert btc(sat) == shown_as


def test_answers_do_not_depend_on_what_was_asked_before(story):
    one, other = Site(story), Site(story)
    cookies = one.session_cookie()
    targets = one.paths()
    first = {target: one.answer("GET", target, cookies, b"") for target in targets}
    second = {target: other.answer("GET", target, cookies, b"") for target in reversed(targets)}
    assert first == second
