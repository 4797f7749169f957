# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parts of a graph, GEXF, and pictures: what is left out, what is drawn, and how."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from graph.drawing.layout import columns
from graph.drawing.measures import RADIUS
from graph.drawing.palette import DASHES, LOOKS
from graph.drawing.png import png
from graph.drawing.scene import Caption, label_word, scene_of, shortened, visible
from graph.drawing.svg import svg
from graph.exporting.gexf import gexf
from graph.exporting.overview import overview, refuse_crowd
from graph.exporting.selection import HUBS, Selection, whole
from graph.model import NODES, TIERS, Edge, NodeRef
from graph.rebuild import rebuild
from vestigo.errors import UsageError

GEXF = "{http://gexf.net/1.3}"
SVG = "{http://www.w3.org/2000/svg}"
CAPTION = Caption("A case", "after 3 entries")


def parsed(content: bytes):
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def ref(name: str) -> NodeRef:
    label, _colon, key = name.partition(":")
    return NodeRef(label, key)


def selection(*edges: tuple[str, str, str], tier: str = "captured", **names: str) -> Selection:
    made = tuple(Edge(kind, ref(a), ref(b), {"tier": tier}) for a, kind, b in edges)
    refs = sorted({one for edge in made for one in (edge.source, edge.target)},
                  key=lambda one: (one.label, one.key))  # fmt: skip
    nodes = {one: {"key": one.key, "name": names.get(one.key, one.key)} for one in refs}
    return Selection(nodes, made, len(nodes), len(made))


MONEY = selection(
    ("VendorAccount:m/ana", "NAMES", "Address:a1"),
    ("VendorAccount:m/ana", "ACTIVE_ON", "Market:m"),
    ("VendorAccount:m/bo", "ACTIVE_ON", "Market:m"),
    ("VendorAccount:m/bo", "NAMES", "PGPKey:K"),
    ("Address:a1", "LEADS_TO", "Address:a2"),
    ("Address:a2", "ENDS_IN", "CashOutPoint:t:0"),
    ("CashOutPoint:t:0", "PAID_INTO", "Service:S"),
    ("Address:lonely", "PAID", "Address:other"),
)


@pytest.fixture
def stored(small, embedded):
    rebuild(small, embedded)
    return whole(embedded)


def test_every_label_and_tier_has_a_look_and_a_word():
    assert set(LOOKS) == set(NODES)
    assert set(DASHES) == set(TIERS)
    assert len({look.letters for look in LOOKS.values()}) == len(NODES)
    assert len({label_word(label) for label in NODES}) == len(NODES)
    assert DASHES["structural"] == DASHES["captured"] == ()
    assert len({DASHES[tier] for tier in ("structural", "heuristic", "attribution", "judged")}) == 4


def test_a_hub_is_reached_and_not_crossed():
    near = MONEY.around([ref("VendorAccount:m/ana")], 3)
    assert ref("Market:m") in near.nodes
    assert ref("VendorAccount:m/bo") not in near.nodes
    assert ref("CashOutPoint:t:0") in near.nodes
    assert ref("Service:S") not in near.nodes
    assert ref("VendorAccount:m/bo") in MONEY.around([ref("Market:m")], 1).nodes


def test_no_hop_is_the_node_alone():
    assert list(MONEY.around([ref("Address:a1")], 0).nodes) == [ref("Address:a1")]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20), st.integers(0, 4))
def test_around_is_what_an_oracle_reaches(pairs, hops):
    edges = [(f"Address:{a}", "PAID", f"Address:{b}") for a, b in pairs] or [
        ("Address:0", "PAID", "Address:0")
    ]
    made = selection(*edges)
    centre = next(iter(made.nodes))
    reached = {centre}
    for _hop in range(hops):
        ends = [(edge.source, edge.target) for edge in made.edges]
        reached |= {b for a, b in ends if a in reached} | {a for a, b in ends if b in reached}
    assert set(made.around([centre], hops).nodes) == reached


def test_a_key_finds_its_node_and_doubt_is_an_error():
    double = selection(("Address:x", "MEMBER_OF", "Cluster:x"))
    assert MONEY.find("m/ana") == ref("VendorAccount:m/ana")
    assert double.find("Cluster:x") == ref("Cluster:x")
    assert MONEY.find("CashOutPoint:t:0") == ref("CashOutPoint:t:0")
    assert MONEY.find("t:0") == ref("CashOutPoint:t:0")
    with pytest.raises(UsageError, match="E-GRA-041") as several:
        double.find("x")
    assert "Address:x, Cluster:x" in str(several.value)
    with pytest.raises(UsageError, match="E-GRA-040"):
        MONEY.find("nobody")


def test_the_overview_keeps_the_way_of_the_money_and_drops_the_rest():
    shown = set(overview(MONEY).nodes)
    assert {ref("Address:a2"), ref("CashOutPoint:t:0"), ref("Service:S")} <= shown
    assert not shown & {ref("Address:lonely"), ref("PGPKey:K"), ref("Market:m")}
    shared = selection(
        ("VendorAccount:m/ana", "NAMES", "PGPKey:K"), ("VendorAccount:n/bo", "NAMES", "PGPKey:K")
    )
    assert ref("PGPKey:K") in overview(shared).nodes
    said_twice = selection(
        ("VendorAccount:m/ana", "NAMES", "PGPKey:K"), ("VendorAccount:m/ana", "NAMES", "PGPKey:K")
    )
    assert ref("PGPKey:K") not in overview(said_twice).nodes


def test_a_crowd_is_refused_with_the_number():
    refuse_crowd(MONEY, len(MONEY.nodes))
    with pytest.raises(UsageError, match="E-GRA-042") as refused:
        refuse_crowd(MONEY, len(MONEY.nodes) - 1)
    assert str(len(MONEY.nodes)) in str(refused.value)


def test_gexf_holds_every_node_and_relationship_with_declared_attributes(stored):
    tree = parsed(gexf(stored))
    nodes = {node.get("id"): node for node in tree.iter(f"{GEXF}node")}
    edges = list(tree.iter(f"{GEXF}edge"))
    assert (len(nodes), len(edges)) == (stored.n_nodes, stored.n_edges)
    assert all(edge.get("source") in nodes and edge.get("target") in nodes for edge in edges)
    declared = {one.get("id") for one in tree.iter(f"{GEXF}attribute")}
    assert declared == {one.get("for") for one in tree.iter(f"{GEXF}attvalue")}
    sells = next(edge for edge in edges if edge.get("kind") == "SELLS")
    values = {
        v.get("for"): v.get("value") for v in nodes[sells.get("source")].iter(f"{GEXF}attvalue")
    }
    assert values["node.label"] == "VendorAccount"


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_text_makes_a_valid_gexf_and_svg(text):
    made = selection(("VendorAccount:v", "ACTIVE_ON", "Market:m"), v=text)
    node = next(n for n in parsed(gexf(made)).iter(f"{GEXF}node") if n.get("label") != "m")
    assert len(node.get("label")) == len(text)
    drawn = parsed(svg(scene_of(made, Caption(text, text))))
    assert not list(drawn.iter(f"{SVG}script"))
    assert len(list(drawn.iter(f"{SVG}circle"))) >= 1


def test_a_picture_shows_each_node_once_and_each_tier_in_its_way(stored):
    scene = scene_of(stored, CAPTION)
    assert len(scene.marks) == len(stored.nodes)
    places = [mark.at for mark in scene.marks]
    assert len(set(places)) == len(places)
    width, height = scene.size
    assert all(RADIUS <= x < width and RADIUS <= y < height for x, y in places)
    tiers = {str(edge.properties["tier"]) for edge in stored.edges}
    assert {line.dashes for line in scene.lines} == {DASHES[tier] for tier in tiers}
    said = [text for _sign, text in scene.legend]
    assert (
        len(said)
        == len(set(said))
        == len({r.label for r in stored.nodes}) + len({DASHES[tier] for tier in tiers})
    )


def test_what_points_at_a_thing_reads_all_of_it(stored):
    drawn = parsed(svg(scene_of(stored, CAPTION)))
    titles = [title.text for title in drawn.iter(f"{SVG}title")]
    assert any(text.startswith("PAID") and "record_id: " in text for text in titles)
    heads = {text.split("\n", 1)[0] for text in titles}
    plain = [one for one in stored.nodes if one.key.isprintable()]
    assert len(plain) > len(stored.nodes) / 2
    assert {f"{one.label} {one.key}" for one in plain} <= heads


def test_money_flows_from_left_to_right_and_ends_in_the_service():
    x = {mark.full.split("\n")[0]: mark.at[0] for mark in scene_of(MONEY, CAPTION).marks}
    way = ["VendorAccount m/ana", "Address a1", "Address a2", "CashOutPoint t:0", "Service S"]
    places = [x[name] for name in way]
    assert places == sorted(set(places))
    assert x["Service S"] == max(x.values())


def test_parallel_relationships_are_one_line_that_says_how_many():
    twice = selection(("Address:a", "PAID", "Address:b"), ("Address:a", "PAID", "Address:b"))
    scene = scene_of(twice, CAPTION)
    assert [line.full.split("\n")[0] for line in scene.lines] == ["PAID × 2"]


def test_the_caption_counts_what_is_not_shown():
    scene = scene_of(MONEY.around([ref("Address:a1")], 1), CAPTION)
    assert scene.source.endswith(f"3 of {MONEY.n_nodes} nodes shown")


def test_the_png_is_a_picture_without_metadata_and_always_the_same():
    scene = scene_of(MONEY, CAPTION)
    content = png(scene)
    assert content == png(scene_of(MONEY, CAPTION))
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        assert image.size == (scene.size[0] * 2, scene.size[1] * 2)
        assert not image.info
        colours = {colour for _n, colour in image.getcolors(1 << 24)}
    for label in ("VendorAccount", "Address", "Service", "PGPKey"):
        fill = LOOKS[label].fill
        assert tuple(bytes.fromhex(fill[1:])) in colours


@pytest.mark.parametrize("text", ["a\u202eb", "x\x1b[31m", "tab\tand\nline", "zero\u200bwidth"])
def test_marks_that_deceive_are_not_drawn(text):
    assert all(c.isprintable() for c in visible(text))
    made = selection(("VendorAccount:v", "ACTIVE_ON", "Market:m"), v=text)
    assert all(mark.text.isprintable() for mark in scene_of(made, CAPTION).marks)


def test_a_long_name_keeps_both_ends():
    short = shortened("bcrt1q" + "x" * 60 + "lastpart")
    assert len(short) <= 28
    assert short.startswith("bcrt1q")
    assert short.endswith("…lastpart")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=30))
def test_columns_hold_every_node_once_whatever_the_graph(pairs):
    refs = [NodeRef("Address", str(n)) for n in range(13)]
    edges = [Edge("PAID", refs[a], refs[b], {}) for a, b in pairs]
    placed = columns(refs, edges, refs[:1])
    assert sorted(one.key for column in placed for one in column) == sorted(r.key for r in refs)
    assert placed == columns(refs, edges, refs[:1])
    depth = {one: n for n, column in enumerate(placed) for one in column}
    assert all(abs(depth[edge.source] - depth[edge.target]) <= 1 for edge in edges)


def test_an_empty_part_is_a_valid_picture():
    nothing = Selection({}, (), 0, 0)
    assert parsed(svg(scene_of(nothing, CAPTION))).tag == f"{SVG}svg"
    assert png(scene_of(nothing, CAPTION)).startswith(b"\x89PNG")


def test_hubs_are_labels_of_the_model():
    assert set(NODES) >= HUBS
