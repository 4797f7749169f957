# SPDX-License-Identifier: AGPL-3.0-or-later
"""A bundle as one file: opened by openssl and unzip alone, and hostile zips refused."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import warnings
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vestigo.cli.bundle_pack import opening
from vestigo.clock import system_clock
from vestigo.errors import ExitCode, VestigoError
from vestigo.evidence.packing import encrypt_to, pack_bundle, receiver, unpacked

KEYS = {
    "rsa": ["-newkey", "rsa:2048"],
    "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "ed25519": ["-newkey", "ed25519"],
    "short": ["-newkey", "rsa:1024"],
}


def make_certificate(folder: Path, kind: str, *more: str) -> Path:
    certificate = folder / f"{kind}.pem"
    words = [
        "openssl",
        "req",
        "-x509",
        *KEYS[kind],
        "-nodes",
        "-days",
        "30",
        "-subj",
        "/CN=Receiver",
    ]
    subprocess.run(
        [*words, "-keyout", folder / f"{kind}.key", "-out", certificate, *more],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return certificate


def bag_of(content: dict[str, bytes]) -> dict[str, bytes]:
    """Return the tag files that make content a bag, as far as a zip is judged by them."""
    tags = {"bagit.txt": b"BagIt\n", "manifest-sha256.txt": rows(content)}
    return tags | {"tagmanifest-sha256.txt": rows(tags)}


def rows(content: dict[str, bytes]) -> bytes:
    made = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in content.items())
    return "".join(made).encode()


@pytest.fixture
def small(tmp_path):
    """A folder that looks like a bundle."""
    bundle = tmp_path / "bundles" / "bundle-00000007"
    payload = {"data/a.warc.gz": os.urandom(5000), "data/x/b.jsonl": b"{}\n" * 900}
    for name, content in (payload | bag_of(payload)).items():
        path = bundle / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return bundle


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def code_of(call, *words, **more) -> str:
    with pytest.raises(VestigoError) as caught:
        call(*words, **more)
    return caught.value.code


def test_a_zip_holds_what_the_folder_holds_and_is_the_same_every_time(small, tmp_path):
    first = pack_bundle(small, tmp_path / "one.zip")
    for path in small.rglob("*"):
        os.utime(path, (1, 1))
    second = pack_bundle(small, tmp_path / "two.zip")
    assert first.paths[0].read_bytes() == second.paths[0].read_bytes()
    assert hashlib.sha256(first.paths[0].read_bytes()).hexdigest() == first.zip_sha256
    with unpacked(first.paths[0]) as folder:
        assert files(folder) == files(small)
    assert not folder.exists()
    code = f"import zipfile; zipfile.ZipFile({str(first.paths[0])!r}).extractall({str(tmp_path / 'out')!r})"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert files(tmp_path / "out" / small.name) == files(small)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_the_receiver_opens_it_with_openssl_alone(small, tmp_path, kind):
    one = receiver(make_certificate(tmp_path, kind), system_clock())
    packed = pack_bundle(small, tmp_path / "handed.zip", [one])
    assert [path.name for path in packed.paths] == ["handed.zip.001.cms"]
    assert not (tmp_path / "handed.zip").exists()
    assert b"BagIt" not in packed.paths[0].read_bytes()
    line = opening(packed).replace("KEY.pem", f"{kind}.key")
    subprocess.run(["sh", "-c", line], cwd=tmp_path, check=True, timeout=60)
    opened = (tmp_path / "handed.zip").read_bytes()
    assert hashlib.sha256(opened).hexdigest() == packed.zip_sha256
    with unpacked(tmp_path / "handed.zip") as folder:
        assert files(folder) == files(small)


def test_a_stream_is_cut_into_parts_and_each_of_two_receivers_opens_them(tmp_path):
    both = [receiver(make_certificate(tmp_path, kind), system_clock()) for kind in ("rsa", "ec")]
    content = os.urandom(2500)
    parts = encrypt_to(both, lambda out: out.write(content), tmp_path / "stem", 1000)
    assert [path.name for path in parts] == ["stem.001.cms", "stem.002.cms", "stem.003.cms"]
    for kind in ("rsa", "ec"):
        words = ["openssl", "cms", "-decrypt", "-inform", "DER", "-inkey", tmp_path / f"{kind}.key"]
        opened = [
            subprocess.run(
                [*words, "-in", part], check=True, capture_output=True, timeout=60
            ).stdout
            for part in parts
        ]
        assert b"".join(opened) == content


def test_a_changed_part_does_not_open(tmp_path):
    one = receiver(make_certificate(tmp_path, "ec"), system_clock())
    (part,) = encrypt_to([one], lambda out: out.write(b"x" * 5000), tmp_path / "stem")
    changed = bytearray(part.read_bytes())
    changed[-2000] ^= 1
    part.write_bytes(bytes(changed))
    words = ["openssl", "cms", "-decrypt", "-inform", "DER", "-inkey", tmp_path / "ec.key"]
    done = subprocess.run([*words, "-in", part], check=False, capture_output=True, timeout=60)
    assert done.returncode != 0


def test_certificates_that_cannot_receive(tmp_path):
    now = system_clock() + timedelta(hours=1)  # making them takes time; all of them are valid then
    assert code_of(receiver, make_certificate(tmp_path, "ed25519"), now) == "E-EVI-233"
    assert code_of(receiver, make_certificate(tmp_path, "short"), now) == "E-EVI-233"
    signing = make_certificate(tmp_path, "rsa", "-addext", "keyUsage=critical,digitalSignature")
    assert code_of(receiver, signing, now) == "E-EVI-233"
    good = make_certificate(tmp_path, "ec")
    assert code_of(receiver, good, now + timedelta(days=400)) == "E-EVI-232"
    assert code_of(receiver, good, datetime(2001, 1, 1, tzinfo=UTC)) == "E-EVI-232"
    assert code_of(receiver, tmp_path / "ec.key", now) == "E-EVI-231"
    assert code_of(receiver, tmp_path / "absent", now) == "E-EVI-231"


def test_nothing_is_overwritten_and_nothing_half_written_stays(small, tmp_path, monkeypatch):
    target = tmp_path / "taken.zip"
    target.write_bytes(b"mine")
    assert code_of(pack_bundle, small, target) == "E-EVI-236"
    assert target.read_bytes() == b"mine"
    (tmp_path / "other.zip.001.cms").write_bytes(b"mine")
    assert code_of(pack_bundle, small, tmp_path / "other.zip") == "E-EVI-236"
    one = receiver(make_certificate(tmp_path, "ec"), system_clock())
    (small / "data" / "link").symlink_to("/etc/passwd")
    before = {path.name for path in tmp_path.iterdir()}
    assert code_of(pack_bundle, small, tmp_path / "new.zip", [one]) == "E-EVI-230"
    assert code_of(pack_bundle, small, tmp_path / "new.zip") == "E-EVI-230"
    assert {path.name for path in tmp_path.iterdir()} == before
    (small / "data" / "link").unlink()
    monkeypatch.setenv("PATH", str(tmp_path / "nothing here"))
    assert code_of(pack_bundle, small, tmp_path / "new.zip", [one]) == "E-EVI-234"


def test_an_openssl_that_fails_is_said(small, tmp_path, monkeypatch):
    one = receiver(make_certificate(tmp_path, "ec"), system_clock())
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "openssl"
    program.write_text("#!/bin/sh\necho 'no such cipher' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    assert code_of(pack_bundle, small, tmp_path / "new.zip", [one]) == "E-EVI-235"
    assert not list(tmp_path.glob(".new*"))


def hostile(path: Path, entries: list[tuple[str, bytes]], kind: int = 0) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two entries of one name are meant here
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries:
                info = zipfile.ZipInfo(name)
                info.external_attr = kind << 16
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
    return path


BAD_NAMES = {
    "zip slip": "b/../../escaped",
    "absolute": "/etc/escaped",
    "drive": "b/C:escaped",
    "backslash": "b/..\\escaped",
    "not ascii": "b/é",
    "no folder": "bagit.txt",
    "long": "b/" + "x" * 300,
    "empty part": "b//x",
    "dot dot": "b/..",
}


@pytest.mark.parametrize("attack", BAD_NAMES)
def test_a_zip_whose_names_leave_its_folder_is_refused(tmp_path, attack):
    path = hostile(tmp_path / "x.zip", [("b/bagit.txt", b"x"), (BAD_NAMES[attack], b"x")])
    with pytest.raises(VestigoError) as caught, unpacked(path):
        pytest.fail("was unpacked")
    assert caught.value.code == "E-EVI-241"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_zip_that_holds_links_or_devices_is_refused(tmp_path, kind):
    path = hostile(tmp_path / "x.zip", [("b/x", b"/etc/passwd")], kind | 0o777)
    with pytest.raises(VestigoError, match="E-EVI-241"), unpacked(path):
        pytest.fail("was unpacked")


def test_two_entries_of_one_name_are_refused_whatever_their_case(tmp_path):
    for second in ("b/x", "b/X"):
        path = hostile(tmp_path / "x.zip", [("b/x", b"1"), (second, b"2")])
        with pytest.raises(VestigoError, match="E-EVI-241"), unpacked(path):
            pytest.fail("was unpacked")


def test_a_bomb_is_refused_before_it_goes_off(tmp_path, monkeypatch):
    path = hostile(tmp_path / "x.zip", bag_entries({"data/x": b"0" * 10_000_000}))
    few = shutil._ntuple_diskusage(10, 9, 1_000_000)
    monkeypatch.setattr("vestigo.evidence.packing.unzipping.shutil.disk_usage", lambda _p: few)
    with pytest.raises(VestigoError, match="E-EVI-242"), unpacked(path):
        pytest.fail("was unpacked")


def bag_entries(content: dict[str, bytes]) -> list[tuple[str, bytes]]:
    return [(f"b/{name}", data) for name, data in (content | bag_of(content)).items()]


@pytest.mark.parametrize(("before", "behind"), [(b"MZ", b""), (b"", b"junk\n")])
def test_bytes_around_a_zip_are_refused(tmp_path, monkeypatch, before, behind):
    path = hostile(tmp_path / "x.zip", bag_entries({"data/x": b"0" * 1000}))
    path.write_bytes(before + path.read_bytes() + behind)
    refused_unread(path, monkeypatch, "E-EVI-241")


@pytest.mark.parametrize("left_out", ["bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_a_zip_that_holds_no_bundle_is_refused_before_a_byte_is_written(
    tmp_path, monkeypatch, left_out
):
    entries = bag_entries({"data/x": b"0" * 1_000_000})
    entries = [(name, content) for name, content in entries if name != f"b/{left_out}"]
    refused_unread(hostile(tmp_path / "x.zip", entries), monkeypatch, "E-EVI-243")


def test_a_zip_that_would_grow_beyond_measure_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("vestigo.evidence.packing.zip_bounds.ROOM", 1 << 20)
    entries = bag_entries({"data/x": bytes(4 << 20)})  # in 5 KB
    refused_unread(hostile(tmp_path / "x.zip", entries), monkeypatch, "E-EVI-244")


@pytest.mark.parametrize("says", [0, 100_000])
def test_a_zip_of_many_files_that_no_manifest_lists_is_refused(tmp_path, monkeypatch, says):
    """Also where what stands for the manifest is long enough, and lists nothing."""
    many = {f"b/data/{n}": b"" for n in range(3000)}
    named = {f"b/{name}": content for name, content in bag_of({}).items()}
    named["b/manifest-sha256.txt"] = b"0" * says
    refused_unread(hostile(tmp_path / "x.zip", [*named.items(), *many.items()]), monkeypatch, "E-EVI-243")  # fmt: skip


def test_many_files_without_a_manifest_are_refused_before_their_list_is_read(tmp_path, monkeypatch):
    path = hostile(tmp_path / "x.zip", [(f"b/{n}", b"") for n in range(1200)])
    where = "vestigo.evidence.packing.unzipping.zipfile.ZipFile"
    monkeypatch.setattr(where, lambda _path: pytest.fail("was read"))
    refused_unread(path, monkeypatch, "E-EVI-243")


def test_a_stray_file_is_left_to_the_verification(small, tmp_path):
    (small / "stray.txt").write_text("left here")
    path = pack_bundle(small, tmp_path / "x.zip").paths[0]
    with unpacked(path) as folder:
        assert (folder / "stray.txt").is_file()


def refused_unread(path: Path, monkeypatch, code: str) -> None:
    """Expect the refusal of a zip, with nothing written."""
    monkeypatch.setattr(
        "vestigo.evidence.packing.unzipping._write", lambda *_words: pytest.fail("was written")
    )
    with pytest.raises(VestigoError) as caught, unpacked(path):
        pytest.fail("was unpacked")
    assert caught.value.code == code


def test_entries_that_lie_over_each_other_are_refused(tmp_path):
    path = hostile(tmp_path / "x.zip", [("b/a", os.urandom(3000)), ("b/b", b"1")])
    content = bytearray(path.read_bytes())
    first, second = (at for at in range(len(content)) if content[at : at + 4] == b"PK\x01\x02")
    content[second + 20 : second + 28] = content[first + 20 : first + 28]  # sizes of the other
    content[second + 42 : second + 46] = content[first + 42 : first + 46]  # and its place
    path.write_bytes(bytes(content))
    with pytest.raises(VestigoError, match=r"E-EVI-24[01]"), unpacked(path):
        pytest.fail("was unpacked")


@pytest.mark.parametrize("n_kept", [0, 4, 21, 200, -1])
def test_a_zip_that_is_cut_is_refused(small, tmp_path, n_kept):
    whole = pack_bundle(small, tmp_path / "x.zip").paths[0]
    whole.write_bytes(whole.read_bytes()[:n_kept])
    with pytest.raises(VestigoError, match="E-EVI-240"), unpacked(whole):
        pytest.fail("was unpacked")


def test_no_flipped_byte_gives_other_content_unnoticed(small, tmp_path):
    whole = pack_bundle(small, tmp_path / "x.zip").paths[0].read_bytes()
    path = tmp_path / "changed.zip"
    for at in range(0, len(whole), 97):
        changed = bytearray(whole)
        changed[at] ^= 0x40
        path.write_bytes(bytes(changed))
        try:
            with unpacked(path) as folder:
                found = files(folder)
        except VestigoError as error:
            assert "E-EVI-240" <= error.code <= "E-EVI-244"  # noqa: PT017
        else:
            assert sorted(found.values()) == sorted(files(small).values())


def test_a_list_of_entries_that_would_fill_the_memory_is_refused(tmp_path):
    path = hostile(tmp_path / "x.zip", [("b/x", b"1")])
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x05\x06")
    content[at + 12 : at + 16] = (2**32 - 2).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    with pytest.raises(VestigoError, match="E-EVI-241"), unpacked(path):
        pytest.fail("was unpacked")


def test_a_sealed_bundle_is_built_packed_opened_and_verified(world, vestigo, tmp_path):
    world.ledger.close()
    certificate = make_certificate(tmp_path, "ec")
    case = world.folder.path
    code, out, _err = vestigo(
        "bundle", "build", case, "--passphrase-stdin", "--zip", "--encrypt-to", certificate, "--json",
        stdin=PASSPHRASE_LINE,
    )  # fmt: skip
    assert code == ExitCode.DONE
    told = json.loads(out)["packed"]
    folder = case / "bundles"
    line = told["opened_with"].replace("KEY.pem", str(tmp_path / "ec.key"))
    subprocess.run(["sh", "-c", line], cwd=folder, check=True, timeout=60)
    opened = next(folder.glob("*.zip"))
    assert hashlib.sha256(opened.read_bytes()).hexdigest() == told["zip_sha256"]
    code, out, _err = vestigo("bundle", "verify", opened, "--anchors", case / "anchors", "--json")
    assert (code, json.loads(out)["ok"]) == (ExitCode.DONE, True)
    events = (case / "evidence" / "custody" / "events.jsonl").read_text("utf-8")
    assert told["zip_sha256"] in events
    assert "CN=Receiver" in events


PASSPHRASE_LINE = "correct horse battery staple\n"


def test_a_bundle_outside_of_a_case_is_packed_and_that_is_said(original, vestigo, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(original.path, copy)
    code, out, err = vestigo("bundle", "pack", copy, "-o", tmp_path / "b.zip")
    assert code == ExitCode.DONE
    assert str(tmp_path / "b.zip") in out
    assert "no custody log" in err
    code, _out, err = vestigo("bundle", "pack", tmp_path)
    assert (code, "E-BUN-001" in err) == (ExitCode.USAGE, True)
