# SPDX-License-Identifier: AGPL-3.0-or-later
"""One contract for every frontier: each backend by itself, and SQLite against the yardstick."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
)

from crawler.frontier import Frontier, FrontierStore, MemoryFrontier, NewPage

PLACE = ("crawl-00001", 7)


@pytest.fixture(params=["sqlite", "memory"])
def store(request, tmp_path) -> FrontierStore:
    made = Frontier(tmp_path / "f.sqlite") if request.param == "sqlite" else MemoryFrontier()
    yield made
    made.close()


def uris(store, now=100.0):
    found = []
    while (row := store.lease(now, PLACE)) is not None:
        found.append(row.uri)
    return found


def category_page(store, uri, links):
    """Settle the next page, which must be ``uri``, as a category with these links."""
    row = store.lease(0, PLACE)
    assert row.uri == uri
    store.done(row, "c", "category", links)


def test_listings_come_before_pages_that_lead_deeper(store):
    store.add([NewPage("/", "category")])
    category_page(store, "/", [NewPage("/c", "category"), NewPage("/s", "search")])
    category_page(
        store,
        "/c",
        [NewPage("/c?2", "category"), NewPage("/p1", "listing"), NewPage("/p2", "listing")],
    )
    assert uris(store) == ["/p1", "/p2", "/s", "/c?2"]


def test_each_category_has_its_turn(store):
    store.add([NewPage("/", "category")])
    category_page(store, "/", [NewPage("/big", "category"), NewPage("/small", "category")])
    category_page(store, "/big", [NewPage(f"/b{n}", "listing") for n in range(5)])
    row = store.lease(0, PLACE)
    assert row.uri == "/b0"
    store.give_back(row)
    for n in range(5):
        held = store.lease(0, PLACE)
        assert held.uri == f"/b{n}"
        store.retry(held, "busy", 50)
    category_page(store, "/small", [NewPage(f"/s{n}", "listing") for n in range(3)])
    assert uris(store) == ["/b0", "/s0", "/b1", "/s1", "/b2", "/s2", "/b3", "/b4"]


def test_the_pages_of_a_category_stay_its_own_over_many_pages(store):
    store.add([NewPage("/", "category")])
    category_page(store, "/", [NewPage("/a", "category"), NewPage("/b", "category")])
    category_page(store, "/a", [NewPage("/a?2", "category")])
    category_page(store, "/b", [NewPage("/b?2", "category")])
    category_page(store, "/a?2", [NewPage(f"/pa{n}", "listing") for n in range(3)])
    rows = [store.lease(0, PLACE) for _ in range(3)]
    assert {row.share for row in rows} == {1}
    for row in rows:
        store.give_back(row)
    assert [row.depth for row in rows] == [3, 3, 3]


def test_a_redirect_goes_no_deeper(store):
    store.add([NewPage("/", "")])
    row = store.lease(0, PLACE)
    store.done(row, "c", "redirect", [NewPage("/home", "category", "", 1)])
    target = store.lease(0, PLACE)
    assert (target.depth, target.share, target.n_redirects) == (0, 0, 1)


def test_a_page_that_is_leased_is_handed_out_to_nobody_else(store):
    store.add([NewPage("/", "")])
    row = store.lease(0, PLACE)
    assert store.lease(0, PLACE) is None
    assert store.leased() == [row]
    assert (row.after_name, row.after_offset) == PLACE


@pytest.mark.parametrize("again", ["done", "fail", "refuse", "retry", "wait", "give_back"])
def test_a_lease_ends_once(store, again):
    store.add([NewPage("/", "")])
    row = store.lease(0, PLACE)
    store.give_back(row)
    further = {"done": ("", "x", ()), "fail": ("x",), "refuse": ("x",), "retry": ("x", 0),
               "wait": ("x",), "give_back": ()}[again]  # fmt: skip
    with pytest.raises(ValueError, match="not leased"):
        getattr(store, again)(row, *further)


def test_an_old_lease_does_not_end_a_newer_one(store):
    store.add([NewPage("/", "")])
    old = store.lease(0, PLACE)
    store.give_back(old)
    new = store.lease(0, PLACE)
    with pytest.raises(ValueError, match="not leased"):
        store.done(old, "", "x", ())
    store.done(new, "", "x", ())


def test_waiting_pages_come_at_their_time_and_are_not_kept_by_a_clock_set_back(store):
    store.add([NewPage("/a", ""), NewPage("/b", "")])
    first, second = store.lease(1000, PLACE), store.lease(1000, PLACE)
    store.retry(first, "busy", 1020)
    store.retry(second, "busy", 1010)
    assert store.next_due() == 1010
    assert store.lease(1005, PLACE) is None
    assert store.lease(1010, PLACE).uri == "/b"
    assert store.lease(500, PLACE).uri == "/a"  # the clock went back: nobody waits for ever
    assert store.next_due() is None


def test_one_page_can_be_taken_up_by_name(store):
    store.add([NewPage("/a", "listing"), NewPage("/b", "")])
    row = store.take_up(NewPage("/b", ""))
    assert row.uri == "/b"
    store.done(row, "", "other", ())
    assert store.take_up(NewPage("/b", "")) is None
    store.count_from(90)
    assert store.take_up(NewPage("/new", "vendor")).seq == 90


ADDRESSES = st.sampled_from([f"/{n}" for n in range(9)])
NEW = st.builds(
    NewPage,
    ADDRESSES,
    st.sampled_from(["", "listing", "vendor", "category", "search"]),
    st.sampled_from(["", "", "", "never", "not-authorised", "E-AUT-003"]),
    st.integers(0, 2),
    st.sampled_from(["", "", "k1", "k2"]),
)
LINKS = st.lists(NEW, max_size=5)


class SameAsTheYardstick(RuleBasedStateMachine):
    """SQLite, closed and opened at any moment, does what the plain lists do."""

    rows = Bundle("rows")

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.sqlite = Frontier(self.folder / "f.sqlite")
        self.memory = MemoryFrontier()
        self.now = 100.0

    def both(self, verb, *values, **more):
        found = getattr(self.sqlite, verb)(*values, **more)
        assert found == getattr(self.memory, verb)(*values, **more)
        return found

    @rule(pages=LINKS)
    def add(self, pages):
        self.both("add", pages)

    @rule(target=rows, step=st.integers(-5, 9))
    def lease(self, step):
        self.now += step
        row = self.both("lease", self.now, PLACE)
        return multiple() if row is None else row

    @rule(target=rows, page=NEW)
    def take_up(self, page):
        row = self.both("take_up", page)
        return multiple() if row is None else row

    @rule(row=consumes(rows), links=LINKS, kind=st.sampled_from(["listing", "category", "vendor"]))
    def done(self, row, links, kind):
        self.both("done", row, "c", kind, links)

    @rule(
        row=consumes(rows), links=LINKS,
        cause=st.sampled_from(["http-503", "deadline"]), capture_id=st.sampled_from(["", "c"]),
    )  # fmt: skip
    def fail(self, row, links, cause, capture_id):
        self.both("fail", row, cause, capture_id, links)

    @rule(row=consumes(rows), cause=st.sampled_from(["never", "E-AUT-006"]))
    def refuse(self, row, cause):
        self.both("refuse", row, cause)

    @rule(row=consumes(rows), later=st.integers(-3, 20))
    def retry(self, row, later):
        self.both("retry", row, "busy", self.now + later)

    @rule(row=consumes(rows))
    def wait(self, row):
        self.both("wait", row, "queue")

    @rule(row=consumes(rows))
    def give_back(self, row):
        self.both("give_back", row)

    @rule(every=st.booleans(), cause=st.sampled_from(["", "busy", "deadline"]))
    def try_failed_again(self, every, cause):
        self.both("try_failed_again", every=every, cause=cause)

    @rule()
    def allow(self):
        for seq, _uri, _hint in self.both("not_authorised")[:2]:
            self.both("allow", seq)

    @rule()
    def opened_again(self):
        now = self.sqlite._now
        self.sqlite.close()
        self.sqlite = Frontier(self.folder / "f.sqlite")
        self.sqlite._now = now  # the yardstick saw no end of its process

    @invariant()
    def same(self):
        for verb in ("leased", "found_pages", "progress", "has_waiting", "next_due", "coverage"):
            self.both(verb)
        assert list(self.sqlite.listings()) == list(self.memory.listings())
        assert list(self.sqlite.addresses()) == list(self.memory.addresses())

    def teardown(self):
        self.sqlite.close()
        shutil.rmtree(self.folder)


SameAsTheYardstick.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None
)
TestSameAsTheYardstick = SameAsTheYardstick.TestCase
