# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taint and clustering on invented graphs: sums agree, partitions are those of plain sets."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.forest import forest, partition
from vestigo.pipeline.taint_bench import measure_clusters, measure_taint
from vestigo.pipeline.taint_bench.invented_graph import invented_graph


def test_every_satoshi_of_the_seeds_is_found_again():
    measured = measure_taint(20_000)
    assert measured["seeds"] > 100
    for row in measured["methods"].values():
        assert row["conserved"]
        assert row["tainted_outputs"] > measured["seeds"]


def test_the_graph_is_the_same_each_time_and_spends_before_it_pays():
    one, again = invented_graph(3_000), invented_graph(3_000)
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert len(set(one.spent_output.tolist())) == len(one.spent_output)
    spending = np.repeat(np.arange(3_000), np.diff(one.first_input))
    assert (one.first_output[spending] > one.spent_output).all()


def test_clusters_are_counted_and_missing_peers_are_said():
    measured = measure_clusters(20_000)
    assert measured["rows"] == 20_000
    assert set(measured["peers"]) == {"graphsense-clustering", "scipy", "scipy on edges"}
    assert all(peer["same_partition"] for peer in measured["peers"].values() if peer)


rows = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 20)), max_size=60)


@settings(deadline=None)
@given(rows)
def test_the_forest_and_the_partition_are_those_of_plain_sets(pairs: list[tuple[int, int]]):
    pairs.sort()
    groups = np.array([group for group, _member in pairs], dtype=np.int64)
    members = np.array([member for _group, member in pairs], dtype=np.int32)
    sets = {n: {n} for n in range(21)}
    for (group, a), (next_group, b) in pairwise(pairs):
        if group == next_group and sets[a] is not sets[b]:
            joined = sets[a] | sets[b]
            sets.update(dict.fromkeys(joined, joined))
    labels = partition(groups, members, 21)
    assert [int(labels[n]) for n in range(21)] == [min(sets[n]) for n in range(21)]
    one, other, places = forest(groups, members, 21)
    assert len(one) == 21 - len({min(held) for held in sets.values()})
    assert all(sets[int(a)] is sets[int(b)] for a, b in zip(one, other, strict=True))
    assert list(places) == sorted(places)
