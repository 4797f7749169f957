# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signed notes and their keys (C2SP signed-note); cosignatures by witnesses (tlog-cosignature)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vestigo.errors import VerificationError
from vestigo.i18n import _

ED25519, COSIGNATURE = 1, 4
DASH = "\u2014"
MOST_SIGNATURES = 64
KEY_BYTES, ID_BYTES, TIME_BYTES, SIGNATURE_BYTES = 32, 4, 8, 64
LATEST = 253_402_300_799  # the last second of the year 9999: later ones are no times
KEY_NAME = re.compile(r"[^\s+]+")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the name and id of a key, and the bytes that it made."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """Return the line with its line feed."""
        encoded = base64.b64encode(self.key_id + self.signature).decode("ascii")
        return f"{DASH} {self.name} {encoded}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a line feed, and the signatures of it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def with_signatures(self, more: tuple[NoteSignature, ...]) -> Note:
        """Return the note with further signatures behind its own, none twice."""
        fresh = tuple(one for one in more if one not in self.signatures)
        return Note(self.text, (*self.signatures, *fresh))

    def written(self) -> str:
        """Return the note as it is stored."""
        return self.text + "\n" + "".join(one.line() for one in self.signatures)


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key that signs notes: its name, its type (1 a log, 4 a witness), 32 bytes."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature line names the key."""
        content = self.name.encode("utf-8") + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(content).digest()[:ID_BYTES]

    def written(self) -> str:
        """Return the key as signed-note tools read it (a vkey)."""
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode("ascii")
        return f"{self.name}+{self.id.hex()}+{encoded}"

    def is_named_by(self, signature: NoteSignature) -> bool:
        """Whether the signature line says that this key made it."""
        return (signature.name, signature.key_id) == (self.name, self.id)


def parse_note(text: str) -> Note:
    """Return text and signatures of a note, nothing verified; ``ValueError`` if it is none."""
    body, gap, rest = text.rpartition("\n\n")
    if not gap or CONTROL.search(text) or not rest.endswith("\n"):
        raise ValueError("not a signed note")
    lines = rest[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise ValueError("more signatures than a note has")
    return Note(body + "\n", tuple(parse_signature(line) for line in lines))


def parse_signature(line: str) -> NoteSignature:
    """Return what a signature line (without its line feed) says; ``ValueError`` if it is none."""
    dash, _space, rest = line.partition(" ")
    name, _space, encoded = rest.partition(" ")
    if dash != DASH or not KEY_NAME.fullmatch(name):
        raise ValueError("not a signature line")
    content = _decoded(encoded)
    if len(content) <= ID_BYTES:
        raise ValueError("a signature line without a signature")
    return NoteSignature(name, content[:ID_BYTES], content[ID_BYTES:])


def parse_key(text: str, kind: int | None = None) -> NoteKey:
    """Return the key that a vkey line gives; ``ValueError`` if it is none (of ``kind``)."""
    name, _plus, rest = text.strip().partition("+")
    key_id, _plus, encoded = rest.partition("+")
    content = _decoded(encoded)
    known = (ED25519, COSIGNATURE) if kind is None else (kind,)
    if not KEY_NAME.fullmatch(name) or not content or content[0] not in known:
        raise ValueError("not a key of a log or a witness")
    key = NoteKey(name, content[0], content[1:])
    if len(key.public) != KEY_BYTES or key.id.hex() != key_id:
        raise ValueError("a key that has not the id it gives")
    return key


def cosigned_text(text: str, timestamp: int) -> bytes:
    """Return the bytes that a witness signs: a fixed line, the second (POSIX), the note text."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def verify_note(note: Note, key: NoteKey, where: str) -> int | None:
    """Check that ``key`` signed the note; return the second that a witness gives, else None.

    Raises ``VerificationError`` E-EVI-117 where it did not, or any line that names the key
    is wrong.
    """
    named = [one for one in note.signatures if key.is_named_by(one)]
    if not named:
        raise _not_signed(key, where)
    moments = [_verify(note.text, one.signature, key, where) for one in named]
    return moments[-1]


def _verify(text: str, signature: bytes, key: NoteKey, where: str) -> int | None:
    content, moment = text.encode("utf-8"), None
    if key.kind == COSIGNATURE:
        moment = int.from_bytes(signature[:TIME_BYTES], "big")
        content, signature = cosigned_text(text, moment), signature[TIME_BYTES:]
    if len(signature) != SIGNATURE_BYTES or (moment or 0) > LATEST:
        raise _not_signed(key, where)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, content)
    except InvalidSignature as error:
        raise _not_signed(key, where) from error
    return moment


def _decoded(text: str) -> bytes:
    try:
        content = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error
    if base64.b64encode(content).decode("ascii") != text:
        raise ValueError("not the one base64 form of its bytes")
    return content


def _not_signed(key: NoteKey, where: str) -> VerificationError:
    return VerificationError(
        "E-EVI-117",
        _("The note is not signed by the key {name} ({id}).").format(
            name=key.name, id=key.id.hex()
        ),
        where=where,
        remedy=_("Compare the key with the one that its holder gives you by another way."),
    )
