# SPDX-License-Identifier: AGPL-3.0-or-later
"""Transactions and headers written as bytes from what a source says in JSON.

Nothing is believed for it: whoever writes them compares the hash with the one that was said.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from ledger.parsing.transaction import TxInput, TxOutput

Stack = Sequence[bytes]


def compact_size_bytes(number: int) -> bytes:
    """Return a count in its shortest form."""
    if number < 0xFD:  # noqa: PLR2004 - the forms of the wire
        return bytes([number])
    for mark, kind, limit in ((0xFD, "<H", 1 << 16), (0xFE, "<I", 1 << 32)):
        if number < limit:
            return bytes([mark]) + struct.pack(kind, number)
    return b"\xff" + struct.pack("<Q", number)


def transaction_bytes(
    version: int, inputs: Sequence[TxInput], outputs: Sequence[TxOutput],
    witness: Sequence[Stack], locktime: int,
) -> bytes:  # fmt: skip
    """Return a transaction as on the wire; ``struct.error`` where a number is too large."""
    segregated = any(witness)
    raw = struct.pack("<I", version & 0xFFFFFFFF) + (b"\x00\x01" if segregated else b"")
    raw += compact_size_bytes(len(inputs))
    for spent in inputs:
        raw += spent.prev_txid + struct.pack("<I", spent.prev_vout) + _counted(spent.script_sig)
        raw += struct.pack("<I", spent.sequence)
    raw += compact_size_bytes(len(outputs))
    for output in outputs:
        raw += struct.pack("<Q", output.value_sat) + _counted(output.script)
    if segregated:
        for stack in witness:
            raw += compact_size_bytes(len(stack)) + b"".join(_counted(item) for item in stack)
    return raw + struct.pack("<I", locktime)


def header_bytes(
    version: int, previous: bytes, root: bytes, seconds: int, bits: int, nonce: int
) -> bytes:
    """Return the 80 bytes of a header."""
    return struct.pack("<I32s32sIII", version & 0xFFFFFFFF, previous, root, seconds, bits, nonce)


def _counted(content: bytes) -> bytes:
    return compact_size_bytes(len(content)) + content
