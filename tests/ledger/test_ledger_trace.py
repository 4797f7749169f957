# SPDX-License-Identifier: AGPL-3.0-or-later
"""Traces on tiny chains: every stop, no false cash-out, nothing followed backwards."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ledger.analysis import Analysis, analyse
from ledger.ingest import ingest_file
from ledger.parsing import parse_header, root_of_branch
from ledger.parsing.digest import double_sha256, from_displayed
from vestigo.errors import ConfigurationError, InputError
from vestigo.records import Tag
from vestigo.settings import default_settings

SELECTOR = "ab" * 32


def cited(follow):
    """Return the records of the transactions that the last analysis cites."""
    return [one.record() for one in follow.kept if one.kind == "transaction"]


def tag_of(
    chain, name: str, label: str = "Exchange A", category: str | None = "exchange", **more
) -> Tag:
    fields = {
        "address": chain.address(name), "network": "regtest", "label": label, "actor": None,
        "category": category, "concepts": (), "tag_type": None, "is_cluster_definer": False,
        "tagpack_confidence": "service_data", "source": "test", "lastmod_on": None,
        "pack_title": "t", "pack_sha256": "00" * 32,
    }  # fmt: skip
    return Tag(**{**fields, **more})


@pytest.fixture
def follow(chain, tmp_path: Path):
    def run(*starts: str, tags: tuple[Tag, ...] = (), **changes) -> Analysis:
        folder = tmp_path / "chain"
        ingest_file(folder, chain.write(tmp_path / "b.dat"), "regtest")
        section = {**default_settings()["ledger"], **changes}
        addresses = [chain.address(name) for name in starts]
        sources = dict.fromkeys(addresses, (SELECTOR,))
        run.kept = []
        return analyse(
            folder, "regtest", addresses, list(tags), section, sources, keep=run.kept.append
        )

    return run


def stops(analysis: Analysis) -> list[tuple[str, int]]:
    return sorted((trace.stop_reason, len(trace.hops)) for trace in analysis.traces)


def hot(chain):
    """An exchange: a tagged hot address, and a sweep of a deposit address into it."""
    return chain.coin("hot", 100_000)


def test_a_payment_to_a_tagged_address(chain, follow):
    coin = chain.coin("v", 10_000)
    txid = chain.step([coin], [("hot", 9_000), ("change", 900)])
    found = follow("v", tags=(tag_of(chain, "hot"),))
    assert stops(found) == [("tagged_service", 1), ("unspent", 1)]
    (point,) = found.cash_outs
    assert (point.address, point.txid, point.vout) == (chain.address("hot"), txid, 0)
    assert (point.value_sat, point.traced_sat, point.basis) == (9_000, 9_000, "tagged_address")
    assert (point.service, point.category) == ("Exchange A", "exchange")
    assert point.start_address == chain.address("v")
    assert Decimal("0.9") < point.confidence < 1
    assert point.measured is not None
    assert point.measured.low <= point.measured.precision <= point.measured.high
    trace = next(trace for trace in found.traces if trace.record_id == point.trace_id)
    assert SELECTOR in trace.sources
    assert trace.method.rule == "ledger.trace_fifo.v1"
    assert {tag_of(chain, "hot").record_id} == set(point.tag_ids)
    assert set(point.tag_ids) <= set(point.sources)


def test_a_deposit_address_that_is_swept(chain, follow):
    coin = chain.coin("v", 10_000)
    txid = chain.step([coin], [("deposit", 9_000), ("change", 900)])
    sweep = chain.step([(txid, 0)], [("hot", 8_900)], hours=30)
    found = follow("v", tags=(tag_of(chain, "hot"),))
    (point,) = found.cash_outs
    assert (point.basis, point.address) == ("deposit_pattern", chain.address("deposit"))
    assert point.method.rule == "ledger.deposit_pattern.v1"
    assert point.confidence < 1
    sweeping = next(tx for tx in cited(follow) if tx.txid == sweep)
    assert sweeping.record_id in point.sources


def test_the_cluster_that_a_deposit_is_swept_into_is_stated(chain, follow):
    chain.step([hot(chain), chain.coin("cold", 5_000)], [("hot", 104_000)])
    txid = chain.step([chain.coin("v", 10_000)], [("deposit", 9_000)])
    chain.step([(txid, 0)], [("cold", 8_900)], hours=30)
    found = follow("v", tags=(tag_of(chain, "hot"),))
    assert [point.basis for point in found.cash_outs] == ["deposit_pattern"]
    (cluster,) = found.clusters
    assert set(cluster.addresses) == {chain.address("hot"), chain.address("cold")}


@pytest.mark.parametrize(
    ("outputs", "hours", "found_at"),
    [
        ([("hot", 8_900)], 72, "deposit"),
        ([("hot", 8_900)], 73, "hot"),
        ([("hot", 8_000), ("other", 800)], 30, "hot"),
        ([("hot", 8_000), (b"\x6a\x01\x00", 0)], 30, "deposit"),
    ],
)
def test_what_is_and_is_not_a_deposit_address(chain, follow, outputs, hours, found_at):
    txid = chain.step([chain.coin("v", 10_000)], [("deposit", 9_000)])
    chain.step([(txid, 0)], outputs, hours=hours)
    (point,) = follow("v", tags=(tag_of(chain, "hot"),)).cash_outs
    assert point.address == chain.address(found_at)


def test_one_spend_elsewhere_ends_the_deposit_pattern(chain, follow):
    txid = chain.step([chain.coin("v", 10_000)], [("d", 4_000), ("d", 5_000)])
    chain.step([(txid, 0)], [("hot", 3_900)], hours=2)
    chain.step([(txid, 1)], [("friend", 4_900)], hours=2)
    found = follow("v", tags=(tag_of(chain, "hot"),))
    assert [point.basis for point in found.cash_outs] == ["tagged_address"]


def test_sweeps_into_two_services_are_no_deposit_pattern(chain, follow):
    txid = chain.step([chain.coin("v", 10_000)], [("d", 9_000)])
    chain.step([(txid, 0)], [("hot", 4_000), ("other", 4_000)], hours=2)
    tags = (tag_of(chain, "hot"), tag_of(chain, "other", "Exchange B"))
    found = follow("v", tags=tags)
    assert sorted(point.service for point in found.cash_outs) == ["Exchange A", "Exchange B"]
    assert {point.basis for point in found.cash_outs} == {"tagged_address"}


def test_an_own_address_is_never_a_deposit_address(chain, follow):
    """The start pays a tagged address at once: it is the wallet, not the service."""
    chain.step([chain.coin("v", 10_000)], [("hot", 9_900)], hours=1)
    (point,) = follow("v", tags=(tag_of(chain, "hot"),)).cash_outs
    assert point.address == chain.address("hot")


def test_an_untagged_address_of_the_service_cluster(chain, follow):
    chain.step([hot(chain), chain.coin("cold", 5_000)], [("hot", 104_000)])
    chain.step([chain.coin("v", 10_000)], [("cold", 9_000)])
    (point,) = follow("v", tags=(tag_of(chain, "hot"),)).cash_outs
    assert (point.basis, point.address) == ("tagged_cluster", chain.address("cold"))
    assert point.confidence < 1


def test_nothing_is_followed_through_a_service(chain, follow):
    """Withdrawals of other customers are no business of this trace."""
    txid = chain.step([chain.coin("v", 10_000)], [("hot", 9_900)])
    withdrawal = chain.step([(txid, 0)], [("customer", 9_800)])
    chain.step([(withdrawal, 0)], [("hot2", 9_700)])
    tags = (tag_of(chain, "hot"), tag_of(chain, "hot2", "Exchange B"))
    found = follow("v", tags=tags)
    assert [point.service for point in found.cash_outs] == ["Exchange A"]
    assert stops(found) == [("tagged_service", 1)]


def test_a_peel_chain_is_followed_to_its_last_output(chain, follow):
    coin, value = chain.coin("v", 100_000), 100_000
    for n in range(6):
        txid = chain.step([coin], [(f"supplier{n}", 1_000), (f"c{n}", value - 2_000)], hours=9)
        coin, value = (txid, 1), value - 2_000
    last = chain.step([coin], [("hot", value - 1_000)], hours=90)
    found = follow("v", tags=(tag_of(chain, "hot"),))
    (point,) = found.cash_outs
    assert (point.txid, point.traced_sat) == (last, value - 1_000)
    (trace,) = [trace for trace in found.traces if trace.stop_reason == "tagged_service"]
    assert [hop.to_address for hop in trace.hops] == [
        *(chain.address(f"c{n}") for n in range(6)), chain.address("hot"),
    ]  # fmt: skip
    assert trace.hops[0].from_address == chain.address("v")
    assert all(
        a.to_address == b.from_address for a, b in zip(trace.hops, trace.hops[1:], strict=False)
    )
    assert len([trace for trace in found.traces if trace.stop_reason == "unspent"]) == 6


def test_first_in_first_out_is_exact_over_two_transactions(chain, follow):
    mixed = chain.step([chain.coin("clean", 4_000), chain.coin("v", 6_000)],
                       [("a", 3_000), ("b", 5_000), ("c", 1_000)])  # fmt: skip
    chain.step([(mixed, 1)], [("d", 2_000), ("e", 2_900)])
    found = follow("v", large_cluster=1)
    ends = {trace.hops[-1].to_address: trace.hops[-1].traced_sat for trace in found.traces}
    assert ends == {chain.address("c"): 1_000, chain.address("d"): 1_000, chain.address("e"): 2_900}
    assert chain.address("a") not in ends


def test_last_in_first_out_by_setting(chain, follow):
    chain.step([chain.coin("clean", 4_000), chain.coin("v", 6_000)],
               [("a", 3_000), ("b", 5_000), ("c", 1_000)])  # fmt: skip
    found = follow("v", large_cluster=1, accounting="lifo")
    ends = {trace.hops[-1].to_address: trace.hops[-1].traced_sat for trace in found.traces}
    assert ends == {chain.address("a"): 3_000, chain.address("b"): 3_000}
    assert {trace.method.rule for trace in found.traces} == {"ledger.trace_lifo.v1"}


def test_the_wallet_cluster_is_a_tier_of_its_own(chain, follow):
    """v and w are spent together once; what only w paid is found through the cluster."""
    w, again = chain.coin("w", 5_000), chain.coin("w", 7_000)
    chain.step([chain.coin("v", 5_000), w], [("x", 9_000)])
    chain.step([again], [("hot", 6_900)])
    found = follow("v", tags=(tag_of(chain, "hot"),))
    (point,) = found.cash_outs
    trace = next(trace for trace in found.traces if trace.record_id == point.trace_id)
    assert trace.method.rule == "ledger.trace_wallet_fifo.v1"
    assert trace.hops[0].from_address == chain.address("w")
    assert point.start_address == chain.address("v")
    (cluster,) = found.clusters
    assert set(cluster.addresses) == {chain.address("v"), chain.address("w")}
    assert [join.txid for join in cluster.joins] == [found.traces[0].hops[0].txid]


def whirlpool(chain, entrant):
    others = [chain.coin(f"peer{n}", 1_000_000) for n in range(4)]
    return chain.step([entrant, *others], [(f"mixed{n}", 1_000_000) for n in range(5)])


def test_a_trail_stops_before_a_mix(chain, follow):
    entrant = chain.step([chain.coin("v", 1_010_000)], [("pre", 1_005_000)])
    mix = whirlpool(chain, (entrant, 0))
    chain.step([(mix, 2)], [("hot", 999_000)])
    found = follow("v", tags=(tag_of(chain, "hot"),))
    assert found.cash_outs == ()
    (trace,) = found.traces
    assert (trace.stop_reason, trace.stop_detail) == ("mix", f"whirlpool {mix}")
    assert mix in {tx.txid for tx in cited(follow)}


def test_a_start_that_goes_straight_into_a_mix_has_no_hops(chain, follow):
    whirlpool(chain, chain.coin("v", 1_005_000))
    assert stops(follow("v")) == [("mix", 0)]


def test_a_tagged_mixer_is_a_mix(chain, follow):
    chain.step([chain.coin("v", 10_000)], [("mixer", 9_000)])
    found = follow("v", tags=(tag_of(chain, "mixer", "Blender", "mixing_service"),))
    assert stops(found) == [("mix", 1)]
    assert found.cash_outs == ()


def test_a_market_is_a_service_but_no_cash_out(chain, follow):
    chain.step([chain.coin("v", 10_000)], [("escrow", 9_000)])
    found = follow("v", tags=(tag_of(chain, "escrow", "Some Market", "market"),))
    assert stops(found) == [("tagged_service", 1)]
    assert found.cash_outs == ()


def test_a_tag_that_names_no_service_does_not_stop_the_trail(chain, follow):
    txid = chain.step([chain.coin("v", 10_000)], [("listed", 9_000)])
    chain.step([(txid, 0)], [("next", 8_900)], hours=2)
    found = follow("v", tags=(tag_of(chain, "listed", "Sanctioned", "sanctioned"),))
    assert stops(found) == [("unspent", 2)]


def test_a_tag_of_another_network_is_none_of_ours(chain, follow):
    chain.step([chain.coin("v", 10_000)], [("hot", 9_000)])
    found = follow("v", tags=(tag_of(chain, "hot", network="testnet"),))
    assert stops(found) == [("unspent", 1)]


def test_a_fan_out_stops_the_trail_except_at_services(chain, follow):
    outputs = [(f"o{n}", 1_000) for n in range(5)]
    txid = chain.step([chain.coin("v", 10_000)], [*outputs, ("hot", 3_000)])
    chain.step([(txid, 0)], [("hot", 900)])
    found = follow("v", tags=(tag_of(chain, "hot"),))
    assert stops(found) == [("deposit_candidate", 1), *[("fan_out", 1)] * 4, ("tagged_service", 1)]
    assert {point.txid for point in found.cash_outs} == {txid}


def test_hop_limit(chain, follow):
    coin, value = chain.coin("v", 10_000), 10_000
    for n in range(5):
        coin, value = (chain.step([coin], [(f"h{n}", value - 100)]), 0), value - 100
    assert stops(follow("v", max_hops=3)) == [("hop_limit", 3)]
    assert stops(follow("v", max_hops=5)) == [("unspent", 5)]


def test_missing_data_stop_the_trail(chain, follow):
    chain.step([chain.coin("v", 10_000), ("99" * 32, 1)], [("x", 15_000)])
    found = follow("v")
    assert stops(found) == [("incomplete", 0)]


def test_money_is_not_followed_backwards(chain, follow):
    buyer = chain.coin("buyer", 10_000)
    escrow = chain.step([buyer], [("escrow", 5_000), ("buyer2", 4_900)])
    chain.step([(escrow, 1)], [("hot", 4_800)])
    chain.step([(escrow, 0)], [("v", 4_900)])
    found = follow("v", tags=(tag_of(chain, "hot"),))
    assert stops(found) == [("unspent", 0)]
    assert found.cash_outs == ()


def test_change_that_comes_back_does_not_go_round_in_circles(chain, follow):
    first = chain.step([chain.coin("v", 10_000)], [("x", 3_000), ("v", 6_900)])
    chain.step([(first, 1)], [("v", 6_800)])
    found = follow("v")
    assert stops(found) == [("unspent", 1), ("unspent", 2)]


def test_a_start_that_is_an_exchange_address_itself(chain, follow):
    """A vendor who publishes a deposit address of a tagged service: money is already there."""
    txid = chain.step([chain.coin("buyer", 10_000)], [("hot", 9_900)])
    chain.step([(txid, 0)], [("customer", 9_800)])
    found = follow("hot", tags=(tag_of(chain, "hot"),))
    assert stops(found) == [("tagged_service", 0)]
    (point,) = found.cash_outs
    assert (point.txid, point.address) == (txid, chain.address("hot"))


def test_an_address_that_never_occurs_gives_nothing(chain, follow):
    chain.mine()
    found = follow("ghost")
    assert (found.traces, found.cash_outs, tuple(follow.kept)) == ((), (), ())


def test_a_bare_public_key_is_followed_too(chain, follow):
    key = bytes.fromhex(
        "2102" + "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" + "ac"
    )
    txid = chain.step([chain.coin("v", 10_000)], [(key, 9_000)])
    chain.step([(txid, 0)], [("hot", 8_900)], hours=90)
    found = follow("v", tags=(tag_of(chain, "hot"),))
    (trace,) = found.traces
    assert trace.hops[0].to_address == f"script:{key.hex()}"
    assert len(found.cash_outs) == 1


def test_two_party_candidates_are_marked(chain, follow):
    spent = [chain.coin("v", 1_000_000), chain.coin("b", 1_000_000)]
    chain.step(spent, [("x", 600_000), ("y", 600_000), ("z", 700_000)])
    found = follow("v")
    assert {hop.why for trace in found.traces for hop in trace.hops} == {
        "ledger.follow_two_party_candidate.v1"
    }


def test_every_cited_transaction_verifies_offline(chain, follow):
    txid = chain.step([chain.coin("v", 10_000)], [("deposit", 9_000)])
    chain.step([(txid, 0)], [("hot", 8_900)])
    found = follow("v", tags=(tag_of(chain, "hot"),))
    assert len(cited(follow)) == found.n_transactions == 3
    for record in cited(follow):
        assert double_sha256(bytes.fromhex(record.raw_hex))[::-1].hex() == record.txid
        header = parse_header(bytes.fromhex(record.header_hex))
        branch = [from_displayed(node) for node in record.merkle_branch]
        assert (
            root_of_branch(from_displayed(record.txid), branch, record.position)
            == header.merkle_root
        )
        assert header.block_hash == from_displayed(record.block_hash)


def test_the_same_case_gives_the_same_records(chain, follow, tmp_path: Path):
    test_a_peel_chain_is_followed_to_its_last_output(chain, follow)
    tags = (tag_of(chain, "hot"), tag_of(chain, "c1", "x", "market"))
    first, kept = follow("v", "c0", tags=tags), follow.kept
    again = follow("c0", "v", tags=tags[::-1])
    assert (first, kept) == (again, follow.kept)


def test_what_is_kept_is_what_was_stated(chain, follow):
    test_a_peel_chain_is_followed_to_its_last_output(chain, follow)
    found = follow("v", "c0", tags=(tag_of(chain, "hot"),))
    stated = {one.record_id for one in (*found.clusters, *found.traces, *found.cash_outs)}
    before = {SELECTOR, tag_of(chain, "hot").record_id}
    for written in follow.kept:
        record = written.record()
        assert (record.record_id, record.canonical()) == (written.record_id, written.body)
        assert before.issuperset(getattr(record, "sources", ()))  # what is cited comes first
        before.add(record.record_id)
    assert stated == {one.record_id for one in follow.kept if one.kind != "transaction"}
    assert len(cited(follow)) == found.n_transactions == len(follow.kept) - len(stated)


def test_settings_are_part_of_the_method(chain, follow):
    chain.step([chain.coin("v", 10_000)], [("x", 9_000)])
    digests = {follow("v", max_hops=n).traces[0].method.settings_sha256 for n in (7, 8)}
    assert len(digests) == 2


def test_a_method_without_paths_is_refused(chain, follow):
    chain.mine()
    with pytest.raises(ConfigurationError) as caught:
        follow("miner", accounting="haircut")
    assert caught.value.code == "E-LED-030"


def test_a_start_that_is_no_address_is_refused(chain, tmp_path: Path):
    chain.mine()
    ingest_file(tmp_path / "c", chain.write(tmp_path / "b.dat"), "regtest")
    with pytest.raises(InputError) as caught:
        analyse(tmp_path / "c", "regtest", ["nonsense"], [], default_settings()["ledger"], {})
    assert caught.value.code == "E-LED-001"


def test_the_best_known_tag_names_the_service(chain, follow):
    chain.step([chain.coin("v", 10_000)], [("hot", 9_000)])
    weak = tag_of(chain, "hot", "Rumour", tagpack_confidence="web_crawl")
    strong = tag_of(chain, "hot", "Exchange A", tagpack_confidence="ownership")
    (point,) = follow("v", tags=(weak, strong)).cash_outs
    assert point.service == "Exchange A"
    assert len(point.tag_ids) == 2
    assert point.confidence > Decimal("0.9")


@pytest.mark.parametrize(("level", "share"), [("web_crawl", "0.4"), ("heuristic", "0.2")])
def test_a_weak_tag_lowers_the_probability_in_proportion(chain, follow, level, share):
    chain.step([chain.coin("v", 10_000)], [("hot", 9_000)])
    (strong,) = follow("v", tags=(tag_of(chain, "hot"),)).cash_outs
    weak_tag = tag_of(chain, "hot", "Rumour", tagpack_confidence=level)
    (weak,) = follow("v", tags=(weak_tag,)).cash_outs
    assert abs(weak.confidence - strong.confidence * Decimal(share)) <= Decimal("0.0001")
    assert weak.measured == strong.measured
