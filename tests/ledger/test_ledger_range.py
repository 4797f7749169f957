# SPDX-License-Identifier: AGPL-3.0-or-later
"""Against the truth of the practice range: what is found, and that nothing false is."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest

from ledger.analysis import Analysis, Workbench, analyse
from ledger.classes import classify
from ledger.index import ChainIndex
from ledger.ingest import ingest
from ledger.store import ChainStore
from ledger.tags import read_tags
from vestigo.settings import default_settings

SETTINGS = default_settings()["ledger"]


@pytest.fixture(scope="module", params=["1", "2", "drawn"])
def practice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Folder (its name tells the seed), truth and analysis of a world."""
    drawn = request.param == "drawn"
    seed = str(random.SystemRandom().randrange(3, 10**6)) if drawn else request.param
    folder = tmp_path_factory.mktemp("range") / f"world-of-seed-{seed}"
    words = [sys.executable, "-m", "vestigo", "training", "range", "--seed", seed,
             "--behaviour", "demo", "--write", str(folder)]  # fmt: skip
    subprocess.run(words, check=True, capture_output=True)
    truth = json.loads((folder / "truth.json").read_text())
    list(ingest(folder / "chain", [folder / "blocks"], "regtest"))
    starts = [item["address"] for item in truth["published_addresses"]]
    tags = read_tags(folder / "tagpack.yaml", "regtest")
    return folder, truth, analyse(folder / "chain", "regtest", starts, tags, SETTINGS, {})


def points(truth: dict, analysis: Analysis) -> tuple[set, set]:
    vendor = {item["address"]: item["vendor"] for item in truth["published_addresses"]}
    wanted = {
        (item["vendor"], item["txid"], item["vout"], item["address"], item["service"])
        for item in truth["cash_outs"]
        if not item["behind_mix"]
    }
    found = {
        (vendor[p.start_address], p.txid, p.vout, p.address, p.service) for p in analysis.cash_outs
    }
    return wanted, found


def test_reachable_cash_outs_are_found_and_none_is_false(practice):
    _folder, truth, analysis = practice
    wanted, found = points(truth, analysis)
    assert found - wanted == set()
    assert len(wanted) >= 10
    assert len(wanted & found) >= 0.95 * len(wanted)


def test_what_lies_behind_a_mix_is_listed_as_stopped_there(practice):
    _folder, truth, analysis = practice
    behind = {item["start_address"] for item in truth["cash_outs"] if item["behind_mix"]}
    stopped = {trace.start_address for trace in analysis.traces if trace.stop_reason == "mix"}
    assert behind
    assert stopped == behind


def test_mixes_are_recognised_and_nothing_else_is(practice):
    folder, truth, _analysis = practice
    with ChainStore(folder / "chain", "regtest") as store:
        index = ChainIndex.load(store)
    classes = {index.txid(tx): classify(index.view(tx)).name for tx in range(len(index.txids))}
    named = {name: {t for t, n in classes.items() if n == name} for name in set(classes.values())}
    assert named["whirlpool"] == {item["txid"] for item in truth["mixes"]}
    assert named["whirlpool_tx0"] == {item["txid"] for item in truth["tx0s"]}
    assert not set(named) & {"wasabi1", "wasabi2", "joinmarket_candidate"}


def test_no_cluster_holds_addresses_of_two_parties(practice):
    folder, truth, _analysis = practice
    owner = {a: item["owner"] for item in truth["clusters"] for a in item["addresses"]}
    tags = read_tags(folder / "tagpack.yaml", "regtest")
    with ChainStore(folder / "chain", "regtest") as store:
        bench = Workbench.over(store, tags, SETTINGS)
    unions = bench.clustering.unions
    assert bench.clustering.refused == []
    for root in unions.roots():
        members = [bench.index.address(script) for script in unions.members(root)]
        assert len({owner[address] for address in members if address in owner}) <= 1
