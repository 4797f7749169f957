# SPDX-License-Identifier: AGPL-3.0-or-later
"""PDQ against vectors of the reference implementation (its C++ code, bindings pdqhash 0.2.8)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.evidence.screening.pdq import distance, pdq_of_pixels

VECTORS = [
    (64, 64, 1, "9cda34dac9d7b1926312c6aa0d5a3ad6e1b60b64fccdcb0c743a8bf47e0c81f0", 100),
    (100, 37, 2, "4ddabbd2c6930c32f0f701aa7f52e8b60366ff8c003cfff8770080fc7f3090c4", 100),
    (240, 320, 1, "4f3fdb0bfdbfff0bfb26fdbf6900e800fc26790be936682b48044008681f481c", 100),
    (517, 300, 3, "0000042e06d217a9119f036a4c145f75366603df4d3d3f7754ef33eeabbd17f9", 100),
    (31, 900, 2, "91f8d59efb2e5755ebaaacaa6dbeba3af33a2aef6b6f0a9a8092dace00040000", 100),
    (768, 1024, 0, "ecefbd4eab59a24088a7a15ca15ac0a500ec03ba92a544af57ff52ef56a550af", 61),
]


def pixels(rows, columns, turn):
    y, x = np.mgrid[0:rows, 0:columns]
    planes = [
        (y * (turn + 3 * n + 1) + x * (2 * turn + n + 1) + (x * y * (n + 1)) // (7 + turn)) % 256
        for n in range(3)
    ]
    return np.stack(planes, axis=-1).astype(np.uint8)


@pytest.mark.parametrize(("rows", "columns", "turn", "expected", "quality"), VECTORS)
def test_the_reference_gives_the_same_bits(rows, columns, turn, expected, quality):
    found = pdq_of_pixels(pixels(rows, columns, turn))
    # sums of the reference are of single precision: a value next to the median may fall over
    assert distance(found.bits, bytes.fromhex(expected)) <= 2
    assert abs(found.quality - quality) <= 1


def test_a_plain_picture_has_no_quality():
    assert pdq_of_pixels(np.full((50, 50, 3), 77, np.uint8)).quality == 0


@given(st.integers(1, 40), st.integers(1, 40))
def test_pictures_of_any_size_have_a_hash(rows, columns):
    assert len(pdq_of_pixels(pixels(rows, columns, 1)).bits) == 32


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_distance_is_symmetric_and_nothing_for_the_same(one, other):
    assert distance(one, other) == distance(other, one)
    assert distance(one, one) == 0
    assert distance(one, bytes(255 - b for b in one)) == 256
