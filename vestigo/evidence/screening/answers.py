# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes between us and the child that decodes pictures; nothing here can decode one."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from vestigo.evidence.screening.pdq import PdqHash

LENGTH = struct.Struct(">I")
UNREADABLE = 0xFF
_ONE = struct.Struct(">32sB")


def written_answer(found: Sequence[PdqHash]) -> bytes:
    """Return the number of hashes (one byte) and the hashes."""
    return bytes([len(found)]) + b"".join(_ONE.pack(one.bits, one.quality) for one in found)


def read_answer(answer: bytes) -> list[PdqHash]:
    """Return the hashes that stand behind their number."""
    return [PdqHash(bits, quality) for bits, quality in _ONE.iter_unpack(answer)]


def answer_length(n_hashes: int) -> int:
    """Return how many bytes follow the number of hashes."""
    return n_hashes * _ONE.size
