# SPDX-License-Identifier: AGPL-3.0-or-later
"""Walls that no profile describes: no page is lost behind them, none is filed as one."""

import dataclasses
from urllib.parse import parse_qsl

from crawler.job import Attendant
from crawler.netscape import parse_netscape
from vestigo.clock import system_clock

PICTURE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 8\r\n\r\n\x89PNG\r\n\x1a\n"
)
COOKIE = b"pass=1"
PERSON = "Inspectora Ruiz"


def moved(html, target, more=""):
    return html.page("", status="302 Found", head=f"Location: {target}\r\n{more}")


def guarded(answer, wall):
    return lambda request, _n: answer if COOKIE in request else wall


def form_of(request):
    return dict(parse_qsl(request.partition(b"\r\n\r\n")[2].decode()))


def fill(market, html, wall, n_listings=5):
    market.answers["/"] = guarded(html.category(*(f"/p/{n}" for n in range(n_listings))), wall)
    for n in range(n_listings):
        market.answers[f"/p/{n}"] = guarded(html.listing(n), wall)


def captcha_at(market, html, path):
    market.answers[path] = html.page(
        "<h1>Are you human?</h1><form method=post action=/solve><img src=/c.png>"
        "<input name=answer></form>"
    )
    market.answers["/c.png"] = PICTURE

    def solve(request, _number):
        right = form_of(request).get("answer") == "K7"
        return moved(html, "/", "Set-Cookie: pass=1; Path=/\r\n" if right else "")

    market.answers["/solve"] = solve


def test_a_captcha_behind_a_redirect_costs_no_page(market, crawls, html):
    fill(market, html, moved(html, "/gate/7"))
    captcha_at(market, html, "/gate/7")
    report = crawls.run()
    assert report.paused == "E-CRA-013"
    assert report.coverage.page_kinds == {}
    assert report.coverage.failed == {}
    attendant = Attendant(PERSON, lambda _content, _type: "K7")
    report = crawls.run(attendant=attendant)
    assert report.paused == ""
    assert report.coverage.failed == {}
    assert report.coverage.page_kinds["listing"] == 5
    assert report.coverage.page_kinds["category"] == 1
    assert report.coverage.waiting == 0


def test_the_session_that_ends_in_the_middle_behind_redirects(market, crawls, html):
    """Half of the pages redirect to a captcha that comes back after two of them."""
    fill(market, html, moved(html, "/gate/7"), n_listings=8)
    captcha_at(market, html, "/gate/7")
    asked = []

    def sometimes(n):
        def answer(request, _number):
            if COOKIE not in request or (len(asked) % 3 == 0 and n not in asked):
                asked.append(n)
                return moved(html, "/gate/7")
            asked.append(n)
            return html.listing(n)

        return answer

    for n in range(8):
        market.answers[f"/p/{n}"] = sometimes(n)
    report = crawls.run(attendant=Attendant(PERSON, lambda _content, _type: "K7"))
    assert report.paused == ""
    assert report.coverage.page_kinds["listing"] == 8
    assert (report.coverage.failed, report.coverage.waiting) == ({}, 0)


def test_a_redirect_to_a_page_that_is_no_wall_ends(market, crawls, html):
    market.answers["/"] = html.category("/p/1")
    market.answers["/p/1"] = moved(html, "/news/1")
    market.answers["/news/1"] = html.page("<h1>News</h1><p>We have new pens, look around.")
    report = crawls.run(settings={"attempts": 3})
    assert report.paused == ""
    assert report.coverage.failed == {}
    assert report.coverage.page_kinds == {"category": 1, "other": 1, "redirect": 1}
    assert market.asked["/p/1"] == 3


def test_a_log_in_that_no_profile_describes(market, crawls, html, profile):
    wall = html.page(
        "<title>Log in</title><form method=post action=/in><input name=nick>"
        "<input type=password name=key><input type=hidden name=t value=9></form>"
    )
    forms = []

    def enter(request, _number):
        forms.append(form_of(request))
        right = (forms[-1]["nick"], forms[-1]["key"]) == ("avatar", "pw")
        return moved(html, "/", "Set-Cookie: pass=1; Path=/\r\n") if right else wall

    fill(market, html, wall)
    market.answers["/in"] = enter
    bare = dataclasses.replace(profile, login=None)
    report = crawls.run(profile=bare, account="avatar", password="pw")
    assert report.paused == ""
    assert report.coverage.page_kinds == {"category": 1, "listing": 5}
    assert forms == [{"nick": "avatar", "key": "pw", "t": "9"}]
    report = crawls.run(
        profile=bare, account="avatar", password="no",
        frontier_path=crawls.captures_folder.parent / "other.sqlite",
    )  # fmt: skip
    assert report.paused == "E-CRA-011"
    assert len(forms) == 2


def test_cookies_let_in_without_any_log_in(market, crawls, html):
    fill(market, html, html.LOGIN)
    content = b"127.0.0.1\tFALSE\t/\tFALSE\t0\tpass\t1\n"
    cookies = parse_netscape(content, ["127.0.0.1"], system_clock()).cookies
    report = crawls.run(account="avatar", cookies=cookies)
    assert report.coverage.page_kinds == {"category": 1, "listing": 5}
    assert (report.n_log_ins, market.asked["/login"]) == (0, 0)


def test_a_queue_whose_refresh_is_a_header(market, crawls, html):
    queue = html.page("<p>12 before you", head="Refresh: 1; url=/\r\n")
    market.answers["/"] = lambda _request, n: html.category("/p/1") if n > 1 else queue
    market.answers["/p/1"] = html.listing(1)
    report = crawls.run(settings={"attempts": 1})
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}
    assert report.coverage.failed == {}
