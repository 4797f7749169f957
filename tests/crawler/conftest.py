# SPDX-License-Identifier: AGPL-3.0-or-later
"""A raw market on loopback whose every byte is tapped, and crawls of it."""

import socket
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.job import CrawlJob
from crawler.market import load_profile
from crawler.run import crawl
from vestigo.authority import Gate
from vestigo.clock import system_clock
from vestigo.records import ACTS, DATA_CLASSES, Authorization
from vestigo.settings import default_settings

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


class Tap:
    """The bytes of one connection: what the server got and what it sent."""

    def __init__(self):
        self.got = bytearray()
        self.sent = bytearray()


class RawMarket:
    """Answers each target with raw bytes; ``answers`` maps targets to bytes or functions.

    A function gets (request bytes, how often the target was asked before).  Bytes that
    a browser could not know the end of are followed by a close; so is everything in
    ``close_after``.
    """

    def __init__(self):
        self.answers = {}
        self.close_after = set()
        self.taps = []
        self.asked = Counter()
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def uri(self):
        return f"http://127.0.0.1:{self.port}/"

    def close(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self):
        while not self._stop.is_set():
            try:
                connection, _address = self._listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self.serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def serve(self, connection):
        """Answer what comes over one connection until it ends."""
        tap = Tap()
        self.taps.append(tap)
        connection.settimeout(0.05)
        with connection:
            while not self._stop.is_set():
                request = self._request(connection, tap)
                if request is None:
                    return
                target = request.split(b" ")[1].decode("latin-1")
                answer = self.answers.get(target, page("gone", status="404 Not Found"))
                number = self.asked[target]
                self.asked[target] += 1
                raw = answer(request, number) if callable(answer) else answer
                tap.sent += raw
                try:
                    connection.sendall(raw)
                except OSError:
                    return
                if target in self.close_after:
                    return

    def _request(self, connection, tap):
        got = b""
        while not self._stop.is_set():
            head, end, body = got.partition(b"\r\n\r\n")
            length = [
                int(line.split(b":")[1]) for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ]  # fmt: skip
            if end and len(body) >= sum(length):
                tap.got += got
                return got
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return None
            if not piece:
                tap.got += got
                return None
            got += piece
        return None


@pytest.fixture
def market():
    server = RawMarket()
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
