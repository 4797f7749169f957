# SPDX-License-Identifier: AGPL-3.0-or-later
"""What two accounts' OpenPGP keys say: the same key, another, or a signed change of key."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlp.linking.profile import Profile
from vestigo.identifiers import pgp, pgp_message

SPACE = re.compile(r"\s+")
MAX_SIGNED = 20
MAX_KEYS = 20
LONG_ID = 16


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one account: fingerprint to armoured block, user ids, signed messages."""

    blocks: dict[str, str]
    user_ids: tuple[str, ...]
    signed: tuple[str, ...]

    @property
    def fingerprints(self) -> frozenset[str]:
        """The fingerprints in upper hex."""
        return frozenset(self.blocks)


def keys_of(profile: Profile) -> KeyRing:
    """Return the keys in ``pgp`` and in the text; blocks that cannot be read are left out."""
    blocks: dict[str, str] = {}
    user_ids: list[str] = []
    for text in (profile.pgp, profile.text):
        for start, end in pgp.find_blocks(text)[:MAX_KEYS]:
            block = text[start:end]
            try:
                key = pgp.read_key(block)
            except pgp.KeyUnreadable:
                continue
            if key.fingerprint not in blocks:
                blocks[key.fingerprint] = block
                user_ids += key.user_ids
    signed = [text[start:end] for text in (profile.text, profile.pgp)
              for start, end in pgp_message.find_messages(text)]  # fmt: skip
    return KeyRing(blocks, tuple(user_ids), tuple(signed[:MAX_SIGNED]))


def key_level(one: KeyRing, other: KeyRing) -> str:
    """Return ``same``, ``one_of_several``, ``transition``, ``different`` or ``missing``.

    ``one_of_several``: a key is shared, and one account shows others besides (anyone can
    print another's public key).  ``transition``: a message that a key of one account
    signed names the fingerprint (or its last 16 digits) of a key of the other; the
    signature was verified.
    """
    if not one.blocks or not other.blocks:
        return "missing"
    if one.fingerprints & other.fingerprints:
        return "same" if one.fingerprints == other.fingerprints else "one_of_several"
    if _hands_over(one, other) or _hands_over(other, one):
        return "transition"
    return "different"


def _hands_over(old: KeyRing, new: KeyRing) -> bool:
    """Whether a message signed with a key of ``old`` names a key of ``new``."""
    for message in (*old.signed, *new.signed):
        if not any(_names(message, fingerprint) for fingerprint in new.blocks):
            continue  # verifying is dear
        for block in old.blocks.values():
            said = _signed_text(message, block)
            if any(_names(said, fingerprint) for fingerprint in new.blocks):
                return True
    return False


def _names(text: str, fingerprint: str) -> bool:
    return fingerprint[-LONG_ID:] in SPACE.sub("", text).upper()


def _signed_text(message: str, block: str) -> str:
    """Return what the key in ``block`` signed in ``message``, or "" where it did not."""
    try:
        return pgp_message.verified_text(message, [block])
    except (pgp_message.SignatureInvalid, pgp.KeyUnreadable):
        return ""
