# SPDX-License-Identifier: AGPL-3.0-or-later
"""One transaction, scanned in place.

The id is the double SHA-256 of our own slices of the raw bytes (without witness):
nothing is re-serialised, so nothing can be re-serialised wrongly.
"""

from __future__ import annotations

from hashlib import sha256
from struct import Struct
from typing import NamedTuple

from vestigo.i18n import _

COINBASE_PREVOUT = b"\0" * 32
WIDE_COUNT, WIDER_COUNT = 0xFD, 0xFE  # from here on a count takes more than one byte

_uint16 = Struct("<H").unpack_from
_uint32 = Struct("<I").unpack_from
_uint64 = Struct("<Q").unpack_from
_outpoint_index = Struct("<32sI").unpack_from


class TxInput(NamedTuple):
    """An input: the output it spends (wire order, index), its script and sequence."""

    prev_txid: bytes
    prev_vout: int
    script_sig: bytes
    sequence: int


class TxOutput(NamedTuple):
    """An output: value in satoshi and script."""

    value_sat: int
    script: bytes


class TxScan(NamedTuple):
    """A transaction as it stands at [start, end) of the scanned bytes.

    ``txid`` and ``wtxid`` are in wire order; ``weight`` in weight units; ``witness``
    has one tuple of stack items an input, or is empty where there is no witness.
    """

    txid: bytes
    start: int
    end: int
    weight: int
    version: int
    inputs: tuple[TxInput, ...]
    outputs: tuple[TxOutput, ...]
    witness: tuple[tuple[bytes, ...], ...]
    locktime: int

    @property
    def is_coinbase(self) -> bool:
        """Whether it creates coins: one input that spends nothing."""
        return len(self.inputs) == 1 and self.inputs[0].prev_txid == COINBASE_PREVOUT

    def wtxid(self, raw: bytes) -> bytes:
        """Return the hash with witness, given the bytes that were scanned."""
        if not self.witness:
            return self.txid
        return sha256(sha256(raw[self.start : self.end]).digest()).digest()


class MalformedError(ValueError):
    """The bytes break a rule of the wire format; the message says which."""


def compact_size(raw: bytes, at: int) -> tuple[int, int]:
    """Return the number at ``at`` and the position after it; the shortest form is required."""
    first = raw[at]
    if first < WIDE_COUNT:
        return first, at + 1
    if first == WIDE_COUNT:
        value, low, end = _uint16(raw, at + 1)[0], WIDE_COUNT, at + 3
    elif first == WIDER_COUNT:
        value, low, end = _uint32(raw, at + 1)[0], 0x10000, at + 5
    else:
        value, low, end = _uint64(raw, at + 1)[0], 0x100000000, at + 9
    if value < low:
        raise MalformedError(_("a count is not in its shortest form"))
    return value, end


def _script_length(raw: bytes, at: int) -> tuple[int, int]:
    length, end = compact_size(raw, at)
    if length > len(raw) - end:
        raise MalformedError(_("a script runs over the end"))
    return length, end


def scan_transaction(raw: bytes, start: int) -> TxScan:
    """Return the transaction that begins at ``start``.

    Raises ``MalformedError``, ``IndexError`` or ``struct.error`` when the bytes are
    not a transaction; callers name file and offset.
    """
    version, at = _uint32(raw, start)[0], start + 4
    segregated = raw[at] == 0
    if segregated:
        if raw[at + 1] != 1:
            raise MalformedError(_("an unknown flag stands after an empty input list"))
        at += 2
    body = at
    inputs, at = _scan_inputs(raw, at)
    outputs, at = _scan_outputs(raw, at)
    body_end = at
    witness: tuple[tuple[bytes, ...], ...] = ()
    if segregated:
        witness, at = _scan_witness(raw, at, len(inputs))
    locktime = _uint32(raw, at)[0]
    end = at + 4
    base = raw[start : start + 4] + raw[body:body_end] + raw[at:end] if witness else raw[start:end]
    txid = sha256(sha256(base).digest()).digest()
    weight = 3 * len(base) + end - start
    return TxScan(txid, start, end, weight, version, inputs, outputs, witness, locktime)


def _scan_inputs(raw: bytes, at: int) -> tuple[tuple[TxInput, ...], int]:
    count = raw[at]
    at += 1
    if count >= WIDE_COUNT:
        count, at = compact_size(raw, at - 1)
    inputs = []
    while count:
        count -= 1
        prev_txid, prev_vout = _outpoint_index(raw, at)
        length = raw[at + 36]
        at += 37
        if length >= WIDE_COUNT:
            length, at = _script_length(raw, at - 1)
        after = at + length
        inputs.append(TxInput(prev_txid, prev_vout, raw[at:after], _uint32(raw, after)[0]))
        at = after + 4
    return tuple(inputs), at


def _scan_outputs(raw: bytes, at: int) -> tuple[tuple[TxOutput, ...], int]:
    count = raw[at]
    at += 1
    if count >= WIDE_COUNT:
        count, at = compact_size(raw, at - 1)
    outputs = []
    while count:
        count -= 1
        value_sat = _uint64(raw, at)[0]
        length = raw[at + 8]
        at += 9
        if length >= WIDE_COUNT:
            length, at = _script_length(raw, at - 1)
        after = at + length
        outputs.append(TxOutput(value_sat, raw[at:after]))
        at = after
    return tuple(outputs), at


def _scan_witness(raw: bytes, at: int, n_inputs: int) -> tuple[tuple[tuple[bytes, ...], ...], int]:
    stacks = []
    for _input in range(n_inputs):
        count, at = compact_size(raw, at)
        stack = []
        while count:
            count -= 1
            length, at = compact_size(raw, at)
            if at + length > len(raw):
                raise MalformedError(_("a witness item runs over the end"))
            stack.append(raw[at : at + length])
            at += length
        stacks.append(tuple(stack))
    if not any(stacks):
        raise MalformedError(_("a witness is announced and there is none"))
    return tuple(stacks), at
