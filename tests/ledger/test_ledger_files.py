# SPDX-License-Identifier: AGPL-3.0-or-later
"""Block files: framing, compression, remains, and files that are something else."""

from __future__ import annotations

import bz2
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from ledger.parsing import files as files_module
from ledger.parsing import find_blocks, read_chain_file
from vestigo.errors import InputError, UsageError, VestigoError

MAGIC = {
    "mainnet": "f9beb4d9", "testnet": "0b110907", "signet": "0a03cf40", "regtest": "fabfb5da",
}  # fmt: skip


def framed(block: bytes, magic: str = MAGIC["regtest"]) -> bytes:
    return bytes.fromhex(magic) + len(block).to_bytes(4, "little") + block


@pytest.fixture
def block(chain) -> bytes:
    chain.mine()
    return chain.blocks[0]


def error_of(content: bytes) -> tuple[str, str]:
    with pytest.raises(VestigoError) as caught:
        list(find_blocks(content, "f"))
    return caught.value.code, caught.value.where


@pytest.mark.parametrize("network", MAGIC)
def test_the_magic_names_the_network(network: str, block: bytes):
    (found,) = find_blocks(framed(block, MAGIC[network]), "f")
    assert (found.network, found.offset, found.block.raw) == (network, 8, block)


def test_testnet4_is_a_testnet(block: bytes):
    (found,) = find_blocks(framed(block, "1c163f28"), "f")
    assert found.network == "testnet"


def test_offsets_of_several_blocks_are_those_of_their_headers(block: bytes):
    found = list(find_blocks(framed(block) * 3, "f"))
    assert [item.offset for item in found] == [8, len(block) + 16, 2 * len(block) + 24]


def test_bare_blocks_stand_one_after_the_other(block: bytes):
    found = list(find_blocks(block * 2, "f"))
    assert [(item.offset, item.network) for item in found] == [(0, None), (len(block), None)]


def test_zeros_that_core_left_for_later_blocks_are_no_fault(block: bytes):
    assert len(list(find_blocks(framed(block) + b"\0" * 1000, "f"))) == 1


def test_junk_after_a_block_is_named_with_its_offset(block: bytes):
    content = framed(block)
    assert error_of(content + b"\0\0junk") == ("E-LED-010", f"f:{len(content) + 2}")


def test_a_length_that_leads_over_the_end(block: bytes):
    assert error_of(framed(block)[:-1]) == ("E-LED-010", "f:0")
    assert error_of(framed(block) + bytes.fromhex(MAGIC["regtest"]) + b"\1") == (
        "E-LED-010", f"f:{len(block) + 8}",
    )  # fmt: skip


def test_a_length_that_is_too_long_by_what_follows(block: bytes):
    longer = bytes.fromhex(MAGIC["regtest"]) + (len(block) + 4).to_bytes(4, "little") + block
    code, where = error_of(longer + b"\0\0\0\0")
    assert (code, where) == ("E-LED-010", f"f:{8 + len(block)}")


def test_blocks_before_the_fault_have_been_yielded(block: bytes):
    found = find_blocks(framed(block) + b"junk", "f")
    assert next(found).offset == 8
    with pytest.raises(InputError):
        next(found)


@pytest.mark.parametrize("content", [b"", bytes.fromhex(MAGIC["regtest"])])
def test_files_without_a_block(content: bytes):
    assert error_of(content)[0] in ("E-LED-010", "E-LED-011")


def test_a_block_without_transactions_is_none(block: bytes):
    assert error_of(block[:80] + b"\0")[0] == "E-LED-010"


def test_bzip2_is_read_whatever_its_name(tmp_path: Path, block: bytes):
    path = tmp_path / "block.bin"
    path.write_bytes(bz2.compress(framed(block)))
    assert read_chain_file(path) == framed(block)


@pytest.mark.parametrize("damage", ["cut", "flip", "header"])
def test_damaged_compression(tmp_path: Path, block: bytes, damage: str):
    packed = bytearray(bz2.compress(framed(block) * 20))
    if damage == "cut":
        packed = packed[: len(packed) // 2]
    else:
        packed[12 if damage == "flip" else 4] ^= 0x10
    path = tmp_path / "b.bz2"
    path.write_bytes(packed)
    with pytest.raises(InputError) as caught:
        read_chain_file(path)
    assert caught.value.code == "E-LED-014"


def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files_module, "LARGEST_FILE", 1000)
    path = tmp_path / "bomb.bz2"
    path.write_bytes(bz2.compress(b"\0" * 100_000))
    with pytest.raises(InputError) as caught:
        read_chain_file(path)
    assert caught.value.code == "E-LED-014"


def test_a_path_that_cannot_be_opened(tmp_path: Path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(UsageError) as caught:
            read_chain_file(path)
        assert caught.value.code == "E-LED-013"


@pytest.mark.real
def test_spent_outputs_of_bitcoinj_are_not_blocks(blocks_of: Callable[[str], Path]):
    path = blocks_of("block277647.utxostore.bz2")
    assert error_of(read_chain_file(path)) == ("E-LED-011", "f:0")


@pytest.mark.real
def test_early_sequences_are_framed_and_linked(blocks_of: Callable[[str], Path]):
    for name, n in (("blk_0_to_4.dat.bz2", 5), ("blocks1-256.bz2", 255)):
        found = list(find_blocks(read_chain_file(blocks_of(name)), name))
        assert len(found) == n
        headers = [item.block.header for item in found]
        assert all(b.previous == a.block_hash for a, b in pairwise(headers))
        assert {item.network for item in found} == {"mainnet"}
