# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ways between two things of a graph: found, stopped, cut, and the same on both engines."""

from __future__ import annotations

import random
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.kglite_store import KgliteStore
from graph.model import EDGES, NodeRef
from graph.paths.asking import Asked, Limits
from graph.paths.endpoints import find_endpoint
from graph.paths.finding import find_ways
from graph.paths.hop import Hop, in_time_order, nodes_of, order_of
from graph.paths.kinds import MONEY, USUAL
from graph.rebuild import rebuild
from vestigo.cli.graph_ways import as_document
from vestigo.errors import UsageError
from vestigo.pipeline.graph_bench.loading import load
from vestigo.pipeline.graph_bench.questions import questions
from vestigo.pipeline.graph_bench.synthetic import SyntheticGraph

ANA = NodeRef("VendorAccount", "bazar/ana")


def address(key):
    return NodeRef("Address", key)


@pytest.fixture(scope="module")
def built(tmp_path_factory, small):
    store = KgliteStore(tmp_path_factory.mktemp("paths") / "graph")
    rebuild(small, store)
    yield store
    store.close()


def route(way):
    return [way[0].start.key, *(hop.end.key for hop in way)]


# -- what is found


def test_from_a_vendor_to_any_cash_out_best_first(built):
    found = find_ways(built, Asked(ANA, None, k=2))
    assert [[hop.kind for hop in way] for way in found.ways] == [["NAMES", "PAID", "ENDS_IN"]] * 2
    assert [way[-1].amount_sat for way in found.ways] == [9500, 4500]
    assert all(hop.record_id and hop.rule and hop.tier for way in found.ways for hop in way)
    assert [order_of(way) for way in found.ways] == sorted(order_of(way) for way in found.ways)


def test_two_vendors_are_joined_by_the_key_that_they_share(built):
    way = find_ways(
        built, Asked(ANA, NodeRef("VendorAccount", "feria/anita"), kinds=("NAMES",))
    ).ways[0]
    assert route(way) == ["bazar/ana", "AB" * 20, "feria/anita"]
    assert [hop.against for hop in way] == [False, True]


def test_money_is_followed_onward_only_unless_asked(built):
    payer, payee = address("bcrt1qmid"), address("bcrt1qana")
    assert find_ways(built, Asked(payer, payee, kinds=("PAID",))).ways == []
    (way,) = find_ways(built, Asked(payer, payee, kinds=("PAID",), both_ways=True)).ways
    assert [hop.against for hop in way] == [True]


def test_a_transaction_is_an_end_like_any_other(built, world):
    found = find_ways(built, Asked(address("bcrt1qana"), NodeRef("Transaction", world.txid("t1"))))
    assert [hop.kind for hop in found.ways[0]] == ["SPENT_IN"]


def test_a_service_is_reached_through_the_address_that_a_tag_names(built):
    found = find_ways(built, Asked(ANA, NodeRef("Service", "Bolsa"), k=1))
    assert [hop.kind for hop in found.ways[0]][-2:] == ["PAID", "TAGGED_AS"]


def test_filters_hold_for_money_alone(built):
    start = {"source": ANA, "target": None, "k": 9}
    assert {way[-1].amount_sat for way in find_ways(built, Asked(**start, minimum_sat=9000)).ways
            if way[-1].kind == "ENDS_IN"} == {9500}  # fmt: skip
    latest = max(
        hop.at for way in find_ways(built, Asked(**start)).ways for hop in way if hop.money
    )
    assert find_ways(built, Asked(**start, until=latest)).ways
    assert find_ways(built, Asked(**start, since=latest + 1)).ways == []
    for way in find_ways(built, Asked(**start, until=latest)).ways:
        assert all(hop.at < latest for hop in way if hop.money)


def test_facts_alone_leave_heuristics_and_tags_out(built):
    end = address("bcrt1qcold")
    assert find_ways(built, Asked(ANA, end)).ways
    assert find_ways(built, Asked(ANA, end, facts_only=True)).ways == []


def test_no_payment_is_earlier_than_the_one_before(built):
    start = NodeRef("VendorAccount", "feria/anita")
    free = find_ways(built, Asked(start, None, k=100)).ways
    timed = find_ways(built, Asked(start, None, k=100, in_time_order=True)).ways
    assert all(in_time_order(way) for way in timed)
    assert {nodes_of(way) for way in timed} < {nodes_of(way) for way in free}


# -- stops


@pytest.fixture
def staged(tmp_path, world, records):
    """Money that goes on behind a tagged address and behind a mix."""
    chain = [world.transaction(name, minute) for minute, name in enumerate(("m1", "m2", "m3"), 10)]
    ids = [record.record_id for record in chain]
    tag = world.tag("bcrt1qhot", "casa", "Casa")
    first = world.hop("m1", ("bcrt1qfrom", "bcrt1qhot"), 9000, 10)
    second = world.hop("m2", ("bcrt1qhot", "bcrt1qfar"), 8000, 11)
    mixed = world.hop("m3", ("bcrt1qfrom", "bcrt1qpool"), 7000, 10)
    out = world.hop("m3", ("bcrt1qpool", "bcrt1qfar"), 6000, 12, 1)
    trails = [
        world.trace((first,), (ids[0],)), world.trace((second,), (ids[1],), "unspent"),
        world.trace((mixed,), (ids[2],), "mix"), world.trace((out,), (ids[2],), "unspent"),
    ]  # fmt: skip
    store = KgliteStore(tmp_path / "graph")
    rebuild(records([*chain, tag, *trails]), store)
    yield store
    store.close()


def test_a_way_stops_at_a_mix_and_at_a_tagged_address_and_says_so(staged):
    found = find_ways(staged, Asked(address("bcrt1qfrom"), address("bcrt1qfar")))
    assert found.ways == []
    stops = {node.key: (stop.why, stop.detail) for node, stop in found.stopped.items()}
    assert stops == {"bcrt1qhot": ("tagged_service", "casa"), "bcrt1qpool": ("mix", "")}


@pytest.mark.parametrize("key", ["bcrt1qhot", "bcrt1qpool"])
def test_it_goes_on_at_the_one_that_was_named_and_at_no_other(staged, key):
    asked = Asked(address("bcrt1qfrom"), address("bcrt1qfar"),
                  through={address(key): "same owner by seizure"})  # fmt: skip
    found = find_ways(staged, asked)
    assert [route(way) for way in found.ways] == [["bcrt1qfrom", key, "bcrt1qfar"]]
    assert as_document(found)["passed"] == [
        {"label": "Address", "key": key, "reason": "same owner by seizure"}
    ]
    assert key not in {node.key for node in found.stopped}


def test_a_way_may_begin_and_end_at_a_stop(staged):
    assert find_ways(staged, Asked(address("bcrt1qhot"), address("bcrt1qfar"))).ways
    assert find_ways(staged, Asked(address("bcrt1qfrom"), address("bcrt1qhot"))).ways


# -- what was cut is said


def test_what_was_cut_is_said(built):
    few = find_ways(built, Asked(ANA, None, limits=Limits(degree=1)))
    assert "degree" in {cut.what for cut in few.cuts}
    assert few.is_complete
    links = find_ways(built, Asked(ANA, None, limits=Limits(links=3)))
    assert [cut.what for cut in links.cuts] == ["links"]
    assert not links.is_complete
    late = find_ways(built, Asked(ANA, None, limits=Limits(seconds=-1)))
    assert [cut.what for cut in late.cuts] == ["time"]
    short = find_ways(built, Asked(ANA, None, k=50, most_hops=2))
    assert [cut.what for cut in short.cuts] == ["hops"]


def test_nothing_is_cut_where_everything_was_seen(built):
    found = find_ways(built, Asked(address("bcrt1qcold"), address("bcrt1qana")))
    assert (found.ways, found.cuts) == ([], [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"k": 0}, {"k": 101}, {"most_hops": 0}, {"most_hops": 61}, {"kinds": ("PAYD",)},
        {"in_time_order": True, "both_ways": True}, {"since": 5, "until": 5}, {"target": ANA},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(wrong):
    with pytest.raises(UsageError) as caught:
        Asked(**{"source": ANA, "target": None, **wrong})
    assert caught.value.code == "E-GRA-052"


def test_every_type_that_is_usual_is_of_the_model():
    assert set(USUAL) | set(MONEY) <= set(EDGES)


# -- against an oracle that reads the whole graph

KINDS = ("PAID", "NAMES", "CO_SPENT")


def _every_hop(store, asked):
    """All hops that a way may take, from the whole graph (the oracle's view)."""
    hops = []
    for kind in asked.taken:
        for edge in store.edges(kind):
            given = edge.properties
            for against in (False, True):
                if against and kind in MONEY:
                    continue
                start, end = (edge.target, edge.source) if against else (edge.source, edge.target)
                amount = given.get("value_sat", given.get("traced_sat")) if kind in MONEY else None
                hops.append(
                    Hop(
                        start,
                        end,
                        kind,
                        against,
                        kind in MONEY,
                        amount,
                        given.get("at"),
                        given["tier"],
                        given["rule"],
                        given.get("confidence", ""),
                        given["record_id"],
                        given.get("txid", ""),
                        given.get("vout", -1),
                    )
                )
    return [hop for hop in hops if hop.start != hop.end]


def _oracle(hops, asked):
    best = {}
    stack = [((hop,), {asked.source, hop.end}) for hop in hops if hop.start == asked.source]
    ways = []
    while stack:
        way, seen = stack.pop()
        if way[-1].end == asked.target:
            ways.append(way)
            continue
        if len(way) < asked.most_hops:
            stack.extend(((*way, hop), seen | {hop.end}) for hop in hops
                         if hop.start == way[-1].end and hop.end not in seen)  # fmt: skip
    for way in sorted(ways, key=order_of):
        if not asked.in_time_order or in_time_order(way):
            best.setdefault(nodes_of(way), way)
    return list(best.values())[: asked.k]


@st.composite
def graphs(draw):
    """A few addresses and accounts with parallel payments, cycles and ties."""
    n = draw(st.integers(3, 6))
    payments = draw(st.lists(
        st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.integers(1, 3),
                  st.integers(0, 3)), max_size=14))  # fmt: skip
    joins = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=3))
    return n, payments, joins


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(graphs(), st.integers(1, 6), st.booleans(), st.integers(1, 6))
def test_ways_in_small_graphs_are_those_of_the_oracle(tmp_path, graph, k, ordered, most_hops):
    n, payments, joins = graph
    store = KgliteStore(tmp_path / "oracle")
    store.begin()
    store.write_nodes("Address", [{"key": f"a{i}", "name": f"a{i}"} for i in range(n)])
    stated = {"rule": "test.v1", "tier": "structural", "confidence": "1.0000", "n_records": 1}
    pair = ("Address", "Address")
    store.write_edges("PAID", pair, [
        {"source": f"a{a}", "target": f"a{b}",
         "properties": {**stated, "record_id": f"p{i}", "at": at, "value_sat": sat,
                        "txid": f"t{i}", "vout": 0}}
        for i, (a, b, sat, at) in enumerate(payments)])  # fmt: skip
    store.write_edges("CO_SPENT", pair, [
        {"source": f"a{a}", "target": f"a{b}",
         "properties": {**stated, "record_id": f"j{i}", "txid": f"j{i}"}}
        for i, (a, b) in enumerate(joins)])  # fmt: skip
    store.commit({})
    asked = Asked(address("a0"), address(f"a{n - 1}"), k=k, in_time_order=ordered,
                  most_hops=most_hops)  # fmt: skip
    found = find_ways(store, asked)
    wanted = _oracle(_every_hop(store, asked), asked)
    store.close()
    assert [order_of(way) for way in found.ways] == [order_of(way) for way in wanted]


# -- what an identifier names


@pytest.mark.parametrize(
    ("text", "label", "key"),
    [
        ("bcrt1qana", "Address", "bcrt1qana"),
        ("BCRT1QANA", "Address", "bcrt1qana"),
        ("bazar/ana", "VendorAccount", "bazar/ana"),
        ("ana", "VendorAccount", "bazar/ana"),
        (" ".join(["abab"] * 10), "PGPKey", "AB" * 20),
        ("telegram:@ana_del_sur", "Contact", "telegram:@ana_del_sur"),
        ("@ana_del_sur", "Contact", "telegram:@ana_del_sur"),
        ("Casa de Cambio", "Service", "casa_de_cambio"),
        ("Listing:bazar/17", "Listing", "bazar/17"),
        ("Persona:bazar/ana", "Persona", "bazar/ana"),
    ],
)
def test_what_is_typed_is_found_by_its_kind(built, text, label, key):
    assert find_endpoint(built, text) == NodeRef(label, key)


def test_an_output_is_its_cash_out_point_or_the_address_that_it_pays(built, world):
    assert find_endpoint(built, f"{world.txid('t4')}:0").label == "CashOutPoint"
    assert find_endpoint(built, f"{world.txid('t1')}:0") == address("bcrt1qmid")
    assert find_endpoint(built, world.txid("t1").upper()).label == "Transaction"


def test_an_identifier_of_nothing_is_refused(built):
    for text in ("nobody", "", "Address:nobody", f"{'0' * 64}:1", "x' OR 1=1 //"):
        with pytest.raises(UsageError) as caught:
            find_endpoint(built, text)
        assert caught.value.code == "E-GRA-050"


def test_an_identifier_of_several_things_lists_them(tmp_path, world, records):
    page = world.capture(1)
    store = KgliteStore(tmp_path / "graph")
    rebuild(records([page, world.vendor("bazar", "ana", page), world.vendor("feria", "ana", page)]),
            store)  # fmt: skip
    with pytest.raises(UsageError) as caught:
        find_endpoint(store, "ana")
    assert caught.value.code == "E-GRA-051"
    assert "VendorAccount:bazar/ana, VendorAccount:feria/ana" in str(caught.value)
    assert find_endpoint(store, "VendorAccount:feria/ana").key == "feria/ana"
    store.close()


# -- one code, two engines


def _questions(store, seed):
    """A few dozen questions with every option, on pairs of a graph."""
    dice = random.Random(seed)
    nodes = [NodeRef(label, str(node["key"])) for label in
             ("Address", "VendorAccount", "Transaction", "Service", "Cluster", "Contact")
             for node in store.nodes(label)]  # fmt: skip
    nodes.sort(key=lambda node: (node.label, node.key))
    times = sorted(int(node["at"]) for node in store.nodes("Transaction") if "at" in node)
    limits = Limits(degree=6, links=3000, tries=3000, seconds=3600)
    for number in range(32):
        one, other = dice.sample(nodes, 2)
        options: list[dict[str, object]] = [
            {}, {"in_time_order": True}, {"facts_only": True}, {"both_ways": True},
            {"minimum_sat": 5000, "k": 9}, {"until": times[len(times) // 2]},
            {"kinds": ("PAID", "NAMES", "SELLS")}, {"most_hops": 3},
        ]  # fmt: skip
        target = None if number % 5 == 0 else other
        yield Asked(one, target, limits=limits, **options[number % len(options)])


@pytest.mark.neo4j
@pytest.mark.parametrize("which", ["small", "large"])
def test_both_engines_find_the_same_ways(which, request, embedded, served):
    source = request.getfixturevalue(which)
    rebuild(source, embedded)
    rebuild(source, served)
    n_ways = 0
    for asked in _questions(embedded, 11):
        here, there = find_ways(embedded, asked), find_ways(served, asked)
        assert as_document(here) == as_document(there), asked
        n_ways += len(here.ways)
    assert n_ways >= 5


@pytest.mark.neo4j
def test_both_engines_find_the_same_ways_in_a_seeded_graph_with_hubs(embedded, served, wipe):
    wipe()
    graph = SyntheticGraph(20_000, 5)
    for store in (embedded, served):
        load(store, graph, lambda _n: None)
    n_ways, cuts = 0, set()
    joined = [
        Asked(address(a), address(b), k=3, limits=Limits(degree=6, seconds=3600))
        for a, b in questions(graph, 12)["pairs"]
    ]
    for asked in [*joined, *islice(_questions(embedded, 12), 16)]:
        here, there = find_ways(embedded, asked), find_ways(served, asked)
        assert as_document(here) == as_document(there), asked
        n_ways += len(here.ways)
        cuts |= {cut.what for cut in here.cuts}
    assert n_ways > 5
    assert "degree" in cuts


def test_a_round_trip_serves_a_whole_frontier(tmp_path):
    """The number of reads follows the steps, never the number of nodes of a frontier."""
    reads = set()
    stated = {"rule": "test.v1", "tier": "structural", "n_records": 1}
    for width in (2, 40):
        store = KgliteStore(tmp_path / str(width))
        store.begin()
        keys = ["a", "z", *(f"m{i}" for i in range(width))]
        store.write_nodes("Address", [{"key": key, "name": key} for key in keys])
        store.write_edges("PAID", ("Address", "Address"), [
            {"source": a, "target": b, "properties": {**stated, "record_id": a + b}}
            for m in keys[2:] for a, b in (("a", m), (m, "z"))])  # fmt: skip
        store.commit({})
        found = find_ways(store, Asked(address("a"), address("z"), k=2))
        assert len(found.ways) == 2
        reads.add(found.n_reads)
        store.close()
    assert len(reads) == 1


def test_where_many_addresses_are_tagged_each_is_looked_up(staged, monkeypatch):
    asked = Asked(address("bcrt1qfrom"), address("bcrt1qfar"))
    few = find_ways(staged, asked)
    monkeypatch.setattr("graph.paths.stopping.MOST_TAGGED", 0)
    many = find_ways(staged, asked)
    assert few.stopped == many.stopped
    assert len(many.stopped) == 2
