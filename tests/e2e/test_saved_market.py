# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real saved market, served on loopback, crawled, archived and read into a case."""

import json
import lzma
from decimal import Decimal
from urllib.parse import unquote

import pytest

from vestigo.pipeline.session import open_session
from vestigo.pipeline.steps import serving, vestigo_words
from vestigo.records import Capture, Listing, Page, Selector, VendorAccount
from vestigo.training.replay import saved_pages

ORDER = """
issuing_body = "b"
reference = "r"
legal_basis = "l"
authorization_kind = "k"
persons = ["p"]
hosts = ["{host}"]
accounts = []
acts = ["view", "search"]
data_classes = ["listing", "vendor_profile", "feedback"]
starts_at = 2020-01-01T00:00:00Z
ends_at = 2120-01-01T00:00:00Z
"""

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def market(real_data, tmp_path_factory, vestigo):
    """The case after a crawl of every saved page and one reading of the archive."""
    folder = tmp_path_factory.mktemp("agora")
    archive = real_data / "agora-2014" / "open.tar.xz"
    case = folder / "case"

    def run(*words):
        done = vestigo(*words, "--json")
        assert done.returncode in (0, 4), f"{words}: {done.stderr[-3000:]}"
        return json.loads(done.stdout)

    run("case", "new", case, "--title", "t", "--unit", "u")
    seeds = folder / "seeds.txt"
    seeds.write_text("\n".join(sorted(saved_pages(archive))))
    with serving(vestigo_words("training", "replay", str(archive))) as url:
        order = folder / "order.toml"
        order.write_text(ORDER.format(host=url.split("/")[2]))
        run("case", "authorize", case, order)
        crawled = run("crawl", "run", case, "--profile", "agora-2014", "--start", url,
                      "--seeds", seeds)  # fmt: skip
    read = run("case", "read", case, "--profile", "agora-2014")
    return case, crawled, read


def of_kind(market, cls):
    with open_session(market[0], write=False) as session:
        return list(session.ledger.of_kind(cls))


def reference(real_data, name):
    path = real_data / "agora-2014" / f"open.{name}.jsonl.xz"
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_every_listing_vendor_and_profile_is_there(market):
    listings = of_kind(market, Listing)
    accounts = of_kind(market, VendorAccount)
    assert len({item.listing_key for item in listings}) == 514
    profiles = {a.handle for a in accounts if a.profile_captured}
    assert len({a.handle for a in accounts}) == 145
    assert len(profiles) == 142


def test_the_no_product_pages_are_no_listings(market):
    pages = of_kind(market, Page)
    empty = [p for p in pages if p.page_kind == "soft-404"]
    assert len(empty) == 18
    assert {p.uri for p in pages if p.page_kind == "listing"}.isdisjoint(p.uri for p in empty)


def test_every_page_is_archived_and_has_a_kind(market):
    captures = of_kind(market, Capture)
    assert len(of_kind(market, Page)) == len(captures)
    assert {c.problem for c in captures} == {""}


def test_the_fields_agree_with_another_parser(market, real_data):
    ours = {item.listing_key: item for item in of_kind(market, Listing)}
    wrong, ships = [], 0
    for row in reference(real_data, "listings"):
        listing = ours[row["id"]]
        same = (
            " ".join(row["title"].split()) == listing.title,
            # the reference keeps two handles as in the link; the page shows "!" for %21
            unquote(row["vendor"]) == listing.vendor_handle,
            tuple(row["category"]) == listing.category,
            Decimal(row["price_btc"]) == listing.price_amount,
        )
        if not all(same):
            wrong.append((row["id"], same))
        ships += (row["ships_from"], row["ships_to"]) == (listing.ships_from, listing.ships_to)
    assert not wrong
    assert ships >= 0.99 * 514


def test_every_key_block_gives_a_fingerprint(market):
    accounts = [a for a in of_kind(market, VendorAccount) if a.pgp_blocks]
    found = {s.value for s in of_kind(market, Selector) if s.selector_kind == "pgp_fingerprint"}
    assert len({a.handle for a in accounts}) == 138
    assert len(found) >= 130


def test_substances_and_unit_prices_are_read(market):
    records = market[2]["records"]
    assert records["mention"] >= 500
    assert records["quantity"] >= 400
