# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys of a case: unit key (statement), checkpoint key (log), seal key (secrets).

Private parts lie in one encrypted box; public parts beside it in clear: ``seal.pub`` and,
of the first keys of the log, ``unit.pem`` (certificate), ``checkpoint.pem``, ``checkpoint.vkey``.
Later keys stand in the hand-overs that lead to them (``vestigo.evidence.key_history``).
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

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
from vestigo.evidence.checkpoint import Checkpoint
from vestigo.evidence.custody_reading import whole_lines
from vestigo.evidence.key_history import read_history
from vestigo.evidence.key_names import (
    BOX,
    CHECKPOINT,
    MADE,
    PASSPHRASE_CHANGED,
    ROTATED,
    SEAL,
    STAGED,
    UNIT,
    VKEY,
    key_file,
)
from vestigo.evidence.note import ED25519, Note, NoteKey, NoteSignature
from vestigo.evidence.operator_key import OperatorKey
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import write_atomically

__all__ = ["BOX", "CHECKPOINT", "SEAL", "UNIT", "VKEY", "FirstKeys", "UnlockedKeys",
           "create_keys", "fingerprints", "seal_public_key", "unlock_keys"]  # fmt: skip
PUBLIC_NAMES = (UNIT, CHECKPOINT, VKEY, SEAL)
MIN_PASSPHRASE = 12
LOG_EVENTS = tuple(f'"reason":"{reason}"'.encode() for reason in
                   (MADE, ROTATED, PASSPHRASE_CHANGED))  # fmt: skip


@dataclass(frozen=True, slots=True)
class FirstKeys:
    """The public parts of the first keys of a log: what was published and names the log."""

    certificate: x509.Certificate
    checkpoint_key: ed25519.Ed25519PublicKey


@dataclass(frozen=True, slots=True, repr=False)
class UnlockedKeys:
    """The private keys of one session; never shown, never written in clear.

    ``first`` are the first keys where these were handed over to; ``retired_seals`` open what
    was sealed before, oldest first; ``operator`` signs checkpoints beside the unit.
    """

    unit_key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    checkpoint_key: ed25519.Ed25519PrivateKey
    seal_key: x25519.X25519PrivateKey
    first: FirstKeys | None = None
    number: int = 1
    retired_seals: tuple[x25519.X25519PrivateKey, ...] = ()
    operator: OperatorKey | None = None

    def __repr__(self) -> str:
        return "UnlockedKeys(…)"

    @property
    def first_keys(self) -> FirstKeys:
        """The first keys of the log, these themselves where none were handed over."""
        return self.first or FirstKeys(self.certificate, self.checkpoint_key.public_key())

    @property
    def origin(self) -> str:
        """The name of the log, taken from its first checkpoint key: it never changes."""
        first = self.first_keys.checkpoint_key.public_bytes_raw()
        return f"vestigo/log/{NoteKey('vestigo', ED25519, first).id.hex()}"

    @property
    def note_key(self) -> NoteKey:
        """The public key that signs checkpoints now, as signature lines name it."""
        return NoteKey(self.origin, ED25519, _raw(self.checkpoint_key))

    def sign_statement(self, statement: bytes) -> bytes:
        """Return a detached CMS signature (DER) of ``statement`` by the unit key."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(statement)
        builder = builder.add_signer(self.certificate, self.unit_key, SHA256())
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return builder.sign(Encoding.DER, options)

    def signature_of(self, text: str) -> NoteSignature:
        """Return the signature line of the checkpoint key over the text of a note."""
        key, content = self.note_key, text.encode("utf-8")
        return NoteSignature(key.name, key.id, self.checkpoint_key.sign(content))

    def sign_checkpoint(self, size: int, root: bytes) -> str:
        """Return the signed note for a log of ``size`` events with this Merkle root."""
        text = Checkpoint(self.origin, size, root).text()
        beside = (self.operator.signature_of(text),) if self.operator else ()
        return Note(text, (self.signature_of(text), *beside)).written()

    def seal_private_bytes(self) -> bytes:
        """Return the raw 32 bytes that open what was sealed since the last rotation."""
        return self.seal_key.private_bytes_raw()

    def all_seal_private_bytes(self) -> tuple[bytes, ...]:
        """Return what opens everything that was ever sealed, the current key first."""
        keys = (self.seal_key, *reversed(self.retired_seals))
        return tuple(key.private_bytes_raw() for key in keys)

    def documents_key(self) -> bytes:
        """Return the key of the tags on documents that were made before (32 bytes).

        It comes from the first seal key: a rotation makes no document again.
        """
        first = self.all_seal_private_bytes()[-1]
        return hmac.digest(first, b"vestigo documents", "sha256")

    def seal_public_bytes(self) -> bytes:
        """Return the raw 32 bytes that secrets are sealed to."""
        return self.seal_key.public_key().public_bytes_raw()

    def public_files(self) -> dict[str, bytes]:
        """Return name and content of the public parts."""
        first = self.first_keys
        public = first.checkpoint_key
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        named = NoteKey(self.origin, ED25519, public.public_bytes_raw())
        return {
            UNIT: first.certificate.public_bytes(Encoding.PEM),
            CHECKPOINT: pem,
            VKEY: named.written().encode("utf-8") + b"\n",
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
    refuse_short(passphrase)
    keys = new_keys(folder.description()["unit"], clock())
    for name, content in keys.public_files().items():
        write_atomically(folder.keys / name, content)
    # the box last: with it the keys exist, and before it they can be made anew
    write_atomically(
        folder.keys / BOX, keybox.lock(json.dumps(private_parts(keys)).encode(), passphrase)
    )
    return fingerprints(keys)


def refuse_short(passphrase: str) -> None:
    """Raise ``UsageError`` E-EVI-011 for a passphrase that is too short."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise UsageError(
            "E-EVI-011",
            _("The passphrase has fewer than {n} characters.").format(n=MIN_PASSPHRASE),
            remedy=_("Choose a longer one, for instance of several words."),
        )


def unlock_keys(folder: CaseFolder, passphrase: str) -> UnlockedKeys:
    """Open the keys of a case for this session.

    Raises ``ConfigurationError``: E-EVI-012 no keys, E-EVI-013 and 014 as ``keybox.unlock``,
    E-EVI-015 a public part beside the box is not that of the private key, E-EVI-260 a change
    of the keys was begun and not finished, E-EVI-261 the box is not the one that the custody
    log names; ``VerificationError`` as ``read_history``.
    """
    for name in STAGED:
        if (folder.keys / name).exists():
            raise ConfigurationError(
                "E-EVI-260",
                _("A change of the keys was begun and not finished."),
                where=str(folder.keys / name),
                remedy=_("Run the same command once more: it goes on where it was cut off."),
            )
    box = key_file(folder.keys / BOX)
    keys = keys_of(json.loads(keybox.unlock(box, passphrase, str(folder.keys / BOX))))
    _refuse_other_box(folder, box, keys)
    _refuse_swapped_public_parts(folder.keys, keys)
    return keys


def keys_of(parts: dict[str, Any]) -> UnlockedKeys:
    """Return the keys that the content of a box holds (see ``private_parts``)."""
    raw = {name: base64.b64decode(parts[name]) for name in ("unit", "certificate", "checkpoint",
                                                            "seal")}  # fmt: skip
    unit_key = load_der_private_key(raw["unit"], None)
    assert isinstance(unit_key, ec.EllipticCurvePrivateKey)
    retired = [base64.b64decode(one) for one in parts.get("retired_seals", [])]
    return UnlockedKeys(
        unit_key,
        x509.load_der_x509_certificate(raw["certificate"]),
        ed25519.Ed25519PrivateKey.from_private_bytes(raw["checkpoint"]),
        x25519.X25519PrivateKey.from_private_bytes(raw["seal"]),
        first=_first_of(parts.get("first")),
        number=parts.get("number", 1),
        retired_seals=tuple(map(x25519.X25519PrivateKey.from_private_bytes, retired)),
    )


def seal_public_key(folder: CaseFolder) -> bytes:
    """Return the raw 32-byte X25519 public key of a case (no passphrase needed).

    Raises ``ConfigurationError`` E-EVI-012 where the case has no keys.
    """
    return base64.b64decode(key_file(folder.keys / SEAL))


def fingerprints(keys: UnlockedKeys) -> dict[str, str]:
    """Return what is read out over the telephone: SHA-256 of certificate and public keys.

    Those of the first keys, which never change; where keys were handed over, the current
    ones beside them.
    """
    first, current = keys.first_keys, keys.checkpoint_key.public_key()
    shown = {
        "unit_certificate_sha256": first.certificate.fingerprint(SHA256()).hex(),
        "checkpoint_key_sha256": _digest(first.checkpoint_key),
        "seal_key_sha256": sha256(keys.seal_public_bytes()).hexdigest(),
        "origin": keys.origin,
    }
    if keys.first is None:
        return shown
    return shown | {
        "number": str(keys.number),
        "key": keys.note_key.id.hex(),
        "current_certificate_sha256": keys.certificate.fingerprint(SHA256()).hex(),
        "current_checkpoint_key_sha256": _digest(current),
    }


def new_keys(unit: str, now: datetime) -> UnlockedKeys:
    """Return fresh keys with a certificate in the name of ``unit``."""
    unit_key = ec.generate_private_key(ec.SECP256R1())
    certificate = unit_certificate(unit_key, unit, now)
    return UnlockedKeys(
        unit_key,
        certificate,
        ed25519.Ed25519PrivateKey.generate(),
        x25519.X25519PrivateKey.generate(),
    )


def private_parts(keys: UnlockedKeys) -> dict[str, Any]:
    """Return what a box holds of the keys, as JSON can hold it."""
    unit = keys.unit_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    parts: dict[str, Any] = {
        "unit": _text(unit),
        "certificate": _text(keys.certificate.public_bytes(Encoding.DER)),
        "checkpoint": _text(keys.checkpoint_key.private_bytes_raw()),
        "seal": _text(keys.seal_private_bytes()),
    }
    if keys.first is None:
        return parts
    first = [keys.first.certificate.public_bytes(Encoding.DER),
             keys.first.checkpoint_key.public_bytes_raw()]  # fmt: skip
    retired = [_text(key.private_bytes_raw()) for key in keys.retired_seals]
    return parts | {"first": [_text(one) for one in first], "number": keys.number,
                    "retired_seals": retired}  # fmt: skip


def _first_of(parts: list[str] | None) -> FirstKeys | None:
    if parts is None:
        return None
    certificate, public = (base64.b64decode(one) for one in parts)
    return FirstKeys(
        x509.load_der_x509_certificate(certificate),
        ed25519.Ed25519PublicKey.from_public_bytes(public),
    )


def _refuse_swapped_public_parts(folder: Path, keys: UnlockedKeys) -> None:
    for name, content in keys.public_files().items():
        if key_file(folder / name) != content:
            raise _swapped(folder / name)
    current = read_history(folder).current
    certificate = keys.certificate.public_bytes(Encoding.DER)
    if (current.number, current.key, current.certificate) != (
        keys.number, keys.note_key, certificate,
    ):  # fmt: skip
        raise _swapped(folder / f"handover-{keys.number:04d}.note")


def _swapped(path: Path) -> ConfigurationError:
    return ConfigurationError(
        "E-EVI-015",
        _("A public key of the case is not that of its private key."),
        where=str(path),
        remedy=_("Somebody exchanged the file: restore it and look into it."),
    )


def _refuse_other_box(folder: CaseFolder, box: bytes, keys: UnlockedKeys) -> None:
    """Compare the box with what the log says of it: an older copy, or that of another case.

    Each of these events tells of a box that took the place of the one before: the last counts.
    """
    told = [line for line in whole_lines(folder.custody / "events.jsonl")
            if any(mark in line for mark in LOG_EVENTS)]  # fmt: skip
    if not told:
        return
    details = json.loads(told[-1]).get("details", {})
    origin, digest = details.get("origin", keys.origin), details.get("box_sha256")
    if origin != keys.origin or digest not in (None, sha256(box).hexdigest()):
        raise ConfigurationError(
            "E-EVI-261",
            _("The box of the private keys is not the one that the custody log names."),
            where=str(folder.keys / BOX),
            remedy=_("It is an older copy, or of another case: restore the last one."),
        )


def _digest(public: ed25519.Ed25519PublicKey) -> str:
    return sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _raw(key: ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
