# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who alone can open the quarantine: a named person and that person's public key.

The private key never lies in the case: it is made into a box (keybox) of its own, at a
place that the person chooses, or outside of this program altogether.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vestigo.errors import ConfigurationError, UsageError
from vestigo.evidence import keybox
from vestigo.evidence.keys import MIN_PASSPHRASE
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import write_atomically

NAME = "quarantine.json"
FORMAT = "vestigo-quarantine-recipient/1"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Recipient:
    """A named person and a raw X25519 public key (32 bytes)."""

    name: str
    public_key: bytes


def set_recipient(folder: CaseFolder, name: str, public_key: str) -> Recipient:
    """Record to whom the quarantine is encrypted from now on; ``public_key`` is hex.

    Raises ``UsageError`` E-SCR-005 for what is no such key.
    """
    try:
        raw = bytes.fromhex(public_key.strip())
    except ValueError:
        raw = b""
    if len(raw) != KEY_BYTES or not name.strip():
        raise UsageError(
            "E-SCR-005",
            _("This is no name with an X25519 public key of 64 hexadecimal digits."),
            where="--name, --public-key",
            remedy=_("Give the key that the recipient made, or let one be made with “--new”."),
        )
    body = {"format": FORMAT, "name": name.strip(), "public_key": raw.hex()}
    write_atomically(folder.keys / NAME, json.dumps(body, sort_keys=True).encode() + b"\n")
    return Recipient(name.strip(), raw)


def recipient_of(folder: CaseFolder) -> Recipient | None:
    """Return the recipient of the case, None where none was named; E-SCR-005 for a broken file."""
    path = folder.keys / NAME
    if not path.is_file():
        return None
    try:
        body = json.loads(path.read_bytes())
        recipient = Recipient(str(body["name"]), bytes.fromhex(body["public_key"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(path) from error
    if body.get("format") != FORMAT or len(recipient.public_key) != KEY_BYTES:
        raise _broken(path)
    return recipient


def make_recipient_key(path: Path, passphrase: str) -> str:
    """Make a key pair: the private part into a new box at ``path``; return the public part in hex.

    Raises ``UsageError`` E-EVI-011 for a short passphrase, E-SCR-006 where a file is there.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise UsageError(
            "E-EVI-011",
            _("The passphrase has fewer than {n} characters.").format(n=MIN_PASSPHRASE),
            remedy=_("Choose a longer one, for instance of several words."),
        )
    if path.exists():
        raise UsageError(
            "E-SCR-006",
            _("There is already a file at this path."),
            where=str(path),
            remedy=_("Choose a new name: nothing is overwritten."),
        )
    key = X25519PrivateKey.generate()
    write_atomically(path, keybox.lock(key.private_bytes_raw(), passphrase))
    return key.public_key().public_bytes_raw().hex()


def recipient_private_key(path: Path, passphrase: str) -> bytes:
    """Return the private key out of its box; E-EVI-013 and E-EVI-014 as ``keybox.unlock``."""
    try:
        box = path.read_bytes()
    except OSError as error:
        raise UsageError(
            "E-SCR-006",
            _("The box of the recipient's key cannot be read: {reason}").format(
                reason=error.strerror
            ),
            where=str(path),
            remedy=_("Give the path of the box that “quarantine-key --new” made."),
        ) from error
    return keybox.unlock(box, passphrase, str(path))


def _broken(path: Path) -> ConfigurationError:
    return ConfigurationError(
        "E-SCR-005",
        _("The file that names the recipient of the quarantine cannot be read."),
        where=str(path),
        remedy=_("Name the recipient again with “vestigo case quarantine-key”."),
    )
