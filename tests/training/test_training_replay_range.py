# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of the range that were written can be served again and followed from the home page."""

import threading
import urllib.request
from dataclasses import replace
from urllib.error import HTTPError
from urllib.parse import urljoin

import pytest
from lxml import html

from vestigo.training.behaviour import load_behaviour
from vestigo.training.replay import saved_pages, serve_saved
from vestigo.training.site import Site, market_pages
from vestigo.training.telling import tell_world


@pytest.mark.parametrize("layout", ["table", "cards", "forum", "minimal"])
def test_saved_pages_lead_to_every_listing_and_picture(tmp_path, layout):
    (market,) = tell_world(1, load_behaviour("demo")).markets
    view = replace(market, section=replace(market.section, layout=layout)).at(1)
    for name, content in market_pages(view):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    site = Site(view)
    with serve_saved(saved_pages(tmp_path), 0) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}"

        def ask(target):
            with urllib.request.urlopen(urljoin(url, target)) as answer:
                return answer.headers["Content-Type"], answer.read()

        home = html.fromstring(ask("/")[1].decode())
        assert site.address("search") in {link.get("href") for link in home.iter("a")}
        for one in view.listings:
            media_type, body = ask(site.address("listing", one.key))
            assert media_type == "text/html"
            assert (
                body
                == site._contents.page(
                    site._contents.addresses.wanted(site.address("listing", one.key))
                ).body
            )
        media_type, body = ask(site.address("image", view.listings[0].key))
        assert (media_type, body[:4]) == ("image/png", b"\x89PNG")
        with pytest.raises(HTTPError, match="404"):
            ask("/nothing?x=../../etc/passwd")
        server.shutdown()
