# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was made for large stores says the same as the plain way."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ledger.change import FactsReader
from ledger.change.votes import is_uih2
from ledger.ingest import ingest_file, number_blocks
from ledger.join_risks import JoinRisks
from ledger.parsing import find_blocks
from ledger.scanning import groups
from ledger.store import ChainStore
from ledger.store.building import build_index, parts_of
from ledger.store.kept import whole
from ledger.store.tables import grouped
from vestigo.cli.app import run
from vestigo.errors import ExitCode, InputError
from vestigo.pipeline.ledger_bench import parts, synthetic
from vestigo.pipeline.ledger_bench.synthetic import kept_chain, one_block, write_chain
from vestigo.training.behaviour import load_behaviour
from vestigo.training.chain.ledger import make_ledger
from vestigo.training.telling import tell_world

NETWORK = "regtest"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a world with mixes and several kinds of scripts, numbered on the disk."""
    folder = tmp_path_factory.mktemp("kept")
    made = make_ledger(tell_world(1, load_behaviour("demo")))
    file = folder / "blocks.dat"
    magic = bytes.fromhex("fabfb5da")
    file.write_bytes(
        b"".join(magic + len(b.raw).to_bytes(4, "little") + b.raw for b in made.blocks)
    )
    ingest_file(folder / "chain", file, NETWORK)
    number_blocks(folder / "chain", NETWORK, {})
    return folder / "chain"


def test_columns_read_when_asked_for_are_those_that_were_written(kept: Path):
    made = build_index(parts_of(kept, NETWORK), {})
    with ChainStore(kept, NETWORK) as store:
        for name, table in made.items():
            assert store.tables[name].num_rows == table.num_rows
            assert whole(store.tables[name]).equals(table)
            assert all(store.tables[name][one].equals(table[one]) for one in table.column_names)


def test_blocks_read_some_at_a_time_are_the_same(kept: Path, monkeypatch: pytest.MonkeyPatch):
    made = build_index(parts_of(kept, NETWORK), {})
    monkeypatch.setattr(groups, "_GROUP_BYTES", 2_000)
    again = build_index(parts_of(kept, NETWORK), {})
    assert all(made[name].equals(again[name]) for name in made)


def test_risks_of_joins_are_those_of_the_change_rules(kept: Path):
    with ChainStore(kept, NETWORK) as store:
        index = store.index
        reader, risks = FactsReader(store, index, 1), JoinRisks(index)
        judged = {tx: facts for tx in range(len(index.txids)) if (facts := reader.of(tx))}
    found = risks.of(judged)
    assert len(judged) > 100
    for n, facts in enumerate(judged.values()):
        two = sum(facts.spendable) == 2
        assert bool(found.unsafe[n]) == is_uih2(facts)
        assert bool(found.two_outputs[n]) == two
        assert bool(found.kinds[n]) == (two and len(set(facts.kinds_in)) > 1)
    assert found.unsafe.any()
    assert not found.unsafe.all()


def test_scripts_of_the_chain_are_found_without_the_index(kept: Path):
    with ChainStore(kept, NETWORK) as store:
        some = store.index.scripts[3:5]
        assert store.known_scripts([*some, b"\x51", b""]) == sorted(some)
        assert store.known_scripts([]) == []


def test_rows_of_each_owner_stand_together_in_order():
    rows, first = grouped(np.array([2, 0, 2, 1, 0, 2]), 4)
    assert rows.tolist() == [1, 4, 3, 0, 2, 5]
    assert first.tolist() == [0, 2, 3, 6, 6]


def test_an_invented_chain_spends_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(synthetic, "FILE_BYTES", 1_500_000)
    monkeypatch.setattr(synthetic, "A_BLOCK", 500)
    made = write_chain(tmp_path / "one", 2_000)
    again = write_chain(tmp_path / "again", 2_000)
    assert made.starts == again.starts
    names = ["blk00000.dat", "blk00001.dat"]
    files = [[tmp_path / folder / name for name in names] for folder in ("one", "again")]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(*files, strict=True))
    for file in files[0]:
        ingest_file(tmp_path / "chain", file, NETWORK)
    with ChainStore(tmp_path / "chain", NETWORK) as store:
        index = store.index
        known = index.spent_output[index.spent_output >= 0]
        assert len(known) == len(set(known.tolist())) > 2_000
        assert store.tables["missing"].num_rows == 0
        for tx in np.flatnonzero(~index.coinbase).tolist():
            spent = index.value_sat[index.spent_by(tx)].sum()
            assert index.value_sat[list(index.outputs(tx))].sum() <= spent


def test_an_invented_chain_is_taken_again_and_a_cut_off_one_is_not(tmp_path: Path):
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "blk00000.dat").write_bytes(b"cut off")
    made = kept_chain(tmp_path, 1_000)
    files = [path.stat() for path in sorted((tmp_path / "blocks").iterdir())]
    assert sum(one.st_size for one in files) == made.raw_bytes
    assert kept_chain(tmp_path, 1_000) == made
    again = [path.stat() for path in sorted((tmp_path / "blocks").iterdir())]
    assert [one.st_mtime_ns for one in again] == [one.st_mtime_ns for one in files]


@pytest.mark.parametrize("older", ["none", "other columns"])
def test_a_store_of_an_earlier_layout_is_refused_with_what_to_do(tmp_path: Path, older: str):
    part = tmp_path / "parts" / NETWORK / ("0" * 32)
    part.mkdir(parents=True)
    if older != "none":
        pq.write_table(pa.table({"block_hash": [b"0"], "time": [1]}), part / "blocks.parquet")
    with pytest.raises(InputError) as refused:
        ChainStore(tmp_path, NETWORK)
    assert refused.value.code == "E-LED-018"
    assert refused.value.where == str(part)


def test_one_run_of_the_bench_has_every_figure(tmp_path: Path, capsys, monkeypatch):
    """But for parsing: bitcoinlib warns where it is loaded."""
    monkeypatch.setattr(parts, "TAINT_TRANSACTIONS", 20_000)
    monkeypatch.setattr(parts, "CLUSTER_ROWS", 20_000)
    monkeypatch.delitem(parts.PARTS, "parsing")
    run(["bench", "ledger", "--transactions", "2000", "--work", str(tmp_path), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"machine", "sizes", "taint", "clusters", "missed"}
    assert told["sizes"][0]["transactions"] >= 2_000
    assert told["taint"]["methods"]["fifo"]["conserved"]
    assert told["clusters"]["rows"] == 20_000


def test_a_part_that_there_is_not_is_refused(capsys):
    assert run(["bench", "ledger", "--only", "clusters,speed"]) == ExitCode.USAGE
    assert "E-BEN-001" in capsys.readouterr().err


def test_where_no_real_block_is_given_an_invented_one_is_parsed(tmp_path: Path):
    found = list(find_blocks(one_block(tmp_path).read_bytes(), "one"))
    assert [len(one.block.transactions) > 1_000 for one in found] == [True]
