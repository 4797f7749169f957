# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench acceptance``: what is measured, kept, left out, and said."""

from __future__ import annotations

import json

import pytest

from vestigo.cli.app import run
from vestigo.pipeline import acceptance
from vestigo.pipeline.acceptance import Measurement, chosen, measure, measurements

QUICK = Measurement("quick", ("doctor",), (), "a command that ends at once")
WRONG = Measurement("wrong", ("nlp", "no-such-verb"), (), "a command that there is not")
NEEDY = Measurement("needy", ("doctor", "{place}"), ("place",), "wants a place")


def told(todo, folder, given=None, resume=False):
    begun = []
    outcomes = measure(todo, folder, given or {}, resume=resume,
                       on_start=lambda one: begun.append(one.name))  # fmt: skip
    return begun, {one.name: one for one in outcomes}


def test_every_measurement_is_a_command_that_exists(capsys):
    for one in measurements():
        plain = [word for word in one.words if not word.startswith("{")]
        verbs = plain[:2]
        assert run([*verbs, "--help"]) == 0
        assert set(one.needs) == {w.strip("{}") for w in one.words if w.startswith("{")}
    capsys.readouterr()


def test_a_result_says_commit_machine_and_command(tmp_path, monkeypatch):
    monkeypatch.setattr(acceptance, "current_commit", lambda: "abc")
    begun, outcomes = told([QUICK], tmp_path / "results")
    assert begun == ["quick"]
    written = json.loads((tmp_path / "results" / "quick.json").read_text("utf-8"))
    assert written["command"] == ["vestigo", "doctor", "--json"]
    assert written["commit"] == "abc"
    assert written["machine"]["processors"] > 0
    assert written["result"]
    assert outcomes["quick"].state in ("done", "failed")


def test_what_fails_is_said_and_measured_again(tmp_path, monkeypatch):
    monkeypatch.setattr(acceptance, "current_commit", lambda: "abc")
    _begun, outcomes = told([WRONG], tmp_path)
    assert (outcomes["wrong"].state, outcomes["wrong"].reason) == ("failed", "2")
    begun, _outcomes = told([WRONG], tmp_path, resume=True)
    assert begun == ["wrong"]


def test_what_was_measured_for_this_commit_is_kept(tmp_path, monkeypatch):
    path = tmp_path / "quick.json"
    path.write_text(json.dumps({"exit_code": 0, "commit": "abc"}), "utf-8")
    monkeypatch.setattr(acceptance, "current_commit", lambda: "abc")
    begun, outcomes = told([QUICK], tmp_path, resume=True)
    assert (begun, outcomes["quick"].state) == ([], "kept")
    monkeypatch.setattr(acceptance, "current_commit", lambda: "abd")
    begun, _outcomes = told([QUICK], tmp_path, resume=True)
    assert begun == ["quick"]


def test_a_changed_checkout_keeps_nothing(tmp_path, monkeypatch):
    (tmp_path / "quick.json").write_text(json.dumps({"exit_code": 0, "commit": "abc+"}), "utf-8")
    monkeypatch.setattr(acceptance, "current_commit", lambda: "abc+")
    begun, _outcomes = told([QUICK], tmp_path, resume=True)
    assert begun == ["quick"]


def test_a_damaged_result_is_measured_again(tmp_path, monkeypatch):
    (tmp_path / "quick.json").write_text("{", "utf-8")
    monkeypatch.setattr(acceptance, "current_commit", lambda: "abc")
    begun, _outcomes = told([QUICK], tmp_path, resume=True)
    assert begun == ["quick"]


def test_what_lacks_something_is_left_out_loudly(tmp_path):
    begun, outcomes = told([NEEDY], tmp_path)
    assert (begun, outcomes["needy"].state, outcomes["needy"].reason) == ([], "left_out", "place")
    assert NEEDY.filled({"place": "here"}) == ["doctor", "here"]


def test_an_unknown_name_is_refused_before_anything_runs(tmp_path, capsys):
    words = ["bench", "acceptance", "--to", str(tmp_path / "r"), "--only", "nothing"]
    assert run(words) == 2
    assert "E-BEN-001" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("text", ["", "=", "a=", "=b", "a"])
def test_a_pair_without_name_or_value_is_refused(tmp_path, capsys, text):
    assert run(["bench", "acceptance", "--to", str(tmp_path), "--given", text]) == 2
    assert "E-BEN-002" in capsys.readouterr().err


def test_the_list_names_every_measurement(capsys):
    assert run(["bench", "acceptance", "--list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == [one.name for one in chosen(())]


def test_without_a_folder_it_says_what_is_missing(capsys):
    assert run(["bench", "acceptance"]) == 2
    assert "--to" in capsys.readouterr().err
