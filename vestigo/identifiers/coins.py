# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of other coins than Bitcoin: Litecoin, Monero, Ethereum, TRON.

Every function returns whether the checksum holds and raises nothing; a near miss is
never an address.  Bitcoin stands in ``vestigo.identifiers.bitcoin``.
"""

from __future__ import annotations

import re

from vestigo.identifiers.base58 import ALPHABET, decode_check
from vestigo.identifiers.bech32 import decode_witness

LITECOIN_VERSIONS = (0x30, 0x32, 0x05)
TRON_VERSION = 0x41
HASH160_PAYLOAD = 21
INTEGRATED_LENGTH = 106
MONERO_NETWORKS = {18: "standard", 19: "integrated", 42: "subaddress"}
_HEX = re.compile(r"0x[0-9a-fA-F]{40}")


def is_litecoin(text: str) -> bool:
    """Whether ``text`` is a Litecoin address (base58check or segwit) whose checksum holds.

    A ``3…`` address is left to Bitcoin, which shares that version byte.
    """
    if text.lower().startswith("ltc1"):
        witness = decode_witness(text)
        return witness is not None and witness.prefix == "ltc"
    payload = decode_check(text)
    if payload is None or len(payload) != HASH160_PAYLOAD:
        return False
    return payload[0] in LITECOIN_VERSIONS and text[0] in "LM"


def is_tron(text: str) -> bool:
    """Whether ``text`` is a TRON address (base58check, version 0x41)."""
    payload = decode_check(text)
    return payload is not None and len(payload) == HASH160_PAYLOAD and payload[0] == TRON_VERSION


def is_monero(text: str) -> bool:
    """Whether ``text`` is a Monero mainnet address whose Keccak checksum holds."""
    from eth_utils.crypto import keccak
    from monero.base58 import decode

    if len(text) not in (95, INTEGRATED_LENGTH) or text[0] not in "48":
        return False
    if any(character not in ALPHABET for character in text):
        return False
    try:
        raw = bytes.fromhex(str(decode(text)))  # type: ignore[no-untyped-call]  # monero has no types
    except (ValueError, KeyError):
        return False
    integrated = MONERO_NETWORKS.get(raw[0]) == "integrated"
    if raw[0] not in MONERO_NETWORKS or integrated != (len(text) == INTEGRATED_LENGTH):
        return False
    return bool(keccak(raw[:-4])[:4] == raw[-4:])


def ethereum_checksum(text: str) -> bool | None:
    """Return whether an Ethereum address in mixed case passes EIP-55.

    None: the address is well formed and in one case, so that it carries no checksum.
    False: not an Ethereum address, or the case is wrong.
    """
    if not _HEX.fullmatch(text):
        return False
    from eth_utils.address import is_checksum_address

    digits = text[2:]
    if digits in (digits.lower(), digits.upper()):
        return None
    return bool(is_checksum_address(text))
