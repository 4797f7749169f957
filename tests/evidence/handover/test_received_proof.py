# SPDX-License-Identifier: AGPL-3.0-or-later
"""The proof that an item somebody handed over stands in the log: of the event of its receipt."""

from __future__ import annotations

import json

from vestigo.evidence.checkpoint import parse_checkpoint
from vestigo.evidence.merkle import leaf_hash
from vestigo.evidence.merkle_proofs import verify_inclusion
from vestigo.evidence.tlog_files import parse_inclusion


def test_a_received_item_is_proved_by_its_receipt(case, run, tmp_path):
    file, out = tmp_path / "list.txt", tmp_path / "R0001.tlog-proof"
    file.write_bytes(b"handed over")
    words = ("evidence", "prove", case.path, "R0001", "--out", out)
    assert run("evidence", "checkpoint", case.path, "--passphrase-stdin")[0] == 0
    assert run("evidence", "add", case.path, file, "--from", "Police", "--act", "letter 1")[0] == 0
    code, _out, err = run(*words)
    assert (code, "E-EVI-123" in err, "Build a bundle" in err) == (2, True, False)
    assert "vestigo evidence checkpoint CASE" in err
    assert run("bundle", "build", case.path, "--passphrase-stdin")[0] == 0
    code, told, err = run(*words, "--json")
    assert code == 0, err
    proof = parse_inclusion(out.read_text())
    stated = parse_checkpoint(proof.note.written())
    lines = (case.path / "evidence/custody/events.jsonl").read_bytes().splitlines()
    line = lines[proof.index]
    event = json.loads(line)
    assert (event["exhibit"], event["action"], event["id"]) == ("R0001", "receipt", json.loads(told)["event"])  # fmt: skip
    verify_inclusion(leaf_hash(line), proof.index, stated.size, proof.path, stated.root)


def test_neither_an_item_that_is_none_nor_a_name_of_another_receipt_is_proved(case, run, tmp_path):
    assert run("evidence", "checkpoint", case.path, "--passphrase-stdin")[0] == 0
    for exhibit in ("R0007", "R1", "0009", "witness.example/1"):
        code, _out, err = run("evidence", "prove", case.path, exhibit, "--out", tmp_path / "p")
        assert (code, "E-EVI-123" in err) == (2, True), exhibit
        assert not (tmp_path / "p").exists()
