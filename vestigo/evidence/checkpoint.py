# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checkpoints of the custody log as C2SP signed notes (tlog-checkpoint, signed-note)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from vestigo.evidence.note import parse_note

ROOT_BYTES = 32
SIZE = re.compile(r"0|[1-9][0-9]{0,15}")  # as ``verify.py`` reads it
LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of one log: its origin, how many events, the Merkle root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text of the note that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


def parse_checkpoint(note: str) -> Checkpoint:
    """Return what the note states, its signature not looked at; ``ValueError`` if it is none.

    Extension lines are opaque and passed over, as tlog-checkpoint says.
    """
    lines = parse_note(note).text[:-1].split("\n")
    if len(lines) < LINES or not all(lines) or not SIZE.fullmatch(lines[1]):
        raise ValueError("not a checkpoint")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error as error:
        raise ValueError("not a checkpoint") from error
    if len(root) != ROOT_BYTES or base64.b64encode(root).decode("ascii") != lines[2]:
        raise ValueError("not a checkpoint")
    return Checkpoint(lines[0], int(lines[1]), root)
