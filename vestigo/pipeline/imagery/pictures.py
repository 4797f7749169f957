# SPDX-License-Identifier: AGPL-3.0-or-later
"""Harmless pictures, made of waves by a seed: no two alike, nothing shown on them."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from vestigo.evidence.screening.pdq import pdq_of_pixels

HEIGHT, WIDTH = 112, 144
_WAVES = 6


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture in two forms: ``png`` as a list knows it, ``jpeg`` re-encoded; its PDQ hash."""

    number: int
    png: bytes
    jpeg: bytes
    pdq: bytes


def picture(number: int) -> Picture:
    """Return the picture of that number; the same on every machine."""
    drawn = np.random.default_rng(number)
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    plane = np.full((HEIGHT, WIDTH, 3), 128.0)
    for _wave in range(_WAVES):
        across, down, shift = drawn.uniform((-0.35, -0.35, 0), (0.35, 0.35, 6.3)).tolist()
        plane += np.sin(across * columns + down * rows + shift)[:, :, None] * drawn.uniform(
            8, 28, 3
        )
    pixels = np.clip(plane, 0, 255).astype(np.uint8)
    shown = Image.fromarray(pixels)
    return Picture(
        number,
        _saved(shown, "PNG"),
        _saved(shown, "JPEG", quality=72),
        pdq_of_pixels(pixels).bits,
    )


def _saved(shown: Image.Image, form: str, **options: int) -> bytes:
    written = io.BytesIO()
    shown.save(written, form, **options)
    return written.getvalue()
