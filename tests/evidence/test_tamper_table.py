# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of named mutations, and a share of it run; ``vestigo bench tamper`` runs all."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from vestigo.errors import VerificationError
from vestigo.evidence.bundle import verify_bundle
from vestigo.evidence.bundle.verification import CODES
from vestigo.evidence.stranger import verify
from vestigo.pipeline.tamper_bench.bases import Bases
from vestigo.pipeline.tamper_bench.judging import PROGRAMS, judge, run_verifier
from vestigo.pipeline.tamper_bench.mutation import HOLDER, NOBODY, STRANGER, Scene
from vestigo.pipeline.tamper_bench.outside import Outside
from vestigo.pipeline.tamper_bench.random_case import draw
from vestigo.pipeline.tamper_bench.table import ATTACKS, mutations
from vestigo.pipeline.tamper_bench.untouched import faults_of
from vestigo.places import config_root
from vestigo.settings import read_toml

MUTATIONS = mutations()
# verify.py in every eighth mutation and both verifiers in every sixtieth; the bench runs all.
WITH_PY = MUTATIONS[::8]
WITH_BOTH = MUTATIONS[3::60]


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    return Bases(tmp_path_factory.mktemp("bases"))


def test_the_table_names_each_attack_once_and_no_other():
    names = [one.name for one in MUTATIONS]
    assert Counter(names) == Counter(attack.name for attack in ATTACKS)
    assert max(Counter(names).values()) == 1
    rows = read_toml(config_root() / "bench" / "tamper.toml")["mutation"]
    told = {row["name"]: (row["attacker"], row.get("against", "")) for row in rows}
    made = {one.name: (one.attacker, one.outside if one.only_outside else "") for one in ATTACKS}
    assert told == made


def test_there_are_as_many_as_are_due_of_each_attacker():
    counted = Counter(one.attack.attacker for one in MUTATIONS)
    assert len(MUTATIONS) >= 80
    assert min(counted[one] for one in (NOBODY, STRANGER, HOLDER)) >= 10
    outside = Counter(one.attack.outside for one in MUTATIONS if one.attack.only_outside)
    assert set(outside) == {"checkpoint", "witness", "stamp", "published"}
    assert sum(outside.values()) >= 10


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_each_names_checks_of_the_layer_that_they_belong_to(mutation):
    layer_b = {*verify.LAYER_B, "spans"}
    assert mutation.layer_a | mutation.unchecked <= set(verify.LAYER_A)
    assert mutation.layer_b <= layer_b
    assert mutation.layers in ("A", "B", "AB")
    assert len(mutation.reason) > 3
    if mutation.attack.only_outside:
        assert mutation.attack.attacker == HOLDER


@pytest.mark.parametrize("mutation", WITH_PY, ids=lambda one: one.name)
def test_it_is_caught_by_the_checks_that_are_named(mutation, bases, tmp_path):
    assert judge(mutation, bases, tmp_path / "m", ("verify.py",)).faults == []


@pytest.mark.parametrize("mutation", WITH_BOTH, ids=lambda one: one.name)
def test_both_verifiers_say_the_same_of_it(mutation, bases, tmp_path):
    assert judge(mutation, bases, tmp_path / "m", tuple(PROGRAMS)).faults == []


CODED = ("flipped byte in a reading", "edited quotation", "wrong merkle branch", "proof dropped")


@pytest.mark.parametrize("name", CODED)
def test_our_own_command_names_the_first_of_these_checks_by_its_code(name, bases, tmp_path):
    (mutation,) = (one for one in MUTATIONS if one.name == name)
    scene = Scene(bases.copy(mutation.attack.base, tmp_path / "m"), bases, tmp_path)
    mutation.attack.change(scene)
    with pytest.raises(VerificationError) as caught:
        verify_bundle(scene.path, scene.sealed.anchors)
    assert caught.value.code in {CODES[check] for check in mutation.layer_a | mutation.layer_b}


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    return Outside(tmp_path_factory.mktemp("outside"))


@pytest.mark.parametrize("seed", range(1, 11))
def test_no_false_alarm_on_the_bundle_of_a_random_case(seed, outside, tmp_path):
    assert faults_of(draw(seed), tmp_path, outside, ("verify.py",)) == []


def test_no_false_alarm_of_either_verifier_on_a_full_one(outside, tmp_path):
    assert faults_of(draw(12), tmp_path, outside) == []


def test_random_cases_hold_everything_that_a_case_can_hold():
    traits = Counter(trait for seed in range(1, 201) for trait in draw(seed).traits())
    wanted = {"crawl", "no crawl", "chain", "graph", "received", "disposal", "disclosed copy",
              "stamps", "witness", "several checkpoints", "an earlier checkpoint", "folder", "zip",
              "encrypted", "en", "es", "pt", "fr"}  # fmt: skip
    assert wanted <= set(traits)
    assert min(traits[one] for one in wanted) >= 10
    assert draw(7) == draw(7)


@pytest.mark.parametrize("name", ["first", "second", "part"])
def test_without_any_outside_anchor_both_say_that_nothing_protects_from_the_holder(
    name, bases, tmp_path
):
    copy = bases.copy(name, tmp_path / name)
    for note in copy.anchors.glob("checkpoint-*.note"):
        note.unlink()
    for program in PROGRAMS:
        said = run_verifier(program, copy.path, copy.anchors)
        assert (said.exit_code, said.alone) == (0, True)


def test_a_stranger_sees_each_mutation_as_json(vestigo):
    names = ("added payload file", "edited extraction")
    words = [word for name in names for word in ("--only", name)]
    code, out, _err = vestigo("bench", "tamper", "--json", *words)
    told = json.loads(out)
    assert (code, told["met"], told["caught_as_named"]) == (0, True, 2)
    first, second = told["table"]
    assert (first["name"], first["layers"], second["layers"]) == (*names[:1], "A", "B")
    assert first["caught_by"] == {"verify.sh": ["files"], "verify.py": ["files"]}
    assert second["caught_by"] == {"verify.sh": [], "verify.py": ["records"]}
    assert all(first["reasons"].values())


def test_an_unknown_mutation_is_refused_and_the_list_names_all(vestigo):
    code, _out, err = vestigo("bench", "tamper", "--only", "no such")
    assert (code, "E-BEN-001" in err) == (2, True)
    code, out, _err = vestigo("bench", "tamper", "--list")
    assert (code, len(out.splitlines())) == (0, len(MUTATIONS))
