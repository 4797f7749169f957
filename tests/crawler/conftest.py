# SPDX-License-Identifier: AGPL-3.0-or-later
"""A raw market on loopback whose every byte is tapped, and crawls of it."""

import importlib.util
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.job import CrawlJob
from crawler.market import load_profile
from crawler.run import crawl
from vestigo.authority import Gate
from vestigo.cli.crawl import crawl as group
from vestigo.clock import system_clock
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.session import open_session
from vestigo.pipeline.wire.tapped import TappedServer
from vestigo.records import ACTS, DATA_CLASSES, Authorization
from vestigo.settings import default_settings
from vestigo.store import CaseFolder

HERE = Path(__file__).parent


def page(inner, *, status="200 OK", head=""):
    """Return a whole HTTP response around some HTML."""
    body = f"<!doctype html><html><body>{inner}</body></html>".encode()
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n{head}"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def listing(key, more=""):
    return page(f"<h1 class=listing>Listing {key}</h1><p class=price>1.5 BTC</p>{more}")


def category(*paths):
    items = "".join(f'<li><a href="{path}">{path}</a></li>' for path in paths)
    return page(f"<ul class=category>{items}</ul>")


LOGIN = page(
    '<form id=login method=post action="/login"><input name=user>'
    '<input type=password name=password><input type=hidden name=token value="t0k&amp;">'
    "</form>"
)


@pytest.fixture
def market():
    server = TappedServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def profile():
    return load_profile(HERE / "market.toml")


@pytest.fixture
def order():
    """Make an authorization; every field can be given."""

    def make(**fields):
        now = datetime.now(UTC)
        values = {
            "issuing_body": "court", "reference": "1/26", "legal_basis": "-",
            "authorization_kind": "warrant", "order_sha256": "", "persons": ("p",),
            "hosts": ("127.0.0.1",), "accounts": ("avatar",), "acts": ("view", "login", "search"),
            "data_classes": ("listing", "vendor_profile", "feedback"),
            "starts_at": now - timedelta(days=1), "ends_at": now + timedelta(days=1),
            "amends": None,
        }  # fmt: skip
        return Authorization(**{**values, **fields})

    return make


class Crawls:
    """Crawls of one market into one folder; what they reported."""

    def __init__(self, market, folder, profile, order):
        self._market, self._folder, self._profile, self._order = market, folder, profile, order
        self.captures, self.events, self.segments, self.refusals = [], [], [], []

    @property
    def captures_folder(self):
        return self._folder / "captures"

    def job(self, *, orders=None, settings=None, gate=None, clock=system_clock, **fields):
        orders = [self._order()] if orders is None else orders
        values = {
            "profile": self._profile, "start_uri": self._market.uri,
            "gate": gate or Gate(orders, clock, self.refusals.append),
            "captures_folder": self.captures_folder, "sealed_folder": self._folder / "sealed",
            "frontier_path": self._folder / "frontier.sqlite",
            "settings": {
                **default_settings()["crawl"], "retry_seconds": 0, "deadline_seconds": 20,
                **(settings or {}),
            },
            "clock": clock, "software": "vestigo test", "on_capture": self.captures.append,
            "on_segment": self.segments.append,
            "on_event": lambda *event: self.events.append(event),
        }  # fmt: skip
        return CrawlJob(**{**values, **fields})

    def run(self, **options):
        return crawl(self.job(**options))


@pytest.fixture
def crawls(market, tmp_path, profile, order):
    return Crawls(market, tmp_path, profile, order)


@pytest.fixture
def everything():
    """An authorization for every act and class of data would name these."""
    return {"acts": ACTS, "data_classes": DATA_CLASSES}


@pytest.fixture
def html():
    """Make pages of the tiny market."""

    class Html:
        LOGIN = LOGIN
        page = staticmethod(page)
        listing = staticmethod(listing)
        category = staticmethod(category)

    return Html


def _beside(name):
    """The module ``name`` beside this file: test folders are no packages."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


_beside("standing")


@pytest.fixture
def beside():
    """Give a module that stands beside the tests by its name."""
    return _beside


@pytest.fixture
def case(tmp_path):
    """An empty case."""
    return CaseFolder.create(tmp_path / "case", title="t", unit="u")


@pytest.fixture
def authorised(case, order):
    """Record an authorization in the case."""

    def record(**fields):
        with open_session(case.path) as session:
            record_authorization(session, order(**fields))

    return record


@pytest.fixture
def asked(case, capsys):
    """Run a command of ``crawl`` on the case; return code, standard output and error."""

    def run(verb, *words):
        args = [verb, str(case.path), *map(str, words)]
        code = group.main(args=args, standalone_mode=False)
        out, err = capsys.readouterr()
        return code or 0, out, err

    return run


@pytest.fixture
def status(asked):
    """Look at the crawls of the case; return code and what is shown."""

    def run(*words):
        code, out, err = asked("status", *words)
        assert err == ""
        return code, out

    return run


@pytest.fixture
def look(status):
    """Look at one crawl of the case, or at all, as JSON."""

    def run(name="tiny"):
        document = json.loads(status("--json")[1])
        return document["markets"][name] if name else document

    return run


def _closing(kind):
    started = []

    def start(*given):
        started.append(kind(*given))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def tor_control():
    """Start a control port that we play: ``tor_control({command: answer})``."""
    yield from _closing(_beside("fake_control").FakeControl)


@pytest.fixture
def tor_socks():
    """Start a SOCKS port that we play: ``tor_socks(reply, page)``."""
    yield from _closing(_beside("fake_control").FakeSocks)
