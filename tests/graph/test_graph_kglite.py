# SPDX-License-Identifier: AGPL-3.0-or-later
"""The embedded store: whole or as before, one writer, nothing lost by a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from graph import catalogue
from graph.canonical import canonical
from graph.kglite_store import KgliteStore
from graph.rebuild import rebuild
from vestigo.errors import InputError, UsageError, VestigoError

HERE = Path(__file__).resolve().parent

# Rebuilds the small world and dies by SIGKILL at a named point.
DYING = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import conftest
import graph.kglite_store as place
from graph.rebuild import rebuild

folder, point = Path(sys.argv[2]), sys.argv[3]
def die(*_arguments, **_named):
    os.kill(os.getpid(), signal.SIGKILL)
count = 0
def on_batch(_n):
    global count
    count += 1
    if point == f"batch {count}":
        die()
if point == "before the name":
    place.write_atomically = die
if point == "after the name":
    def write_and_die(*arguments, write=place.write_atomically):
        write(*arguments)
        die()
    place.write_atomically = write_and_die
if point == "before the rename":
    place.KgliteStore._next_number = die
store = place.KgliteStore(folder)
rebuild(conftest.Records(conftest._world.random_world(3, 20)), store, on_batch)
"""


def die_at(folder: Path, point: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(HERE), str(folder), point],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]


@pytest.mark.parametrize(
    "point",
    ["batch 1", "batch 9", "batch 25", "before the rename", "before the name", "after the name"],
)
def test_a_kill_while_rebuilding_leaves_a_whole_graph_and_can_be_repeated(
    tmp_path, small, world, records, point
):
    folder = tmp_path / "graph"
    store = KgliteStore(folder)
    old = rebuild(small, store).canonical_sha256
    store.close()
    die_at(folder, point)
    after = KgliteStore(folder)
    expected = rebuild(records(world.random_world(3, 20)), KgliteStore(tmp_path / "other"))
    held = {old} if point != "after the name" else {expected.canonical_sha256}
    assert canonical(after) in held
    again = rebuild(records(world.random_world(3, 20)), after)
    assert again.canonical_sha256 == expected.canonical_sha256 == canonical(after)
    after.close()
    assert len(list(folder.glob("generation-*"))) == 1
    assert not (folder / ".building").exists()


def test_deleted_and_made_again_the_graph_is_the_same(tmp_path, small):
    import shutil

    digests = []
    for _round in range(2):
        store = KgliteStore(tmp_path / "graph")
        digests.append(rebuild(small, store).canonical_sha256)
        store.close()
        shutil.rmtree(tmp_path / "graph")
    assert digests[0] == digests[1]


def test_a_second_writer_is_refused_and_the_first_goes_on(tmp_path, small):
    first, second = KgliteStore(tmp_path / "graph"), KgliteStore(tmp_path / "graph")
    first.begin()
    with pytest.raises(UsageError) as caught:
        rebuild(small, second)
    assert caught.value.code == "E-GRA-003"
    first.write_nodes("Market", [{"key": "bazar", "name": "bazar"}])
    first.commit({"model": 1})
    assert [node["key"] for node in first.nodes("Market")] == ["bazar"]
    first.close()
    rebuild(small, second)
    second.close()


def test_the_lease_of_the_engine_is_the_same_refusal(tmp_path, monkeypatch):
    import kglite

    def held(*_args, **_named):
        raise kglite.WriterLeaseHeldError("open for writing by pid 1")

    monkeypatch.setattr("graph.kglite_store.save_file", held)
    store = KgliteStore(tmp_path / "graph")
    store.begin()
    with pytest.raises(UsageError) as caught:
        store.commit({"model": 1})
    assert caught.value.code == "E-GRA-003"


def test_readers_keep_what_they_opened_and_see_the_new_graph_when_they_open_again(
    tmp_path, small, large
):
    folder = tmp_path / "graph"
    writer, reader = KgliteStore(folder), KgliteStore(folder)
    old = rebuild(small, writer).canonical_sha256
    assert canonical(reader) == old
    new = rebuild(large, writer).canonical_sha256
    assert canonical(reader) == old
    reader.close()
    assert canonical(reader) == new == canonical(writer)
    writer.close()
    reader.close()


def test_without_a_graph_the_remedy_is_named(tmp_path):
    store = KgliteStore(tmp_path / "graph")
    assert store.summary() is None
    with pytest.raises(UsageError, match="vestigo graph rebuild") as caught:
        catalogue.run(store, "shared-keys")
    assert caught.value.code == "E-GRA-006"


@pytest.mark.parametrize("damage", ["file", "pointer", "gone"])
def test_a_damaged_graph_is_an_error_of_its_own_and_can_be_made_again(tmp_path, small, damage):
    store = KgliteStore(tmp_path / "graph")
    digest = rebuild(small, store).canonical_sha256
    pointer = tmp_path / "graph" / "current.json"
    file = tmp_path / "graph" / json.loads(pointer.read_text())["generation"] / "case.kgl"
    if damage == "file":
        file.write_bytes(file.read_bytes()[:200])
    elif damage == "pointer":
        pointer.write_text('{"generation": ')
    else:
        file.unlink()
    with pytest.raises(VestigoError) as caught:
        catalogue.run(KgliteStore(tmp_path / "graph"), "shared-keys")
    assert caught.value.code == "E-GRA-007"
    assert rebuild(small, store).canonical_sha256 == digest
    store.close()


def test_what_reads_back_otherwise_is_never_committed(tmp_path, small, large, monkeypatch):
    store = KgliteStore(tmp_path / "graph")
    digest = rebuild(small, store).canonical_sha256
    write = store.write_edges

    def lossy(kind, pair, rows):
        write(kind, pair, [row for row in rows if row["properties"].get("vout") != 1])

    monkeypatch.setattr(store, "write_edges", lossy)
    with pytest.raises(VestigoError) as caught:
        rebuild(large, store)
    assert caught.value.code == "E-GRA-007"
    assert canonical(store) == digest
    store.close()


def test_a_full_disk_leaves_the_old_graph(tmp_path, small, large, monkeypatch):
    import graph.kglite_store as place

    store = KgliteStore(tmp_path / "graph")
    digest = rebuild(small, store).canonical_sha256

    def full(*_args, **_named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place, "write_atomically", full)
    with pytest.raises(VestigoError, match="No space left") as caught:
        rebuild(large, store)
    assert caught.value.code == "E-GRA-007"
    assert canonical(KgliteStore(tmp_path / "graph")) == digest
    store.close()


def test_a_query_that_takes_too_long_is_stopped(tmp_path, large):
    store = KgliteStore(tmp_path / "graph", timeout_seconds=0.05)
    rebuild(large, store)
    with pytest.raises(InputError) as caught:
        store.read("MATCH (a)-[:PAID*1..14]->(b) RETURN count(*) AS n", {})
    assert caught.value.code == "E-GRA-009"
    store.close()


def test_what_the_engine_refuses_is_an_error_of_ours(embedded, small):
    rebuild(small, embedded)
    with pytest.raises(VestigoError) as caught:
        embedded.read("MATCH (a RETURN a", {})
    assert caught.value.code == "E-GRA-010"


def test_the_folder_is_for_the_owner_only(tmp_path, small):
    store = KgliteStore(tmp_path / "graph")
    rebuild(small, store)
    store.close()
    assert (tmp_path / "graph").stat().st_mode & 0o077 == 0
    assert (tmp_path / "graph" / "current.json").stat().st_mode & 0o077 == 0


def test_the_summary_says_what_was_built(embedded, small):
    report = rebuild(small, embedded)
    summary = embedded.summary()
    assert summary["canonical_sha256"] == report.canonical_sha256
    assert (summary["n_nodes"], summary["n_relationships"]) == (
        report.n_nodes,
        report.n_relationships,
    )
    assert report.n_records == len(small._records)
