# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attackers with another key, and the holder of the unit's own key who seals again."""

from __future__ import annotations

import gzip
import shutil

import pytest

from vestigo.evidence.stranger import verify


def failures(sealed) -> dict[str, str]:
    found = {}
    for status, check, detail in verify.verify(sealed.path, sealed.anchors).findings:
        if status == verify.FAILED:
            found.setdefault(check, detail)
    return found


@pytest.fixture
def no_history(sealed, tmp_path):
    """The bundle with anchors that hold no earlier checkpoint."""
    anchors = tmp_path / "anchors"
    shutil.copytree(sealed.anchors, anchors)
    for note in anchors.glob("checkpoint-*.note"):
        note.unlink()
    return type(sealed)(sealed.path, anchors, sealed.keys)


def test_sealing_again_with_the_unit_key_alone_is_accepted_without_outside_anchor(
    no_history, stranger
):
    no_history.reseal()
    for run in stranger:
        done = run(no_history.path, no_history.anchors)
        assert done.returncode == 0, done.stdout
        assert "no protection against the holder of the unit key" in done.stdout


def test_a_certificate_inside_the_bundle_is_not_trusted(sealed, tmp_path):
    """Anchors of somebody else: the signature inside names its own certificate in vain."""
    from datetime import UTC, datetime

    from vestigo.evidence.keys import new_keys

    anchors = tmp_path / "anchors"
    shutil.copytree(sealed.anchors, anchors)
    (anchors / "unit.pem").write_bytes(new_keys("u", datetime.now(UTC)).public_files()["unit.pem"])
    assert "signature" in failures(type(sealed)(sealed.path, anchors, sealed.keys))


def test_a_decompression_bomb_is_refused_not_unpacked(sealed, monkeypatch):
    monkeypatch.setattr(verify, "LARGEST_RECORD", 1 << 20)
    path = next((sealed.path / "data/captures").iterdir())
    path.write_bytes(path.read_bytes() + gzip.compress(b"\0" * (4 << 20), mtime=0))
    sealed.reseal()
    assert "too large" in failures(sealed)["captures"]


def test_an_old_checkpoint_on_a_newer_log_is_caught(sealed):
    note = (sealed.path / "seal/checkpoint.note").read_text()
    lines = (sealed.path / "data/custody/events.jsonl").read_bytes().splitlines()
    from vestigo.evidence.merkle import merkle_root

    older = sealed.keys.sign_checkpoint(3, merkle_root(lines[:3]))
    assert older != note
    (sealed.path / "seal/checkpoint.note").write_text(older)
    assert set(failures(sealed)) >= {"checkpoint", "custody"}


def test_a_note_that_is_no_checkpoint_is_caught(sealed):
    (sealed.path / "seal/checkpoint.note").write_text("x\n" * 9)
    assert set(failures(sealed)) >= {"checkpoint", "custody"}
