# SPDX-License-Identifier: AGPL-3.0-or-later
"""The child process in which pictures are decoded for comparison, and nowhere else.

It reads pictures from standard input (length, bytes) and answers with PDQ hashes.  It may
open no file, write none, and has bounds on memory, processor time and pixels; when a
picture breaks it, only the child is lost.
"""

from __future__ import annotations

import io
import resource
import sys
import warnings
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageSequence

from vestigo.evidence.screening.answers import LENGTH, UNREADABLE, written_answer
from vestigo.evidence.screening.pdq import PdqHash, pdq_of_pixels

MOST_FRAMES = 8
LONGEST_SIDE = 1024


def main(arguments: list[str]) -> None:
    """Serve until standard input ends; arguments: megabytes, seconds a picture, pixels."""
    n_megabytes, n_seconds, n_pixels = map(int, arguments)
    warnings.simplefilter("ignore")
    Image.init()
    pdq_of_pixels(np.zeros((2, 2, 3), np.uint8))  # everything is loaded before the door closes
    _close_doors(n_megabytes << 20)
    while picture := _next(sys.stdin.buffer):
        _allow_seconds(n_seconds)
        sys.stdout.buffer.write(_answer(picture, n_pixels))
        sys.stdout.buffer.flush()


def hashes_of(content: bytes, n_pixels: int) -> list[PdqHash]:
    """Return the hash of each of the first frames of a picture.

    Raises whatever a hostile picture makes the decoder raise, ``ValueError`` for one with
    more than ``n_pixels``.
    """
    with Image.open(io.BytesIO(content)) as picture:
        found = []
        for number, frame in enumerate(ImageSequence.Iterator(picture)):
            if frame.width * frame.height > n_pixels:
                raise ValueError("too many pixels")
            if number < MOST_FRAMES:
                found.append(_hash_of(frame))
            else:
                break
    return found


def _hash_of(frame: Image.Image) -> PdqHash:
    flat = frame.convert("RGBA") if "transparency" in frame.info else frame
    rgb = flat.convert("RGB")
    rgb.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return pdq_of_pixels(np.asarray(rgb))


def _answer(content: bytes, n_pixels: int) -> bytes:
    try:
        found = hashes_of(content, n_pixels)
    except Exception:  # noqa: BLE001  # a decoder raises anything on hostile bytes
        return bytes([UNREADABLE])
    return written_answer(found)


def _next(stream: BinaryIO) -> bytes:
    head = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


def _close_doors(n_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_seconds(n_seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + n_seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(sys.argv[1:])
