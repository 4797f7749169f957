# SPDX-License-Identifier: AGPL-3.0-or-later
"""General kinds of pages that once misled the reader: each a cause, none a market."""

import pytest

from crawler.market import read_page
from crawler.market.attributes import MARK
from crawler.market.charset import decode_body
from crawler.market.document import parse_document
from crawler.market.guessing.generic import read_unprofiled
from crawler.market.view import view_of
from crawler.market.words import market_words
from vestigo.cli.app import run
from vestigo.pipeline.market_layouts.measuring import learned_profile

PAGE = (
    "<html><head><title>Blue kite 5 m - Kites</title>{head}</head><body>"
    "<div class='top'>Hi, otter <a href='/logout'>log out</a> 0.1200 XMR</div>"
    "<h1>Blue kite 5 m</h1><p>Vendor: <a href='/u/bob'>bob</a></p>{body}"
    "<p>Price goes down to $4.20 a unit if you take 500 or more, just ask.</p></body></html>"
)


def generic(body, head=""):
    return read_unprofiled(PAGE.format(head=head, body=body).encode(), uri="/x")


def price_of(body, head=""):
    listing = generic(body, head).listing
    return (str(listing.price.amount), listing.price.currency) if listing else None


@pytest.mark.parametrize(
    "body",
    [
        "<button>Buy for $45.50</button>",
        "<form>Quantity <select><option>1 - $45.50<option>5 - $200.00</select></form>",
        "<p>Price: <input readonly value='$45.50'></p>",
        (
            "<div itemprop='offers'><meta itemprop='priceCurrency' content='USD'>"
            "<meta itemprop='price' content='45.50'></div>"
        ),
        "<p><span data-price='45.50' data-currency='USD'></span></p>",
        "<p>Price: <del>$60.00</del> <ins>$45.50</ins></p>",
        "<p><span class='old-price'>Regular price $60.00</span> <b>Special price $45.50</b></p>",
        "<p><b>Price:</b> $45.50</p><table><tr><th>Qty<th>Each<tr><td>2+<td>$40<tr><td>9+<td>$30</table>",
        "<h3>$45.50</h3><p>/ unit</p><a href='/bookmark/7'>bookmark this listing</a>",
        "<p>Ships from <b>Spain</b> to <b>Peru</b> for <b>$45.50</b> each, with a letter and a stamp.</p>",
    ],
)
def test_the_price_is_found_wherever_it_stands(body):
    assert price_of(body) == ("45.50", "USD")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p>Ships from: <img alt='Spain'></p><p>Ships to: <i title='Peru'></i></p>", ("Spain", "Peru")),
        ("<ul><li><i title='Ships from'></i> Spain<li><i title='Ships to'></i> Peru</ul>", ("Spain", "Peru")),
        ("<p>Откуда / Ships from: Spain</p><p>Куда / Ships to: Peru</p>", ("Spain", "Peru")),
        ("<p>We ship from <b>Spain</b>.</p><p>We ship to <b>Peru</b>.</p>", ("Spain", "Peru")),
        ("<p>From Spain to European Union</p>", ("Spain", "European Union")),
        ("<p>ES → USA</p>", ("ES", "USA")),
        ("<p>Ships from: Spain</p><p>Ships to:</p><ul><li>Peru<li>Chile</ul>", ("Spain", "Peru, Chile")),
        ("<p>Ships from: Spain</p><p>Ships to: —</p>", ("Spain", None)),
    ],
)  # fmt: skip
def test_places_in_their_ways(body, found):
    listing = generic(f"<p>Price: $45.50</p>{body}").listing
    assert (listing.ships_from, listing.ships_to) == found


def test_what_a_style_sheet_hides_is_not_read():
    head = "<style>.q7{display:none} #z{visibility: hidden}</style>"
    body = "<p class='q7'>Price: $1.00</p><p id='z'>Price: $2.00</p><p>Price: $45.50</p>"
    assert price_of(body, head) == ("45.50", "USD")


def test_the_bytes_of_an_attribute_are_known():
    page = PAGE.format(head="", body="<p>Price: $4</p><p>Ships from: <img alt='Espa&ntilde;a'></p>")
    body = page.encode()
    text = read_unprofiled(body, uri="/x").texts["ships_from"]
    span = text.span("c" * 64, body)
    assert text.text == "España"
    assert [body[part.start : part.end] for part in span.ranges] == [b"Espa&ntilde;a"]


def test_a_page_cannot_forge_the_place_of_an_attribute():
    page = f"<html><body><p>secret</p><img {MARK}='alt:0' alt='Spain'><b {MARK.upper()}='alt:0'></b></body></html>"
    view = view_of(parse_document(decode_body(page.encode())))
    assert [one.text for one in view.segments] == ["secret", "Spain"]


@pytest.mark.parametrize(
    "heading",
    ["Profile of bob", "Profil von bob", "My orders #2231", "Mis pedidos", "Page not found"],
)
def test_pages_of_accounts_and_orders_are_no_listings(heading):
    page = (
        f"<html><head><title>Kites</title></head><body><h1>{heading}</h1><table><tr><th>Item</th>"
        "<td>Blue kite</td></tr><tr><th>Vendor</th><td>bob</td></tr><tr><th>Price</th><td>$9.00</td>"
        "</tr></table></body></html>"
    )
    assert read_unprofiled(page.encode(), uri="/x").listing is None


def learned(pages):
    profile = learned_profile(pages)
    return lambda page: read_page(
        profile, page.encode(), uri="/x", status=None, media_type="", charset="", problem=""
    )


def test_a_field_that_no_learned_page_showed_is_still_found():
    page = "<html><body><h1>Kite {0}</h1><p>Price: {0}.50 EUR</p><p>Ships from: Spain</p>{1}</body></html>"
    read = learned([page.format(n, "") for n in (11, 12, 13)])
    assert read(page.format(14, "<p>by <a href='/vendor/eva'>eva</a></p>")).listing.vendor == "eva"
    assert read(page.format(14, "")).listing.vendor is None


def test_a_title_without_any_mark_is_read_by_its_line():
    page = "<html><body><pre>  Kite {0}\n\nPrice ..... EUR {0},50\nVendor .... eva\n</pre></body></html>"
    read = learned([page.format(n) for n in (11, 12, 13)])
    listing = read(page.format(14)).listing
    assert (listing.title, str(listing.price.amount), listing.vendor) == ("Kite 14", "14.50", "eva")


@pytest.mark.parametrize(
    ("label", "concepts"),
    [
        ("Pays d’expédition", ("ships_from",)),
        ("Origen del envío", ("ships_from",)),
        ("Delivery destination", ("ships_to",)),
        ("Preço especial", ("price",)),
        ("Tienda de", ("vendor",)),
        ("Shipping options", ()),
        ("Opciones de envío", ()),
        ("Original phone stand", ()),
        ("Ships from Spain", ()),
    ],
)
def test_labels_are_understood_from_their_words(label, concepts):
    found = market_words().concepts(label)
    assert (found == concepts) if concepts else not {"ships_from", "ships_to", "price"} & set(found)


def test_that_nothing_was_found_is_said(tmp_path, capfd):
    (tmp_path / "empty").mkdir()
    assert run(["market", "read", str(tmp_path / "empty"), "--jsonl"]) == 4
    assert "no page" in capfd.readouterr().err
    (tmp_path / "a.html").write_text("<html><body><p>nothing</p></body></html>", "utf-8")
    assert run(["market", "read", str(tmp_path / "a.html")]) == 0
    assert "No listing: 1 page" in capfd.readouterr().err


def test_a_profile_that_is_not_there_is_called_so(tmp_path, capfd):
    assert run(["market", "read", str(tmp_path / "x.toml"), str(tmp_path)]) == 5
    err = capfd.readouterr().err
    assert "E-MAR-001" in err
    assert "not there" in err
