# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clear-signed OpenPGP messages as markets publish them: lists of mirrors, canaries.

RFC 9580, section 7.  Sequoia (``pysequoia``) verifies; only the text that it gives back
as signed is ever read: what stands before, between or behind the blocks of a page
proves nothing.  A key never comes from the page that it is to prove.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vestigo.identifiers.pgp import KeyUnreadable

if TYPE_CHECKING:
    from pysequoia import Cert

MAX_MESSAGE = 400_000
BEGINS = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t\r]*$", re.MULTILINE)
ENDS = re.compile(r"^-----END PGP SIGNATURE-----", re.MULTILINE)
SIGNATURE = "-----BEGIN PGP SIGNATURE-----"


@dataclass(frozen=True, slots=True)
class SignedText:
    """What a key signed: the text, the key's fingerprint (upper hex), and when it says so."""

    text: str
    fingerprint: str
    signed_at: datetime


class SignatureInvalid(ValueError):  # noqa: N818 - says what the signature is
    """A message that no given key signed; ``reason`` is a stable word.

    ``unreadable`` (no OpenPGP message), ``several-signatures`` (whose time would count is
    open), ``unknown-key`` (none of the keys made it),
    ``bad-signature`` (a known key's signature, but not of this text, or not a valid one now).
    """

    def __init__(self, reason: str, fingerprint: str = "") -> None:
        self.reason = reason
        self.fingerprint = fingerprint
        super().__init__(reason)


def find_messages(text: str) -> list[tuple[int, int]]:
    """Return [start, end) of every clear-signed message in ``text``, in order."""
    found = []
    at = 0
    while (begin := BEGINS.search(text, at)) and (end := ENDS.search(text, begin.end())):
        at = end.end()
        if at - begin.start() <= MAX_MESSAGE:
            found.append((begin.start(), at))
    return found


def verify_message(block: str, keys: Sequence[str]) -> SignedText:
    """Return what ``block`` (one clear-signed message) says and which of ``keys`` signed it.

    ``keys`` are armoured public keys.  Raises ``SignatureInvalid`` with the reason and,
    where the signature names one, the fingerprint of the key that it claims.
    """
    certificates = _certificates(keys)
    claimed, signed_at = _claim(block)
    text, fingerprint = _checked(block, certificates, claimed)
    return SignedText(text, fingerprint, signed_at)


def verified_text(block: str, keys: Sequence[str]) -> str:
    """Return what one of ``keys`` signed in ``block``, however many others signed it too.

    For statements whose time does not count.  Raises ``SignatureInvalid``.
    """
    return _checked(block, _certificates(keys), "")[0]


def _checked(block: str, certificates: list[Cert], claimed: str) -> tuple[str, str]:
    """Return the signed text and who signed it; ``claimed`` is whom the signature names."""
    from pysequoia import verify

    try:
        checked = verify(bytes=block.encode("utf-8", "replace"), store=lambda _ids: certificates)
    except Exception as error:  # the library raises one kind for all that can be wrong
        known = any(claimed in _own_and_subkeys(one) for one in certificates)
        raise SignatureInvalid("bad-signature" if known else "unknown-key", claimed) from error
    text = bytes(checked.bytes or b"").decode("utf-8", "replace")
    return text, str(checked.valid_sigs[0].certificate).upper()


def _certificates(keys: Sequence[str]) -> list[Cert]:
    from pysequoia import Cert

    found = []
    for key in keys:
        try:
            found.append(Cert.from_bytes(key.encode("utf-8", "replace")))
        except Exception as error:
            raise KeyUnreadable(str(error).splitlines()[0]) from error
    return found


def _claim(block: str) -> tuple[str, datetime]:
    """Return the key that the signature names ("" for none) and the time that it states."""
    from pysequoia.packet import PacketPile

    try:
        packets = list(PacketPile.from_bytes(block[block.rindex(SIGNATURE) :].encode("utf-8")))
        created = packets[0].signature_created
    except Exception as error:
        raise SignatureInvalid("unreadable") from error
    # a stranger's signature put before the market's would lend it another time
    if len(packets) != 1 or created is None:
        raise SignatureInvalid("unreadable" if created is None else "several-signatures")
    return str(packets[0].issuer_fingerprint or "").upper(), created.astimezone(UTC)


def _own_and_subkeys(certificate: Cert) -> set[str]:
    from pysequoia.packet import PacketPile, Tag

    keys = (Tag.PublicKey, Tag.PublicSubkey)
    pile = PacketPile.from_bytes(bytes(certificate))
    return {str(packet.fingerprint).upper() for packet in pile if packet.tag in keys}
