# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attacks on the folder of a case: each is refused by `evidence verify` and by the seal."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import sqlite3

import pytest

from vestigo import i18n
from vestigo.authority.gate import Intent
from vestigo.cli.app import run
from vestigo.clock import system_clock
from vestigo.errors import AuthorityError, VerificationError
from vestigo.evidence.anchors import keep_checkpoint
from vestigo.evidence.bundle import compare_log
from vestigo.evidence.head_note import announce_head, is_announced
from vestigo.evidence.merkle import merkle_root, roots_at
from vestigo.evidence.stranger import verify
from vestigo.evidence.warc import Exchange
from vestigo.pipeline.sealing import view_to_seal
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.records import Retraction


@pytest.fixture
def refused(world, capsys):
    """Assert that verifying, planning and sealing the case all end in 3 with this code."""

    def check(code: str, named: str = "") -> None:
        assert run(["evidence", "verify", str(world.folder.path)]) == 3
        said = capsys.readouterr()
        assert said.out == ""
        assert code in said.err
        assert named in said.err
        refused_by_the_seal(world, code, named)

    return check


def refused_by_the_seal(world, code: str, named: str = "") -> None:
    notes = sorted(path.name for path in world.folder.anchors.iterdir())
    bundles = sorted(path.name for path in world.folder.bundles.iterdir())
    n_events = world.custody.head().n_events
    session = CaseSession(world.folder, world.ledger, world.custody, world.clock)
    for attempt in (world.build, lambda: view_to_seal(session, None)):
        with pytest.raises(VerificationError) as caught:
            attempt()
        assert caught.value.code == code
        assert named in caught.value.where
    assert sorted(path.name for path in world.folder.anchors.iterdir()) == notes
    assert sorted(path.name for path in world.folder.bundles.iterdir()) == bundles
    assert world.custody.head().n_events == n_events


def log_lines(world) -> list[bytes]:
    return world.custody.path.read_bytes().splitlines(keepends=True)


def cut_log(world, keep: int, *, with_tree: bool = True) -> None:
    """Cut the log; an attacker who knows of the tree removes it as well."""
    world.custody.path.write_bytes(b"".join(log_lines(world)[:keep]))
    if with_tree:
        shutil.rmtree(world.folder.custody / "tree")


def segment(world):
    return next(world.folder.captures.iterdir())


def retraction(world) -> Retraction:
    return Retraction(retracts="1" * 64, reason="r", person="p", retracted_at=world.clock())


# ----------------------------------------------------------------- the archive


def with_another_request(record: bytes) -> bytes:
    """Return the record with other request bytes of equal length and a right block digest."""
    head, gap, block = record.partition(b"\r\n\r\n")
    if b"WARC-Type: request" not in head:
        return record
    block = block.removesuffix(b"\r\n\r\n").replace(b"Host: m.test", b"Host: evil.x")
    kept = [line for line in head.split(b"\r\n") if not line.startswith(b"WARC-Block-Digest")]
    digest = hashlib.sha256(block).hexdigest().encode()
    return b"\r\n".join([*kept, b"WARC-Block-Digest: sha256:" + digest]) + gap + block + b"\r\n\r\n"


def test_a_request_rewritten_inside_the_archive_is_refused(world, refused):
    path = segment(world)
    records = [record for _offset, record in verify.gzip_members(path)]
    changed = [with_another_request(record) for record in records]
    assert changed != records
    path.write_bytes(b"".join(gzip.compress(record, mtime=0) for record in changed))
    refused("E-EVI-020", path.name)


@pytest.mark.parametrize("junk", [b"junk", gzip.compress(b"WARC/1.1\r\n\r\n", mtime=0)])
def test_junk_behind_the_archive_is_refused(world, refused, junk):
    path = segment(world)
    path.write_bytes(path.read_bytes() + junk)
    refused("E-EVI-020", path.name)


def test_a_missing_archive_file_is_refused(world, refused):
    path = segment(world)
    path.unlink()
    refused("E-EVI-021", path.name)


@pytest.mark.parametrize("name", ["other.warc.gz", "{name}.open"])
def test_an_archive_file_under_another_name_is_refused(world, refused, name):
    path = segment(world)
    path.rename(path.with_name(name.format(name=path.name)))
    refused("E-EVI-021", path.name)


def test_a_second_event_does_not_whitewash_a_changed_file(world, refused):
    path = segment(world)
    path.write_bytes(path.read_bytes() + b"junk")
    world.custody.append("collection", exhibit=path.name, reason="WARC segment closed",
                         object_sha256=hashlib.sha256(path.read_bytes()).hexdigest())  # fmt: skip
    refused("E-EVI-020", path.name)


def test_a_planted_archive_file_is_a_finding_and_not_sealed(world, capsys):
    planted = segment(world).with_name("zz.warc.gz")
    planted.write_bytes(segment(world).read_bytes())
    assert run(["evidence", "verify", str(world.folder.path)]) == 4
    assert "zz.warc.gz" in capsys.readouterr().err
    refused_by_the_seal(world, "E-EVI-022", "zz.warc.gz")


def test_a_file_that_vanishes_while_it_is_written_is_refused(world):
    exchange = Exchange(uri="http://m.test/x", method="GET", began_at=world.clock(), request=b"GET / HTTP/1.1\r\n\r\n",
                        response=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", authorization_id="")  # fmt: skip
    archive = world.open_archive()
    world.ledger.append([archive.write(exchange)])
    opened = next(world.folder.captures.glob("*.open"))
    kept = opened.read_bytes()
    opened.unlink()
    with pytest.raises(VerificationError) as caught:
        world.build()
    assert caught.value.code == "E-BUN-005"
    opened.write_bytes(kept)
    archive.close()


# ----------------------------------------------------------------- the log


def test_a_deleted_log_is_refused_and_poisons_no_anchor(world, refused):
    world.build()
    world.custody.path.unlink()
    shutil.rmtree(world.folder.custody / "tree")
    refused_by_the_seal(world, "E-EVI-023")
    refused("E-EVI-023")


def test_a_deleted_log_is_refused_without_any_checkpoint(world, refused):
    world.custody.path.unlink()
    refused_by_the_seal(world, "E-EVI-023", "events.jsonl")


@pytest.mark.parametrize("n_cut", [1, 2])
def test_events_that_touch_no_record_are_missed_when_they_are_cut_off(world, refused, n_cut):
    """Looks after the last checkpoint: only the tree of the log knows of them."""
    world.build()
    for n in range(2):
        world.custody.append("access", reason=f"look {n}")
    n_events = world.custody.head().n_events
    cut_log(world, n_events - n_cut, with_tree=False)
    refused("E-EVI-106", f"events.jsonl {n_events - n_cut + 1}")


@pytest.mark.parametrize("keep", [1, 3, -1])
def test_a_log_cut_below_a_checkpoint_is_refused(world, refused, keep):
    built = world.build()
    cut_log(world, keep if keep > 0 else built.checkpoint - 1)
    refused("E-EVI-023")


def test_a_cut_log_is_refused_even_when_the_notes_went_too(world, refused):
    """The bundles of the case hold the notes as well."""
    built = world.build()
    for note in world.folder.anchors.glob("checkpoint-*.note"):
        note.unlink()
    cut_log(world, built.checkpoint - 1)
    refused("E-EVI-023", built.path.name)


def test_a_cut_log_that_grew_again_is_refused(world, refused):
    built = world.build()
    cut_log(world, built.checkpoint - 2)
    for n in range(9):
        world.custody.append("access", reason=f"again {n}")
    refused("E-EVI-023")


def test_a_note_that_is_none_is_refused(world, refused):
    (world.folder.anchors / "checkpoint-2.note").write_bytes(b"\xff\n")
    refused("E-EVI-023", "checkpoint-2.note")


def test_a_kept_checkpoint_is_never_replaced(world):
    built = world.build()
    note = world.folder.anchors / f"checkpoint-{built.checkpoint}.note"
    kept = note.read_text()
    keep_checkpoint(world.folder, built.checkpoint, kept)
    with pytest.raises(VerificationError) as caught:
        keep_checkpoint(world.folder, built.checkpoint, "another\n")
    assert caught.value.code == "E-EVI-023"
    assert note.read_text() == kept


def test_a_sound_case_with_several_checkpoints_passes(world, capsys):
    for n in range(3):
        world.custody.append("access", reason=f"look {n}")
        world.build()
    assert run(["evidence", "verify", str(world.folder.path)]) == 0
    capsys.readouterr()


def test_roots_at_sizes_are_the_roots_of_the_beginnings():
    lines = [b"%d" % n for n in range(40)]
    found = roots_at(iter(lines), range(45))
    assert found == {n: merkle_root(lines[:n]) for n in range(41)}


# ----------------------------------------------------------------- the end of the log


def test_the_last_line_removed_is_seen_by_the_head_of_the_records(world, refused):
    world.ledger.append([retraction(world)])
    cut_log(world, len(log_lines(world)) - 1)
    refused("E-EVI-024")


def test_a_head_that_a_crash_kept_out_is_a_finding_and_logged_by_the_seal(world, capsys):
    world.ledger.append([retraction(world)])
    cut_log(world, len(log_lines(world)) - 1)
    announce_head(world.folder.custody, world.ledger.head())
    assert run(["evidence", "verify", str(world.folder.path), "--json"]) == 4
    said = capsys.readouterr()
    assert json.loads(said.out)["custody"]["head_cut_short"] is True
    assert "crash" in said.err
    world.clock.now = system_clock()
    world.build()
    assert not is_announced(world.folder.custody, world.ledger.head())
    assert not compare_log(world.folder, world.ledger, world.custody)


def test_a_crash_between_record_and_event_leaves_the_announced_head(world, monkeypatch):
    with open_session(world.folder.path, clock=world.clock) as session:
        monkeypatch.setattr(type(session.custody), "append", killed)
        with pytest.raises(KeyboardInterrupt):
            session.ledger.append([retraction(world)])
    monkeypatch.undo()
    assert is_announced(world.folder.custody, world.ledger.head())
    assert compare_log(world.folder, world.ledger, world.custody)
    with open_session(world.folder.path, clock=world.clock) as session:
        session.ledger.append([Retraction(retracts="2" * 64, reason="r", person="p", retracted_at=world.clock())])  # fmt: skip
    assert not compare_log(world.folder, world.ledger, world.custody)
    assert not is_announced(world.folder.custody, world.ledger.head())


def killed(*_given, **_more):
    raise KeyboardInterrupt


def test_an_announced_head_of_another_write_excuses_nothing(world, refused):
    announce_head(world.folder.custody, world.ledger.head())
    world.ledger.append([retraction(world)])
    cut_log(world, len(log_lines(world)) - 1)
    refused("E-EVI-024")


# ----------------------------------------------------------------- disposals


def test_a_forged_disposal_is_refused(world, refused):
    gone = next(rid for rid, kind in world.ledger.ids() if kind == "feedback")
    with sqlite3.connect(world.folder.records) as connection:
        connection.execute("INSERT INTO disposals VALUES (?, 'fake')", (gone,))
        connection.execute("DELETE FROM bodies WHERE record_id = ?", (gone,))
    connection.close()
    refused("E-EVI-025", gone)


def test_a_disposal_with_its_event_passes(world, capsys):
    gone = next(rid for rid, kind in world.ledger.ids() if kind == "feedback")
    world.custody.append("disposal", object_sha256=gone, reason="order 1")
    world.ledger.dispose([gone], "order 1")
    assert run(["evidence", "verify", str(world.folder.path)]) == 0
    capsys.readouterr()


def test_an_event_about_something_else_is_no_disposal(world, refused):
    gone = next(rid for rid, kind in world.ledger.ids() if kind == "feedback")
    world.custody.append("access", object_sha256=gone, reason="order 1")
    world.ledger.dispose([gone], "order 1")
    refused("E-EVI-025", gone)


# ----------------------------------------------------------------- words and traces


@pytest.mark.parametrize("noun", [("evidence", "verify"), ("evidence", "log"), ("case", "show")])
def test_a_ledger_replaced_by_junk_ends_in_3_without_a_traceback(world, capsys, noun):
    world.ledger.close()
    for path in world.folder.path.glob("records.sqlite*"):
        path.unlink()
    world.folder.records.write_bytes(b"no database at all " * 400)
    assert run([*noun, str(world.folder.path)]) == 3
    assert "E-STO-006" in capsys.readouterr().err


def test_a_failure_is_logged_alike_in_every_language(world, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    segment(world).write_bytes(b"")
    filed = []
    for language in ("en", "es"):
        i18n.activate(language)
        assert run(["evidence", "verify", str(world.folder.path)]) == 3
        body = json.loads(log_lines(world)[-1])
        filed.append((body["action"], body["reason"], body["exhibit"], body["details"]))
    i18n.activate("en")
    capsys.readouterr()
    expected = ("fail", "case not verified", segment(world).name, {"code": "E-EVI-020"})
    assert filed == [expected, expected]


def test_a_refusal_is_logged_alike_in_every_language(world):
    intent = Intent(act="view", host="elsewhere.test", port=80, account="", data_class="listing", what="x")  # fmt: skip
    with open_session(world.folder.path) as session:
        for language in ("en", "es"):
            i18n.activate(language)
            with pytest.raises(AuthorityError):
                session.gate().check(intent)
    i18n.activate("en")
    filed = [json.loads(line) for line in log_lines(world)][-2:]
    assert {body["action"] for body in filed} == {"fail"}
    assert len({body["reason"] for body in filed}) == 1
