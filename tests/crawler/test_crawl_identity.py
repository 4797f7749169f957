# SPDX-License-Identifier: AGPL-3.0-or-later
"""A fresh identity on demand, while a crawl runs: what is asked for later comes another way."""

import json
import threading

import pytest
from standing import PROFILE, alive, put

from vestigo.errors import ExitCode, UsageError
from vestigo.pipeline.crawl_identity import fresh_asked, wish_path
from vestigo.pipeline.session import open_session

ONION = "a" * 56 + ".onion"
N_PAGES = 24


@pytest.fixture
def proxy(market, beside):
    server = beside("test_socks").Proxy(market)
    yield server
    server.close()


@pytest.fixture
def onion_case(case, authorised, proxy):
    """A case that crawls an onion address through the proxy."""
    authorised(hosts=(ONION,))
    more = f'\n[settings.crawl]\nproxy = "{proxy.uri}"\nattempts = 1\nconcurrency = 2\n'
    case.toml.write_text(case.toml.read_text() + more)
    return case


@pytest.fixture
def carried(market, html, proxy):
    """Let the market have pages; remember which user of the proxy carried each request."""
    seen, at = [], {}

    def page(answer, number):
        def give(_request, _n):
            seen.append((number, proxy.user_of[threading.get_ident()]))
            if number in at:
                at.pop(number)()
            return answer

        return give

    market.answers["/"] = page(html.category(*(f"/p/{n}" for n in range(N_PAGES))), -1)
    for n in range(N_PAGES):
        market.answers[f"/p/{n}"] = page(html.listing(n), n)
    return seen, at


def crawl(asked, *more):
    words = ("run", "--profile", PROFILE, "--start", f"http://{ONION}/", *more)
    return asked(*words)[0]


def test_later_requests_come_under_another_name(onion_case, asked, carried, monkeypatch):
    monkeypatch.setattr("crawler.world.ASK_SECONDS", 0)
    seen, at = carried
    at[9] = lambda: wish_path(onion_case.crawl_state / "tiny.sqlite").touch()
    assert crawl(asked) == ExitCode.DONE
    assert {number for number, _user in seen} == {-1, *range(N_PAGES)}
    before, after = (user for _n, user in (seen[0], seen[-1]))
    assert before != after
    place = [number for number, _user in seen].index(9)
    assert {user for _n, user in seen[: place + 1]} == {before}
    assert {user for _n, user in seen[place + 3 :]} == {after}  # two were in flight
    first, second = json.loads(asked("tor", "--json")[1])["sessions"]
    assert (first["isolation"], second["isolation"]) == (before.decode(), after.decode())
    assert [(one["identity"], one["fresh"]) for one in (first, second)] == [
        ("0", "no"),
        ("1", "yes"),
    ]
    assert first["ended_at"] <= second["began_at"] < second["ended_at"]
    crawl(asked, "--pass", "2")
    assert seen[-1][1] == after, "the next run keeps it"


def test_the_command_asks_a_crawl_that_runs(onion_case, asked):
    put(onion_case, n_queued=3, running=alive())
    code, out, _err = asked("identity", "tiny")
    assert (code, "takes it up" in out) == (0, True)
    wanted = fresh_asked(onion_case.crawl_state / "tiny.sqlite")
    assert (wanted(), wanted()) == (True, False), "each wish is taken up once"
    with open_session(onion_case.path, write=False) as session:
        last = list(session.custody.events())[-1]
    assert last.reason == "fresh Tor identity asked for"
    assert last.details["frontier"] == "tiny"


def test_a_crawl_that_does_not_run_is_gone_on_with(onion_case, asked):
    put(onion_case, n_queued=3)
    with pytest.raises(UsageError) as caught:
        asked("identity")
    assert caught.value.code == "E-CRA-085"


def test_without_a_proxy_there_is_no_identity(case, authorised, asked):
    authorised()
    put(case, n_queued=3, running=alive())
    with pytest.raises(UsageError) as caught:
        asked("identity", "tiny")
    assert caught.value.code == "E-CRA-086"


def test_a_wish_that_an_earlier_run_left_is_none_of_the_next(onion_case, asked, carried):
    wish_path(onion_case.crawl_state / "tiny.sqlite").parent.mkdir(exist_ok=True)
    wish_path(onion_case.crawl_state / "tiny.sqlite").touch()
    assert crawl(asked) == ExitCode.DONE
    assert len({user for _n, user in carried[0]}) == 1


@pytest.mark.parametrize("verb", ["resume", "attend"])
def test_going_on_can_take_up_a_fresh_identity(onion_case, asked, carried, verb):
    crawl(asked)
    person = ("--person", "p") if verb == "attend" else ()
    asked(verb, "tiny", "--fresh-identity", *person)
    assert [one["fresh"] for one in json.loads(asked("tor", "--json")[1])["sessions"]] == [
        "no", "yes",
    ]  # fmt: skip
