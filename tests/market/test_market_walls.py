# SPDX-License-Identifier: AGPL-3.0-or-later
"""Walls are known by general signs, in any style and language, and are never content."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.market import load_profile, read_page
from crawler.market.charset import decode_body
from crawler.market.document import parse_document
from crawler.market.wall import WALLS, wall_kind, wall_of_text
from crawler.market.wall_forms import any_captcha_form, any_login_form
from crawler.market.wall_signs import refresh_of
from vestigo.places import config_root
from vestigo.settings import read_toml
from vestigo.training.invented import STYLES, invented_pages

BASE = "http://x.onion/p/1"
LANGUAGES = ["de", "en", "es", "fr", "nl", "pt", "ru"]
LOGIN = "<title>Log in</title><form method=post><input name=u><input type=password name=p></form>"
CAPTCHA = "<h1>Are you human?</h1><form method=post><img src=/c.png><input name=code></form>"


def kind(html, status=200, refresh="", uri=BASE):
    return wall_kind(parse_document(decode_body(html.encode(), "")).root, uri, status, refresh)


@pytest.mark.parametrize("style", sorted(STYLES))
@pytest.mark.parametrize("language", LANGUAGES)
def test_invented_pages_of_a_style_and_language(style, language):
    pages = [one for one in invented_pages() if one.group == f"{style}/{language}"]
    assert {one.kind for one in pages} >= set(WALLS)
    found = [(one.kind, kind(one.body, one.status, one.refresh, one.uri)) for one in pages]
    assert [(is_, is_ if is_ in WALLS else "") for is_, _guess in found] == found


def test_every_language_has_words_for_every_kind():
    words = read_toml(config_root() / "page_signs.toml")
    assert all(sorted(words[section]) == LANGUAGES for section in words if section != "format")


@pytest.mark.parametrize(
    ("status", "is_"),
    [(404, "not-found"), (410, "not-found"), (401, "login"), (429, "rate-limit"), (403, "ban"),
     (451, "ban"), (500, "maintenance"), (502, "maintenance"), (503, "maintenance"), (200, "")],
)  # fmt: skip
def test_a_status_alone_tells(status, is_):
    assert kind("<p>x</p>", status) == is_
    assert wall_of_text("", status) == is_


@pytest.mark.parametrize("status", [200, 403, 429, 503])
def test_what_a_person_has_to_solve_counts_more_than_the_status(status):
    assert kind(CAPTCHA, status) == "captcha"
    assert kind(LOGIN, status) == "login"


@pytest.mark.parametrize(
    "html",
    [
        "<h1>Verify</h1><div class=h-captcha></div><p>Prove that you are not a robot</p>",
        (
            "<title>DDoS protection</title><form><label><input type=radio name=a><img src=1></label>"
            "<label><input type=radio name=a><img src=2></label></form>"
        ),
        "<form method=post><img src=/captcha.php?x=1><input name=answer><input type=submit></form>",
        (
            "<h2>What time does the clock show?</h2><form method=post><svg></svg><input name=h>"
            "<input name=m></form>"
        ),
        "<h1>Security question</h1><p>3 + 4 = ?</p><form method=post><input name=r></form>",
    ],
)
def test_captchas_of_other_builds(html):
    assert kind(html) == "captcha"


@pytest.mark.parametrize(
    "html",
    [
        ("<h1>Register</h1><form><input name=u><input type=password name=p>"
        "<input type=password name=q placeholder='Repeat your password'></form>"),
        "<form action=/s><input name=q></form><h1>Pens</h1><p>12.00 USD each, 3 left</p>",
        "<h1>Write to us</h1><form><input name=t><textarea name=m></textarea></form>",
        "<h1>Red pen</h1><p>$ 4.00</p><form method=post><img src=p.jpg><input name=n></form>",
        "<title>Moved</title><meta http-equiv=refresh content='0;url=/home'><p>Logged in.",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_wall(html):
    assert kind(html) == ""


def test_a_refresh_header_is_a_sign():
    assert kind("<p>12 before you</p>", refresh="5") == "queue"
    assert refresh_of("5; url=/p/1", BASE) == (5, "")
    assert refresh_of("5;URL='/q'", BASE) == (5, "/q")
    assert refresh_of("soon", BASE) is None


@pytest.mark.parametrize("body", [LOGIN, CAPTCHA])
@pytest.mark.parametrize("status", [200, 503])
def test_a_profile_that_takes_everything_for_a_listing_files_no_wall(body, status):
    """The rule of the profile is as wide as one can write it."""
    profile = load_profile(Path(__file__).parents[1] / "crawler" / "market.toml")
    html = f"<html><body><h1 class=listing>Blue</h1><p class=price>1 BTC</p>{body}</body></html>"
    reading = read_page(profile, html.encode(), uri=BASE, status=status, media_type="text/html",
                        charset="", problem="")  # fmt: skip
    assert reading.kind in ("login", "captcha")
    assert reading.listing is None


def test_forms_without_a_profile():
    root = parse_document(decode_body(LOGIN.encode(), "")).root
    form = any_login_form(root, BASE)
    assert (form.user_field, form.password_field, form.action) == ("u", "p", BASE)
    assert any_captcha_form(root, BASE) is None
    root = parse_document(decode_body(CAPTCHA.encode(), "")).root
    form = any_captcha_form(root, BASE)
    assert (form.answer_field, form.picture) == ("code", "http://x.onion/c.png")
    assert any_login_form(root, BASE) is None


@given(st.text(max_size=200), st.sampled_from([None, 200, 403, 404, 429, 503]))
def test_no_page_can_break_it(html, status):
    assert kind(html, status) in ("", *WALLS)
    assert wall_of_text(html, status) in ("", *WALLS)


def test_no_captcha_is_ever_solved_by_the_program():
    """No library that reads pictures is asked for, and none is imported anywhere."""
    top = Path(__file__).parents[2]
    readers = r"tesseract|easyocr|ddddocr|ocrmypdf|keras|2captcha|anticaptcha|capsolver|deathby"
    files = [top / "pyproject.toml", *top.glob("crawler/**/*.py"), *top.glob("vestigo/**/*.py")]
    assert len(files) > 100
    assert [
        str(one) for one in files if re.search(readers, one.read_text("utf-8"), re.IGNORECASE)
    ] == []
    used = r"^\s*(?:import|from)\s+(?:\w*ocr\w*|cv2|PIL|pytesseract)\b"
    pictures = [one for one in files if re.search(used, one.read_text("utf-8"), re.MULTILINE)]
    asking = ("attending", "signing_in", "session", "page_work")
    assert not {one.stem for one in pictures} & set(asking)
