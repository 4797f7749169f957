# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page is handed to the browser with: our policy, no inline picture as it stands."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.browser.policy import (
    INLINE_HOST,
    MOST_INLINE,
    Answer,
    RenderPolicy,
    answer_of,
    lift_inline,
    looks_like_picture,
)
from vestigo.evidence.warc import read_response

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def html(body, content_type="text/html; charset=utf-8"):
    return Answer(status=200, content_type=content_type, body=body)


def data(content, kind="png"):
    return f"data:image/{kind};base64,".encode() + base64.b64encode(content)


def rules(**given):
    header = RenderPolicy(**{"scripts": False, "pictures": False, **given}).header
    return dict(part.split(" ", 1) for part in header.split("; "))


def test_nothing_runs_and_nothing_is_shown_that_is_not_authorised():
    strict = rules()
    for name in (
        "default-src",
        "img-src",
        "script-src",
        "connect-src",
        "frame-src",
        "form-action",
        "worker-src",
    ):
        assert strict[name] == "'none'"
    assert rules(pictures=True)["img-src"] == "http: https:"
    assert "'unsafe-inline'" in rules(scripts=True)["script-src"]
    for allowed in ({}, {"pictures": True}, {"scripts": True}, {"pictures": True, "scripts": True}):
        assert not any("data:" in value or "blob:" in value for value in rules(**allowed).values())
        assert rules(**allowed)["frame-src"] == "'none'"


def test_of_the_headers_only_what_is_needed_reaches_the_browser():
    wire = read_response(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nRefresh: 0; url=http://x/\r\n"
        b"Link: <http://x/>; rel=preload\r\nAlt-Svc: h3=x\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
        b"Content-Security-Policy: img-src *\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n\r\nhi"
    )
    answer = answer_of(wire, "c1")
    names = [name for name, _value in answer.headers(RenderPolicy(scripts=False, pictures=False))]
    assert sorted(names) == ["Cache-Control", "Content-Security-Policy", "Content-Type", "Set-Cookie", "Set-Cookie"]  # fmt: skip
    assert (answer.body, answer.capture_id) == (b"hi", "c1")


def test_an_inline_picture_gets_an_address_of_its_own():
    page = html(
        b"<img src='"
        + data(PNG)
        + b"'><p style=\"background:url("
        + data(b"GIF89a..", "gif")
        + b')">'
    )
    lifted, found = lift_inline(page, "http://m.onion/p")
    digest = hashlib.sha256(PNG).hexdigest()
    assert f"src='http://{INLINE_HOST}/{digest}'".encode() in lifted.body
    assert b"data:" not in lifted.body
    assert found[f"http://{INLINE_HOST}/{digest}"].body == PNG
    assert {one.content_type for one in found.values()} == {"image/png", "image/gif"}


@pytest.mark.parametrize(
    "inside", [b"data:image/svg+xml;base64,AAAA", b"data:image/png;base64,****", b"data:text/html;base64,AAAA",
               b"data&colon;image/png;base64,AAAA", b"data:image/png,raw"],
)  # fmt: skip
def test_what_is_not_surely_a_picture_stays_and_the_policy_blanks_it(inside):
    lifted, found = lift_inline(html(b"<img src='" + inside + b"'>"), "http://m.onion/")
    assert inside in lifted.body
    assert found == {}


def test_pictures_without_number_are_bounded():
    body = b"".join(
        b"<img src=" + data(PNG + bytes((n % 256, n // 256))) + b">" for n in range(MOST_INLINE + 5)
    )
    _lifted, found = lift_inline(html(body), "https://m.onion/")
    assert len(found) == MOST_INLINE


def test_a_picture_is_no_text_to_look_into():
    picture = Answer(status=200, content_type="image/png", body=data(PNG))
    assert lift_inline(picture, "http://m.onion/") == (picture, {})


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=60), st.binary(max_size=200))
def test_lifting_changes_nothing_else(before, content, after):
    if b"data:" in before + after:
        return
    tail = b"' " + after
    lifted, found = lift_inline(html(before + b"'" + data(content) + tail), "http://m.onion/")
    (address,) = found
    assert lifted.body == before + b"'" + address.encode() + tail
    assert found[address].body == content


@pytest.mark.parametrize(
    "start", [PNG, b"\xff\xd8\xff\xe0", b"GIF89a", b"BM..", b"RIFF....WEBP", b"....ftypavif"]
)
def test_a_picture_is_known_by_how_it_begins(start):
    assert looks_like_picture(start + bytes(10))
    assert html(start, "text/plain").is_picture
    assert not html(b"<html>", "text/html").is_picture
