# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a frontier and an archive say of each listing: keys, ways, states, mirrors."""

import pytest

from crawler.coverage import Link, home_of, listing_key, listing_state, sighted, sightings_of
from crawler.estimating import Sighting
from crawler.frontier import Frontier
from crawler.frontier.rows import NewPage
from crawler.market import load_profile

HOST, OTHER = "127.0.0.1:1", "127.0.0.1:2"


def link(key, way, state="waiting", host=HOST):
    return Link(key, way, state, host)


def one(key, *ways, state="waiting"):
    return Sighting(1, key, frozenset(ways), state)


def joined_rows(rows):
    rows = sorted(rows)
    return list(sighted(rows, home_of(rows), 1))


def test_ways_of_one_listing_are_joined_and_given_addresses_are_none():
    rows = [link("a", ""), link("a", "category"), link("a", "vendor"), link("b", "redirect")]
    assert joined_rows(rows) == [one("a", "category", "vendor"), one("b")]


@pytest.mark.parametrize(
    ("states", "joined"),
    [
        (("gone", "on-sale"), "on-sale"),
        (("failed", "gone"), "gone"),
        (("waiting", "failed"), "failed"),
        (("refused", "waiting"), "waiting"),
    ],
)
def test_the_strongest_state_of_several_addresses_counts(states, joined):
    rows = [link("a", "category", state) for state in states]
    assert joined_rows(rows) == [one("a", "category", state=joined)]


def test_pages_of_other_hosts_are_mirrors():
    rows = [link(key, "category") for key in "abc"]
    rows += [link(key, "category", host=OTHER) for key in "cd"]
    rows += [link("d", "vendor", host=OTHER)]
    assert joined_rows(rows) == [
        one("a", "category"), one("b", "category"), one("c", "category", "mirror"),
        one("d", "mirror"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "kind", "expected"),
    [
        ("done", "listing", "on-sale"), ("done", "soft-404", "gone"), ("done", "not-found", "gone"),
        ("done", "redirect", "failed"), ("done", "other", "failed"), ("failed", "", "failed"),
        ("refused", "", "refused"), ("queued", "", "waiting"), ("leased", "", "waiting"),
    ],
)  # fmt: skip
def test_the_state_of_a_listing_follows_from_its_page(state, kind, expected):
    assert listing_state(state, kind) == expected


def test_a_listing_has_one_key_on_every_host():
    profile = load_profile("range-table")
    keys = {listing_key(profile, f"http://{host}/listing/abcd2345") for host in (HOST, OTHER)}
    assert keys == {"abcd2345"}
    assert listing_key(profile, f"http://{HOST}/odd?id=7") == "/odd?id=7"


def test_a_frontier_tells_by_which_pages_a_listing_was_found(tmp_path):
    path = tmp_path / "m.sqlite"
    frontier = Frontier(path)
    kinds = {f"http://{HOST}/{kind}": kind for kind in ("category", "vendor", "listing")}
    frontier.add([NewPage(uri, kind) for uri, kind in kinds.items() if kind != "listing"])
    found = NewPage(f"http://{HOST}/listing", "listing", listing="key1")
    assert list(sightings_of(path, 1)) == []
    for _page in kinds:
        row = frontier.lease(0, ("", 0))
        frontier.done(row, "0" * 64, kinds[row.uri], [] if row.uri == found.uri else [found])
    assert sightings_of(path, 1) == [one("key1", "category", "vendor", state="on-sale")]
    frontier.close()
