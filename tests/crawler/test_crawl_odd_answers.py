# SPDX-License-Identifier: AGPL-3.0-or-later
"""Redirects to themselves, connections that end without a byte, a profile that became stricter."""

import dataclasses
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standing import PROFILE

from crawler.frontier import Frontier
from crawler.judging import judge
from crawler.links import MAX_URI, is_too_long, normal_uri
from crawler.market import load_profile
from crawler.market.links import MOST_ELSEWHERE
from vestigo import i18n
from vestigo.evidence.warc import iter_captures, read_exchange, read_response

COOKIE = b"seen=1"


def to_itself(html, target, more=""):
    return html.page("", status="302 Found", head=f"Location: {target}\r\n{more}")


def cookie_wall(html, target, answer):
    """A page that sets a cookie, leads to itself, and comes to who has the cookie."""
    wall = to_itself(html, target, "Set-Cookie: seen=1; Path=/\r\n")
    return lambda request, _n: answer if COOKIE in request else wall


@pytest.mark.parametrize("spelling", ["/p/1", "/p/1#top", "http://{host}/p/1"])
def test_a_page_that_sets_a_cookie_and_leads_to_itself_is_fetched(market, crawls, html, spelling):
    target = spelling.format(host=f"127.0.0.1:{market.port}")
    market.answers["/"] = html.category("/p/1")
    market.answers["/p/1"] = cookie_wall(html, target, html.listing(1))
    report = crawls.run()
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}
    assert (report.coverage.failed, market.asked["/p/1"]) == ({}, 2)
    assert [one.status for one in crawls.captures if one.uri.endswith("/p/1")] == [302, 200]


def test_a_page_that_leads_to_itself_for_ever_fails_with_its_cause(market, crawls, html):
    market.answers["/"] = html.category("/p/1", "/p/2")
    market.answers["/p/1"] = to_itself(html, "/p/1")
    market.answers["/p/2"] = html.listing(2)
    report = crawls.run(settings={"attempts": 3})
    assert report.coverage.failed == {"redirect-to-itself": 1}
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}
    assert market.asked["/p/1"] == 3


def test_an_answer_to_a_form_that_leads_back_to_it_is_no_redirect_to_itself(
    market, crawls, html, profile
):
    market.answers["/"] = to_itself(html, "/")
    crawls.run(settings={"attempts": 1})
    (capture,) = crawls.captures
    wire = read_response(read_exchange(crawls.captures_folder, capture).response, "GET")
    assert judge(profile, capture, wire).cause == "redirect-to-itself"
    posted = replace(capture, request_method="POST")
    assert judge(profile, posted, wire).redirect == market.uri


@pytest.mark.parametrize(
    "target", ["http://[::1", "http://[", "//[::1]:x/", "file:///etc/passwd", "data:,x"]
)
def test_a_redirect_to_what_is_no_address_fails_its_page_alone(market, crawls, html, target):
    """Once it ended the crawl, and every one after it that took up the same frontier."""
    market.answers["/"] = html.category("/p/1", "/p/2")
    market.answers["/p/1"] = to_itself(html, target)
    market.answers["/p/2"] = html.listing(2)
    report = crawls.run()
    assert report.coverage.failed == {"redirect-to-no-address": 1}
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}
    assert crawls.run().coverage.failed == {"redirect-to-no-address": 1}


def test_a_log_in_that_leads_to_no_address_parks_the_account(market, crawls, html):
    def login(request, _number):
        return to_itself(html, "http://[::1") if request.startswith(b"POST") else html.LOGIN

    market.answers |= {"/": html.category("/p/1"), "/p/1": html.listing(1), "/login": login}
    assert crawls.run(account="avatar", password="pw").paused.startswith("E-CRA-01")


@pytest.mark.parametrize("times", [1, 99])
def test_a_log_in_page_that_leads_to_itself_is_looked_at_again(market, crawls, html, times):
    def login(request, number):
        if request.startswith(b"POST"):
            return html.page("", status="302 Found", head="Location: /\r\n")
        return to_itself(html, "/login") if number < times else html.LOGIN

    market.answers |= {"/": html.category("/p/1"), "/p/1": html.listing(1), "/login": login}
    report = crawls.run(account="avatar", password="pw")
    if times == 1:
        assert (report.paused, report.coverage.fetched) == ("", 2)
        assert market.asked["/login"] == 3
    else:
        assert report.paused == "E-CRA-014"
        assert "redirect-to-itself" in report.paused_why
        assert market.asked["/login"] == 3


def test_a_connection_that_ends_without_a_byte_is_no_answer(market, crawls, html):
    market.answers |= {"/": html.category("/p/1", "/p/2"), "/p/1": b"", "/p/2": html.listing(2)}
    market.close_after.add("/p/1")
    report = crawls.run(settings={"attempts": 2})
    assert report.coverage.failed == {"no-answer": 1}
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}
    kept = [one for one in iter_captures(crawls.captures_folder) if one.uri.endswith("/p/1")]
    assert [(one.status, one.problem) for one in kept] == [(None, "no-answer; no-response")] * 2
    exchange = read_exchange(crawls.captures_folder, kept[0])
    assert exchange.request.startswith(b"GET /p/1 HTTP/1.1\r\n")
    assert exchange.response == b""


def test_garbage_is_an_answer_that_the_parser_refuses(market, crawls, html):
    market.answers |= {"/": b"\0\xff garbage\r\n\r\n"}
    market.close_after.add("/")
    assert crawls.run(settings={"attempts": 1}).coverage.failed == {"rejected-by-parser": 1}


def test_what_the_profile_forbids_by_now_is_not_asked_for(market, crawls, html, profile):
    """The crawl paused; a person forbids pages that wait; nobody asks for them any more."""
    market.answers["/"] = html.category("/p/1", "/p/2", "/p/3", "/v/a")
    market.answers["/p/1"] = lambda _r, n: (
        html.listing(1) if n else html.page("<img class=captcha>")
    )
    for target in ("/p/2", "/p/3"):
        market.answers[target] = html.listing(2)
    market.answers["/v/a"] = html.page("<h1 class=vendor>a</h1>")
    report = crawls.run(settings={"concurrency": 1})
    assert (report.paused, report.coverage.waiting) == ("E-CRA-013", 4)
    stricter = dataclasses.replace(profile, never=(*profile.never, re.compile("^/p/[23]$")))
    before = dict(market.asked)
    report = crawls.run(profile=stricter)
    assert report.coverage.refused == {"never": 2}
    assert report.coverage.page_kinds == {"category": 1, "listing": 1, "vendor": 1}
    assert {t: n - before.get(t, 0) for t, n in market.asked.items() if n != before.get(t)} == {
        "/p/1": 1, "/v/a": 1,
    }  # fmt: skip


def test_the_stricter_profile_as_a_file(market, crawls, html, profile, tmp_path):
    """The same with a profile that a person edited."""
    path = tmp_path / "stricter.toml"
    text = Path(profile.path).read_text("utf-8")
    path.write_text(text.replace("never = [", "never = ['^/p/2$', "))
    market.answers |= {"/": html.category("/p/1", "/p/2"), "/p/1": html.page("<img class=captcha>")}
    crawls.run(settings={"concurrency": 1})
    market.answers |= {"/p/1": html.listing(1)}
    report = crawls.run(profile=load_profile(path))
    assert report.coverage.refused == {"never": 1}
    assert "/p/2" not in market.asked


@pytest.mark.parametrize("language", ["en", "es"])
def test_pictures_of_a_case_that_was_never_read_name_the_reading(asked, language):
    i18n.activate(language)
    code, out, err = asked("picture", "--dry-run")
    assert (code, out) == (0, "")
    assert "vestigo case read" in err
    assert err.startswith("No such page was read yet" if language == "en" else "Todavía no")


def test_links_that_lead_elsewhere_and_links_that_are_too_long_are_counted(market, crawls, html):
    """Each address once, over all pages; what they are asked for as counts for nothing."""
    other = "http://elsewhere.onion/p/1"
    long = f"/search?q={'x' * 5000}"
    front = ("/p/1", "/p/2", other, f"{other}#top", "//third.example/", long, f"{long}y")
    market.answers["/"] = html.category(*front, "mailto:a@b", "javascript:alert(1)", "magnet:?x")
    market.answers["/p/1"] = html.listing(1, f'<a href="{other}">a</a><a href="{long}">b</a>')
    market.answers["/p/2"] = html.listing(2, f'<a href="http://127.0.0.1:{market.port}/p/1">1</a>')
    report = crawls.run()
    assert report.coverage.refused == {"address-too-long": 2, "other-host": 2}
    assert report.coverage.page_kinds == {"category": 1, "listing": 2}
    assert report.coverage.known == 7
    assert set(market.asked) == {"/", "/p/1", "/p/2"}
    frontier = Frontier(crawls.job().frontier_path, reading=True)
    listed = {listing for listing, *_rest in frontier.listings()}
    frontier.close()
    assert listed == {"1", "2"}  # that of another host is none of this market's


def test_they_stand_in_status_and_coverage_with_their_cause(
    case, authorised, asked, look, status, market, html
):
    authorised()
    market.answers["/"] = html.category("http://elsewhere.onion/", f"/search?q={'x' * 5000}")
    asked("run", "--profile", PROFILE, "--start", market.uri)
    causes = {"address-too-long": 1, "other-host": 1}
    assert look()["refused"] == causes
    assert "2 refused (address-too-long 1, other-host 1)" in status()[1]
    document = json.loads(asked("coverage", "--json")[1])["passes"][0]
    assert document["pages"]["refused"] == causes
    assert "refused (other-host)" in asked("coverage")[1]


def test_a_page_full_of_links_elsewhere_is_bounded(market, crawls, html):
    market.answers["/"] = html.category(*(f"http://elsewhere.onion/{n}" for n in range(3000)))
    assert crawls.run().coverage.refused == {"other-host": MOST_ELSEWHERE}


@given(st.text(st.characters(exclude_characters="#\\", exclude_categories=["Cs"]), max_size=60))
def test_an_address_is_too_long_or_normal_or_none(raw):
    long = raw + "x" * MAX_URI
    assert not (is_too_long(long) and normal_uri(long))
    assert is_too_long(f"http://h/{long}")
    assert normal_uri(f"http://h/{long}") == ""
