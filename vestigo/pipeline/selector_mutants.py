# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identifiers made from a seed, and what one slip makes of them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from random import Random

from vestigo.identifiers.base58 import encode_check
from vestigo.identifiers.bech32 import WitnessProgram, encode_witness

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
HEX = "0123456789abcdefABCDEF"
LEGACY = (0x00, 0x05, 0x30, 0x32, 0x41)  # Bitcoin twice, Litecoin twice, TRON
MONERO = (18, 42, 19)
Mutation = Callable[[Random, str, str], str]


def base58_address(chance: Random) -> str:
    """Return a Bitcoin, Litecoin or TRON address in base58check."""
    return encode_check(bytes([chance.choice(LEGACY)]) + chance.randbytes(20))


def bech32_address(chance: Random) -> str:
    """Return a version 0 witness address of Bitcoin or Litecoin."""
    program = chance.randbytes(chance.choice((20, 32)))
    return encode_witness(WitnessProgram(chance.choice(("bc", "ltc")), 0, program))


def bech32m_address(chance: Random) -> str:
    """Return a taproot address."""
    return encode_witness(WitnessProgram("bc", 1, chance.randbytes(32)))


def monero_address(chance: Random) -> str:
    """Return a standard, sub- or integrated address of Monero."""
    from eth_utils.crypto import keccak
    from monero.base58 import encode

    network = chance.choice(MONERO)
    raw = bytes([network]) + chance.randbytes(72 if network == MONERO[2] else 64)
    return str(encode((raw + keccak(raw)[:4]).hex()))  # type: ignore[no-untyped-call]  # untyped


def ethereum_address(chance: Random) -> str:
    """Return an Ethereum address in mixed case."""
    from eth_utils.address import to_checksum_address

    return str(to_checksum_address("0x" + chance.randbytes(20).hex()))


def onion_address(chance: Random) -> str:
    """Return the name of an onion service of version 3."""
    key = chance.randbytes(32)
    checksum = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + checksum + b"\x03").decode().lower() + ".onion"


def tox_address(chance: Random) -> str:
    """Return a Tox id."""
    body, sums = chance.randbytes(36), bytearray(2)
    for index, byte in enumerate(body):
        sums[index % 2] ^= byte
    return (body + bytes(sums)).hex().upper()


def changed(chance: Random, text: str, letters: str) -> str:
    """Return ``text`` with one sign replaced by another of ``letters``."""
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(letters.replace(text[at], "")) + text[at + 1 :]


def swapped(chance: Random, text: str, _letters: str) -> str:
    """Return ``text`` with two neighbours swapped."""
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def dropped(chance: Random, text: str, _letters: str) -> str:
    """Return ``text`` without one sign."""
    at = chance.randrange(len(text))
    return text[:at] + text[at + 1 :]


def recased(chance: Random, text: str, _letters: str) -> str:
    """Return ``text`` with one letter in the other case."""
    at = chance.choice([i for i, sign in enumerate(text) if sign.isalpha()])
    return text[:at] + text[at].swapcase() + text[at + 1 :]


MUTATIONS: tuple[Mutation, ...] = (changed, swapped, dropped, recased)
