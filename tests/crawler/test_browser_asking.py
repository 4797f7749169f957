# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the browser asks for on a connection: a plain GET of the host that was granted, or nothing."""

import asyncio

import pytest

from crawler.browser.asking import NotAskedError, read_browser_request

HEAD = b"GET /p/1?a=b HTTP/1.1\r\nHost: m.onion\r\nAccept: text/html,*/*\r\nConnection: keep-alive\r\n\r\n"


def read(raw, host="m.onion", port=80):
    async def feed():
        reader = asyncio.StreamReader(limit=4096)
        reader.feed_data(raw)
        reader.feed_eof()
        return await read_browser_request(reader, host, port)

    return asyncio.run(feed())


def test_a_request_is_kept_as_it_was_written():
    request = read(HEAD + b"left over")
    assert (request.head, request.uri, request.method) == (HEAD, "http://m.onion/p/1?a=b", "GET")
    wanted = request.intent("vendor", "avatar")
    assert (wanted.host, wanted.port, wanted.act) == ("m.onion", 80, "view")
    assert (wanted.account, wanted.data_class) == ("avatar", "vendor_profile")
    assert read(b"") is None


@pytest.mark.parametrize(
    "line", [b"Accept: image/avif,image/webp,*/*", b"Accept: video/webm", b"Sec-Fetch-Dest: image",
             b"Sec-Fetch-Dest: audio"],
)  # fmt: skip
def test_what_asks_for_a_picture_is_the_act_fetch_image_whatever_its_name(line):
    raw = HEAD.replace(b"Accept: text/html,*/*", line)
    assert read(raw).intent("", "").act == "fetch_image"


def test_the_name_alone_makes_it_a_picture_too():
    assert read(HEAD.replace(b"/p/1?a=b", b"/x.JPG?a")).intent("", "").act == "fetch_image"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\x16\x03\x01\x02\x00\x01", "tls"),
        (b"SSH-2.0-x\r\n\r\n", "other-protocol"),
        (HEAD.replace(b"GET", b"POST"), "other-protocol"),
        (HEAD.replace(b"GET /p/1?a=b", b"GET http://other.onion/"), "not-get"),
        (HEAD.replace(b"HTTP/1.1", b"HTTP/1.0"), "not-get"),
        (HEAD.replace(b"Host: m.onion", b"Host: other.onion"), "other-host-named"),
        (HEAD.replace(b"Host: m.onion\r\n", b""), "other-host-named"),
        (HEAD.replace(b"Connection: keep-alive", b"Connection: Upgrade\r\nUpgrade: websocket"), "upgrade"),
        (HEAD.replace(b"Connection: keep-alive", b"Content-Length: 3"), "body"),
        (HEAD[:-4], "no-request"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n", "no-request"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_by_name(raw, why):
    with pytest.raises(NotAskedError, match=why):
        read(raw)


def test_a_port_and_ipv6_are_part_of_the_host():
    assert read(HEAD.replace(b"m.onion", b"m.onion:81"), port=81).uri == "http://m.onion:81/p/1?a=b"
    assert read(HEAD.replace(b"m.onion", b"[::1]:8080"), "::1", 8080).uri.startswith(
        "http://[::1]:8080/"
    )
    with pytest.raises(NotAskedError):
        read(HEAD, port=81)
