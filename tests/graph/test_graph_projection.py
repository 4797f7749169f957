# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the records say is what the graph holds, no more, whatever their order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from graph.canonical import Digest
from graph.model import EDGES, NODES, NodeRef
from graph.projecting.collector import milliseconds
from graph.rebuild import project
from vestigo.records import (
    Retraction,
    Selector,
    Trace,
    VendorAccount,
    probability,
)


def digest_of(source) -> str:
    collector, _n = project(source)
    digest = Digest()
    for label in NODES:
        digest.add_nodes(label, collector.nodes(label))
    digest.add_edges(collector.edges())
    return digest.hexdigest()


def edges_of(source, kind):
    collector, _n = project(source)
    return [
        (edge.source.key, edge.target.key, edge.properties)
        for edge in collector.edges()
        if edge.kind == kind
    ]


def node_of(source, label, key):
    collector, _n = project(source)
    return next((node for node in collector.nodes(label) if node["key"] == key), None)


def retraction(record) -> Retraction:
    return Retraction(
        retracts=record.record_id, reason="wrong", person="p", retracted_at=datetime.now(UTC)
    )


@pytest.mark.parametrize("which", ["small", "large"])
def test_the_order_of_the_records_does_not_matter(which, request, world, records):
    made = {"small": world.small_world, "large": world.random_world}[which]()
    expected = digest_of(request.getfixturevalue(which))
    for seed in range(3):
        random.Random(seed).shuffle(made)
        assert digest_of(records(made)) == expected


def test_the_same_record_twice_changes_nothing(world, records, small):
    twice = [*world.small_world(), *world.small_world()]
    kinds = {edge.kind for edge in project(records(twice))[0].edges()}
    assert kinds == set(EDGES)
    listing = node_of(records(twice), "Listing", "bazar/17")
    assert listing["n_captures"] == 2, "a ledger holds each record once"
    assert len(list(project(records(twice))[0].edges())) == len(list(project(small)[0].edges()))


def test_every_label_and_relationship_of_the_model_occurs(small):
    collector, _n = project(small)
    assert {label for label in NODES if collector.nodes(label)} == set(NODES)
    assert {edge.kind for edge in collector.edges()} == set(EDGES)


def test_only_what_is_offered_is_offered(small):
    offered = {(source, target) for source, target, _p in edges_of(small, "OFFERS")}
    assert offered == {
        ("bazar/17", "cannabis"),
        ("bazar/17", "cannabis_resin"),
        ("feria/4", "mdma"),
        ("feria/5", "mdma"),
        ("feria/anita", "mdma"),
    }


@pytest.mark.parametrize("status", ["negated", "mentioned"])
def test_a_negated_or_mentioned_substance_is_not_offered(world, records, status):
    page = world.capture(1)
    offer = world.listing("bazar", "1", "ana", page)
    source = records([page, offer, world.mention(offer, "heroin", status)])
    assert edges_of(source, "OFFERS") == []
    assert node_of(source, "Substance", "heroin") is None


def test_of_several_records_the_surest_stands_and_they_are_counted(small):
    resin = next(p for _s, t, p in edges_of(small, "OFFERS") if t == "cannabis_resin")
    assert (resin["confidence"], resin["n_records"]) == ("0.9500", 2)


def test_a_wrong_checksum_is_no_address(small):
    assert node_of(small, "Address", "bcrt1qbroken") is None


def test_a_selector_on_a_listing_is_named_by_its_vendor_too(small):
    named = [
        (source, p["party"], p["said_in"])
        for source, target, p in edges_of(small, "NAMES")
        if target == "bcrt1qana"
    ]
    assert ("bazar/17", "vendor", "listing") in named
    assert ("bazar/ana", "vendor", "listing") in named
    assert [party for source, party, _s in named if "x</node>" in source] == ["third"]


@pytest.mark.parametrize("later", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_listing_that_names_an_account_does_not_unsay_its_profile(world, records, later):
    made = world.small_world()
    seen = next(one for one in made if isinstance(one, VendorAccount))
    named = replace(seen, profile_captured=False, observed_at=seen.observed_at + later)
    key = f"{seen.market}/{seen.handle}"
    for order in ([*made, named], [named, *made]):
        assert node_of(records(order), "VendorAccount", key)["profile_captured"] is True


def test_the_newest_capture_gives_the_properties_and_the_life_is_kept(small, world):
    listing = node_of(small, "Listing", "bazar/17")
    assert listing["name"] == "Listing 17, new title"
    assert listing["n_captures"] == 2
    first, last = (milliseconds(world.capture(n).observed_at) for n in (3, 6))
    assert (listing["first_at"], listing["last_at"]) == (first, last)
    assert listing["price_amount"] == "0.1500"
    assert "ships_from" not in listing


def test_a_cash_out_leads_from_the_address_to_the_service(small, world):
    out = edges_of(small, "CASHES_OUT_AT")
    starts = [(source, p["start_address"], p["traced_sat"]) for source, _t, p in out]
    assert sorted(starts) == [
        ("bcrt1qbolsa", "bcrt1qana", 9_000),
        ("bcrt1qbolsa", "bcrt1qanita", 3_000),
        ("bcrt1qdeposit", "bcrt1qana", 60_000),
        ("bcrt1qdeposit", "bcrt1qanita", 4_000),
    ]
    assert {target for _s, target, _p in edges_of(small, "PAID_INTO")} == {
        "Bolsa",
        "casa_de_cambio",
    }


@pytest.mark.parametrize(
    ("kind", "tier"),
    [
        ("PAID", "structural"), ("PAYS", "structural"), ("SPENT_IN", "structural"),
        ("LEADS_TO", "structural"), ("HOP", "heuristic"), ("MEMBER_OF", "heuristic"),
        ("TAGGED_AS", "attribution"), ("NAMES", "captured"), ("OFFERS", "captured"),
    ],
)  # fmt: skip
def test_the_tiers_are_never_mixed(small, kind, tier):
    assert {p["tier"] for _s, _t, p in edges_of(small, kind)} == {tier}


def test_a_cash_out_is_an_attribution_only_where_the_address_itself_is_tagged(small):
    tiers = {p["basis"]: p["tier"] for _s, _t, p in edges_of(small, "CASHES_OUT_AT")}
    assert tiers == {"tagged_address": "attribution", "deposit_pattern": "heuristic"}


def test_a_service_is_one_node_whether_a_tag_or_a_cash_out_names_it(small):
    node = node_of(small, "Service", "casa_de_cambio")
    assert (node["name"], node["category"]) == ("Casa de Cambio", "exchange")
    assert node_of(small, "Service", "Casa de Cambio") is None


def test_a_trail_that_begins_elsewhere_in_the_wallet_is_joined_to_its_start(small):
    joined = [(source, target, p["tier"]) for source, target, p in edges_of(small, "SAME_WALLET")]
    assert joined == [("bcrt1qanita", "bcrt1qpurse", "heuristic")]


def test_a_payment_of_two_traces_is_drawn_once_and_its_hop_once_a_start(small, world):
    shared = world.txid("t2")
    paid = [p for _s, _t, p in edges_of(small, "PAID") if p["txid"] == shared]
    hops = [p for _s, _t, p in edges_of(small, "HOP") if p["txid"] == shared]
    assert len(paid) == 1
    assert sorted((p["start_address"], p["traced_sat"]) for p in hops) == [
        ("bcrt1qana", 60_000),
        ("bcrt1qanita", 4_000),
    ]


def test_evidence_is_found_down_to_the_capture_with_the_way(small, world):
    trail = next(t for t in small.of_kind(Trace) if len(t.hops) == 2)
    shown = [
        (target, p["via"])
        for _s, target, p in edges_of(small, "SHOWN_BY")
        if p["record_id"] == trail.record_id
    ]
    selector = next(s for s in small.of_kind(Selector) if s.value == "bcrt1qana")
    page = world.capture(3).capture_id
    assert dict(shown)[page] == [selector.record_id, selector.subject]
    assert dict(shown)[world.txid("t1")] == []


def test_a_tag_that_touches_nothing_of_the_case_stays_out(small):
    collector, _n = project(small)
    assert {node["name"] for node in collector.nodes("Tag")} == {"Bolsa", "Casa de Cambio"}
    assert NodeRef("Address", "bcrt1qnowhere") not in collector
    assert NodeRef("Service", "nobody") not in collector


def test_a_retracted_record_disappears(world, records):
    made = world.small_world()
    gone = next(r for r in made if isinstance(r, Selector) and r.value == "@ana_del_sur")
    source = records([*made, retraction(gone)])
    assert node_of(source, "Contact", "telegram:@ana_del_sur") is None
    assert node_of(records(made), "Contact", "telegram:@ana_del_sur") is not None


def test_what_rests_on_a_retracted_record_alone_disappears_with_it(world, records):
    page = world.capture(1)
    account = world.vendor("bazar", "ana", page)
    named = world.selector(account, "btc", "bcrt1qana")
    trail = world.trace((world.hop("t", ("bcrt1qana", "bcrt1qb"), 5, 5),), (named.record_id,))
    point = world.cash_out(trail, "Bolsa", (), "deposit_pattern")
    base = [page, account, named, trail, point]
    assert len(edges_of(records(base), "CASHES_OUT_AT")) == 1
    source = records([*base, retraction(named)])
    assert node_of(source, "VendorAccount", "bazar/ana") is not None
    assert node_of(source, "Address", "bcrt1qana") is None
    assert edges_of(source, "CASHES_OUT_AT") == []


def test_a_trace_with_another_source_left_stands(world, records):
    page = world.capture(1)
    account = world.vendor("bazar", "ana", page)
    first, second = (
        world.selector(account, "btc", "bcrt1qa", party=p) for p in ("vendor", "third")
    )
    sources = (first.record_id, second.record_id)
    trail = world.trace((world.hop("t", ("bcrt1qa", "bcrt1qb"), 5, 5),), sources)
    source = records([page, account, first, second, trail, retraction(first)])
    assert len(edges_of(source, "HOP")) == 1
    shown = [p for _s, _t, p in edges_of(source, "SHOWN_BY") if p["record_id"] == trail.record_id]
    assert [p["via"] for p in shown] == [[second.record_id, account.record_id]]


def test_a_cash_out_falls_with_its_trail_and_with_its_last_tag(world, records):
    page = world.capture(1)
    account = world.vendor("bazar", "ana", page)
    named = world.selector(account, "btc", "bcrt1qa")
    trail = world.trace((world.hop("t", ("bcrt1qa", "bcrt1qb"), 5, 5),), (named.record_id,))
    tags = [world.tag("bcrt1qb", "bolsa", "Bolsa"), world.tag("bcrt1qc", "bolsa", "Bolsa")]
    point = world.cash_out(trail, "Bolsa", tuple(t.record_id for t in tags), "tagged_address")
    base = [page, account, named, trail, *tags, point]

    def paid_into(*gone):
        made = records([*base, *(retraction(record) for record in gone)])
        return [service for _point, service, _p in edges_of(made, "PAID_INTO")]

    assert paid_into() == ["bolsa"]
    # the key does not change with the tag that is left
    assert paid_into(tags[0]) == paid_into(tags[1]) == ["bolsa"]
    assert paid_into(*tags) == []
    assert paid_into(trail) == []


def test_a_mention_of_an_unknown_subject_is_left_out(world, records):
    offer = world.listing("bazar", "1", "ana", world.capture(1))
    source = records([world.capture(1), world.mention(offer, "mdma", "stated")])
    assert edges_of(source, "OFFERS") == []


def test_sources_in_a_circle_end(world, records):
    page = world.capture(1)
    offer = world.listing("bazar", "1", "ana", page)
    said = world.mention(offer, "mdma", "stated")
    strange = replace(said, sources=(said.record_id, page.capture_id), confidence=probability(1))
    again = replace(said, sources=(strange.record_id,), field="description")
    collector, _n = project(records([page, offer, strange, again]))
    assert any(edge.kind == "OFFERS" for edge in collector.edges())


def test_only_of_kind_is_needed_of_a_source(world, small):
    class Bare:
        def of_kind(self, cls):
            return iter(small.of_kind(cls))

    assert digest_of(Bare()) == digest_of(small)


def test_times_are_rounded_down_to_milliseconds():
    moment = datetime(1970, 1, 1, 0, 0, 1, 999_999, tzinfo=UTC)
    assert milliseconds(moment) == 1999
    assert milliseconds(moment - timedelta(seconds=2)) == -1
    assert milliseconds(None) is None


def test_a_trace_without_hops_is_no_relationship(world, records):
    hop = world.hop("t", ("bcrt1qa", "bcrt1qb"), 5, 5)
    page = world.capture(1)
    empty = replace(world.trace((hop,), (page.capture_id,)), hops=(), stop_reason="unspent")
    collector, _n = project(records([page, empty]))
    assert {edge.kind for edge in collector.edges()} == {"SHOWN_BY"}
    assert NodeRef("Address", "bcrt1qa") in collector
