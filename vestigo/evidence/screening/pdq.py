# SPDX-License-Identifier: AGPL-3.0-or-later
"""PDQ: a hash of 256 bits of what a picture looks like, which survives re-encoding.

Written from the published description of the algorithm (Facebook/Meta, ThreatExchange,
``pdq``, 2019); the tests compare it with vectors that the reference implementation gave.
Two pictures of one scene are usually at most 31 bits apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

N_BYTES = 32
SIDE = 64
KEPT = 16
LEAST_QUALITY = 50  # the authors: below it a picture is too plain for its hash to mean anything
_LUMA = (0.299, 0.587, 0.114)
_MOST_QUALITY = 100
_GRADIENT_SCALE = 90

Plane = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PdqHash:
    """``bits`` are 32 bytes (the first bit is bit 255 of the papers); ``quality`` 0–100."""

    bits: bytes
    quality: int


def pdq_of_pixels(pixels: npt.NDArray[np.uint8]) -> PdqHash:
    """Return the hash of an RGB picture (rows, columns, 3)."""
    red, green, blue = (pixels[:, :, n].astype(np.float64) for n in range(3))
    return pdq_of_luma(red * _LUMA[0] + green * _LUMA[1] + blue * _LUMA[2])


def pdq_of_luma(luma: Plane) -> PdqHash:
    """Return the hash of a plane of brightness (0–255), at least one pixel wide and high."""
    small = _decimated(_smoothed(luma))
    spectrum = _transform() @ small @ _transform().T
    values = spectrum.ravel()
    median = np.partition(values, values.size // 2 - 1)[values.size // 2 - 1]
    bits = (values > median)[::-1]
    return PdqHash(np.packbits(bits).tobytes(), _quality(small))


def distance(one: bytes, other: bytes) -> int:
    """Return in how many of the 256 bits two hashes differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def _smoothed(luma: Plane) -> Plane:
    """Blur in two passes of a box as wide as half a cell of the 64 by 64 grid."""
    along_rows, along_columns = (_window(n) for n in (luma.shape[1], luma.shape[0]))
    for _pass in range(2):
        luma = _boxed(_boxed(luma, 1, along_rows), 0, along_columns)
    return luma


def _window(size: int) -> int:
    return (size + 2 * SIDE - 1) // (2 * SIDE)


def _boxed(plane: Plane, axis: int, window: int) -> Plane:
    """Return means over ``window`` neighbours; at the edges over those that exist."""
    size = plane.shape[axis]
    ahead = (window + 2) // 2
    places = np.arange(size)
    first = np.maximum(places - (window - ahead), 0)
    end = np.minimum(places + ahead, size)
    sums = np.insert(np.cumsum(plane, axis=axis), 0, 0.0, axis=axis)
    counts = (end - first).reshape((-1, 1) if axis == 0 else (1, -1))
    means: Plane = (np.take(sums, end, axis) - np.take(sums, first, axis)) / counts
    return means


def _decimated(plane: Plane) -> Plane:
    cells = np.arange(SIDE) + 0.5
    rows, columns = ((cells * n / SIDE).astype(np.intp) for n in plane.shape)
    return plane[np.ix_(rows, columns)]


@cache
def _transform() -> Plane:
    """Return the 16 rows of the cosine transform that are kept (without the constant one)."""
    frequencies = np.arange(1, KEPT + 1).reshape(-1, 1)
    angles = np.pi / (2 * SIDE) * frequencies * (2 * np.arange(SIDE) + 1)
    rows: Plane = np.sqrt(2 / SIDE) * np.cos(angles)
    return rows


def _quality(small: Plane) -> int:
    """Return how much structure there is: sum of the steps between neighbours, scaled."""
    total = 0
    for axis in (0, 1):
        steps = np.diff(small, axis=axis) * 100 / 255
        total += int(np.abs(np.trunc(steps)).sum())
    return min(total // _GRADIENT_SCALE, _MOST_QUALITY)
