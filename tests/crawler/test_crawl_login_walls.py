# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page that shows a log-in stops nobody who can fetch others; a session that is over does."""

from urllib.parse import parse_qsl

import pytest

from crawler.netscape import parse_netscape
from vestigo.clock import system_clock

N = 14
AVATAR = {"account": "avatar", "password": "pw"}
COOKIE = b"pass=1"


def shop(market, html, *, walled=(), n=N):
    """Fill a market of ``n`` listings that need nothing; those in ``walled`` show a log-in."""
    market.answers["/"] = html.category(*(f"/p/{k}" for k in range(n)))
    for k in range(n):
        market.answers[f"/p/{k}"] = html.LOGIN if k in walled else html.listing(k)


def ends_after(market, html, n_pages, *, cookie=b""):
    """Let the market show the log-in everywhere once it gave ``n_pages`` pages."""
    given = []
    for target, answer in list(market.answers.items()):

        def guarded(request, _n, answer=answer):
            if len(given) >= n_pages or cookie not in request:
                return html.LOGIN
            given.append(1)
            return answer

        market.answers[target] = guarded


@pytest.fixture
def cookies():
    content = b"127.0.0.1\tFALSE\t/\tFALSE\t0\tpass\t1\n"
    return parse_netscape(content, ["127.0.0.1"], system_clock()).cookies


@pytest.mark.parametrize("walled", [{0}, {5}, {N - 1}, {2, 7}], ids=str)
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_page_that_shows_a_log_in_fails_alone(market, crawls, html, order, walled, concurrency):
    shop(market, html, walled=walled)
    settings = {"concurrency": concurrency}
    report = crawls.run(orders=[order(acts=("view",))], settings=settings)
    assert report.paused == ""
    assert report.coverage.failed == {"login-needed": len(walled)}
    assert report.coverage.page_kinds == {"category": 1, "listing": N - len(walled)}
    assert set(market.asked.values()) == {1}
    again = crawls.run(orders=[order(acts=("view",))])
    assert (again.paused, again.coverage) == ("", report.coverage)
    assert set(market.asked.values()) == {1}


def test_what_needed_a_log_in_is_asked_for_once_there_is_one(market, crawls, html):
    shop(market, html, walled={3})
    assert crawls.run().coverage.failed == {"login-needed": 1}

    def login(request, _n):
        more = "Location: /\r\nSet-Cookie: pass=1; Path=/\r\n"
        return html.page("", status="302 Found", head=more) if b"POST" in request else html.LOGIN

    market.answers |= {
        "/login": login,
        "/p/3": lambda request, _n: html.listing(3) if COOKIE in request else html.LOGIN,
    }
    report = crawls.run(**AVATAR)
    assert (report.paused, report.coverage.failed) == ("", {})
    assert report.coverage.page_kinds == {"category": 1, "listing": N}


def test_a_market_that_shows_nothing_but_its_log_in_parks(market, crawls, html):
    shop(market, html)
    ends_after(market, html, 0)
    for _run in range(2):
        report = crawls.run()
        assert report.paused == "E-CRA-010"
        assert (report.coverage.failed, report.coverage.waiting) == ({}, 1)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_market_that_closes_in_the_middle_parks_and_loses_nothing(
    market, crawls, html, concurrency
):
    shop(market, html)
    ends_after(market, html, 5)
    report = crawls.run(settings={"concurrency": concurrency})
    assert report.paused == "E-CRA-010"
    assert (report.coverage.failed, report.coverage.fetched) == ({}, 5)
    assert report.coverage.waiting == N + 1 - 5
    shop(market, html)
    report = crawls.run()
    assert report.coverage.page_kinds == {"category": 1, "listing": N}


def test_one_page_that_is_left_from_before_fails_too(market, crawls, html):
    """The crawl was parked at it, by this or an earlier version: it is not parked again."""
    shop(market, html, walled={13})
    market.answers["/p/13"] = html.page("<img class=captcha>")
    assert crawls.run(settings={"concurrency": 1}).coverage.waiting == 1
    market.answers["/p/13"] = html.LOGIN
    report = crawls.run()
    assert (report.paused, report.coverage.failed) == ("", {"login-needed": 1})


def test_links_of_a_page_that_only_looks_like_a_log_in_are_followed(market, crawls, html):
    market.answers["/"] = html.category("/c/1", "/p/1")
    market.answers["/c/1"] = html.LOGIN.replace(b"</form>", b'</form><a href="/p/2">2</a>')
    length = len(market.answers["/c/1"].partition(b"\r\n\r\n")[2])
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % length
    market.answers["/c/1"] = head + market.answers["/c/1"].partition(b"\r\n\r\n")[2]
    market.answers |= {"/p/1": html.listing(1), "/p/2": html.listing(2)}
    report = crawls.run()
    assert report.coverage.failed == {"login-needed": 1}
    assert report.coverage.page_kinds == {"category": 1, "listing": 2}


def test_cookies_that_let_in_are_not_over_because_of_one_page(market, crawls, html, cookies):
    shop(market, html, walled={4})
    report = crawls.run(account="avatar", cookies=cookies)
    assert (report.paused, report.coverage.failed) == ("", {"login-again": 1})
    assert report.coverage.page_kinds == {"category": 1, "listing": N - 1}


def test_cookies_that_end_in_the_middle_park_and_lose_nothing(market, crawls, html, cookies):
    """Categories are shown to everybody: they prove nothing about the listings."""
    shop(market, html)
    front = market.answers["/"]
    market.answers["/"] = html.category("/c/1", *(f"/p/{k}" for k in range(N)))
    market.answers["/c/1"] = front
    ends_after(market, html, 6, cookie=COOKIE)
    market.answers["/c/1"] = front
    report = crawls.run(account="avatar", cookies=cookies, settings={"concurrency": 1})
    assert report.paused == "E-CRA-050"
    assert report.coverage.failed == {}
    assert report.coverage.waiting >= N - 6


class Sessions:
    """A market behind a log-in whose sessions last ``pages`` pages."""

    def __init__(self, market, html, pages):
        self._html, self._pages, self._left, self._number = html, pages, 0, 0
        for target, answer in list(market.answers.items()):
            market.answers[target] = self._guarding(answer)
        market.answers["/login"] = self._login

    def _guarding(self, answer):
        def guarded(request, _n):
            if f"sid={self._number}\r\n".encode() in request and self._left > 0:
                self._left -= 1
                return answer
            return self._html.LOGIN

        return guarded

    def _login(self, request, _n):
        form = dict(parse_qsl(request.partition(b"\r\n\r\n")[2].decode()))
        if form.get("password") != "pw":
            return self._html.LOGIN
        self._number, self._left = self._number + 1, self._pages
        more = f"Location: /\r\nSet-Cookie: sid={self._number}; Path=/\r\n"
        return self._html.page("", status="302 Found", head=more)


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize(("pages", "walled"), [(1000, {5}), (3, {0, 5}), (1, {N - 1}), (1, set())])
def test_an_account_is_not_parked_by_a_page_that_always_shows_a_log_in(
    market, crawls, html, pages, walled, concurrency
):
    """Nor does a short session let another page pass for such a one."""
    shop(market, html, walled=walled)
    Sessions(market, html, pages)
    settings = {"concurrency": concurrency, "log_ins": 40}
    report = crawls.run(**AVATAR, settings=settings)
    assert (report.paused, report.coverage.waiting) == ("", 0)
    assert report.coverage.failed == ({"login-again": len(walled)} if walled else {})
    assert report.coverage.page_kinds["listing"] == N - len(walled)
