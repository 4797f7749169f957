# SPDX-License-Identifier: AGPL-3.0-or-later
"""A crawl that is ended, by a person or by its authority, ends at once, whatever the market does.

Nothing here looks at a clock: the answers never end and the deadline is a day away, so that a
process that ends at all was ended by what it was told.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from standing import PROFILE

from vestigo.clock import system_clock
from vestigo.errors import AuthorityError
from vestigo.evidence.warc import iter_captures, read_exchange
from vestigo.pipeline.session import open_session
from vestigo.pipeline.wire.tapped import Script
from vestigo.records import Capture

HERE = Path(__file__).parent
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PATIENCE = 120  # seconds after which a test that hangs is ended


class Endless:
    """Answers every connection with a head and then for ever; notes what happens, in order."""

    def __init__(self, head, piece, pause):
        self._head, self._piece, self._pause = head, piece, pause
        self.events, self.sent = [], []
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.uri = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._listener.settimeout(0.05)
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self):
        while not self._stop.is_set():
            try:
                connection, _address = self._listener.accept()
            except TimeoutError:
                continue
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection):
        sent = bytearray()
        with connection:
            connection.settimeout(5)
            asked = connection.recv(65536)
            if not asked:
                return
            self.events.append("asked")
            self.sent.append(sent)
            piece = self._head
            try:
                while not self._stop.is_set():
                    sent += piece[: connection.send(piece)]
                    piece = self._piece
                    self._stop.wait(self._pause)
            except TimeoutError:
                self.events.append("not read")
            except OSError:
                self.events.append("closed")

    def wait_for(self, event):
        given_up = time.monotonic() + PATIENCE
        while event not in self.events:
            assert time.monotonic() < given_up
            time.sleep(0.02)

    def close(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()


@pytest.fixture
def endless():
    made = []

    def make(*given):
        made.append(Endless(*given))
        return made[-1]

    yield make
    for one in made:
        one.close()


DRIP = (OK + b"Content-Length: 99999999\r\n\r\n<html>", b"x", 0.02)
FLOOD = (OK + b"Content-Length: 99999999999\r\n\r\n<html>", b"y" * 8192, 0.001)


@pytest.mark.parametrize("given", [DRIP, FLOOD], ids=["drip", "flood"])
def test_an_exchange_that_is_in_flight_when_the_order_ends_is_cut(endless, crawls, order, given):
    server = endless(*given)
    ends_at = system_clock() + timedelta(seconds=2)
    with pytest.raises(AuthorityError, match="E-AUT-002") as caught:
        crawls.run(
            orders=[order(ends_at=ends_at)], start_uri=server.uri,
            settings={"deadline_seconds": 86_400, "attempts": 1},
        )  # fmt: skip
    assert "what was archived before stays" in caught.value.remedy
    server.wait_for("closed")
    server.close()
    assert server.events == ["asked", "closed"]
    (capture,) = iter_captures(crawls.captures_folder)
    assert capture.problem.startswith("authority-ended")
    kept = read_exchange(crawls.captures_folder, capture).response
    assert len(kept) > 0
    assert bytes(server.sent[0]).startswith(kept)
    assert [refusal.code for refusal in crawls.refusals] == ["E-AUT-002"]
    assert capture.observed_at < ends_at


def test_all_that_is_in_flight_is_cut_and_all_of_it_waits(market, crawls, html, order):
    market.answers["/"] = html.category(*(f"/p/{n}" for n in range(8)))
    drip = Script((OK + b"Content-Length: 9999\r\n\r\n<html>", *([b"x"] * 6000)), pause=0.05)
    for n in range(8):
        market.answers[f"/p/{n}"] = drip
    ends_at = system_clock() + timedelta(seconds=3)
    settings = {"deadline_seconds": 86_400, "attempts": 1}
    with pytest.raises(AuthorityError, match="E-AUT-002"):
        crawls.run(orders=[order(ends_at=ends_at)], settings=settings)
    market.stop()
    asked = [target for target in market.asked if target.startswith("/p/")]
    assert len(asked) == 4  # as many as may be under way; none was asked for behind the end
    cut = [one for one in crawls.captures if one.problem]
    assert [one.problem.partition(";")[0] for one in cut] == ["authority-ended"] * 4
    assert {one.uri for one in cut} == {market.uri[:-1] + target for target in asked}
    assert [refusal.code for refusal in crawls.refusals] == ["E-AUT-002"]


def test_under_a_new_order_what_was_cut_is_asked_for_again(market, crawls, html, order):
    market.answers["/"] = html.category("/p/1")
    drip = Script((OK + b"Content-Length: 9999\r\n\r\n<html>", *([b"x"] * 6000)), pause=0.05)
    market.answers["/p/1"] = lambda _request, n: html.listing(1) if n else drip
    ends_at = system_clock() + timedelta(seconds=2)
    with pytest.raises(AuthorityError):
        crawls.run(orders=[order(ends_at=ends_at)], settings={"attempts": 1})
    report = crawls.run(settings={"attempts": 1})
    assert report.coverage.failed == {}
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}


N_TARPITS = 4


def tarpits(html):
    """One answer of each kind that never ends, behind a page that links to all and to another."""
    drip = [b"x"] * 100_000
    return {
        "/": html.category(*(f"/p/{n}" for n in range(N_TARPITS)), "/p/9"),
        "/p/0": Script((OK + b"Content-Length: 9999999\r\n\r\n<html>", *drip), pause=0.01),
        "/p/1": Script((b"", b""), pause=86_400),
        "/p/2": Script((OK, *([b"X: y\r\n"] * 100_000)), pause=0.01),
        "/p/3": OK + b"Content-Length: 999999999\r\n\r\n" + b"z" * (40 << 20),
        "/p/9": html.listing(9),
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_a_crawl_that_the_market_holds(
    case, authorised, market, html, look, number
):
    authorised()
    case.toml.write_text(
        f"{case.toml.read_text()}\n[settings.crawl]\ndeadline_seconds = 86400\nattempts = 1\n"
    )
    market.answers |= tarpits(html)
    words = [sys.executable, str(HERE / "crawl_and_die.py"), str(case.path), PROFILE, market.uri]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            given_up = time.monotonic() + PATIENCE
            while any(market.asked[f"/p/{n}"] == 0 for n in range(N_TARPITS)):
                assert process.poll() is None
                assert time.monotonic() < given_up
                time.sleep(0.02)
            os.kill(process.pid, number)
            _out, error = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert (process.returncode, error) == (0, b"")
    market.stop()
    archived = list(iter_captures(case.captures))
    with open_session(case.path) as session:
        assert list(session.ledger.of_kind(Capture)) == archived
        session.custody.verify()
        assert "crawl ended" in {event.reason for event in session.custody.events()}
    cut = {one.uri.rpartition("/")[2]: one for one in archived if one.problem}
    assert set(cut) <= {"0", "1", "2", "3"}
    assert {one.problem.partition(";")[0] for one in cut.values()} == {"stopped"}
    assert (
        read_exchange(case.captures, cut["3"]).response == OK + b"Content-Length: 999999999\r\n\r\n"
    )
    found = look()
    assert (found["reason"], found["failed"], found["in_flight"]) == ("interrupted", {}, 0)
    assert found["waiting"] >= N_TARPITS


def test_a_clock_that_stands_still_while_an_order_runs_out_asks_for_no_page_for_ever(
    market, crawls, order
):
    """The loop says that the order is over, the gate does not: attempts are counted."""
    now = system_clock()
    market.answers["/"] = Script((OK + b"Content-Length: 99\r\n\r\n<html>", b""), pause=86_400)
    report = crawls.run(
        orders=[order(ends_at=now + timedelta(seconds=0.3))], clock=lambda: now,
        settings={"attempts": 2},
    )  # fmt: skip
    market.stop()
    assert report.coverage.failed == {"authority-ended": 1}
    assert market.asked["/"] == 2
