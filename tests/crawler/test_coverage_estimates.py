# SPDX-License-Identifier: AGPL-3.0-or-later
"""The estimate of the never seen: against published data, by properties, and where it abstains."""

import math
import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.estimating import ABSTENTIONS, STATES, Sighting, estimate_on_sale
from crawler.estimating.averaging import unseen_posterior
from crawler.estimating.graphs import decomposable_graphs
from crawler.estimating.observations import histories, known_at, resolved

WAYS = ("category", "search", "vendor")
# Five lists of a register of births (Madigan and York 1997), as the R package dga prints them:
# the first list changes fastest, the first cell is the one that nobody saw.
FIVE_LISTS = (
    0, 27, 37, 19, 4, 4, 1, 1, 97, 22, 37, 25, 2, 1, 3, 5,
    83, 36, 34, 18, 3, 5, 0, 2, 30, 5, 23, 8, 0, 3, 0, 2,
)  # fmt: skip


def found(listing, *ways, state="on-sale", pass_no=1):
    return Sighting(pass_no, str(listing), frozenset(ways), state)


def drawn(n, chances, seed=1):
    """One pass over ``n`` listings that each way finds by itself; what none finds is left out."""
    rng = random.Random(seed)
    rows = [[way for way in chances if rng.random() < chances[way]] for _n in range(n)]
    return [found(k, *ways) for k, ways in enumerate(rows) if ways]


def test_the_numbers_of_decomposable_graphs_are_the_known_ones():
    assert [len(decomposable_graphs(n)) + 1 for n in (2, 3, 4, 5)] == [2, 8, 61, 822]


def test_cliques_less_separators_are_the_components():
    for graph in decomposable_graphs(4):
        assert len(graph.cliques) - len(graph.separators) in (1, 2, 3, 4)
        assert frozenset().union(*graph.cliques) == frozenset(range(4))


def test_a_published_five_list_example_is_met():
    cells = {
        tuple(k >> place & 1 for place in range(5)): float(n) for k, n in enumerate(FIVE_LISTS) if k
    }
    posterior = unseen_posterior(cells, 5, 1000)
    assert math.isclose(posterior.weights.sum(), 1)
    assert sum(cells.values()) == 537
    assert 590 <= 537 + posterior.mean() <= 650
    assert posterior.quantile(0.025) < posterior.mean() < posterior.quantile(0.975)


def test_two_lists_are_weighed_as_a_direct_sum_does():
    cells = {(1, 1): 30.0, (1, 0): 10.0, (0, 1): 15.0}

    def weight(unseen):
        total = 55 + unseen
        dirichlet = 2 * math.lgamma(1) - 2 * math.lgamma(1 + total)
        for one in (40.0, 45.0):
            dirichlet += math.lgamma(0.5 + one) + math.lgamma(0.5 + total - one)
        return math.exp(dirichlet + math.lgamma(total + 1) - math.lgamma(unseen + 1)) / total

    direct = [weight(n) for n in range(301)]
    expected = sum(n * w for n, w in enumerate(direct)) / sum(direct)
    assert math.isclose(unseen_posterior(cells, 2, 100).mean(), expected, rel_tol=0.02)


def test_the_truth_is_held_where_the_ways_are_independent():
    held = 0
    for seed in range(20):
        estimate = estimate_on_sale(drawn(300, {"a": 0.6, "b": 0.7, "c": 0.5}, seed))
        held += estimate.low <= 300 <= estimate.high
        assert estimate.high - estimate.low < 160
    assert held >= 18


def test_ways_that_hang_together_are_told_from_independent_ones():
    rng = random.Random(3)
    rows = []
    for k in range(600):
        together = rng.random() < 0.6
        ways = [w for w in ("category", "search") if rng.random() < (0.95 if together else 0.1)]
        ways += [w for w in ("vendor", "mirror") if rng.random() < 0.6]
        if ways:
            rows.append(found(k, *ways))
    assert len(rows) < 570
    estimate = estimate_on_sale(rows)
    assert estimate.low <= 600 <= estimate.high


def test_everything_found_by_every_way_leaves_nothing_unseen():
    estimate = estimate_on_sale([found(k, *WAYS) for k in range(67)])
    assert (estimate.total, estimate.low, estimate.unseen) == (67, 67, 0)
    assert estimate.high <= 69


def test_what_vanished_does_not_count_and_what_was_there_before_is_a_way():
    rows = [found(k, *WAYS) for k in range(60)]
    rows += [found(k, *WAYS, pass_no=2) for k in range(20, 80)]
    rows += [found(k, state="gone", pass_no=2) for k in range(20)]
    estimate = estimate_on_sale(rows)
    assert (estimate.known, estimate.on_sale, estimate.gone) == (80, 60, 20)
    assert estimate.ways == {"category": 60, "earlier": 40, "search": 60, "vendor": 60}
    assert estimate.low <= 60 <= estimate.high
    assert estimate_on_sale(rows, 1).on_sale == 60


def test_pages_that_did_not_come_widen_the_interval():
    whole = estimate_on_sale([found(k, *WAYS) for k in range(100)])
    states = ["failed" if k % 3 == 0 else "gone" if k % 10 == 1 else "on-sale" for k in range(100)]
    partly = estimate_on_sale([found(k, *WAYS, state=s) for k, s in enumerate(states)])
    assert partly.unresolved == 34
    assert partly.high - partly.low > whole.high - whole.low
    assert partly.low < partly.on_sale + partly.unresolved


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("no-listing", []),
        ("one-way", [found(k, "category") for k in range(50)]),
        ("too-few-listings", [found(k, *WAYS) for k in range(9)]),
        ("too-few-fetched", [found(k, *WAYS, state="waiting" if k else "on-sale")
                             for k in range(50)]),
        ("too-few-recaptures", [found(k, WAYS[k % 3]) for k in range(60)]),
        ("too-wide", [found(k, *(WAYS if k < 8 else WAYS[k % 3 : k % 3 + 1]))
                      for k in range(120)]),
    ],
)  # fmt: skip
def test_it_abstains_with_a_code(code, rows):
    estimate = estimate_on_sale(rows)
    assert estimate.abstained == code
    assert (estimate.total, estimate.low, estimate.high, estimate.unseen) == (None,) * 4


def test_every_code_is_in_the_list():
    assert set(ABSTENTIONS) == {
        "no-listing", "one-way", "too-few-fetched", "too-few-listings", "too-few-recaptures",
        "too-wide",
    }  # fmt: skip


@pytest.mark.parametrize("bad", [(0, "k", "on-sale"), (1, "", "on-sale"), (1, "k", "sold")])
def test_what_is_no_sighting_is_refused(bad):
    pass_no, listing, state = bad
    with pytest.raises(ValueError, match="no sighting"):
        Sighting(pass_no, listing, frozenset(), state)


def test_more_than_five_lists_are_taken_together():
    rows = [found(k, *(f"way{n}" for n in range(8) if (k + n) % 3)) for k in range(90)]
    known = known_at(rows, 1)
    cells = histories(known, resolved(known).shares)
    assert {len(history) for history in cells} == {5}
    assert sum(cells.values()) == 90


sightings = st.lists(
    st.builds(
        Sighting,
        st.integers(1, 3),
        st.text("abcdefgh", min_size=1, max_size=3),
        st.frozensets(st.sampled_from([*WAYS, "mirror", "feedback", "other"])),
        st.sampled_from(STATES),
    ),
    max_size=120,
    unique_by=lambda one: (one.pass_no, one.listing),
)


@given(sightings)
@settings(max_examples=60, deadline=None)
def test_any_observations_give_an_estimate_or_a_reason(rows):
    estimate = estimate_on_sale(rows)
    assert estimate.known == estimate.on_sale + estimate.gone + estimate.unresolved
    if estimate.abstained:
        assert estimate.abstained in ABSTENTIONS
    else:
        assert estimate.on_sale <= estimate.low <= estimate.total <= estimate.high
        assert 0 <= estimate.unseen_low <= estimate.unseen <= estimate.unseen_high
    assert estimate_on_sale(list(reversed(rows))) == estimate


@given(st.integers(20, 200), st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_names_of_ways_and_listings_do_not_matter(n, seed):
    plain = drawn(n, {"a": 0.7, "b": 0.6, "c": 0.8}, seed)
    renamed = [
        Sighting(one.pass_no, f"x{one.listing}", frozenset(w * 2 for w in one.ways), one.state)
        for one in plain
    ]
    one, other = estimate_on_sale(plain), estimate_on_sale(renamed)
    assert (one.total, one.low, one.high) == (other.total, other.low, other.high)


def test_each_history_is_counted():
    rows = [found(f"{k}", *(w for w, there in zip(WAYS, k, strict=True) if there))
            for k in product((0, 1), repeat=3) if any(k)]  # fmt: skip
    known = known_at(rows, 1)
    assert sorted(histories(known, resolved(known).shares)) == sorted(
        k for k in product((0, 1), repeat=3) if any(k)
    )
