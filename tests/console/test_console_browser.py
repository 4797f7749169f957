# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console in a real Chromium: a policy violation, a console error or a foreign request fails.

With ``VESTIGO_PICTURES`` set to a folder, a demonstration case is made and the pictures of
the README are taken of it and written there, under the names that the README links.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from vestigo.clock import system_clock
from vestigo.console.accounts import Accounts
from vestigo.pipeline.session import open_session

PASSWORD = "a calm horse walks by the sea"
SIZE = {"width": 1280, "height": 900}
PICTURES = ("listings", "listing", "why", "cash-out", "graph")
VENDOR_ADDRESS = "bcrt1qvendor0000000000000000000000000000start"

pytestmark = pytest.mark.browser


class Visit:
    """A browser page that remembers everything that must not happen."""

    def __init__(self, browser, served, locale="en") -> None:
        self.served = served
        self.context = browser.new_context(viewport=SIZE, locale=locale, accept_downloads=True)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        self.page.on("request", self._request)

    def _request(self, request) -> None:
        if not request.url.startswith(self.served.url + "/"):
            self.wrong.append(f"request: {request.url}")

    def go(self, path):
        """Open a path of the console and look for what is too wide."""
        self.page.goto(self.served.url + path)
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            self.wrong.append(f"{path} is {wide} pixels too wide")
        cut = self.page.evaluate(
            "[...document.querySelectorAll('.scroll')].some(e => e.scrollWidth > e.clientWidth)"
        )
        if cut:
            self.wrong.append(f"a table of {path} is cut at the right")

    def sign_in(self, name="ana.investigator", password=PASSWORD):
        """Sign in with the form that is shown."""
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.page.click("main button.primary")

    def close(self) -> None:
        """Close, and fail if anything went wrong on the way."""
        self.context.close()
        assert self.wrong == []


@pytest.fixture
def visit(browser, served):
    """A visit in English that is not signed in."""
    found = Visit(browser, served)
    yield found
    found.close()


def test_a_wrong_password_is_refused_and_the_right_one_lets_in_where_one_wanted_to_go(visit):
    visit.go("/vendors")
    assert "/sign-in?next=" in visit.page.url
    visit.sign_in(password="not the password")
    assert "not right" in visit.page.locator("[role=alert]").inner_text()
    visit.wrong = [one for one in visit.wrong if "401" not in one]
    visit.sign_in()
    assert visit.page.url.endswith("/vendors")
    cookies = {one["name"]: one for one in visit.context.cookies()}
    session = cookies["__Host-vestigo"]
    assert session["secure"]
    assert session["httpOnly"]
    assert session["sameSite"] == "Strict"
    visit.page.click(".me button")
    assert visit.page.url.endswith("/sign-in")
    visit.go("/vendors")
    assert "/sign-in" in visit.page.url


def test_an_investigator_walks_from_a_listing_to_the_bytes_and_to_the_cash_out(visit):
    visit.go("/")
    visit.sign_in()
    visit.page.click("nav >> text=Listings")
    visit.page.select_option("#facet-substance", "mdma")
    visit.page.click("text=Filter")
    visit.page.click("td.title a")
    assert visit.page.locator(".captured mark.k-substance").inner_text() == "MDMA"
    visit.page.click(".right a.why >> nth=0")
    assert "the archive holds the bytes" in visit.page.locator("main").inner_text()
    visit.page.click(".tree >> text=capture >> xpath=.. >> a[href^='/exhibits/'] >> nth=0")
    assert "compared with the archive just now" in visit.page.locator("main").inner_text()
    with visit.page.expect_download() as download:
        visit.page.click("a[href$='/body']")
    assert download.value.suggested_filename.endswith("-body.bin")
    assert "MDMA" in Path(download.value.path()).read_text("utf-8")
    visit.page.click("nav >> text=Money")
    visit.page.click("table.rows tbody a >> nth=0")
    assert "Candidate, not a fact." in visit.page.locator("main").inner_text()
    visit.page.click("dd a[href^='/address'] >> nth=1")
    assert visit.page.locator("h1").inner_text() == VENDOR_ADDRESS
    visit.page.click("text=Show the proof path")
    assert "Proof path" in visit.page.locator("main").inner_text()


def test_a_hostile_listing_runs_nothing_hides_nothing_and_breaks_nothing(visit):
    ids = visit.served.case.ids
    visit.go("/")
    visit.sign_in()
    for path in ("/listings", f"/listings/{ids['hostile']}", f"/why/{ids['hostile']}",
                 f"/listings/{ids['hostile']}?view=source", f"/exhibits/{ids['hostile_capture']}",
                 "/vendors", "/vendor?market=testmarket&handle=%22%3E%3Csvg%2Fonload%3Dalert%281%29%3E",
                 "/exhibits", "/custody"):  # fmt: skip
        visit.go(path)
        page = visit.page
        assert page.title().endswith("Vestigo")
        assert page.evaluate("typeof window.owned") == "undefined"
        assert (
            page.evaluate(
                "[...document.scripts].filter(e => !e.src).length + document.querySelectorAll('style,[style],img[onerror],svg').length"
            )
            == 0
        )
        assert page.locator("footer").is_visible()
        text = page.evaluate("document.documentElement.innerText")
        assert not set(text) & set("\u202e\u2066\x1b\x07")
    visit.go(f"/listings/{ids['hostile']}")
    assert "<script>" in visit.page.locator("h1").inner_text()
    assert "{{ 7*7 }}" in visit.page.locator("h1").inner_text()


def test_another_site_on_this_machine_cannot_post_frame_or_embed(browser, served):
    import http.server
    import threading

    attack = (f"<form method=post action='{served.url}/sign-out'><button>go</button></form>"
              f"<img src='{served.url}/static/mark.svg'><iframe src='{served.url}/'></iframe>")  # fmt: skip

    class Foreign(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(attack.encode())

        def log_message(self, *_args):
            """Stay silent."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as foreign:
        threading.Thread(target=foreign.serve_forever, daemon=True).start()
        visit = Visit(browser, served)
        visit.go("/")
        visit.sign_in()
        page = visit.context.new_page()
        page.goto(f"http://127.0.0.1:{foreign.server_port}/")
        assert page.evaluate("document.images[0].naturalWidth") == 0
        assert not any("Overview" in frame.content() for frame in page.frames[1:])
        page.click("button")
        assert "another site" in page.inner_text("body")
        visit.go("/vendors")
        assert visit.page.url.endswith("/vendors"), "still signed in"
        visit.close()
        foreign.shutdown()


def test_the_whole_console_in_spanish_by_keyboard(browser, served):
    visit = Visit(browser, served, locale="es-ES")
    visit.go("/")
    assert visit.page.locator("h1").inner_text() == "Iniciar sesión"
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.className") == "skip"
    visit.page.focus("#name")
    visit.page.keyboard.type("ana.investigator")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.type(PASSWORD)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("nav >> text=Anuncios")
    assert visit.page.locator("html").get_attribute("lang") == "es"
    visit.page.click("[name=language][value=en]")
    assert visit.page.locator("html").get_attribute("lang") == "en"
    visit.close()


def test_every_page_is_built_for_people_who_do_not_see_it(visit):
    ids = visit.served.case.ids
    visit.go("/")
    visit.sign_in()
    for path in ("/", "/listings", f"/listings/{ids['listing1']}", "/vendors", "/cash-outs",
                 "/vendor?market=testmarket&handle=ana", f"/cash-outs/{ids['cash_out']}",
                 f"/address?value={VENDOR_ADDRESS}", f"/transactions/{ids['txid']}",
                 f"/why/{ids['selector']}", "/exhibits", f"/exhibits/{ids['capture1']}", "/custody"):  # fmt: skip
        visit.go(path)
        faults = visit.page.evaluate(
            """() => {
              const all = (q) => [...document.querySelectorAll(q)];
              const faults = [];
              if (all('h1').length !== 1) faults.push('h1');
              if (all('main').length !== 1 || !all('nav').length) faults.push('landmarks');
              for (const e of all('table')) if (!e.caption) faults.push('table without caption');
              for (const e of all('input:not([type=hidden]),select'))
                if (!e.labels.length) faults.push('no label: ' + e.name);
              for (const e of all('a,button'))
                if (!(e.textContent.trim() || e.getAttribute('aria-label'))) faults.push('no name');
              for (const e of all('thead th')) if (!e.scope) faults.push('th without scope');
              for (const e of all('img')) if (!e.hasAttribute('alt')) faults.push('alt');
              return faults;
            }"""
        )
        assert faults == [], path


def test_texts_without_a_place_to_break_stay_inside_the_page(visit):
    ids = visit.served.case.ids
    visit.go("/")
    visit.sign_in()
    handle = "W" * 400
    for path in ("/listings", f"/listings/{ids['long']}", "/vendors", "/exhibits", "/custody",
                 f"/vendor?market=testmarket&handle={handle}", f"/why/{ids['long']}",
                 f"/exhibits/{ids['long_capture']}", f"/listings?vendor={handle}"):  # fmt: skip
        visit.go(path)
        assert visit.page.locator("footer").is_visible(), path
        nav = visit.page.locator("header nav").bounding_box()
        assert nav["width"] <= SIZE["width"]


def test_poisoned_texts_in_every_field_run_nothing(browser, poisoned):
    visit = Visit(browser, poisoned)
    visit.go("/")
    visit.sign_in()
    index = poisoned.desk.index()
    offers = [f"/listings/{one.last.id}" for one in list(index.offers.values())[:3]]
    for path in (*offers, "/listings", "/vendors", "/cash-outs", "/exhibits", "/custody",
                 f"/cash-outs/{index.cash_outs[0].id}", f"/why/{index.cash_outs[0].id}"):  # fmt: skip
        visit.page.goto(poisoned.url + path)
        assert visit.page.evaluate("document.images.length") == 1, path
        assert visit.page.title().endswith("Vestigo")
    visit.close()


def test_a_printed_page_says_whose_it_is_and_leaves_nothing_folded(visit):
    visit.go("/")
    visit.sign_in("ana.investigator")
    path = f"/listings/{visit.served.case.ids['listing1']}"
    visit.go(path)
    assert not visit.page.locator(".printed").is_visible()
    visit.page.emulate_media(media="print")
    printed = visit.page.locator(".printed").inner_text()
    assert path in printed
    assert "ana.investigator (investigator)" in printed
    assert "UTC" in printed
    assert not visit.page.locator("header nav").is_visible()
    assert visit.page.locator("mark.k-substance").first.is_visible()
    folded = """[...document.querySelectorAll('.captured, .scroll')].filter(
        e => e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2).length"""
    assert visit.page.evaluate(folded) == 0
    capture = visit.served.case.ids["capture1"]
    whole = "getComputedStyle(document.querySelector('.mono[title]'), '::after').content"
    assert capture in visit.page.evaluate(whole), "an abbreviated digest is printed whole"
    visit.page.set_viewport_size({"width": 760, "height": 1080})
    for other in (path, f"/cash-outs/{visit.served.case.ids['cash_out']}", "/custody"):
        visit.go(other)
        assert visit.page.evaluate(folded) == 0, other
    assert visit.page.pdf(format="A4").startswith(b"%PDF")


def test_a_span_is_three_clicks_from_the_list_and_seen_when_one_gets_there(visit):
    visit.go("/")
    visit.sign_in()
    visit.go("/listings?substance=mdma")
    visit.page.click("td.title a")
    visit.page.click(".right a.why >> nth=0")
    visit.page.click("text=See it in the whole archived text")
    assert visit.page.url.endswith("#cited")
    mark = visit.page.locator("mark#cited")
    assert mark.inner_text() == "MDMA"
    box = mark.bounding_box()
    assert 0 <= box["y"] < SIZE["height"], "scrolled to"
    assert visit.page.locator("mark").count() == 1, "only what was asked for is marked"


def test_a_session_that_ended_is_said_on_a_page_and_one_goes_on_where_one_was(visit):
    visit.go("/")
    visit.sign_in()
    visit.go("/vendors")
    visit.served.case.clock.now += timedelta(minutes=21)
    visit.page.click("nav >> text=Exhibits")
    assert "Your session has ended" in visit.page.locator("[role=alert]").inner_text()
    visit.sign_in()
    assert visit.page.url.endswith("/exhibits")
    visit.page.goto(visit.served.url + "/listings/none")
    visit.wrong = [one for one in visit.wrong if "404" not in one]
    assert "no such page" in visit.page.locator("h1").inner_text()
    visit.page.click("text=Back to the overview")
    assert visit.page.locator("h1").inner_text().startswith("Operation")


def test_every_control_of_a_page_is_reached_by_keyboard_and_shows_where_one_is(visit):
    visit.go("/")
    visit.sign_in()
    for path in ("/listings", f"/listings/{visit.served.case.ids['listing1']}"):
        visit.go(path)
        wanted = visit.page.evaluate(
            "[...document.querySelectorAll('a,button,select,input:not([type=hidden])')].filter(e => e.checkVisibility()).length"
        )
        script = """() => { const e = document.activeElement, s = getComputedStyle(e);
            return [e.tagName, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2]; }"""
        reached = 0
        for _n in range(wanted + 5):
            visit.page.keyboard.press("Tab")
            tag, ringed = visit.page.evaluate(script)
            if tag == "BODY":
                break
            assert ringed, f"{path}: the focus on {tag} {_n} is not seen"
            reached += tag != "DIV"
        assert reached == wanted, path


def test_pictures_for_the_readme(browser, served, serve, tmp_path):
    """The README's pictures: with VESTIGO_PICTURES set, of a demonstration case made now."""
    wanted = os.environ.get("VESTIGO_PICTURES")
    folder = Path(wanted) if wanted else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    if wanted:
        with demonstration(tmp_path / "case", serve) as shown:
            _pictures_of(browser, shown, folder)
    else:
        _pictures_of(browser, served, folder)
    for name in PICTURES:
        picture = (folder / f"{name}.png").read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert 20_000 < len(picture) < 250_000, name


def test_the_readme_shows_exactly_the_pictures_of_this_test(repository):
    for text, folder in (
        ("README.md", "docs/pictures/"),
        ("docs/guide/console.md", "../pictures/"),
    ):
        linked = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (repository / text).read_text("utf-8"))
        assert set(linked) <= {f"{folder}{name}.png" for name in PICTURES}, text
    kept = {path.name for path in (repository / "docs/pictures").iterdir()}
    assert kept == {f"{name}.png" for name in PICTURES}


@contextmanager
def demonstration(path, serve):
    """Make the demonstration case of seed 1 and serve it to an investigator."""
    words = [sys.executable, "-m", "vestigo", "demo", "--case", str(path), "--seed", "1"]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    with open_session(path, write=False) as session:
        Accounts(session.folder).add("ana.investigator", "investigator", PASSWORD, session.clock)
    with serve(SimpleNamespace(path=path, clock=system_clock)) as shown:
        yield shown


def _pictures_of(browser, shown, folder: Path) -> None:
    visit = Visit(browser, shown)
    visit.go("/")
    visit.sign_in()
    index = shown.desk.index()
    row = max(shown.desk.rows(), key=lambda one: (_kinds(index, one), one.listing_id))
    longest = max(index.cash_outs, key=lambda one: (_hops(index, one), one.id))

    def picture(name):
        visit.page.screenshot(path=folder / f"{name}.png", animations="disabled")

    for name, path in (("listings", "/listings"), ("listing", f"/listings/{row.listing_id}")):
        visit.go(path)
        picture(name)
    visit.page.click(".right a.why >> nth=0")
    picture("why")
    visit.go(f"/cash-outs/{longest.id}")
    picture("cash-out")
    visit.page.goto(f"{shown.url}/graph?start=Address:{longest.record.start_address}")
    if visit.page.locator("#canvas").count():
        visit.page.wait_for_selector("#things tbody tr")
        visit.page.click("#do-ways")
        visit.page.click("#ways-form button.primary")
        visit.page.wait_for_selector("#joins tbody tr")
        visit.page.locator("#joins tbody button").first.click()
        visit.page.wait_for_selector("#reasons .reason")
        visit.page.evaluate("scrollTo(0, 0)")
    picture("graph")
    visit.close()


def _kinds(index, row) -> int:
    return len({one.record.KIND for one in index.readings.get(row.listing_id, ())})


def _hops(index, one) -> int:
    return len(index.by_id[one.record.trace_id].hops)
