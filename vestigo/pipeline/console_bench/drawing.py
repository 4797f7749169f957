# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a headless Chromium takes: an expansion drawn, a long table scrolled, a canvas dragged.

Times are taken inside the page, from frame to frame.  The long table and the full canvas
are filled in the page itself: they measure drawing, not the server.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from crawler.browser.launching import find_chromium, find_playwright
from vestigo.pipeline.console_bench import money
from vestigo.pipeline.console_bench.making import ACCOUNT, PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync")  # fmt: skip
SIZE = {"width": 1366, "height": 768}
EXPANDED = 25
STEPS = 60
_FRAMES = "const frame = () => new Promise((done) => requestAnimationFrame(done));"
_EXPAND = f"""async () => {{ {_FRAMES}
  const rows = () => document.querySelectorAll('#things tbody tr[data-id]').length;
  const before = rows(), begin = performance.now();
  document.querySelector('#expand-form button.primary').click();
  while (rows() < before + {EXPANDED}) {{
    if (performance.now() - begin > 60000) return -1;
    await frame();
  }}
  await frame(); await frame();
  return performance.now() - begin; }}"""
_FILL = """([nodes, edges]) => {
  const cy = document.getElementById('canvas')._cyreg.cy;
  cy.elements().remove();
  const ref = (n) => ['Address', 'bench' + n], id = (n) => 'Address:bench' + n;
  const found = [];
  for (let n = 0; n < nodes; n++) found.push({ group: 'nodes', data: { id: id(n),
    shape: { ref: ref(n), name: 'bench' + n, short: 'bench' + n, standing: '', sat: n, at: null,
             url: '', fields: {} }, shown: 'AD bench' + n, fill: '#77aadd', look: 'ellipse' },
    position: { x: (n % 40) * 130, y: Math.floor(n / 40) * 62 } });
  for (let n = 0; n < edges; n++) { const a = n % nodes, b = (n * 7 + 1) % nodes;
    found.push({ group: 'edges', classes: 'structural', data: { id: 'bench edge ' + n,
      source: id(a), target: id(b), shown: 'paid', width: 1.5, edge: { source: ref(a),
      target: ref(b), kind: 'PAID', tier: 'structural', n: 1, first: 1e12 + n * 1e6,
      last: 1e12 + n * 1e6, sat: n, rule: 'bench.v1', confidence: '1.0000', record: 'x' } } }); }
  cy.batch(() => cy.add(found));
  cy.fit(undefined, 40); }"""
_CALM = f"""async () => {{ {_FRAMES}
  const begin = performance.now();
  for (let calm = 0, last = begin; calm < 30 && performance.now() - begin < 120000;) {{
    await frame();
    const now = performance.now();
    calm = now - last < 100 ? calm + 1 : 0;
    last = now;
  }} }}"""
_SCROLL = f"""async (steps) => {{ {_FRAMES}
  const place = document.querySelector('#joins').closest('.sheet');
  let longest = 0, last = performance.now();
  for (let n = 1; n <= steps; n++) {{
    place.scrollTop = (place.scrollHeight - place.clientHeight) * n / steps;
    await frame();
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }}
  return [longest, place.scrollHeight]; }}"""
_DRAG = f"""async (steps) => {{ {_FRAMES}
  const canvas = document.getElementById('canvas'), cy = canvas._cyreg.cy;
  const box = canvas.getBoundingClientRect(), node = cy.nodes()[0];
  cy.zoom(0.5); cy.center(node); await frame();
  const at = node.renderedPosition(), from = [box.left + at.x, box.top + at.y];
  let drawn = 0;
  cy.on('render', () => {{ drawn += 1; }});
  const tell = (name, x, y, target) => target.dispatchEvent(new MouseEvent(name, {{ clientX: x,
    clientY: y, bubbles: true, button: 0, buttons: 1, view: window }}));
  tell('mousedown', from[0], from[1], canvas.querySelector('canvas'));
  const begin = performance.now();
  for (let n = 1; n <= steps; n++) {{
    tell('mousemove', from[0] + n * 3, from[1] + n, window);
    await frame();
  }}
  const seconds = (performance.now() - begin) / 1000;
  tell('mouseup', from[0] + steps * 3, from[1] + steps, window);
  return [drawn / seconds, node.renderedPosition().x - at.x]; }}"""


def drawn(url: str, n_expansions: int, n_rows: int, n_elements: int) -> dict[str, float]:
    """Return the figures of the browser; raises E-CRA-040 or 041 where there is none."""
    with _page(url) as page:
        expanded = sorted(_expanded(page, url) for _n in range(n_expansions))
        nodes = min(1_500, max(10, n_rows // 7))
        page.evaluate(_FILL, [nodes, n_rows])
        page.evaluate(_CALM)
        at_first, height = page.evaluate(_SCROLL, STEPS)
        _collect(page)
        page.evaluate(_CALM)
        longest, height = page.evaluate(_SCROLL, STEPS)
        page.evaluate(_FILL, [n_elements * 2 // 5, n_elements * 3 // 5])
        page.evaluate(_CALM)
        frames, moved = page.evaluate(_DRAG, STEPS)
    if moved <= 0:
        raise RuntimeError("the node was not dragged")
    return {"expand_drawn_ms": expanded[-1], "table_longest_pause_ms": longest,
            "table_pause_while_collecting_ms": at_first,
            "table_height_px": height, "canvas_frames_per_s": frames}  # fmt: skip


def _collect(page: Page) -> None:
    """Let the browser collect what filling left: its threads would take the page's processors."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.detach()


def _expanded(page: Page, url: str) -> float:
    """Return ms from the click on “Expand” until 25 more things are drawn."""
    page.goto(f"{url}/graph")
    page.wait_for_selector("body[data-ready]")
    page.fill("#find", f"Address:{money.BUSY}")
    page.press("#find", "Enter")
    page.wait_for_selector("#things tbody tr[data-id]")
    page.click("#do-expand")
    page.wait_for_selector("#expand-rows input[type=number]")
    inputs = page.locator("#expand-rows input[type=number]")
    for n in range(inputs.count()):
        inputs.nth(n).fill("0")
    page.locator("#expand-rows tr", has_text="←").locator("input[type=number]").first.fill(
        str(EXPANDED)
    )
    taken: float = page.evaluate(_EXPAND)
    if taken < 0:
        raise RuntimeError("the expansion did not come")
    return taken


@contextmanager
def _page(url: str) -> Iterator[Page]:
    with find_playwright()() as playwright:
        path = str(find_chromium(""))
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page: Any = browser.new_page(viewport=SIZE, locale="en")  # type: ignore[arg-type]
        page.set_default_timeout(120_000)
        page.goto(f"{url}/sign-in")
        page.fill("#name", ACCOUNT)
        page.fill("#password", PASSWORD)
        page.click("main button.primary")
        page.wait_for_selector("header nav")
        yield page
        browser.close()
