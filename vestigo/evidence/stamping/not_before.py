# SPDX-License-Identifier: AGPL-3.0-or-later
"""Not-before anchors: a recent block in the log shows that what follows came later.

Nobody knows the hash of a block before it is found.  Its time is set by whoever found it
and may run ahead of the network by two hours, which are taken off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vestigo.clock import iso
from vestigo.errors import InputError
from vestigo.evidence.custody import CustodyEvent
from vestigo.evidence.stamping.refusal import BLOCK
from vestigo.i18n import _

REASON = "not-before anchor"
AHEAD = timedelta(hours=2)
HEADER_BYTES = 80
LIMITS = {
    "mainnet": 0xFFFF << 208, "testnet": 0xFFFF << 208, "signet": 0x377AE << 216,
    "regtest": 0x7FFFFF << 232,
}  # fmt: skip
SINCE, HARDNESS = 1503545437, 88817185625  # block 481829; a tenth of its difficulty is enough
KEYS = ("network", "block", "header", "mined_at", "source")
PREFIX = "not_before_"
LARGEST_EXPONENT = 32


@dataclass(frozen=True, slots=True)
class BlockAnchor:
    """One block: its header shows the work; ``source`` says where it was got from."""

    network: str
    header_hex: str
    source: str

    @property
    def header(self) -> bytes:
        """The 80 bytes."""
        return bytes.fromhex(self.header_hex)

    @property
    def block_hash(self) -> str:
        """The hash as it is shown everywhere."""
        return _twice(self.header)[::-1].hex()

    @property
    def mined_at(self) -> datetime:
        """The time in the header."""
        return datetime.fromtimestamp(int.from_bytes(self.header[68:72], "little"), UTC)

    @property
    def not_before(self) -> datetime:
        """Before this the block cannot have been known."""
        return self.mined_at - AHEAD

    def details(self) -> dict[str, str]:
        """Return the keys that stand in a custody event."""
        values = (self.network, self.block_hash, self.header_hex, iso(self.mined_at), self.source)
        return {f"{PREFIX}{key}": value for key, value in zip(KEYS, values, strict=True)}


@dataclass(frozen=True, slots=True)
class LoggedAnchor:
    """An anchor and the event it stands in."""

    event_id: int
    logged_at: datetime
    anchor: BlockAnchor


def read_header(text: str, network: str, source: str) -> BlockAnchor:
    """Return the anchor for a block header in hex (160 digits), its work compared.

    Raises ``InputError`` E-EVI-163.
    """
    digits = text.strip().lower()
    try:
        header = bytes.fromhex(digits)
    except ValueError:
        header = b""
    if len(header) != HEADER_BYTES or len(digits) != 2 * HEADER_BYTES or network not in LIMITS:
        raise _wrong(_("A block header has 160 hex digits."), source)
    if not _has_work(header, _limit(header, network)):
        raise _wrong(_("The header does not reach its own difficulty."), source)
    return BlockAnchor(network, digits, source)


def logged_anchors(events: Iterable[CustodyEvent]) -> tuple[LoggedAnchor, ...]:
    """Return every anchor in the log, in order; raises ``InputError`` E-EVI-163 for a wrong one."""
    found = []
    for event in events:
        if f"{PREFIX}header" not in event.details:
            continue
        network, _block, header, _mined, source = (
            event.details.get(f"{PREFIX}{key}", "") for key in KEYS
        )
        anchor = read_header(header, network, source)
        if any(event.details.get(key) != value for key, value in anchor.details().items()):
            raise _wrong(
                _("Event {n} gives another block than its header.").format(n=event.id), source
            )
        found.append(LoggedAnchor(event.id, event.at, anchor))
    return tuple(found)


def _limit(header: bytes, network: str) -> int:
    """Return the easiest target: what was work in 2009 is none for a block of today."""
    late = network == "mainnet" and int.from_bytes(header[68:72], "little") >= SINCE
    return LIMITS[network] // (HARDNESS if late else 1)


def _has_work(header: bytes, limit: int) -> bool:
    exponent, mantissa = header[75], int.from_bytes(header[72:75], "little")
    if exponent > LARGEST_EXPONENT or mantissa >> 23:
        return False
    shift = 8 * (exponent - 3)
    target = mantissa << shift if shift >= 0 else mantissa >> -shift
    return int.from_bytes(_twice(header), "little") <= target <= limit


def _twice(content: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(content).digest()).digest()


def _wrong(what: str, where: str) -> InputError:
    return InputError(
        BLOCK, what, where=where, remedy=_("Give the header of a recent block of your own node.")
    )
