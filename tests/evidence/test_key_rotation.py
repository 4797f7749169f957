# SPDX-License-Identifier: AGPL-3.0-or-later
"""Handing keys over, another passphrase, operators, revocation: within the case."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from vestigo.clock import system_clock
from vestigo.errors import ConfigurationError, UsageError, VerificationError
from vestigo.evidence import keybox
from vestigo.evidence.anchors import keep_checkpoint, write_anchors
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.handover import parse_hand_over
from vestigo.evidence.key_case import add_operator, revoke_key, unlock_operator, verify_keys
from vestigo.evidence.key_change import change_passphrase, rotate_keys
from vestigo.evidence.key_history import read_history
from vestigo.evidence.keys import (
    create_keys,
    fingerprints,
    new_keys,
    seal_public_key,
    unlock_keys,
)
from vestigo.evidence.note import Note, parse_note, verify_note
from vestigo.evidence.operator_key import lock_operator, new_operator_key
from vestigo.evidence.warc import open_sealed
from vestigo.evidence.warc.sealed import SealedRecord, new_salt, seal
from vestigo.evidence.witness import WitnessFolder
from vestigo.store import CaseFolder

OLD, NEW, OWN = "correct horse battery staple", "another horse in the pasture", "ana sings at dawn"
LONG_AGO, FAR_AHEAD = "2020-01-01T00:00:00Z", "2126-01-01T00:00:00Z"


@pytest.fixture(scope="module", autouse=True)
def _quick_boxes():
    """What a guess at a passphrase costs is not what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keybox, "WORK", 2**10)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A case with its first keys; tests copy it."""
    folder = CaseFolder.create(tmp_path_factory.mktemp("keys") / "case", title="t", unit="Unit")
    custody = log_of(folder)
    custody.append("recognition", reason="case created")
    details = create_keys(folder, OLD)
    custody.append("processing", reason="keys made", details=details)
    return folder


@pytest.fixture(scope="module")
def turned(made, tmp_path_factory):
    """The same case after one rotation and with an operator; tests copy it."""
    folder = copied(made, tmp_path_factory.mktemp("turned"))
    rotate_keys(folder, log_of(folder), OLD, system_clock)
    add_operator(folder, log_of(folder), unlock_keys(folder, OLD), "ana", OWN, system_clock)
    return folder


def log_of(folder: CaseFolder) -> CustodyLog:
    return CustodyLog(folder.custody, actor="ana@lab", clock=system_clock)


def copied(folder: CaseFolder, to) -> CaseFolder:
    shutil.copytree(folder.path, to / "case")
    return CaseFolder.open(to / "case")


@pytest.fixture
def case(made, tmp_path):
    return copied(made, tmp_path)


@pytest.fixture
def rotated(turned, tmp_path):
    return copied(turned, tmp_path / "rotated")


def code_of(call) -> str:
    with pytest.raises((ConfigurationError, UsageError, VerificationError)) as caught:
        call()
    return caught.value.code


def signed_now(folder: CaseFolder, keys) -> str:
    """Sign the state of the log and keep the note, as a checkpoint does."""
    custody = log_of(folder)
    size = custody.head().n_events
    note = keys.sign_checkpoint(size, custody.tree().root(size))
    keep_checkpoint(folder, size, note)
    custody.append("fixation", reason="checkpoint signed", details={"checkpoint": str(size)})
    return note


def test_new_keys_are_handed_over_by_the_old_ones(case):
    old = unlock_keys(case, OLD)
    told = rotate_keys(case, log_of(case), OLD, system_clock)
    new = unlock_keys(case, OLD)
    assert new.origin == old.origin
    assert new.note_key != old.note_key
    assert new.certificate != old.certificate
    assert seal_public_key(case) == new.seal_public_bytes() != old.seal_public_bytes()
    note = (case.keys / "handover-0002.note").read_text()
    found, parsed = parse_hand_over(note)
    for key in (old.note_key, new.note_key):
        verify_note(parsed, key, "")
    assert (found.old, found.new, found.size) == (old.note_key, new.note_key, 2)
    event = list(log_of(case).events())[-1]
    assert event.reason == "keys rotated"
    assert event.object_sha256 == hashlib.sha256(note.encode()).hexdigest()
    assert event.details["old_key"] == old.note_key.id.hex()
    assert told["unit_certificate_sha256"] == fingerprints(old)["unit_certificate_sha256"]
    assert (case.anchors / "handover-0002.note").read_text() == note


def test_what_was_published_first_stays_the_anchor(case):
    before = write_anchors(case)
    rotate_keys(case, log_of(case), OLD, system_clock)
    after = write_anchors(case)
    assert {name: after[name] for name in before} == before


def test_what_was_sealed_before_is_still_opened_and_documents_keep_their_key(case):
    old = unlock_keys(case, OLD)
    record = {"request": SealedRecord(new_salt(), b"POST /login")}
    sealed = json.loads(seal(seal_public_key(case), "00" * 32, record))
    for _ in range(2):
        rotate_keys(case, log_of(case), OLD, system_clock)
    new = unlock_keys(case, OLD)
    assert new.documents_key() == old.documents_key()
    assert new.all_seal_private_bytes()[-1] == old.seal_private_bytes()
    with pytest.raises(VerificationError):
        open_sealed(new.seal_private_bytes(), sealed)
    assert open_sealed(new.all_seal_private_bytes()[-1], sealed)["request"].block == b"POST /login"


def test_the_old_signing_keys_are_gone(case):
    old = unlock_keys(case, OLD)
    rotate_keys(case, log_of(case), OLD, system_clock)
    box = keybox.unlock((case.keys / "private.box").read_bytes(), OLD, "")
    assert base64.b64encode(old.seal_private_bytes()) in box
    assert base64.b64encode(old.checkpoint_key.private_bytes_raw()) not in box


def test_checkpoints_of_before_and_after_verify(case):
    old = unlock_keys(case, OLD)
    signed_now(case, old)
    rotate_keys(case, log_of(case), OLD, system_clock)
    signed_now(case, unlock_keys(case, OLD))
    report = verify_keys(case, log_of(case))
    assert (report.n_keys, report.n_operators, report.doubtful) == (2, 0, ())


def test_attack_the_old_key_signs_after_the_rotation(case):
    old = unlock_keys(case, OLD)
    rotate_keys(case, log_of(case), OLD, system_clock)
    signed_now(case, old)
    assert code_of(lambda: verify_keys(case, log_of(case))) == "E-EVI-263"


def test_attack_a_checkpoint_of_keys_from_nowhere(case, rotated):
    size = log_of(rotated).head().n_events
    note = new_keys("u", datetime.now(UTC)).sign_checkpoint(size, b"r" * 32)
    text = note.replace(note.split("\n")[0], unlock_keys(rotated, OLD).origin)
    keep_checkpoint(rotated, size, text)
    assert code_of(lambda: verify_keys(rotated, log_of(rotated))) == "E-EVI-263"


def test_attack_a_rotation_forged_without_the_old_key(rotated):
    thief = replace(new_keys("u", datetime.now(UTC)), first=unlock_keys(rotated, OLD).first_keys)
    path = rotated.keys / "handover-0002.note"
    told, _note = parse_hand_over(path.read_text())
    text = replace(told, new=thief.note_key).text()
    path.write_text(Note(text, (thief.signature_of(text),)).written())
    assert code_of(lambda: read_history(rotated.keys)) == "E-EVI-262"
    assert code_of(lambda: unlock_keys(rotated, OLD)) == "E-EVI-262"


def test_attack_the_hand_over_of_another_case(case, rotated, tmp_path):
    other = copied(case, tmp_path / "other")
    rotate_keys(other, log_of(other), OLD, system_clock)
    note = "handover-0002.note"
    (rotated.keys / note).write_bytes((other.keys / note).read_bytes())
    # signed by the same first key: only the event and the box know the right one
    assert code_of(lambda: unlock_keys(rotated, OLD)) in ("E-EVI-015", "E-EVI-268")
    assert code_of(lambda: verify_keys(rotated, log_of(rotated))) in ("E-EVI-267", "E-EVI-268")


def test_attack_a_hand_over_is_left_out(rotated):
    for path in rotated.keys.glob("handover-*"):
        path.unlink()
    assert code_of(lambda: unlock_keys(rotated, OLD)) in ("E-EVI-015", "E-EVI-268")


def test_attack_the_box_of_another_case(case, tmp_path):
    other = CaseFolder.create(tmp_path / "other", title="t", unit="Unit")
    create_keys(other, OLD)
    for path in other.keys.iterdir():
        (case.keys / path.name).write_bytes(path.read_bytes())
    assert code_of(lambda: unlock_keys(case, OLD)) == "E-EVI-261"


def test_attack_an_older_box_is_put_back(case):
    older = (case.keys / "private.box").read_bytes()
    change_passphrase(case, log_of(case), OLD, NEW)
    (case.keys / "private.box").write_bytes(older)
    assert code_of(lambda: unlock_keys(case, OLD)) == "E-EVI-261"


@pytest.mark.parametrize("kept", [0, 1, 40, 300, -2])
def test_attack_a_truncated_box(case, kept):
    path = case.keys / "private.box"
    path.write_bytes(path.read_bytes()[:kept])
    assert code_of(lambda: unlock_keys(case, OLD)) == "E-EVI-013"


def test_another_passphrase_takes_the_place_of_the_old_one(case):
    before = fingerprints(unlock_keys(case, OLD))
    change_passphrase(case, log_of(case), OLD, NEW)
    assert fingerprints(unlock_keys(case, NEW)) == before
    assert code_of(lambda: unlock_keys(case, OLD)) == "E-EVI-014"
    assert list(log_of(case).events())[-1].reason == "passphrase changed"


def test_a_wrong_or_short_passphrase_changes_nothing(case):
    box = (case.keys / "private.box").read_bytes()
    assert code_of(lambda: change_passphrase(case, log_of(case), NEW, NEW)) == "E-EVI-014"
    assert code_of(lambda: change_passphrase(case, log_of(case), OLD, "short")) == "E-EVI-011"
    assert (case.keys / "private.box").read_bytes() == box
    assert unlock_keys(case, OLD).number == 1


def test_an_unfinished_change_lets_nobody_sign_and_another_command_does_not_end_it(case):
    (case.keys / "private.rotation.box").write_bytes((case.keys / "private.box").read_bytes())
    assert code_of(lambda: unlock_keys(case, OLD)) == "E-EVI-260"
    assert code_of(lambda: change_passphrase(case, log_of(case), OLD, NEW)) == "E-EVI-260"


def test_an_operator_signs_beside_the_unit_and_his_session_is_named(rotated):
    custody = log_of(rotated)
    keys = unlock_operator(rotated, custody, unlock_keys(rotated, OLD), "ana", OWN)
    note = parse_note(signed_now(rotated, keys))
    assert [line.name for line in note.signatures] == [keys.origin, "vestigo/operator/ana"]
    for key in (keys.note_key, keys.operator.key):
        verify_note(note, key, "")
    custody.append("access", reason="x")
    assert list(custody.events())[-1].actor == "ana@lab (operator ana)"
    assert verify_keys(rotated, custody).n_operators == 1
    assert "OperatorKey(ana, …)" in repr(keys.operator)


def test_attack_a_line_by_another_under_the_name_of_an_operator(rotated):
    keys = replace(unlock_keys(rotated, OLD), operator=new_operator_key("ana"))
    signed_now(rotated, keys)
    assert code_of(lambda: verify_keys(rotated, log_of(rotated))) == "E-EVI-263"


def test_attack_an_operator_whom_no_key_of_the_log_named(case, rotated, tmp_path):
    other = CaseFolder.create(tmp_path / "other", title="t", unit="Unit")
    log_of(other).append("recognition", reason="case created")
    create_keys(other, OLD)
    add_operator(other, log_of(other), unlock_keys(other, OLD), "eve", OWN, system_clock)
    for name in ("operator-eve.note", "operator-eve.box"):
        (rotated.keys / name).write_bytes((other.keys / name).read_bytes())
    assert code_of(lambda: read_history(rotated.keys)) == "E-EVI-268"
    assert code_of(lambda: unlock_keys(rotated, OLD)) == "E-EVI-268"


def test_attack_the_box_of_an_operator_is_exchanged(rotated):
    lock_operator(rotated.keys, new_operator_key("ana"), NEW)
    keys = unlock_keys(rotated, OLD)
    custody = log_of(rotated)
    assert code_of(lambda: unlock_operator(rotated, custody, keys, "ana", NEW)) == "E-EVI-266"


@pytest.mark.parametrize("name", ["ana", "Ana", "", "../ana", "a b", "x" * 33, "-a"])
def test_an_operator_has_a_name_of_his_own(rotated, name):
    keys, custody = unlock_keys(rotated, OLD), log_of(rotated)
    given = (rotated, custody, keys, name, OWN, system_clock)
    assert code_of(lambda: add_operator(*given)) == "E-EVI-265"
    if name != "ana":
        assert code_of(lambda: unlock_operator(rotated, custody, keys, name, OWN)) == "E-EVI-266"


def test_a_revoked_operator_signs_no_more(rotated):
    custody, keys = log_of(rotated), unlock_keys(rotated, OLD)
    revoke_key(rotated, custody, "ana", "left the unit", FAR_AHEAD)
    assert code_of(lambda: unlock_operator(rotated, custody, keys, "ana", OWN)) == "E-EVI-266"
    line = (rotated.anchors / "revoked.txt").read_text()
    assert line.split(" ", 2)[1:] == [FAR_AHEAD, "left the unit\n"]


def test_what_a_revoked_key_signed_since_is_named_as_doubtful(case):
    old = unlock_keys(case, OLD)
    signed_now(case, old)
    digits = old.note_key.id.hex()
    rotate_keys(case, log_of(case), OLD, system_clock)
    revoke_key(case, log_of(case), digits, "stolen", LONG_AGO)
    signed_now(case, unlock_keys(case, OLD))
    doubtful = verify_keys(case, log_of(case)).doubtful
    assert [text.split(":")[0] for text in doubtful] == [
        "event 3 (checkpoint signed)", "event 4 (keys rotated)"]  # fmt: skip
    assert all(digits in text for text in doubtful)


def test_what_a_key_signed_before_its_revocation_is_not_named(case):
    old = unlock_keys(case, OLD)
    signed_now(case, old)
    revoke_key(case, log_of(case), old.note_key.id.hex(), "stolen", FAR_AHEAD)
    assert verify_keys(case, log_of(case)).doubtful == ()


@pytest.mark.parametrize(
    ("key", "since", "reason"),
    [("00000000", LONG_AGO, "r"), ("bob", LONG_AGO, "r"), ("ana", "yesterday", "r"),
     ("ana", "2026-11-22", "r"), ("ana", LONG_AGO, " \n\x1b ")],
)  # fmt: skip
def test_nothing_is_revoked_without_key_moment_and_reason(rotated, key, since, reason):
    custody = log_of(rotated)
    assert code_of(lambda: revoke_key(rotated, custody, key, reason, since)) == "E-EVI-264"


def test_a_reason_cannot_write_a_second_line(rotated):
    told = "lost\n00000000 2020-01-01T00:00:00Z x\x1b[31m"
    revoke_key(rotated, log_of(rotated), "ana", told, LONG_AGO)
    content = (rotated.anchors / "revoked.txt").read_text()
    assert content.count("\n") == 1
    assert "\x1b" not in content


def test_attack_the_event_of_a_rotation_without_its_file(rotated):
    custody = log_of(rotated)
    custody.append("processing", reason="keys rotated", object_sha256="0" * 64,
                   details=dict(list(custody.events())[2].details))  # fmt: skip
    assert code_of(lambda: verify_keys(rotated, custody)) == "E-EVI-267"


def test_a_witness_follows_a_hand_over_and_no_other(case, tmp_path):
    witness = WitnessFolder(tmp_path / "witness")
    first = witness.watch((case.keys / "checkpoint.vkey").read_text())
    rotate_keys(case, log_of(case), OLD, system_clock)
    note = (case.keys / "handover-0002.note").read_text()
    other = copied(case, tmp_path / "other")
    rotate_keys(other, log_of(other), OLD, system_clock)
    third = (other.keys / "handover-0003.note").read_text()
    assert code_of(lambda: witness.watch(third)) == "E-EVI-262"
    changed = note.replace("\n2\n", "\n3\n", 1)
    assert code_of(lambda: witness.watch(changed)) in ("E-EVI-262", "E-EVI-115")
    assert witness.watch(note) == unlock_keys(case, OLD).note_key != first
    assert witness.watch(note) == witness.watch(note)
    assert witness.watch(third) == unlock_keys(other, OLD).note_key
