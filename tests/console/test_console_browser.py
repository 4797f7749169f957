# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console in a real Chromium: a policy violation, a console error or a foreign request fails.

With ``VESTIGO_PICTURES`` set to a folder, the pictures of the README are written there;
``VESTIGO_PICTURES_CASE`` names the case to take them from, else the case of these tests is used.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

PASSWORD = "a calm horse walks by the sea"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
SIZE = {"width": 1280, "height": 900}
VENDOR_ADDRESS = "bcrt1qvendor0000000000000000000000000000start"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    """A Chromium that only these tests use."""
    path = os.environ.get("VESTIGO_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(path).exists():
        pytest.skip("no Chromium here (set VESTIGO_CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


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
                "document.scripts.length + document.querySelectorAll('style,[style],img[onerror],svg').length"
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
    visit.page.click("text=English")
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


def test_pictures_for_the_readme(browser, served, tmp_path):
    folder = Path(os.environ.get("VESTIGO_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    case = os.environ.get("VESTIGO_PICTURES_CASE")
    if case:
        _pictures_of(browser, Path(case), folder)
    else:
        visit = Visit(browser, served)
        visit.go("/")
        visit.sign_in()
        ids = served.case.ids
        _take(visit, folder, f"/listings/{ids['listing1']}", f"/cash-outs/{ids['cash_out']}")
        visit.close()
    for name in ("overview", "listings", "listing", "why", "cash-out"):
        picture = (folder / f"console-{name}.png").read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 20_000


def _take(visit, folder: Path, listing: str, cash_out: str) -> None:
    def picture(name):
        visit.page.screenshot(path=folder / f"console-{name}.png", animations="disabled")

    for name, path in (("overview", "/"), ("listings", "/listings"), ("listing", listing)):
        visit.go(path)
        picture(name)
    visit.page.click(".right a.why >> nth=0")
    picture("why")
    visit.go(cash_out)
    picture("cash-out")


def _pictures_of(browser, case: Path, folder: Path) -> None:
    """Serve another case (the demo's) and take the same pictures of it."""
    import threading
    from types import SimpleNamespace

    from vestigo.console.serving import bind, build_desk, build_server
    from vestigo.pipeline.session import open_session

    with open_session(case, write=False) as session, bind(0) as listener:
        port = listener.getsockname()[1]
        desk = build_desk(session, port)
        desk.accounts.add("ana.rivera", "prosecutor", PASSWORD, session.clock)
        server = build_server(desk)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            visit = Visit(browser, SimpleNamespace(url=f"http://127.0.0.1:{port}"))
            visit.go("/")
            visit.sign_in("ana.rivera")
            index = desk.index()
            row = max(desk.rows(), key=lambda one: (_kinds(index, one), one.listing_id))
            longest = max(index.cash_outs, key=lambda one: (_hops(desk, one), one.id))
            _take(visit, folder, f"/listings/{row.listing_id}", f"/cash-outs/{longest.id}")
            visit.close()
        finally:
            desk.accounts.remove("ana.rivera")
            server.should_exit = True
            thread.join(10)


def _kinds(index, row) -> int:
    return len({one.record.KIND for one in index.readings.get(row.listing_id, ())})


def _hops(desk, one) -> int:
    return len(desk.index().by_id[one.record.trace_id].hops)
