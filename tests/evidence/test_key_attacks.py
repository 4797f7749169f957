# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bundles after a rotation, with an operator and revoked keys: what both verifiers say.

Each attack is one of a thief: of the first keys, of the current ones, of an operator's.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vestigo.clock import iso
from vestigo.errors import VerificationError
from vestigo.evidence import keybox
from vestigo.evidence.anchors import write_anchors
from vestigo.evidence.handover import parse_hand_over
from vestigo.evidence.key_case import add_operator, revoke_key
from vestigo.evidence.key_change import rotate_keys
from vestigo.evidence.keys import UnlockedKeys, new_keys, unlock_keys
from vestigo.evidence.note import Note
from vestigo.evidence.operator_key import new_operator_key, open_operator
from vestigo.pipeline.tamper_bench.invented_case import PASSPHRASE, make_world
from vestigo.pipeline.tamper_bench.sealed import Sealed

OWN = "ana sings at dawn"
LONG_AGO, FAR_AHEAD = "2020-01-01T00:00:00Z", "2126-01-01T00:00:00Z"
NOTE_2, NOTE_3 = "seal/keys/handover-0002.note", "seal/keys/handover-0003.note"


class Story:
    """A case whose keys were handed over twice; every key that there was, for thieves."""

    def __init__(self, path: Path) -> None:
        self.world = make_world(path)
        self.folder, self.custody = self.world.folder, self.world.custody
        self.clock, self.first = self.world.clock, self.world.keys
        self.bundle_1 = self.world.build().path
        self.outside_1 = self.anchors("outside-1")
        self.rotate()
        self.second = self.world.keys
        add_operator(self.folder, self.custody, self.second, "ana", OWN, self.clock)
        self.ana = open_operator(self.folder.keys, "ana", OWN)
        self.rotate()
        self.third = self.world.keys
        self.world.keys = replace(self.third, operator=self.ana)
        self.bundle = self.world.build().path
        self.keys = self.world.keys
        self.earlier = self.world.build(at_checkpoint=int(self.bundle_1.name[-8:])).path
        self.outside = self.anchors("outside")

    def rotate(self) -> None:
        rotate_keys(self.folder, self.custody, PASSPHRASE, self.clock)
        self.world.keys = unlock_keys(self.folder, PASSPHRASE)

    def anchors(self, name: str) -> Path:
        out = self.folder.path.parent / name
        write_anchors(self.folder, out)
        return out


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keybox, "WORK", 2**10)
        made = Story(tmp_path_factory.mktemp("story") / "case")
        yield made
        made.world.ledger.close()


@pytest.fixture
def bundle(story, tmp_path) -> Sealed:
    """The last bundle, in the hands of somebody with the current keys, with fresh anchors."""
    shutil.copytree(story.bundle, tmp_path / "bundle")
    shutil.copytree(story.outside, tmp_path / "anchors")
    return Sealed(tmp_path / "bundle", tmp_path / "anchors", story.keys)


@pytest.fixture
def said(stranger):
    """What both verifiers say: (exit code, lines of layer A that are not ok), the same of both."""

    def both(bundle: Path, anchors: Path | None) -> tuple[int, list[str]]:
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda run: run(bundle, anchors, timeout=240), stranger))
        lines = [[line for line in one.stdout.splitlines()
                  if line.startswith(("FAILED", "NOT CHECKED"))] for one in done]  # fmt: skip
        sh, py = lines
        assert sorted(sh) == sorted(line for line in py if line[13:25].strip() in LAYER_A)
        assert done[0].returncode == done[1].returncode
        return done[0].returncode, sorted(py)

    return both


LAYER_A = ("names", "files", "sha256", "sha512", "statement", "keys", "signature", "checkpoint",
           "revoked", "proofs", "collected", "witness", "stamps", "verifiers")  # fmt: skip


def failed(check: str, detail: str) -> str:
    return f"{'FAILED':<11}  {check:<12}  {detail}"


def lines_of(check: str, findings: list[str]) -> list[str]:
    return [line[27:] for line in findings if line[13:25].strip() == check]


def thief(story: Story) -> UnlockedKeys:
    """Return keys of a thief that give themselves out as those of the log."""
    return replace(new_keys("Unit of tests", datetime.now(UTC)), first=story.first.first_keys)


def test_both_follow_the_keys_from_the_first_to_the_current(story, said, stranger):
    assert said(story.bundle, story.outside) == (0, [])
    assert said(story.bundle_1, story.outside) == (0, [])
    assert said(story.earlier, story.outside) == (0, []), "a state of before, sealed by the new key"
    for run in stranger:
        out = run(story.bundle, story.outside).stdout
        assert "handed over: 2, each by the key before it; operators: 1" in out


def test_without_anchors_the_keys_are_not_checked(story, said):
    code, findings = said(story.bundle, None)
    assert code == 4
    assert lines_of("keys", findings) == [
        "no --anchors: the key must come from elsewhere than the bundle"
    ]


def test_attack_the_first_key_is_used_after_it_was_handed_over(story, bundle, said):
    """The thief of the first keys leaves the hand-overs out; the log and the anchors have them."""
    shutil.rmtree(bundle.path / "seal/keys")
    Sealed(bundle.path, bundle.anchors, story.first).reseal()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert any("keys rotated, but seal/keys does not hold it" in line for line in findings)
    why = f"{NOTE_3}: not here: the keys were handed over before this bundle"
    assert why in lines_of("keys", findings)


def test_attack_the_first_key_signs_a_log_without_the_rotation(story, bundle, said):
    """The log as well is made anew without it: only a hand-over from outside tells."""
    shutil.rmtree(bundle.path)
    shutil.copytree(story.bundle_1, bundle.path)
    longer(bundle.path, 3)
    Sealed(bundle.path, bundle.anchors, story.first).reseal()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    why = f"{NOTE_2}: not here: the keys were handed over before this bundle"
    assert why in lines_of("keys", findings)
    assert not lines_of("keys", said(bundle.path, story.outside_1)[1])


def longer(bundle: Path, n_events: int) -> None:
    """Put events behind the log of a bundle, as the holder of the machine can."""
    path = bundle / "data/custody/events.jsonl"
    for _ in range(n_events):
        last = path.read_bytes().splitlines()[-1]
        event = json.loads(last)
        event |= {"id": event["id"] + 1, "previous_sha256": hashlib.sha256(last).hexdigest(),
                  "reason": "looked", "action": "access", "object_sha256": "",
                  "details": {}}  # fmt: skip
        line = json.dumps(event, sort_keys=True, separators=(",", ":")).encode()
        path.write_bytes(path.read_bytes() + line + b"\n")


def test_attack_the_old_key_signs_the_checkpoint_beside_the_new_statement(story, bundle, said):
    text = (bundle.path / "seal/checkpoint.note").read_text().partition("\n\n")[0] + "\n"
    note = Note(text, (story.second.signature_of(text),)).written()
    shutil.copy(bundle.path / "seal/checkpoint.note", bundle.path.parent / "kept")
    for path in bundle.path.rglob("*"):
        if (
            path.is_file()
            and (b"\n\n\xe2\x80\x94 ") in path.read_bytes()
            and "keys" not in str(path)
        ):
            content = path.read_text()
            if text in content and path.name != "previous.note":
                path.write_text(content.partition(text)[0] + note)
    sealing = replace(story.third, operator=None)
    resealed_as_it_is(Sealed(bundle.path, bundle.anchors, sealing))
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert lines_of("checkpoint", findings) == [
        "seal/checkpoint.note: signed by a key that was handed over before"
    ]


def resealed_as_it_is(bundle: Sealed) -> None:
    """Make manifests and statement again and leave the checkpoint as it is."""
    bundle.remanifest()
    statement = json.loads((bundle.path / "seal/statement.json").read_bytes())
    statement["files"] = {name: digests.sha256 for name, digests in bundle._bag().tags().items()
                          if not name.startswith(("seal/statement", "tagmanifest-"))}  # fmt: skip
    bundle.sign(bundle._bag(), statement)
    bundle.list_tags()


def test_attack_a_rotation_forged_without_the_old_key(story, bundle, said):
    """A thief hands over to himself: signed by his own keys only."""
    own = replace(thief(story), number=4)
    told, _note = parse_hand_over((bundle.path / NOTE_3).read_text())
    text = replace(told, new=own.note_key).text()
    (bundle.path / NOTE_3).write_text(Note(text, (own.signature_of(text),)).written())
    Sealed(bundle.path, bundle.anchors, own).reseal()
    (bundle.anchors / "handover-0003.note").unlink()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert f"{NOTE_3}: not signed by the key before it" in lines_of("keys", findings)
    assert lines_of("signature", findings)
    assert lines_of("checkpoint", findings)


def test_attack_a_rotation_signed_by_the_stolen_note_key_but_not_by_the_certificate(
    story, bundle, said
):
    own = replace(thief(story), number=3)
    told, _note = parse_hand_over((bundle.path / NOTE_3).read_text())
    text = replace(told, new=own.note_key).text()
    note = Note(text, (story.second.signature_of(text), own.signature_of(text))).written()
    (bundle.path / NOTE_3).write_text(note)
    Sealed(bundle.path, bundle.anchors, own).reseal()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert set(lines_of("keys", findings)) >= {
        f"{NOTE_3}: not signed by the certificate before it",
        f"{NOTE_3}: not the handover-0003.note that came from outside",
        f"{NOTE_3}: the log has no event of it",
    }


def test_attack_the_hand_overs_are_swapped(story, bundle, said):
    second, third = (bundle.path / NOTE_2).read_bytes(), (bundle.path / NOTE_3).read_bytes()
    (bundle.path / NOTE_2).write_bytes(third)
    (bundle.path / NOTE_3).write_bytes(second)
    bundle.reseal()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert f"{NOTE_2}: out of number" in lines_of("keys", findings)


def test_attack_a_hand_over_of_another_log(story, bundle, said):
    told, _note = parse_hand_over((bundle.path / NOTE_2).read_text())
    (bundle.path / NOTE_2).write_text(
        (bundle.path / NOTE_2).read_text().replace(told.origin, "vestigo/log/00000000")
    )
    bundle.reseal()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert any(line.startswith(f"{NOTE_2}: ") for line in lines_of("keys", findings))


@pytest.mark.parametrize("what", ["old", "new"])
def test_attack_a_countersignature_is_taken_away(story, bundle, said, what):
    told, parsed = parse_hand_over((bundle.path / NOTE_3).read_text())
    key = told.old if what == "old" else told.new
    left = tuple(line for line in parsed.signatures if not key.is_named_by(line))
    (bundle.path / NOTE_3).write_text(Note(parsed.text, left).written())
    bundle.reseal()
    (bundle.anchors / "handover-0003.note").unlink()
    code, findings = said(bundle.path, bundle.anchors)
    who = "before it" if what == "old" else "that it names"
    assert code == 3
    assert f"{NOTE_3}: not signed by the key {who}" in lines_of("keys", findings)


def test_attack_other_files_among_the_keys(story, bundle, said):
    (bundle.path / "seal/keys/handover-0009.pem").write_text("x\n")
    bundle.reseal()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert lines_of("keys", findings) == ["seal/keys/handover-0009.pem: no file of the keys"]


def test_attack_more_keys_than_a_verifier_can_look_at(story, bundle, said):
    path = bundle.path / "seal/keys/operator-ana.note"
    for n in range(200):
        shutil.copy(path, path.with_name(f"operator-a{n}.note"))
    bundle.reseal()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert "seal/keys: more keys than a log has" in lines_of("keys", findings)


@pytest.mark.parametrize("content", ["", "vestigo/handover/v1\n" * 10 + "\n\n"])
def test_attack_a_hand_over_of_nothing(story, bundle, stranger, content):
    (bundle.path / NOTE_2).write_text(content)
    bundle.reseal()
    (bundle.anchors / "handover-0002.note").unlink()
    assert [run(bundle.path, bundle.anchors).returncode for run in stranger] == [3, 3]


def test_attack_a_line_by_another_operator(story, bundle, said):
    keys = replace(story.third, operator=new_operator_key("ana"))
    Sealed(bundle.path, bundle.anchors, keys).reseal()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert lines_of("checkpoint", findings) == [
        "seal/checkpoint.note: a line by an operator whom the unit did not name"
    ]


def test_attack_the_line_of_an_operator_is_moved_from_another_checkpoint(story, bundle, said):
    class Replayed:
        key = story.ana.key

        def signature_of(self, text: str):
            return story.ana.signature_of(f"{text}x\n")

    Sealed(bundle.path, bundle.anchors, replace(story.third, operator=Replayed())).reseal()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert lines_of("checkpoint", findings) == [
        "seal/checkpoint.note: the line by vestigo/operator/ana is wrong"
    ]


def test_attack_an_operator_named_by_himself_only(story, bundle, said):
    path = bundle.path / "seal/keys/operator-ana.note"
    text = path.read_text().partition("\n\n")[0] + "\n"
    path.write_text(Note(text, (story.ana.signature_of(text),)).written())
    bundle.reseal()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    told = "seal/keys/operator-ana.note: not named by a key of the log"
    assert told in lines_of("keys", findings)


# ------------------------------------------------------------------------------- revoked keys


def revoked(bundle: Sealed, key: str, since: str) -> None:
    """Put a revocation among the anchors: it reached the receiver by another way."""
    with (bundle.anchors / "revoked.txt").open("a") as handle:
        handle.write(f"{key} {since} stolen\n")


def test_attack_a_revoked_key_is_used_again(story, bundle, said):
    digits = story.third.note_key.id.hex()
    revoked(bundle, digits, LONG_AGO)
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    built = json.loads((bundle.path / "seal/statement.json").read_bytes())["built_at"][:19]
    assert lines_of("revoked", findings) == [
        f"seal/statement.json: doubtful: key {digits} signed at {built}Z, revoked since {LONG_AGO}"
    ]


def test_a_statement_that_may_be_dated_back_is_not_checked_until_the_unit_stands_by_it(
    story, bundle, said
):
    digits = story.third.note_key.id.hex()
    revoked(bundle, digits, FAR_AHEAD)
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 4
    (told,) = lines_of("revoked", findings)
    why = f"doubtful: nothing from outside shows that key {digits} signed before {FAR_AHEAD}"
    assert told == f"seal/statement.json: {why}"
    digest = hashlib.sha256((bundle.path / "seal/statement.json").read_bytes()).hexdigest()
    (bundle.anchors / "statements.sha256").write_text(f"{'0' * 64}\n{digest}\n")
    assert said(bundle.path, bundle.anchors) == (0, [])


def test_a_hand_over_by_a_revoked_key_holds_only_where_it_came_from_outside(story, bundle, said):
    digits = story.first.note_key.id.hex()
    revoked(bundle, digits, LONG_AGO)
    assert said(bundle.path, bundle.anchors) == (0, [])
    (bundle.anchors / "handover-0002.note").unlink()
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert lines_of("revoked", findings)[0].startswith(f"{NOTE_2}: doubtful: key {digits} signed")


def test_a_revoked_operator_is_doubtful_in_what_he_signed_since(story, bundle, said):
    digits = story.ana.key.id.hex()
    revoked(bundle, digits, FAR_AHEAD)
    assert said(bundle.path, bundle.anchors) == (0, [])
    revoked(bundle, digits, LONG_AGO)
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert lines_of("revoked", findings)[0].startswith(
        f"seal/checkpoint.note: doubtful: key {digits} signed at "
    )


@pytest.mark.parametrize("line", ["", "00000000 yesterday x"])
def test_attack_a_list_of_revoked_keys_that_is_none(story, bundle, said, line):
    (bundle.anchors / "revoked.txt").write_text(f"{line}\n")
    code, findings = said(bundle.path, bundle.anchors)
    assert code == 3
    assert lines_of("revoked", findings)


def test_no_bundle_is_built_with_a_revoked_key_until_it_is_handed_over(tmp_path, said):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keybox, "WORK", 2**10)
        made = make_world(tmp_path / "case")
        digits = made.keys.note_key.id.hex()
        revoke_key(made.folder, made.custody, digits, "stolen", LONG_AGO)
        with pytest.raises(VerificationError) as caught:
            made.build()
        assert caught.value.code == "E-BUN-124"
        rotate_keys(made.folder, made.custody, PASSPHRASE, made.clock)
        made.keys = unlock_keys(made.folder, PASSPHRASE)
        built = made.build().path
        made.ledger.close()
    assert said(built, made.folder.anchors) == (0, [])


def test_the_own_bundle_tells_of_its_revocations_and_cannot_leave_one_out(tmp_path, said):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keybox, "WORK", 2**10)
        made = make_world(tmp_path / "case")
        rotate_keys(made.folder, made.custody, PASSPHRASE, made.clock)
        made.keys = unlock_keys(made.folder, PASSPHRASE)
    first = json.loads(
        (made.folder.custody / "events.jsonl").read_bytes().splitlines()[-1]
    )["details"]["old_key"]  # fmt: skip
    since = iso(made.clock.now + timedelta(days=1))
    revoke_key(made.folder, made.custody, first, "stolen", since)
    built = made.build().path
    made.ledger.close()
    path = built / "seal/keys/revoked.txt"
    assert path.read_text().startswith(f"{first} ")
    assert said(built, made.folder.anchors) == (0, [])
    path.unlink()
    Sealed(built, made.folder.anchors, made.keys).reseal()
    code, findings = said(built, made.folder.anchors)
    assert code == 3
    assert "key revoked, but seal/keys does not hold it" in lines_of("keys", findings)[0]
