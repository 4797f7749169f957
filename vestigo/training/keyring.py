# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secrets and addresses of everybody on the range, derived from the seed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from coincurve import PrivateKey, PublicKey

from vestigo.identifiers.bitcoin import address_of_script

NETWORK = "regtest"
SCRIPT_KINDS = ("p2wpkh", "p2pkh", "p2sh-p2wpkh", "p2tr", "p2wsh")
N_COSIGNERS, N_NEEDED = 3, 2

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True, slots=True)
class Account:
    """One address and the key that spends from it.

    ``owner`` is the party that holds the key; ``kind`` one of ``SCRIPT_KINDS``.  An
    address of kind p2wsh needs two of three keys, all held by the owner.
    """

    owner: str
    secret: bytes
    public_key: bytes
    kind: str
    script: bytes
    address: str

    @property
    def cosigners(self) -> tuple[bytes, ...]:
        """The secrets whose public keys stand in the witness script of a p2wsh address."""
        return cosigning_secrets(self.secret)


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
    public_key = public_key_of(secret)
    if kind == "p2wsh":
        script = b"\x00\x20" + hashlib.sha256(multisig_script(secret)).digest()
    else:
        script = output_script(public_key, kind)
    address = address_of_script(script, NETWORK)
    assert address is not None
    return Account(owner, secret, public_key, kind, script, address)


def public_key_of(secret: bytes) -> bytes:
    """Return the compressed public key of a secret."""
    return PrivateKey(secret).public_key.format(compressed=True)


def cosigning_secrets(secret: bytes) -> tuple[bytes, ...]:
    """Return the secrets of a two-of-three address: the account's own and two made from it."""
    others = (hashlib.sha256(secret + bytes([n])).digest() for n in range(1, N_COSIGNERS))
    return (secret, *others)


def multisig_script(secret: bytes) -> bytes:
    """Return the witness script that asks for two signatures of three keys (BIP 141)."""
    keys = b"".join(b"\x21" + public_key_of(one) for one in cosigning_secrets(secret))
    return bytes([0x50 + N_NEEDED]) + keys + bytes([0x50 + N_COSIGNERS, 0xAE])


def tap_tweak(public_key: bytes) -> bytes:
    """Return the scalar that a key without scripts is tweaked by (BIP 341)."""
    tag = hashlib.sha256(b"TapTweak").digest()
    return hashlib.sha256(tag + tag + public_key[1:]).digest()


def tweaked_secret(secret: bytes, public_key: bytes) -> bytes:
    """Return the secret that signs for the output key of a p2tr address (BIP 341)."""
    number = int.from_bytes(secret, "big")
    if public_key[0] == 3:  # noqa: PLR2004 - an odd point: the key with the even one counts
        number = _ORDER - number
    tweaked = (number + int.from_bytes(tap_tweak(public_key), "big")) % _ORDER
    return tweaked.to_bytes(32, "big")


def output_script(public_key: bytes, kind: str) -> bytes:
    """Return the output script of ``kind`` for a compressed public key."""
    if kind == "p2tr":
        even = PublicKey(b"\x02" + public_key[1:])
        return b"\x51\x20" + even.add(tap_tweak(public_key)).format(compressed=True)[1:]
    digest = hash160(public_key)
    if kind == "p2pkh":
        return b"\x76\xa9\x14" + digest + b"\x88\xac"
    witness = b"\x00\x14" + digest
    if kind == "p2wpkh":
        return witness
    if kind == "p2sh-p2wpkh":
        return b"\xa9\x14" + hash160(witness) + b"\x87"
    raise ValueError(f"{kind!r} is not a kind of script with one key")
