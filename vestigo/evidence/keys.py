# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys of a case: unit key (statement), checkpoint key (log), seal key (secrets).

Private parts lie in one encrypted box; public parts beside it in clear:
``unit.pem`` (certificate), ``checkpoint.pem``, ``checkpoint.vkey``, ``seal.pub``.
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    pkcs7,
)

from vestigo.clock import Clock, system_clock
from vestigo.errors import ConfigurationError, UsageError
from vestigo.evidence import keybox
from vestigo.evidence.certificate import unit_certificate
from vestigo.evidence.checkpoint import Checkpoint, signed_note, verifier_key
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import write_atomically

BOX, UNIT, CHECKPOINT, VKEY, SEAL = (
    "private.box", "unit.pem", "checkpoint.pem", "checkpoint.vkey", "seal.pub",
)  # fmt: skip
PUBLIC_NAMES = (UNIT, CHECKPOINT, VKEY, SEAL)
MIN_PASSPHRASE = 12


@dataclass(frozen=True, slots=True, repr=False)
class UnlockedKeys:
    """The private keys of one session; never shown, never written in clear."""

    unit_key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    checkpoint_key: ed25519.Ed25519PrivateKey
    seal_key: x25519.X25519PrivateKey

    def __repr__(self) -> str:
        return "UnlockedKeys(…)"

    @property
    def origin(self) -> str:
        """The name of the log, taken from the checkpoint key."""
        from vestigo.evidence.checkpoint import key_hash

        return f"vestigo/log/{key_hash('vestigo', _raw(self.checkpoint_key)).hex()}"

    def sign_statement(self, statement: bytes) -> bytes:
        """Return a detached CMS signature (DER) of ``statement`` by the unit key."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(statement)
        builder = builder.add_signer(self.certificate, self.unit_key, SHA256())
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return builder.sign(Encoding.DER, options)

    def sign_checkpoint(self, size: int, root: bytes) -> str:
        """Return the signed note for a log of ``size`` events with this Merkle root."""
        text = Checkpoint(self.origin, size, root).text()
        signature = self.checkpoint_key.sign(text.encode("utf-8"))
        return signed_note(text, self.origin, _raw(self.checkpoint_key), signature)

    def seal_private_bytes(self) -> bytes:
        """Return the raw 32 bytes that open what was sealed at capture."""
        return self.seal_key.private_bytes_raw()

    def documents_key(self) -> bytes:
        """Return the key of the tags on documents that were made before (32 bytes)."""
        return hmac.digest(self.seal_private_bytes(), b"vestigo documents", "sha256")

    def seal_public_bytes(self) -> bytes:
        """Return the raw 32 bytes that secrets are sealed to."""
        return self.seal_key.public_key().public_bytes_raw()

    def public_files(self) -> dict[str, bytes]:
        """Return name and content of the public parts."""
        public = self.checkpoint_key.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return {
            UNIT: self.certificate.public_bytes(Encoding.PEM),
            CHECKPOINT: pem,
            VKEY: verifier_key(self.origin, public.public_bytes_raw()).encode("utf-8") + b"\n",
            SEAL: base64.b64encode(self.seal_public_bytes()) + b"\n",
        }


def create_keys(folder: CaseFolder, passphrase: str, clock: Clock = system_clock) -> dict[str, str]:
    """Make the keys of a case; return the SHA-256 fingerprints of the public parts.

    Raises ``UsageError`` E-EVI-010 where there are keys already, E-EVI-011 for a
    passphrase that is too short.
    """
    if (folder.keys / BOX).exists():
        raise UsageError(
            "E-EVI-010",
            _("This case has keys already."),
            where=str(folder.keys),
            remedy=_("Use them; what they signed depends on them."),
        )
    if len(passphrase) < MIN_PASSPHRASE:
        raise UsageError(
            "E-EVI-011",
            _("The passphrase has fewer than {n} characters.").format(n=MIN_PASSPHRASE),
            remedy=_("Choose a longer one, for instance of several words."),
        )
    keys = _new_keys(folder.description()["unit"], clock())
    for name, content in keys.public_files().items():
        write_atomically(folder.keys / name, content)
    # the box last: with it the keys exist, and before it they can be made anew
    write_atomically(folder.keys / BOX, keybox.lock(_private_parts(keys), passphrase))
    return fingerprints(keys)


def unlock_keys(folder: CaseFolder, passphrase: str) -> UnlockedKeys:
    """Open the keys of a case for this session.

    Raises ``ConfigurationError``: E-EVI-012 no keys, E-EVI-013 and 014 as ``keybox.unlock``,
    E-EVI-015 a public part beside the box is not that of the private key.
    """
    box = _content(folder.keys / BOX)
    parts = json.loads(keybox.unlock(box, passphrase, str(folder.keys / BOX)))
    raw = {name: base64.b64decode(value) for name, value in parts.items()}
    unit_key = load_der_private_key(raw["unit"], None)
    assert isinstance(unit_key, ec.EllipticCurvePrivateKey)
    keys = UnlockedKeys(
        unit_key,
        x509.load_der_x509_certificate(raw["certificate"]),
        ed25519.Ed25519PrivateKey.from_private_bytes(raw["checkpoint"]),
        x25519.X25519PrivateKey.from_private_bytes(raw["seal"]),
    )
    _refuse_swapped_public_parts(folder.keys, keys)
    return keys


def seal_public_key(folder: CaseFolder) -> bytes:
    """Return the raw 32-byte X25519 public key of a case (no passphrase needed).

    Raises ``ConfigurationError`` E-EVI-012 where the case has no keys.
    """
    return base64.b64decode(_content(folder.keys / SEAL))


def fingerprints(keys: UnlockedKeys) -> dict[str, str]:
    """Return what is read out over the telephone: SHA-256 of certificate and public keys."""
    from hashlib import sha256

    public = keys.checkpoint_key.public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "unit_certificate_sha256": keys.certificate.fingerprint(SHA256()).hex(),
        "checkpoint_key_sha256": sha256(spki).hexdigest(),
        "seal_key_sha256": sha256(keys.seal_public_bytes()).hexdigest(),
        "origin": keys.origin,
    }


def _new_keys(unit: str, now: datetime) -> UnlockedKeys:
    unit_key = ec.generate_private_key(ec.SECP256R1())
    certificate = unit_certificate(unit_key, unit, now)
    return UnlockedKeys(
        unit_key,
        certificate,
        ed25519.Ed25519PrivateKey.generate(),
        x25519.X25519PrivateKey.generate(),
    )


def _private_parts(keys: UnlockedKeys) -> bytes:
    unit = keys.unit_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    parts = {
        "unit": unit,
        "certificate": keys.certificate.public_bytes(Encoding.DER),
        "checkpoint": keys.checkpoint_key.private_bytes_raw(),
        "seal": keys.seal_private_bytes(),
    }
    return json.dumps({k: base64.b64encode(v).decode("ascii") for k, v in parts.items()}).encode()


def _refuse_swapped_public_parts(folder: Path, keys: UnlockedKeys) -> None:
    for name, content in keys.public_files().items():
        if _content(folder / name) != content:
            raise ConfigurationError(
                "E-EVI-015",
                _("A public key of the case is not that of its private key."),
                where=str(folder / name),
                remedy=_("Somebody exchanged the file: restore it and look into it."),
            )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(
            "E-EVI-012",
            _("The case has no keys."),
            where=str(path),
            remedy=_("Make them with “vestigo case keys”."),
        ) from error


def _raw(key: ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()
