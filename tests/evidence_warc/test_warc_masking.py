# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secrets are overwritten at equal length, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.evidence.warc.masking import (
    masked,
    secret_ranges_of_request,
    secret_ranges_of_response,
)
from vestigo.evidence.warc.wire import read_response


def request_masked(wire, *, secret_body=False):
    return masked(wire, secret_ranges_of_request(wire, secret_body=secret_body))


def response_masked(wire):
    read = read_response(wire)
    return masked(wire, secret_ranges_of_response(wire, read.head_end, read.tail_start))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"Cookie: a=secret; b=two", b"Cookie: a=xxxxxx; b=xxx"),
        (b"cOOkIe:a=1;b", b"cOOkIe:a=x;x"),
        (b"Cookie: bare", b"Cookie: xxxx"),
        (b"Cookie: a=", b"Cookie: a="),
        (b"Cookie: a=b=c", b"Cookie: a=xxx"),
        (b"Authorization: Basic abc", b"Authorization: xxxxxxxxx"),
        (b"Proxy-Authorization:\tq", b"Proxy-Authorization:\tx"),
        (b"X-Cookie: a=1", b"X-Cookie: a=1"),
    ],
)
def test_secret_headers_of_a_request(line, expected):
    wire = b"GET / HTTP/1.1\r\n%s\r\nHost: h\r\n\r\n"
    assert request_masked(wire % line) == wire % expected


def test_the_body_is_masked_only_where_it_holds_credentials():
    wire = b"POST /login HTTP/1.1\r\nHost: h\r\n\r\nuser=a&password=b"
    assert request_masked(wire) == wire
    hidden = request_masked(wire, secret_body=True)
    assert hidden == b"POST /login HTTP/1.1\r\nHost: h\r\n\r\n" + b"x" * 17


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"Set-Cookie: sid=abc; Path=/; HttpOnly", b"Set-Cookie: sid=xxx; Path=/; HttpOnly"),
        (b"set-cookie:sid=abc", b"set-cookie:sid=xxx"),
        (b'Set-Cookie: sid="a;b"; Path=/', b"Set-Cookie: sid=xxxxx; Path=/"),
        (b"Set-Cookie: bare; Path=/", b"Set-Cookie: xxxx; Path=/"),
        (b"Set-Cookie : sid=abc", b"Set-Cookie : sid=xxx"),
        (b"Set-Cookie: sid=abc;\r\n more=def", b"Set-Cookie: sid=xxx;\r\n xxxxxxxx"),
        (b"Set-Cookie2: sid=abc", b"Set-Cookie2: sid=xxx"),
    ],
)
def test_secret_headers_of_a_response(line, expected):
    wire = b"HTTP/1.1 200 OK\r\n%s\r\nContent-Length: 9\r\n\r\nsid=abc!!"
    assert response_masked(wire % line) == wire % expected


def test_a_body_that_speaks_of_cookies_stays():
    wire = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nSet-Cookie: a=bcdefg\n"
    assert response_masked(wire)[:-1] == wire[:-1]


@pytest.mark.parametrize(
    "wire",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nSet-Cookie: a=SECRET\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\nSet-Cookie: a=SECRET\r\n\r\n",
        b"ICY 200\r\nSet-Cookie: a=SECRET\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\nSet-Cookie: a=SECRET\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
        b"HTTP/1.1 200 OK\nSet-Cookie: a=SECRET\n\nbody",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=SECRET",
    ],
    ids=["trailer", "second response", "no status line", "interim", "bare line feeds", "cut head"],
)  # fmt: skip
def test_secrets_in_odd_places_do_not_stay(wire):
    hidden = response_masked(wire)
    assert b"SECRET" not in hidden
    assert len(hidden) == len(wire)


@given(st.binary(max_size=300))
def test_masking_keeps_length_and_is_done_once(junk):
    wire = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=" + junk
    hidden = response_masked(wire)
    assert len(hidden) == len(wire)
    assert response_masked(hidden) == hidden
    assert read_response(hidden).framing == read_response(wire).framing
