# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands: case keys, bundle build|verify|verifiers, evidence log|verify."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.stranger import verifier_digests

PASSPHRASE = "correct horse battery staple\n"


@pytest.fixture
def case(world) -> Path:
    return world.folder.path


def events_of(case: Path) -> list[dict]:
    return [
        json.loads(line)
        for line in (case / "evidence/custody/events.jsonl").read_text().splitlines()
    ]


def test_keys_are_made_shown_and_logged(tmp_path, vestigo):
    case = tmp_path / "case"
    assert vestigo("case", "new", case, "--title", "t", "--unit", "u")[0] == 0
    code, out, _err = vestigo(
        "case", "keys", case, "create", "--passphrase-stdin", "--json", stdin=PASSPHRASE
    )
    made = json.loads(out)
    assert code == 0
    assert set(made) == {
        "unit_certificate_sha256",
        "checkpoint_key_sha256",
        "seal_key_sha256",
        "origin",
    }
    words = ("case", "keys", "show", case, "--passphrase-stdin", "--json")
    shown = json.loads(vestigo(*words, stdin=PASSPHRASE)[1])
    assert len(shown.pop("keys")) == 8
    assert shown == made
    assert (case / "anchors/unit.pem").is_file()
    assert [e["reason"] for e in events_of(case)][-2:] == ["keys made", "keys shown"]
    assert PASSPHRASE.strip() not in json.dumps(events_of(case))


def test_anchors_can_be_written_elsewhere(case, vestigo, tmp_path):
    code, out, _err = vestigo("case", "keys", case, "anchors", "--out", tmp_path / "a")
    assert code == 0
    assert "unit.pem: " in out
    assert (tmp_path / "a/verifiers.sha256").is_file()
    assert events_of(case)[-1]["action"] == "export"


def test_a_wrong_passphrase_and_a_second_key_have_their_codes(case, vestigo):
    code, out, err = vestigo(
        "case", "keys", case, "show", "--passphrase-stdin", stdin="wrong wrong wrong\n"
    )
    assert (code, out) == (5, "")
    assert "E-EVI-014" in err
    code, _out, err = vestigo(
        "case", "keys", case, "create", "--passphrase-stdin", stdin=PASSPHRASE
    )
    assert code == 2
    assert "E-EVI-010" in err


def test_without_terminal_the_passphrase_must_come_by_standard_input(case, vestigo):
    code, _out, err = vestigo("bundle", "build", case)
    assert code == 2
    assert "E-EVI-016" in err


def test_a_bundle_is_built_verified_and_the_result_filed(case, vestigo):
    code, out, _err = vestigo(
        "bundle", "build", case, "--passphrase-stdin", "--json", stdin=PASSPHRASE
    )
    built = json.loads(out)
    assert code == 0
    assert built["n_exhibits"] == 2
    assert "<graphml" in (Path(built["path"]) / "data/graph/case.graphml").read_text()
    code, out, _err = vestigo(
        "bundle", "verify", built["path"], "--anchors", case / "anchors", "--case", case, "--json"
    )
    report = json.loads(out)
    assert (code, report["ok"], report["exit_code"], report["outside_anchor"]) == (0, True, 0, True)
    filed = events_of(case)[-1]
    assert (filed["action"], filed["reason"]) == ("verify", "bundle verified")
    assert filed["object_sha256"] == built["statement_sha256"] == report["statement_sha256"]


def test_building_twice_at_a_checkpoint_gives_the_same_data(case, vestigo):
    first = json.loads(
        vestigo("bundle", "build", case, "--passphrase-stdin", "--json", stdin=PASSPHRASE)[1]
    )
    n = str(first["checkpoint"])
    second = json.loads(
        vestigo(
            "bundle",
            "build",
            case,
            "--at-checkpoint",
            n,
            "--passphrase-stdin",
            "--json",
            stdin=PASSPHRASE,
        )[1]
    )
    manifests = [(Path(b["path"]) / "manifest-sha256.txt").read_text() for b in (first, second)]
    assert manifests[0] == manifests[1]


def test_a_dry_run_seals_nothing_and_needs_no_passphrase(case, vestigo):
    before = events_of(case)
    code, out, _err = vestigo("bundle", "build", case, "--dry-run", "--json")
    plan = json.loads(out)
    assert code == 0
    assert plan["captures"] == 6
    assert plan["checkpoint"] == len(before)
    assert list((case / "bundles").iterdir()) == []
    assert "captures would be sealed" in vestigo("bundle", "build", case, "--dry-run")[1]


def test_a_bundle_that_does_not_verify_ends_in_3_and_is_filed(sealed, world, vestigo):
    target = sealed.path / "data/exhibits/0002/text.txt"
    target.write_bytes(target.read_bytes()[:-1] + b"x")
    case = world.folder.path
    code, out, err = vestigo(
        "bundle", "verify", sealed.path, "--anchors", sealed.anchors, "--case", case
    )
    assert code == 3
    assert "FAILED       sha256        data/exhibits/0002/text.txt" in out
    assert "E-BUN-103" in err
    assert "data/exhibits/0002/text.txt" in err
    filed = events_of(case)[-1]
    assert filed["reason"] == "bundle not confirmed"
    assert "text.txt" in filed["details"]["sha256"]


def test_without_anchors_the_exit_code_is_4(original, vestigo):
    code, out, err = vestigo("bundle", "verify", original.path)
    assert code == 4
    assert "NOT CHECKED" in out
    assert "no protection" in err


def test_the_digests_of_the_verifiers_are_printed(vestigo):
    assert json.loads(vestigo("bundle", "verifiers", "--json")[1]) == verifier_digests()
    lines = vestigo("bundle", "verifiers")[1].splitlines()
    assert lines == [f"{digest}  {name}" for name, digest in verifier_digests().items()]


def test_the_log_shows_events_and_logs_that_it_was_shown(case, vestigo):
    code, out, _err = vestigo("evidence", "log", case, "--json")
    document = json.loads(out)
    assert code == 0
    assert document["n_events"] == len(document["events"])
    assert document["events"][-1]["reason"] == "evidence log"
    assert document["events"][-1]["sha256"] == document["head_sha256"]
    assert "case created" in vestigo("evidence", "log", case)[1]


def test_hostile_reasons_are_shown_escaped(world, case, vestigo):
    world.custody.append("fail", reason="\x1b[31m \u202e evil")
    out = vestigo("evidence", "log", case)[1]
    assert "\x1b" not in out
    assert "\\x1b[31m \\u202e evil" in out


def test_a_sound_case_verifies(case, vestigo):
    code, out, _err = vestigo("evidence", "verify", case, "--json")
    assert code == 0
    assert json.loads(out)["archive"] == {"n_files": 1, "n_captures": 6, "unknown_files": []}
    assert events_of(case)[-1]["action"] == "verify"
    assert "6 captures are right" in vestigo("evidence", "verify", case)[1]


def test_a_rewritten_event_is_named(case, vestigo):
    path = case / "evidence/custody/events.jsonl"
    path.write_bytes(path.read_bytes().replace(b"case created", b"case altered"))
    code, _out, err = vestigo("evidence", "verify", case)
    assert code == 3
    assert "E-EVI-107" in err
    assert "Event 1 was rewritten" in err


def test_a_changed_archive_is_named_and_the_failure_logged(case, vestigo):
    path = next((case / "evidence/captures").iterdir())
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    code, _out, err = vestigo("evidence", "verify", case)
    assert code == 3
    assert "E-EVI-020" in err
    assert events_of(case)[-1]["action"] == "fail"


def test_an_archive_file_that_the_log_does_not_know_is_a_finding(case, vestigo):
    source = next((case / "evidence/captures").iterdir())
    source.with_name("zz.warc.gz").write_bytes(source.read_bytes()[:-1])
    code, _out, err = vestigo("evidence", "verify", case)
    assert code == 4
    assert "zz.warc.gz" in err


def test_a_torn_log_is_a_finding_and_then_mended(case, vestigo):
    path = case / "evidence/custody/events.jsonl"
    path.write_bytes(path.read_bytes() + b'{"torn')
    code, _out, err = vestigo("evidence", "verify", case)
    assert code == 4
    assert "unfinished event" in err
    assert vestigo("evidence", "verify", case)[0] == 0
    assert any(e["action"] == "fail" and "set apart" in e["reason"] for e in events_of(case))


def test_another_record_ledger_is_named(world, case, vestigo):
    world.custody.append(
        "processing",
        object_sha256="e" * 64,
        reason="record ledger head",
        details={"n_entries": "3"},
    )
    code, _out, err = vestigo("evidence", "verify", case)
    assert code == 3
    assert "E-BUN-003" in err


def test_commands_speak_spanish(case, vestigo):
    from vestigo import i18n

    i18n.activate("es")
    assert "capturas correctas" in vestigo("evidence", "verify", case)[1]


def test_a_reader_can_log_while_a_writer_holds_the_case(world, case, vestigo):
    from vestigo.store import writer_lock

    with writer_lock(world.folder.lock):
        assert vestigo("evidence", "log", case)[0] == 0
        code, _out, err = vestigo("bundle", "build", case, "--passphrase-stdin", stdin=PASSPHRASE)
    assert code == 2
    assert "E-STO-001" in err
    CustodyLog(world.folder.custody, actor="x", clock=world.clock).verify()
