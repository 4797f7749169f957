# SPDX-License-Identifier: AGPL-3.0-or-later
"""OpenPGP keys as vendors publish them: fingerprint, user ids, repaired armour.

RFC 9580 and RFC 4880 keys are read by Sequoia (``pysequoia``); a version 3 key
(RFC 1991, MD5 fingerprint) by a path of our own.  Armour that a market page has
damaged (blanks, lost checksum or last line, line breaks turned into spaces) is
repaired, and the repair is said.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

MAX_BLOCK = 400_000
USER_ID_TAG = 13
TWO_OCTETS, PARTIAL = 192, 224
BEGIN = re.compile(r"-{3,6}\s*BEGIN PGP PUBLIC KEY BLOCK\s*-{3,6}", re.IGNORECASE)
END = re.compile(r"-{2,6}\s*END PGP PUBLIC KEY BLOCK\s*-{0,6}", re.IGNORECASE)
HEADER = re.compile(
    r"(?<![ \t])[ \t]*(?:Version|Comment|MessageID|Hash|Charset)[ \t]*:[^\n]*", re.IGNORECASE
)
CHECKSUM = re.compile(r"\n[ \t]*={1,2}[A-Za-z0-9+/]{4}[ \t]*(?=\n|$)")
NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")


@dataclass(frozen=True, slots=True)
class KeyRead:
    """A public key: fingerprint in upper hex without blanks, user ids in order."""

    fingerprint: str
    user_ids: tuple[str, ...]
    version: int
    armour_repaired: bool


class KeyUnreadable(ValueError):  # noqa: N818 - says what the block is
    """An armoured block in which no public key can be found; the text says why."""


def find_blocks(text: str) -> list[tuple[int, int]]:
    """Return [start, end) of every armoured public key block in ``text``.

    A block whose last line was lost ends before the next block or at the end of the text.
    """
    starts = [match.start() for match in BEGIN.finditer(text)]
    blocks = []
    for index, start in enumerate(starts):
        limit = starts[index + 1] if index + 1 < len(starts) else len(text)
        limit = min(limit, start + MAX_BLOCK)
        end = END.search(text, start, limit)
        blocks.append((start, end.end() if end else limit))
    return blocks


def read_key(block: str) -> KeyRead:
    """Return the key in an armoured block; raises ``KeyUnreadable`` with the reason."""
    if not BEGIN.search(block):
        raise KeyUnreadable("no BEGIN line")
    try:
        return _read(block.encode("utf-8", "replace"), repaired=False)
    except KeyUnreadable:
        pass
    packets = _repaired(block)
    if _is_version_3(packets):
        return _read_version_3(packets)
    return _read(packets, repaired=True)


def armoured_key(block: str) -> tuple[str, KeyRead]:
    """Return the key in ``block`` in armour that verifies, and what it is.

    Damaged armour is made anew.  Raises ``KeyUnreadable`` with the reason, also for a key of
    version 3, whose signatures nothing here verifies.
    """
    from pysequoia import ArmorKind, Cert, armor

    key = read_key(block)
    if key.version == 3:  # noqa: PLR2004 - RFC 1991
        raise KeyUnreadable("a version 3 key: its signatures cannot be verified")
    if not key.armour_repaired:
        return block, key
    certificate = Cert.from_bytes(_repaired(block))
    return armor(bytes(certificate), ArmorKind.PublicKey), key


def _read(data: bytes, *, repaired: bool) -> KeyRead:
    from pysequoia import Cert

    try:
        certificate = Cert.from_bytes(data)
    except Exception as error:
        raise KeyUnreadable(str(error).splitlines()[0]) from error
    fingerprint = str(certificate.fingerprint).upper()
    return KeyRead(
        fingerprint=fingerprint,
        user_ids=_user_ids(bytes(certificate)),
        version=6 if len(fingerprint) == 64 else 4,  # noqa: PLR2004 - SHA-256 in hex
        armour_repaired=repaired,
    )


def _user_ids(packets: bytes) -> tuple[str, ...]:
    """Return the texts of the user id packets, valid today or not, in order.

    Sequoia's own list depends on the clock and on its policy against SHA-1.
    """
    found = []
    for tag, body in _packets(packets):
        if tag == USER_ID_TAG:
            found.append(body.decode("utf-8", "replace"))
    return tuple(found)


def _packets(data: bytes) -> list[tuple[int, bytes]]:
    """Return (tag, body) of well-formed packets without partial lengths (RFC 9580, 4.2)."""
    packets, at = [], 0
    while at < len(data) and data[at] & 0x80:
        tag, start, length = _packet_header(data, at)
        packets.append((tag, data[start : start + length]))
        at = start + length
    return packets


def _packet_header(data: bytes, at: int) -> tuple[int, int, int]:
    """Return (tag, start of the body, length of the body) of the packet at ``at``."""
    first = data[at]
    if not first & 0x40:
        width = (1, 2, 4, 0)[first & 3]
        length = int.from_bytes(data[at + 1 : at + 1 + width], "big") if width else len(data)
        return (first >> 2) & 15, at + 1 + width, length
    octet = data[at + 1] if at + 1 < len(data) else 0
    if octet < TWO_OCTETS:
        return first & 63, at + 2, octet
    if octet < PARTIAL:
        length = ((octet - TWO_OCTETS) << 8) + data[at + 2] + TWO_OCTETS
        return first & 63, at + 3, length
    return first & 63, at + 6, int.from_bytes(data[at + 2 : at + 6], "big")


def _repaired(block: str) -> bytes:
    """Return the packets of a damaged block: headers, checksum and blanks dropped."""
    body = BEGIN.sub("", block, count=1)
    end = END.search(body)
    body = body[: end.start()] if end else body
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    body = HEADER.sub("", body)
    body = CHECKSUM.sub("\n", body + "\n")
    letters = NOT_BASE64.sub("", body).rstrip("=")
    head, _sep, tail = letters.partition("=")
    if len(tail) == 4:  # noqa: PLR2004 - a CRC-24 that lost its line break
        letters = head
    if not letters:
        raise KeyUnreadable("the armour holds no base64")
    letters = letters.replace("=", "")
    whole = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    try:
        return base64.b64decode(whole + "=" * (-len(whole) % 4))
    except binascii.Error as error:
        raise KeyUnreadable(f"the armour is not base64: {error}") from error


def _is_version_3(packets: bytes) -> bool:
    body = _first_body(packets)
    return body is not None and len(body) > 10 and body[0] in (2, 3)  # noqa: PLR2004


def _first_body(packets: bytes) -> bytes | None:
    """Return the body of the first packet where that is an old-format public key."""
    if not packets or packets[0] & 0xC0 != 0x80 or (packets[0] >> 2) & 15 != 6:  # noqa: PLR2004
        return None
    width = (1, 2, 4, 0)[packets[0] & 3]
    length = int.from_bytes(packets[1 : 1 + width], "big")
    return packets[1 + width : 1 + width + length]


def _read_version_3(packets: bytes) -> KeyRead:
    """Return a version 3 RSA key: MD5 over modulus and exponent without their lengths."""
    body = _first_body(packets)
    assert body is not None
    numbers, at = [], 8
    for _part in range(2):
        bits = int.from_bytes(body[at : at + 2], "big")
        size = (bits + 7) // 8
        numbers.append(body[at + 2 : at + 2 + size])
        at += 2 + size
    if at > len(body) or not all(numbers):
        raise KeyUnreadable("the version 3 key is cut")
    digest = hashlib.md5(b"".join(numbers), usedforsecurity=False).hexdigest().upper()
    return KeyRead(digest, (), 3, armour_repaired=False)
