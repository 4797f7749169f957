# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recorded answers and obfuscated block files: into the same store, or refused with the place."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.compact import parse_line
from ledger.ingest import chain_files, ingest_file, number_blocks
from ledger.parsing import scan_block
from ledger.parsing.digest import displayed
from ledger.serving import Esplora
from ledger.store import ChainStore
from vestigo.errors import InputError

NETWORK = "regtest"
KEY = bytes.fromhex("8f3a001122cc55ee")


def xored(content: bytes, key: bytes = KEY) -> bytes:
    return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(content))


@pytest.fixture
def story(chain, tmp_path: Path):
    coin = chain.coin("a", 10_000)
    second = chain.step([coin], [("b", 6_000), ("c", 3_900)])
    chain.step([(second, 0), (second, 1)], [("d", 9_800)])
    return chain


def core(raw: bytes, spent: bool = False) -> dict:
    """A block as Core's getblock shows it with verbosity 2 or 3."""
    block = scan_block(raw, where="")
    header = block.header
    rows = []
    for n, tx in enumerate(block.transactions):
        rows.append({
            "txid": displayed(tx.txid), "hex": block.raw_transaction(n).hex(),
            "weight": tx.weight,
            "vout": [{"value": float(Decimal(o.value_sat) / 10**8), "n": i,
                      "scriptPubKey": {"hex": o.script.hex()}} for i, o in enumerate(tx.outputs)],
        })  # fmt: skip
    return {
        "hash": block.block_hash, "version": header.version, "nTx": len(rows), "tx": rows,
        "merkleroot": displayed(header.merkle_root), "time": header.seconds,
        "previousblockhash": displayed(header.previous), "bits": f"{header.bits:08x}",
        "nonce": int.from_bytes(header.raw[76:], "little"),
    }  # fmt: skip


def txids(folder: Path) -> list[str]:
    with ChainStore(folder, NETWORK) as store:
        return [store.index.txid(tx) for tx in range(len(store.index.txids))]


@pytest.fixture
def whole(story, tmp_path: Path) -> Path:
    ingest_file(tmp_path / "whole", story.write(tmp_path / "blk00000.dat"), NETWORK)
    return tmp_path / "whole"


def test_blocks_that_core_showed_become_the_same_store(story, whole: Path, tmp_path: Path):
    lines = [json.dumps({"result": core(raw)}) for raw in story.blocks]
    file = tmp_path / "getblock.jsonl"
    file.write_text("\n".join(lines), "utf-8")
    ingested = ingest_file(tmp_path / "c", file, NETWORK)
    assert (ingested.n_new_blocks, ingested.n_new_transactions) == (3, 5)
    assert {block.source_name for block in ingested.blocks} == {"recorded:getblock.jsonl"}
    assert txids(tmp_path / "c") == txids(whole)
    one = tmp_path / "one.json"
    one.write_text(json.dumps(core(story.blocks[0])), "utf-8")
    assert ingest_file(tmp_path / "c", one, NETWORK).n_new_blocks == 0


@pytest.mark.parametrize("lie", ["value", "txid", "time", "hex", "nTx", "weight"])
def test_a_recorded_block_that_lies_is_refused(story, tmp_path: Path, lie: str):
    row = core(story.blocks[-1])
    if lie == "value":
        row["tx"][1]["vout"][0]["value"] += 0.00000001
    elif lie == "txid":
        row["tx"][0]["txid"] = "11" * 32
    elif lie == "hex":
        row["tx"][1]["hex"] = row["tx"][0]["hex"]
    elif lie == "weight":
        row["tx"][1]["weight"] += 1
    else:
        row[lie] += 1
    file = tmp_path / "b.json"
    file.write_text(json.dumps(row), "utf-8")
    with pytest.raises(InputError) as caught:
        ingest_file(tmp_path / "c", file, NETWORK)
    assert caught.value.code in ("E-LED-103", "E-LED-104")
    assert caught.value.where.startswith(str(file))
    assert txids(tmp_path / "c") == []


def esplora_rows(whole: Path) -> list[dict]:
    with ChainStore(whole, NETWORK) as store:
        serving = Esplora(store)
        return [json.loads(serving.answer(f"/tx/{txid}").content) for txid in txids(whole)]


def test_recorded_transactions_of_an_explorer(story, whole: Path, tmp_path: Path):
    rows = [row for row in esplora_rows(whole) if not row["vin"][0]["is_coinbase"]]
    file = tmp_path / "txs.json"
    file.write_text(json.dumps(rows), "utf-8")
    assert ingest_file(tmp_path / "c", file, NETWORK).n_new_transactions == 3
    with ChainStore(tmp_path / "c", NETWORK) as store:
        index = store.index
        names = {index.txid(tx): tx for tx in range(len(index.txids))}
        first = names[rows[0]["txid"]]
        assert index.is_stub(index.tx_of[index.spent_by(first)[0]])
        assert index.view(first).inputs[0].value_sat == 10_000
        assert store.stored(first).proof == "raw"
        assert index.height(first) == 2
    rows[0]["vout"][0]["value"] += 1
    file.write_text(json.dumps(rows), "utf-8")
    with pytest.raises(InputError) as caught:
        ingest_file(tmp_path / "d", file, NETWORK)
    assert (caught.value.code, caught.value.where) == ("E-LED-103", f"{file}:1")


def compact(row: dict) -> str:
    return json.dumps({
        "txid": row["txid"], "time": row["status"]["block_time"],
        "vin": [[one["txid"], one["vout"], one["prevout"]["value"],
                 one["prevout"]["scriptpubkey"]] for one in row["vin"] if one["prevout"]],
        "vout": [[one["value"], one["scriptpubkey"]] for one in row["vout"]],
    })  # fmt: skip


def test_compact_lines_are_marked_and_give_way_to_what_is_proven(
    story, whole: Path, tmp_path: Path
):
    rows = [row for row in esplora_rows(whole) if not row["vin"][0]["is_coinbase"]]
    file = tmp_path / "compact.jsonl"
    file.write_text("\n".join(compact(row) for row in reversed(rows)), "utf-8")
    folder = tmp_path / "c"
    assert ingest_file(folder, file, NETWORK).n_new_transactions == 3
    with ChainStore(folder, NETWORK) as store:
        index = store.index
        tx = index.tx_number(bytes.fromhex(rows[-1]["txid"])[::-1])
        assert store.stored(tx).proof == "stated"
        assert [coin.value_sat for coin in index.view(tx).inputs] == [6_000, 3_900]
        spent = index.spent_output >= 0
        owners = [int(index.tx_of[o]) for o in index.spent_output[spent]]
        assert all(a < b for a, b in zip(owners, spenders(index)[spent], strict=True))
    ingest_file(folder, tmp_path / "blk00000.dat", NETWORK)
    number_blocks(folder, NETWORK, {})
    assert txids(folder) == txids(whole)
    with ChainStore(folder, NETWORK) as store:
        assert store.tables["transactions"]["proof"].unique().to_pylist() == [0]


def spenders(index):
    import numpy as np

    return np.repeat(np.arange(len(index.txids)), np.diff(index.first_input))


def stated(txid: str, vin: list, values: list[int]) -> dict:
    return {"txid": txid, "time": 1, "vin": vin, "vout": [[value, "51"] for value in values]}


ONE, TWO, THREE = "11" * 32, "22" * 32, "33" * 32
MOST = 21_000_000 * 100_000_000


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ([stated(ONE, [[TWO, 0, 5, "51"]], [6])], ":1"),  # pays more than it spends
        ([stated(ONE, [[TWO, 0, 5, "51"]] * 2, [6])], ":1"),  # spends a coin twice
        ([stated(ONE, [], [MOST + 1])], ":1"),
        ([stated(ONE, [[TWO, 0, MOST + 1, "51"]], [6])], ":1"),
        ([stated(ONE, [[TWO, 1 << 31, 5, "51"]], [5])], ":1"),
        ([stated(ONE, [], [5]), stated(ONE, [], [6])], ONE),
        ([stated(ONE, [], [5]), stated(ONE, [[TWO, 0, 5, "51"]], [5])], ONE),
        ([stated(ONE, [], [5]), stated(TWO, [[ONE, 0, 6, "51"]], [5])], f"{ONE}:0"),
        ([stated(ONE, [], [5]), stated(TWO, [[ONE, 1, 5, "51"]], [5])], f"{ONE}:1"),
        ([stated(TWO, [[ONE, 0, 6, "51"]], [5]), stated(THREE, [[ONE, 0, 7, "51"]], [5])], ":2"),
    ],
)
def test_lines_that_no_chain_can_hold_are_refused(tmp_path: Path, lines: list[dict], where: str):
    file = tmp_path / "lies.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    with pytest.raises(InputError) as caught:
        ingest_file(tmp_path / "c", file, NETWORK)
    assert caught.value.code == "E-LED-103"
    assert str(caught.value.where).endswith(where)
    assert not txids(tmp_path / "c")


def test_a_coinbase_of_compact_lines_has_no_input_or_one_of_nothing(tmp_path: Path):
    nothing = [["00" * 32, 0xFFFFFFFF, 0, ""]]
    lines = [stated(ONE, [], [5]), stated(TWO, nothing, [6]), stated(ONE, [], [5])]
    file = tmp_path / "coinbases.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    assert ingest_file(tmp_path / "c", file, NETWORK).n_new_transactions == 2
    assert parse_line(json.dumps(lines[1]), "x").is_coinbase


def test_a_source_that_contradicts_the_store_is_told(story, whole: Path, tmp_path: Path):
    row = json.loads(compact(esplora_rows(whole)[-1]))
    row["vin"][0][2] += 5
    row["txid"] = "22" * 32
    file = tmp_path / "lie.jsonl"
    file.write_text(json.dumps(row), "utf-8")
    with pytest.raises(InputError) as caught:
        ingest_file(whole, file, NETWORK)
    assert caught.value.code == "E-LED-103"
    assert len(txids(whole)) == 5


@pytest.mark.parametrize(
    "text",
    ["{", "[1]", '{"tx": 1}', '{"vin": [], "vout": 3}', '{"txid":"00","vin":[],"vout":[]}',
     '{"txid":"' + "11" * 32 + '","time":1,"vin":[],"vout":[[-1,"00"]]}',
     '{"txid":"' + "11" * 32 + '","time":1,"vin":[],"vout":[[1e30,"00"]]}',
     '{"result": null}', "[" * 100_000],
)  # fmt: skip
def test_recorded_nonsense_is_typed(tmp_path: Path, text: str):
    file = tmp_path / "x.json"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        ingest_file(tmp_path / "c", file, NETWORK)
    assert caught.value.code in ("E-LED-102", "E-LED-103")


def test_obfuscated_block_files_are_read_with_the_key_of_their_folder(
    story, whole: Path, tmp_path: Path
):
    blocks = tmp_path / "blocks"
    blocks.mkdir()
    plain = (tmp_path / "blk00000.dat").read_bytes()
    (blocks / "blk00000.dat").write_bytes(xored(plain))
    (blocks / "rev00000.dat").write_bytes(xored(b"undo"))
    (blocks / "xor.dat").write_bytes(KEY)
    files = chain_files([blocks])
    assert [file.name for file in files] == ["blk00000.dat"]
    assert ingest_file(tmp_path / "c", files[0], NETWORK).n_new_blocks == 3
    assert txids(tmp_path / "c") == txids(whole)
    (blocks / "xor.dat").write_bytes(b"\x07" * 8)
    with pytest.raises(InputError) as caught:
        ingest_file(tmp_path / "d", files[0], NETWORK)
    assert caught.value.code == "E-LED-071"
    (blocks / "xor.dat").write_bytes(b"\x07" * 7)
    with pytest.raises(InputError) as caught:
        ingest_file(tmp_path / "d", files[0], NETWORK)
    assert caught.value.code == "E-LED-070"


@pytest.mark.real
def test_real_answers_of_an_explorer_are_rebuilt_byte_for_byte(real_data: Path, tmp_path: Path):
    folder = real_data / "bitcoin" / "esplora" / "api-responses"
    n_taken = 0
    for file in sorted(folder.glob("*.json")):
        if "address" in file.name or "utxos" in file.name:
            continue
        n_taken += ingest_file(tmp_path / "c", file, "mainnet").n_new_transactions
    with ChainStore(tmp_path / "c", "mainnet") as store:
        proofs = store.index.proof
        assert (proofs == 2).sum() >= 11
        assert n_taken == len(store.index.txids)
