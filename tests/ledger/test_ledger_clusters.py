# SPDX-License-Identifier: AGPL-3.0-or-later
"""Multi-input clusters: the proof path, what must not be joined, the collapse guard."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.clustering import Clustering, cluster_multi_input
from ledger.index import ChainIndex
from ledger.ingest import ingest_file
from ledger.store import ChainStore
from ledger.unions import Edge, Unions
from vestigo.identifiers.bitcoin import decode_address


class Clustered:
    """The clusters of a tiny chain, asked by name."""

    def __init__(
        self, chain, folder: Path, services: dict[str, str] | None = None, large: int = 10_000
    ):
        ingest_file(folder / "chain", chain.write(folder / "b.dat"), "regtest")
        with ChainStore(folder / "chain", "regtest") as store:
            self.index = ChainIndex.load(store)
        self.chain = chain
        named = {self.number(name): frozenset([s]) for name, s in (services or {}).items()}
        self.clustering: Clustering = cluster_multi_input(self.index, named, large)

    def number(self, name: str) -> int:
        return self.index.script_number[decode_address(self.chain.address(name)).script]

    def together(self, a: str, b: str) -> bool:
        find = self.clustering.unions.find
        return find(self.number(a)) == find(self.number(b))

    def path(self, a: str, b: str) -> list[str] | None:
        found = self.clustering.unions.path(self.number(a), self.number(b))
        return None if found is None else [self.index.txid(edge.tx) for edge in found]


def test_inputs_of_one_transaction_are_one_wallet(chain, tmp_path: Path):
    a, b = chain.coin("a", 1000), chain.coin("b", 1000)
    first = chain.step([a, b], [("c", 1500), ("a", 400)])
    c = chain.coin("c", 500)
    second = chain.step([(first, 1), c], [("d", 800)])
    found = Clustered(chain, tmp_path)
    assert found.together("a", "b")
    assert found.together("b", "c")
    assert not found.together("a", "d")
    assert not found.together("a", "miner")
    assert found.path("b", "c") == [first, second]
    assert found.path("c", "b") == [second, first]
    assert found.path("a", "d") is None
    assert found.path("a", "a") == []


def test_two_coins_of_one_address_join_nothing(chain, tmp_path: Path):
    a, again = chain.coin("a", 1000), chain.coin("a", 2000)
    chain.step([a, again], [("b", 2900)])
    assert Clustered(chain, tmp_path).clustering.unions.roots() == []


def test_a_mix_joins_nothing(chain, tmp_path: Path):
    names = ["m0", "m1", "m2", "m3", "m4"]
    spent = [chain.coin(name, 1_000_000 + (5_000 if n == 0 else 0)) for n, name in enumerate(names)]
    chain.step(spent, [(f"out{n}", 1_000_000) for n in range(5)])
    found = Clustered(chain, tmp_path)
    assert not any(found.together("m0", name) for name in names[1:])


def test_a_two_party_candidate_joins_nothing(chain, tmp_path: Path):
    spent = [chain.coin("a", 1_000_000), chain.coin("b", 1_000_000)]
    chain.step(spent, [("x", 600_000), ("y", 600_000), ("z", 700_000)])
    assert not Clustered(chain, tmp_path).together("a", "b")


def test_an_input_from_outside_of_the_data_joins_nothing(chain, tmp_path: Path):
    a, b = chain.coin("a", 1000), chain.coin("b", 1000)
    chain.step([a, b, ("77" * 32, 0)], [("c", 1500)])
    assert not Clustered(chain, tmp_path).together("a", "b")


def test_two_services_are_never_joined(chain, tmp_path: Path):
    coins = [chain.coin(name, 1000) for name in ("s1", "u", "s2", "v")]
    chain.step(coins[:2], [("x", 1500)])
    chain.step(coins[2:], [("y", 1500)])
    late = [chain.coin("u", 1000), chain.coin("v", 1000)]
    bridge = chain.step(late, [("z", 1500)])
    found = Clustered(chain, tmp_path, {"s1": "one", "s2": "two"})
    assert found.together("s1", "u")
    assert found.together("s2", "v")
    assert not found.together("u", "v")
    (refused,) = found.clustering.refused
    assert refused.reason == "service_tags"
    assert found.index.txid(refused.edge.tx) == bridge


def test_one_service_with_two_tagged_addresses_is_joined(chain, tmp_path: Path):
    coins = [chain.coin(name, 1000) for name in ("s1", "s2")]
    chain.step(coins, [("x", 1500)])
    found = Clustered(chain, tmp_path, {"s1": "one", "s2": "one"})
    assert found.together("s1", "s2")
    assert found.clustering.names(found.number("s2")) == {"one"}


def test_two_very_large_clusters_are_not_joined_through_one_transaction(chain, tmp_path: Path):
    for side in ("l", "r"):
        chain.step([chain.coin(f"{side}{n}", 1000) for n in range(4)], [("x", 3000)])
    chain.step([chain.coin("l0", 1000), chain.coin("r0", 1000)], [("y", 1500)])
    found = Clustered(chain, tmp_path, large=4)
    assert not found.together("l0", "r0")
    assert [item.reason for item in found.clustering.refused] == ["size"]
    other = tmp_path / "again"
    other.mkdir()
    assert Clustered(chain, other, large=5).together("l0", "r0")


pairs = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60)


@given(pairs)
def test_the_forest_proves_exactly_what_the_sets_say(edges: list[tuple[int, int]]):
    unions = Unions()
    partition = {n: {n} for n in range(31)}
    for tx, (a, b) in enumerate(edges):
        grew = partition[a] is not partition[b]
        assert unions.join(Edge(tx, a, b)) is grew
        if grew:
            joined = partition[a] | partition[b]
            partition.update(dict.fromkeys(joined, joined))
    for n in range(31):
        assert unions.members(n) == sorted(partition[n])
        assert len(unions.edges(n)) == len(partition[n]) - 1
        for other in (0, 15, 30):
            path = unions.path(n, other)
            assert (path is not None) is (other in partition[n])
            here = n
            for edge in path or ():
                assert here in (edge.a, edge.b)
                here = edge.b if edge.a == here else edge.a
            assert path is None or here == other


@pytest.mark.parametrize("n", [1, 2, 500])
def test_long_chains_of_unions_are_found(n: int):
    unions = Unions()
    for tx in range(n):
        unions.join(Edge(tx, tx, tx + 1))
    assert unions.find(0) == unions.find(n)
    assert unions.size(0) == n + 1
    assert [edge.tx for edge in unions.path(0, n) or ()] == list(range(n))


def test_a_hub_is_told_by_who_pays_it_and_whom_it_pays(chain, tmp_path: Path):
    """Two batches from one wallet of two addresses; a coinbase pays it and is nobody."""
    from ledger.hubs import Hubs

    first = chain.step([chain.coin("p1", 900)], [("h1", 800)])
    second = chain.step([chain.coin("p2", 9_000)], [("h2", 8_900), ("p2", 50)])
    joined = chain.step([(first, 0), (second, 0)], [("h1", 9_600)])
    sums = (1_100, 1_207, 1_313, 1_419, 1_521)
    batch = chain.step([(joined, 0)], [(f"w{n}", s) for n, s in enumerate(sums)] + [("h2", 2_900)])
    chain.step([(batch, 5)], [(f"w{n}", s - 1_000) for n, s in enumerate(sums)] + [("h1", 900)])
    found = Clustered(chain, tmp_path)
    hubs = Hubs(found.index, found.clustering)
    hub = hubs.of(found.number("h1"))
    assert (hub.n_batches, hub.n_payers, hub.n_payees) == (2, 2, 5)
    assert hub is hubs.of(found.number("h2"))
    alone = hubs.of(found.number("w0"))
    assert (alone.n_batches, alone.n_payers, alone.n_payees) == (0, 1, 0)
