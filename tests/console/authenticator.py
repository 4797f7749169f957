# SPDX-License-Identifier: AGPL-3.0-or-later
"""An authenticator in software: what a browser would send, and what an attacker could."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def content(given: str) -> bytes:
    return urlsafe_b64decode(given + "===")


class Authenticator:
    """One passkey on P-256, with a counter that a test can turn back."""

    def __init__(self, name: bytes = b"k" * 32) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = name
        self.counter = 0

    def made(self, options, origin, *, flags=PRESENT | VERIFIED, rp=None, challenge=None, kind="webauthn.create"):  # fmt: skip
        """Return what a browser sends after ``navigator.credentials.create``."""
        numbers = self.key.public_key().public_numbers()
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"),
                           -3: numbers.y.to_bytes(32, "big")})  # fmt: skip
        attested = b"\0" * 16 + len(self.id).to_bytes(2, "big") + self.id + key
        said = self._said(rp or options["rp"]["id"], flags | ATTESTED) + attested
        told = _told(kind, options["challenge"] if challenge is None else challenge, origin)
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})
        return self._sent({"clientDataJSON": text(told), "attestationObject": text(statement)})

    def used(self, options, origin, *, flags=PRESENT | VERIFIED, rp=None, challenge=None, kind="webauthn.get"):  # fmt: skip
        """Return what a browser sends after ``navigator.credentials.get``."""
        self.counter += 1
        said = self._said(rp or options["rpId"], flags)
        told = _told(kind, options["challenge"] if challenge is None else challenge, origin)
        signature = self.key.sign(said + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._sent({"clientDataJSON": text(told), "authenticatorData": text(said),
                           "signature": text(signature), "userHandle": None})  # fmt: skip

    def _said(self, rp, flags) -> bytes:
        return (
            hashlib.sha256(rp.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")
        )

    def _sent(self, response) -> str:
        named = {"id": text(self.id), "rawId": text(self.id), "type": "public-key",
                 "clientExtensionResults": {}, "authenticatorAttachment": "platform"}  # fmt: skip
        return json.dumps({**named, "response": response})


def _told(kind, challenge, origin) -> bytes:
    said = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}
    return json.dumps(said).encode()
