# SPDX-License-Identifier: AGPL-3.0-or-later
"""The market over real HTTP on loopback, started as a user starts it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from urllib.parse import urlencode, urlsplit

import pytest

from vestigo.training.serving import HOST, MAX_FORM_BYTES


def start(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "vestigo", "training", "range", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | environment,
    )  # fmt: skip


@pytest.fixture(scope="module")
def address():
    """Where the market of seed 1 answers."""
    process = start("--seed", "1", "--serve")
    try:
        yield urlsplit(json.loads(process.stdout.readline())["url"])
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        process.stdout.close()
        process.stderr.close()


def ask(address, method, target, body=None, **headers):
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    try:
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def cookie(address, story):
    form = urlencode({"user": story.account, "password": story.password})
    status, headers, _body = ask(
        address, "POST", "/login", form, **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert status == 302
    return dict(headers)["Set-Cookie"].split(";")[0]


def test_it_listens_on_loopback_only(address):
    assert address.hostname == HOST == "127.0.0.1"


def test_a_visitor_is_sent_to_the_log_in(address):
    status, headers, body = ask(address, "GET", "/search?q=x&page=2")
    assert (status, dict(headers)["Location"], body) == (302, "/login", b"")


def test_a_wrong_password_opens_nothing(address):
    status, headers, body = ask(address, "POST", "/login", "user=a&password=b")
    assert status == 200
    assert "Set-Cookie" not in dict(headers)
    assert b"Wrong user name or password" in body


def test_pages_over_http_are_those_of_the_site(address, cookie, visit, story):
    for target in ("/", "/category/drugs?page=2", f"/listing/{story.on_sale[0].key}", "/nothing"):
        status, _headers, body = ask(address, "GET", target, Cookie=cookie)
        expected = visit(target)
        assert (status, body) == (expected.status, expected.body)


def test_the_date_is_that_of_the_range(address, cookie):
    for _again in range(2):
        _status, headers, _body = ask(address, "GET", "/", Cookie=cookie)
        assert [value for name, value in headers if name.lower() == "date"] == [
            "Tue, 19 Nov 2024 09:30:00 GMT"
        ]
        assert "server" not in {name.lower() for name, _value in headers}


def test_answers_are_the_same_byte_for_byte(address, cookie):
    assert raw(address, cookie) == raw(address, cookie)


def raw(address, cookie):
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        request = (
            f"GET /search HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        )
        connection.sendall(request.encode())
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


def test_a_head_request_gets_no_body(address, cookie):
    status, headers, body = ask(address, "HEAD", "/", Cookie=cookie)
    assert (status, body) == (200, b"")
    assert int(dict(headers)["Content-Length"]) > 1000


def test_an_image_is_served_as_one(address, cookie, story):
    status, headers, body = ask(address, "GET", f"/image/{story.on_sale[0].key}.png", Cookie=cookie)
    assert (status, dict(headers)["Content-Type"], body[:4]) == (200, "image/png", b"\x89PNG")


@pytest.mark.parametrize("bad", ["\xff=;;;", "session", "=;=", "session=" + "x" * 5000])
def test_a_broken_cookie_is_no_session(address, bad):
    assert ask(address, "GET", "/", Cookie=bad)[0] == 302


def test_a_form_that_never_ends_is_cut(address):
    body = "user=" + "a" * (4 * MAX_FORM_BYTES)
    assert ask(address, "POST", "/login", body)[0] == 200


def test_a_percent_encoded_handle_is_found(address, cookie, story):
    handle = "".join(f"%{byte:02X}" for byte in story.vendors[0].handle.encode())
    status, _headers, body = ask(address, "GET", f"/vendor/{handle}", Cookie=cookie)
    assert status == 200
    assert f'data-handle="{story.vendors[0].handle}"'.encode() in body


def test_a_port_in_use_is_named(address):
    process = start("--seed", "1", "--serve", "--port", str(address.port), VESTIGO_LANG="en")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == ""
    assert (
        f"E-TRA-002: The port cannot be opened: Address already in use. [127.0.0.1:{address.port}]"
        in err
    )


def test_the_log_in_is_told_on_stderr_and_the_address_alone_on_stdout(story):
    process = start("--seed", "1", "--serve", "--json", VESTIGO_LANG="en")
    try:
        line = process.stdout.readline()
        assert set(json.loads(line)) == {"url"}
        told = process.stderr.readline()
        assert story.account in told
        assert story.password in told
    finally:
        process.send_signal(signal.SIGINT)
        rest, _err = process.communicate(timeout=30)
    assert rest == ""
    assert process.returncode == 0
