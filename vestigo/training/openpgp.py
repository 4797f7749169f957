# SPDX-License-Identifier: AGPL-3.0-or-later
"""OpenPGP keys that come out the same each time.

Version 4 packets of RFC 4880 with the Ed25519 and Curve25519 keys of RFC 9580
(the “legacy” forms that every installed gpg reads): a certifying primary key, one
user id, one encryption subkey.  Ed25519 signatures carry no randomness, so that
secret, time and name decide every byte.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_SIGNATURE, _PUBLIC_KEY, _USER_ID, _PUBLIC_SUBKEY = 2, 6, 13, 14
_EDDSA, _ECDH = 22, 18
_ED25519_OID = bytes.fromhex("2b06010401da470f01")
_CV25519_OID = bytes.fromhex("2b060104019755010501")
_SHA256, _SHA512, _AES128, _AES256 = 8, 10, 7, 9
_KDF = bytes([3, 1, _SHA256, _AES128])
_TEXT_DOCUMENT, _POSITIVE_CERTIFICATION, _SUBKEY_BINDING = 0x01, 0x13, 0x18
_CERTIFY_AND_SIGN, _ENCRYPT = 0x03, 0x0C
_ONE_OCTET_BELOW = 192
_CRC_START, _CRC_POLYNOMIAL = 0xB704CE, 0x1864CFB


@dataclass(frozen=True, slots=True)
class VendorKey:
    """A public key as vendors publish it; ``fingerprint`` in upper hexadecimal."""

    fingerprint: str
    armoured: str
    binary: bytes


def make_vendor_key(secret: bytes, user_id: str, made_at: datetime) -> VendorKey:
    """Return the public key that ``secret`` (32 bytes) stands for."""
    signing = Ed25519PrivateKey.from_private_bytes(_derived(secret, b"sign"))
    receiving = X25519PrivateKey.from_private_bytes(_derived(secret, b"receive"))
    moment = int(made_at.timestamp())
    primary = _key_body(moment, _EDDSA, _ED25519_OID, _raw(signing))
    subkey = _key_body(moment, _ECDH, _CV25519_OID, _raw(receiving)) + _KDF
    name = user_id.encode()
    named = _hashed_key(primary) + b"\xb4" + len(name).to_bytes(4, "big") + name
    bound = _hashed_key(primary) + _hashed_key(subkey)
    preferences = (
        _subpacket(27, bytes([_CERTIFY_AND_SIGN]))
        + _subpacket(11, bytes([_AES256, _AES128]))
        + _subpacket(21, bytes([_SHA512, _SHA256]))
        + _subpacket(30, b"\x01")
    )
    signer = _Signer(signing, _fingerprint(primary), moment)
    binary = b"".join(
        [
            _packet(_PUBLIC_KEY, primary),
            _packet(_USER_ID, name),
            signer.sign(_POSITIVE_CERTIFICATION, named, preferences),
            _packet(_PUBLIC_SUBKEY, subkey),
            signer.sign(_SUBKEY_BINDING, bound, _subpacket(27, bytes([_ENCRYPT]))),
        ]
    )
    return VendorKey(_fingerprint(primary).hex().upper(), armour(binary), binary)


def clear_signed(secret: bytes, made_at: datetime, signed_at: datetime, text: str) -> str:
    """Return ``text`` in a cleartext signature of the key that ``make_vendor_key`` gives.

    RFC 4880, section 7: lines that begin with a dash are escaped, white space at the ends
    of lines is not signed (and left out here).
    """
    signing = Ed25519PrivateKey.from_private_bytes(_derived(secret, b"sign"))
    primary = _key_body(int(made_at.timestamp()), _EDDSA, _ED25519_OID, _raw(signing))
    signer = _Signer(signing, _fingerprint(primary), int(signed_at.timestamp()))
    signed = [line.rstrip(" \t\r") for line in text.split("\n")]
    signature = signer.sign(_TEXT_DOCUMENT, "\r\n".join(signed).encode())
    escaped = [f"- {line}" if line.startswith("-") else line for line in signed]
    head = ["-----BEGIN PGP SIGNED MESSAGE-----", "Hash: SHA256", ""]
    return "\n".join([*head, *escaped, armour(signature, "SIGNATURE")])


def armour(binary: bytes, what: str = "PUBLIC KEY BLOCK") -> str:
    """Return ``binary`` as an ASCII-armoured block, CRC included."""
    text = base64.b64encode(binary).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    check = base64.b64encode(_crc24(binary).to_bytes(3, "big")).decode()
    begin, end = (f"-----{word} PGP {what}-----" for word in ("BEGIN", "END"))
    return "\n".join([begin, "", *lines, "=" + check, end, ""])


@dataclass(frozen=True, slots=True)
class _Signer:
    key: Ed25519PrivateKey
    fingerprint: bytes
    moment: int

    def sign(self, kind: int, content: bytes, more: bytes = b"") -> bytes:
        """Return the signature packet of ``kind`` over ``content`` (RFC 4880, 5.2.4).

        ``more`` are further hashed subpackets.
        """
        hashed = (
            _subpacket(33, b"\x04" + self.fingerprint)
            + _subpacket(2, self.moment.to_bytes(4, "big"))
            + more
        )
        head = bytes([4, kind, _EDDSA, _SHA256]) + len(hashed).to_bytes(2, "big") + hashed
        trailer = b"\x04\xff" + len(head).to_bytes(4, "big")
        digest = hashlib.sha256(content + head + trailer).digest()
        raw = self.key.sign(digest)
        issuer = _subpacket(16, self.fingerprint[-8:])
        tail = len(issuer).to_bytes(2, "big") + issuer + digest[:2]
        return _packet(_SIGNATURE, head + tail + _mpi(raw[:32]) + _mpi(raw[32:]))


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hashlib.sha256(b"vestigo.range.openpgp/" + purpose + b"/" + secret).digest()


def _raw(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _key_body(moment: int, algorithm: int, oid: bytes, public: bytes) -> bytes:
    head = b"\x04" + moment.to_bytes(4, "big") + bytes([algorithm, len(oid)]) + oid
    return head + _mpi(b"\x40" + public)


def _mpi(number: bytes) -> bytes:
    stripped = number.lstrip(b"\x00")
    n_bits = int.from_bytes(stripped, "big").bit_length()
    return n_bits.to_bytes(2, "big") + stripped


def _hashed_key(body: bytes) -> bytes:
    return b"\x99" + len(body).to_bytes(2, "big") + body


def _fingerprint(body: bytes) -> bytes:
    return hashlib.sha1(_hashed_key(body), usedforsecurity=False).digest()


def _subpacket(kind: int, content: bytes) -> bytes:
    return bytes([len(content) + 1, kind]) + content


def _packet(tag: int, body: bytes) -> bytes:
    n_bytes = len(body)
    length = (
        bytes([n_bytes]) if n_bytes < _ONE_OCTET_BELOW else b"\xff" + n_bytes.to_bytes(4, "big")
    )
    return bytes([0xC0 | tag]) + length + body


def _crc24(content: bytes) -> int:
    crc = _CRC_START
    for byte in content:
        crc ^= byte << 16
        for _bit in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= _CRC_POLYNOMIAL
    return crc
