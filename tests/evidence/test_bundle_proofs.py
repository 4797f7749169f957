# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proofs in a bundle: the holder of the unit's key changes them, and both verifiers see it."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from vestigo.errors import UsageError
from vestigo.evidence.bundle import verify_bundle
from vestigo.evidence.checkpoint import parse_checkpoint
from vestigo.evidence.merkle import leaf_hash, merkle_root
from vestigo.evidence.merkle_proofs import consistency_proof, verify_consistency, verify_inclusion
from vestigo.evidence.note import parse_note
from vestigo.evidence.stranger import verify
from vestigo.evidence.tlog_files import ConsistencyFile, parse_consistency, parse_inclusion
from vestigo.evidence.witness.filing import WitnessedCase

CONSISTENCY, PREVIOUS = "data/custody/consistency.txt", "data/custody/previous.note"


@pytest.fixture(scope="module")
def second(new_world, original, tmp_path_factory):
    """The second bundle of a case, made once for this module."""
    world = new_world(tmp_path_factory.mktemp("second") / "case")
    world.build()
    world.custody.append("access", reason="a look between two bundles")
    built = world.build()
    world.ledger.close()
    return type(original)(built.path, world.folder.anchors, world.keys)


@pytest.fixture
def forged(second, tmp_path, monkeypatch):
    """A copy that the holder of the unit's key may change; proofs stay as he leaves them."""
    shutil.copytree(second.path, tmp_path / "bundle")
    shutil.copytree(second.anchors, tmp_path / "anchors")
    copy = dataclasses.replace(second, path=tmp_path / "bundle", anchors=tmp_path / "anchors")
    monkeypatch.setattr(type(copy), "_prove", lambda *_given: None)
    return copy


def of_both(sealed) -> dict[str, str]:
    """Return the state of each check that both verifiers make; they must agree."""
    findings = verify.verify(sealed.path, sealed.anchors).findings
    ours = {check: status for status, check, _d in findings}
    script = Path(verify.__file__).with_name("verify.sh")
    words = ["sh", str(script), str(sealed.path), "--anchors", str(sealed.anchors)]
    said = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    theirs: dict[str, str] = {}
    for line in said.stdout.splitlines():
        if line[:11].strip() in ("ok", "FAILED", "NOT CHECKED"):
            theirs[line[13:25].strip()] = line[:11].strip()
    assert theirs == {check: ours[check] for check in verify.LAYER_A}
    return ours


def test_an_untouched_bundle_proves_each_exhibit_and_goes_on_from_the_last(forged):
    assert set(of_both(forged).values()) == {"ok"}
    text = (forged.path / "seal/checkpoint.note").read_text()
    checkpoint = parse_checkpoint(text)
    lines = (forged.path / "data/custody/events.jsonl").read_bytes().splitlines()
    proofs = sorted((forged.path / "data/custody/proofs").iterdir())
    exhibits = sorted(path.name for path in (forged.path / "data/exhibits").iterdir()
                      if path.is_dir())  # fmt: skip
    assert [path.stem for path in proofs] == exhibits
    for path in proofs:
        proof = parse_inclusion(path.read_text())
        line = lines[proof.index]
        verify_inclusion(leaf_hash(line), proof.index, checkpoint.size, proof.path, checkpoint.root)
        event = json.loads(line)
        described = json.loads(
            (forged.path / f"data/exhibits/{path.stem}/exhibit.json").read_bytes()
        )
        assert event["exhibit"] == path.stem
        assert event["object_sha256"] == described["capture_id"]
        assert proof.note.written() == text
    asked = parse_consistency((forged.path / CONSISTENCY).read_text())
    earlier = parse_checkpoint((forged.path / PREVIOUS).read_text())
    assert asked.old == earlier.size
    verify_consistency(earlier.size, earlier.root, checkpoint.size, checkpoint.root, asked.path)


def put(sealed, name: str, text: str) -> None:
    (sealed.path / name).parent.mkdir(exist_ok=True)
    (sealed.path / name).write_text(text)


def test_a_log_that_was_rewritten_before_the_last_bundle_meets_its_own_proof(forged):
    """Every root is made anew; the note of the earlier bundle, kept outside, is not."""
    path = forged.path / "data/custody/events.jsonl"
    bodies = [json.loads(line) for line in path.read_bytes().splitlines()]
    bodies[2]["reason"] = "invented"
    lines = [json.dumps(body, sort_keys=True, separators=(",", ":")).encode() for body in bodies]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    old = parse_checkpoint((forged.path / PREVIOUS).read_text()).size
    note = parse_note(forged.keys.sign_checkpoint(len(lines), merkle_root(lines)))
    steps = consistency_proof(old, len(lines), lambda b, e: merkle_root(lines[b:e]))
    put(forged, CONSISTENCY, ConsistencyFile(old, tuple(steps), note).written())
    put(forged, PREVIOUS, forged.keys.sign_checkpoint(old, merkle_root(lines[:old])))
    forged.reseal()
    (forged.anchors / f"checkpoint-{len(lines)}.note").unlink()
    found = {check: detail for status, check, detail in verify.verify(forged.path, forged.anchors).findings
             if status == "FAILED"}  # fmt: skip
    assert "which came from outside" in found["proofs"] or "proof" in found["proofs"]
    assert of_both(forged)["proofs"] == "FAILED"


def test_an_earlier_bundle_alone_is_an_outside_anchor_for_both(forged, second):
    for path in forged.anchors.glob("checkpoint-*.note"):
        if str(parse_checkpoint((forged.path / PREVIOUS).read_text()).size) not in path.name:
            path.unlink()
    assert verify.verify(forged.path, forged.anchors).outside
    script = Path(verify.__file__).with_name("verify.sh")
    words = ["sh", str(script), str(forged.path), "--anchors", str(forged.anchors)]
    said = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert "No outside anchor" not in said.stdout


def test_a_bundle_for_a_state_before_an_exhibit_was_recorded_says_so(world):
    before = world.custody.head().n_events
    built = world.build(at_checkpoint=before)
    report = verify_bundle(built.path, world.folder.anchors)
    assert report.exit_code == 0
    (line,) = [one.detail for one in report.findings if one.check == "proofs"]
    assert "0 exhibits proved; 2 were recorded behind this checkpoint" in line


def test_an_exhibit_is_recorded_once_and_proved_from_any_later_checkpoint(world):
    world.build()
    world.custody.append("access", reason="a look")
    world.build()
    recorded = [e.exhibit for e in world.custody.events() if e.reason == "exhibit recorded"]
    assert recorded == ["0002", "0003"]
    case = WitnessedCase(world.folder, world.custody, world.clock)
    size, _path = case.sign(world.keys)
    proof = case.prove("0003", None)
    stated = parse_checkpoint(proof.note.written())
    line = world.custody.path.read_bytes().splitlines()[proof.index]
    assert stated.size == size
    verify_inclusion(leaf_hash(line), proof.index, stated.size, proof.path, stated.root)
    for exhibit, checkpoint, code in (("0001", None, "E-EVI-123"), ("0003", 999, "E-EVI-114")):
        with pytest.raises(UsageError) as caught:
            case.prove(exhibit, checkpoint)
        assert caught.value.code == code
