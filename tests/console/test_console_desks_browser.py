# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desks in a real Chromium, in each language: nothing too wide, nothing that axe-core finds.

A policy violation, a console error or a foreign request fails.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vestigo.console.accounts import Accounts
from vestigo.pipeline.session import open_session
from vestigo.records import Judgement

PASSWORD = "a calm horse walks by the sea"
SIZE = {"width": 1366, "height": 768}
AXE = Path(__file__).parent / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ADDRESS = "bcrt1qvendor0000000000000000000000000000start"
PAGES = ("/trends", "/trends?basis=feedback", "/substances", "/near-duplicates", "/listings",
         "/listings/{listing1}", "/listings/{listing1}/near", "/vendors",
         "/vendor?market=testmarket&handle=ana", "/traces/{trace}", "/cluster?address=" + ADDRESS,
         "/services", "/service?name=Example+Exchange", "/cash-outs", "/cash-outs/{cash_out}",
         "/tags", "/people", "/crawls", "/evidence", "/evidence/dispose", "/custody?action=access",
         "/exhibits", "/exhibits/{capture1}", "/confirm")  # fmt: skip

LOOKED_AT = {"es": PAGES, "pt": PAGES[::2], "fr": PAGES[1::2]}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own(made_case, tmp_path_factory, serve):
    """A console of a copy of the case, with an operator, which a test may change."""
    path = tmp_path_factory.mktemp("desks") / "case"
    shutil.copytree(made_case.path, path)
    case = type(made_case)(path, made_case.clock, made_case.ids)
    with open_session(path, write=False, clock=case.clock) as session:
        Accounts(session.folder).add("olga.operator", "operator", PASSWORD, case.clock)
    with serve(case) as served:
        yield served


class Visit:
    """A signed-in page that remembers everything that must not happen."""

    def __init__(self, browser, served, account, **context):
        self.served = served
        self.context = browser.new_context(viewport=SIZE, accept_downloads=True, **context)
        self.page = self.context.new_page()
        self.wrong = []
        self.page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("request", self._request)
        self.page.goto(served.url + "/sign-in")
        self.page.fill("#name", account)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button.primary")

    def _request(self, request):
        if not request.url.startswith(self.served.url + "/"):
            self.wrong.append(f"request: {request.url}")

    def go(self, path):
        """Open a path of the console and look for what is too wide."""
        answer = self.page.goto(self.served.url + path.format(**self.served.case.ids))
        assert answer.status == 200, path
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            self.wrong.append(f"{path} is {wide} pixels too wide")

    def close(self):
        self.context.close()
        assert self.wrong == []


@pytest.mark.parametrize("language", sorted(LOOKED_AT))
def test_the_desks_stand_in_the_other_languages(browser, own, language):
    visit = Visit(browser, own, "pia.prosecutor", locale=language)
    for path in LOOKED_AT[language]:
        visit.go(path)
        assert visit.page.get_attribute("html", "lang") == language
        for picture in visit.page.query_selector_all("main img"):
            assert picture.evaluate("e => e.complete && e.naturalWidth > 0"), path
    visit.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_desk(browser, own, scheme):
    account = {"light": "pia.prosecutor", "dark": "olga.operator"}[scheme]
    visit = Visit(browser, own, account, color_scheme=scheme, bypass_csp=True)
    found = []
    for path in PAGES[::2] if scheme == "light" else PAGES[1::2]:
        if path == "/evidence/dispose" and account == "olga.operator":
            continue
        visit.go(path)
        visit.page.evaluate(AXE.read_text("utf-8"))
        result = visit.page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", AXE_RULES
        )
        found += [(path, one["id"], one["nodes"][0]["html"][:120]) for one in result["violations"]]
    assert found == []
    visit.close()


def test_an_investigator_confirms_a_candidate_with_the_keyboard_alone(browser, own):
    visit = Visit(browser, own, "ana.investigator")
    visit.go("/cash-outs/{cash_out}")
    visit.page.focus("#reason")
    visit.page.keyboard.type("letter of the service, 12 December")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**#decisions")
    assert "letter of the service" in visit.page.inner_text("main")
    visit.go("/service?name=Example+Exchange")
    assert "confirmed" in visit.page.inner_text("main")
    last = list(own.desk.session.ledger.of_kind(Judgement))[-1]
    assert last.person.startswith("ana.investigator")
    visit.close()


@pytest.mark.parametrize("language", ["en", "es", "pt", "fr"])
def test_on_a_laptop_the_head_is_two_lines_and_names_the_case_whole(browser, own, language):
    visit = Visit(browser, own, "pia.prosecutor", locale=language)
    visit.go("/evidence")
    head = visit.page.evaluate(
        """() => { const links = [...document.querySelectorAll('header nav a')], c = document.querySelector('.case');
            return [new Set(links.map(a => a.offsetTop)).size, c.scrollWidth <= c.clientWidth, c.title,
                    document.querySelector('header').offsetHeight]; }"""
    )
    assert head[:3] == [1, True, "Operation <Harbour> & “Sea”"]
    assert head[3] < 100
    visit.close()


def test_a_prosecutor_verifies_confirms_who_they_are_and_takes_a_table_along(browser, own):
    visit = Visit(browser, own, "pia.prosecutor")
    visit.go("/evidence")
    visit.page.click("text=Verify the case now")
    own.desk.jobs.wait(60)
    visit.page.goto(own.url + "/evidence")
    assert visit.page.locator("section >> nth=0").locator("li").count() == 8
    visit.go("/custody?action=verify")
    visit.page.click("text=These events as CSV")
    assert "/confirm" in visit.page.url
    visit.page.fill("#password", PASSWORD)
    with visit.page.expect_download() as told:
        visit.page.click("main button.primary")
    assert told.value.suggested_filename == "custody.csv"
    assert visit.page.locator("h1").inner_text() == "Confirmed", "not the form, as if it had failed"
    visit.close()


def test_an_operator_plans_a_pass_only_of_what_was_crawled_and_is_told_why(browser, own):
    visit = Visit(browser, own, "olga.operator")
    visit.go("/crawls")
    assert "Nothing was crawled in this case yet" in visit.page.inner_text("main")
    assert visit.page.locator("main form").count() == 0
    assert visit.page.locator("code.command").count() == 1
    visit.close()
