# SPDX-License-Identifier: AGPL-3.0-or-later
"""Loading compiled code before it is needed, while the first file comes from the disk."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ledger.scanning.groups import read_groups
from ledger.scanning.walking import HEADER_BYTES

_LOOKS_FOR_BLAS = "numba.np.arraymath"
_COINBASE = b"\1\0\0\0\1" + bytes(32) + bytes(4) + b"\0" + bytes(4) + b"\1" + bytes(8 + 1 + 4)
_BLOCK = bytes(HEADER_BYTES) + b"\1" + _COINBASE  # of the right form; it proves nothing


def load_compiled() -> None:
    """Read one small block, so that the code for it is in memory."""
    with _without("scipy.linalg"):
        importlib.import_module(_LOOKS_FOR_BLAS)
    block = np.frombuffer(_BLOCK, dtype=np.uint8)
    bounds = np.array([0, len(block)], dtype=np.int64)
    for _group in read_groups(block, bounds[:1], bounds[1:]):
        pass


@contextmanager
def _without(name: str) -> Iterator[None]:
    """Hide a package that is not loaded: numba loads this one where it can; we never call it."""
    hide = name not in sys.modules
    if hide:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hide:
            del sys.modules[name]
