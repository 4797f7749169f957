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
BLOCK = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t\r]*$.*?^-----END PGP SIGNATURE-----",
    re.MULTILINE | re.DOTALL,
)
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
    found = [match.span() for match in BLOCK.finditer(text)]
    return [(start, end) for start, end in found if end - start <= MAX_MESSAGE]


def verify_message(block: str, keys: Sequence[str]) -> SignedText:
    """Return what ``block`` (one clear-signed message) says and which of ``keys`` signed it.

    ``keys`` are armoured public keys.  Raises ``SignatureInvalid`` with the reason and,
    where the signature names one, the fingerprint of the key that it claims.
    """
    from pysequoia import verify

    certificates = _certificates(keys)
    claimed, signed_at = _claim(block)
    try:
        checked = verify(bytes=block.encode("utf-8"), store=lambda _ids: certificates)
    except Exception as error:  # the library raises one kind for all that can be wrong
        known = any(claimed in _own_and_subkeys(one) for one in certificates)
        raise SignatureInvalid("bad-signature" if known else "unknown-key", claimed) from error
    text = bytes(checked.bytes or b"").decode("utf-8", "replace")
    return SignedText(text, str(checked.valid_sigs[0].certificate).upper(), signed_at)


def _certificates(keys: Sequence[str]) -> list[Cert]:
    from pysequoia import Cert

    found = []
    for key in keys:
        try:
            found.append(Cert.from_bytes(key.encode("utf-8")))
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
