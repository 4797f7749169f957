# SPDX-License-Identifier: AGPL-3.0-or-later
"""A hostile expert without any key: folders made to hang, mislead or run on the reader's machine."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vestigo.evidence.stranger import verify

STRANGER = Path(verify.__file__).parent


def both_refuse(sealed, stranger, words: str = "", **more) -> None:
    for run in stranger:
        done = run(sealed.path, sealed.anchors, timeout=30, **more)
        assert done.returncode == 3, done.stdout + done.stderr
        assert words in done.stdout, done.stdout


def failures(sealed) -> dict[str, str]:
    found: dict[str, str] = {}
    for status, check, detail in verify.verify(sealed.path, sealed.anchors).findings:
        if status == verify.FAILED:
            found[check] = found.get(check, "") + detail + "\n"
    return found


def list_tag_files(bundle: Path) -> None:
    """Make both tag manifests again: whoever has no key at all can do that."""
    names = sorted(p.relative_to(bundle).as_posix() for p in bundle.rglob("*") if p.is_file())
    names = [n for n in names if not n.startswith(("data/", "tagmanifest-"))]
    for algorithm in ("sha256", "sha512"):
        rows = [
            f"{hashlib.new(algorithm, (bundle / n).read_bytes()).hexdigest()}  {n}\n" for n in names
        ]
        (bundle / f"tagmanifest-{algorithm}.txt").write_text("".join(rows))


# ------------------------------------------------------------------- layer A

SPECIAL = ("bagit.txt", "manifest-sha256.txt", "tagmanifest-sha512.txt", "seal/statement.json",
           "seal/statement.json.p7s", "seal/checkpoint.note", "verify.py",
           "data/custody/events.jsonl", "data/crawl/capture.jsonl")  # fmt: skip


@pytest.mark.parametrize("name", SPECIAL)
def test_a_pipe_in_the_place_of_a_file_hangs_neither(sealed, stranger, name):
    (sealed.path / name).unlink()
    os.mkfifo(sealed.path / name)
    both_refuse(sealed, stranger, "neither a plain file nor a folder")


@pytest.mark.parametrize("name", ["bagit.txt", "manifest-sha512.txt", "seal/checkpoint.note"])
def test_a_link_to_an_endless_device_is_never_read(sealed, stranger, name):
    (sealed.path / name).unlink()
    (sealed.path / name).symlink_to("/dev/zero")
    both_refuse(sealed, stranger, "neither a plain file nor a folder")


def test_a_link_to_the_very_file_is_refused_too(sealed, stranger, tmp_path):
    target = sealed.path / "seal/checkpoint.note"
    target.rename(tmp_path / "note")
    target.symlink_to(tmp_path / "note")
    both_refuse(sealed, stranger, "neither a plain file nor a folder")


def test_a_hard_link_with_a_name_of_its_own_is_extra(sealed, stranger):
    os.link(sealed.path / "bagit.txt", sealed.path / "data" / "copy.txt")
    both_refuse(sealed, stranger, "data/copy.txt: extra")


@pytest.mark.parametrize("name", ["data/exhibits/9999", "seal/stamps", "new", "data/a/b/c"])
def test_an_empty_folder_is_refused(sealed, stranger, name):
    (sealed.path / name).mkdir(parents=True)
    both_refuse(sealed, stranger, "an empty folder")


@pytest.mark.parametrize("name", ["bagit.txt\nbag-info.txt", "x\ny", "data\n"])
def test_a_name_with_a_line_feed_is_refused(sealed, stranger, name):
    (sealed.path / name).mkdir()
    (sealed.path / name / "f").write_text("x")
    both_refuse(sealed, stranger, "a name that a bundle does not use")


@pytest.mark.parametrize("name", ["data/caf\u00e9", "data/cafe\u0301", "data/\uff0e\uff0e", "Data"])
def test_unicode_forms_and_clashing_case_are_refused(sealed, stranger, name):
    (sealed.path / name).write_text("x")
    both_refuse(sealed, stranger, "FAILED       names")


def test_a_name_of_bytes_that_are_no_text_is_refused(sealed, stranger):
    (sealed.path / os.fsdecode(b"data/\xff\xfe")).write_text("x")
    both_refuse(sealed, stranger, "a name that a bundle does not use")


def test_a_huge_extra_file_is_refused_without_reading_it(sealed, stranger):
    with (sealed.path / "data" / "huge").open("wb") as handle:
        handle.truncate(1 << 40)
    both_refuse(sealed, stranger, "data/huge: extra")


@pytest.mark.parametrize("name", ["seal/statement.json", "seal/checkpoint.note", "bagit.txt"])
def test_a_huge_file_is_not_taken_into_memory(sealed, monkeypatch, name):
    monkeypatch.setattr(verify, "LARGEST_READ", 1 << 20)
    with (sealed.path / name).open("ab") as handle:
        handle.truncate(4 << 20)
    assert failures(sealed)


def test_bytes_behind_the_signature_are_refused(sealed, stranger):
    """The tag manifests can be made again by anybody and openssl reads one value only."""
    path = sealed.path / "seal/statement.json.p7s"
    path.write_bytes(path.read_bytes() + b"a page that nobody signed")
    list_tag_files(sealed.path)
    both_refuse(sealed, stranger, "not exactly one DER value")


def test_a_signature_of_endless_length_is_refused(sealed, stranger):
    path = sealed.path / "seal/statement.json.p7s"
    path.write_bytes(b"\x30\x80" + path.read_bytes()[4:] + b"\0\0")
    list_tag_files(sealed.path)
    both_refuse(sealed, stranger, "not exactly one DER value")


@pytest.mark.parametrize("name", ["seal/stamps/x.tsq", "seal/stamps/x.tsr"])
def test_anything_called_a_stamp_is_looked_into(sealed, stranger, name):
    (sealed.path / "seal/stamps").mkdir()
    (sealed.path / name).write_bytes(b"hidden among the stamps")
    list_tag_files(sealed.path)
    both_refuse(sealed, stranger, f"{name}: not exactly one DER value")


def test_a_request_without_its_stamp_is_refused(sealed, stranger):
    (sealed.path / "seal/stamps").mkdir()
    (sealed.path / "seal/stamps/x.tsq").write_bytes(b"\x30\x03\x02\x01\x01")
    list_tag_files(sealed.path)
    both_refuse(sealed, stranger, "a request without its stamp")


def test_an_older_statement_with_its_right_signature_is_refused(world, stranger, tmp_path):
    older, world_anchors = world.build(at_checkpoint=5), world.folder.anchors
    newer = world.build()
    for name in ("seal/statement.json", "seal/statement.json.p7s"):
        shutil.copy(older.path / name, newer.path / name)
    list_tag_files(newer.path)
    mixed = type("Mixed", (), {"path": newer.path, "anchors": world_anchors})
    both_refuse(mixed, stranger, "its digest is not the one in the statement")


def test_an_older_checkpoint_with_its_right_signature_is_refused(world, stranger):
    older, newer = world.build(at_checkpoint=5), world.build()
    shutil.copy(older.path / "seal/checkpoint.note", newer.path / "seal/checkpoint.note")
    list_tag_files(newer.path)
    mixed = type("Mixed", (), {"path": newer.path, "anchors": world.folder.anchors})
    both_refuse(mixed, stranger, "not the checkpoint of the statement")


def test_an_old_bundle_is_said_to_be_older_than_what_is_known(world, stranger):
    older = world.build(at_checkpoint=5)
    world.build()
    done = stranger[1](older.path, world.folder.anchors)
    assert done.returncode == 0
    assert "1 from outside are newer than this bundle" in done.stdout


def test_a_checkpoint_of_another_log_is_no_history(sealed, tmp_path):
    shutil.copytree(sealed.anchors, tmp_path / "a")
    (tmp_path / "a/checkpoint-2.note").write_text("other/log\n2\n" + "A" * 43 + "=\n\n")
    bag = verify.verify(sealed.path, tmp_path / "a")
    assert verify.exit_code(bag) == 0


def test_what_is_printed_cannot_forge_lines_or_move_the_cursor(sealed, stranger):
    path = sealed.path / "seal/statement.json"
    statement = json.loads(path.read_text())
    statement["files"]["x\x1b[2J\nok           signature"] = "0" * 64
    path.write_text(json.dumps(statement, indent=0, ensure_ascii=False, sort_keys=True) + "\n")
    for run in stranger:
        done = run(sealed.path, sealed.anchors)
        assert done.returncode == 3
        assert "\x1b" not in done.stdout
        assert "ok           signature" not in done.stdout.splitlines()


STATEMENTS = {
    "NaN": lambda text: text.replace('"format"', '"x": NaN,\n"format"'),
    "huge number": lambda text: text.replace('"size": ', '"size": 9' + "9" * 100_000),
    "fraction": lambda text: text.replace('"size": ', '"size": 1.'),
    "deep": lambda text: text.replace('"format"', '"x": ' + "[" * 200_000 + ',\n"format"'),
    "a list": lambda text: "[]\n",
    "nothing": lambda text: "",
    "files twice": lambda text: text.replace('"format"', '"files": {},\n"format"'),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_hostile_statement_is_refused(sealed, stranger, name):
    path = sealed.path / "seal/statement.json"
    changed = STATEMENTS[name](path.read_text())
    assert changed != path.read_text()
    path.write_text(changed)
    list_tag_files(sealed.path)
    both_refuse(sealed, stranger)
    assert "statement" in failures(sealed)


# ------------------------------------------------- the machine of the reader

PLANTED = ("openssl", "sha256sum", "find", "sort", "cmp", "mktemp", "dirname", "json.py", "csv.py")


@pytest.mark.parametrize("search", [".:{path}", ":{path}", "{bundle}:{path}", "./:{path}"])
def test_a_program_planted_in_the_bundle_never_runs(sealed, tmp_path, search):
    for name in PLANTED:
        program = sealed.path / name
        program.write_text(f"#!/bin/sh\ntouch {tmp_path}/planted\nexit 0\n")
        program.chmod(0o755)
    path = search.format(path=os.environ["PATH"], bundle=sealed.path)
    for words in (["/bin/sh", "verify.sh"], [sys.executable, "-I", "verify.py"],
                  [sys.executable, "verify.py"]):  # fmt: skip
        done = subprocess.run([*words, "--anchors", str(sealed.anchors)], cwd=sealed.path, check=False,
                              env={**os.environ, "PATH": path}, capture_output=True, text=True)  # fmt: skip
        assert done.returncode == 3, done.stderr
        assert "openssl: extra" in done.stdout
    assert not (tmp_path / "planted").exists()


def test_the_shell_verifies_the_folder_that_was_named(sealed, original, tmp_path):
    """CDPATH, GREP_OPTIONS and a relative TMPDIR change nothing."""
    (sealed.path / "extra").write_text("x")
    odd = {**os.environ, "CDPATH": str(original.path.parent), "GREP_OPTIONS": "-v", "TMPDIR": "."}
    shutil.move(sealed.path, tmp_path / original.path.name)
    done = subprocess.run(["sh", str(STRANGER / "verify.sh"), original.path.name, "--anchors", str(sealed.anchors)],
                          cwd=tmp_path, env=odd, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 3
    assert "extra: extra" in done.stdout
    assert "verify." not in "".join(
        p.name for p in (tmp_path / original.path.name).iterdir() if p.is_dir()
    )


FAKES = {
    "too old for -rawin": 'case "$*" in *-rawin*) echo "pkeyutl: Unknown option: -rawin"; exit 1;; esac',
    "no CMS": 'case "$*" in cms*) echo "Invalid command cms"; exit 1;; esac',
    "knows no -no_check_time": 'case "$*" in *-no_check_time*) echo "unknown option"; exit 1;; esac',
    "says yes to everything": "exit 0",
    "says no to everything": "exit 1",
    "killed": "kill -9 $$",
}


@pytest.mark.parametrize("name", FAKES)
def test_an_openssl_that_cannot_check_is_not_checked_never_failed(
    original, stranger, tmp_path, name
):
    fake = tmp_path / "openssl"
    fake.write_text(f'#!/bin/sh\n{FAKES[name]}\nexec {shutil.which("openssl")} "$@"\n')
    fake.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for run in stranger:
        done = run(original.path, original.anchors, env=env)
        assert done.returncode == 4, done.stdout
        assert "the installed openssl cannot check such signatures" in done.stdout
        assert "FAILED" not in done.stdout


def test_an_old_openssl_does_not_excuse_what_is_wrong_elsewhere(sealed, stranger, tmp_path):
    fake = tmp_path / "openssl"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    (sealed.path / "extra").write_text("x")
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    both_refuse(sealed, stranger, "extra: extra", env=env)
