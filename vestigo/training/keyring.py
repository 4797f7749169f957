# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secrets and addresses of everybody on the range, derived from the seed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from coincurve import PrivateKey

from vestigo.identifiers.bitcoin import address_of_script

NETWORK = "regtest"
SCRIPT_KINDS = ("p2wpkh", "p2pkh", "p2sh-p2wpkh")

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True, slots=True)
class Account:
    """One address and the key that spends from it.

    ``owner`` is the party that holds the key; ``kind`` one of ``SCRIPT_KINDS``.
    """

    owner: str
    secret: bytes
    public_key: bytes
    kind: str
    script: bytes
    address: str


class Keyring:
    """Makes accounts: the same seed, owner and number give the same account."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._known: dict[tuple[str, int, str], Account] = {}

    def account(self, owner: str, number: int, kind: str = "p2wpkh") -> Account:
        """Return account ``number`` of ``owner`` with an output script of ``kind``."""
        name = (owner, number, kind)
        if name not in self._known:
            self._known[name] = _account(self._seed, owner, number, kind)
        return self._known[name]


def hash160(content: bytes) -> bytes:
    """Return RIPEMD-160 of SHA-256, as in every address of this kind."""
    from Crypto.Hash import RIPEMD160

    return bytes(RIPEMD160.new(hashlib.sha256(content).digest()).digest())


def _account(seed: int, owner: str, number: int, kind: str) -> Account:
    digest = hashlib.sha256(f"vestigo.range.v1/{seed}/key/{owner}/{number}".encode()).digest()
    secret = (int.from_bytes(digest, "big") % (_ORDER - 1) + 1).to_bytes(32, "big")
    public_key = PrivateKey(secret).public_key.format(compressed=True)
    script = output_script(public_key, kind)
    address = address_of_script(script, NETWORK)
    assert address is not None
    return Account(owner, secret, public_key, kind, script, address)


def output_script(public_key: bytes, kind: str) -> bytes:
    """Return the output script of ``kind`` for a compressed public key."""
    digest = hash160(public_key)
    if kind == "p2pkh":
        return b"\x76\xa9\x14" + digest + b"\x88\xac"
    witness = b"\x00\x14" + digest
    if kind == "p2wpkh":
        return witness
    if kind == "p2sh-p2wpkh":
        return b"\xa9\x14" + hash160(witness) + b"\x87"
    raise ValueError(f"{kind!r} is not one of {', '.join(SCRIPT_KINDS)}")
