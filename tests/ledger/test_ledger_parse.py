# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our scan against an independent parser on every real block, and against hostile bytes."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from btclib.block.block import Block as ReferenceBlock
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.parsing import (
    find_blocks,
    merkle_branch,
    merkle_root,
    read_chain_file,
    root_of_branch,
    scan_block,
    scan_transaction,
)
from ledger.parsing.digest import displayed, double_sha256, from_displayed
from ledger.parsing.merkle import unambiguous_root
from ledger.parsing.networks import target_of_bits
from ledger.parsing.transaction import MalformedError, compact_size
from vestigo.errors import InputError

REAL = {
    "blk_0_to_4.dat.bz2": (5, 9),
    "block169482.dat": (1, 14),
    "block227835.dat": (1, 122),
    "block227836.dat": (1, 100),
    "block277647.dat.bz2": (1, 213),
    "block413567.raw": (1, 1557),
    "block481829.dat": (1, 2020),
    "blocks1-256.bz2": (255, 262),
}


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_every_real_block_equals_the_independent_parser(
    name: str, blocks_of: Callable[[str], Path]
):
    path = blocks_of(name)
    found = list(find_blocks(read_chain_file(path), name))
    assert (len(found), sum(len(item.block.transactions) for item in found)) == REAL[name]
    for item in found:
        reference = ReferenceBlock.parse(item.block.raw, check_validity=False)
        block = item.block
        assert block.raw == reference.serialize(check_validity=False)
        assert block.block_hash == reference.header.hash.hex()
        assert displayed(block.header.merkle_root) == reference.header.merkle_root.hex()
        assert block.computed_root() == block.header.merkle_root
        assert block.weight == reference.weight
        theirs = reference.transactions
        assert [displayed(tx.txid) for tx in block.transactions] == [tx.id.hex() for tx in theirs]
        assert [displayed(tx.wtxid(block.raw)) for tx in block.transactions] == [
            tx.hash.hex() for tx in theirs
        ]
        assert [tx.weight for tx in block.transactions] == [tx.weight for tx in theirs]
        assert [[(o.value_sat, o.script) for o in tx.outputs] for tx in block.transactions] == [
            [(o.value, o.script_pub_key.script) for o in tx.vout] for tx in theirs
        ]
        assert [
            [(displayed(i.prev_txid), i.prev_vout) for i in tx.inputs] for tx in block.transactions
        ] == [[(i.prev_out.tx_id.hex(), i.prev_out.vout) for i in tx.vin] for tx in theirs]


@pytest.mark.real
def test_bitcoinlib_gives_the_same_ids_on_ordinary_transactions(
    blocks_of: Callable[[str], Path], tmp_path: Path
):
    block = next(iter(find_blocks(read_chain_file(blocks_of("block227836.dat")), "x"))).block
    rows = [
        (block.raw_transaction(n).hex(), displayed(tx.txid))
        for n, tx in enumerate(block.transactions)
    ]
    program = (
        "import sys\n"
        "from bitcoinlib.transactions import Transaction\n"
        "for line in sys.stdin:\n"
        "    raw, txid = line.split()\n"
        "    assert Transaction.parse_hex(raw, network='bitcoin').txid == txid, txid\n"
        "print('same')\n"
    )
    environment = {**os.environ, "BCL_DATA_DIR": str(tmp_path / "bcl"), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        input="\n".join(" ".join(row) for row in rows[1:60]),
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "same", done.stderr[-500:]


def test_mainnet_genesis_is_what_everybody_knows():
    raw = bytes.fromhex(
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e"
        "67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c01010000000100000000000000000000"
        "00000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f"
        "4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f75742066"
        "6f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a6"
        "7962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000"
    )
    block = scan_block(raw, where="genesis")
    assert block.block_hash == "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
    assert displayed(block.transactions[0].txid) == (
        "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
    )
    assert block.weight == 4 * len(raw)
    assert block.header.mined_at.isoformat() == "2009-01-03T18:15:05+00:00"


SEGWIT_TX = (
    "01000000000101db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a54770100000017160014"
    "79091972186c449eb1ded22b78e40d009bdf0089feffffff02b8b4eb0b000000001976a914a457b684d7f0d539a46a45"
    "bbc043f35b59d0d96388ac0008af2f000000001976a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac024730"
    "4402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f"
    "90300e8f3358f51928d43c212a8caed02de67eebee012103ad1d8e89212f0b92c74d23bb710c00662ad1470198ac48c4"
    "3f7d6f93a2a2687392040000"
)


def test_segregated_witness_example_of_bip_143():
    raw = bytes.fromhex(SEGWIT_TX)
    tx = scan_transaction(raw, 0)
    assert displayed(tx.txid) == "ef48d9d0f595052e0f8cdcf825f7a5e50b6a388a81f206f3f4846e5ecd7a0c23"
    assert tx.wtxid(raw) == double_sha256(raw)
    assert [len(item) for item in tx.witness[0]] == [71, 33]
    assert (tx.end, tx.locktime, tx.version) == (len(raw), 1170, 1)
    assert tx.weight == 3 * (len(raw) - 109) + len(raw)


@pytest.mark.parametrize("cut", range(1, len(SEGWIT_TX) // 2, 3))
def test_a_cut_transaction_is_never_read(cut: int):
    with pytest.raises((MalformedError, IndexError, struct.error)):
        scan_transaction(bytes.fromhex(SEGWIT_TX)[:cut], 0)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("fd0100", "shortest"), ("fdfc00", "shortest"), ("fe00010000", "shortest"),
        ("feffff0000", "shortest"), ("ffffffffff00000000", "shortest"),
    ],
)  # fmt: skip
def test_counts_that_are_not_in_the_shortest_form_are_refused(raw: str, reason: str):
    with pytest.raises(MalformedError, match=reason):
        compact_size(bytes.fromhex(raw), 0)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("00", 0),
        ("fc", 252),
        ("fdfd00", 253),
        ("feffff0100", 131071),
        ("ff0000000001000000", 1 << 32),
    ],
)
def test_counts(raw: str, value: int):
    assert compact_size(bytes.fromhex(raw), 0) == (value, len(raw) // 2)


def test_unknown_flag_and_superfluous_witness_are_refused():
    raw = bytearray.fromhex(SEGWIT_TX)
    raw[5] = 2
    with pytest.raises(MalformedError, match="unknown flag"):
        scan_transaction(bytes(raw), 0)
    empty = bytes.fromhex(SEGWIT_TX)[:-4][: -(1 + 1 + 71 + 1 + 33)] + b"\x00" + b"\0\0\0\0"
    with pytest.raises(MalformedError, match="there is none"):
        scan_transaction(empty, 0)


def test_a_witness_item_that_runs_over_the_end_is_refused():
    raw = bytes.fromhex(SEGWIT_TX)
    with pytest.raises(MalformedError, match="over the end"):
        scan_transaction(raw.replace(b"\x21\x03\xad", b"\xfc\x03\xad"), 0)


def test_an_endless_count_of_inputs_ends_at_once():
    raw = struct.pack("<I", 1) + b"\xff" + b"\xff" * 8 + b"\0" * 100
    with pytest.raises((MalformedError, IndexError, struct.error)):
        scan_transaction(raw, 0)


scripts = st.binary(max_size=300)


@given(
    st.lists(
        st.tuples(st.binary(min_size=32, max_size=32), st.integers(0, 2**32 - 1), scripts),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.tuples(st.integers(0, 2**63), scripts), max_size=5),
    st.binary(max_size=9),
)
@settings(deadline=None)
def test_any_transaction_is_read_as_it_was_written(inputs, outputs, before):
    raw = before + struct.pack("<I", 7) + bytes([len(inputs)])
    for txid, vout, script in inputs:
        raw += txid + struct.pack("<I", vout) + _sized(script) + struct.pack("<I", 5)
    raw += bytes([len(outputs)])
    for value, script in outputs:
        raw += struct.pack("<Q", value) + _sized(script)
    raw += struct.pack("<I", 99)
    tx = scan_transaction(raw + b"more", len(before))
    assert [(i.prev_txid, i.prev_vout, i.script_sig) for i in tx.inputs] == inputs
    assert [tuple(o) for o in tx.outputs] == outputs
    assert tx.txid == double_sha256(raw[len(before) :])
    assert (tx.start, tx.end, tx.locktime) == (len(before), len(raw), 99)


def _sized(script: bytes) -> bytes:
    n = len(script)
    return (bytes([n]) if n < 0xFD else b"\xfd" + struct.pack("<H", n)) + script


@given(st.binary(max_size=400))
def test_junk_is_refused_with_file_and_offset(junk: bytes):
    with pytest.raises(InputError) as caught:
        list(find_blocks(junk, "junk.dat"))
    assert caught.value.code in ("E-LED-010", "E-LED-011")
    assert caught.value.where.startswith("junk.dat:")


hashes = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=20, unique=True)


@given(hashes, st.data())
def test_every_branch_leads_to_the_root(leaves: list[bytes], data: st.DataObject):
    position = data.draw(st.integers(0, len(leaves) - 1))
    branch = merkle_branch(leaves, position)
    assert root_of_branch(leaves[position], branch, position) == merkle_root(leaves)
    assert unambiguous_root(leaves) == merkle_root(leaves)


def test_a_block_with_repeated_transactions_has_no_unambiguous_root():
    leaves = [bytes([n]) * 32 for n in range(3)]
    assert merkle_root(leaves) == merkle_root([*leaves, leaves[-1]])
    assert unambiguous_root(leaves) == merkle_root(leaves)
    assert unambiguous_root([*leaves, leaves[-1]]) is None


@pytest.mark.parametrize(
    ("bits", "target"),
    [(0x1D00FFFF, 0xFFFF << 208), (0x207FFFFF, 0x7FFFFF << 232), (0x1D800001, 0), (0x02000100, 1)],
)
def test_targets(bits: int, target: int):
    assert target_of_bits(bits) == target


def test_displayed_hashes_are_checked():
    with pytest.raises(ValueError, match="32-byte"):
        from_displayed("00")
