# SPDX-License-Identifier: AGPL-3.0-or-later
"""Time periods of onion services and the key that stands for a service in one of them.

rend-spec-v3: section 2.2.1 (periods), appendix A.2 (blinding).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vestigo.evidence.origin.curve import multiply

PUBLIC_LENGTH = 1440
PUBLIC_OFFSET = 720
MOST_MINUTES = 4_000_000_000  # seven thousand years
N_ROUNDS = 12  # rounds of a phase of the shared random value; a run has two phases
_BASE_POINT = (
    b"(15112221349535400772501151409588531511454012693041857206046113283949847762202, "
    b"46316835694926478169428394003475163141307993866256225615783033603165251855960)"
)


@dataclass(frozen=True, slots=True)
class TimePeriod:
    """Period ``number`` of ``length`` minutes; it begins ``offset`` minutes late.

    Raises ``ValueError`` for one that no calendar has.
    """

    number: int
    length: int = PUBLIC_LENGTH
    offset: int = PUBLIC_OFFSET

    def __post_init__(self) -> None:
        if self.number < 0 or self.length < 1 or self.offset < 0:
            raise ValueError("no time period")
        if self.number * self.length + self.offset > MOST_MINUTES:
            raise ValueError("no time period")

    @property
    def starts_at(self) -> datetime:
        """When the period begins."""
        minutes = self.number * self.length + self.offset
        return datetime.fromtimestamp(0, UTC) + timedelta(minutes=minutes)

    @property
    def ends_at(self) -> datetime:
        """When the next one begins."""
        return self.starts_at + timedelta(minutes=self.length)


def period_at(moment: datetime, length: int = PUBLIC_LENGTH, offset: int = PUBLIC_OFFSET) -> int:
    """Return the number of the period that ``moment`` lies in."""
    return (int(moment.timestamp()) // 60 - offset) // length


def blinded_key(public_key: bytes, period: TimePeriod) -> bytes:
    """Return the key (32 bytes) under which a service signs in ``period``.

    Raises ``ValueError`` where ``public_key`` is no point of the curve.
    """
    nonce = b"key-blind" + period.number.to_bytes(8, "big") + period.length.to_bytes(8, "big")
    message = b"Derive temporary signing key\x00" + public_key + _BASE_POINT + nonce
    factor = bytearray(hashlib.sha3_256(message).digest())
    factor[0] &= 0xF8
    factor[31] = factor[31] & 0x3F | 0x40
    return multiply(int.from_bytes(factor, "little"), public_key)


def find_period(
    public_key: bytes, blinded: bytes, moment: datetime, lengths: Iterable[tuple[int, int]]
) -> TimePeriod | None:
    """Return the period near ``moment`` whose key is ``blinded``, None where none is.

    ``lengths`` are (length, offset) in minutes that the network may use.  A service signs
    for the period of now and for a neighbour of it.
    """
    for length, offset in lengths:
        now = period_at(moment, length, offset)
        for number in (now, now + 1, max(now - 1, 0)):
            period = TimePeriod(number, length, offset)
            if blinded_key(public_key, period) == blinded:
                return period
    return None


def private_lengths(voting_seconds: int) -> tuple[int, int]:
    """Return (length, offset) in minutes of a private network that votes so often."""
    phase = N_ROUNDS * voting_seconds
    return max(2 * phase // 60, 1), phase // 60
