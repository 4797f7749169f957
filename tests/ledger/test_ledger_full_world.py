# SPDX-License-Identifier: AGPL-3.0-or-later
"""Against the truth of full worlds: what is found, what is missed, and why it goes wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

import pytest

from ledger.analysis import Analysis, Workbench
from ledger.classes import classify
from ledger.index import ChainIndex
from ledger.ingest import ingest
from ledger.store import ChainStore
from ledger.tags import read_tags
from vestigo.settings import default_settings

SETTINGS = default_settings()["ledger"]
CLASS_OF = {
    "whirlpool": "whirlpool", "wasabi1": "wasabi1", "wasabi2": "wasabi2",
    "joinmarket": "joinmarket_candidate", "stonewall": "stonewall_candidate",
}  # fmt: skip
ALL_CLASSES = (*CLASS_OF.values(), "whirlpool_tx0")


@dataclass
class Case:
    """A world, and what the ledger stage says about it."""

    truth: dict
    analysis: Analysis
    classes: dict[str, str]
    clusters: list[set[str]]

    @property
    def owner(self):
        return {a: one["owner"] for one in self.truth["clusters"] for a in one["addresses"]}


@pytest.fixture(scope="module", params=["1", "2"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("full") / "world"
    words = [sys.executable, "-m", "vestigo", "training", "range", "--seed", request.param,
             "--behaviour", "full", "--write", str(folder)]  # fmt: skip
    subprocess.run(words, check=True, capture_output=True)
    truth = json.loads((folder / "truth.json").read_text())
    list(ingest(folder / "chain", [folder / "blocks"], "regtest"))
    tags = read_tags(folder / "tagpack.yaml", "regtest")
    with ChainStore(folder / "chain", "regtest") as store:
        bench = Workbench.over(store, tags, SETTINGS)
        for one in truth["published_addresses"]:
            bench.trace_from(one["address"], ())
        index: ChainIndex = bench.index
        unions = bench.clustering.unions
        analysis = bench.result()
        return Case(
            truth,
            analysis,
            {index.txid(tx): classify(index.view(tx)).name for tx in range(len(index.txids))},
            [{index.address(s) for s in unions.members(root)} for root in unions.roots()],
        )


def test_every_mix_has_its_class_and_only_look_alikes_are_taken_for_one(case):
    for one in case.truth["mixes"]:
        assert case.classes[one["txid"]] == CLASS_OF[one["kind"]]
    for one in case.truth["tx0s"]:
        assert case.classes[one["txid"]] == "whirlpool_tx0"
    true = {one["txid"] for name in ("mixes", "tx0s") for one in case.truth[name]}
    false = {txid for txid, name in case.classes.items() if name in ALL_CLASSES} - true
    assert false <= {one["txid"] for one in case.truth["look_alikes"]}


def test_batches_are_seen_and_payjoins_are_not(case):
    assert {case.classes[one["txid"]] for one in case.truth["batches"]} == {"batch"}
    assert {case.classes[one["txid"]] for one in case.truth["payjoins"]} == {"none"}


def test_only_a_payjoin_joins_two_owners_in_one_cluster(case):
    owner = case.owner
    known = [{one["payer"], one["payee"]} for one in case.truth["payjoins"]]
    wrong = [held for one in case.clusters if len(held := {owner[a] for a in one}) > 1]
    assert len(case.clusters) >= 30
    for held in wrong:
        assert held <= set().union(*(pair for pair in known if pair & held))
    assert len(wrong) <= len(known)


def test_every_cash_out_at_a_tagged_service_is_found_under_its_name(case):
    """Nothing that lies open is missed; behind mixes and at unknown services nothing is claimed."""
    found = {(p.start_address, p.txid, p.vout): p.service for p in case.analysis.cash_outs}
    n_by_kind: Counter[str] = Counter()
    for row in case.truth["cash_outs"]:
        key = (row["start_address"], row["txid"], row["vout"])
        if row["service_tagged"] and not row["behind_mix"]:
            assert found[key] == row["service"]
            n_by_kind[row["service_kind"]] += 1
        elif not row["service_tagged"]:
            assert key not in found
    assert n_by_kind["exchange"] >= 40
    assert n_by_kind["atm"] >= 9
    assert n_by_kind["gift_card_shop"] >= 3


def test_what_is_claimed_wrongly_went_through_an_unknown_service_or_a_payjoin(case):
    owner = case.owner
    true = {
        (owner[one["start_address"]], one["txid"], one["vout"]) for one in case.truth["cash_outs"]
    }
    unknown = {
        f"{one['kind']}:{one['name']}" for one in case.truth["services"] if not one["is_tagged"]
    }
    joint = {one["txid"] for one in case.truth["payjoins"]}
    partners = {frozenset((one["payer"], one["payee"])) for one in case.truth["payjoins"]}
    traces = {one.record_id: one for one in case.analysis.traces}
    points = case.analysis.cash_outs
    wrong = [p for p in points if (owner[p.start_address], p.txid, p.vout) not in true]
    for point in wrong:
        hops = traces[point.trace_id].hops
        payers = {owner[hop.from_address] for hop in hops}
        merged = any(frozenset((owner[point.start_address], one)) in partners for one in payers)
        assert payers & unknown or {hop.txid for hop in hops} & joint or merged
    assert len(wrong) <= 0.2 * len(points)


def test_trails_stop_at_mixes_where_the_money_went_in(case):
    stopped = {one.start_address for one in case.analysis.traces if one.stop_reason == "mix"}
    behind = {one["start_address"] for one in case.truth["cash_outs"] if one["behind_mix"]}
    assert len(behind) >= 6
    assert behind <= stopped
