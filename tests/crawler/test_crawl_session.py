# SPDX-License-Identifier: AGPL-3.0-or-later
"""Logging in, being logged out, logging in again: nothing lost, no junk filed."""

import gzip
from urllib.parse import parse_qsl

import pytest

from vestigo.evidence.warc import iter_sealed, open_sealed, read_exchange, segment_paths

PASSWORD = "p&ss wörd="


class Walled:
    """A market behind a log-in whose sessions end after ``pages`` pages."""

    def __init__(self, market, html, *, pages=1000, redirect=False):
        self.market, self.html, self.redirect = market, html, redirect
        self.pages, self.left, self.forms, self.session = pages, 0, [], 0
        market.answers["/login"] = self.login

    def put(self, target, answer):
        self.market.answers[target] = lambda request, _n: self.guarded(request, answer)

    def guarded(self, request, answer):
        cookie = f"sid=secret{self.session}".encode()
        if cookie in request and self.left > 0:
            self.left -= 1
            return answer
        if self.redirect:
            return self.html.page("", status="302 Found", head="Location: /login\r\n")
        return self.html.LOGIN

    def login(self, request, _number):
        if request.startswith(b"GET"):
            return self.html.LOGIN
        form = dict(parse_qsl(request.partition(b"\r\n\r\n")[2].decode(), keep_blank_values=True))
        self.forms.append(form)
        if (form["user"], form["password"]) != ("avatar", PASSWORD):
            return self.html.LOGIN
        self.session += 1
        self.left = self.pages
        head = f"Location: /\r\nSet-Cookie: sid=secret{self.session}; Path=/; HttpOnly\r\n"
        return self.html.page("", status="302 Found", head=head)


@pytest.fixture
def avatar():
    return {"account": "avatar", "password": PASSWORD}


def fill(walled, html, n_listings):
    walled.put("/", html.category(*(f"/p/{n}" for n in range(n_listings))))
    for n in range(n_listings):
        walled.put(f"/p/{n}", html.listing(n))


def test_the_form_is_filled_in_as_a_browser_would(market, crawls, html, avatar):
    walled = Walled(market, html)
    fill(walled, html, 3)
    report = crawls.run(**avatar)
    assert report.coverage.page_kinds == {"category": 1, "listing": 3}
    assert walled.forms == [{"token": "t0k&", "user": "avatar", "password": PASSWORD}]
    assert report.n_log_ins == 1
    assert any(why == "logged in" for _action, why, _details in crawls.events)


@pytest.mark.parametrize("redirect", [False, True])
def test_logged_out_in_the_middle_it_logs_in_again(market, crawls, html, avatar, redirect):
    walled = Walled(market, html, pages=5, redirect=redirect)
    fill(walled, html, 12)
    report = crawls.run(**avatar, settings={"log_ins": 9})
    assert report.coverage.page_kinds == {"category": 1, "listing": 12}
    assert report.coverage.failed == {}
    assert 3 <= report.n_log_ins <= 9
    assert report.paused == ""


def test_log_ins_that_bring_pages_are_not_bounded(market, crawls, html, avatar):
    walled = Walled(market, html, pages=1)
    fill(walled, html, 12)
    report = crawls.run(**avatar, settings={"log_ins": 2, "concurrency": 1})
    assert (report.paused, report.coverage.waiting) == ("", 0)
    assert report.coverage.page_kinds == {"category": 1, "listing": 12}
    assert report.n_log_ins >= 13


def test_log_ins_that_bring_nothing_park_the_account_and_it_goes_on_later(
    market, crawls, html, avatar
):
    walled = Walled(market, html, pages=0)
    fill(walled, html, 12)
    report = crawls.run(**avatar, settings={"log_ins": 2, "concurrency": 1})
    assert report.paused == "E-CRA-012"
    assert (report.coverage.failed, report.coverage.waiting) == ({}, 1)
    walled.pages = 1000
    report = crawls.run(**avatar, settings={"log_ins": 2})
    assert (report.paused, report.coverage.waiting) == ("", 0)
    assert report.coverage.page_kinds == {"category": 1, "listing": 12}


def test_a_wrong_password_is_tried_once(market, crawls, html):
    walled = Walled(market, html)
    fill(walled, html, 2)
    report = crawls.run(account="avatar", password="wrong")
    assert report.paused == "E-CRA-011"
    assert len(walled.forms) == 1
    assert report.coverage.fetched == 0


def test_a_log_in_wall_without_an_account_pauses(market, crawls, html):
    fill(Walled(market, html), html, 2)
    report = crawls.run()
    assert report.paused == "E-CRA-010"
    assert report.coverage.page_kinds == {}
    assert report.coverage.waiting == 1


def test_an_account_without_its_password_is_told_what_is_missing(market, crawls, html):
    fill(Walled(market, html), html, 2)
    report = crawls.run(account="avatar")
    assert report.paused == "E-CRA-010"
    assert report.paused_why == "The market asks for a log-in and no password was given."


def test_a_log_in_page_without_the_form_pauses(market, crawls, html, avatar):
    market.answers["/login"] = html.page("<p>hello")
    report = crawls.run(**avatar)
    assert report.paused == "E-CRA-014"


def test_a_captcha_in_front_of_the_log_in_pauses_with_its_own_code(market, crawls, html, avatar):
    market.answers["/login"] = html.page("<img class=captcha>")
    report = crawls.run(**avatar)
    assert report.paused == "E-CRA-016"


def test_a_form_that_sends_the_password_elsewhere_is_not_sent(market, crawls, html, avatar):
    market.answers["/login"] = html.LOGIN.replace(b'action="/login"', b'action="//x.onion"')
    report = crawls.run(**avatar)
    assert report.paused == "E-CRA-014"
    assert not any(bytes(tap.got).startswith(b"POST") for tap in market.taps)


def test_being_in_already_is_no_error(market, crawls, html, avatar):
    market.answers["/login"] = market.answers["/"] = html.category()
    assert crawls.run(**avatar).paused == ""


def test_a_log_in_page_that_breaks_off_pauses(market, crawls, html, avatar):
    market.answers["/login"] = b""
    market.close_after.add("/login")
    assert crawls.run(**avatar).paused == "E-CRA-014"


def test_the_log_in_is_archived_without_its_secrets(market, crawls, html, avatar):
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    key = X25519PrivateKey.from_private_bytes(bytes(range(32)))
    walled = Walled(market, html)
    fill(walled, html, 1)
    crawls.run(**avatar, seal_key=key.public_key().public_bytes_raw())
    (path,) = segment_paths(crawls.captures_folder)
    plain = gzip.decompress(path.read_bytes())
    for secret in (b"secret1", b"p%26ss", PASSWORD.encode(), b"t0k%26"):
        assert secret not in plain
    posts = [c for c in crawls.captures if c.request_method == "POST"]
    (post,) = posts
    request = read_exchange(crawls.captures_folder, post).request
    head, _end, body = request.partition(b"\r\n\r\n")
    assert set(body) == {ord("x")}
    wire = next(bytes(tap.got) for tap in market.taps if b"POST /login" in bytes(tap.got))
    assert len(request) == len(wire[wire.index(b"POST /login") :].split(b"GET ")[0])
    assert head in wire.replace(b"secret1", b"xxxxxxx")
    (sealed,) = (crawls.captures_folder.parent / "sealed").iterdir()
    opened = {i["capture_id"]: open_sealed(key.private_bytes_raw(), i) for i in iter_sealed(sealed)}
    assert b"password=p%26ss" in opened[post.capture_id]["request"].block
    assert b"sid=secret1" in opened[post.capture_id]["response"].block


def test_the_password_stands_in_no_file_and_no_report(market, crawls, html, avatar):
    walled = Walled(market, html)
    fill(walled, html, 1)
    report = crawls.run(**avatar)
    folder = crawls.captures_folder.parent
    for path in folder.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()
    assert PASSWORD not in repr(report) + repr(crawls.events) + repr(crawls.job(**avatar))
