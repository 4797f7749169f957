# SPDX-License-Identifier: AGPL-3.0-or-later
"""A block that was changed anywhere does not prove itself any more."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.parsing import find_blocks, read_chain_file, scan_block, verify_block
from ledger.parsing.digest import double_sha256
from ledger.parsing.merkle import merkle_root
from vestigo.errors import InputError


def verdict(raw: bytes, network: str = "regtest") -> str:
    try:
        verify_block(scan_block(raw, where="f", offset=8), network, where="f", offset=8)
    except InputError as error:
        return error.code if error.where.startswith("f:") else f"no place: {error}"
    return "proven"


def with_work(raw: bytes) -> bytes:
    """Mine the header again, as somebody would who forges a block on regtest."""
    for nonce in range(10_000):
        header = raw[:76] + nonce.to_bytes(4, "little")
        if double_sha256(header)[31] < 0x7F:
            return header + raw[80:]
    raise AssertionError


@pytest.mark.real
@pytest.mark.parametrize(
    "name", ["block169482.dat", "block277647.dat.bz2", "block481829.dat", "block413567.raw"]
)
def test_real_blocks_prove_themselves(name: str, blocks_of: Callable[[str], Path]):
    (found,) = find_blocks(read_chain_file(blocks_of(name)), name)
    assert verdict(found.block.raw, "mainnet") == "proven"


@pytest.mark.real
def test_no_flipped_bit_goes_unnoticed(blocks_of: Callable[[str], Path]):
    for name in ("block169482.dat", "block481829.dat"):
        (found,) = find_blocks(read_chain_file(blocks_of(name)), name)
        raw, dice = found.block.raw, random.Random(7)
        places = [*range(80), *(dice.randrange(80, len(raw)) for _place in range(40))]
        for place in places[:: 1 if len(raw) < 100_000 else 8]:
            changed = bytearray(raw)
            changed[place] ^= 1 << dice.randrange(8)
            assert verdict(bytes(changed), "mainnet") in ("E-LED-010", "E-LED-012"), (name, place)


@pytest.fixture
def raw(chain) -> bytes:
    coin = chain.coin("a", 1000)
    chain.step([coin], [("b", 900)])
    return chain.blocks[-1]


def test_a_regtest_block_proves_itself_only_on_regtest(raw: bytes):
    assert verdict(raw) == "proven"
    assert verdict(raw, "mainnet") == "E-LED-012"


def test_a_forged_merkle_root(raw: bytes):
    assert verdict(with_work(raw[:36] + b"\1" * 32 + raw[68:])) == "E-LED-012"


def test_a_changed_output_with_new_work(raw: bytes):
    at = raw.index((900).to_bytes(8, "little"))
    assert verdict(with_work(raw[:at] + (800).to_bytes(8, "little") + raw[at + 8 :])) == "E-LED-012"


def test_a_header_that_claims_an_easier_target(raw: bytes):
    easier = raw[:72] + (0x217FFFFF).to_bytes(4, "little") + raw[76:]
    assert verdict(with_work(easier)) == "E-LED-012"


def rebuilt(raw: bytes, transactions: list[bytes]) -> bytes:
    root = merkle_root([double_sha256(tx) for tx in transactions])
    body = bytes([len(transactions)]) + b"".join(transactions)
    return with_work(raw[:36] + root + raw[68:80] + body)


def parts(raw: bytes) -> list[bytes]:
    block = scan_block(raw, where="f")
    return [block.raw_transaction(n) for n in range(len(block.transactions))]


def test_a_block_of_the_same_root_with_a_repeated_transaction(raw: bytes):
    coinbase, payment = parts(raw)
    other = payment[:-4] + b"\x77\0\0\0"
    honest = rebuilt(raw, [coinbase, payment, other])
    assert verdict(honest) == "proven"
    doubled = honest[:80] + b"\4" + honest[81:] + other
    assert (
        scan_block(doubled, where="f").computed_root()
        == scan_block(honest, where="f").computed_root()
    )
    assert verdict(doubled) == "E-LED-012"


def test_the_coinbase_comes_first_and_alone(raw: bytes):
    coinbase, payment = parts(raw)
    assert verdict(rebuilt(raw, [payment])) == "E-LED-012"
    assert verdict(rebuilt(raw, [payment, coinbase])) == "E-LED-012"
    assert verdict(rebuilt(raw, [coinbase, coinbase[:-4] + b"\1\0\0\0"])) == "E-LED-012"


def test_more_coins_than_there_are(raw: bytes):
    coinbase, payment = parts(raw)
    at = payment.index((900).to_bytes(8, "little"))
    rich = payment[:at] + b"\xff" * 8 + payment[at + 8 :]
    assert verdict(rebuilt(raw, [coinbase, rich])) == "E-LED-012"


def test_a_witness_that_nobody_committed_to(raw: bytes):
    coinbase, payment = parts(raw)
    segregated = payment[:4] + b"\0\1" + payment[4:-4] + b"\1\1\x51" + payment[-4:]
    header_and_count = raw[:80] + b"\2"
    assert verdict(header_and_count + coinbase + segregated) == "E-LED-012"


def segregated_block(raw: bytes, reserved: bytes = b"\0" * 32) -> bytes:
    """A block with a witness, and a coinbase that commits to it (BIP 141)."""
    coinbase, payment = parts(raw)
    with_witness = payment[:4] + b"\0\1" + payment[4:-4] + b"\1\4abcd" + payment[-4:]
    root = merkle_root([b"\0" * 32, double_sha256(with_witness)])
    commitment = double_sha256(root + b"\0" * 32)
    script = bytes.fromhex("6a24aa21a9ed") + commitment
    base = coinbase[:-4]
    n_outputs = base.index(b"\xff\xff\xff\xff", 41) + 4
    base = base[:n_outputs] + b"\2" + base[n_outputs + 1 :] + b"\0" * 8 + b"\x26" + script
    new_coinbase = base + coinbase[-4:]
    header = rebuilt(raw, [new_coinbase, payment])[:80]
    stack = b"\1" + bytes([len(reserved)]) + reserved
    return header + b"\2" + base[:4] + b"\0\1" + base[4:] + stack + coinbase[-4:] + with_witness


def test_a_witness_that_the_coinbase_commits_to(raw: bytes):
    assert verdict(segregated_block(raw)) == "proven"
    assert verdict(segregated_block(raw, reserved=b"\1" * 32)) == "E-LED-012"


def test_a_flipped_bit_in_a_witness_is_noticed(raw: bytes):
    """It changes neither a transaction id nor the merkle root."""
    changed = segregated_block(raw).replace(b"abcd", b"abce")
    block = scan_block(changed, where="f")
    assert block.computed_root() == block.header.merkle_root
    assert verdict(changed) == "E-LED-012"
