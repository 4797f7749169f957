# SPDX-License-Identifier: AGPL-3.0-or-later
"""An outside witness: a second key in another folder, and files in between."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vestigo.cli.app import run
from vestigo.clock import system_clock
from vestigo.errors import ConfigurationError, UsageError, VerificationError
from vestigo.evidence.checkpoint import Checkpoint, parse_checkpoint
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.merkle import merkle_root
from vestigo.evidence.note import ED25519, Note, NoteKey, NoteSignature, parse_note
from vestigo.evidence.stranger import verify
from vestigo.evidence.tlog_files import ConsistencyFile
from vestigo.evidence.witness import WitnessFolder, create_witness, known_witnesses, unlock_witness
from vestigo.evidence.witness.filing import WitnessedCase
from vestigo.evidence.witness.holder_key import UnlockedWitness
from vestigo.store import CaseFolder

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PASSPHRASE = "another horse battery staple"
NAME = "witness.example/1"
STRANGER = Path(verify.__file__).parent
ORIGIN = "log.example/1"


def noon() -> datetime:
    return NOON


@dataclasses.dataclass
class SmallLog:
    """A log of short lines with its own key: what a witness is shown."""

    lines: list[bytes]
    key: Ed25519PrivateKey

    @property
    def public(self) -> NoteKey:
        return NoteKey(ORIGIN, ED25519, self.key.public_key().public_bytes_raw())

    def note(self, size: int) -> Note:
        text = Checkpoint(ORIGIN, size, merkle_root(self.lines[:size])).text()
        return Note(text, (NoteSignature(ORIGIN, self.public.id, self.key.sign(text.encode())),))

    def request(self, old: int, size: int) -> str:
        path = naive_consistency(old, self.lines[:size], whole=True) if 0 < old < size else []
        return ConsistencyFile(old, tuple(path), self.note(size)).written()


def naive_consistency(m: int, lines: list[bytes], *, whole: bool) -> list[bytes]:
    """RFC 6962, 2.1.2, as it is written there."""
    n = len(lines)
    if m == n:
        return [] if whole else [merkle_root(lines)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return [*naive_consistency(m, lines[:k], whole=whole), merkle_root(lines[k:])]
    return [*naive_consistency(m - k, lines[k:], whole=False), merkle_root(lines[:k])]


@pytest.fixture
def log() -> SmallLog:
    return SmallLog([b"line %d" % n for n in range(40)], Ed25519PrivateKey.generate())


@pytest.fixture
def holder() -> UnlockedWitness:
    return UnlockedWitness(NAME, Ed25519PrivateKey.generate())


@pytest.fixture
def watching(tmp_path, log) -> WitnessFolder:
    folder = WitnessFolder(tmp_path / "witness")
    folder.watch(log.public.written())
    return folder


def refused(code: str, folder: WitnessFolder, request: str, holder: UnlockedWitness) -> str:
    with pytest.raises((UsageError, VerificationError)) as caught:
        folder.cosign(request, holder, noon)
    assert caught.value.code == code
    return str(caught.value)


# ------------------------------------------------------------ the witness's side


def test_a_cosignature_is_of_the_form_that_is_specified(watching, log, holder):
    note = watching.cosign(log.request(0, 5), holder, noon)
    line = note.written().splitlines()[-1]
    dash, name, encoded = line.split(" ")
    content = base64.b64decode(encoded)
    public = holder.private.public_key()
    assert (dash, name) == ("\u2014", NAME)
    named = NAME.encode() + b"\n\x04" + public.public_bytes_raw()
    assert content[:4] == hashlib.sha256(named).digest()[:4]
    assert int.from_bytes(content[4:12], "big") == int(NOON.timestamp())
    text = f"cosignature/v1\ntime {int(NOON.timestamp())}\n{log.note(5).text}"
    public.verify(content[12:], text.encode())
    assert holder.key.written().split("+", 2)[1] == content[:4].hex()
    assert base64.b64decode(holder.key.written().split("+", 2)[2])[0] == 4


def test_a_log_that_grows_is_cosigned_again_and_again(watching, log, holder):
    old = 0
    for size in (1, 2, 3, 7, 8, 8, 21, 40):
        watching.cosign(log.request(old, size), holder, noon)
        assert watching.latest(ORIGIN)[0] == parse_checkpoint(log.note(size).written())
        old = size


def test_a_fork_is_refused_kept_and_both_heads_are_named(watching, log, holder):
    watching.cosign(log.request(0, 8), holder, noon)
    fork = SmallLog([*log.lines[:6], *(b"other %d" % n for n in range(30))], log.key)
    said = refused("E-EVI-113", watching, fork.request(8, 21), holder)
    assert f"8 {merkle_root(log.lines[:8]).hex()}" in said
    assert f"21 {merkle_root(fork.lines[:21]).hex()}" in said
    assert watching.latest(ORIGIN)[0].size == 8
    kept = next(watching.path.glob("logs/*/refused-21-*.note"))
    assert parse_checkpoint(kept.read_text()).root == merkle_root(fork.lines[:21])
    watching.cosign(log.request(8, 21), holder, noon)


def test_another_root_at_the_same_size_is_a_fork_whatever_the_request_says(watching, log, holder):
    watching.cosign(log.request(0, 8), holder, noon)
    fork = SmallLog([b"x", *log.lines[1:]], log.key)
    refused("E-EVI-113", watching, fork.request(8, 8), holder)
    refused("E-EVI-113", watching, fork.request(0, 8), holder)


def test_a_request_that_begins_elsewhere_is_told_what_was_seen(watching, log, holder):
    watching.cosign(log.request(0, 8), holder, noon)
    for old, size in ((0, 21), (5, 21), (9, 21), (3, 5)):
        said = refused("E-EVI-118", watching, log.request(old, size), holder)
        assert "--old 8" in said


def test_a_log_that_is_not_watched_and_one_that_did_not_sign_are_refused(
    tmp_path, watching, log, holder
):
    stranger = SmallLog(log.lines, Ed25519PrivateKey.generate())
    refused("E-EVI-117", watching, stranger.request(0, 5), holder)
    refused("E-EVI-116", WitnessFolder(tmp_path / "other"), log.request(0, 5), holder)
    with pytest.raises(UsageError) as caught:
        watching.watch(stranger.public.written())
    assert caught.value.code == "E-EVI-116"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text.replace("old 0", "old 00"),
        lambda text: text.replace("old 0", "old 6"),
        lambda text: text.replace("old 0", "index 0"),
        lambda text: text.replace("old 0\n", "old 0\nnonsense\n"),
        lambda text: text.replace("old 0\n", "old 0\n" + "A" * 43 + "=\n" * 70),
        lambda text: text.rpartition("\u2014")[0],
        lambda text: text.replace("\n5\n", "\n05\n"),
        lambda text: text + "x",
        lambda text: text.replace("log.example", "log.\x01example"),
        lambda text: "\u202e" * 1000,
    ],
)
def test_a_file_that_is_no_request_is_refused(watching, log, holder, spoil):
    refused("E-EVI-115", watching, spoil(log.request(0, 5)), holder)


def test_a_proof_that_was_changed_is_a_fork(watching, log, holder):
    watching.cosign(log.request(0, 8), holder, noon)
    lines = log.request(8, 21).split("\n")
    lines[1] = base64.b64encode(bytes(32)).decode()
    refused("E-EVI-113", watching, "\n".join(lines), holder)


def test_a_clock_that_went_back_is_refused(watching, log, holder):
    watching.cosign(log.request(0, 8), holder, noon)
    with pytest.raises(UsageError) as caught:
        watching.cosign(log.request(8, 9), holder, lambda: NOON - timedelta(seconds=1))
    assert caught.value.code == "E-EVI-002"
    assert watching.latest(ORIGIN)[0].size == 8


def test_the_key_of_a_witness_is_encrypted_at_rest(tmp_path):
    made = create_witness(tmp_path / "w", NAME, PASSPHRASE)
    raw = made.private.private_bytes_raw()
    for path in (tmp_path / "w").rglob("*"):
        content = path.read_bytes()
        assert raw not in content
        assert base64.b64encode(raw) not in content
    assert unlock_witness(tmp_path / "w", PASSPHRASE).key == made.key
    with pytest.raises(ConfigurationError) as caught:
        unlock_witness(tmp_path / "w", PASSPHRASE + "x")
    assert caught.value.code == "E-EVI-014"
    with pytest.raises(UsageError) as caught:
        create_witness(tmp_path / "w", NAME, PASSPHRASE)
    assert caught.value.code == "E-EVI-121"
    assert "private" not in repr(made).lower()


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "\u2003", "a\u200b"])
def test_a_name_that_no_note_can_hold_is_refused(tmp_path, name):
    with pytest.raises(UsageError) as caught:
        create_witness(tmp_path / "w", name, PASSPHRASE)
    assert caught.value.code == "E-EVI-121"


# ------------------------------------------------------------ the unit's side


@dataclasses.dataclass
class Witnessed:
    """A case with a witness of its own, on "another machine"."""

    case: WitnessedCase
    folder: CaseFolder
    witness: WitnessFolder
    holder: UnlockedWitness

    def cosigned(self, size: int | None = None) -> str:
        note = self.witness.cosign(self.case.ask("", size, None).written(), self.holder, noon)
        return note.signatures[-1].line()


@pytest.fixture
def witnessed(world, tmp_path, holder) -> Witnessed:
    folder = WitnessFolder(tmp_path / "witness")
    folder.watch((world.folder.keys / "checkpoint.vkey").read_text())
    case = WitnessedCase(world.folder, world.custody, world.clock)
    case.name(holder.key.written())
    return Witnessed(case, world.folder, folder, holder)


def both_verifiers(bundle, anchors) -> dict[str, str]:
    """Return what both verifiers say of the checks that they share; they must agree."""
    ours = {check: status for status, check, _d in verify.verify(bundle, anchors).findings}
    said = subprocess.run(
        ["sh", str(STRANGER / "verify.sh"), str(bundle), "--anchors", str(anchors)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    theirs = {line[13:25].strip(): line[:11].strip() for line in said.stdout.splitlines()
              if line[:11].strip() in ("ok", "FAILED", "NOT CHECKED")}  # fmt: skip
    assert theirs == {check: ours[check] for check in verify.LAYER_A}
    return ours


def test_a_bundle_waits_for_its_witness_and_is_confirmed_by_both_verifiers(world, witnessed):
    built = world.build()
    assert both_verifiers(built.path, world.folder.anchors)["witness"] == "NOT CHECKED"
    statement = (built.path / "seal/statement.json").read_bytes()
    kept, changed = witnessed.case.file_answer(witnessed.cosigned())
    assert [(one.checkpoint.size, one.timestamp) for one in kept] == [
        (built.checkpoint, int(NOON.timestamp()))
    ]
    assert changed == [built.path]
    assert (built.path / "seal/statement.json").read_bytes() == statement
    found = both_verifiers(built.path, world.folder.anchors)
    assert set(found.values()) == {"ok"}
    reasons = [event.reason for event in world.custody.events()]
    assert {"witness named", "checkpoint sent to a witness",
            "checkpoint cosigned by a witness"} <= set(reasons)  # fmt: skip


def test_the_cosignature_alone_is_an_outside_anchor(world, witnessed, tmp_path):
    built = world.build()
    witnessed.case.file_answer(witnessed.cosigned())
    anchors = tmp_path / "handed"
    anchors.mkdir()
    for path in world.folder.anchors.iterdir():
        if not path.name.startswith("checkpoint-"):
            shutil.copy(path, anchors)
    assert verify.verify(built.path, anchors).outside
    next(anchors.glob("witness-*.vkey")).unlink()
    bag = verify.verify(built.path, anchors)
    assert not bag.outside
    assert ("NOT CHECKED", "witness") in {finding[:2] for finding in bag.findings}


def test_a_checkpoint_that_was_cosigned_before_goes_into_the_bundle(world, witnessed):
    size, _note = witnessed.case.sign(world.keys)
    witnessed.case.file_answer(witnessed.cosigned())
    built = world.build(at_checkpoint=size)
    assert both_verifiers(built.path, world.folder.anchors)["witness"] == "ok"
    assert len(list((built.path / "seal/witness").iterdir())) == 1


def test_the_log_goes_on_between_two_bundles_and_the_second_is_cosigned_as_well(world, witnessed):
    first = world.build()
    witnessed.case.file_answer(witnessed.cosigned())
    world.custody.append("access", reason="a look")
    second = world.build()
    witnessed.case.file_answer(witnessed.cosigned())
    for built in (first, second):
        assert set(both_verifiers(built.path, world.folder.anchors).values()) == {"ok"}
    assert (second.path / "data/custody/previous.note").read_bytes() == (
        first.path / "seal/checkpoint.note"
    ).read_bytes()


def test_the_holder_of_the_unit_key_cannot_show_the_witness_another_log(world, witnessed):
    """The log is rewritten as a whole, its own files too; the witness remembers."""
    world.build()
    witnessed.case.file_answer(witnessed.cosigned())
    lines = world.custody.path.read_bytes().splitlines()
    other = CustodyLog(world.folder.path / "forged", "ana@lab", world.clock)
    for line in lines:
        other.append("access", reason=json.loads(line)["reason"] + " (edited)")
    root = other.tree().root(len(lines))
    note = parse_note(world.keys.sign_checkpoint(len(lines), root))
    seen = witnessed.witness.latest(world.keys.origin)[0].size
    path = other.tree().consistency_proof(seen, len(lines))
    forged = ConsistencyFile(seen, tuple(path), note).written()
    said = refused("E-EVI-113", witnessed.witness, forged, witnessed.holder)
    assert root.hex() in said


def test_a_cosigned_state_that_the_log_lost_is_missed(world, witnessed):
    world.build()
    witnessed.case.file_answer(witnessed.cosigned())
    for path in world.folder.anchors.glob("checkpoint-*.note"):
        path.unlink()
    shutil.rmtree(world.folder.bundles)
    world.folder.bundles.mkdir()
    shutil.rmtree(world.folder.custody / "tree")
    lines = world.custody.path.read_bytes().splitlines(keepends=True)
    world.custody.path.write_bytes(b"".join(lines[:4]))
    with pytest.raises(VerificationError) as caught:
        world.build()
    assert caught.value.code == "E-EVI-023"
    assert "witness" in caught.value.where


def test_an_answer_that_is_not_of_this_case_is_refused(world, witnessed, log, tmp_path):
    world.build()
    other = WitnessFolder(tmp_path / "w2")
    other.watch(log.public.written())
    answer = other.cosign(log.request(0, 5), witnessed.holder, noon).signatures[-1].line()
    somebody = UnlockedWitness("other.example/2", Ed25519PrivateKey.generate())
    by_another = somebody.cosign("text\n", 5).line()
    for text, code in ((answer, "E-EVI-120"), (by_another, "E-EVI-120"), ("", "E-EVI-120"),
                       ("nonsense\n", "E-EVI-115")):  # fmt: skip
        with pytest.raises((UsageError, VerificationError)) as caught:
            witnessed.case.file_answer(text)
        assert caught.value.code == code


def test_the_key_of_the_case_is_no_witness(world):
    public = world.keys.checkpoint_key.public_key().public_bytes_raw()
    case = WitnessedCase(world.folder, world.custody, world.clock)
    with pytest.raises(UsageError) as caught:
        case.name(NoteKey("w.example", 4, public).written())
    assert caught.value.code == "E-EVI-119"
    with pytest.raises(UsageError) as caught:
        case.name((world.folder.keys / "checkpoint.vkey").read_text())
    assert caught.value.code == "E-EVI-115"
    assert known_witnesses(world.folder) == ()


def test_without_a_witness_or_a_checkpoint_there_is_nothing_to_ask(world, holder):
    case = WitnessedCase(world.folder, world.custody, world.clock)
    with pytest.raises(UsageError) as caught:
        case.ask("", None, None)
    assert caught.value.code == "E-EVI-124"
    case.name(holder.key.written())
    with pytest.raises(UsageError) as caught:
        case.ask("", None, None)
    assert caught.value.code == "E-EVI-114"
    world.build()
    with pytest.raises(UsageError) as caught:
        case.ask("", None, 10_000)
    assert caught.value.code == "E-EVI-118"


def tampered(name: str):
    """Return what an attacker without the witness's key does to its note."""
    return {
        "time": lambda line: NoteSignature(
            line.name, line.key_id, (5).to_bytes(8, "big") + line.signature[8:]
        ),
        "signature": lambda line: NoteSignature(
            line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1])
        ),
        "cut": lambda line: NoteSignature(line.name, line.key_id, line.signature[:40]),
        "another key": lambda line: UnlockedWitness(NAME, Ed25519PrivateKey.generate()).cosign(
            "x\n", 5
        ),
    }[name]


@pytest.mark.parametrize(
    ("attack", "status"),
    [("time", "FAILED"), ("signature", "FAILED"), ("cut", "FAILED"), ("another key", "NOT CHECKED"),
     ("another text", "FAILED"), ("removed", "NOT CHECKED")],
)  # fmt: skip
def test_a_forged_cosignature_is_caught_by_both_verifiers(world, witnessed, attack, status):
    built = world.build()
    witnessed.case.file_answer(witnessed.cosigned())
    path = next((built.path / "seal/witness").iterdir())
    note = parse_note(path.read_text())
    if attack == "removed":
        path.unlink()
        path.parent.rmdir()
    elif attack == "another text":
        path.write_text(note.written().replace("\n" + str(built.checkpoint), "\n1", 1))
    else:
        path.write_text(Note(note.text, (tampered(attack)(note.signatures[-1]),)).written())
    for algorithm in ("sha256", "sha512"):
        manifest = built.path / f"tagmanifest-{algorithm}.txt"
        rows = [row for row in manifest.read_text().splitlines() if "seal/witness" not in row]
        if path.exists():
            digest = hashlib.new(algorithm, path.read_bytes()).hexdigest()
            rows.append(f"{digest}  {path.relative_to(built.path)}")
        rows.sort(key=lambda row: row.partition("  ")[2])
        manifest.write_text("".join(f"{row}\n" for row in rows))
    found = both_verifiers(built.path, world.folder.anchors)
    assert found["witness"] == status
    assert [check for check, said in found.items() if said != "ok"] == ["witness"]


# ------------------------------------------------------------ the command line


def test_the_way_of_a_checkpoint_by_file(world, tmp_path, monkeypatch, capsys):
    world.clock.now = system_clock() - timedelta(hours=1)
    built = world.build()
    case, there = str(world.folder.path), str(tmp_path / "there")

    def vestigo(*words: str) -> dict:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSPHRASE}\n"))
        assert run(["evidence", "witness", *words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    made = vestigo("new", there, "--name", NAME, "--passphrase-stdin")
    vestigo("watch", there, str(world.folder.keys / "checkpoint.vkey"))
    vestigo("add", case, f"{there}/witness.vkey")
    asked = vestigo("request", case, "--out", f"{there}/request")
    assert (asked["checkpoint"], asked["old"]) == (built.checkpoint, 0)
    answer = vestigo("cosign", there, f"{there}/request", "--out", f"{there}/answer",
                     "--passphrase-stdin")  # fmt: skip
    assert answer["checkpoint"] == built.checkpoint
    assert vestigo("receive", case, f"{there}/answer")["bundles"] == [str(built.path)]
    shown = vestigo("show", case)
    assert shown["witnesses"] == [made["key"]]
    assert [row["checkpoint"] for row in shown["cosigned"]] == [built.checkpoint]
    for words in (
        ["request", case, "--out", f"{there}/witness.vkey/x"],
        ["receive", case, f"{there}/none"],
    ):
        assert run(["evidence", "witness", *words]) == 2
        assert "E-EVI-1" in capsys.readouterr().err
