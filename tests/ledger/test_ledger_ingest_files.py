# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several files: each wholly or not at all, in their order, though they are worked on at once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ledger.admission import proven_blocks
from ledger.ingest import ingest_file, ingest_files, number_blocks
from ledger.intake import Fresh, IngestedFile, Intake
from ledger.scanning import loading
from ledger.store import ChainStore
from tests.ledger.test_ledger_ingest import listing
from vestigo.errors import VestigoError

NETWORK = "regtest"
N_FILES = 4


@pytest.fixture
def files(chain, tmp_path: Path) -> list[Path]:
    """One block a file, each the parent of the next: only the first states its height."""
    coin = chain.coin("a", 10_000)
    for name in ("b", "c", "d"):
        coin = (chain.step([coin], [(name, chain.values[coin] - 100)]), 0)
    paths = [tmp_path / f"blk{n:05}.dat" for n in range(N_FILES)]
    whole = chain.write(tmp_path / "all").read_bytes()
    at = 0
    for path, raw in zip(paths, chain.blocks, strict=True):
        path.write_bytes(whole[at : at + 8 + len(raw)])
        at += 8 + len(raw)
    return paths


def one_by_one(folder: Path, files: list[Path]) -> dict[str, bytes]:
    for file in files:
        ingest_file(folder, file, NETWORK)
    number_blocks(folder, NETWORK, {})
    return listing(folder)


def taken(folder: Path, files: list[Path]) -> list[tuple[str, int | str]]:
    fresh: Fresh = {}
    outcomes = list(ingest_files(folder, files, NETWORK, fresh))
    number_blocks(folder, NETWORK, fresh)
    return [
        (path.name, one.n_new_blocks if isinstance(one, IngestedFile) else one.code)
        for path, one in outcomes
    ]


def test_files_at_once_give_what_they_give_one_by_one(files: list[Path], tmp_path: Path):
    records = [
        one.blocks[0].height
        for _path, one in ingest_files(tmp_path / "a", files, NETWORK)
        if isinstance(one, IngestedFile)
    ]
    number_blocks(tmp_path / "a", NETWORK, {})
    assert records == [1, 2, 3, 4]
    assert listing(tmp_path / "a") == one_by_one(tmp_path / "b", files)


def test_what_was_read_is_not_read_again_and_gives_the_same_tables(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def never(*_arguments: object) -> None:
        raise AssertionError("read from the disk again")

    monkeypatch.setattr("ledger.store.building.extracts_of", never)
    taken(tmp_path / "a", files)
    monkeypatch.undo()
    assert listing(tmp_path / "a") == one_by_one(tmp_path / "b", files)


def test_a_bad_file_between_good_ones_is_told_in_its_place(files: list[Path], tmp_path: Path):
    bad = bytearray(files[1].read_bytes())
    bad[-20] ^= 1
    files[1].write_bytes(bad)
    assert taken(tmp_path / "a", files) == [
        ("blk00000.dat", 1), ("blk00001.dat", "E-LED-012"), ("blk00002.dat", 1),
        ("blk00003.dat", 1),
    ]  # fmt: skip
    with ChainStore(tmp_path / "a", NETWORK) as store:
        assert len(store.heights()) == N_FILES - 1


def test_a_file_that_is_gone_does_not_stop_the_others(files: list[Path], tmp_path: Path):
    files[2].unlink()
    assert [found for _name, found in taken(tmp_path / "a", files)] == [1, 1, "E-LED-013", 1]


def test_a_file_given_twice_is_new_once(files: list[Path], tmp_path: Path):
    twice = [files[0], files[0], files[1], files[0]]
    assert [found for _name, found in taken(tmp_path / "a", twice)] == [1, 0, 1, 0]
    assert listing(tmp_path / "a") == one_by_one(tmp_path / "b", files[:2])


def test_recorded_answers_between_files_see_what_came_before(files: list[Path], tmp_path: Path):
    lines = {"txid": "11" * 32, "time": 1, "vin": [], "vout": []}
    odd = tmp_path / "odd.jsonl"
    odd.write_text(json.dumps(lines), "utf-8")
    found = taken(tmp_path / "a", [files[0], odd, files[1]])
    assert [name for name, _found in found] == ["blk00000.dat", "odd.jsonl", "blk00001.dat"]
    assert (found[0][1], found[2][1]) == (1, 1)


def test_no_file_is_kept_after_one_that_could_not_be(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    keep = Intake.keep

    def full(self: Intake, admitted: object) -> IngestedFile:
        if getattr(admitted, "name", "") == "blk00001.dat":
            raise OSError(28, "No space left on device")
        return keep(self, admitted)  # type: ignore[arg-type]

    monkeypatch.setattr(Intake, "keep", full)
    outcomes = ingest_files(tmp_path / "a", files, NETWORK)
    assert next(outcomes)[0].name == "blk00000.dat"
    with pytest.raises(OSError, match="No space"):
        next(outcomes)
    with ChainStore(tmp_path / "a", NETWORK) as store:
        assert len(store.heights()) == 1


def test_while_a_file_is_kept_the_next_one_is_proven(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Keeping the first file waits until the second is being proven: without that, no end."""
    second = threading.Event()
    keep = Intake.keep

    def waiting(self: Intake, admitted: object) -> IngestedFile:
        assert second.wait(60)
        return keep(self, admitted)  # type: ignore[arg-type]

    def proven(content: bytes, where: str, network: str, known: object) -> object:
        if where.endswith("blk00001.dat"):
            second.set()
        return proven_blocks(content, where, network, known)  # type: ignore[arg-type]

    monkeypatch.setattr(Intake, "keep", waiting)
    monkeypatch.setattr("ledger.intake.proven_blocks", proven)
    assert [found for _name, found in taken(tmp_path / "a", files)] == [1] * N_FILES


KILLED = """
import os, signal, sys, threading
from pathlib import Path
import ledger.store.part as part
from ledger.ingest import ingest_files, number_blocks
step, calls, lock = int(sys.argv[2]), 0, threading.Lock()
def counted(function):
    def call(*arguments, **keywords):
        global calls
        with lock:
            calls += 1
            if calls == step:
                os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **keywords)
    return call
Path.rename = counted(Path.rename)
os.fsync = counted(os.fsync)
part.pq.ParquetWriter.write_table = counted(part.pq.ParquetWriter.write_table)
fresh = {}
for _outcome in ingest_files(Path(sys.argv[1]), [Path(one) for one in sys.argv[3:]], "regtest", fresh):
    pass
number_blocks(Path(sys.argv[1]), "regtest", fresh)
"""


@pytest.mark.parametrize("step", [1, 6, 9, 17, 24, 29, 38])
def test_killed_between_files_it_goes_on_where_it_was(files: list[Path], tmp_path: Path, step: int):
    folder = tmp_path / "chain"
    words = [sys.executable, "-c", KILLED, str(folder), str(step), *map(str, files)]
    done = subprocess.run(words, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with ChainStore(folder, NETWORK) as store:
        n_kept = len(store.heights())
    assert sorted(store.heights().values()) == list(range(1, n_kept + 1))
    assert [found for _name, found in taken(folder, files)] == [0] * n_kept + [1] * (
        N_FILES - n_kept
    )
    assert listing(folder) == one_by_one(tmp_path / "clean", files)


def test_no_files_give_nothing(tmp_path: Path):
    assert list(ingest_files(tmp_path / "a", [], NETWORK)) == []


def test_an_error_of_one_file_is_raised_where_one_is_asked_for(tmp_path: Path):
    with pytest.raises(VestigoError, match="E-LED-013"):
        ingest_file(tmp_path / "a", tmp_path / "gone.dat", NETWORK)


def test_compiled_code_is_loaded_without_a_package_that_it_does_not_need():
    code = (
        "import sys; import ledger.scanning.loading as loading; loading.load_compiled();"
        "assert 'scipy.linalg' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)
    loading.load_compiled()
