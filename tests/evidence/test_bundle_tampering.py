# SPDX-License-Identifier: AGPL-3.0-or-later
"""An attacker without any key: every file of the bundle, changed in every simple way."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from vestigo.evidence.stranger import PAGES, verify


def files_of(bundle: Path) -> list[str]:
    return sorted(p.relative_to(bundle).as_posix() for p in bundle.rglob("*") if p.is_file())


def outcome(bundle: Path, anchors: Path) -> int:
    return verify.exit_code(verify.verify(bundle, anchors))


def failed_checks(bundle: Path, anchors: Path | None) -> set[str]:
    findings = verify.verify(bundle, anchors).findings
    return {check for status, check, _detail in findings if status == verify.FAILED}


def flipped(content: bytes, place: int, bit: int) -> bytes:
    return content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]


def flips_of(content: bytes, chance: random.Random) -> list[bytes]:
    places = {0, len(content) // 2, len(content) - 1, chance.randrange(len(content))}
    return [flipped(content, place, 1 << chance.randrange(8)) for place in sorted(places)]


def test_a_flipped_byte_in_any_file_is_caught_by_verify_py(sealed):
    chance, missed = random.Random(20), []
    for name in files_of(sealed.path):
        path = sealed.path / name
        content = path.read_bytes()
        for changed in flips_of(content, chance) if content else []:
            path.write_bytes(changed)
            if outcome(sealed.path, sealed.anchors) != 3:
                missed.append(name)
        path.write_bytes(content)
    assert missed == []
    assert outcome(sealed.path, sealed.anchors) == 0


def changes(path: Path, content: bytes) -> None:
    """Yield after each simple change of one file."""
    if content:
        place = len(path.name) * 7919 % len(content)
        path.write_bytes(flipped(content, place, 0x01))
        yield "flipped"
    path.unlink()
    yield "removed"
    path.write_bytes(content + b"\n")
    yield "longer"
    if content:
        path.write_bytes(content[:-1])
        yield "cut"
        path.write_bytes(b"")
        yield "emptied"
    path.unlink(missing_ok=True)
    moved = path.with_name("x" + path.name)
    moved.write_bytes(content)
    yield "renamed"
    moved.unlink()
    upper = path.with_name(path.name.swapcase())
    upper.write_bytes(content)
    yield "case"
    upper.unlink()
    path.write_bytes(content)


def test_missing_cut_longer_and_renamed_files_are_caught_by_verify_py(sealed):
    missed = []
    for name in files_of(sealed.path):
        path = sealed.path / name
        missed += [
            (name, change)
            for change in changes(path, path.read_bytes())
            if outcome(sealed.path, sealed.anchors) != 3
        ]
    assert missed == []
    assert outcome(sealed.path, sealed.anchors) == 0


KINDS = ("flipped", "removed", "longer", "cut", "emptied", "renamed", "case")


def payload_and_tags(bundle: Path) -> tuple[list[str], list[str]]:
    names = files_of(bundle)
    return [n for n in names if n.startswith("data/")], [n for n in names if n[:5] != "data/"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_payload_file_tampered_with_is_named_by_verify_sh(sealed, stranger, kind):
    """All at once: each file must be named, so each is seen apart from the others."""
    tampered = set()
    for name in payload_and_tags(sealed.path)[0]:
        path = sealed.path / name
        for change in changes(path, path.read_bytes()):
            if change == kind:
                tampered.add(name)
                break
    done = stranger[0](sealed.path, sealed.anchors)
    assert done.returncode == 3
    said = [line[27:].split(":")[0] for line in done.stdout.splitlines() if line[:6] == "FAILED"]
    assert tampered <= set(said)
    per_file = 2 if kind in ("flipped", "longer", "cut", "emptied") else 4
    assert all(said.count(name) >= per_file // 2 for name in tampered), done.stdout


TAG_FILES = (
    *sorted(PAGES), "bag-info.txt", "bagit.txt", "expected.txt",
    "manifest-sha256.txt", "manifest-sha512.txt", "seal/build-environment.json", "seal/checkpoint.note",
    "seal/sbom.json", "seal/statement.json", "seal/statement.json.p7s", "seal/time.json",
    "tagmanifest-sha256.txt", "tagmanifest-sha512.txt", "verify.py", "verify.sh",
)  # fmt: skip


@pytest.mark.parametrize("name", TAG_FILES)
def test_every_tampering_with_a_tag_file_is_caught_by_verify_sh(sealed, stranger, name):
    assert tuple(payload_and_tags(sealed.path)[1]) == TAG_FILES
    path, seen = sealed.path / name, []
    for change in changes(path, path.read_bytes()):
        done = stranger[0](sealed.path, sealed.anchors)
        assert done.returncode == 3, (change, done.stdout)
        named = Path(name).name.casefold() in done.stdout.casefold()
        assert named or name.startswith("tagmanifest"), (change, done.stdout)
        seen.append(change)
    assert tuple(seen) == KINDS


@pytest.mark.parametrize("chosen", range(3))
def test_one_payload_file_alone_is_enough_for_verify_sh(sealed, stranger, chosen):
    names = payload_and_tags(sealed.path)[0]
    name = names[chosen * len(names) // 3]
    path = sealed.path / name
    for change in changes(path, path.read_bytes()):
        done = stranger[0](sealed.path, sealed.anchors)
        assert (done.returncode, name in done.stdout) == (3, True), (change, done.stdout)


EXTRA = (
    "extra.txt", "data/extra.txt", "data/captures/extra.warc.gz", "seal/extra", "json.py",
    "seal/stamps/not-a-stamp.txt", "data/.hidden", ".hidden", "data/a b", "data/x;y", "data/a\nb",
    "data/\u202egnp", "data/new/folder/file", "-rf", "data/CUSTODY/events.jsonl", "data/" + "n" * 121,
)  # fmt: skip


@pytest.mark.parametrize("name", EXTRA)
def test_an_extra_file_is_caught_by_both(sealed, stranger, name):
    path = sealed.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    for run in stranger:
        done = run(sealed.path, sealed.anchors)
        assert done.returncode == 3, done.stdout
        assert "\u202e" not in done.stdout


def symlinked_file(bundle: Path) -> None:
    target = bundle / "bag-info.txt"
    target.rename(bundle.parent / "elsewhere")
    target.symlink_to(bundle.parent / "elsewhere")


def symlinked_folder(bundle: Path) -> None:
    shutil.move(bundle / "data", bundle.parent / "data-elsewhere")
    (bundle / "data").symlink_to(bundle.parent / "data-elsewhere")


def pipe(bundle: Path) -> None:
    os.mkfifo(bundle / "data" / "pipe")


@pytest.mark.parametrize("attack", [symlinked_file, symlinked_folder, pipe])
def test_links_and_pipes_are_caught_by_both(sealed, stranger, attack):
    attack(sealed.path)
    for run in stranger:
        done = run(sealed.path, sealed.anchors, timeout=60)
        assert done.returncode == 3
        assert "neither a plain file nor a folder" in done.stdout


def duplicate_line(text: str) -> str:
    first = text.splitlines(keepends=True)[0]
    return first + text


def reversed_lines(text: str) -> str:
    return "".join(reversed(text.splitlines(keepends=True)))


def path_traversal(text: str) -> str:
    digest = text.split(" ", 1)[0]
    return text + f"{digest}  data/../../../etc/passwd\n"


def absolute_path(text: str) -> str:
    return f"{text.split(' ', 1)[0]}  /etc/passwd\n" + text


def upper_case_digest(text: str) -> str:
    return text[:64].upper() + text[64:]


def windows_lines(text: str) -> str:
    return text.replace("\n", "\r\n")


def no_last_feed(text: str) -> str:
    return text[:-1]


def emptied(text: str) -> str:
    return ""


ATTACKS = (duplicate_line, reversed_lines, path_traversal, absolute_path, upper_case_digest,
           windows_lines, no_last_feed, emptied)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("name", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_malformed_manifests_are_caught_by_both(sealed, stranger, name, attack):
    path = sealed.path / name
    path.write_bytes(attack(path.read_text()).encode())
    for run in stranger:
        assert run(sealed.path, sealed.anchors).returncode == 3


def test_an_attacker_who_makes_the_manifests_again_fails_on_the_statement(sealed, stranger):
    target = sealed.path / "data" / "extraction" / "listing.jsonl"
    target.write_bytes(target.read_bytes().replace(b"Blue", b"Grey"))
    remanifest(sealed.path)
    for run in stranger:
        done = run(sealed.path, sealed.anchors)
        assert done.returncode == 3
        assert "its digest is not the one in the statement" in done.stdout
        assert "FAILED       sha256" not in done.stdout


def remanifest(bundle: Path) -> None:
    import hashlib

    for kind in ("manifest", "tagmanifest"):
        for algorithm in ("sha256", "sha512"):
            path = bundle / f"{kind}-{algorithm}.txt"
            names = [line.split("  ")[1] for line in path.read_text().splitlines()]
            rows = [
                f"{hashlib.new(algorithm, (bundle / n).read_bytes()).hexdigest()}  {n}\n"
                for n in names
            ]
            path.write_text("".join(rows))


def test_an_attacker_who_also_edits_the_statement_fails_on_the_signature(sealed, stranger):
    import hashlib

    target = sealed.path / "LIMITS.en.md"
    old = hashlib.sha256(target.read_bytes()).hexdigest()
    target.write_bytes(b"There are no limits.\n")
    statement = sealed.path / "seal" / "statement.json"
    new = hashlib.sha256(target.read_bytes()).hexdigest()
    statement.write_text(statement.read_text().replace(old, new))
    remanifest(sealed.path)
    for run in stranger:
        done = run(sealed.path, sealed.anchors)
        assert done.returncode == 3
        assert "not signed by the unit" in done.stdout


def test_a_statement_that_names_a_key_twice_is_refused(sealed):
    statement = sealed.path / "seal" / "statement.json"
    statement.write_text(statement.read_text().replace("{\n", '{\n"format": "x",\n', 1))
    assert "statement" in failed_checks(sealed.path, sealed.anchors)
