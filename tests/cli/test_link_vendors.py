# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo link vendors`` on standard input, and ``vestigo bench link``."""

import json
import subprocess
import sys

import pytest

from vestigo.cli.app import run
from vestigo.pipeline import link_benchmark
from vestigo.pipeline.link_benchmark import benchmark, world_profiles
from vestigo.training.behaviour import load_behaviour
from vestigo.training.telling import tell_world

SEED = 202


def lines_of(profiles):
    return [
        json.dumps({
            "id": p.id, "market": p.market, "handle": p.handle, "profile": p.text, "pgp": p.pgp,
            "contacts": [{"kind": k, "value": v} for k, v in p.contacts],
            "listings": list(p.listings),
        })
        for p in profiles
    ]  # fmt: skip


@pytest.fixture(scope="module")
def world():
    return world_profiles(tell_world(SEED, load_behaviour("full")))


def link(text):
    return subprocess.run(
        [sys.executable, "-m", "vestigo", "link", "vendors", "--jsonl"],
        input=text.encode("utf-8"), capture_output=True, check=False,
    )  # fmt: skip


def test_the_contract_of_the_lines(world):
    profiles, parties, _relations = world
    done = link("\n".join(lines_of(profiles)))
    assert (done.returncode, done.stderr) == (0, b"")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert list(dict.fromkeys(row["a"] for row in rows)) == [p.id for p in profiles]
    party = {p.id: owner for p, owner in zip(profiles, parties, strict=True)}
    for row in rows:
        assert list(row) == ["a", "b", "probability", "band", "signals"]
        assert 0 < row["probability"] < 1
        assert row["band"] in ("strong", "possible", "weak")
        assert all(isinstance(weight, float) for weight in row["signals"].values())
    strong = [row for row in rows if row["band"] == "strong"]
    assert strong
    assert all(party[row["a"]] == party[row["b"]] for row in strong)


def test_bad_lines_are_named_and_the_rest_is_compared(world):
    good = lines_of(world[0])[:3]
    done = link("\n".join([good[0], "oops", good[1], good[0], '{"handle": "x"}', good[2]]))
    assert done.returncode == 4
    said = done.stderr.decode()
    assert [code in said for code in ("line 2", "line 4", "line 5")] == [True] * 3
    assert said.count("E-LNK-002") == 2
    assert said.count("E-LNK-003") == 1
    assert len(done.stdout.splitlines()) == 6


def test_nothing_in_nothing_out():
    done = link("\n\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_half_a_surrogate_does_not_stop_the_output():
    done = link('{"id": "\\ud800"}\n{"id": "b"}')
    assert done.returncode == 0
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows[0]["a"] == rows[1]["b"] == "\ud800"


def test_one_document(world, capfd, monkeypatch, tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(lines_of(world[0])[:4]))
    with path.open() as handle:
        monkeypatch.setattr(sys, "stdin", handle)
        assert run(["link", "vendors", "--json"]) == 0
    assert len(json.loads(capfd.readouterr().out)) == 12


def test_the_figures_on_worlds_that_were_not_used_for_fitting():
    measured = benchmark(None, link_benchmark.TEST_SEEDS[:3])["worlds"]
    for kind in ("keys_shown", "keys_hidden"):
        figures = measured[kind]
        assert figures["bands"]["strong"]["lines"] > 0
        assert float(figures["bands"]["strong"]["precision"]) >= 0.99
        assert float(figures["top1"]) >= 0.9
        assert float(figures["all_lines"]["ece"]) <= 0.05
        assert float(figures["all_lines"]["brier_skill"]) >= 0.3
        assert "strong" not in figures["relations"]["impostor"]
    assert not set(link_benchmark.TEST_SEEDS) & set(link_benchmark.FIT_SEEDS)


def test_profiles_of_ones_own_one_key_is_one_party(world, tmp_path, capfd):
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(lines_of(world[0])))
    assert run(["bench", "link", "--profiles", str(path), "--seed", "103", "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    figures = document["profiles"]["keys_hidden"]
    shared = [frozenset(p.pgp for p in world[0] if p.pgp == q.pgp) for q in world[0]]
    n_twins = sum(sum(p.pgp == q.pgp for p in world[0]) > 1 for q in world[0])
    assert shared
    assert figures["asked"] == n_twins
    assert figures["accounts"] == len(world[0])


def test_figures_for_a_person(capfd):
    assert run(["bench", "link", "--seed", "103"]) == 0
    out = capfd.readouterr().out
    assert "worlds keys_hidden" in out
    assert "impostor" in out
