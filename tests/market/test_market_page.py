# SPDX-License-Identifier: AGPL-3.0-or-later
"""One page: its kind, its fields, what is over, and never a half listing."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.market import FormField, Link, Price, load_profile, read_page


def test_a_listing_is_read_as_displayed(read, item):
    reading = read(item)
    listing = reading.listing
    assert (reading.kind, reading.truncated, reading.charset) == ("listing", False, "utf-8")
    assert listing.title == "One gram of t\xe9 \u20ac"
    assert listing.description == "First line\nsecond line\n\n<b>not bold</b>"
    assert (listing.key, listing.vendor) == ("7", "ana")
    assert listing.category == ("Caf\xe9 & t\xe9", "Hojas")
    assert listing.prices == (Price(Decimal("1000.50"), "EUR"),)
    assert (listing.ships_from, listing.ships_to) == ("Spain", "Everywhere & beyond")
    assert (listing.feedback_count, listing.listed_on) == (1, date(2024, 4, 3))
    assert reading.feedback[0].buyer == "b***r"
    assert reading.feedback[0].listing_key == "7"


def test_every_field_names_the_bytes_it_came_from(read, item):
    texts = read(item).texts
    body = item.encode("utf-8")
    quoted = {name: b" ".join(body[a:b] for a, b in text.byte_ranges(0, len(text.text)))
              for name, text in texts.items()}  # fmt: skip
    assert quoted["title"].split() == [b"One", b"gram", b"of", b"t&eacute;", "\u20ac".encode()]
    assert quoted["price.0"] == b"1.000,50 EUR"
    assert quoted["ships_from"] == b"Spain"
    assert quoted["ships_to"] == b"Everywhere &amp; beyond"
    assert quoted["listed_on"] == b"03/04/2024"
    assert quoted["category.0"] == "Caf\xe9 &amp; t\xe9".encode()
    assert quoted["feedback.0.text"] == b"good"


def test_links_are_found_hinted_and_kept_to_the_market(read, item):
    reading = read(item)
    assert reading.links == (
        Link("http://toy.example/shop/ana", "vendor"),
        Link("http://toy.example/item/8", "listing"),
    )
    assert [left for left in reading.leftovers if left.startswith("link")] == [
        "link: \u201c/list/1\u201d", "link: \u201c/list/2\u201d", "link: \u201c/strange\u201d"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "mailto:a@b", "data:text/html,x", "http://[", "//evil.example/item/1",
     "http://toy.example:81/item/1", "http://toy.example@evil.example/item/1", "ftp://toy.example/item/1",
     "https://evil.example/item/1", "#item/1", "", "\\\\evil.example\\item\\1"],
)  # fmt: skip
def test_no_link_leads_out_of_the_market(read, item, href):
    reading = read(item.replace("/item/8#x", href))
    hosts = {link.uri.split("/")[2] for link in reading.links}
    assert hosts == {"toy.example"}


def test_a_link_that_the_profile_forbids_is_not_even_reported(read, item):
    reading = read(item)
    assert not any("buyer" in text for text in reading.leftovers)
    assert not any("buy" in link.uri for link in reading.links)


def test_what_nobody_took_is_reported(read, item):
    reading = read(item.replace("<p>Sold by", "<p>Now with <i>stealth</i>!</p><p>Sold by"))
    texts = [left for left in reading.leftovers if left.startswith("text")]
    assert texts == ["text: \u201cNow with\u201d", "text: \u201cstealth\u201d", "text: \u201c!\u201d",
                     "text: \u201cBuy\u201d", "text: \u201cme\u201d", "text: \u201cnext\u201d",
                     "text: \u201cout\u201d", "text: \u201c?\u201d"]  # fmt: skip
    assert reading.listing is not None


@pytest.mark.parametrize(
    ("old", "new", "failed"),
    [
        ("<h1>", "<h2>", "title: required"),
        ('class="shop"', 'class="seller"', "vendor: required"),
        ('class="price"', 'class="cost"', "price: required"),
        ("1.000,50 EUR", "make an offer", "price.0: not of the expected form"),
        ("1.000,50 EUR", "1,000,50 EUR", "price.0"),
        ("03/04/2024", "31/02/2024", "listed_on: no date"),
        ("03/04/2024", "yesterday", "listed_on: not of the expected form"),
        ('id="ships"', 'id="sends"', "#ships is not there"),
        ("From Spain", "Sent by Spain", "ships_from: not of the expected form"),
        ('<i class="from">', '<i class="origin">', "not understood: text: \u201cFrom Spain\u201d"),
        ("<u></u>", "", "not understood: text: \u201cEverywhere & beyond\u201d"),
        ("<h1>One", "<h1>Two</h1><h1>One", "title: 2 places"),
        ('<p class="price">', '<p class="price">3 EUR</p><p class="price">', "price.0: 2 places"),
    ],
)
def test_a_page_that_changed_its_layout_gives_no_half_listing(read, item, old, new, failed):
    assert old in item
    reading = read(item.replace(old, new))
    assert (reading.kind, reading.listing, reading.feedback) == ("other", None, ())
    assert any(failed in message for message in reading.failed_assertions), (
        reading.failed_assertions
    )


def test_an_absurd_price_is_reported_and_kept(read, item):
    reading = read(item.replace("1.000,50", "99.999.999,00"))
    assert reading.listing.price == Price(Decimal("99999999.00"), "EUR")
    assert reading.failed_assertions == ("price.0: 99999999.00 EUR is outside the expected range",)


def test_a_title_longer_than_expected_is_reported_and_kept(read, item):
    reading = read(item.replace("gram", "x" * 300))
    assert len(reading.listing.title) > 300
    assert reading.failed_assertions[0].startswith("title: ")


def test_absent_fields_are_none_and_never_guessed(read, item):
    page = item.replace("From Spain", "From").replace("Everywhere &amp; beyond", "")
    page = page.replace('<p class="on">03/04/2024</p>', "").replace("<tr class", "<tr id")
    listing = read(page).listing
    assert (listing.ships_from, listing.ships_to, listing.listed_on) == (None, None, None)
    assert listing.feedback_count is None


def test_no_feedback_is_zero_only_where_the_page_says_so(read, item):
    page = item.replace("<tr class", '<p class="no-feedback">None</p><tr id')
    assert read(page).listing.feedback_count == 0


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_page_cut_anywhere_is_other_and_truncated(read, item, data):
    body = item.encode("utf-8")
    cut = data.draw(st.integers(0, len(body.rstrip()) - 1))
    reading = read(
        body[:cut], status=None, media_type="", uri=data.draw(st.sampled_from(["", "/item/7"]))
    )
    assert (reading.kind, reading.truncated, reading.listing) == ("other", True, None)


def test_a_page_cut_within_its_first_bytes_is_truncated(read, item):
    for cut in range(60):
        reading = read(item.encode()[:cut], media_type="")
        assert (reading.kind, reading.truncated) == ("other", True), cut


@pytest.mark.parametrize(
    "page", ["", "404 Not Found", "<h1>Not found</h1>", "<html><body>gone", "{}"]
)
def test_an_errors_page_needs_no_end_of_document(read, page):
    reading = read(page, status=404)
    assert (reading.kind, reading.truncated, reading.failed_assertions) == ("not-found", False, ())
    assert read(page, status=404, media_type="text/plain").kind == "not-found"
    assert read(page, status=404, problem="connection reset").truncated


def test_a_page_that_the_parser_of_http_cut_is_truncated_whatever_it_ends_with(read, item):
    reading = read(item, problem="peer closed the connection")
    assert (reading.kind, reading.truncated, reading.listing) == ("other", True, None)


def test_an_end_of_document_inside_the_text_is_not_the_end(read, item):
    cut = item.replace("second", "&lt;/html&gt; </html> second").split("second")[0] + "second line"
    assert read(cut).truncated


@pytest.mark.parametrize(
    ("page", "known", "kind"),
    [
        ("<html><form class=in></form></html>", {}, "login"),
        ("<html><div id=item class=gone>no such item</div></html>", {}, "soft-404"),
        ("<html><p>there is no <b>such</b> item</p></html>", {}, "soft-404"),
        ("<html><p>gone</p></html>", {"status": 404}, "not-found"),
        ("<html><p>x</p></html>", {"uri": "http://toy.example/list/3"}, "category"),
        ("<html><p>x</p></html>", {"uri": "saved/list/3"}, "category"),
        ("<html><p>x</p></html>", {}, "other"),
        ("<html><div id=shop><h1>ana</h1></div></html>", {}, "vendor"),
    ],
)
def test_kinds_are_told_apart_by_the_first_rule_that_holds(read, page, known, kind):
    assert read(page, **known).kind == kind


def test_a_page_of_no_known_kind_is_a_finding(read):
    assert read("<html><p>x</p></html>").failed_assertions == (
        "kind: no rule of the profile holds",
    )


@pytest.mark.parametrize(
    "body", [b"\x89PNG\r\n\x1a\n\x00\x00", bytes(range(256)), b"plain words", b"{}", b"%PDF-1.4"]
)
def test_what_is_no_page_is_other_and_reported(read, body):
    reading = read(body, media_type="")
    assert (reading.kind, reading.truncated, reading.listing) == ("other", False, None)
    assert "document: this is no HTML page" in reading.failed_assertions


def test_an_image_that_says_so_is_no_finding(read):
    reading = read(b"\x89PNG", media_type="image/png")
    assert (reading.kind, reading.truncated, reading.failed_assertions) == ("other", False, ())


def test_a_redirect_without_a_body_is_not_a_cut_page(read):
    reading = read(b"", status=302)
    assert (reading.kind, reading.truncated) == ("other", False)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), position=st.integers(0, 1200))
def test_no_bytes_make_the_reader_fail(read, item, body, position):
    whole = item.encode("utf-8")
    for page in (body, whole[:position] + body + whole[position:]):
        reading = read(page, media_type="")
        if reading.listing is not None:
            assert reading.listing.title
            assert reading.listing.vendor
            assert reading.listing.prices


def test_a_page_in_another_charset_is_read_and_the_mismatch_reported(read, item):
    page = item.replace("\u20ac", "").encode("cp1252")
    reading = read(page)
    assert reading.listing.category[0] == "Caf\xe9 & t\xe9"
    assert reading.failed_assertions == ("charset: declared utf-8, read as windows-1252",)


def test_a_vendor_page_gives_profile_and_keys(read):
    armour = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBFMU\n=GnQq\n-----END PGP PUBLIC KEY BLOCK-----"
    page = (
        "<html><div id=shop><h1>ana</h1><div class=about>We <b>sell</b>.<br>Ask.<br>"
        + armour.replace("\n", "<br/>")
        + f"</div><pre>{armour}</pre></div><table><tr class=feedback><td class=text>ok "
        "<td><a class=item href=/item/12>thing</a></table></html>"
    )
    reading = read(page, uri="http://toy.example/shop/ana")
    assert reading.vendor.handle == "ana"
    assert reading.vendor.profile_text.startswith("We sell.\nAsk.\n-----BEGIN")
    assert reading.vendor.pgp_blocks == (armour,)
    assert reading.texts["pgp.0"].text == armour
    assert (reading.feedback[0].listing_key, reading.feedback[0].vendor) == ("12", "ana")


def test_a_login_form_keeps_its_hidden_fields(read):
    page = (
        "<html><form class=in method=post action='/in?next=1'><input name=u><input name=p type=password>"
        "<input type=hidden name=token value='a&amp;b'><input type=checkbox name=keep>"
        "<button name=go value=1>x</button></form></html>"
    )
    form = read(page).login_form
    assert (form.action, form.method) == ("http://toy.example/in?next=1", "POST")
    assert (form.user_field, form.password_field) == ("u", "p")
    assert form.other_fields == (FormField("token", "a&b"), FormField("go", "1"))


def test_a_key_comes_from_the_page_where_the_address_gives_none(read, item):
    assert read(item, uri="").listing.key == "7"
    assert read(item.replace("/item/7/buy", "/x"), uri="").listing.key == ""


@pytest.mark.parametrize(
    ("shown", "count"), [("3", 3), ("9" * 5000, None), ("\u0663", None), ("many", None)]
)
def test_a_count_is_a_number_a_person_could_have_meant(toy_path, item, shown, count):
    text = toy_path.read_text("utf-8")
    text = text.replace(
        "[listing.listed_on]", '[listing.feedback_count]\ncss = ".count"\n[listing.listed_on]'
    )
    toy_path.write_text(text, "utf-8")
    page = item.replace("<h1>", f"<span class=count>{shown}</span><h1>").encode()
    reading = read_page(load_profile(toy_path), page, uri="", status=200, media_type="", charset="",
                        problem="")  # fmt: skip
    assert reading.listing.feedback_count == count
