# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented transactions in a block of a practice chain, a trace and its cash-out."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

from vestigo.identifiers.bitcoin import address_of_script
from vestigo.pipeline.tamper_bench.invented_pages import METHOD, NOON
from vestigo.records import CERTAIN, Block, CashOutPoint, Hop, Record, Trace, Transaction


def double(content: bytes) -> bytes:
    """Return the double SHA-256 that Bitcoin uses."""
    return hashlib.sha256(hashlib.sha256(content).digest()).digest()


def script(n: int, vout: int) -> bytes:
    """Return an invented output script: key hash, script hash, or witness of either kind."""
    digest = bytes([n, vout]) * 10
    kinds = (b"\x00\x14" + digest, b"\x51\x20" + digest + b"\x07" * 12,
             b"\x76\xa9\x14" + digest + b"\x88\xac", b"\xa9\x14" + digest + b"\x87")  # fmt: skip
    return kinds[(n + vout) % 4]


def address(n: int, vout: int) -> str:
    """Return the address of an output."""
    return address_of_script(script(n, vout), "regtest") or ""


def transaction(n: int, values: list[int], *, witness: bool = False) -> tuple[bytes, bytes]:
    """Return (raw, stripped) of an invented transaction."""
    inputs = b"\x01" + bytes([n]) * 32 + struct.pack("<I", 0) + b"\x00" + b"\xff" * 4
    outputs = bytes([len(values)]) + b"".join(
        struct.pack("<q", v) + bytes([len(script(n, i))]) + script(n, i)
        for i, v in enumerate(values)
    )
    stripped = b"\x02\x00\x00\x00" + inputs + outputs + b"\x00" * 4
    if not witness:
        return stripped, stripped
    behind = b"\x02\x01\xaa\x00" + b"\x00" * 4
    return b"\x02\x00\x00\x00\x00\x01" + inputs + outputs + behind, stripped


def mined(root: bytes) -> bytes:
    """Return a header over a merkle root that reaches the difficulty of a practice chain."""
    when = int(NOON.timestamp())
    for nonce in range(1000):
        behind = struct.pack("<III", when, 0x207FFFFF, nonce)
        header = struct.pack("<I", 4) + b"\x11" * 32 + root + behind
        if double(header)[31] < 0x7F:  # noqa: PLR2004 (half of all hashes)
            return header
    raise AssertionError("one header in two is good enough")


def chain_records() -> list[Record]:
    """Return a block of three transactions, with a trace that ends in a cash-out."""
    pairs = [transaction(1, [50]), transaction(2, [30, 20], witness=True), transaction(3, [7])]
    ids = [double(stripped) for _raw, stripped in pairs]
    level0 = [*ids, ids[2]]
    level1 = [double(level0[0] + level0[1]), double(level0[2] + level0[3])]
    header = mined(double(level1[0] + level1[1]))
    block_hash = double(header)[::-1].hex()
    block = Block(
        network="regtest", block_hash=block_hash, height=1, header_hex=header.hex(),
        mined_at=NOON, n_transactions=3, raw_sha256="1" * 64, source_name="blk0",
    )  # fmt: skip
    records = [
        Transaction(network="regtest", block_hash=block_hash, header_hex=header.hex(),
                    mined_at=NOON, txid=ids[n][::-1].hex(), raw_hex=raw.hex(), position=n,
                    merkle_branch=tuple(b[::-1].hex() for b in (level0[n ^ 1], level1[n >> 1 ^ 1])))
        for n, (raw, _stripped) in enumerate(pairs)
    ]  # fmt: skip
    return [block, *records, *traced(ids[1][::-1].hex(), block_hash)]


def traced(txid: str, block_hash: str) -> list[Record]:
    """Return a trace of one step, and where it ends."""
    made: dict[str, Any] = {"sources": (block_hash,), "method": METHOD, "confidence": CERTAIN,
                            "observed_at": NOON}  # fmt: skip
    hop = Hop(txid=txid, vout=1, from_address="a", to_address=address(2, 1), value_sat=20,
              traced_sat=20, mined_at=NOON, why="t.v1")  # fmt: skip
    trace = Trace(network="regtest", accounting="fifo", start_address="a", hops=(hop,),
                  stop_reason="tagged_service", stop_detail="", **made)  # fmt: skip
    cash = CashOutPoint(
        network="regtest", address=address(2, 1), service="X", category=None,
        basis="tagged_address", txid=txid, vout=1, value_sat=20, traced_sat=20, paid_at=NOON,
        start_address="a", trace_id=trace.record_id, tag_ids=(), **made,
    )  # fmt: skip
    return [trace, cash]
