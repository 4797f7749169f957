# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page without scripts that wants to be elsewhere: no connection leaves the order's hosts.

Counted at the socket of a stranger's server beside the market's.  A browser without the gate
is the control: by each way it comes to the stranger.
"""

import contextlib
import os
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright

from crawler.market import load_profile
from vestigo.cli.app import run
from vestigo.errors import VestigoError
from vestigo.pipeline.live_picture import LivePicture, open_live_studio, take_live
from vestigo.pipeline.wire.tapped import TappedServer
from vestigo.records import Screenshot

PROFILE = Path(__file__).parent.parent / "crawler" / "market.toml"
HEAD = "<!doctype html><html><head>{head}</head><body><h1 class=listing>One</h1>{body}"
PLAIN = HEAD.format(head="", body="")
# what a page embeds or asks for beforehand; {0} is the stranger's address
EMBEDDED = {
    "iframe": ("", '<iframe src="{0}iframe"></iframe>'),
    "srcdoc": ("", "<iframe srcdoc=\"<iframe src='{0}srcdoc'></iframe>\"></iframe>"),
    "object": ("", '<object data="{0}object"></object>'),
    "embed": ("", '<embed src="{0}embed">'),
    "import": ('<style>@import url("{0}import");</style>', ""),
    "import-of-sheet": ('<link rel=stylesheet href="/sheet.css">', ""),
    "font": (
        '<style>@font-face {{font-family: f; src: url("{0}font")}}h1 {{font-family: f}}</style>', ""
    ),
    "svg": ("", '<svg><image href="{0}svg" width=9 height=9 /></svg>'),
    "poster": ("", '<video poster="{0}poster"></video>'),
    "preload": ('<link rel=preload as=style href="{0}preload">', ""),
    "prefetch": ('<link rel=prefetch href="{0}prefetch">', ""),
    "icon": ('<link rel=icon href="{0}icon">', ""),
}  # fmt: skip
# pages that lead away as a whole
LEADING = ("meta", "meta-of-base", "header", "redirect", "redirect-twice")


def page(wire, head, body=""):
    return wire(HEAD.format(head=head, body=body))


@pytest.fixture
def servers():
    home, stranger = TappedServer(), TappedServer()
    yield home, stranger
    home.close()
    stranger.close()


@pytest.fixture
def away(servers, wire):
    """Fill the market with pages that lead to the stranger; return his address."""
    home, stranger = servers
    there = stranger.uri
    parts = [[text.format(there) for text in both] for both in EMBEDDED.values()]
    base = f'<base href="{there}"><link rel=stylesheet href="base">'
    home.answers |= {
        "/p/1": page(wire, "".join(one for one, _other in parts), "".join(b for _a, b in parts)),
        "/p/2": page(wire, base),
        "/p/meta": page(wire, f'<meta http-equiv=refresh content="0; url={there}meta">'),
        "/p/meta-of-base": page(
            wire, f'<base href="{there}"><meta http-equiv=refresh content="0; url=meta-of-base">'
        ),
        "/p/header": wire(PLAIN, head=f"Refresh: 0; url={there}header\r\n"),
        "/p/redirect": wire("", status="302 Found", head=f"Location: {there}redirect\r\n"),
        "/p/redirect-twice": wire("", status="301 Moved", head="Location: /p/twice\r\n"),
        "/p/twice": wire("", status="307 Found", head=f"Location: {there}redirect-twice\r\n"),
        "/sheet.css": wire(f'@import url("{there}import-of-sheet");', "text/css"),
    }  # fmt: skip
    return there


PAGES = ("/p/1", "/p/2", *(f"/p/{name}" for name in LEADING))


@pytest.mark.browser
@pytest.mark.usefixtures("away")
def test_no_page_takes_the_browser_to_a_stranger(make_case, servers):
    home, stranger = servers
    case, ended = make_case(isolation="gate", deadline_seconds=60), {}
    case.order("screenshot", "fetch_image", hosts=(f"127.0.0.1:{home.port}",))
    profile = load_profile(PROFILE)
    with case.session() as session, open_live_studio(session) as studio:
        for target in PAGES:
            wanted = LivePicture(profile=profile, uri=f"{home.uri[:-1]}{target}")
            try:
                ended[target] = take_live(session, wanted, studio).uri
            except VestigoError as error:
                ended[target] = error.code
    assert not stranger.taps, stranger.asked
    assert all(home.asked[target] for target in PAGES)
    stay = {path: f"{home.uri[:-1]}{path}" for path in ("/p/1", "/p/2", "/p/header")}
    assert {path: how for path, how in ended.items() if how.startswith("http")} == stay
    # the page itself, or what Chromium made of a refused jump while it loaded; never its picture
    assert {ended[path] for path in PAGES if path not in stay} <= {"E-CRA-049", "E-CRA-044"}
    assert len(case.of_kind(Screenshot)) == len(stay)
    refused = {event.details.get("host") for event in case.events() if event.action == "fail"}
    assert f"127.0.0.1:{stranger.port}" in refused


@pytest.mark.browser
@pytest.mark.usefixtures("away")
def test_no_archived_page_takes_the_browser_anywhere(make_case, servers):
    home, stranger = servers
    case = make_case(isolation="gate", deadline_seconds=60)
    order = case.order("screenshot", "fetch_image", hosts=(f"127.0.0.1:{home.port}",))
    pages = {path: home.answers[path] for path in ("/p/1", "/p/2", "/p/meta", "/p/meta-of-base")}
    case.archive(order, pages, host=home.uri[:-1])
    assert run(["crawl", "picture", case.path]) == 0
    assert {one.uri for one in case.of_kind(Screenshot)} == {home.uri[:-1] + path for path in pages}
    assert not stranger.taps
    assert not home.taps


@pytest.mark.browser
@pytest.mark.usefixtures("away")
def test_a_browser_without_the_gate_comes_to_the_stranger_by_each_way(servers, chromium):
    home, stranger = servers
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=sandbox)
        shown = browser.new_page(java_script_enabled=False)
        for target in PAGES:
            with contextlib.suppress(Error):  # of a page that leads away while it loads
                shown.goto(f"{home.uri[:-1]}{target}", wait_until="load")
                shown.wait_for_timeout(300)
        browser.close()
    assert {*EMBEDDED, "base", *LEADING} <= {target[1:] for target in stranger.asked}
