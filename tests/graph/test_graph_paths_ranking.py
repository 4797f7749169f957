# SPDX-License-Identifier: AGPL-3.0-or-later
"""The k best ways in a small graph, against an oracle that tries them all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import NodeRef
from graph.paths.hop import Hop, in_time_order, nodes_of, order_of
from graph.paths.ranking import Ranking, distances, hops_to_an_end

NODES = [NodeRef("Address", name) for name in "abcdef"]
A, Z = NODES[0], NODES[-1]


def hop(start, end, amount=None, at=None, name="r", money=True, kind="PAID"):
    return Hop(start=start, end=end, kind=kind, against=False, money=money, amount_sat=amount,
               at=at, tier="structural", rule="test.v1", confidence="", record_id=name,
               txid="", vout=0)  # fmt: skip


def links_of(hops):
    links: dict[NodeRef, list[Hop]] = {}
    for each in hops:
        links.setdefault(each.start, []).append(each)
    return links


def every_way(links, source, end, most_hops, ordered, allows) -> Iterator[tuple[Hop, ...]]:
    """The oracle: every simple way that ends when it first comes to the end."""

    def walk(way, seen):
        node = way[-1].end if way else source
        if way and node == end:
            yield way
            return
        if len(way) == most_hops:
            return
        for each in links.get(node, ()):
            if each.end not in seen and allows(each.start, each.end):
                yield from walk((*way, each), seen | {each.end})

    for way in walk((), {source}):
        if not ordered or in_time_order(way):
            yield way


def oracle(links, source, end, k, most_hops=10, ordered=False, allows=lambda _a, _b: True):
    best = {}
    for way in sorted(every_way(links, source, end, most_hops, ordered, allows), key=order_of):
        best.setdefault(nodes_of(way), way)
    return list(best.values())[:k]


def ranking(
    links, source, end, most_hops=10, ordered=False, allows=lambda _a, _b: True, tries=10**6
):
    return Ranking(links, source, lambda node: node == end, allows, most_hops, ordered, tries)


hops = st.lists(
    st.builds(
        hop,
        st.sampled_from(NODES), st.sampled_from(NODES),
        st.one_of(st.none(), st.integers(0, 3)),
        st.one_of(st.none(), st.integers(0, 3)),
        st.sampled_from("xyz"),
        st.booleans(),
        st.sampled_from(["PAID", "NAMES"]),
    ),
    max_size=18,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(hops, st.integers(1, 6), st.integers(1, 6), st.booleans(), st.sets(st.sampled_from(NODES)))
def test_the_best_ways_are_those_of_the_oracle(given_hops, k, most_hops, ordered, closed):
    links = links_of(each for each in given_hops if each.start != each.end)

    def allows(start, _end):
        return start == A or start not in closed

    found = ranking(links, A, Z, most_hops, ordered, allows).best(k)
    wanted = oracle(links, A, Z, k, most_hops, ordered, allows)
    assert [order_of(way) for way in found] == [order_of(way) for way in wanted]
    assert [nodes_of(way) for way in found] == [nodes_of(way) for way in wanted]


@settings(max_examples=60, deadline=None)
@given(hops, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_in_which_links_are_read_does_not_matter(given_hops, ordered, dice):
    kept = [each for each in given_hops if each.start != each.end]
    once = ranking(links_of(kept), A, Z, ordered=ordered).best(5)
    dice.shuffle(kept)
    again = ranking(links_of(kept), A, Z, ordered=ordered).best(5)
    assert [order_of(way) for way in once] == [order_of(way) for way in again]


def test_fewest_hops_then_the_largest_smallest_amount_then_the_earliest():
    b, c, d = NODES[1:4]
    links = links_of([
        hop(A, b, 100, 5), hop(b, Z, 10, 6),
        hop(A, c, 60, 5), hop(c, Z, 50, 9),
        hop(A, d, 50, 4), hop(d, Z, 70, 9),
    ])  # fmt: skip
    assert [way[0].end for way in ranking(links, A, Z).best(3)] == [d, c, b]


def test_parallel_payments_are_one_way_and_the_fitting_one_is_shown():
    b = NODES[1]
    links = links_of([
        hop(A, b, 500, 9, "late"), hop(A, b, 40, 2, "early"), hop(b, Z, 30, 5, "on"),
    ])  # fmt: skip
    (free,) = ranking(links, A, Z).best(5)
    (timed,) = ranking(links, A, Z, ordered=True).best(5)
    assert [each.record_id for each in free] == ["early", "on"]
    assert [each.record_id for each in timed] == ["early", "on"]
    strict = links_of([hop(A, b, 500, 9, "late"), hop(b, Z, 30, 5, "on")])
    assert ranking(strict, A, Z, ordered=True).best(5) == []


def test_hundreds_of_parallel_payments_do_not_multiply():
    chain = [NodeRef("Address", str(i)) for i in range(9)]
    links = links_of(
        hop(a, b, amount, 100 - amount, f"{amount:03d}")
        for a, b in pairwise(chain) for amount in range(100)
    )  # fmt: skip
    search = ranking(links, chain[0], chain[-1], tries=20_000)
    assert len(search.best(3)) == 1
    assert not search.gave_up


def test_a_way_visits_no_node_twice_and_ends_where_it_arrives():
    b, c = NODES[1:3]
    links = links_of([hop(A, b), hop(b, A), hop(b, c), hop(c, b), hop(c, Z), hop(Z, c)])
    assert [nodes_of(way) for way in ranking(links, A, Z).best(9)] == [(A, b, c, Z)]


def test_what_is_not_tried_is_said():
    links = links_of(hop(a, b) for a in NODES for b in NODES if a != b)
    search = ranking(links, A, Z, tries=2)
    search.best(50)
    assert search.gave_up


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_way_is_longer_than_asked(most):
    links = links_of(hop(a, b) for a in NODES for b in NODES if a != b)
    assert max(len(way) for way in ranking(links, A, Z, most).best(100)) == most


def test_distances_are_counted_in_steps():
    b, c = NODES[1:3]
    links = links_of([hop(A, b), hop(b, c), hop(A, c), hop(c, Z)])
    assert hops_to_an_end(links, lambda node: node == Z) == {Z: 0, c: 1, A: 2, b: 2}
    assert distances([A], lambda _node: ()) == {A: 0}
