# SPDX-License-Identifier: AGPL-3.0-or-later
"""A picture with a code that a person can read; the letters are our own strokes.

Each challenge is a name; code and picture follow from seed, market and name, so the
same challenge always shows the same picture.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from vestigo.training.site.raster import Colour, Raster
from vestigo.training.stream import Stream

N_LETTERS = 5
WIDTH, HEIGHT = 210, 70

# Letters that cannot be taken for another: strokes between points of a grid 4 wide, 6 high.
_STROKES = {
    "A": "06-20-46 14-34", "C": "41-30-10-01-05-16-36-45", "E": "40-00-06-46 03-33",
    "F": "40-00-06 03-33", "H": "00-06 40-46 03-43", "J": "10-40-45-36-16-05",
    "K": "00-06 40-03-46", "L": "00-06-46", "M": "06-00-23-40-46", "N": "06-00-46-40",
    "P": "06-00-30-41-42-33-03", "R": "06-00-30-41-42-33-03 23-46",
    "T": "00-40 20-26", "W": "00-16-22-36-40", "X": "00-46 40-06", "Y": "00-23-40 23-26",
    "3": "01-10-30-41-42-33-13 33-44-45-36-16-05", "4": "36-30-04-44",
    "6": "40-20-02-05-16-36-45-44-33-03", "7": "00-40-16",
}  # fmt: skip

_FRACTION = 1024
_SLOPES = ((1000, 220), (1010, 130), (1024, 0), (1010, -130), (1000, -220))
_INKS: tuple[Colour, ...] = ((38, 50, 94), (92, 34, 44), (28, 78, 60), (70, 46, 92))
_PAPERS: tuple[Colour, ...] = ((236, 232, 220), (226, 234, 238), (238, 230, 236))
_GREY: Colour = (168, 168, 164)


def code_of(seed: int, market: str, challenge: str) -> str:
    """Return the letters that the picture of ``challenge`` shows."""
    stream = Stream(seed, "captcha", market, challenge)
    letters = sorted(_STROKES)
    return "".join(stream.pick(letters) for _letter in range(N_LETTERS))


@lru_cache(maxsize=64)
def captcha_picture(seed: int, market: str, challenge: str) -> bytes:
    """Return the PNG (210 x 70) of ``challenge``."""
    stream = Stream(seed, "captcha picture", market, challenge)
    raster = Raster(WIDTH, HEIGHT, (stream.pick(_PAPERS), stream.pick(_INKS), _GREY))
    for _line in range(4):
        ends = [(0, stream.below(HEIGHT)), (WIDTH - 1, stream.below(HEIGHT))]
        _stroke(raster, ends[0], ends[1], 1, 2)
    for number, letter in enumerate(code_of(seed, market, challenge)):
        _letter(raster, stream, letter, 14 + number * 38)
    for _dot in range(160):
        raster.put(stream.below(WIDTH), stream.below(HEIGHT), stream.below(3))
    return raster.png()


def _letter(raster: Raster, stream: Stream, letter: str, left: int) -> None:
    """Draw one letter, a little turned, moved and stretched."""
    cosine, sine = stream.pick(_SLOPES)
    wide, high = stream.between(6, 7), stream.between(6, 7)
    left, top = left + stream.below(6), 10 + stream.below(10)

    def place(point: str) -> tuple[int, int]:
        x, y = (int(point[0]) - 2) * wide, (int(point[1]) - 3) * high
        turned = (x * cosine - y * sine) // _FRACTION, (x * sine + y * cosine) // _FRACTION
        return left + 2 * wide + turned[0], top + 3 * high + turned[1]

    for line in _STROKES[letter].split():
        points = [place(point) for point in line.split("-")]
        for start, end in pairwise(points):
            _stroke(raster, start, end, 2, 1)


def _stroke(
    raster: Raster, start: tuple[int, int], end: tuple[int, int], radius: int, colour: int
) -> None:
    """Draw a thick line between two points."""
    n_steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    for step in range(n_steps + 1):
        x = start[0] + (end[0] - start[0]) * step // n_steps
        y = start[1] + (end[1] - start[1]) * step // n_steps
        raster.disc(x, y, radius, colour)
