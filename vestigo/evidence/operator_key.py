# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys of operators: a second line under the checkpoints that are signed in their sessions.

``keys/operator-NAME.box`` is the private key under the operator's own passphrase;
``operator-NAME.note`` names the public one, signed by the unit's key and by itself.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vestigo.errors import ConfigurationError, UsageError, VerificationError
from vestigo.evidence import keybox
from vestigo.evidence.note import (
    ED25519,
    Note,
    NoteKey,
    NoteSignature,
    parse_key,
    parse_note,
    verify_note,
)
from vestigo.i18n import _
from vestigo.store.atomic import write_atomically

HEAD, PREFIX = "vestigo/operator/v1", "vestigo/operator/"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
LINES = 6


@dataclass(frozen=True, slots=True, repr=False)
class OperatorKey:
    """The private key of one operator, for one session."""

    name: str
    private: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"OperatorKey({self.name}, …)"

    @property
    def key(self) -> NoteKey:
        """The public key, as signature lines name it."""
        public = self.private.public_key().public_bytes_raw()
        return NoteKey(f"{PREFIX}{self.name}", ED25519, public)

    def signature_of(self, text: str) -> NoteSignature:
        """Return the signature line over the text of a note."""
        return NoteSignature(self.key.name, self.key.id, self.private.sign(text.encode("utf-8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorNote:
    """What the unit says of an operator's key, and the state of the log then."""

    origin: str
    size: int
    root: bytes
    made_at: str
    key: NoteKey

    def text(self) -> str:
        """Return the text of the note that the unit's key and the operator's key sign."""
        root = base64.b64encode(self.root).decode("ascii")
        lines = (HEAD, self.origin, str(self.size), root, self.made_at, self.key.written())
        return "".join(f"{line}\n" for line in lines)


def parse_operator_note(note: str) -> tuple[OperatorNote, Note]:
    """Return what a note says of an operator, nothing verified; ``ValueError`` if it is none."""
    parsed = parse_note(note)
    lines = parsed.text[:-1].split("\n")
    if len(lines) != LINES:
        raise ValueError("not the note of an operator")
    root = base64.b64decode(lines[3], validate=True)
    found = OperatorNote(origin=lines[1], size=int(lines[2]), root=root, made_at=lines[4],
                         key=parse_key(lines[5], ED25519))  # fmt: skip
    if found.text() != parsed.text or not NAME.fullmatch(found.key.name.removeprefix(PREFIX)):
        raise ValueError("not the note of an operator")
    return found, parsed


def verify_operator(note: str, where: str, unit: tuple[NoteKey, ...]) -> OperatorNote:
    """Return what the note says of an operator's key, signed by it and by a key of the unit.

    Raises ``VerificationError`` E-EVI-268 where it is not.
    """
    try:
        found, parsed = parse_operator_note(note)
        signers = [key for key in unit if any(key.is_named_by(one) for one in parsed.signatures)]
        for key in (found.key, *(signers or unit[:1])):
            verify_note(parsed, key, where)
    except (ValueError, VerificationError) as error:
        raise VerificationError(
            "E-EVI-268",
            _("The key of an operator is not one that the unit's key signed."),
            where=where,
            remedy=_("Restore the file from a copy or a bundle that verifies, and look into it."),
        ) from error
    return found


def new_operator_key(name: str) -> OperatorKey:
    """Return a new key; ``UsageError`` E-EVI-265 for a name that no key can have."""
    if not NAME.fullmatch(name):
        raise name_refused(name)
    return OperatorKey(name, Ed25519PrivateKey.generate())


def box_path(keys: Path, name: str) -> Path:
    """Return where the private key of an operator lies."""
    return keys / f"operator-{name}.box"


def lock_operator(keys: Path, operator: OperatorKey, passphrase: str) -> None:
    """Write the private key under the operator's passphrase, durably."""
    content = keybox.lock(operator.private.private_bytes_raw(), passphrase)
    write_atomically(box_path(keys, operator.name), content)


def open_operator(keys: Path, name: str, passphrase: str) -> OperatorKey:
    """Return the private key of an operator for this session.

    Raises ``ConfigurationError``: E-EVI-266 there is no such operator, E-EVI-013 and 014 as
    ``keybox.unlock``.
    """
    path = box_path(keys, name)
    if not NAME.fullmatch(name) or not path.is_file():
        raise no_such_operator(name)
    raw = keybox.unlock(path.read_bytes(), passphrase, str(path))
    return OperatorKey(name, Ed25519PrivateKey.from_private_bytes(raw))


def name_refused(name: str) -> UsageError:
    """Return the error E-EVI-265: no operator of this name can be added."""
    return UsageError(
        "E-EVI-265",
        _("An operator of this name cannot be added, or is there already."),
        where=name,
        remedy=_("Use small letters, digits and hyphens, and a name that is new in the case."),
    )


def no_such_operator(name: str) -> ConfigurationError:
    """Return the error E-EVI-266: no operator of this name may sign in this case."""
    return ConfigurationError(
        "E-EVI-266",
        _("The case has no operator key of this name that may sign."),
        where=name,
        remedy=_("Add one with “vestigo case keys operator add”; a revoked key does not return."),
    )
