# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys that a log had, from the first one to the current one, each handed over by the last."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path

from vestigo.errors import VerificationError
from vestigo.evidence.handover import FIRST_NUMBER, HandOver, broken, verify_hand_over
from vestigo.evidence.key_names import (
    HAND_OVER_NOTES,
    OPERATOR_NOTES,
    UNIT,
    VKEY,
    key_file,
)
from vestigo.evidence.note import ED25519, Note, NoteKey, parse_key, verify_note
from vestigo.evidence.operator_key import PREFIX, OperatorNote, verify_operator
from vestigo.i18n import _


@dataclass(frozen=True, slots=True)
class Generation:
    """One key of the log and its certificate (DER); ``until`` is the size that it signs up to."""

    number: int
    key: NoteKey
    certificate: bytes
    until: int | None = None


@dataclass(frozen=True, slots=True)
class KeyHistory:
    """All keys of a log, the hand-overs between them, and the operators that they named."""

    generations: tuple[Generation, ...]
    hand_overs: tuple[HandOver, ...]
    operators: tuple[OperatorNote, ...]

    @property
    def current(self) -> Generation:
        """The key that signs now."""
        return self.generations[-1]

    def key_ids(self) -> tuple[str, ...]:
        """Return the eight hex digits of every key: of the unit, then of operators."""
        keys = [one.key for one in self.generations] + [one.key for one in self.operators]
        return tuple(key.id.hex() for key in keys)

    def verify_signers(self, note: Note, size: int, where: str) -> None:
        """Check that a key of the log signed a checkpoint of ``size`` while it was in use.

        Every line of an operator must be right.  Raises ``VerificationError`` E-EVI-263.
        """
        signed = [one for one in self.generations
                  if any(one.key.is_named_by(line) for line in note.signatures)]  # fmt: skip
        in_use = [one for one in signed if one.until is None or size <= one.until]
        if not in_use:
            raise _wrong_signer(where)
        known = {one.key.id: one.key for one in self.operators}
        lines = [line for line in note.signatures if line.name.startswith(PREFIX)]
        if any(line.key_id not in known for line in lines):
            raise _wrong_signer(where)
        for key in (*(one.key for one in signed), *(known[line.key_id] for line in lines)):
            verify_note(note, key, where)


def read_history(keys: Path) -> KeyHistory:
    """Return the history in the folder ``keys``, every hand-over and operator verified.

    Raises ``ConfigurationError`` E-EVI-012 without keys, ``VerificationError`` E-EVI-262 where
    the chain breaks, E-EVI-268 for an operator that no key of the log named.
    """
    key, certificate = _first(keys)
    generations, hand_overs = [], []
    for number, path in enumerate(_notes(keys, HAND_OVER_NOTES), FIRST_NUMBER):
        if path.name != f"handover-{number:04d}.note":
            raise broken(str(path))
        found = verify_hand_over(_text(path), str(path), (number, key, certificate))
        generations.append(Generation(number - 1, key, certificate, found.size))
        hand_overs.append(found)
        key, certificate = found.new, found.new_certificate
    generations.append(Generation(len(hand_overs) + 1, key, certificate))
    unit = tuple(one.key for one in generations)
    operators = tuple(verify_operator(_text(path), str(path), unit)
                      for path in _notes(keys, OPERATOR_NOTES))  # fmt: skip
    return KeyHistory(tuple(generations), tuple(hand_overs), operators)


def public_history(keys: Path) -> dict[str, bytes]:
    """Return name and content of the files of hand-overs and operators: none of them is secret."""
    notes = _notes(keys, HAND_OVER_NOTES) + _notes(keys, OPERATOR_NOTES)
    signatures = sorted(keys.glob("handover-*.p7s"))
    return {path.name: path.read_bytes() for path in (*notes, *signatures)}


def _first(keys: Path) -> tuple[NoteKey, bytes]:
    """Return the first key of the log and its certificate (DER)."""
    pem = key_file(keys / UNIT).decode("ascii", "replace")
    lines = [line for line in pem.splitlines() if not line.startswith("-")]
    try:
        certificate = base64.b64decode("".join(lines), validate=True)
        return parse_key(_text(keys / VKEY), ED25519), certificate
    except (ValueError, binascii.Error) as error:
        raise broken(str(keys)) from error


def _notes(keys: Path, names: re.Pattern[str]) -> list[Path]:
    return sorted(path for path in keys.glob("*.note") if names.fullmatch(path.name))


def _text(path: Path) -> str:
    return key_file(path).decode("utf-8", "replace")


def _wrong_signer(where: str) -> VerificationError:
    return VerificationError(
        "E-EVI-263",
        _("A checkpoint is signed by a key that was not in use then, or is not of this case."),
        where=where,
        remedy=_("Ask who held this key; compare the note with copies that were handed out."),
    )
