# SPDX-License-Identifier: AGPL-3.0-or-later
"""SHA-256 for compiled code: OpenSSL's where its library is on the machine, else ours.

OpenSSL uses the processor's SHA instructions and is several times faster.  Its function is
handed over as an address, so that compiled code can be kept on the disk between runs, and
on a machine that has the library no more.  Messages are padded here: it gets whole blocks.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Any

import numpy as np
from numba import njit

from ledger.scanning.memory import call, clear, copy, put_swapped
from ledger.scanning.sha256 import BEGIN, compress_plain

HASH_BYTES = 32
BLOCK_BYTES = 64
OWN = np.uint64(0)  # no address: our own code
_CONTEXT_WORDS = 32  # of 4 bytes; OpenSSL's SHA256_CTX has 28
_LENGTH_WORDS, _N_BUFFERED = 8, 26  # where SHA256_CTX counts: bits (2 words), bytes that wait
_TAIL_BYTES = 9  # at least so much is added to a message: one bit, and its length
_ZEROS = BLOCK_BYTES + _TAIL_BYTES  # no more is added to a message
_ROOM = 1 << 12


def openssl_update() -> Any:
    """Return the address of OpenSSL's SHA256_Update, or ``OWN`` where it is not found."""
    name = ctypes.util.find_library("crypto")
    try:
        found = ctypes.CDLL(name).SHA256_Update if name else None
    except (OSError, AttributeError):
        return OWN
    address = ctypes.cast(found, ctypes.c_void_p).value if found else None
    return np.uint64(address) if address else OWN


@njit(cache=True, nogil=True, inline="always")
def put(buffer: Any, at: int, content: Any, start: int, end: int) -> int:
    """Copy ``content[start:end]`` into ``buffer`` at ``at``; return where it ends there."""
    to, of = np.uint64(buffer.ctypes.data), np.uint64(content.ctypes.data)
    copy(to + np.uint64(at), of + np.uint64(start), np.uint64(end - start))
    return at + end - start


@njit(cache=True, nogil=True, inline="always")
def _hash_blocks(update: Any, context: Any, buffer: Any, n_bytes: int, out: Any, to: int) -> None:
    """Write SHA-256 of the padded message ``buffer[:n_bytes]`` to ``out`` from ``to`` on."""
    for k in range(8):
        context[k] = BEGIN[k]
    if update == 0:
        for at in range(0, n_bytes, BLOCK_BYTES):
            compress_plain(context, buffer, at)
    else:
        context[_LENGTH_WORDS] = context[_LENGTH_WORDS + 1] = context[_N_BUFFERED] = 0
        here, begin = np.uint64(context.ctypes.data), np.uint64(buffer.ctypes.data)
        call(update, here, begin, np.uint64(n_bytes))
    base = np.uint64(out.ctypes.data) + np.uint64(to)
    for k in range(8):
        put_swapped(base + np.uint64(4 * k), context[k])


@njit(cache=True, nogil=True, inline="always")
def pad(buffer: Any, n_bytes: int) -> int:
    """Pad the message in ``buffer[:n_bytes]``; return its length then."""
    padded = (n_bytes + _TAIL_BYTES + BLOCK_BYTES - 1) // BLOCK_BYTES * BLOCK_BYTES
    base = np.uint64(buffer.ctypes.data)
    clear(base + np.uint64(n_bytes), np.uint64(_ZEROS))
    buffer[n_bytes] = 0x80
    bits = np.uint32(8 * n_bytes)  # no message here has 2^29 bytes
    put_swapped(base + np.uint64(padded - 4), bits)
    return padded


@njit(cache=True, nogil=True, inline="always")
def _double(
    update: Any, context: Any, buffer: Any, n_bytes: int, second: Any, out: Any, to: int
) -> None:
    """Write SHA-256 of SHA-256 of ``buffer[:n_bytes]`` to ``out`` from ``to`` on.

    ``second`` is padded for 32 bytes.
    """
    _hash_blocks(update, context, buffer, pad(buffer, n_bytes), second, 0)
    _hash_blocks(update, context, second, BLOCK_BYTES, out, to)


@njit(cache=True, nogil=True)
def _padded_for_hash() -> Any:
    second = np.zeros(3 * BLOCK_BYTES, dtype=np.uint8)
    pad(second, HASH_BYTES)
    return second


@njit(cache=True, nogil=True)
def sha256_keys(update: Any, content: Any, bounds: Any, out: Any) -> None:
    """Write the first 8 bytes of SHA-256 of each ``content[bounds[i, 0]:bounds[i, 1]]``.

    They stand in ``out[i]`` as a number, first byte lowest.
    """
    context, buffer = np.zeros(_CONTEXT_WORDS, dtype=np.uint32), np.empty(_ROOM, dtype=np.uint8)
    digest = np.empty(HASH_BYTES, dtype=np.uint8)
    for i in range(len(out)):
        size = bounds[i, 1] - bounds[i, 0]
        if size + 2 * BLOCK_BYTES > buffer.size:
            buffer = np.empty(2 * size + 2 * BLOCK_BYTES, dtype=np.uint8)
        put(buffer, 0, content, bounds[i, 0], bounds[i, 1])
        _hash_blocks(update, context, buffer, pad(buffer, size), digest, 0)
        key = np.uint64(0)
        for k in range(8):
            key |= np.uint64(digest[k]) << np.uint64(8 * k)
        out[i] = key


@njit(cache=True, nogil=True)
def hash_transactions(update: Any, content: Any, tx: Any, whole: bool, out: Any) -> None:
    """Write the txid (``whole``: the hash with witness) of each row of ``tx`` to ``out``.

    Columns 2 to 6 of ``tx``: start, end, start and end of the body, has a witness.
    """
    context, buffer = np.zeros(_CONTEXT_WORDS, dtype=np.uint32), np.empty(_ROOM, dtype=np.uint8)
    second, flat = _padded_for_hash(), out.reshape(-1)
    for i in range(len(tx)):
        start, end = tx[i, 2], tx[i, 3]
        if end - start + 2 * BLOCK_BYTES > buffer.size:
            buffer = np.empty(2 * (end - start) + 2 * BLOCK_BYTES, dtype=np.uint8)
        if whole or tx[i, 6] == 0:
            size = put(buffer, 0, content, start, end)
        else:
            size = put(buffer, 0, content, start, start + 4)
            size = put(buffer, size, content, tx[i, 4], tx[i, 5])
            size = put(buffer, size, content, end - 4, end)
        _double(update, context, buffer, size, second, flat, HASH_BYTES * i)


@njit(cache=True, nogil=True)
def roots(update: Any, leaves: Any, first: Any, out: Any, ambiguous: Any) -> None:
    """Write the merkle root of ``leaves[first[i]:first[i + 1]]`` to row i of ``out``.

    ``ambiguous[i]`` is set where two equal hashes are paired somewhere (CVE-2012-2459):
    such a root is that of a shorter list too.
    """
    context, buffer = np.zeros(_CONTEXT_WORDS, dtype=np.uint32), np.empty(_ROOM, dtype=np.uint8)
    second = _padded_for_hash()
    for i in range(len(out)):
        n = first[i + 1] - first[i]
        level = np.empty((n + 1, HASH_BYTES), dtype=np.uint8)
        level[:n] = leaves[first[i] : first[i + 1]]
        flat = level.reshape(-1)
        while n > 1:
            for k in range(0, n - 1, 2):
                if np.all(level[k] == level[k + 1]):
                    ambiguous[i] = True
            if n & 1:
                level[n] = level[n - 1]
                n += 1
            for k in range(n // 2):
                put(buffer, 0, flat, BLOCK_BYTES * k, BLOCK_BYTES * (k + 1))
                _double(update, context, buffer, BLOCK_BYTES, second, flat, HASH_BYTES * k)
            n //= 2
        out[i] = level[0]
