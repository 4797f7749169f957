# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo graph path``: what it prints, what it logs, how it fails."""

from __future__ import annotations

import io
import json
import sys

import pytest

from vestigo import i18n
from vestigo.cli.app import run
from vestigo.pipeline.session import open_session
from vestigo.store import CaseFolder


@pytest.fixture(scope="module")
def built(tmp_path_factory, world):
    """A case that holds the small world and its graph."""
    folder = CaseFolder.create(tmp_path_factory.mktemp("path") / "case", title="T", unit="U")
    with open_session(folder.path) as session:
        session.ledger.append(world.small_world())
    assert run(["graph", "rebuild", str(folder.path), "--json"]) == 0
    return folder.path


def events(case):
    lines = (case / "evidence" / "custody" / "events.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def ask(capsys, case, *words, code=0):
    capsys.readouterr()
    assert run(["graph", "path", str(case), *words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_every_hop_says_what_it_rests_on(built, capsys):
    found = ask(capsys, built, "bazar/ana", "any-cash-out", "--k", "1")
    (way,) = found["ways"]
    assert way["n_hops"] == len(way["hops"])
    assert way["least_sat"] == min(hop["amount_sat"] for hop in way["hops"] if hop["amount_sat"])
    for hop in way["hops"]:
        assert {"relationship", "tier", "rule", "confidence", "at", "amount_sat"} <= set(hop)
        assert len(hop["record_id"]) == 64
    assert found["complete"]
    assert found["to"] is None


def test_people_get_lines_with_times_and_where_ways_stop(built, capsys):
    capsys.readouterr()
    assert run(["graph", "path", str(built), "bazar/ana", "any-cash-out", "--k", "9"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "9 ways."
    assert lines[1].startswith("Way 1: 3 hops, at least ")
    assert "-NAMES->" in lines[2]
    assert "2026-03-01T" in lines[3]
    assert any(line.startswith("Ways stop at bcrt1qbolsa: it is tagged as Bolsa") for line in lines)


def test_looking_is_logged_with_both_ends(built, capsys):
    ask(capsys, built, "bazar/ana", "feria/anita")
    last = events(built)[-1]
    assert (last["action"], last["reason"]) == ("access", "graph path")
    assert last["details"]["from"] == "VendorAccount:bazar/ana"
    assert last["details"]["to"] == "VendorAccount:feria/anita"


def test_going_on_at_a_stop_is_logged_with_its_reason(built, capsys):
    found = ask(capsys, built, "bcrt1qmid", "bcrt1qcold",
                "--through", "bcrt1qdeposit", "one owner, see order 12")  # fmt: skip
    assert found["passed"][0]["reason"] == "one owner, see order 12"
    assert (
        events(built)[-1]["details"]["through Address:bcrt1qdeposit"] == "one owner, see order 12"
    )


def test_a_limit_that_ends_the_search_is_said_and_ends_with_four(built, capsys):
    toml = built / "case.toml"
    before = toml.read_text("utf-8")
    toml.write_text(before + "graph = {path_link_limit = 2}\n", "utf-8")
    try:
        found = ask(capsys, built, "bazar/ana", "any-cash-out", code=4)
        assert run(["graph", "path", str(built), "bazar/ana", "any-cash-out"]) == 4
        assert "Not known beyond: the search ended at its limit of 2" in capsys.readouterr().out
    finally:
        toml.write_text(before, "utf-8")
    assert not found["complete"]
    assert [cut["what"] for cut in found["cut"]] == ["links"]


def test_dates_bound_the_payments(built, capsys):
    words = ("bazar/ana", "any-cash-out", "--k", "50")
    late = ask(capsys, built, *words, "--after", "2027-01-01")
    early = ask(capsys, built, *words, "--before", "2026-01-01T00:00:00Z")
    both = ask(capsys, built, *words, "--after", "2026-01-01", "--before", "2027-01-01")
    assert (late["ways"], early["ways"]) == ([], [])
    assert both["ways"] == ask(capsys, built, *words)["ways"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nobody", "bazar/ana"], "E-GRA-050"),
        (["bazar/ana", "nobody"], "E-GRA-050"),
        (["bazar/ana", "bazar/ana"], "E-GRA-052"),
        (["bazar/ana", "any-cash-out", "--before", "soon"], "E-GRA-052"),
        (["bazar/ana", "any-cash-out", "--via", "PAYED"], "E-GRA-052"),
        (["bazar/ana", "any-cash-out", "--k", "0"], "E-GRA-052"),
        (["bazar/ana", "any-cash-out", "--in-time-order", "--both-ways"], "E-GRA-052"),
        (["bazar/ana", "any-cash-out", "--through", "bcrt1qmid", " "], "E-GRA-053"),
    ],
)
def test_a_wrong_question_is_a_wrong_call(built, capsys, words, code):
    assert run(["graph", "path", str(built), *words]) == 2
    assert code in capsys.readouterr().err


def test_captured_text_is_printed_harmlessly(built, capsys):
    capsys.readouterr()
    assert run(["graph", "path", str(built), "bcrt1qana", "bazar/ana", "--k", "9"]) == 0
    assert not set("\x07\x1b\u202e\r") & set(capsys.readouterr().out)


def test_it_speaks_spanish(built, capsys):
    i18n.activate("es")
    capsys.readouterr()
    assert run(["graph", "path", str(built), "bazar/ana", "any-cash-out", "--k", "1"]) == 0
    assert capsys.readouterr().out.startswith("1 camino.\nCamino 1: 3 saltos")


@pytest.mark.neo4j
def test_the_server_gives_the_same_ways(built, capsys, monkeypatch, neo4j_server, wipe):
    wipe()
    here = ask(capsys, built, "bazar/ana", "any-cash-out")
    server = ("--to", neo4j_server.uri, "--password-stdin")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{neo4j_server.password}\n"))
    assert run(["graph", "rebuild", str(built), *server, "--json"]) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{neo4j_server.password}\n"))
    assert ask(capsys, built, "bazar/ana", "any-cash-out", *server) == here
    assert neo4j_server.password not in json.dumps(events(built))
