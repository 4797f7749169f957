# SPDX-License-Identifier: AGPL-3.0-or-later
"""SHA-256 (FIPS 180-4) for compiled code, for machines without OpenSSL's library."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_PRIMES = [n for n in range(2, 312) if all(n % d for d in range(2, int(n**0.5) + 1))]


def _root_bits(prime: int, root: int) -> int:
    """Return the first 32 bits behind the point of the ``root``-th root of ``prime``."""
    wanted, low, high = prime << 32 * root, 0, 1 << 40
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**root <= wanted else (low, middle)
    return low & 0xFFFFFFFF


ROUND = np.array([_root_bits(prime, 3) for prime in _PRIMES], dtype=np.uint32)
BEGIN = np.array([_root_bits(prime, 2) for prime in _PRIMES[:8]], dtype=np.uint32)


@njit(cache=True, nogil=True)
def _turned(word: Any, n: int) -> Any:
    return np.uint32((word >> np.uint32(n)) | (word << np.uint32(32 - n)))


@njit(cache=True, nogil=True)
def compress_plain(state: Any, content: Any, at: int) -> None:
    """Take the 64 bytes of ``content`` at ``at`` into the first 8 words of ``state``."""
    w = np.empty(64, dtype=np.uint32)
    for i in range(16):
        word = np.uint32(0)
        for k in range(4):
            word = np.uint32((word << np.uint32(8)) | np.uint32(content[at + 4 * i + k]))
        w[i] = word
    for i in range(16, 64):
        a, b = w[i - 15], w[i - 2]
        w[i] = (
            w[i - 16] + (_turned(a, 7) ^ _turned(a, 18) ^ (a >> np.uint32(3)))
            + w[i - 7] + (_turned(b, 17) ^ _turned(b, 19) ^ (b >> np.uint32(10)))
        )  # fmt: skip
    s = state[:8].copy()
    for i in range(64):
        e, a = s[4], s[0]
        first = np.uint32(
            s[7] + (_turned(e, 6) ^ _turned(e, 11) ^ _turned(e, 25))
            + ((e & s[5]) ^ (~e & s[6])) + ROUND[i] + w[i]
        )  # fmt: skip
        second = np.uint32(
            (_turned(a, 2) ^ _turned(a, 13) ^ _turned(a, 22))
            + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]))
        )
        for k in range(7, 0, -1):
            s[k] = s[k - 1]
        s[4] = np.uint32(s[4] + first)
        s[0] = np.uint32(first + second)
    for k in range(8):
        state[k] = np.uint32(state[k] + s[k])
