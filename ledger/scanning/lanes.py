# SPDX-License-Identifier: AGPL-3.0-or-later
"""SHA-256 of many messages, two at a time: when one ends, the next takes its place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ledger.scanning.hashing import BLOCK_BYTES, HASH_BYTES, pad, put
from ledger.scanning.memory import put_swapped, two_words_at
from ledger.scanning.sha_instructions import FIRST_STATE, ORDER, compress_one, compress_two

_ORDER = np.array(ORDER)
_LANES = 2
_STATE_BYTES = 32
_BATCH = 4_096
# what a lane is about: row of its message, blocks that are left, where the next one is, times
_ROW, _LEFT, _AT, _TIMES = range(4)


@njit(cache=True, nogil=True, inline="always")
def _digest(state: Any, lane: int, out: Any, to: int) -> None:
    base = np.uint64(out.ctypes.data) + np.uint64(to)
    for k in range(8):
        put_swapped(base + np.uint64(4 * _ORDER[k]), state[lane, k])


@njit(cache=True, nogil=True, inline="always")
def _begin(state: Any, lane: int) -> None:
    for k in range(8):
        state[lane, k] = FIRST_STATE[k]


@njit(cache=True, nogil=True)
def _load(
    content: Any, spans: Any, whole: bool, lane: int, lanes: Any, state: Any, buffer: Any
) -> None:
    """Let a lane begin with the message of its row."""
    here, room = lanes[lane], buffer.size // _LANES
    row, own = here[_ROW], buffer[lane * room : (lane + 1) * room]
    start, end = spans[row, 0], spans[row, 1]
    if whole or spans[row, 4] == 0:
        size = put(own, 0, content, start, end)
    else:
        size = put(own, 0, content, start, start + 4)
        size = put(own, size, content, spans[row, 2], spans[row, 3])
        size = put(own, size, content, end - 4, end)
    here[_LEFT], here[_AT] = pad(own, size) // BLOCK_BYTES, lane * room
    _begin(state, lane)


@njit(cache=True, nogil=True)
def _again(lane: int, lanes: Any, state: Any, buffer: Any) -> None:
    """Let a lane begin with the hash that it has just made."""
    here, room = lanes[lane], buffer.size // _LANES
    own = buffer[lane * room : (lane + 1) * room]
    _digest(state, lane, own, 0)
    here[_LEFT], here[_AT] = pad(own, HASH_BYTES) // BLOCK_BYTES, lane * room
    here[_TIMES] -= 1
    _begin(state, lane)


@njit(cache=True, nogil=True)
def _room(spans: Any) -> int:
    most = HASH_BYTES
    for row in range(len(spans)):
        most = max(most, spans[row, 1] - spans[row, 0])
    return (most // BLOCK_BYTES + 3) * BLOCK_BYTES


@njit(cache=True, nogil=True, inline="always")
def _advance_both(lanes: Any, states: Any, blocks: Any) -> None:
    """Take blocks into both lanes until one has none left."""
    n = min(lanes[0, _LEFT], lanes[1, _LEFT])
    a, b = blocks + np.uint64(lanes[0, _AT]), blocks + np.uint64(lanes[1, _AT])
    for _block in range(n):
        compress_two(states, a, states + np.uint64(_STATE_BYTES), b)
        a, b = a + np.uint64(BLOCK_BYTES), b + np.uint64(BLOCK_BYTES)
    for lane in range(_LANES):
        lanes[lane, _LEFT] -= n
        lanes[lane, _AT] += n * BLOCK_BYTES


@njit(cache=True, nogil=True, inline="always")
def _advance_one(lane: int, lanes: Any, states: Any, blocks: Any) -> None:
    """Take all blocks that are left into a lane that is alone."""
    at = blocks + np.uint64(lanes[lane, _AT])
    for _block in range(lanes[lane, _LEFT]):
        compress_one(states + np.uint64(_STATE_BYTES * lane), at)
        at += np.uint64(BLOCK_BYTES)
    lanes[lane, _LEFT] = 0


@njit(cache=True, nogil=True)
def hash_spans(content: Any, spans: Any, times: int, whole: bool, out: Any) -> None:
    """Write SHA-256 (``times`` 2: of SHA-256) of each row of ``spans`` to ``out``, flat.

    Columns of ``spans``: start and end in ``content``; start and end of the body; whether
    only the first 4 bytes, the body and the last 4 bytes count (unless ``whole``).  ``out``
    may be ``content`` where no row begins before the end of what is written for it.
    """
    buffer = np.empty(_LANES * _room(spans), dtype=np.uint8)
    state, lanes = np.empty((_LANES, 8), dtype=np.uint32), np.zeros((_LANES, 4), dtype=np.int64)
    states, blocks = np.uint64(state.ctypes.data), np.uint64(buffer.ctypes.data)
    loaded, busy = 0, _LANES
    lanes[:, _TIMES] = 1  # as if each had ended a message before the first
    lanes[:, _ROW] = -1
    while busy:
        for lane in range(_LANES):
            if lanes[lane, _LEFT] or not lanes[lane, _TIMES]:
                continue
            if lanes[lane, _TIMES] > 1:
                _again(lane, lanes, state, buffer)
                continue
            if lanes[lane, _ROW] >= 0:
                _digest(state, lane, out, lanes[lane, _ROW] * HASH_BYTES)
            if loaded < len(spans):
                lanes[lane, _ROW], lanes[lane, _TIMES] = loaded, times
                _load(content, spans, whole, lane, lanes, state, buffer)
                loaded += 1
            else:
                lanes[lane, _TIMES] = 0
                busy -= 1
        if busy == _LANES:
            _advance_both(lanes, states, blocks)
        elif busy:
            _advance_one(0 if lanes[0, _LEFT] else 1, lanes, states, blocks)


@njit(cache=True, nogil=True)
def _plain(bounds: Any) -> Any:
    spans = np.zeros((len(bounds), 5), dtype=np.int64)
    spans[:, :2] = bounds
    return spans


@njit(cache=True, nogil=True)
def keys(content: Any, bounds: Any, out: Any) -> None:
    """Write the first 8 bytes of SHA-256 of each ``content[bounds[i, 0]:bounds[i, 1]]``.

    They stand in ``out[i]`` as a number, first byte lowest.
    """
    digests = np.empty(_BATCH * HASH_BYTES, dtype=np.uint8)
    for start in range(0, len(bounds), _BATCH):
        spans = _plain(bounds[start : start + _BATCH])
        hash_spans(content, spans, 1, True, digests)
        for i in range(len(spans)):
            at = np.uint64(digests.ctypes.data) + np.uint64(i * HASH_BYTES)
            out[start + i] = two_words_at(at)


@njit(cache=True, nogil=True)
def roots(leaves: Any, first: Any, out: Any, ambiguous: Any) -> None:
    """Write merkle roots as ``hashing.roots`` does."""
    for i in range(len(out)):
        n = first[i + 1] - first[i]
        level = np.empty((n + 1, HASH_BYTES), dtype=np.uint8)
        level[:n] = leaves[first[i] : first[i + 1]]
        pairs = np.arange(n + 1) * BLOCK_BYTES
        spans = _plain(np.stack((pairs, pairs + BLOCK_BYTES), axis=1))
        while n > 1:
            for k in range(0, n - 1, 2):
                if np.all(level[k] == level[k + 1]):
                    ambiguous[i] = True
            if n & 1:
                level[n] = level[n - 1]
                n += 1
            n //= 2
            hash_spans(level.reshape(-1), spans[:n], 2, True, level.reshape(-1))
        out[i] = level[0]
