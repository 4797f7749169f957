# SPDX-License-Identifier: AGPL-3.0-or-later
"""Venues over real HTTP on loopback, started as a user starts them."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from urllib.parse import urlencode, urlsplit

import pytest

from vestigo.errors import UsageError
from vestigo.training.behaviour import load_behaviour
from vestigo.training.opening import loopback_urls, world_sites
from vestigo.training.serving import HOST, MAX_FORM_BYTES, Front, listen, open_fronts
from vestigo.training.site import Site
from vestigo.training.telling import tell_world

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def start(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "vestigo", "training", "range", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"VESTIGO_LANG": "en"} | environment,
    )  # fmt: skip


def end(process, with_signal=signal.SIGTERM):
    process.send_signal(with_signal)
    out, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    return out, told


@pytest.fixture(scope="module")
def market():
    """The demonstration's market."""
    (one,) = tell_world(1, load_behaviour("demo")).markets
    return one


@pytest.fixture(scope="module")
def site(market):
    return Site(market.at(1))


@pytest.fixture(scope="module")
def address():
    """Where the demonstration's market of seed 1 answers."""
    process = start("--behaviour", "demo", "--serve")
    yield urlsplit(json.loads(process.stdout.readline())["url"])
    end(process)


def ask(address, method, target, body=None, **headers):
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    try:
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def cookie(address, market):
    form = urlencode({"user": market.account, "password": market.password})
    status, headers, _body = ask(address, "POST", "/login", form, **FORM)
    assert status == 302
    return headers["Set-Cookie"].split(";")[0]


def test_it_listens_on_loopback_only(address):
    assert address.hostname == HOST == "127.0.0.1"


def test_a_visitor_is_sent_to_the_log_in(address):
    status, headers, body = ask(address, "GET", "/search?q=x&page=2")
    assert (status, headers["Location"], body) == (302, "/login", b"")


def test_a_wrong_password_opens_nothing(address):
    status, headers, body = ask(address, "POST", "/login", "user=a&password=b", **FORM)
    assert status == 200
    assert b"Wrong user name or password" in body
    refused = headers["Set-Cookie"].split(";")[0]
    assert ask(address, "GET", "/", Cookie=refused)[0] == 302


def test_pages_over_http_are_those_of_the_site(address, cookie, site, market):
    for target in ("/", "/category/drugs?page=2", f"/listing/{market.listings[0].key}", "/nothing"):
        status, _headers, body = ask(address, "GET", target, Cookie=cookie)
        expected = site.answer("GET", target, site.session_cookie(), b"")
        assert (status, body) == (expected.status, expected.body)


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
    assert int(headers["Content-Length"]) > 1000
    assert "server" not in {name.lower() for name in headers}


def test_an_image_is_served_as_one(address, cookie, market):
    key = market.at(1).listings[0].key
    status, headers, body = ask(address, "GET", f"/image/{key}.png", Cookie=cookie)
    assert (status, headers["Content-Type"], body[:4]) == (200, "image/png", b"\x89PNG")


@pytest.mark.parametrize("bad", ["\xff=;;;", "session", "=;=", "session=" + "x" * 5000])
def test_a_broken_cookie_is_no_session(address, bad):
    assert ask(address, "GET", "/", Cookie=bad)[0] == 302


def test_a_form_that_never_ends_is_cut(address):
    body = "user=" + "a" * (4 * MAX_FORM_BYTES)
    assert ask(address, "POST", "/login", body)[0] == 200


def test_a_percent_encoded_handle_is_found(address, cookie, market):
    handle = "".join(f"%{byte:02X}" for byte in market.vendors[0].handle.encode())
    status, _headers, body = ask(address, "GET", f"/vendor/{handle}", Cookie=cookie)
    assert status == 200
    assert f'data-handle="{market.vendors[0].handle}"'.encode() in body


def test_a_port_in_use_is_named(address):
    process = start("--behaviour", "demo", "--serve", "--port", str(address.port))
    out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    where = f"[127.0.0.1:{address.port}]"
    assert f"E-TRA-002: The port cannot be opened: Address already in use. {where}" in told


# --- a world of several venues -----------------------------------------------------------


@pytest.fixture(scope="module")
def world():
    return tell_world(1, load_behaviour("full"))


@pytest.fixture(scope="module")
def served():
    """The second pass of the world of a course: (line on stdout, process)."""
    process = start("--behaviour", "full", "--serve", "--pass", "2", "--json")
    yield json.loads(process.stdout.readline()), process
    process.terminate()
    process.communicate(timeout=60)


def test_every_venue_and_every_mirror_has_a_port(served, world):
    line, _process = served
    assert set(line) == {"url", "urls"}
    assert list(line["urls"]) == [one.key for one in world.markets]
    for market in world.markets:
        urls = line["urls"][market.key]
        assert len(urls["genuine"]) == 1 + market.section.n_mirrors
        assert len(urls["phishing"]) == market.section.n_phishing
    every = [url for urls in line["urls"].values() for kind in urls.values() for url in kind]
    assert len(set(every)) == len(every)
    assert line["url"] == every[0]
    for url in every:
        assert ask(urlsplit(url), "GET", "/")[0] in (200, 302)


def test_the_date_is_that_of_the_pass(served, world):
    line, _process = served
    for _again in range(2):
        headers = ask(urlsplit(line["url"]), "GET", "/")[1]
        dates = [value for name, value in headers.items() if name.lower() == "date"]
        assert dates == [f"{world.passes[1]:%a, %d %b %Y %H:%M:%S} GMT"]


def test_mirrors_answer_alike(served):
    line, _process = served
    for urls in line["urls"].values():
        bodies = {ask(urlsplit(url), "GET", "/")[2] for url in urls["genuine"]}
        assert len(bodies) == 1


def test_log_ins_and_the_next_pass_are_told_on_stderr(world):
    process = start("--behaviour", "full", "--serve", "--pass", "1")
    process.stdout.readline()
    rest, told = end(process, signal.SIGINT)
    assert rest == ""
    for market in world.markets:
        access = f"{market.name}: log in as {market.account} with the password {market.password}"
        assert access in told
    assert "This is pass 1 of 3" in told
    assert "--pass 2" in told


def test_it_ends_with_its_standard_input():
    process = subprocess.Popen(
        [sys.executable, "-m", "vestigo", "training", "range", "--behaviour", "demo", "--serve",
         "--until-eof"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert json.loads(process.stdout.readline())["url"]
    process.communicate("", timeout=60)
    assert process.returncode == 0


def test_a_pass_that_is_not_there_is_named(world):
    for number in (0, 4, -1):
        with pytest.raises(UsageError, match="E-TRA-065"):
            world_sites(world, number)
    process = start("--behaviour", "demo", "--serve", "--pass", "2")
    out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "E-TRA-065" in told


def test_ports_follow_the_first_and_are_given_back(world):
    sites = world_sites(world, 1)
    for _again in range(20):
        with listen(0) as probe:
            first = probe.getsockname()[1]
        try:
            fronts = open_fronts(sites, first)
        except UsageError:
            continue
        break
    urls = [
        url for kinds in loopback_urls(fronts).values() for kind in kinds.values() for url in kind
    ]
    assert urls == [f"http://127.0.0.1:{first + number}/" for number in range(len(sites))]
    with pytest.raises(UsageError, match="E-TRA-002"):
        open_fronts(sites, first - len(sites) + 1)
    for front in fronts:
        front.socket.close()
    listen(first).close()


def test_ports_beyond_the_last_are_refused(world):
    with pytest.raises(UsageError, match="E-TRA-002"):
        open_fronts(world_sites(world, 1), 65_535)


def test_who_asks_too_fast_is_told_when_to_ask_again(market):
    from dataclasses import replace

    slow = replace(market, section=replace(market.section, requests_a_minute=60))
    site = Site(slow.at(1))
    front = Front(site, listen(0))
    front.socket.close()
    answers = [front.answer("GET", "/login", {}, b"") for _again in range(12)]
    assert [one.status for one in answers] == [200] * 10 + [429] * 2
    assert 1 <= int(dict(answers[-1].headers)["Retry-After"]) <= 2
    assert len({one.body for one in answers[10:]}) == 1
