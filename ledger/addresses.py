# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of many scripts at once: those of one shape (P2WPKH) as columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from ledger.index import ChainIndex
from vestigo.identifiers.bech32 import ALPHABET, CHECKSUM_CHARACTERS, FOLDED, after_prefix
from vestigo.identifiers.bitcoin import prefix_of

_SHAPE = (0, 20)  # version and size of the program
_GROUPS = 32  # of five bits
_AT_ONCE = 8_192  # scripts; the columns of one take 2 kB
_SIZE = 2 + _SHAPE[1]
_CHARACTERS = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
_FOLDED = np.array(FOLDED, dtype=np.int64)


def addresses_of(index: ChainIndex, scripts: Any) -> dict[int, str]:
    """Return ``index.address`` of each script (numbers, an array), by the script."""
    found: dict[int, str] = {}
    for at in range(0, len(scripts), _AT_ONCE):
        found |= _some(index, scripts[at : at + _AT_ONCE])
    return found


def _some(index: ChainIndex, scripts: Any) -> dict[int, str]:
    is_usual, rows = index.scripts.rows_of_size(scripts, _SIZE)
    of_shape = (rows[:, :2] == _SHAPE).all(axis=1)
    is_usual[is_usual] = of_shape
    usual = _encoded(rows[of_shape, 2:], prefix_of(index.network))
    found = dict(zip(scripts[is_usual].tolist(), usual, strict=True))
    return found | {script: index.address(script) for script in scripts[~is_usual].tolist()}


def _encoded(programs: Any, prefix: str) -> list[str]:
    """Return the addresses of programs (rows of 20 bytes) of version 0."""
    n = len(programs)
    values = np.zeros((n, 1 + _GROUPS + CHECKSUM_CHARACTERS), dtype=np.int64)
    bits = np.unpackbits(programs, axis=1).reshape(n, _GROUPS, 5)
    values[:, 1 : 1 + _GROUPS] = bits @ (1 << np.arange(4, -1, -1))
    remainder = np.full(n, after_prefix(prefix), dtype=np.int64)
    for column in values.T:
        remainder = (remainder & 0x1FFFFFF) << 5 ^ column ^ _FOLDED[remainder >> 25]
    shifts = 5 * np.arange(CHECKSUM_CHARACTERS - 1, -1, -1)
    values[:, 1 + _GROUPS :] = (remainder ^ 1)[:, None] >> shifts & 31
    texts = _CHARACTERS[values].tobytes().decode("ascii")
    width = values.shape[1]
    return [f"{prefix}1{texts[at : at + width]}" for at in range(0, len(texts), width)]
