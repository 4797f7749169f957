# SPDX-License-Identifier: AGPL-3.0-or-later
"""Valid regtest blocks: coinbase, witness commitment, merkle root, proof of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vestigo.training.chain.coins import Coin, Payment
from vestigo.training.chain.wire import (
    compact_size,
    displayed,
    double_sha256,
    merkle_root,
    output_bytes,
    push,
    push_height,
)
from vestigo.training.keyring import Account
from vestigo.training.world import SAT

MAGIC = bytes.fromhex("fabfb5da")
HALVING_BLOCKS = 150
COINBASE_MATURITY = 100

# The genesis block of regtest: the same for everybody since 2011.
GENESIS = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac7"
    "2c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f20020000000101000000010000000000"
    "000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054"
    "696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e"
    "64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967"
    "f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d"
    "578a4c702b6bf11d5fac00000000"
)
GENESIS_HASH = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"

_VERSION = (0x20000000).to_bytes(4, "little")
_BITS = 0x207FFFFF
_TARGET = 0x7FFFFF << 8 * (0x20 - 3)
_COMMITMENT = bytes.fromhex("6a24aa21a9ed")
_RESERVED = bytes(32)
_MARK = b"practice range"


@dataclass(frozen=True, slots=True)
class MinedBlock:
    """One block as it goes into the file; ``txids`` in block order, display order."""

    height: int
    block_hash: str
    raw: bytes
    mined_at: datetime
    txids: tuple[str, ...]


def subsidy(height: int) -> int:
    """Return the new coins of a regtest block in satoshi."""
    return 50 * SAT >> height // HALVING_BLOCKS


def mine(
    height: int, previous: str, mined_at: datetime, miner: Account, payments: Sequence[Payment]
) -> tuple[MinedBlock, Coin]:
    """Return the block at ``height`` and the coin of its coinbase."""
    value = subsidy(height) + sum(payment.fee_sat for payment in payments)
    coinbase, stripped = _coinbase(height, value, miner, payments)
    leaves = [double_sha256(body) for body in (stripped, *(one.stripped for one in payments))]
    head = (
        _VERSION
        + bytes.fromhex(previous)[::-1]
        + merkle_root(leaves)
        + int(mined_at.timestamp()).to_bytes(4, "little")
        + _BITS.to_bytes(4, "little")
    )
    header = _worked(head)
    raw = header + compact_size(len(leaves)) + coinbase + b"".join(one.raw for one in payments)
    txids = tuple(displayed(leaf) for leaf in leaves)
    block = MinedBlock(height, displayed(double_sha256(header)), raw, mined_at, txids)
    return block, Coin(txids[0], 0, value, miner, mined_at)


def _coinbase(
    height: int, value: int, miner: Account, payments: Sequence[Payment]
) -> tuple[bytes, bytes]:
    """Return the coinbase with and without witness (BIP 34, BIP 141)."""
    witness_leaves = [bytes(32), *(double_sha256(payment.raw) for payment in payments)]
    commitment = double_sha256(merkle_root(witness_leaves) + _RESERVED)
    script = push_height(height) + push(_MARK)
    source = bytes(32) + b"\xff" * 4 + compact_size(len(script)) + script + b"\xff" * 4
    outputs = output_bytes(value, miner.script) + output_bytes(0, _COMMITMENT + commitment)
    version, lock_time = (2).to_bytes(4, "little"), bytes(4)
    body = b"\x01" + source + b"\x02" + outputs
    witness = b"\x01" + push(_RESERVED)
    return version + b"\x00\x01" + body + witness + lock_time, version + body + lock_time


def _worked(head: bytes) -> bytes:
    """Return ``head`` with the first nonce that meets the (trivial) target."""
    nonce = 0
    while True:
        header = head + nonce.to_bytes(4, "little")
        if int.from_bytes(double_sha256(header), "little") <= _TARGET:
            return header
        nonce += 1
