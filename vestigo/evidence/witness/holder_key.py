# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key of a witness: Ed25519, encrypted at rest, under a name that it chose."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vestigo.errors import ConfigurationError, UsageError
from vestigo.evidence import keybox
from vestigo.evidence.keys import BOX, MIN_PASSPHRASE
from vestigo.evidence.note import (
    COSIGNATURE,
    KEY_NAME,
    TIME_BYTES,
    NoteKey,
    NoteSignature,
    cosigned_text,
)
from vestigo.i18n import _
from vestigo.store.atomic import write_atomically

VKEY = "witness.vkey"


@dataclass(frozen=True, slots=True, repr=False)
class UnlockedWitness:
    """The private key of a witness for one session; never shown, never written in clear."""

    name: str
    private: Ed25519PrivateKey

    def __repr__(self) -> str:
        return "UnlockedWitness(…)"

    @property
    def key(self) -> NoteKey:
        """The public key by which others verify its cosignatures."""
        return NoteKey(self.name, COSIGNATURE, self.private.public_key().public_bytes_raw())

    def cosign(self, text: str, timestamp: int) -> NoteSignature:
        """Return the cosignature of a checkpoint's text at a second (POSIX)."""
        signature = self.private.sign(cosigned_text(text, timestamp))
        return NoteSignature(
            self.name, self.key.id, timestamp.to_bytes(TIME_BYTES, "big") + signature
        )


def create_witness(folder: Path, name: str, passphrase: str) -> UnlockedWitness:
    """Make the folder and key of a witness and return it.

    Raises ``UsageError``: E-EVI-121 a witness is there or the name is none, E-EVI-011 the
    passphrase is too short.
    """
    if (folder / BOX).exists() or not KEY_NAME.fullmatch(name) or not name.isprintable():
        raise UsageError(
            "E-EVI-121",
            _("There is a witness in this folder already, or the name is not one of a key."),
            where=f"{folder} {name}",
            remedy=_("Choose a new folder and a name like witness.example/1: no spaces, no plus."),
        )
    if len(passphrase) < MIN_PASSPHRASE:
        raise UsageError(
            "E-EVI-011",
            _("The passphrase has fewer than {n} characters.").format(n=MIN_PASSPHRASE),
            remedy=_("Choose a longer one, for instance of several words."),
        )
    witness = UnlockedWitness(name, Ed25519PrivateKey.generate())
    raw = base64.b64encode(witness.private.private_bytes_raw()).decode("ascii")
    write_atomically(folder / VKEY, f"{witness.key.written()}\n".encode())
    content = json.dumps({"name": name, "witness": raw}).encode()
    write_atomically(folder / BOX, keybox.lock(content, passphrase))
    return witness


def unlock_witness(folder: Path, passphrase: str) -> UnlockedWitness:
    """Open the key of the witness in ``folder``.

    Raises ``ConfigurationError``: E-EVI-122 there is no witness, E-EVI-013 and 014 as
    ``keybox.unlock``.
    """
    path = folder / BOX
    if not path.is_file():
        raise ConfigurationError(
            "E-EVI-122",
            _("There is no witness in this folder."),
            where=str(folder),
            remedy=_("Make one with “vestigo evidence witness new”."),
        )
    parts = json.loads(keybox.unlock(path.read_bytes(), passphrase, str(path)))
    raw = base64.b64decode(parts["witness"])
    return UnlockedWitness(parts["name"], Ed25519PrivateKey.from_private_bytes(raw))
