# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was typed: which kind of identifier, and whether its checksum holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from vestigo.errors import InputError
from vestigo.identifiers.bitcoin import decode_address
from vestigo.identifiers.coins import ethereum_checksum, is_litecoin, is_monero, is_tron
from vestigo.identifiers.contacts import email
from vestigo.identifiers.onion import onion_name, onion_version

MOST_LETTERS = 300
HOLDS, FAILS, NONE = "holds", "fails", "none"  # what a checksum says; NONE: it has none
_BITCOIN = re.compile(
    r"(?:bc|tb|bcrt)1[a-z0-9]{6,87}|[13mn2][1-9A-HJ-NP-Za-km-z]{25,34}", re.IGNORECASE
)
_OTHER_COIN = re.compile(
    r"(?:ltc1[a-z0-9]{6,87}|[LM][1-9A-HJ-NP-Za-km-z]{26,33})|T[1-9A-HJ-NP-Za-km-z]{33}"
    r"|0x[0-9A-Fa-f]{40}|[48][1-9A-HJ-NP-Za-km-z]{94}(?:[1-9A-HJ-NP-Za-km-z]{11})?"
)
_DIGEST = re.compile(r"[0-9A-Fa-f]{64}")
_OUTPUT = re.compile(r"([0-9A-Fa-f]{64}):([0-9]{1,6})")
_FINGERPRINT = re.compile(r"(?:0x)?(?:[0-9A-F]{40}|[0-9A-F]{64}|[0-9A-F]{16})", re.IGNORECASE)
_HEX_PART = re.compile(r"[0-9A-Fa-f]{6,63}")
_HOST = re.compile(r"^(?:[a-z]{2,6}://)?([^/?#\s]+)", re.IGNORECASE)
_EXHIBIT = re.compile(r"0[0-9]{3,11}")


@dataclass(frozen=True, slots=True)
class Typed:
    """One search: ``kind`` of what was typed, its ``checksum`` and the names to look up.

    ``kind``: ``btc``, ``coin``, ``digest``, ``output``, ``fingerprint``, ``onion``, ``email``,
    ``exhibit``, ``digits`` (the beginning of a digest) or ``words``.
    """

    text: str
    kind: str
    checksum: str
    detail: str
    names: tuple[str, ...]


def read_typed(text: str) -> Typed:
    """Return what ``text`` is; nothing is raised whatever it holds."""
    text = text.strip()[:MOST_LETTERS]
    for read in _READERS:
        found = read(text)
        if found is not None:
            return found
    return Typed(text, "words", NONE, "", (folded_name(text),))


def folded_name(text: str) -> str:
    """Return the form in which names are compared: no case, single blanks."""
    return " ".join(text.casefold().split())


def packed(text: str) -> str:
    """Return a fingerprint without blanks, colons and prefix, in the folded form."""
    return re.sub(r"[\s:]", "", text).casefold().removeprefix("0x")


def _output(text: str) -> Typed | None:
    found = _OUTPUT.fullmatch(text)
    if found is None:
        return None
    return Typed(text, "output", NONE, found[2], (text.lower(), found[1].lower()))


def _digest(text: str) -> Typed | None:
    if not _DIGEST.fullmatch(text):
        return None
    return Typed(text, "digest", NONE, "", (text.lower(),))


def _bitcoin(text: str) -> Typed | None:
    if not _BITCOIN.fullmatch(text):
        return None
    try:
        address = decode_address(text)
    except InputError:
        return Typed(text, "btc", FAILS, "", (folded_name(text),))
    return Typed(text, "btc", HOLDS, ", ".join(address.networks), (folded_name(address.text),))


def _coin(text: str) -> Typed | None:
    if not _OTHER_COIN.fullmatch(text):
        return None
    ether = ethereum_checksum(text)
    tests = (("Litecoin", is_litecoin), ("TRON", is_tron), ("Monero", is_monero))
    name = next((name for name, holds in tests if holds(text)), "")
    if text.startswith("0x"):
        checksum = NONE if ether is None else HOLDS if ether else FAILS
        name = "Ethereum"
    else:
        checksum = HOLDS if name else FAILS
    return Typed(text, "coin", checksum, name, (folded_name(text),))


def _fingerprint(text: str) -> Typed | None:
    name = packed(text)
    if not _FINGERPRINT.fullmatch(name) or len(text) > len(name) * 2:
        return None
    return Typed(text, "fingerprint", NONE, "", (name,))


def _onion(text: str) -> Typed | None:
    host = _HOST.match(text)
    if host is None or ".onion" not in host[1].lower():
        return None
    name = onion_name(host[1].partition(":")[0])
    version = onion_version(host[1].partition(":")[0]) if name else None
    checksum = HOLDS if version == 3 else NONE if version else FAILS  # noqa: PLR2004 (version 3)
    given = name + ".onion" if name else folded_name(host[1])
    return Typed(text, "onion", checksum, str(version or ""), (given, folded_name(text)))


def _email(text: str) -> Typed | None:
    found = email(text) if "@" in text else None
    return Typed(text, "email", NONE, "", (folded_name(text),)) if found else None


def _exhibit(text: str) -> Typed | None:
    return (
        Typed(text, "exhibit", NONE, "", (f"exhibit {text}",)) if _EXHIBIT.fullmatch(text) else None
    )


def _digits(text: str) -> Typed | None:
    return Typed(text, "digits", NONE, "", (text.lower(),)) if _HEX_PART.fullmatch(text) else None


_READERS: tuple[Callable[[str], Typed | None], ...] = (
    _output, _digest, _bitcoin, _coin, _onion, _email, _exhibit, _fingerprint, _digits,
)  # fmt: skip
