# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table beside crypttrace: what it counts, what it asks, and what a bad source does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from ledger.serving import Esplora
from ledger.store import ChainStore
from vestigo.cli.app import run
from vestigo.pipeline.crypttrace_bench.comparing import table
from vestigo.pipeline.crypttrace_bench.faulty import FAULTS, FaultyExplorer, our_word
from vestigo.pipeline.crypttrace_bench.ours import our_findings
from vestigo.pipeline.crypttrace_bench.peer import VERSION, ask_peer
from vestigo.pipeline.crypttrace_bench.world import NETWORK, make_world, served

LOUD = {
    "none": "complete",
    "short page": "E-LED-104",
    "an output left out": "E-LED-103",
    "one satoshi more": "E-LED-103",
    "count too high": "E-LED-104",
    "wrong merkle branch": "E-LED-103",
    "429 after the first answer": "E-LED-101",
    "answers cut in the middle": "E-LED-102",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("compared"), 4, "demo")


def silent(world) -> dict:
    """What a peer that finds nothing would answer."""
    nothing = {"co_spend": [], "offramp": None, "paid": []}
    return {
        "traces": {name: {key: [] for key in world.starts} for name in ("usual", "wide")},
        "addresses": {address: dict(nothing) for address in world.addresses},
    }


def test_a_claim_of_the_peer_counts_as_right_only_where_it_is(world):
    ours, peer = our_findings(world), silent(world)
    open_ = [one for one in world.truth["cash_outs"]
             if one["service_tagged"] and not one["behind_mix"]]  # fmt: skip
    true = open_[0]
    other = next(a for a in world.starts if world.owner[a] != world.owner[true["start_address"]])
    paid = sum(one["value_sat"] for one in open_
               if (one["start_address"], one["address"])
               == (true["start_address"], true["address"]))  # fmt: skip
    said = {"address": true["address"], "type": "offramp", "label": "x",
            "value_reached": paid / 100_000_000}  # fmt: skip
    peer["traces"]["usual"][true["start_address"]] = [said]
    peer["traces"]["wide"][other] = [said]
    grouped = next(a for a in world.addresses)
    stranger = next(a for a in world.addresses if world.owner[a] != world.owner[grouped])
    peer["addresses"][grouped]["co_spend"] = [stranger]
    rows = {row["function"]: row for row in table(world, ours, peer)}
    cash_outs = rows["cash-out at a known service: exchange"]
    assert cash_outs["usual"] == {"right": 1, "wrong": 0}
    assert cash_outs["wide"] == {"right": 0, "wrong": 1}
    assert (cash_outs["ours"]["right"], cash_outs["ours"]["wrong"]) == (cash_outs["n"], 0)
    assert rows["the amount paid in, to the satoshi"]["usual"] == {"found": 1, "right": 1}
    assert rows["addresses grouped with others of one owner"]["usual"] == {"right": 0, "wrong": 1}
    assert rows["mixes recognised, by kind"]["usual"] is None
    mixes = rows["mixes recognised, by kind"]
    assert (mixes["ours"]["right"], mixes["ours"]["wrong"]) == (mixes["n"], 0)


def test_every_fault_of_a_source_is_loud_with_us(world):
    with ChainStore(world.chain, NETWORK) as store:
        esplora = Esplora(store)
        address = max(world.addresses, key=lambda one: len(store.transactions_of(one)))
        assert {fault: our_word(esplora, fault, address) for fault in FAULTS} == LOUD
        whole = esplora.answer(f"/address/{address}").content
        same = FaultyExplorer(esplora, "none").answer(f"/address/{address}").content
        assert json.loads(same) == json.loads(whole)


def test_a_python_without_crypttrace_is_told(tmp_path: Path, capsys):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    python.chmod(0o755)
    assert run(["bench", "crypttrace", "--peer", str(python)]) == 2
    assert "E-BEN-030" in capsys.readouterr().err


PEER = os.environ.get("VESTIGO_CRYPTTRACE_PYTHON") or (
    sys.executable if find_spec("crypttrace") else ""
)
RECORDED = json.loads(Path(__file__).with_name("crypttrace_answer.json").read_text("utf-8"))
RESULTS = json.loads(
    (Path(__file__).parents[2] / "docs" / "results" / "crypttrace.json").read_text("utf-8")
)


@pytest.fixture(scope="module")
def answer(world) -> dict:
    """What crypttrace says of this world: asked now where it is installed, else as recorded.

    VESTIGO_REQUIRE_CRYPTTRACE=1: it must be asked now.
    """
    if not PEER:
        if os.environ.get("VESTIGO_REQUIRE_CRYPTTRACE") == "1":
            pytest.fail("crypttrace is not installed (extra bench)")
        return RECORDED["said"]
    with served(world.case) as base:
        return ask_peer(
            Path(PEER), base, world.labels, starts=list(RECORDED["said"]["traces"]["usual"]),
            addresses=list(RECORDED["said"]["addresses"]), reconcile=world.starts[:1],
        )  # fmt: skip


def test_crypttrace_answers_over_the_chain_that_we_serve(world, answer):
    assert set(answer["traces"]) == {"usual", "wide"}
    for findings in answer["traces"].values():
        assert set(findings) <= set(world.starts)
        assert all({"address", "type", "value_reached"} <= set(one)
                   for found in findings.values() for one in found)  # fmt: skip
    assert any(answer["traces"]["usual"].values())
    assert set(answer["addresses"]) <= set(world.addresses)
    assert all(set(one) == {"co_spend", "offramp", "paid"} for one in answer["addresses"].values())
    assert any(one["offramp"] for one in answer["addresses"].values())
    assert answer["reconcile"] == ["verified"]


def test_what_crypttrace_answered_is_counted_against_the_truth(world, answer):
    rows = {row["function"]: row for row in table(world, our_findings(world), answer)}
    exchanges = rows["cash-out at a known service: exchange"]
    assert exchanges["usual"]["right"] + exchanges["usual"]["wrong"] > 0
    grouped = rows["addresses grouped with others of one owner"]["usual"]
    said = [one for one in answer["addresses"].values() if one["co_spend"]]
    assert grouped["right"] + grouped["wrong"] == len(said) > 0


def test_the_published_table_has_the_rows_that_are_counted_now(world):
    rows = table(world, our_findings(world), silent(world))
    published = {row["function"]: row for row in RESULTS["rows"]}
    assert RESULTS["peer"]["version"] == RECORDED["crypttrace"] == VERSION
    assert {one["fault"]: one["ours"] for one in RESULTS["faults"]} == LOUD
    assert {row["function"] for row in rows} <= set(published)
    for row in rows:
        known = published[row["function"]]
        assert set(known) == set(row)
        assert set(known["ours"]) == set(row["ours"])


def test_the_program_of_the_peer_reaches_no_host_but_loopback():
    words = [sys.executable, "-c", (
        "import socket, vestigo.pipeline.crypttrace_bench.peer_program as p;"
        "ask = p._only_loopback(socket.getaddrinfo);"
        "print(bool(ask('127.0.0.1', 80)));"
        "ask('example.org', 80)"
    )]  # fmt: skip
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == "True"
    assert "is not loopback" in ended.stderr
