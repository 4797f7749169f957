# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking the bounded child process for the PDQ hashes of a picture."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass

from vestigo.closing import Closing
from vestigo.evidence.screening.answers import LENGTH, UNREADABLE, answer_length, read_answer
from vestigo.evidence.screening.pdq import PdqHash

_MODULE = "vestigo.evidence.screening.decoding"
_WALL_FACTOR = 20  # a loaded machine gives the child a small part of its processor


@dataclass(frozen=True, slots=True)
class DecoderLimits:
    """What one picture may cost; a picture past any of them cannot be screened."""

    megabytes: int = 1024
    seconds: int = 10
    pixels: int = 50_000_000


class PictureDecoder(Closing):
    """Hashes pictures in a child process that is started when it is first needed."""

    def __init__(self, limits: DecoderLimits | None = None) -> None:
        self._limits = limits or DecoderLimits()
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def hashes_of(self, content: bytes) -> list[PdqHash] | None:
        """Return the hash of each of the first frames, None for a picture that defies decoding."""
        with self._lock:
            try:
                found = self._asked(content)
            except OSError:
                found = None
            if found is None:
                self._end()
                return None
        return None if found == bytes([UNREADABLE]) else read_answer(found[1:])

    def _asked(self, content: bytes) -> bytes | None:
        child = self._child or self._start()
        self._child = child
        assert child.stdin is not None
        assert child.stdout is not None
        wall = threading.Timer(self._limits.seconds * _WALL_FACTOR, child.kill)
        wall.start()
        try:
            child.stdin.write(LENGTH.pack(len(content)) + content)
            child.stdin.flush()
            head = child.stdout.read(1)
            if not head or head[0] == UNREADABLE:
                return head or None
            rest = child.stdout.read(answer_length(head[0]))
            return head + rest if len(rest) == answer_length(head[0]) else None
        finally:
            wall.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        limits = self._limits
        numbers = [str(n) for n in (limits.megabytes, limits.seconds, limits.pixels)]
        return subprocess.Popen(
            [sys.executable, "-I", "-m", _MODULE, *numbers],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # a person's ^C ends the crawl in order, not the child
        )

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        child.wait()
