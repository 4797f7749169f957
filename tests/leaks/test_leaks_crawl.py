# SPDX-License-Identifier: AGPL-3.0-or-later
"""A hostile market, crawled in an empty network: nothing goes anywhere but to the proxy.

Plain Scrapy on the same market is the negative control: it trips the watch.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vestigo.pipeline.session import open_session
from vestigo.records import ACTS, DATA_CLASSES, Authorization
from vestigo.store import CaseFolder
from vestigo.training.site.onion_names import onion_key

HERE = Path(__file__).parent
PROFILE = HERE.parent / "crawler" / "market.toml"
ONION = onion_key(1, "leaks", "market").host
CLEARNET = ("clearnet.example", "tracker.example", "198.51.100.7", "127.0.0.1:8099", "[::1]:8099")

PAGE = f"""<!doctype html><html><head>
<meta http-equiv="refresh" content="0; url=http://refresh.example/">
<base target=_blank><link rel=dns-prefetch href="//prefetch.example">
<link rel=stylesheet href="https://cdn.example/x.css"><link rel=icon href="http://icon.example/i.ico">
<link rel=canonical href="http://clearnet.example/">
<script src="https://script.example/x.js"></script></head><body>
<img src="http://127.0.0.1:8099/loopback.gif"><img src="http://[::1]:8099/six.gif">
<img src="http://tracker.example/pixel.gif" srcset="https://tracker.example/2x.gif 2x">
<iframe src="http://frame.example/"></iframe><video src="http://video.example/v.mp4"></video>
<form action="http://form.example/" id=x><input name=q></form>
<ul class=category><li><a href="/p/1">one</a><li><a href="/p/2">two</a><li><a href="/p/3">three</a>
<li><a href="/p/4">four</a><li><a href="http://clearnet.example/p/9">out</a>
<li><a href="http://127.0.0.1:8099/p/8">in</a><li><a href="//{ONION}:8080/p/7">port</a>
<li><a href="http://user:pass@clearnet.example/p/6">named</a></ul></body></html>"""
LISTING = "<!doctype html><html><h1 class=listing>one</h1><p class=price>1.5 BTC</p></html>"


def response(body, *head, status="200 OK"):
    content = body.encode()
    lines = [
        f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8",
        # the public-suffix list is needed to judge these: plain Scrapy fetches it
        f"Set-Cookie: a=1; Domain=.{ONION}", "Set-Cookie: b=2; Domain=evil.co.uk",
        "Set-Cookie: c=3; Domain=.clearnet.example; Path=/",
        'Alt-Svc: h2="alt.example:443"', "Refresh: 0; url=http://header.example/",
        "Link: <http://preload.example/>; rel=preload", "Onion-Location: http://other.example/",
        "Report-To: http://report.example/", *head, f"Content-Length: {len(content)}",
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


ANSWERS = {
    "/": response(PAGE),
    "/p/1": response(LISTING),
    "/p/2": response("", "Location: http://clearnet.example/p/2", status="302 Found"),
    "/p/3": response("", "Location: http://127.0.0.1:8099/p/3", status="301 Moved"),
    "/p/4": response("", "Location: //tracker.example/p/4", status="307 Go"),
}


def market(request):
    """Answer as a market that wants to see who comes."""
    return ANSWERS.get(request.split(b" ")[1].decode("latin-1"), response("", status="404 No"))


@pytest.fixture
def quiet(tmp_path):
    """An environment without anything that others left in a cache, and with a trap in it."""
    trap = "http://198.51.100.9:3128"
    return {
        "TLDEXTRACT_CACHE": str(tmp_path / "suffixes"), "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"), "HTTP_PROXY": trap, "ALL_PROXY": trap,
        "http_proxy": trap, "VESTIGO_LANG": "en",
    }  # fmt: skip


@pytest.fixture
def case(tmp_path):
    """A case whose order would allow all that the page asks for: only the software forbids it."""
    now = datetime.now(UTC)
    folder = CaseFolder.create(tmp_path / "case", title="leaks", unit="u")
    text = folder.toml.read_text("utf-8")
    folder.toml.write_text(
        text + '\n[settings.crawl]\nproxy = "socks5://127.0.0.1:9050"\nretry_seconds = 0\n', "utf-8"
    )
    order = Authorization(
        issuing_body="court", reference="1/26", legal_basis="-", authorization_kind="training",
        order_sha256="", persons=("p",), hosts=(ONION, *CLEARNET), accounts=("avatar",),
        acts=ACTS, data_classes=DATA_CLASSES, starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1), amends=None,
    )  # fmt: skip
    with open_session(folder.path) as session:
        session.ledger.append([order])
    return folder


def crawl_words(case):
    return [
        sys.executable, "-m", "vestigo", "crawl", "run", str(case.path), "--profile", str(PROFILE),
        "--start", f"http://{ONION}/", "--account", "avatar", "--json",
    ]  # fmt: skip


def test_a_crawl_goes_nowhere_but_to_the_proxy(isolated, fake_tor, case, quiet):
    tor = fake_tor({ONION: market})
    seen = isolated(crawl_words(case), tor.path, env=quiet)
    assert seen.leaks == []
    assert seen.code in (0, 4), seen.stderr
    report = json.loads(seen.stdout)
    assert set(tor.asked) == {(ONION, 80)}
    assert {request.split(b" ")[1] for _host, request in tor.requests} == {
        b"/", b"/p/1", b"/p/2", b"/p/3", b"/p/4"
    }  # fmt: skip
    assert report["fetched"] == 5
    cookies = [request for _host, request in tor.requests if b"\r\nCookie: " in request]
    assert cookies, "a cookie with a domain came back: the suffix list was asked"
    assert not any(b"evil" in request or b"b=2" in request for request in cookies)


def test_a_dead_proxy_leaks_nothing(isolated, case, quiet, tmp_path):
    seen = isolated(crawl_words(case), tmp_path / "nobody", env=quiet)
    assert seen.leaks == []
    assert seen.code == 7


def test_without_a_proxy_nothing_is_even_opened(isolated, fake_tor, case, quiet):
    case.toml.write_text(case.toml.read_text("utf-8").replace("socks5://127.0.0.1:9050", ""))
    tor = fake_tor({ONION: market})
    seen = isolated(crawl_words(case), tor.path, env=quiet)
    assert (seen.leaks, tor.asked) == ([], [])
    assert seen.code == 5
    assert "E-CRA-001" in seen.stderr


def test_plain_scrapy_trips_the_watch(isolated, fake_tor, quiet):
    """Negative control: the name server, the loopback server and the packets all see it."""
    tor = fake_tor({ONION: market})
    words = [
        sys.executable, str(HERE / "plain_scrapy.py"), f"http://{ONION}/",
        "socks5h://127.0.0.1:9050",
    ]  # fmt: skip
    others = {name: "" for name in quiet if name.lower().endswith("_proxy")}
    others |= {"TLDEXTRACT_CACHE_TIMEOUT": "1"}  # it waits for ever otherwise
    seen = isolated(words, tor.path, env=quiet | others, seconds=100)
    assert any("publicsuffix" in name or "github" in name for name in seen.names)
    assert "clearnet.example" in seen.names
    assert "GET /loopback.gif HTTP/1.1" in seen.requests
    assert "tcp 198.51.100.7 80" in seen.outside
