# SPDX-License-Identifier: AGPL-3.0-or-later
"""Building: what is inside, the same bytes again, nothing secret, nothing half-written."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import bagit
import pytest

from vestigo.errors import SourceUnreachable, UsageError, VerificationError
from vestigo.evidence.bundle import build as building
from vestigo.evidence.bundle import build_bundle, settle, verify_bundle, view_at
from vestigo.evidence.bundle.captures import add_captures
from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.seal import _ranges
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.stranger import PAGES, expected_output
from vestigo.evidence.warc import Exchange
from vestigo.records import Retraction
from vestigo.store import CaseFolder, RecordLedger


def tree(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*")) if p.is_file()
    }  # fmt: skip


def everything(folder: Path) -> bytes:
    import gzip

    contents = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            contents.append(gzip.decompress(content) if path.suffix == ".gz" else content)
    return b"".join(contents)


def test_the_bundle_is_a_bag_that_bagit_accepts(original):
    bag = bagit.Bag(str(original.path))
    assert bag.validate()
    assert bag.info["Payload-Oxum"].endswith(f".{len(bag.payload_entries())}")
    assert bag.info["Vestigo-Exhibits"] == "0002-0003"


def test_the_files_of_the_specification_are_there(original):
    names = set(tree(original.path))
    for name in ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt",
                 "tagmanifest-sha512.txt", "verify.sh", "verify.py", "expected.txt", *PAGES,
                 "seal/statement.json", "seal/statement.json.p7s", "seal/checkpoint.note",
                 "seal/sbom.json", "seal/build-environment.json", "data/custody/events.jsonl", "data/graph/case.graphml",
                 "data/ledger/transaction.jsonl", "data/authority/authorization.jsonl"):  # fmt: skip
        assert name in names
    assert all(len(part) <= 120 and part.isascii() for name in names for part in name.split("/"))


def test_data_is_the_same_at_the_same_checkpoint_whatever_came_later(world, monkeypatch, tmp_path):
    first = world.build()
    world.custody.append("access", reason="somebody looked")
    world.ledger.append(
        [Retraction(retracts="0" * 64, reason="r", person="p", retracted_at=world.clock())]
    )
    (world.folder.rates / "later.csv").write_text("date,currency,btc_price,source\n")
    monkeypatch.setenv("TZ", "America/Bogota")
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    time.tzset()
    from vestigo import i18n

    i18n.activate("es")
    old = os.umask(0o022)
    try:
        second = world.build(at_checkpoint=first.checkpoint)
    finally:
        os.umask(old)
        monkeypatch.undo()
        time.tzset()
    assert tree(first.path / "data") == tree(second.path / "data")
    assert second.path.name == f"{first.path.name}-2"
    third = world.build()
    assert third.checkpoint > first.checkpoint
    assert tree(first.path / "data") != tree(third.path / "data")


def test_data_is_the_same_in_a_copy_of_the_case_on_another_path(world, tmp_path):
    first = world.build()
    shutil.copytree(world.folder.path, tmp_path / "moved")
    folder = CaseFolder.open(tmp_path / "moved")
    clock = type(world.clock)(world.clock.now + timedelta(days=30))
    custody = CustodyLog(folder.custody, actor="eve@other", clock=clock)
    with RecordLedger(folder.records) as ledger:
        second = build_bundle(folder, ledger, custody, world.keys, clock=clock,
                              attachments={"graph/case.graphml": b"<graphml/>\n"}, at_checkpoint=first.checkpoint)  # fmt: skip
    assert tree(first.path / "data") == tree(second.path / "data")
    assert tree(first.path)["manifest-sha256.txt"] == tree(second.path)["manifest-sha256.txt"]


def test_a_growing_archive_does_not_change_an_old_checkpoint(world):
    """Captures of a file still open at the checkpoint: the bundle holds the part of then."""

    def exchange(n):
        return Exchange(uri=f"http://m.test/more/{n}", method="GET", began_at=world.clock(), request=b"GET / HTTP/1.1\r\n\r\n",
                        response=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", authorization_id="")  # fmt: skip

    with world.open_archive() as archive:
        world.ledger.append([archive.write(exchange(1))])
        first = world.build()
        world.ledger.append([archive.write(exchange(2))])
        second = world.build(at_checkpoint=first.checkpoint)
    third = world.build(at_checkpoint=first.checkpoint)
    assert tree(first.path / "data") == tree(second.path / "data") == tree(third.path / "data")
    assert len(list((first.path / "data/captures").iterdir())) == 2
    fourth = world.build()
    assert tree(fourth.path / "data") != tree(first.path / "data")


def test_no_secret_stands_anywhere_in_the_bundle(original, world):
    content = everything(original.path)
    keys = original.keys
    for secret in (b"hunter2-planted-password", b"planted-cookie-0123456789", b"correct horse", b"PRIVATE KEY",
                   keys.seal_private_bytes(), keys.seal_private_bytes().hex().encode(),
                   keys.checkpoint_key.private_bytes_raw()):  # fmt: skip
        assert secret not in content
    sealed = b"".join(p.read_bytes() for p in world.folder.sealed.iterdir())
    assert sealed
    assert b"sealed" not in b"".join(n.encode() for n in tree(original.path / "data"))


def test_no_name_of_this_machine_stands_in_the_seal(original):
    environment = (original.path / "seal/build-environment.json").read_text()
    assert os.uname().nodename not in environment.replace(os.uname().machine, "")
    assert str(Path.home()) not in environment


def test_buyers_are_masked_where_a_person_reads_and_kept_in_the_records(original):
    exhibit = original.path / "data/exhibits/0002"
    for name in ("sheet.en.txt", "sheet.es.txt", "text.txt"):
        text = (exhibit / name).read_text()
        assert "b***r77" not in text
        assert "█████" in text
    assert "b***r77" in (original.path / "data/extraction/feedback.jsonl").read_text()


def test_hostile_text_is_shown_escaped_and_makes_no_path(original):
    for path in (original.path / "data/exhibits").rglob("*.txt"):
        text = path.read_text()
        assert "\u202e" not in text
        assert "\x1b" not in text
    assert (
        "\\u202e gnp.exe \\x1b[31m" in (original.path / "data/exhibits/0002/text.txt").read_text()
    )


def test_the_sheet_says_what_was_seen_when_and_under_which_authority(original):
    sheet = (original.path / "data/exhibits/0002/sheet.en.txt").read_text()
    for part in ("EXHIBIT 0002", "http://m.test/listing/1", "2026-03-01T12:01:00Z", "R-1 (Court)", "Blue & fine",
                 "Blue &amp; fine", "1.50", "name withheld", "WARC segment closed"):  # fmt: skip
        assert part in sheet
    assert "avatar1" not in sheet
    assert sheet.count("  listing  ") == 1
    assert "ELEMENTO DE PRUEBA" in (original.path / "data/exhibits/0002/sheet.es.txt").read_text()


def test_expected_txt_lists_the_lines_that_both_verifiers_print(original, stranger):
    expected = expected_output().decode().split("\n\n")
    for run, part in zip(stranger, expected, strict=True):
        done = run(original.path, original.anchors)
        printed = [
            line[:25].rstrip() for line in done.stdout.splitlines() if line.startswith("ok  ")
        ]
        assert printed == [line for line in part.splitlines() if line.startswith("ok  ")]
    assert (original.path / "expected.txt").read_bytes() == expected_output()


def test_the_build_is_logged_and_named_by_the_next_bundle(world):
    first = world.build()
    events = list(world.custody.events())
    assert (events[-1].action, events[-1].reason) == ("packing", "bundle built")
    assert events[-1].object_sha256 == first.statement_sha256
    second = world.build()
    info = (second.path / "bag-info.txt").read_text()
    assert f"Vestigo-Previous-Bundle-SHA256: {first.statement_sha256}\n" in info
    assert (world.folder.anchors / f"checkpoint-{second.checkpoint}.note").is_file()
    missing = [
        json.loads(line)
        for line in (second.path / "data/crawl/not-included.jsonl").read_text().splitlines()
    ]
    assert [row["action"] for row in missing] == []


def test_what_was_collected_but_is_not_included_is_indexed(world):
    world.custody.append("quarantine", object_sha256="a" * 64, reason="list hit", exhibit="0005")
    built = world.build()
    rows = [
        json.loads(line)
        for line in (built.path / "data/crawl/not-included.jsonl").read_text().splitlines()
    ]
    assert [(row["object_sha256"], row["action"]) for row in rows] == [("a" * 64, "quarantine")]


def test_records_destroyed_by_order_are_named_and_accepted(world, stranger):
    feedback = [rid for rid, kind in world.ledger.ids() if kind == "feedback"]
    world.ledger.dispose(feedback, "order 7/2026 \u202e")
    world.custody.append("disposal", object_sha256=feedback[0], reason="order 7/2026")
    built = world.build()
    disposed = (built.path / "data/custody/disposed.txt").read_text()
    assert disposed == f"{feedback[0]} 'order 7/2026 \\u202e'\n"
    assert stranger[0](built.path, world.folder.anchors).returncode == 0
    assert stranger[1](built.path, world.folder.anchors).returncode == 0


def test_a_record_destroyed_after_the_checkpoint_is_not_checked_at_it(world, stranger):
    feedback = [rid for rid, kind in world.ledger.ids() if kind == "feedback"]
    before = world.build().checkpoint
    world.custody.append("disposal", object_sha256=feedback[0], reason="order 8/2026")
    world.ledger.dispose(feedback, "order 8/2026")
    done = stranger[1](world.build(at_checkpoint=before).path, world.folder.anchors)
    assert done.returncode == 4
    assert f"{feedback[0]}: said to be disposed of by order" in done.stdout


def test_a_retracted_record_stays_in_the_records_and_leaves_the_sheets(world):
    listing = next(rid for rid, kind in world.ledger.ids() if kind == "listing")
    world.ledger.append(
        [Retraction(retracts=listing, reason="wrong", person="ana", retracted_at=world.clock())]
    )
    built = world.build()
    assert listing not in (built.path / "data/exhibits/0002/sheet.en.txt").read_text()
    assert len((built.path / "data/extraction/listing.jsonl").read_bytes().splitlines()) == 2


@pytest.mark.parametrize("n", [0, 999, -1])
def test_a_checkpoint_that_is_not_there_is_refused(world, n):
    with pytest.raises(UsageError) as caught:
        world.build(at_checkpoint=n)
    assert caught.value.code == "E-BUN-002"


@pytest.mark.parametrize("name", ["../x", "a b", "/etc/x", "graph/Case.graphml/../x", ".hidden", "ñ", "n" * 121, "", "a:b",
                                  "custody/events.jsonl", "CUSTODY/EVENTS.jsonl"])  # fmt: skip
def test_an_attachment_with_a_hostile_name_is_refused(world, name):
    with pytest.raises(UsageError) as caught:
        world.build(attachments={name: b"x"})
    assert caught.value.code == "E-BUN-004"
    assert list(world.folder.bundles.iterdir()) == []


def test_a_missing_archive_file_stops_the_seal(world):
    for path in world.folder.captures.iterdir():
        path.unlink()
    with pytest.raises(VerificationError) as caught:
        world.build()
    assert caught.value.code == "E-EVI-021"
    assert list(world.folder.bundles.iterdir()) == []


def test_a_capture_that_is_not_at_its_place_stops_the_seal(world):
    for path in world.folder.captures.iterdir():
        path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(VerificationError) as caught:
        world.build()
    assert caught.value.code == "E-EVI-020"
    assert list(world.folder.bundles.iterdir()) == []


def test_a_changed_archive_is_found_before_the_bundle_has_a_name(world):
    path = next(iter(world.folder.captures.iterdir()))
    records = path.read_bytes()
    from vestigo.evidence.stranger import verify

    bodies = [r for _o, r in verify.gzip_members(path)]
    import gzip

    changed = [gzip.compress(b.replace(b"<h1>All", b"<h1>Alt"), mtime=0) for b in bodies]
    path.write_bytes(b"".join(changed))
    assert path.read_bytes() != records
    with pytest.raises(VerificationError):
        world.build()
    assert list(world.folder.bundles.iterdir()) == []


def test_another_record_ledger_than_the_log_names_is_refused(world):
    world.custody.append(
        "processing",
        object_sha256="f" * 64,
        reason="record ledger head",
        details={"n_entries": "2"},
    )
    with pytest.raises(VerificationError) as caught:
        world.build()
    assert caught.value.code == "E-BUN-003"


def test_a_full_disk_leaves_nothing_half_written(world, monkeypatch):
    def full(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(building, "add_seal", full)
    with pytest.raises(SourceUnreachable) as caught:
        world.build()
    assert caught.value.code == "E-BUN-006"
    assert list(world.folder.bundles.iterdir()) == []


def test_a_clock_that_ran_backwards_leaves_no_unlogged_bundle(world):
    world.clock.now -= timedelta(days=1)
    (world.folder.rates / "r.csv").unlink()
    with pytest.raises(UsageError) as caught:
        world.build()
    assert caught.value.code == "E-EVI-002"
    assert list(world.folder.bundles.iterdir()) == []


def test_what_a_killed_build_left_is_cleared_away(world):
    left = world.folder.bundles / ".unfinished-123"
    (left / "data").mkdir(parents=True)
    (left / "data" / "x").write_text("x")
    world.build()
    assert [p.name[0] for p in world.folder.bundles.iterdir()] == ["b"]


def test_a_head_that_a_crash_kept_out_of_the_log_is_logged(world):
    with RecordLedger(world.folder.records) as silent:
        silent.append(
            [Retraction(retracts="1" * 64, reason="r", person="p", retracted_at=world.clock())]
        )
    before = view_at(world.folder, world.ledger, world.custody, None).n_entries
    settle(world.folder, world.ledger, world.custody)
    assert view_at(world.folder, world.ledger, world.custody, None).n_entries == before + 1
    n = world.custody.head().n_events
    settle(world.folder, world.ledger, world.custody)
    assert world.custody.head().n_events == n


def test_an_empty_case_gives_a_bundle_that_verifies(tmp_path, world, stranger):
    folder = CaseFolder.create(tmp_path / "empty", title="t", unit="u")
    custody = CustodyLog(folder.custody, actor="a", clock=world.clock)
    custody.append("recognition", reason="case created")
    shutil.copytree(world.folder.keys, folder.keys, dirs_exist_ok=True)
    with RecordLedger(folder.records) as ledger:
        built = build_bundle(folder, ledger, custody, world.keys, attachments={}, clock=world.clock)
    for run in stranger:
        assert run(built.path, folder.anchors).returncode == 0


def test_verify_bundle_reports_what_it_did_not_check(original):
    report = verify_bundle(original.path, None)
    assert report.exit_code == 4
    assert {f.check for f in report.findings if f.status == "NOT CHECKED"} == {
        "signature",
        "checkpoint",
        "verifiers",
    }
    assert verify_bundle(original.path, original.anchors).exit_code == 0


@pytest.mark.parametrize("which", ["bundle", "anchors"])
def test_a_folder_that_is_not_there_is_a_usage_error(original, tmp_path, which):
    given = (tmp_path / "no", None) if which == "bundle" else (original.path, tmp_path / "no")
    with pytest.raises(UsageError) as caught:
        verify_bundle(*given)
    assert caught.value.code == "E-BUN-001"


def test_exhibit_numbers_are_shown_as_ranges():
    assert _ranges(["0001", "0002", "0003", "0007", "0009", "0010"]) == [
        "0001-0003",
        "0007",
        "0009-0010",
    ]
    assert _ranges([]) == []


def test_a_symlinked_archive_file_is_not_followed(world, tmp_path):
    path = next(iter(world.folder.captures.iterdir()))
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(VerificationError):
        add_captures(
            BagFolder(tmp_path / "bag"), view_at(world.folder, world.ledger, world.custody, None)
        )


def test_kill_9_while_building_leaves_no_bundle_and_the_next_build_is_right(world, stranger):
    script = (
        "import sys, os, signal\n"
        "from vestigo.evidence.bundle import build\n"
        "from vestigo.evidence.bundle.build import build_bundle\n"
        "build.os.sync = lambda: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from vestigo.clock import system_clock\n"
        "from vestigo.evidence.custody import CustodyLog\n"
        "from vestigo.evidence.keys import unlock_keys\n"
        "from vestigo.store import CaseFolder, RecordLedger\n"
        "from pathlib import Path\n"
        "folder = CaseFolder.open(Path(sys.argv[1]))\n"
        "log = CustodyLog(folder.custody, actor='a', clock=system_clock)\n"
        "keys = unlock_keys(folder, sys.stdin.readline().strip())\n"
        "build_bundle(folder, RecordLedger(folder.records), log, keys, attachments={})\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(world.folder.path)], input="correct horse battery staple\n",
                          text=True, capture_output=True, check=False)  # fmt: skip
    assert done.returncode == -9, done.stderr
    assert [p.name[0] for p in world.folder.bundles.iterdir()] == ["."]
    world.clock.now = list(world.custody.events())[-1].at
    built = world.build()
    assert [p.name for p in world.folder.bundles.iterdir()] == [built.path.name]
    assert stranger[1](built.path, world.folder.anchors).returncode == 0
