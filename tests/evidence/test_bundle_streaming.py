# SPDX-License-Identifier: AGPL-3.0-or-later
"""Large files: digested by threads while they are written and read, a block at a time, in order."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import os

import pytest
from rich.console import Console

from vestigo.cli.building import shown_build
from vestigo.errors import VerificationError
from vestigo.evidence.archive_check import refuse_unlogged_files
from vestigo.evidence.bundle import payload, view_at
from vestigo.evidence.bundle.captures import add_captures
from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.watching import COPYING, SHEETS, BuildWatch, Spent
from vestigo.evidence.stranger import verify

LENGTHS = (0, 1, 6, 7, 8, 14, 700)


@pytest.mark.parametrize("length", LENGTHS)
def test_the_digests_of_a_long_file_are_those_of_its_bytes(tmp_path, monkeypatch, length):
    monkeypatch.setattr(payload, "SHORT", 3)
    content = bytes(n % 251 for n in range(length))
    with BagFolder(tmp_path) as bag:
        pieces = (content[at : at + 7] for at in range(0, length, 7))
        made = bag.add("data/x", pieces)
    assert (tmp_path / "data/x").read_bytes() == content
    assert made == (
        length,
        hashlib.sha256(content).hexdigest(),
        hashlib.sha512(content).hexdigest(),
    )


def test_a_disk_that_fails_behind_our_back_is_heard_of(tmp_path, monkeypatch):
    def failing(_path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(payload, "CHUNK", 10)
    monkeypatch.setattr(payload, "_synced", failing)
    with BagFolder(tmp_path) as bag:
        bag.add("data/short", b"x")
        bag.settle()
        bag.add("data/long", b"x" * 10)
        with pytest.raises(OSError, match="Input/output"):
            bag.settle()


@pytest.mark.parametrize("length", LENGTHS)
def test_the_verifier_reads_a_file_once_and_finds_both_digests(tmp_path, monkeypatch, length):
    monkeypatch.setattr(verify, "BLOCK", 7)
    monkeypatch.setattr(verify, "SHORT", 3)
    monkeypatch.setattr(verify, "AT_ONCE", 2)
    contents = {f"f{n}": bytes([n]) * (length + n) for n in range(5)}
    read: list[int] = []
    bag = verify.Bag(tmp_path, None, read.append)
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        bag.files[name] = ("", "")
    bag.manifests["manifest-sha256.txt"] = dict.fromkeys(contents, "")
    verify.digest_files(bag)
    for name, content in contents.items():
        both = hashlib.sha256(content).hexdigest(), hashlib.sha512(content).hexdigest()
        assert bag.files[name] == both
    assert sum(read) == sum(len(content) for content in contents.values())


def record(block: bytes, digest: str = "") -> bytes:
    digest = digest or hashlib.sha256(block).hexdigest()
    head = (
        "WARC/1.1\r\nWARC-Type: metadata\r\n"
        f"WARC-Block-Digest: sha256:{digest}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0)


@pytest.mark.parametrize("batch", [1, 400, 1 << 23])
@pytest.mark.parametrize(
    "last", [record(b"cut")[:-12], b"no gzip", gzip.compress(b"no WARC", mtime=0)]
)
def test_what_stands_before_a_broken_record_is_compared_all_the_same(
    tmp_path, monkeypatch, batch, last
):
    monkeypatch.setattr(verify, "BATCH", batch)
    members = [record(b"a" * 50), record(b"b" * 60, "0" * 64), record(b"c" * 70), last]
    (tmp_path / "x.warc.gz").write_bytes(b"".join(members))
    seen = []
    records = verify.read_ahead(verify.Bag(tmp_path, None), "x.warc.gz", {})
    with pytest.raises(verify.UNREADABLE):
        seen.extend((offset, one.sound) for offset, one in records)
    first, second = len(members[0]), len(members[0] + members[1])
    assert seen == [(0, True), (first, False), (second, True)]


def test_a_warc_file_that_changes_while_the_bundle_is_built_is_not_sealed(world, tmp_path):
    folder, custody = world.folder, world.custody
    digests = refuse_unlogged_files(folder.captures, custody.events())
    paths = sorted(folder.captures.glob("*.warc.gz"))
    assert digests == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}
    view = view_at(folder, world.ledger, custody, None)
    with BagFolder(tmp_path / "right") as bag:
        add_captures(bag, view, digests=digests)
        assert {n[14:]: d.sha256 for n, d in bag.files.items()} == digests
    content = bytearray(paths[0].read_bytes())
    content[-3] ^= 1
    paths[0].write_bytes(content)
    with BagFolder(tmp_path / "changed") as bag, pytest.raises(VerificationError) as raised:
        add_captures(bag, view, digests=digests)
    assert (raised.value.code, raised.value.where) == ("E-EVI-020", paths[0].name)


def test_a_watch_adds_up_what_a_phase_takes_and_keeps_it_when_it_fails():
    watch = BuildWatch()
    for _n in range(2):
        before = watch.spent.get(COPYING, Spent(0.0, 0.0)).seconds
        with pytest.raises(ZeroDivisionError), watch.phase(COPYING, 10):
            watch.advance(1 // 0)
        assert watch.spent[COPYING].seconds > before
    assert set(watch.spent) == {COPYING}


@pytest.mark.parametrize("terminal", [True, False])
def test_a_build_shows_amount_rate_and_time_left_on_a_terminal_only(terminal):
    shown = io.StringIO()
    with shown_build(Console(file=shown, force_terminal=terminal, width=200)) as watch:
        with watch.phase(COPYING, 50_000_000):
            watch.advance(20_000_000)
            watch._shown.refresh()
            watch.advance(29_000_000)
        with watch.phase(SHEETS):
            watch.expect(4)
            watch.advance(1)
            watch._shown.refresh()
    text = shown.getvalue()
    assert ("20 of 50 MB" in text) is terminal
    assert ("50 of 50 MB" in text) is terminal
    assert ("1 of 4" in text) is terminal
    assert ("Copying the archive" in text) is terminal


def test_a_build_tells_every_phase(world):
    watch = BuildWatch()
    world.build(watch=watch)
    phases = {"comparing", "copying", "records", "sheets", "sealing", "verifying", "syncing"}
    assert set(watch.spent) == phases
