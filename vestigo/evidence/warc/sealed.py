# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sealing the exact bytes that hold secrets to a public key.

Each item is one JSON line.  A fresh data key encrypts it (ChaCha20-Poly1305, the
capture id as associated data); the data key is wrapped for an X25519 public key
(ephemeral key, HKDF-SHA256), so that crawling needs no private key at all.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vestigo.errors import VerificationError
from vestigo.i18n import _

FORMAT = "vestigo-seal/1"
SALT_BYTES = 32
_WRAP_NONCE = bytes(12)


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """The exact block of one record and the salt of its commitment."""

    salt: bytes
    block: bytes


def commitment(salt: bytes, block: bytes) -> str:
    """Return the HMAC-SHA-256 of ``block`` under ``salt`` (lower hex)."""
    return hmac.new(salt, block, hashlib.sha256).hexdigest()


def new_salt() -> bytes:
    """Return 256 fresh random bits."""
    return os.urandom(SALT_BYTES)


def seal(seal_key: bytes, capture_id: str, records: Mapping[str, SealedRecord]) -> bytes:
    """Return one line (with its line feed) that only the private key can open."""
    ephemeral = X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(seal_key))
    data_key, nonce = ChaCha20Poly1305.generate_key(), os.urandom(12)
    aad = capture_id.encode("ascii")
    wrap = ChaCha20Poly1305(_wrapping_key(shared, public, seal_key))
    line = {
        "format": FORMAT,
        "capture_id": capture_id,
        "ephemeral_public_key": public.hex(),
        "wrapped_key": wrap.encrypt(_WRAP_NONCE, data_key, aad).hex(),
        "nonce": nonce.hex(),
        "ciphertext": _b64(ChaCha20Poly1305(data_key).encrypt(nonce, _packed(records), aad)),
    }
    return json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n"


def open_sealed(private_key: bytes, item: Mapping[str, Any]) -> dict[str, SealedRecord]:
    """Return the records (``request``, ``response``) of one sealed item.

    ``private_key`` is 32 raw bytes (X25519).  Raises ``VerificationError`` E-EVI-104
    when the key is not the right one or a byte of the item was changed.
    """
    try:
        return _opened(private_key, item)
    except (InvalidTag, KeyError, ValueError, TypeError, zlib.error) as error:
        raise VerificationError(
            "E-EVI-104",
            _("A sealed item cannot be opened: another key, or changed bytes."),
            where=str(item.get("capture_id", "")),
            remedy=_("Use the private key of the case; compare the file with its copy."),
        ) from error


def iter_sealed(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the items of a sealed file; a torn last line is left out."""
    with path.open("rb") as handle:
        for line in handle:
            if line.endswith(b"\n"):
                yield json.loads(line)


def _opened(private_key: bytes, item: Mapping[str, Any]) -> dict[str, SealedRecord]:
    if item["format"] != FORMAT:
        raise ValueError(item["format"])
    private = X25519PrivateKey.from_private_bytes(private_key)
    public = bytes.fromhex(item["ephemeral_public_key"])
    shared = private.exchange(X25519PublicKey.from_public_bytes(public))
    recipient = private.public_key().public_bytes_raw()
    aad = str(item["capture_id"]).encode("ascii")
    wrap = ChaCha20Poly1305(_wrapping_key(shared, public, recipient))
    data_key = wrap.decrypt(_WRAP_NONCE, bytes.fromhex(item["wrapped_key"]), aad)
    ciphertext = base64.b64decode(item["ciphertext"], validate=True)
    plain = ChaCha20Poly1305(data_key).decrypt(bytes.fromhex(item["nonce"]), ciphertext, aad)
    return {
        name: SealedRecord(bytes.fromhex(part["salt"]), base64.b64decode(part["block"]))
        for name, part in json.loads(zlib.decompress(plain)).items()
    }


def _wrapping_key(shared: bytes, ephemeral: bytes, recipient: bytes) -> bytes:
    derived = HKDF(SHA256(), 32, salt=ephemeral + recipient, info=FORMAT.encode("ascii"))
    return derived.derive(shared)


def _packed(records: Mapping[str, SealedRecord]) -> bytes:
    plain = {
        name: {"salt": record.salt.hex(), "block": _b64(record.block)}
        for name, record in sorted(records.items())
    }
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode("ascii"))


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
