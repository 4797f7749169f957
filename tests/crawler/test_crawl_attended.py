# SPDX-License-Identifier: AGPL-3.0-or-later
"""A captcha is read by a person or not at all."""

import base64
import dataclasses
import json
from urllib.parse import parse_qsl

import pytest

from crawler.attending import MOST_BYTES, NoPicture, inline_picture
from crawler.job import Attendant
from crawler.market.profile import CaptchaRule
from crawler.market.selecting import css_select

PICTURE = b"\x89PNG\r\n\x1a\nnot really"
PERSON = "Inspectora Ruiz"


@pytest.fixture
def profile(profile):
    rule = CaptchaRule(css_select("form", "t"), css_select("img.code", "t"), "code")
    return dataclasses.replace(profile, captcha=rule)


@pytest.fixture
def wall(market, html):
    """A log-in whose form shows a code; the code of the nth look is ``c<n>``."""
    return Wall(market, html)


class Wall:
    def __init__(self, market, html):
        self.market, self.html = market, html
        self.source, self.posts, self.looks, self.pictures = "/code.png", [], 0, 0
        market.answers["/login"] = self.login
        market.answers["/code.png"] = self.picture
        market.answers["/"] = self.home

    def form(self):
        self.looks += 1
        return self.html.page(
            f'<form id=login method=post action="/login"><input name=user><input name=code>'
            f"<input type=hidden name=challenge value={self.looks}><img class=code "
            f'src="{self.source}"><input type=password name=password></form>'
        )

    def login(self, request, _number):
        if request.startswith(b"GET"):
            return self.form()
        fields = dict(parse_qsl(request.partition(b"\r\n\r\n")[2].decode()))
        self.posts.append(fields)
        right = fields.get("code") == f"c{self.looks}" and fields["password"] == "pw"
        head = "Location: /\r\nSet-Cookie: in=1; Path=/\r\n"
        return self.html.page("", status="302 Found", head=head) if right else self.form()

    def picture(self, _request, _number):
        self.pictures += 1
        head = f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {len(PICTURE)}"
        return f"{head}\r\n\r\n".encode() + PICTURE

    def home(self, request, _number):
        return self.html.category() if b"in=1" in request else self.html.LOGIN


class Answers:
    """What the person types, one after another; remembers what was shown."""

    def __init__(self, *answers):
        self.answers, self.shown = list(answers), []

    def __call__(self, content, media_type):
        self.shown.append((content, media_type))
        return self.answers.pop(0) if self.answers else ""


def attended(*answers):
    ask = Answers(*answers)
    return ask, {"account": "avatar", "password": "pw", "attendant": Attendant(PERSON, ask)}


def test_a_person_reads_it_and_the_session_goes_on(wall, crawls):
    ask, options = attended(" c1\n")
    report = crawls.run(**options)
    assert report.paused == ""
    assert report.coverage.page_kinds == {"category": 1}
    assert ask.shown == [(PICTURE, "image/png")]
    assert wall.posts == [{"user": "avatar", "password": "pw", "code": "c1", "challenge": "1"}]
    (details,) = [d for _a, why, d in crawls.events if why == "captcha answered by a person"]
    assert details["person"] == PERSON
    picture = next(c for c in crawls.captures if c.uri.endswith("/code.png"))
    assert details["capture_id"] == picture.capture_id
    assert picture.problem == ""  # the picture is a part of the log-in, and kept whole


@pytest.mark.parametrize("answers", [(), ("",), ("   ",)])
def test_nobody_answers_and_the_crawl_pauses(wall, crawls, answers):
    _ask, options = attended(*answers)
    report = crawls.run(**options)
    assert report.paused == "E-CRA-016"
    assert wall.posts == []


def test_without_a_person_nothing_is_tried_and_no_picture_fetched(wall, crawls):
    report = crawls.run(account="avatar", password="pw")
    assert report.paused == "E-CRA-016"
    assert (wall.posts, wall.pictures) == ([], 0)
    assert report.coverage.waiting == 1


def test_a_wrong_answer_is_asked_again_three_times_at_most(wall, crawls):
    ask, options = attended("no", "no", "no", "c4", "c5")
    report = crawls.run(**options)
    assert report.paused == "E-CRA-017"
    assert len(wall.posts) == len(ask.shown) == 3
    ask, options = attended("wrong", f"c{wall.looks + 2}")
    assert crawls.run(**options).paused == ""


def test_who_answered_wrongly_and_then_no_more_did_attend(wall, crawls):
    ask, options = attended("no", "no", "")
    report = crawls.run(**options)
    assert (report.paused, len(ask.shown), len(wall.posts)) == ("E-CRA-017", 3, 2)
    assert report.paused_why.startswith(f"The market accepted none of 2 answers of {PERSON}")
    assert (report.n_log_ins, report.n_log_in_tries) == (0, 1)


def test_who_attends_and_answers_nothing_is_named(wall, crawls):
    assert PERSON in crawls.run(**attended()[1]).paused_why


def test_a_terminal_that_is_gone_counts_as_nobody(wall, crawls):
    def broken(_content, _media_type):
        raise OSError

    report = crawls.run(account="avatar", password="pw", attendant=Attendant(PERSON, broken))
    assert report.paused == "E-CRA-016"


def test_a_picture_in_the_page_itself_needs_no_request(wall, crawls):
    wall.source = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
    ask, options = attended("c1")
    assert crawls.run(**options).paused == ""
    assert (ask.shown, wall.pictures) == ([(PICTURE, "image/png")], 0)


@pytest.mark.parametrize(
    "source",
    ["http://127.0.0.1:9/x.png", "//x.onion/x.png", "data:image/png;base64,%%%", "data:,", "",
     "data:text/html;base64,PGI+"],
)  # fmt: skip
def test_a_picture_from_elsewhere_or_none_is_not_shown(wall, crawls, source):
    wall.source = source
    ask, options = attended("c1")
    assert crawls.run(**options).paused == "E-CRA-014"
    assert ask.shown == []


def test_a_captcha_before_the_log_in_is_answered_first(market, html, crawls, wall):
    """The queue of some markets ends in a captcha of its own."""
    passed = []
    check = html.page('<form action="/check"><img class=code src=/code.png><img class=captcha>'
                      '<input name=code><input type=hidden name=t value=7></form>')  # fmt: skip
    form = html.LOGIN

    def login(request, number):
        if not passed:
            return check
        return form if request.startswith(b"GET") else wall.login(request, number)

    def checked(request, _number):
        passed.append(dict(parse_qsl(request.partition(b"\r\n\r\n")[2].decode())))
        return html.page("", status="302 Found", head="Location: /login\r\n")

    market.answers["/login"], market.answers["/check"] = login, checked
    wall.looks = 1
    _ask, options = attended("K7")
    report = crawls.run(**options)
    assert passed == [{"code": "K7", "t": "7"}]
    assert report.paused == "E-CRA-011"  # this wall wants its own code too: asked once only
    assert len(wall.posts) == 1


def test_the_answer_stands_in_no_log(wall, crawls):
    _ask, options = attended("c1")
    crawls.run(**options)
    assert '"c1"' not in json.dumps([details for _a, _w, details in crawls.events])


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("/x.png", None), ("http://h/x.png", None),
        ("data:image/gif,ab%63", (b"abc", "image/gif")),
        ("data:IMAGE/PNG;base64,YWJj", (b"abc", "image/png")),
    ],
)  # fmt: skip
def test_inline_pictures(uri, found):
    assert inline_picture(uri) == found


@pytest.mark.parametrize(
    "uri", ["data:image/png;base64,a", "data:", "data:," + "x" * (MOST_BYTES + 1)]
)
def test_broken_inline_pictures(uri):
    with pytest.raises(NoPicture):
        inline_picture(uri)
