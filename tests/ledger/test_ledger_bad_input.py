# SPDX-License-Identifier: AGPL-3.0-or-later
"""Odd and hostile chains and tags, through the command line: typed, placed, nothing half."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from ledger.parsing.digest import displayed, double_sha256
from ledger.serving import Esplora
from ledger.store import ChainStore
from tests.ledger.conftest import (
    HOUR,
    REGTEST_GENESIS,
    TinyChain,
    framed,
    mined,
    script_of,
    serialize,
)
from vestigo.cli.app import run
from vestigo.identifiers.bitcoin import address_of_script
from vestigo.records import Block
from vestigo.store import CaseFolder, RecordLedger

REGTEST = ("--network", "regtest")
# the coinbase of block 91,722 and again of 91,880, as mainnet has it (BIP 30)
TWICE = bytes.fromhex(
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff"
    "060456720e1b00ffffffff0100f2052a01000000434104124b212f5416598a92ccec88819105179dcb"
    "2550d571842601492718273fe0f2179a9695096bff94cd99dcccdea7cd9bd943bfca8fea649cac9634"
    "11979a33e9ac00000000"
)
TWICE_ID = "e3bf3d07d4b0375638d5f1db5255fe07ba2c4cb067cd81b84ee974b6585fb468"
FIFTY = 5_000_000_000


@pytest.fixture
def case(tmp_path: Path, capsys) -> Path:
    path = tmp_path / "case"
    assert run(["case", "new", str(path), "--title", "t", "--unit", "u"]) == 0
    capsys.readouterr()
    return path


def told(capsys, *words: object, code: int = 0) -> dict:
    assert run([*map(str, words), *REGTEST, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def ingested(capsys, case: Path, file: Path) -> dict:
    return told(capsys, "ledger", "ingest", case, file)


def without_height(blocks: list[list[bytes]], seconds: int = 1_300_000_000) -> bytes:
    """Blocks of version 1: their coinbases state no height."""
    content, previous = b"", REGTEST_GENESIS
    for n, transactions in enumerate(blocks):
        raw = mined(previous, transactions, seconds + n * HOUR, version=1)
        content, previous = content + framed(raw), double_sha256(raw[:80])
    return content


def coinbase(script: bytes, outputs: list[tuple[int, bytes]]) -> bytes:
    return serialize([(b"\0" * 32, 0xFFFFFFFF, script)], outputs)


def test_the_real_coinbase_that_stands_in_two_blocks_is_one_coin(
    case: Path, tmp_path: Path, capsys
):
    assert displayed(double_sha256(TWICE)) == TWICE_ID
    other = coinbase(b"\0\0", [(FIFTY, script_of("miner"))])
    file = tmp_path / "blk.dat"
    file.write_bytes(without_height([[TWICE], [other], [TWICE]]))
    assert ingested(capsys, case, file)["blocks"] == 3
    with ChainStore(case / "chain", "regtest") as store:
        index = store.index
        ids = [index.txid(tx) for tx in range(len(index.txids))]
        assert ids == [TWICE_ID, displayed(double_sha256(other))]
        assert index.value_sat.tolist() == [FIFTY, FIFTY]
        stored = store.transaction(TWICE_ID)
        assert stored.proof == "block"
        both = store.tables["blocks"]["block_hash"].to_pylist()
        assert len(set(both)) == 3
        assert all(store.raw_block(displayed(one)) for one in both)
    assert ingested(capsys, case, file)["blocks"] == 0


N_INPUTS, N_OUTPUTS = 20_000, 100_000
ODD = [
    b"", b"\x6a", b"\x51", b"\x4d\xff\xff\x00", b"\x76" * 9_999, b"\x51\x21" + b"\x02" * 33 + b"\x51\xae",
    b"\x00\x14" + b"\x01" * 19, b"\x60\x02ab", b"\x52\x20" + b"\x07" * 32,
]  # fmt: skip


def test_the_largest_transactions_are_taken_in_and_followed_in_reasonable_records(
    chain: TinyChain, case: Path, tmp_path: Path, capsys
):
    """Twenty thousand inputs, a hundred thousand outputs, a megabyte of script."""
    coins = [(1_000 + n % 7, script_of(f"in{n % 5_000}")) for n in range(N_INPUTS)]
    paid = chain.mine(reward=coins)
    big = chain.step([(paid, n) for n in range(N_INPUTS)], [("vendor", 15_000_000)])
    many: list[tuple[str | bytes, int]] = [(f"o{n}", n % 3) for n in range(N_OUTPUTS)]
    wide = chain.step([(big, 0)], [*many, ("rest", 9_000_000)])
    fat: list[tuple[str | bytes, int]] = [(script, 1_000) for script in ODD]
    fat += [("second", 500_000), ("zero", 0), (b"\x6a" + b"y" * 900_000, 0)]
    heavy = chain.step([(wide, N_OUTPUTS)], fat)
    nothing = chain.step([(heavy, len(ODD))], [("zero", 0)], hours=-30)
    assert ingested(capsys, case, chain.write(tmp_path / "b.dat"))["transactions"] == 9
    starts = ["--address", chain.address("vendor"), "--address", chain.address("second")]
    found = told(capsys, "ledger", "trace", case, *starts, "--address", chain.address("zero"))
    assert found["stop_reasons"] == {"fan_out": 1, "fee": 1, "unspent": 2}
    with ChainStore(case / "chain", "regtest") as store:
        index = store.index
        names = {index.address(number) for number in range(len(index.scripts))}
        shown = {address_of_script(one, "regtest") or f"script:{one.hex()}" for one in ODD}
        assert len(shown) == len(ODD)
        assert shown <= names
        assert store.transaction(nothing).height == 5
        assert len(index.outputs(index.tx_number(bytes.fromhex(wide)[::-1]))) == N_OUTPUTS + 1
    size = (case / "records.sqlite").stat().st_size
    assert size < 12_000_000  # the cited transactions as hex, and no list of 100,000 outputs


def test_a_trail_says_how_much_of_a_large_transaction_it_does_not_list(
    chain: TinyChain, case: Path, tmp_path: Path, capsys
):
    coins = [chain.coin("v", 10_000) for _ in range(60)]
    paid = chain.step(coins, [(f"o{n}", 5_000 + n) for n in range(100)])
    ingested(capsys, case, chain.write(tmp_path / "b.dat"))
    told(capsys, "ledger", "trace", case, "--address", chain.address("v"))
    from vestigo.records import Trace

    with RecordLedger(CaseFolder(case).records) as ledger:
        grounds = [one.grounds[0] for one in ledger.of_kind(Trace) if one.hops]
    assert grounds
    for ground in grounds:
        assert (ground.n_inputs, len(ground.inputs)) == (60, 50)
        assert (ground.n_alternatives, len(ground.alternatives)) == (99, 50)
        vouts = [other.vout for other in ground.alternatives]
        assert vouts == sorted(vouts)
    assert paid


@pytest.mark.parametrize(
    ("script", "outputs"),
    [
        (b"\0\0", []),
        (b"\0", [(FIFTY, b"\x51")]),
        (b"\0" * 101, [(FIFTY, b"\x51")]),
        (b"\0" * 100, [(0, b""), (FIFTY, b"\x51"), (0, b"\x6a")]),
        (b"\x7f", [(FIFTY, b"")]),
    ],
)
def test_odd_coinbases_of_blocks_that_prove_themselves_are_taken_in_and_served(
    case: Path, tmp_path: Path, capsys, script: bytes, outputs: list
):
    """Whether a node would accept them is not ours to say; nothing may break on them."""
    file = tmp_path / "blk.dat"
    first = coinbase(b"\0\0", [(FIFTY, script_of("miner"))])
    odd = coinbase(script, outputs)
    file.write_bytes(without_height([[first], [odd]]))
    assert ingested(capsys, case, file)["blocks"] == 2
    miner = address_of_script(script_of("miner"), "regtest")
    assert told(capsys, "ledger", "trace", case, "--address", miner)["stop_reasons"] == {
        "unspent": 1
    }
    with ChainStore(case / "chain", "regtest") as store:
        served = json.loads(Esplora(store).answer(f"/tx/{displayed(double_sha256(odd))}").content)
    assert [row["value"] for row in served["vout"]] == [value for value, _script in outputs]
    assert served["vin"][0]["is_coinbase"] is True


@pytest.mark.parametrize("place", ["second", "missing"])
def test_a_coinbase_anywhere_but_first_is_refused_with_its_place(
    case: Path, tmp_path: Path, capsys, place: str
):
    first = coinbase(b"\0\0", [(FIFTY, script_of("miner"))])
    second = coinbase(b"\0\1", [(FIFTY, script_of("thief"))])
    spends = serialize([(b"\7" * 32, 0, b"")], [(1, b"\x51")])
    file = tmp_path / "blk.dat"
    file.write_bytes(without_height([[first, second] if place == "second" else [spends]]))
    assert run(["ledger", "ingest", str(case), str(file), *REGTEST]) == 4
    error = capsys.readouterr().err
    assert "E-LED-012" in error
    assert f"[{file}:8]" in error
    with RecordLedger(CaseFolder(case).records) as ledger:
        assert not list(ledger.of_kind(Block))
    assert not list((case / "chain").glob("parts/*/*"))


def test_addresses_in_capitals_are_the_same_and_mixed_ones_are_none(
    chain: TinyChain, case: Path, tmp_path: Path, capsys
):
    coin = chain.coin("v", 10_000)
    chain.step([coin], [("w", 9_000)])
    ingested(capsys, case, chain.write(tmp_path / "b.dat"))
    address = chain.address("v")
    small = told(capsys, "ledger", "trace", case, "--address", address)
    large = told(capsys, "ledger", "trace", case, "--address", address.upper())
    assert small == large
    mixed = "B" + address[1:]
    foreign = address_of_script(script_of("v"), "mainnet")
    for wrong, code in ((mixed, "E-LED-001"), (foreign, "E-LED-002")):
        for words in (["trace"], ["taint"], ["cluster"]):
            named = [wrong] if words == ["cluster"] else ["--address", wrong]
            assert run(["ledger", *words, str(case), *named, *REGTEST]) == 4
            error = capsys.readouterr().err
            assert code in error
            assert wrong in error


PACK = """title: t
creator: c
currency: BTC
source: s
confidence: {confidence}
category: exchange
tags:
  - address: {address}
    label: {label}
"""


def test_tags_that_contradict_each_other_are_both_kept_and_said(
    chain: TinyChain, case: Path, tmp_path: Path, capsys
):
    coin = chain.coin("v", 10_000)
    chain.step([coin], [("hot", 9_000)])
    ingested(capsys, case, chain.write(tmp_path / "b.dat"))
    for label in ("One", "Two"):
        pack = tmp_path / f"{label}.yaml"
        pack.write_text(PACK.format(confidence="ownership", label=label,
                                    address=chain.address("hot")), "utf-8")  # fmt: skip
        assert run(["tag", "import", str(case), str(pack), *REGTEST]) == 0
    assert run(["ledger", "trace", str(case), "--address", chain.address("v"), *REGTEST]) == 0
    capsys.readouterr()
    assert run(["ledger", "cashouts", str(case), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["cash_outs"]
    assert row["tags_disagree"] == ["One", "Two"]
    assert {tag["pack_sha256"] for tag in row["tags"]} == {
        hashlib.sha256((tmp_path / f"{label}.yaml").read_bytes()).hexdigest()
        for label in ("One", "Two")
    }


def test_clusters_of_two_services_are_never_joined(
    chain: TinyChain, case: Path, tmp_path: Path, capsys
):
    first, second = chain.coin("hot", 10_000), chain.coin("cold", 10_000)
    joint = chain.step([first, second], [("x", 19_000)])
    ingested(capsys, case, chain.write(tmp_path / "b.dat"))
    for label, name in (("One", "hot"), ("Two", "cold")):
        pack = tmp_path / f"{label}.yaml"
        pack.write_text(PACK.format(confidence="ownership", label=label,
                                    address=chain.address(name)), "utf-8")  # fmt: skip
        assert run(["tag", "import", str(case), str(pack), *REGTEST]) == 0
    capsys.readouterr()
    assert run(["ledger", "trace", str(case), "--address", chain.address("x"), *REGTEST]) == 4
    assert joint in capsys.readouterr().err


@pytest.mark.parametrize("at", [3, 40, 90, -1, -60])
def test_a_truncated_block_leaves_the_case_as_it_was(
    chain: TinyChain, case: Path, tmp_path: Path, capsys, at: int
):
    chain.coin("v", 10_000)
    chain.coin("w", 10_000)
    whole = chain.write(tmp_path / "b.dat").read_bytes()
    file = tmp_path / "cut.dat"
    file.write_bytes(whole[:at])
    assert run(["ledger", "ingest", str(case), str(file), *REGTEST]) == 4
    assert f"[{file}:" in capsys.readouterr().err
    assert not list((case / "chain").glob("parts/*/*"))
    assert ingested(capsys, case, tmp_path / "b.dat")["blocks"] == 2
