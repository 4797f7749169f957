# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signs by which pages that nobody described are read: witnesses, ratings, open entries."""

import json

import pytest

from crawler.market.charset import decode_body
from crawler.market.document import parse_document
from crawler.market.guessing.generic import read_unprofiled
from crawler.market.guessing.sight import Sight
from crawler.market.learning.apart import learned_page
from crawler.market.learning.proposing import learn_layout
from crawler.market.learning.writing import profile_text
from crawler.market.loading import load_profile
from crawler.market.page import read_page
from crawler.market.view import MOST_IN_LINE


def seen(body, head="<title>Blue Pu-erh 25 g | Old Bazaar</title>"):
    return read_unprofiled(
        f"<html><head>{head}</head><body>{body}</body></html>".encode(), uri="/i/1"
    )


OFFER = "<h2>Blue Pu-erh 25 g</h2><p>Price: $20.00</p>"


def json_ld(**goods):
    told = json.dumps({"@type": "Product", **goods})
    return f'<title>x</title><script type="application/ld+json">{told}</script>'


def test_json_ld_decides_between_two_texts_of_the_page():
    body = "<p>kettle_1</p><h3>Blue Pu-erh</h3><h3>Old stock</h3><p>$20.00</p><p>$25.00</p>"
    body += "<p>Ships from: Spain</p>"
    offer = {"@type": "Offer", "price": "25.00", "priceCurrency": "USD"}
    reading = seen(body, json_ld(name="Old stock", offers=offer))
    assert reading.listing.title == "Old stock"
    assert reading.listing.prices[0].amount == 25


def test_json_ld_is_no_fact_by_itself():
    lie = json_ld(name="Gold bar", offers={"price": "9.99", "priceCurrency": "EUR"}, brand="nobody")
    listing = seen(OFFER + "<p>Vendor: kettle_1</p>", lie).listing
    assert (listing.title, listing.vendor) == ("Blue Pu-erh 25 g", "kettle_1")
    assert (listing.prices[0].amount, listing.prices[0].currency) == (20, "USD")


@pytest.mark.parametrize("told", ["[" * 5000, "{", '{"@type": [[]], "offers": 3}', "null", '"x"'])
def test_broken_json_ld_is_passed_over(told):
    head = f'<title>x</title><script type="application/ld+json">{told}</script>'
    assert seen(OFFER + "<p>Vendor: kettle_1</p>", head).listing.vendor == "kettle_1"


@pytest.mark.parametrize("rated", ["1472 sales · 4.74", "99.1%", "+318 / -7", "Level 6"])
def test_an_account_is_known_by_what_is_counted_of_it(rated):
    body = f'{OFFER}<div><a href="/w/4">Tea House</a> <span>{rated}</span></div>'
    assert seen(body + "<p>Ships from: Spain</p>").listing.vendor == "Tea House"


def test_a_rank_is_no_handle():
    body = f'{OFFER}<p>Ships from: Spain</p><p>by <a href="/user?u=kettle_1">kettle_1</a></p>'
    assert seen(body + "<p>Vendor: Verified</p>").listing.vendor == "kettle_1"


def test_the_open_entry_of_a_menu_is_the_category():
    menu = (
        '<ul><li><a href="/cat/1">Coffee</a></li><li class="active"><a href="/cat/2">Tea</a></li>'
    )
    menu += '<li><a href="/cat/3">Cups</a></li><li><a href="/cat/4">Pots</a></li></ul>'
    listing = seen(f"{menu}{OFFER}<p>Vendor: kettle_1</p>").listing
    assert listing.category == ("Tea",)


def test_a_place_in_a_sentence_is_no_declared_place():
    said = "<p>Delivery to Austria takes 3-5 working days, to Canada two to three weeks.</p>"
    listing = seen(f"{OFFER}<p>Vendor: kettle_1</p>{said}<p>Do you ship to Denmark?</p>").listing
    assert listing.ships_to is None


def test_a_flag_beside_the_name_of_its_place_says_it_once():
    flag = '<p>Ships from: <img alt="Spain" src="f.png"> Spain</p>'
    assert seen(f"{OFFER}<p>Vendor: kettle_1</p>{flag}").listing.ships_from == "Spain"


@pytest.mark.parametrize(
    ("heading", "kind"),
    [("Feedback: kettle_1", "feedback"), ("Commande #65584", "other"), ("Order no. 12", "other")],
)
def test_pages_of_feedback_and_orders_are_no_listings(heading, kind):
    rows = (
        "<tr><th>Item</th><td>Blue Pu-erh 25 g</td></tr><tr><th>Vendor</th><td>kettle_1</td></tr>"
    )
    body = f"<h2>{heading}</h2><table>{rows}<tr><th>Price</th><td>$20.00</td></tr></table>"
    reading = seen(body, "<title>Old Bazaar</title>")
    assert (reading.kind, reading.listing) == (kind, None)


def test_replies_of_a_topic_give_neither_vendor_nor_price():
    post = '<div class="post"><a href="/member?u={0}">{0}</a><div>{1}</div></div>'
    topic = post.format("kettle_1", "Price: $20.00<br>Ships from: Spain")
    topic += post.format("buyer_2", "My price: 25 EUR, see my thread.")
    listing = seen(f"<h2>Blue Pu-erh 25 g</h2>{topic}").listing
    assert (listing.vendor, listing.prices[0].amount) == ("kettle_1", 20)


LISTED = """<html><head><title>{0} - Old Bazaar</title></head><body><h1>{0}</h1>
<p>Vendor: <a href="/vendor/{1}">{1}</a></p><p>Price: ${2}.50</p><p>Stock: {2} left</p>
<p>Listed on: 2024-05-{2}</p><div class="description">Picked by hand in {2} gardens and dried
slowly in the shade of old trees.</div><h3>Feedback</h3><ul class="feedback">
<li class="row"><b class="who">a***{2}</b> <p class="said">quick and careful, thank you</p></li>
<li class="row"><b class="who">b***{2}</b> <p class="said">as it was described</p></li></ul>
</body></html>"""


def listed(title, vendor, n):
    return LISTED.format(title, vendor, n).encode()


@pytest.fixture(scope="module")
def proposed(tmp_path_factory):
    pages = [("Blue Pu-erh", "kettle_1", 12), ("Red kettle", "mill2", 23), ("Cup", "tea-3", 14)]
    read = [learned_page(f"{n}.html", listed(*page)) for n, page in enumerate(pages)]
    path = tmp_path_factory.mktemp("further") / "m.toml"
    path.write_text(profile_text(learn_layout(read), "m"), "utf-8")
    return path


def read_listed(path, body):
    return read_page(
        load_profile(path), body, uri="/i/9", status=None, media_type="", charset="", problem=""
    )


def test_a_proposal_names_description_date_stock_and_feedback(proposed):
    reading = read_listed(proposed, listed("Pot of clay", "potter", 21))
    listing = reading.listing
    assert listing.description.startswith("Picked by hand in 21 gardens")
    assert (listing.stock.n, listing.listed_on.isoformat()) == (21, "2024-05-21")
    assert [row.text for row in reading.feedback] == [
        "quick and careful, thank you",
        "as it was described",
    ]


def test_a_date_of_another_form_costs_no_listing(proposed):
    body = listed("Pot of clay", "potter", 21).replace(b"2024-05-21", b"yesterday")
    reading = read_listed(proposed, body)
    assert (reading.kind, reading.listing.listed_on) == ("listing", None)
    assert any(one.startswith("listed_on: no date") for one in reading.failed_assertions)


PLACES = "<p>Vendor: kettle_1</p><p>Ships from: Spain</p>"


def test_a_sentence_with_price_in_it_is_no_label_of_one():
    body = "<h2>Blue Pu-erh 25 g</h2><p><strong>USD 13.71</strong></p>" + PLACES
    body += "<pre>We match any price: show us who sells it for under $20 and we go lower.</pre>"
    assert str(seen(body).listing.prices[0].amount) == "13.71"


def test_the_rate_of_a_coin_is_no_price():
    body = f"<p>BTC Price: USD 2,473.55</p>{OFFER}{PLACES}"
    assert seen(body).listing.prices[0].amount == 20


def test_of_two_labels_the_nearest_counts():
    body = "<h2>Blue Pu-erh 25 g</h2><p>Payment: Escrow</p>"
    body += "<div><b>Price:</b> <span>53.00 EUR</span> <span>0.01563 BTC</span></div>" + PLACES
    body += "<table><tr><th>Shipping method</th><th>Duration</th><th>Price</th></tr><tr><td>Mail</td><td>2 days</td><td>5.00 EUR</td></tr></table>"
    assert seen(body).listing.prices[0].amount == 53


def test_the_chosen_option_is_the_price_and_postage_is_not():
    body = (
        "<h2>Blue Pu-erh 25 g</h2><form><label><input type=radio name=t checked><span>1 un.</span>"
    )
    body += "<span>103,67 €</span><span>0,7448 XMR</span></label><label><input type=radio name=t>"
    body += "<span>2 un.</span><span>201,12 €</span></label></form><form><label>"
    body += (
        "<input type=radio name=p><span>Standard mail - 5 days</span> <i>15,00 €</i></label></form>"
    )
    (price,) = seen(body + PLACES).listing.prices
    assert (str(price.amount), price.currency) == ("103.67", "EUR")


def test_an_offer_beside_a_menu_that_says_browse_is_an_offer():
    body = "<div><h3>Browse Categories</h3></div>" + OFFER.replace("Price:", "Purchase Price:")
    assert seen(body + PLACES).kind == "listing"


def test_what_is_told_of_an_account_makes_its_page():
    body = "<p>BTC 0.0081</p><h1>kettle_1</h1><ul><li>Member since: 12/2018</li><li>Last seen: 2 d</li>"
    body += "<li>Ships from: Spain</li></ul><div><a href='/listing/1'>Old stock of leaves 25 g</a>"
    body += "<p>USD 47.44</p></div>"
    assert seen(body).kind == "vendor"


def test_words_that_a_font_draws_are_pictures():
    rows = "".join(
        f'<li><i class="material-icons circle">{icon}</i><span>{name}</span><p>{value}</p></li>'
        for icon, name, value in (
            ("person", "Vendor", "kettle_1"),
            ("flight_takeoff", "Ships from", "Spain"),
            ("label", "Category", "Teas / Green"),
        )
    )
    listing = seen(f"{OFFER}<ul>{rows}</ul>").listing
    assert (listing.vendor, listing.ships_from) == ("kettle_1", "Spain")
    assert listing.category == ("Teas", "Green")


def test_links_with_drawn_signs_between_are_a_way():
    svg = '<svg class="w-4"><path d="M10 3l7 7"/></svg>'
    way = svg.join(f'<a href="/browse/{n}">{name}</a>' for n, name in enumerate(["Teas", "Green"]))
    listing = seen(f"<div>{way}</div>{OFFER}{PLACES}").listing
    assert listing.category == ("Teas", "Green")


def test_entries_of_a_menu_that_are_open_are_the_category():
    menu = "".join(
        f'<div class="category depth0{" selected" if name in ("Teas", "Green") else ""}">'
        f'<a href="./?category={name}">{name}</a> <span>31</span></div>'
        for name in ("Cups", "Teas", "Green", "Spoons", "Books")
    )
    listing = seen(f"<div>{menu}</div>{OFFER}{PLACES}").listing
    assert listing.category == ("Teas", "Green")


def test_a_line_of_thousands_of_pieces_is_cut_and_the_offer_is_read():
    """What reads a line compares its pieces with each other: without a bound n would be n²."""
    page = f"<body>{OFFER}{PLACES}<p>{'<b>z</b>' * 3000}</p></body>".encode()
    sight = Sight(parse_document(decode_body(page)))
    assert max(len(line) for line in sight.view.lines) == MOST_IN_LINE
    assert sum(len(line) for line in sight.view.lines) > 3000
    assert read_unprofiled(page + b"</html>", uri="/i/1").listing.vendor == "kettle_1"
