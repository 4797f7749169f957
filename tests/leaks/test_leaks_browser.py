# SPDX-License-Identifier: AGPL-3.0-or-later
"""A hostile page drawn live, scripts on, in an empty network: nothing passes beside the gate.

The same page in a browser without the gate is the negative control: it trips the watch.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.browser.launching import namespaces_work
from vestigo.pipeline.session import open_session
from vestigo.records import DATA_CLASSES, Authorization, Capture, Screenshot
from vestigo.store import CaseFolder
from vestigo.training.site.onion_names import onion_key

PROFILE = Path(__file__).parent.parent / "crawler" / "market.toml"
ONION = onion_key(2, "leaks", "browser").host
SCRIPT = """
const tries = [
  () => { const c = new RTCPeerConnection({iceServers: [{urls: 'stun:198.51.100.7:3478'},
          {urls: 'stun:stun.example:3478'}, {urls: 'turn:turn.example:3478?transport=tcp', username: 'u', credential: 'c'}]});
          c.createDataChannel('x'); c.createOffer().then((o) => c.setLocalDescription(o)); },
  () => fetch('http://fetch.example/'), () => fetch('http://127.0.0.1:8099/fetch', {mode: 'no-cors'}),
  () => navigator.sendBeacon('http://beacon.example/', 'x'),
  () => new WebSocket('ws://socket.example/'), () => new WebSocket('ws://127.0.0.1:8099/socket'),
  () => new EventSource('http://events.example/'), () => navigator.serviceWorker.register('/worker.js'),
  () => window.open('http://popup.example/'), () => window.open('chrome://version'),
  () => { new Image().src = 'http://image.example/'; },
  () => { const l = document.createElement('link'); l.rel = 'preconnect'; l.href = 'http://pre.example'; document.head.append(l); },
  () => { const f = document.createElement('form'); f.method = 'post'; f.action = 'http://form.example/'; document.body.append(f); f.submit(); },
  () => { window.onbeforeunload = () => 'stay'; alert('a'); confirm('b'); prompt('c'); print(); },
  () => { location.href = 'http://away.example/'; },
];
for (const one of tries) { try { const p = one(); if (p && p.catch) p.catch(() => 0); } catch (e) {} }
"""
PAGE = f"""<!doctype html><html><head>
<link rel=dns-prefetch href="//dns.example"><link rel=preconnect href="http://connect.example">
<link rel=prefetch href="http://fetched.example/"><link rel=prerender href="http://render.example/">
<link rel=stylesheet href="/style.css"><link rel=icon href="http://icon.example/i.ico">
<link rel=manifest href="http://manifest.example/m.json">
<style>@import url(http://import.example/x.css); @font-face {{ font-family: f; src: url(http://font.example/f.woff2); }}
body {{ font-family: f; background: url(http://127.0.0.1:8099/background.png); }}</style>
<script type="speculationrules">{{"prefetch": [{{"source": "list", "urls": ["http://rules.example/"]}}]}}</script>
</head><body><h1 class=listing>One</h1><p class=price>1.5 BTC</p>
<img src="http://127.0.0.1:8099/loopback.gif"><img src="http://[::1]:8099/six.gif">
<img src="http://pixel.example/p.gif"><img src="//198.51.100.7/p.gif"><img src="/own.png">
<iframe src="http://frame.example/"></iframe><iframe src="file:///etc/passwd"></iframe>
<iframe src="chrome://version"></iframe><object data="http://object.example/"></object>
<video src="http://video.example/v.mp4" autoplay></video><a href=x ping="http://ping.example/">x</a>
<img src="/to-clearnet.png"><script>{SCRIPT}</script></body></html>"""

pytestmark = pytest.mark.browser


def market(request):
    """Answer as a market that wants to see who comes."""
    path = request.split(b" ")[1].decode("latin-1")
    head = [
        f"Set-Cookie: a=1; Domain=.{ONION}", "Set-Cookie: c=3; Domain=.clearnet.example",
        'Alt-Svc: h3="alt.example:443"', "Link: <http://linked.example/x.css>; rel=preload; as=style",
        "Refresh: 1; url=http://refreshed.example/", 'Report-To: {"endpoints":[{"url":"https://report.example/"}]}',
    ]  # fmt: skip
    status, kind, body = "200 OK", "text/html; charset=utf-8", PAGE.encode()
    if path == "/style.css":
        kind, body = "text/css", b"h1 { color: #c00; background: url(http://css.example/i.png) }"
    elif path == "/to-clearnet.png":
        status, body = "302 Found", b""
        head.append("Location: http://redirected.example/p.png")
    elif path != "/p/1":
        status, kind, body = "404 Not Found", "text/plain", b"gone"
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *head, f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@pytest.fixture
def case(tmp_path):
    """Make a case that may draw the onion live with scripts and pictures: ``case(isolation)``."""

    def make(isolation):
        folder = CaseFolder.create(tmp_path / "case", title="leaks", unit="u")
        text = folder.toml.read_text("utf-8")
        folder.toml.write_text(
            text + '\n[settings.crawl]\nproxy = "socks5://127.0.0.1:9050"\ndeadline_seconds = 20\n'
            f'[settings.picture]\nisolation = "{isolation}"\ndeadline_seconds = 100\n', "utf-8",
        )  # fmt: skip
        now = datetime.now(UTC)
        order = Authorization(
            issuing_body="court", reference="1/26", legal_basis="-", authorization_kind="training",
            order_sha256="", persons=("p",), hosts=(ONION,), accounts=(),
            acts=("view", "screenshot", "run_scripts", "fetch_image"), data_classes=DATA_CLASSES,
            starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), amends=None,
        )  # fmt: skip
        with open_session(folder.path) as session:
            session.ledger.append([order])
        return folder

    return make


@pytest.mark.parametrize("isolation", ["auto", "gate"])
def test_a_live_picture_goes_nowhere_but_to_the_proxy(
    isolated, fake_tor, case, chromium, tmp_path, isolation
):
    folder, tor = case(isolation), fake_tor({ONION: market})
    words = [
        sys.executable, "-m", "vestigo", "crawl", "picture", str(folder.path),
        "--live", f"http://{ONION}/p/1", "--profile", str(PROFILE), "--scripts", "--json",
    ]  # fmt: skip
    env = {"HOME": str(tmp_path), "VESTIGO_CHROMIUM": chromium, "VESTIGO_LANG": "en"}
    seen = isolated(words, tor.path, env=env, seconds=200)
    # its script leads away at once: then there is no picture, never one of the browser's own page
    drawn = seen.code == 0
    assert drawn or "E-CRA-049" in seen.stderr or "E-CRA-044" in seen.stderr, seen.stderr
    ports = {packet.split()[2] for packet in seen.loopback}
    assert (seen.names, seen.outside, seen.requests) == ([], [], [])
    # without a namespace of its own the browser reaches the gate by one port of loopback
    shut_in = isolation == "auto" and namespaces_work()  # never in a chroot
    assert len(ports) == (not shut_in), seen.loopback
    assert set(tor.asked) == {(ONION, 80)}
    assert len(set(tor.users)) == 1
    assert tor.users[0] != b""
    wanted = {request.split(b" ")[1] for _host, request in tor.requests}
    assert {b"/p/1", b"/style.css", b"/own.png", b"/to-clearnet.png"} <= wanted
    with open_session(folder.path, write=False) as session:
        refused = {
            e.details.get("host", "") for e in session.custody.events() if e.action == "fail"
        }
        archived = [one.uri for one in session.ledger.of_kind(Capture)]
        pictures = list(session.ledger.of_kind(Screenshot))
    assert {
        "pixel.example:80",
        "198.51.100.7:80",
        "127.0.0.1:8099",
        "redirected.example:80",
    } <= refused
    assert len(archived) == len(tor.requests)
    assert len(pictures) == drawn
    for made, shown in zip(json.loads(seen.stdout)["made"] if drawn else [], pictures, strict=True):
        assert made["sha256"] == shown.sha256
        assert shown.scripts
        assert shown.sources


def test_a_browser_without_the_gate_trips_the_watch(isolated, fake_tor, chromium, tmp_path):
    words = [sys.executable, str(Path(__file__).parent / "plain_browser.py"), chromium]
    env = {"HOME": str(tmp_path)}
    seen = isolated(words, fake_tor({}).path, env=env, given=PAGE)
    assert "pixel.example" in seen.names
    assert any("198.51.100.7" in packet for packet in seen.outside)
    assert any("/loopback.gif" in line for line in seen.requests)
