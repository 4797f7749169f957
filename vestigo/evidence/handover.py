# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hand-over from one key of a log to the next: a note that both sign.

Lines of its text: head, origin, size and root of the log then, time, number of the new
keys, old and new key (vkeys), old and new certificate (DER, base64).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from vestigo.errors import VerificationError
from vestigo.evidence.note import ED25519, Note, NoteKey, parse_key, parse_note, verify_note
from vestigo.i18n import _

HEAD = "vestigo/handover/v1"
LINES, ROOT_BYTES, FIRST_NUMBER = 10, 32, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """What the old keys say over the new ones; certificates are DER, ``made_at`` ISO 8601."""

    origin: str
    size: int
    root: bytes
    made_at: str
    number: int
    old: NoteKey
    new: NoteKey
    old_certificate: bytes
    new_certificate: bytes

    def text(self) -> str:
        """Return the text of the note that both keys sign."""
        certificates = (self.old_certificate, self.new_certificate)
        lines = (
            HEAD, self.origin, str(self.size), _text(self.root), self.made_at, str(self.number),
            self.old.written(), self.new.written(), *map(_text, certificates),
        )  # fmt: skip
        return "".join(f"{line}\n" for line in lines)

    @property
    def name(self) -> str:
        """The name of its note among the keys and the anchors."""
        return f"handover-{self.number:04d}.note"

    def cms_names(self) -> tuple[str, str]:
        """Return the names of the two CMS signatures over the note: by the old, by the new."""
        stem = self.name.removesuffix(".note")
        return f"{stem}.old.p7s", f"{stem}.new.p7s"


def parse_hand_over(note: str) -> tuple[HandOver, Note]:
    """Return what a note hands over, its signatures not looked at; ``ValueError`` if it is none."""
    parsed = parse_note(note)
    lines = parsed.text[:-1].split("\n")
    if len(lines) != LINES or lines[0] != HEAD:
        raise ValueError("not a hand-over of keys")
    try:
        root, old, new = (base64.b64decode(lines[i], validate=True) for i in (3, 8, 9))
    except binascii.Error as error:
        raise ValueError("not a hand-over of keys") from error
    found = HandOver(
        origin=lines[1], size=int(lines[2]), root=root, made_at=lines[4], number=int(lines[5]),
        old=parse_key(lines[6], ED25519), new=parse_key(lines[7], ED25519),
        old_certificate=old, new_certificate=new,
    )  # fmt: skip
    named = {found.old.name, found.new.name}
    if found.text() != parsed.text or len(root) != ROOT_BYTES or named != {found.origin}:
        raise ValueError("not a hand-over of keys")
    return found, parsed


def verify_hand_over(note: str, where: str, due: tuple[int, NoteKey, bytes | None]) -> HandOver:
    """Return the hand-over that ``note`` holds, signed by the old and by the new key.

    ``due`` is the number that comes next and the key and certificate (None: any) before it.
    Raises ``VerificationError`` E-EVI-262 where it breaks the chain.
    """
    number, key, certificate = due
    try:
        found, parsed = parse_hand_over(note)
    except ValueError as error:
        raise broken(where) from error
    if (found.number, found.old) != (number, key) or found.new == found.old:
        raise broken(where)
    if certificate is not None and found.old_certificate != certificate:
        raise broken(where)
    for one in (found.old, found.new):
        try:
            verify_note(parsed, one, where)
        except VerificationError as error:
            raise broken(where) from error
    return found


def broken(where: str) -> VerificationError:
    """Return the error E-EVI-262: the chain of the keys breaks at ``where``."""
    return VerificationError(
        "E-EVI-262",
        _("The hand-over of keys is not the one that the keys before it signed."),
        where=where,
        remedy=_("Restore the file from a copy or a bundle that verifies, and look into it."),
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
