# SPDX-License-Identifier: AGPL-3.0-or-later
"""The frontier: each page once, in order, with its cause; nothing lost between leases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.coverage import coverage_of
from crawler.frontier import Frontier, NewPage
from crawler.links import normal_uri
from crawler.permission import host_and_port, intent

NOWHERE = ("", 0)


@pytest.fixture
def frontier(tmp_path):
    made = Frontier(tmp_path / "crawl" / "f.sqlite")
    yield made
    made.close()


def lease(frontier, now=100.0):
    return frontier.lease(now, NOWHERE)


def test_pages_come_in_the_order_in_which_they_became_known(frontier):
    frontier.add([NewPage("b", "listing"), NewPage("a", ""), NewPage("b", "vendor")])
    assert [(lease(frontier).uri, lease(frontier).uri)] == [("b", "a")]
    assert lease(frontier) is None
    assert frontier.leased()[0].hint == "listing"


def test_a_page_that_is_done_brings_its_links(frontier):
    frontier.add([NewPage("a", "")])
    row = lease(frontier)
    frontier.done(
        row, "c" * 64, "category", [NewPage("b", ""), NewPage("a", ""), NewPage("x", "", "never")]
    )
    coverage = frontier.coverage()
    assert (coverage.known, coverage.fetched, coverage.waiting) == (3, 1, 1)
    assert coverage.refused == {"never": 1}
    assert coverage.page_kinds == {"category": 1}
    assert lease(frontier).uri == "b"


def test_a_retry_waits_for_its_time_and_counts(frontier):
    frontier.add([NewPage("a", "")])
    row = lease(frontier)
    frontier.retry(row, "queue", not_before=200.0)
    assert lease(frontier, 199.0) is None
    assert frontier.has_waiting()
    again = lease(frontier, 200.0)
    assert (again.n_attempts, again.n_leases) == (1, 2)
    assert again.label == "1/2"


def test_giving_back_counts_no_attempt(frontier):
    frontier.add([NewPage("a", "")])
    frontier.give_back(lease(frontier))
    assert lease(frontier).n_attempts == 0


def test_failed_pages_are_tried_again_in_the_next_run(frontier):
    frontier.add([NewPage("a", "")])
    frontier.fail(lease(frontier), "http-503", "c" * 64, [NewPage("b", "")])
    assert frontier.coverage().failed == {"http-503": 1}
    frontier.try_failed_again()
    assert frontier.coverage().failed == {}
    assert lease(frontier).uri == "a"


def test_a_lease_outlives_the_process_that_took_it(tmp_path):
    path = tmp_path / "f.sqlite"
    first = Frontier(path)
    first.add([NewPage("a", ""), NewPage("b", "")])
    first.lease(1.0, ("crawl-00001", 42))
    first.close()
    second = Frontier(path)
    (row,) = second.leased()
    assert (row.uri, row.after_name, row.after_offset) == ("a", "crawl-00001", 42)
    assert second.lease(1.0, NOWHERE).uri == "b"
    second.close()
    assert coverage_of(path).waiting == 2


def test_refused_pages_can_be_allowed_later(frontier):
    frontier.add([NewPage("a", "vendor", "not-authorised"), NewPage("b", "", "never")])
    ((seq, uri, hint),) = frontier.not_authorised()
    assert (uri, hint) == ("a", "vendor")
    frontier.allow(seq)
    assert lease(frontier).uri == "a"
    assert frontier.coverage().refused == {"never": 1}


def test_a_state_that_does_not_exist_is_refused_by_the_database(frontier):
    import sqlite3

    with pytest.raises(sqlite3.IntegrityError):
        frontier._db.execute("INSERT INTO pages (uri, hint, state) VALUES ('a', '', 'lost')")


@given(
    st.lists(
        st.tuples(st.sampled_from(["done", "fail", "retry", "give", "refuse"]), st.integers(0, 9)),
        max_size=30,
    )
)
def test_known_is_always_the_sum_of_all_states(tmp_path_factory, steps):
    frontier = Frontier(tmp_path_factory.mktemp("frontier") / "f.sqlite")
    frontier.add([NewPage("start", "")])
    for step, n in steps:
        row = lease(frontier, 1e12)
        if row is None:
            break
        links = [NewPage(f"p{n}", ""), NewPage(f"q{n}", "", "never")]
        {
            "done": lambda row=row, links=links: frontier.done(row, "", "other", links),
            "fail": lambda row=row, links=links: frontier.fail(row, "x", "", links),
            "retry": lambda row=row: frontier.retry(row, "x", 0),
            "give": lambda row=row: frontier.give_back(row),
            "refuse": lambda row=row: frontier.refuse(row, "x"),
        }[step]()
    c = frontier.coverage()
    frontier.close()
    assert c.known == c.fetched + c.waiting + sum(c.failed.values()) + sum(c.refused.values())
    assert c.fetched == sum(c.page_kinds.values())


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("HTTP://Host.Onion:80/a#b", "http://host.onion/a"),
        ("https://h:443", "https://h/"),
        ("http://h:81/a?b=1&c", "http://h:81/a?b=1&c"),
        (" http://h/ä ö ", "http://h/%C3%A4%20%C3%B6"),
        ("http://h/%7Ea", "http://h/%7Ea"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("http://user:pw@h/", ""),
        ("javascript:alert(1)", ""),
        ("ftp://h/", ""),
        ("http://", ""),
        ("http://h:99999/", ""),
        ("http://h/\r\nHost: evil", None),
        ("http://h/" + "a" * 5000, ""),
    ],
)
def test_each_address_has_one_spelling(raw, normal):
    found = normal_uri(raw)
    if normal is None:
        assert "\r" not in found
        assert "\n" not in found
    else:
        assert found == normal


@given(st.text(max_size=60))
def test_a_normal_address_is_printable_and_stays_as_it_is(text):
    found = normal_uri(f"http://host/{text}")
    assert found.isascii()
    assert not any(c <= " " for c in found)
    assert normal_uri(found) == found


@pytest.mark.parametrize(
    ("uri", "hint", "act", "data_class"),
    [
        ("http://h/p/1", "listing", "view", "listing"),
        ("http://h/v/1", "vendor", "view", "vendor_profile"),
        ("http://h/s", "search", "search", "listing"),
        ("http://h/f", "feedback", "view", "feedback"),
        ("http://h/u", "buyer_profile", "view", "buyer_profile"),
        ("http://h/m", "message", "view", "message"),
        ("http://h/o", "order", "view", "order"),
        ("http://h/a.JPG?x=1", "", "fetch_image", "listing"),
        ("http://h/a", "image", "fetch_image", "listing"),
        ("http://h/a.tar.gz", "listing", "fetch_image", "listing"),
        ("http://h/a?b=c.png", "", "view", "listing"),
    ],
)
def test_what_asking_for_an_address_would_be(uri, hint, act, data_class):
    wanted = intent(uri, hint, "avatar")
    assert (wanted.act, wanted.data_class, wanted.account) == (act, data_class, "avatar")
    assert (wanted.host, wanted.port) == ("h", 80)


def test_hosts_and_ports():
    assert host_and_port("https://H.onion/") == ("h.onion", 443)
    assert host_and_port("http://[::1]:8080/") == ("::1", 8080)
    assert host_and_port("mailto:a@b") == ("", 0)
    assert host_and_port("http://h:x/") == ("", 0)
