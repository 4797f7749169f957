# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checkpoints of the custody log as C2SP signed notes (tlog-checkpoint, signed-note)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

ED25519 = b"\x01"
DASH = "\u2014"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of one log: its origin, how many events, the Merkle root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text of the note that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


def key_hash(name: str, public_key: bytes) -> bytes:
    """Return the four bytes by which a signature line names an Ed25519 key."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + ED25519 + public_key).digest()[:4]


def verifier_key(name: str, public_key: bytes) -> str:
    """Return the key as signed-note tools read it: name, key hash, type and key."""
    encoded = base64.b64encode(ED25519 + public_key).decode("ascii")
    return f"{name}+{key_hash(name, public_key).hex()}+{encoded}"


def signed_note(text: str, name: str, public_key: bytes, signature: bytes) -> str:
    """Return ``text`` followed by an empty line and the signature line."""
    encoded = base64.b64encode(key_hash(name, public_key) + signature).decode("ascii")
    return f"{text}\n{DASH} {name} {encoded}\n"


def parse_checkpoint(note: str) -> Checkpoint:
    """Return what the note states, its signature not looked at; ``ValueError`` if it is none."""
    text, gap, _signatures = note.partition("\n\n")
    lines = text.split("\n")
    if not gap or len(lines) < 3 or not lines[1].isdigit():  # noqa: PLR2004 (origin, size, root)
        raise ValueError("not a checkpoint")
    return Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
