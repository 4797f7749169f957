# SPDX-License-Identifier: AGPL-3.0-or-later
"""The graph, the search and the queue in a real Chromium, by mouse and by keyboard alone.

A policy violation, a console error or a foreign request fails, as in test_console_browser.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

PASSWORD = "a calm horse walks by the sea"
SIZE = {"width": 1366, "height": 768}
AXE = Path(__file__).parent / "axe.min.js"
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = pytest.mark.browser


def until(page, expression, given=None):
    """Wait until a function of the page answers yes (the policy forbids what Playwright waits with)."""
    from playwright.sync_api import Error

    for _n in range(900):
        with suppress(Error):  # a page that is being left answers nothing
            if page.evaluate(expression, given):
                return
        page.wait_for_timeout(100)
    pytest.fail(f"never true: {expression}")


class Visit:
    """A signed-in page that remembers everything that must not happen."""

    def __init__(self, browser, served, account="ana.investigator", **context):
        self.url = served.url
        self.context = browser.new_context(viewport=SIZE, accept_downloads=True,
                                           **{"locale": "en", **context})  # fmt: skip
        self.page = self.context.new_page()
        self.page.set_default_timeout(90_000)
        self.wrong = []
        self.page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        self.page.on("request", self._request)
        self.page.goto(self.url + "/sign-in")
        self.page.fill("#name", account)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button.primary")
        self.page.wait_for_selector("header nav")

    def _request(self, request):
        if not request.url.startswith((self.url + "/", f"blob:{self.url}/")):
            self.wrong.append(f"request: {request.url}")

    def graph(self, *starts):
        """Open the graph page and put things on the canvas by the box above it."""
        self.page.goto(self.url + "/graph")
        self.page.wait_for_selector("body[data-ready]")
        for n, text in enumerate(starts, start=1):
            self.page.fill("#find", text)
            self.page.press("#find", "Enter")
            self.wait_rows(n)

    def wait_rows(self, n):
        """Wait until the table of things has ``n`` rows."""
        until(self.page, "n => document.querySelectorAll('#things tbody tr').length === n", n)

    def expand(self, **wanted):
        """Open the dialog of what is selected; ``wanted`` says how many by part of the row."""
        self.page.click("#do-expand")
        self.page.wait_for_selector("dialog#expand[open] input")
        for words, n in wanted.items():
            row = self.page.locator("#expand-rows tr", has_text=words.replace("_", " "))
            row.locator("input[type=number]").fill(str(n))
        self.page.click("#expand-form button.primary")
        until(
            self.page,
            "() => !document.querySelector('dialog[open]') && !document.body.ariaBusy"
            " && document.getElementById('said').textContent.includes('brought')",
        )
        self.page.evaluate("() => new Promise(requestAnimationFrame)")
        self.page.evaluate("() => new Promise(requestAnimationFrame)")

    def rows(self, table="things"):
        return self.page.locator(f"#{table} tbody tr").count()

    def said(self):
        return self.page.inner_text("#said")

    def places(self):
        """Return where each thing stands, read off a saved view's request."""
        return self.page.evaluate(
            "() => Object.fromEntries(document.getElementById('canvas')._cyreg.cy.nodes()"
            ".map(n => [n.id(), [n.position('x'), n.position('y')]]))"
        )

    def close(self):
        self.context.close()
        assert self.wrong == []


@pytest.fixture
def visit(browser, graphed):
    found = Visit(browser, graphed)
    yield found
    found.close()


def test_from_a_handle_to_a_cash_out_and_why_on_the_way(visit):
    page = visit.page
    page.keyboard.press("/")
    page.keyboard.type("ana")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=ana")
    assert "exactly this" in page.inner_text("main")
    visit.graph("testmarket/ana")
    page.click("#do-ways")
    page.click("#ways-form button.primary")
    until(page, "() => document.getElementById('said').textContent.includes('way')")
    assert "Ways stop at" in visit.said() or "ways were found" in visit.said()
    kinds = page.locator("#things tbody td:nth-child(3)").all_inner_texts()
    assert "cash-out point (candidate)" in kinds
    row = page.locator("#joins tbody tr", has_text="names").first
    row.locator("button").click()
    page.wait_for_selector("#reasons .reason")
    reasons = page.inner_text("#reasons")
    for words in ("Rule", "Version", "Confidence", "Record", "Sources, down to the bytes"):
        assert words in reasons
    page.click("#reasons a[href^='/exhibits/']")
    page.wait_for_selector("mark#cited")


@pytest.mark.parametrize(
    ("language", "title", "why"),
    [("es", "Grafo", "¿por qué?"), ("pt", "Grafo", "por quê?"), ("fr", "Graphe", "pourquoi ?")],
)
def test_the_graph_is_walked_in_each_language(browser, graphed, language, title, why):
    visit = Visit(browser, graphed, locale=language)
    visit.graph("testmarket/ana")
    assert visit.page.get_attribute("html", "lang") == language
    assert visit.page.inner_text("h1") == title
    visit.page.click("#do-ways")
    visit.page.click("#ways-form button.primary")
    visit.page.wait_for_selector("#joins tbody tr")
    row = visit.page.locator("#joins tbody button").first
    assert row.inner_text() == why
    row.click()
    visit.page.wait_for_selector("#reasons .reason")
    visit.page.goto(visit.url + "/judge")
    assert visit.page.locator("#verdict-1").is_visible()
    visit.close()


FIGURED = """() => {
  const cy = document.getElementById('canvas')._cyreg.cy, node = cy.nodes()[0];
  const shape = { ...node.data('shape'), sat: 12345678900, name: 'many coins' };
  cy.add({ group: 'nodes', data: { id: 'coins', shape, shown: 'c', fill: '#888', look: 'ellipse' } });
  const ref = node.data('shape').ref, edge = { source: ref, target: ref, kind: 'PAID',
    tier: 'heuristic', n: 12345, first: 0, last: 0, sat: 5, rule: 'r.v1', confidence: '0.9977',
    record: 'x' };
  cy.add({ group: 'edges', classes: 'heuristic', data: { id: 'figured', source: node.id(),
    target: 'coins', shown: 'paid', width: 1.5, edge } }); }"""


@pytest.mark.parametrize(
    ("language", "amount", "count", "share", "one", "none"),
    [
        ("en", "123.45678900 BTC", "12,345", "99.77 %", "1 row,", "0 rows,"),
        ("es", "123.45678900 BTC", "12\u202f345", "99.77 %", "1 fila,", "0 filas,"),
        ("pt", "123,45678900 BTC", "12.345", "99,77 %", "1 linha,", "0 linha,"),
        ("fr", "123,45678900 BTC", "12\u202f345", "99,77 %", "1 ligne,", "0 ligne,"),
    ],
)
def test_figures_of_the_graph_are_those_of_the_servers_pages(
    browser, graphed, language, amount, count, share, one, none
):
    visit = Visit(browser, graphed, locale=language)
    visit.graph("testmarket/ana")
    assert visit.page.inner_text("#things-count").startswith(one)
    assert visit.page.inner_text("#joins-count").startswith(none)
    visit.page.evaluate(FIGURED)
    visit.wait_rows(2)
    assert amount in visit.page.inner_text("#things tbody")
    for shown in (count, share, amount[-4:]):
        assert shown in visit.page.inner_text("#joins tbody")
    visit.page.fill("#things-filter", amount[:6])
    visit.wait_rows(1)
    visit.page.click("#things tbody th button")
    visit.page.wait_for_selector("#reasons dd >> text=BTC")
    assert amount in visit.page.inner_text("#reasons")
    visit.close()


def test_an_expansion_moves_nothing_is_undone_redone_and_taken_back(visit):
    visit.graph("testmarket/ana")
    before = visit.places()
    visit.expand()
    until(visit.page, "() => document.querySelectorAll('#things tbody tr').length > 3")
    n, after = visit.rows(), visit.places()
    assert {key: after[key] for key in before} == before
    assert len({tuple(place) for place in after.values()}) == len(after), "none on another"
    assert "Nothing was moved" in visit.said()
    visit.page.keyboard.press("Control+z")
    visit.wait_rows(1)
    visit.page.keyboard.press("Control+y")
    visit.wait_rows(n)
    assert visit.places() == after
    visit.page.click("#do-hide")
    visit.page.click("#do-back")
    until(visit.page, "() => document.querySelectorAll('#things tbody tr').length < 2")
    visit.page.keyboard.press("Control+z")
    visit.page.keyboard.press("Control+z")
    visit.wait_rows(n)


STYLED = """async () => {
  const cy = document.getElementById('canvas')._cyreg.cy, styled = new Set();
  const frame = () => new Promise(requestAnimationFrame);
  await frame(); await frame();
  cy.on('style', (event) => { if (event.target !== cy) styled.add(event.target.id()); });
  cy.nodes()[0].select();
  await frame(); await frame();
  return [[...styled], cy.nodes()[0].id()]; }"""


def test_what_is_selected_is_styled_anew_and_nothing_else(visit):
    visit.graph("testmarket/ana")
    visit.expand()
    until(visit.page, "() => document.querySelectorAll('#things tbody tr').length > 3")
    visit.page.keyboard.press("Escape")
    styled, chosen = visit.page.evaluate(STYLED)
    assert styled == [chosen]


WORDS = """() => {
  const cy = document.getElementById('canvas')._cyreg.cy, edges = cy.edges().toArray();
  return [edges.length, edges.filter((edge) => edge.style('label')).length]; }"""


def test_words_stand_on_few_lines_and_on_one_of_many_that_is_selected(visit):
    visit.graph("testmarket/ana")
    visit.expand()
    until(visit.page, "() => document.querySelectorAll('#things tbody tr').length > 3")
    n_lines, n_worded = visit.page.evaluate(WORDS)
    assert n_worded == (n_lines if n_lines <= 12 else 0)
    visit.page.evaluate(MORE_LINES)
    until(visit.page, "() => document.querySelectorAll('#joins tbody tr').length > 20")
    visit.page.evaluate("() => new Promise(requestAnimationFrame)")
    assert visit.page.evaluate(WORDS)[1] == 0
    visit.page.evaluate("document.getElementById('canvas')._cyreg.cy.edges()[0].select()")
    assert visit.page.evaluate(WORDS)[1] == 1


MORE_LINES = """() => {
  const cy = document.getElementById('canvas')._cyreg.cy;
  const [a, b] = [cy.nodes()[0], cy.nodes()[1]], ref = (node) => node.data('shape').ref;
  cy.add([...Array(25).keys()].map((n) => ({ group: 'edges', classes: 'structural', data: {
    id: 'more' + n, source: a.id(), target: b.id(), shown: 'paid', width: 1.5,
    edge: { source: ref(a), target: ref(b), kind: 'PAID', tier: 'structural', n: 1, first: null,
            last: null, sat: 0, rule: 'r.v1', confidence: '1', record: 'x' } } }))); }"""


def test_money_flows_from_left_to_right(visit):
    visit.graph("bcrt1qvendor0000000000000000000000000000start")
    visit.expand()
    until(visit.page, "() => document.querySelectorAll('#things tbody tr').length > 1")
    places = visit.places()
    start = places.pop("Address:bcrt1qvendor0000000000000000000000000000start")
    hop = places["Address:bcrt1qhop00000000000000000000000000000000000a"]
    assert hop[0] > start[0]


def test_above_a_hundred_one_is_asked_above_three_hundred_a_group_stands_for_them(
    visit, monkeypatch
):
    page = visit.page

    def counts(route):
        route.fulfill(json={"counts": [
            {"direction": "in", "kind": "LISTED_ON", "label": "Listing", "n": 5000},
        ]})  # fmt: skip

    page.route("**/graph/counts", counts)
    visit.graph("Market:testmarket")
    page.click("#do-expand")
    number = page.locator("#expand-rows input[type=number]")
    assert number.get_attribute("max") == "300"
    number.fill("150")
    page.click("#expand-form button.primary")
    assert "150 things at once" in page.inner_text("#expand-sure")
    assert visit.rows() == 1
    page.check("#expand-rows input[type=checkbox]")
    page.click("#expand-form button.primary")
    visit.wait_rows(2)
    assert "5,000 × listing" in page.inner_text("#things tbody")
    page.locator("#things tbody tr", has_text="5,000").locator("button", has_text="Expand").click()
    page.locator("#expand-rows input[type=number]").fill("10")
    page.click("#expand-form button.primary")
    visit.wait_rows(12)


def test_hide_only_this_pin_group_colour_and_note(visit):
    page = visit.page
    visit.graph("testmarket/ana")
    visit.expand()
    until(page, "() => document.querySelectorAll('#things tbody tr').length > 3")
    n = visit.rows()
    page.locator("#things tbody tr").nth(0).locator("input").check()
    page.keyboard.press("Escape")
    until(page, "() => !document.querySelector('#things tbody input:checked')")
    page.locator("#things tbody tr").nth(0).locator("input").check()
    page.locator("#things tbody tr").nth(1).locator("input").check()
    page.keyboard.press("g")
    assert visit.rows() == n
    page.keyboard.press("a")
    page.fill("#note-text", '<img src=x onerror="alert(1)"> met twice')
    page.click("#note-form button.primary")
    page.wait_for_selector("#things tbody >> text=met twice")
    page.select_option("#do-colour", "red")
    page.click("#do-pin")
    held = page.evaluate("document.getElementById('canvas')._cyreg.cy.nodes(':locked').length")
    assert held == 2
    page.keyboard.press("Shift+H")
    visit.wait_rows(2)
    page.keyboard.press("h")
    visit.wait_rows(0)
    page.click("#do-all")
    visit.wait_rows(n)


def test_the_brush_filters_canvas_and_tables(visit):
    page = visit.page
    visit.graph("bcrt1qvendor0000000000000000000000000000start")
    visit.expand()
    page.wait_for_selector("#brush:not([hidden])")
    things, joins = visit.rows(), visit.rows("joins")
    page.locator("#brush-to").focus()
    page.keyboard.press("Home")
    until(page, "n => document.querySelectorAll('#joins tbody tr').length < n", joins)
    assert "UTC" in page.inner_text("#brush-span")
    page.click("#brush-all")
    until(page, "n => document.querySelectorAll('#joins tbody tr').length === n", joins)
    assert visit.rows() == things


def test_the_table_sorts_filters_and_does_what_the_canvas_does(visit):
    page = visit.page
    visit.graph("testmarket/ana")
    visit.expand()
    until(page, "() => document.querySelectorAll('#things tbody tr').length > 3")
    names = page.locator("#things tbody th").all_inner_texts()
    assert names == sorted(names, key=str.lower) or len(set(names)) > 2
    page.click("#things thead th:nth-child(2) button")
    page.click("#things thead th:nth-child(2) button")
    assert page.get_attribute("#things thead th:nth-child(2)", "aria-sort") in (
        "descending", "ascending",
    )  # fmt: skip
    page.fill("#things-filter", "market")
    assert 0 < visit.rows() < len(names)
    page.fill("#things-filter", "")
    row = page.locator("#things tbody tr").first
    row.locator("button", has_text="Hide").click()
    visit.wait_rows(len(names) - 1)


def test_a_saved_view_comes_back_as_it_was_and_a_conflict_is_told(browser, changing):
    visit = Visit(browser, changing)
    page = visit.page
    visit.graph("testmarket/ana")
    visit.expand()
    until(page, "() => document.querySelectorAll('#things tbody tr').length > 3")
    places, n = visit.places(), visit.rows()
    page.click("#do-views")
    page.fill("#views-name", "Harbour <b>1</b>")
    page.check("#views-shared")
    page.click("#views-form button.primary")
    page.wait_for_selector("#views-rows tr")
    other = Visit(browser, changing, "pia.prosecutor")
    other.graph()
    other.page.click("#do-views")
    other.page.click("#views-rows button >> nth=0")
    other.wait_rows(n)
    found = other.places()
    assert {key: found[key] for key in places} == {
        key: [round(x), round(y)] for key, (x, y) in places.items()
    }
    other.page.click("#do-views")
    other.page.click("#views-over")
    until(other.page, "() => document.getElementById('said').textContent.includes('saved')")
    page.click("#views-over")
    until(page, "() => document.querySelector('#views .refused').textContent.length > 5")
    assert "E-CON-023" in page.inner_text("#views .refused")
    visit.wrong = [one for one in visit.wrong if "404" not in one and "400" not in one]
    other.close()
    visit.close()


def test_an_export_asks_for_the_password_and_then_downloads(browser, changing):
    visit = Visit(browser, changing)
    page = visit.page
    visit.graph("testmarket/ana")
    page.click("#do-export")
    page.select_option("#export-format", "svg")
    page.click("#export-form button.primary")
    page.wait_for_selector("#export .refused a")
    with visit.context.expect_page() as opened:
        page.click("#export .refused a")
    second = opened.value
    second.fill("input[type=password]", PASSWORD)
    second.click("main button.primary")
    second.wait_for_load_state()
    second.close()
    with page.expect_download() as download:
        page.click("#export-form button.primary")
    assert download.value.suggested_filename == "graph.svg"
    assert "Harbour" in Path(download.value.path()).read_text("utf-8")
    visit.wrong = [one for one in visit.wrong if "403" not in one]
    visit.close()


def test_a_session_that_ends_on_the_canvas_loses_nothing(browser, changing):
    visit = Visit(browser, changing)
    page = visit.page
    visit.graph("testmarket/ana")
    visit.context.clear_cookies()
    page.fill("#find", "othermarket/ana2")
    page.press("#find", "Enter")
    until(page, "() => document.getElementById('said').textContent.includes('ended')")
    assert visit.rows() == 1
    page.route("**/graph/find", lambda route: route.abort())
    page.press("#find", "Enter")
    until(page, "() => document.getElementById('said').textContent.includes('not answer')")
    assert visit.rows() == 1
    visit.wrong = []
    visit.close()


def test_hostile_names_are_text_on_canvas_and_table(visit):
    visit.graph("testmarket/../../66")
    visit.expand()
    until(visit.page, "() => document.querySelectorAll('#things tbody tr').length > 1")
    page = visit.page
    assert page.title().endswith("Vestigo")
    assert page.evaluate("typeof window.owned") == "undefined"
    assert page.evaluate("document.querySelectorAll('img[onerror], svg[onload]').length") == 0
    assert not set(page.inner_text("main")) & set("\u202e\x1b")
    assert "<script>" in page.inner_text("#things")


def test_no_key_acts_in_a_field_and_the_sheet_of_keys_opens(visit):
    page = visit.page
    visit.graph("testmarket/ana")
    page.focus("#find")
    page.keyboard.type("hHepgaf?/")
    assert page.input_value("#find") == "hHepgaf?/"
    assert visit.rows() == 1
    page.locator("#find").blur()
    page.keyboard.press("?")
    assert page.locator("dialog#keys[open]").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog#keys[open]").is_visible()


def test_the_queue_is_worked_by_keys_and_one_takes_the_last_back(browser, changing):
    visit = Visit(browser, changing)
    page = visit.page
    page.goto(visit.url + "/judge")
    first = page.inner_text("#chosen")
    page.focus("#note")
    page.keyboard.type("1 and 2")
    assert page.input_value("#note") == "1 and 2"
    page.locator("#note").blur()
    page.keyboard.press("1")
    page.wait_for_selector("#undo-last")
    assert page.inner_text("#chosen") != first
    assert "one party" in page.inner_text("main")
    page.keyboard.press("u")
    until(page, "() => document.getElementById('undo-last') === null")
    assert page.inner_text("#chosen") == first
    visit.close()


def pages_of(ids):
    return ("/", "/search", "/search?q=ana", "/listings", f"/listings/{ids['listing1']}", "/vendors",
            "/vendor?market=testmarket&handle=ana", "/cash-outs", f"/cash-outs/{ids['cash_out']}",
            "/address?value=bcrt1qvendor0000000000000000000000000000start",
            f"/transactions/{ids['txid']}", f"/why/{ids['selector']}", "/exhibits",
            f"/exhibits/{ids['capture1']}", "/custody", "/judge", "/graph", "/no-such-page")  # fmt: skip


def found_by_axe(page, asked=None):
    page.evaluate(AXE.read_text("utf-8"))
    asked = asked or {"runOnly": {"type": "tag", "values": AXE_RULES}}
    answer = page.evaluate("asked => axe.run(document, asked)", asked)
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in answer["violations"]
        for node in one["nodes"][:3]
    ]


def test_axe_finds_nothing_on_any_page_and_no_pale_text_in_the_dark(browser, graphed):
    visit = Visit(browser, graphed)
    faults = {}
    for path in pages_of(graphed.case.ids):
        visit.page.goto(visit.url + path)
        if path == "/graph":
            visit.graph("testmarket/ana")
            visit.expand()
            until(visit.page, "() => document.querySelectorAll('#things tbody tr').length > 3")
            visit.page.click("#joins tbody tr:first-child button")
            visit.page.wait_for_selector("#reasons .reason")
        faults[path] = found_by_axe(visit.page)
        visit.page.emulate_media(color_scheme="dark")
        faults[f"dark {path}"] = found_by_axe(visit.page, CONTRAST)
        visit.page.emulate_media(color_scheme="light")
    visit.wrong = [one for one in visit.wrong if "404" not in one]
    visit.close()
    assert {path: found for path, found in faults.items() if found} == {}


def test_axe_finds_nothing_in_print_on_dialogs_and_before_the_sign_in(browser, graphed):
    visit = Visit(browser, graphed)
    faults = {}
    for path in pages_of(graphed.case.ids)[3:9]:
        visit.page.goto(visit.url + path)
        visit.page.emulate_media(media="print")
        faults[f"print {path}"] = found_by_axe(visit.page, CONTRAST)
        visit.page.emulate_media(media="screen")
    visit.graph("testmarket/ana")
    for name in ("expand", "ways", "views", "export"):
        visit.page.click(f"#do-{name}")
        visit.page.wait_for_selector(f"dialog#{name}[open]")
        faults[name] = found_by_axe(visit.page)
        visit.page.click(f"dialog#{name} .close")
    visit.page.click(".me button")
    faults["sign-in"] = found_by_axe(visit.page)
    visit.close()
    assert {path: found for path, found in faults.items() if found} == {}


def test_every_page_fits_a_small_laptop_at_twice_the_size(browser, graphed):
    visit = Visit(browser, graphed)
    visit.page.set_viewport_size({"width": SIZE["width"] // 2, "height": SIZE["height"] // 2})
    wide = {}
    for path in pages_of(graphed.case.ids):
        visit.page.goto(visit.url + path)
        n = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if n > 0:
            wide[path] = n
    visit.wrong = [one for one in visit.wrong if "404" not in one]
    visit.close()
    assert wide == {}


def folded(page):
    """Return how many things are folded away, and how many stand for others."""
    return page.evaluate(
        "() => { const cy = document.getElementById('canvas')._cyreg.cy;"
        " return [cy.nodes('.folded').length, cy.nodes().filter(n => n.data('inside')).length]; }"
    )


def test_what_is_selected_folds_into_one_and_opens_again(visit):
    page = visit.page
    visit.graph("testmarket/ana")
    visit.expand()
    until(page, "() => document.querySelectorAll('#things tbody tr').length > 4")
    n, before = visit.rows(), visit.places()
    for row in (1, 2, 3):
        page.locator("#things tbody tr").nth(row).locator("input").check()
    page.keyboard.press("c")
    visit.wait_rows(n - 2)
    assert folded(page) == [3, 1]
    assert "Group of 3" in page.inner_text("#things tbody")
    lines = page.locator("#joins tbody tr", has_text="Group of 3").count()
    assert lines >= 1, "its lines lead where theirs led"
    page.keyboard.press("c")
    visit.wait_rows(n)
    assert folded(page) == [0, 0]
    assert visit.places() == before, "everything is where it was"
    page.keyboard.press("Control+z")
    visit.wait_rows(n - 2)
    row = page.locator("#things tbody tr", has_text="Group of 3")
    row.locator("button", has_text="Expand").click()
    visit.wait_rows(n)
    assert visit.places() == before


def test_the_canvas_is_walked_with_the_arrow_keys_alone(visit):
    page = visit.page
    visit.graph("bcrt1qvendor0000000000000000000000000000start")
    visit.expand()
    until(page, "() => document.querySelectorAll('#things tbody tr').length > 1")
    chosen = "document.getElementById('canvas')._cyreg.cy.nodes(':selected').map(n => n.id())"
    start = "Address:bcrt1qvendor0000000000000000000000000000start"
    page.focus("#canvas")
    page.keyboard.press("Escape")
    page.locator("#things tbody tr", has_text="start").first.locator("input").check()
    page.focus("#canvas")
    page.keyboard.press("ArrowRight")
    [right] = page.evaluate(chosen)
    assert right != start
    assert visit.said() in right
    places = visit.places()
    assert places[right][0] > places[start][0]
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(chosen) == [start]
    page.keyboard.press("Shift+ArrowRight")
    assert set(page.evaluate(chosen)) == {start, right}
    page.keyboard.press("?")
    assert "on that side" in page.inner_text("#keys")
    page.keyboard.press("Escape")
    page.focus("#canvas")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog#expand[open]")


LONG_TABLE = """() => {
  const cy = document.getElementById('canvas')._cyreg.cy;
  const ref = (n) => ['Address', 'a' + n];
  const nodes = [...Array(300).keys()].map((n) => ({ group: 'nodes', data: { id: 'Address:a' + n,
    shape: { ref: ref(n), name: 'a' + String(n).padStart(3, '0'), short: 'a' + n, standing: '',
             sat: 0, at: null, url: '', fields: {} }, shown: 'a' + n, fill: '#777777',
    look: 'ellipse' }, position: { x: n * 10, y: 0 } }));
  cy.add(nodes); }"""

JUMP = """() => new Promise((done) => {
  const place = document.querySelector('#things').closest('.sheet');
  const told = () => done(document.querySelectorAll('#things tbody tr[data-id]').length);
  place.addEventListener('scroll', told, { once: true });
  place.scrollTop = (place.scrollHeight - place.clientHeight) / 2; })"""


def test_a_long_table_has_only_the_rows_that_can_be_seen_and_all_of_them_in_turn(visit):
    page = visit.page
    visit.graph("testmarket/ana")
    page.evaluate(LONG_TABLE)
    until(page, "() => document.querySelector('#things').getAttribute('aria-rowcount') === '302'")
    drawn = "#things tbody tr[data-id]"
    assert page.locator(drawn).count() < 150
    page.focus(f"{drawn}:nth-of-type(3) button")
    for share in (0.25, 0.5, 1):
        page.evaluate(
            "s => { const p = document.querySelector('#things').closest('.sheet');"
            " p.scrollTop = s * (p.scrollHeight - p.clientHeight); }", share)  # fmt: skip
        page.wait_for_timeout(100)
    last = page.locator(drawn).last
    assert last.get_attribute("aria-rowindex") == "302"
    indexes = page.evaluate(
        f"[...document.querySelectorAll('{drawn}')].map(r => Number(r.ariaRowIndex ||"
        " r.getAttribute('aria-rowindex')))"
    )
    assert indexes == sorted(indexes), "in their order"
    assert page.evaluate("document.activeElement.closest('tr') !== null"), "the focus stays"
    jumped = page.evaluate(JUMP)
    assert jumped < 40, "few rows are made while the table moves"
    until(page, f"() => document.querySelectorAll('{drawn}').length > 60")  # when it rests
    page.fill("#things-filter", "a29")
    until(page, "() => document.querySelectorAll('#things tbody tr').length === 10")


def test_a_long_table_is_printed_whole_and_long_again_afterwards(visit, tmp_path):
    import pypdf

    page = visit.page
    visit.graph("testmarket/ana")
    page.evaluate(LONG_TABLE)
    until(page, "() => document.querySelector('#things').getAttribute('aria-rowcount') === '302'")
    paper = tmp_path / "graph.pdf"
    page.pdf(path=paper, format="A4")
    printed = "".join(one.extract_text() for one in pypdf.PdfReader(paper).pages)
    for n in (0, 150, 299):
        assert f"a{n}" in printed
    until(page, "() => document.querySelector('#things').classList.contains('long')")
    assert page.locator("#things tbody tr[data-id]").count() < 150
