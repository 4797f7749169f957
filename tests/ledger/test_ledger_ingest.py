# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ingest: a file wholly or not at all, once, also when the process is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.heights import stated_height
from ledger.ingest import chain_files, ingest, ingest_file, number_blocks
from ledger.parsing import scan_block
from ledger.store import ChainStore
from vestigo.errors import InputError, UsageError
from vestigo.records import record_from_body


def listing(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture
def file(chain, tmp_path: Path) -> Path:
    coin = chain.coin("a", 10_000)
    for name in ("b", "c", "d"):
        coin = (chain.step([coin], [(name, chain.values[coin] - 100)]), 0)
    return chain.write(tmp_path / "blk00000.dat")


def test_every_block_becomes_a_record_and_a_raw_file(chain, file: Path, tmp_path: Path):
    folder = tmp_path / "chain"
    records = list(ingest(folder, [file], "regtest"))
    assert [record.height for record in records] == [1, 2, 3, 4]
    assert [record.n_transactions for record in records] == [1, 2, 2, 2]
    with ChainStore(folder, "regtest") as store:
        assert [path.read_bytes() for path in store.raw_paths] == [file.read_bytes()]
        assert [store.raw_block(record.block_hash) for record in records] == chain.blocks
    for record, raw in zip(records, chain.blocks, strict=True):
        assert record.header_hex == raw[:80].hex()
        assert record.source_name == "blk00000.dat"
        assert record_from_body(record.body()) == record


def test_a_second_ingest_adds_nothing_and_gives_the_same_records(file: Path, tmp_path: Path):
    folder = tmp_path / "chain"
    first = list(ingest(folder, [file], "regtest"))
    before = listing(folder)
    again = ingest_file(folder, file, "regtest")
    assert [r.record_id for r in again.blocks] == [r.record_id for r in first]
    assert (again.n_new_blocks, again.n_new_transactions) == (0, 0)
    assert listing(folder) == before


def test_the_same_blocks_from_another_file_stay_known_by_the_first(file: Path, tmp_path: Path):
    folder = tmp_path / "chain"
    first = list(ingest(folder, [file], "regtest"))
    other = tmp_path / "copy.dat"
    other.write_bytes(file.read_bytes() * 2)
    again = ingest_file(folder, other, "regtest")
    assert again.blocks == tuple(first)
    assert again.n_new_blocks == 0


@pytest.mark.parametrize("damage", ["flip", "cut", "length", "junk"])
@pytest.mark.parametrize("in_block", [0, 3])
def test_nothing_of_a_corrupted_file_is_ingested(
    chain, file: Path, tmp_path: Path, damage: str, in_block: int
):
    folder = tmp_path / "chain"
    good = bytearray(file.read_bytes())
    start = sum(len(raw) + 8 for raw in chain.blocks[:in_block])
    if damage == "flip":
        good[start + 8 + 40] ^= 4
    elif damage == "cut":
        good = good[: start + 100]
    elif damage == "length":
        good[start + 4] ^= 1
    else:
        good[start] ^= 1
    bad = tmp_path / "bad.dat"
    bad.write_bytes(good)
    with pytest.raises(InputError) as caught:
        ingest_file(folder, bad, "regtest")
    assert caught.value.where.startswith(f"{bad}:")
    assert int(caught.value.where.rpartition(":")[2]) >= start
    assert listing(folder) == {}
    ingest_file(folder, file, "regtest")
    assert len(listing(folder)) == 2


def test_a_damaged_copy_of_a_known_block_is_still_an_error(chain, file: Path, tmp_path: Path):
    folder = tmp_path / "chain"
    ingest_file(folder, file, "regtest")
    raw = bytearray(chain.blocks[-1])
    raw[-20] ^= 1
    bad = tmp_path / "bad.blk"
    bad.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        ingest_file(folder, bad, "regtest")
    assert caught.value.code == "E-LED-012"


KILLED = """
import os, signal, sys
from pathlib import Path
import ledger.store.part as part
from ledger.ingest import ingest_file, number_blocks
step, calls = int(sys.argv[3]), 0
def counted(function):
    def call(*arguments, **keywords):
        global calls
        calls += 1
        if calls == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **keywords)
    return call
Path.rename = counted(Path.rename)
os.fsync = counted(os.fsync)
part.pq.ParquetWriter.write_table = counted(part.pq.ParquetWriter.write_table)
ingest_file(Path(sys.argv[1]), Path(sys.argv[2]), "regtest")
number_blocks(Path(sys.argv[1]), "regtest", {})
"""


@pytest.mark.parametrize("step", [1, 2, 4, 5, 6, 7, 13, 19, 20])
def test_killed_in_the_middle_it_leaves_nothing_half_and_nothing_twice(
    file: Path, tmp_path: Path, step: int
):
    folder, clean = tmp_path / "chain", tmp_path / "clean"
    words = [sys.executable, "-c", KILLED, str(folder), str(file), str(step)]
    done = subprocess.run(words, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with ChainStore(folder, "regtest") as store:
        assert len(store.heights()) in (0, 4)
    for place in (folder, clean):
        ingest_file(place, file, "regtest")
        number_blocks(place, "regtest", {})
    assert listing(folder) == listing(clean)


def test_magic_of_another_network_is_refused(file: Path, tmp_path: Path):
    with pytest.raises(InputError) as caught:
        ingest_file(tmp_path / "chain", file, "testnet")
    assert caught.value.code == "E-LED-015"
    assert caught.value.where == f"{file}:8"


def test_folders_stand_for_their_files(file: Path, tmp_path: Path):
    (file.parent / ".hidden").write_bytes(b"")
    assert chain_files([file.parent]) == [file]
    with pytest.raises(UsageError) as caught:
        chain_files([tmp_path / "absent"])
    assert caught.value.code == "E-LED-013"


def test_heights_are_linked_across_files_and_contradictions_refused(
    chain, new_chain: Callable[[], object], tmp_path: Path
):
    folder = tmp_path / "chain"
    chain.mine()
    chain.mine()
    chain.write(tmp_path / "a.dat")
    ingest_file(folder, tmp_path / "a.dat", "regtest")
    liar = new_chain()
    liar.previous, liar.now = chain.previous, chain.now
    liar.mine()  # it states height 1 and stands on height 2
    with pytest.raises(InputError) as caught:
        ingest_file(folder, liar.write(tmp_path / "b.dat"), "regtest")
    assert caught.value.code == "E-LED-016"


def test_heights_of_real_blocks(blocks_of: Callable[[str], Path]):
    heights = {
        "block227836.dat": 227836, "block413567.raw": 413567, "block481829.dat": 481829,
        "block169482.dat": None, "block227835.dat": None,
    }  # fmt: skip
    for name, height in heights.items():
        block = scan_block(blocks_of(name).read_bytes(), where=name)
        assert stated_height(block.header, block.transactions[0], 224_412) == height


test_heights_of_real_blocks = pytest.mark.real(test_heights_of_real_blocks)


@pytest.mark.real
def test_real_blocks_of_every_form(real_data: Path, tmp_path: Path):
    folder = tmp_path / "chain"
    names = ["blocks1-256.bz2", "block169482.dat", "block277647.dat.bz2", "block481829.dat"]
    paths = [real_data / "bitcoin" / "blocks" / name for name in names]
    records = list(ingest(folder, paths, "mainnet"))
    assert [r.height for r in records[:255]] == list(range(1, 256))
    assert [r.height for r in records[255:]] == [None, 277647, 481829]
    with ChainStore(folder, "mainnet") as store:
        assert store.query("SELECT count(*) FROM transactions") == [(262 + 14 + 213 + 2020,)]


def test_what_a_killed_run_staged_is_cleared(file: Path, tmp_path: Path):
    folder = tmp_path / "chain"
    (folder / ".staging" / "part").mkdir(parents=True)
    (folder / ".staging" / "part" / "blocks.parquet").write_bytes(b"half")
    ingest_file(folder, file, "regtest")
    assert not (folder / ".staging").exists()


def test_two_writers_do_not_meet(file: Path, tmp_path: Path):
    import fcntl

    folder = tmp_path / "chain"
    folder.mkdir()
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        with pytest.raises(UsageError) as caught:
            ingest_file(folder, file, "regtest")
        assert caught.value.code == "E-STO-001"
    finally:
        os.close(descriptor)
