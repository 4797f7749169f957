# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tiny regtest chain that tests build by hand: unsigned, but every block proves itself."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.parsing.digest import double_sha256
from ledger.parsing.merkle import merkle_root
from vestigo.identifiers.bitcoin import address_of_script

REGTEST_MAGIC = bytes.fromhex("fabfb5da")
REGTEST_BITS = 0x207FFFFF
REGTEST_GENESIS = bytes.fromhex("06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f")
HOUR = 3600
BEGIN = 1_700_000_000

Outpoint = tuple[str, int]


def compact(number: int) -> bytes:
    if number < 0xFD:
        return bytes([number])
    if number <= 0xFFFF:
        return b"\xfd" + struct.pack("<H", number)
    return b"\xfe" + struct.pack("<I", number)


def script_of(name: str) -> bytes:
    return b"\x00\x14" + hashlib.sha256(name.encode()).digest()[:20]


def serialize(
    inputs: list[tuple[bytes, int, bytes]], outputs: list[tuple[int, bytes]], locktime: int = 0
) -> bytes:
    raw = bytearray(struct.pack("<I", 2) + compact(len(inputs)))
    for prev_txid, prev_vout, script in inputs:
        raw += prev_txid + struct.pack("<I", prev_vout) + compact(len(script)) + script
        raw += b"\xff\xff\xff\xff"
    raw += compact(len(outputs))
    for value, script in outputs:
        raw += struct.pack("<Q", value) + compact(len(script)) + script
    return bytes(raw + struct.pack("<I", locktime))


def mined(
    previous: bytes, transactions: list[bytes], seconds: int, bits: int = REGTEST_BITS,
    version: int = 0x20000000,
) -> bytes:  # fmt: skip
    root = merkle_root([double_sha256(tx) for tx in transactions])
    target = (bits & 0x7FFFFF) << 8 * ((bits >> 24) - 3)
    for nonce in range(1 << 32):
        header = struct.pack("<I32s32sIII", version, previous, root, seconds, bits, nonce)
        if int.from_bytes(double_sha256(header), "little") <= target:
            return header + compact(len(transactions)) + b"".join(transactions)
    raise AssertionError("no nonce")


def framed(block: bytes, magic: bytes = REGTEST_MAGIC) -> bytes:
    return magic + struct.pack("<I", len(block)) + block


class TinyChain:
    """Names stand for addresses: ``pay`` queues a payment, ``mine`` makes a block of them."""

    def __init__(self, begin: int = BEGIN) -> None:
        self.now = begin
        self.blocks: list[bytes] = []
        self.previous = REGTEST_GENESIS
        self.pending: list[bytes] = []
        self.values: dict[Outpoint, int] = {}
        self.n = 0
        self.height = 0

    @staticmethod
    def address(name: str) -> str:
        found = address_of_script(script_of(name), "regtest")
        assert found is not None
        return found

    def _remember(self, raw: bytes, outputs: list[tuple[int, bytes]]) -> str:
        txid = double_sha256(raw)[::-1].hex()
        self.values.update({(txid, n): value for n, (value, _script) in enumerate(outputs)})
        return txid

    def coin(self, name: str, value: int) -> Outpoint:
        """A coin from nowhere: mined at once in its own block to ``name``."""
        txid = self.mine(reward=[(value, script_of(name))])
        return txid, 0

    def pay(self, spent: list[Outpoint], outputs: list[tuple[str | bytes, int]]) -> str:
        self.n += 1
        made = [
            (value, script_of(name) if isinstance(name, str) else name) for name, value in outputs
        ]
        inputs = [(bytes.fromhex(txid)[::-1], vout, b"") for txid, vout in spent]
        raw = serialize(inputs, made, locktime=self.n)
        self.pending.append(raw)
        return self._remember(raw, made)

    def mine(self, hours: float = 1, reward: list[tuple[int, bytes]] | None = None) -> str:
        self.now += int(hours * HOUR)
        self.height += 1
        stated = self.height.to_bytes(3, "little")
        outputs = reward or [(5_000_000_000, script_of("miner"))]
        coinbase = serialize([(b"\0" * 32, 0xFFFFFFFF, b"\x03" + stated)], outputs)
        block = mined(self.previous, [coinbase, *self.pending], self.now)
        self.blocks.append(block)
        self.previous = double_sha256(block[:80])
        self.pending = []
        return self._remember(coinbase, outputs)

    def step(
        self, spent: list[Outpoint], outputs: list[tuple[str | bytes, int]], hours: float = 1
    ) -> str:
        txid = self.pay(spent, outputs)
        self.mine(hours)
        return txid

    def write(self, path: Path) -> Path:
        path.write_bytes(b"".join(framed(block) for block in self.blocks))
        return path


@pytest.fixture
def chain() -> TinyChain:
    return TinyChain()


@pytest.fixture
def new_chain() -> Callable[[], TinyChain]:
    return TinyChain


@pytest.fixture
def blocks_of(real_data: Path) -> Callable[[str], Path]:
    return lambda name: real_data / "bitcoin" / "blocks" / name
