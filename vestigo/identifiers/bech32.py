# SPDX-License-Identifier: AGPL-3.0-or-later
"""Segregated-witness addresses: bech32 (BIP 173) for version 0, bech32m (BIP 350) above."""

from __future__ import annotations

from base64 import b32decode, b32encode
from collections.abc import Iterable, Sequence
from functools import cache, reduce
from operator import xor
from typing import NamedTuple

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32, BECH32M = 1, 0x2BC830A3
CHECKSUM_CHARACTERS = 6
LONGEST = 90
LAST_VERSION = 16
PADDING_BITS = range(5)
PROGRAM_BYTES = range(2, 41)
PROGRAM_BYTES_V0 = (20, 32)
BASE32_GROUP = 8  # characters

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_FROM_BASE32 = bytes.maketrans(_BASE32, bytes(range(32)))
_TO_BASE32 = bytes.maketrans(bytes(range(32)), _BASE32)
_CHARACTERS = bytes.maketrans(bytes(range(32)), ALPHABET.encode())
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class WitnessProgram(NamedTuple):
    """What a segregated-witness address says: prefix, version 0-16, 2-40 bytes."""

    prefix: str
    version: int
    program: bytes


def encode_witness(witness: WitnessProgram) -> str:
    """Return the address (lower case) of a witness program."""
    groups = b32encode(witness.program).rstrip(b"=").translate(_FROM_BASE32)
    values = bytes((witness.version,)) + groups
    target = BECH32M if witness.version else BECH32
    remainder = _polymod(values + bytes(CHECKSUM_CHARACTERS), after_prefix(witness.prefix))
    check = remainder ^ target
    values += bytes(check >> 5 * (5 - i) & 31 for i in range(CHECKSUM_CHARACTERS))
    return f"{witness.prefix}1{values.translate(_CHARACTERS).decode()}"


def decode_witness(text: str) -> WitnessProgram | None:
    """Return the witness program of ``text``, or None when any rule of BIP 173/350 is broken."""
    if len(text) > LONGEST or not text.isascii() or text not in (text.lower(), text.upper()):
        return None
    prefix, separator, rest = text.lower().rpartition("1")
    values = [_VALUES.get(character, -1) for character in rest]
    if not separator or not prefix or len(values) <= CHECKSUM_CHARACTERS or -1 in values:
        return None
    version = values[0]
    remainder = _polymod([*_expanded(prefix), *values])
    if version > LAST_VERSION or remainder != (BECH32M if version else BECH32):
        return None
    program = _unpadded(values[1:-CHECKSUM_CHARACTERS])
    if program is None or len(program) not in (PROGRAM_BYTES if version else PROGRAM_BYTES_V0):
        return None
    return WitnessProgram(prefix, version, program)


def _unpadded(values: Sequence[int]) -> bytes | None:
    n_spare = len(values) * 5 % 8
    if n_spare not in PADDING_BITS or (values and values[-1] & ((1 << n_spare) - 1)):
        return None
    groups = bytes(values).translate(_TO_BASE32)
    return b32decode(groups + b"=" * (-len(groups) % BASE32_GROUP))


def _expanded(prefix: str) -> list[int]:
    points = [ord(character) for character in prefix]
    return [point >> 5 for point in points] + [0] + [point & 31 for point in points]


@cache
def after_prefix(prefix: str) -> int:
    """Return the remainder behind a prefix: a program uses few of them."""
    return _polymod(_expanded(prefix))


def _polymod(values: Iterable[int], remainder: int = 1) -> int:
    for value in values:
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value ^ FOLDED[remainder >> 25]
    return remainder


def _folded(top: int) -> int:
    """Return what five bits that are pushed out leave in the remainder."""
    chosen = (one for bit, one in enumerate(_GENERATOR) if top >> bit & 1)
    return reduce(xor, chosen, 0)


FOLDED = tuple(_folded(top) for top in range(32))
