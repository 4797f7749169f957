# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stored hashes of the log's Merkle tree: proofs without reading the log again.

Level file L holds, one after the other, the roots over 256^L leaves each: tile N of
level L of C2SP tlog-tiles is its bytes [8192 N, 8192 (N+1)).  ``state`` says how many
leaves are in and where their last line ends in the log.  It follows the log, never the
other way: what stands here was on the disk before, so that a log which is shorter was cut.
Nothing here is synced; what a crash takes away is made again from the log.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from vestigo.evidence.merkle import EMPTY_ROOT, folded, leaf_hash, node_hash
from vestigo.evidence.merkle_proofs import HASH_BYTES, consistency_proof, inclusion_proof, split

NAME = "tree"
TILE_HEIGHT = 8
TILE = 1 << TILE_HEIGHT
STATE_BYTES = 51
CHUNK = 1 << 20
AT_ONCE = 4096


class TreeState(NamedTuple):
    """How many leaves are stored, and where the line of the last one ends in the log."""

    n_leaves: int
    offset: int


NOTHING = TreeState(0, 0)


class LogTree:
    """The tree beside a log in the folder ``custody``."""

    def __init__(self, custody: Path) -> None:
        self.folder = custody / NAME
        self._state = f"{self.folder}/state"

    def state(self) -> TreeState:
        """Return what is stored; nothing where there is no tree or its state is damaged."""
        try:
            descriptor = os.open(self._state, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return NOTHING
        try:
            return _parsed(os.pread(descriptor, STATE_BYTES + 1, 0))
        finally:
            os.close(descriptor)

    def follow(self, log: int, end: int, state: TreeState | None = None) -> None:
        """Take in the lines of the open log ``log`` up to byte ``end``, which is a line's end.

        The caller holds the lock under which the tree is written; ``state`` is what it
        found there, where it looked.
        """
        state = self.state() if state is None else state
        if end <= state.offset:
            return
        if state == NOTHING:
            self.folder.mkdir(exist_ok=True, mode=0o700)
        elif state.n_leaves * HASH_BYTES > self._n_bytes(0):
            state = NOTHING
        for lines, offset in _lines(log, state.offset, end):
            self._append(state.n_leaves, [leaf_hash(line) for line in lines])
            state = TreeState(state.n_leaves + len(lines), offset)
        with self._open("state") as handle:
            os.pwrite(handle, _written(state), 0)

    def forget(self) -> None:
        """Remove the stored hashes; they can be made again from the log."""
        for path in self.folder.glob("*"):
            path.unlink()

    def leaf(self, index: int) -> bytes:
        """Return the hash of one leaf, counted from 0; ``ValueError`` where it is not stored."""
        return self.subtree(index, index + 1)

    def leaves(self) -> Iterator[bytes]:
        """Yield the hashes of all leaves that are stored; ``ValueError`` where one is missing."""
        n_leaves = self.state().n_leaves
        for first in range(0, n_leaves, AT_ONCE):
            yield from self._hashes(0, first, min(AT_ONCE, n_leaves - first))

    def root(self, size: int) -> bytes:
        """Return the root over the first ``size`` leaves."""
        return self.subtree(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Return the path of leaf ``index`` in the tree of the first ``size`` leaves."""
        return inclusion_proof(index, size, self.subtree)

    def consistency_proof(self, old: int, size: int) -> list[bytes]:
        """Return the proof between the trees of ``old`` and of ``size`` leaves."""
        return consistency_proof(old, size, self.subtree)

    def subtree(self, begin: int, end: int) -> bytes:
        """Return the root over the leaves in [begin, end); ``ValueError`` where one is missing."""
        n = end - begin
        if n & (n - 1) == 0 and begin % n == 0:
            return self._complete(n.bit_length() - 1, begin // n)
        middle = begin + split(n)
        return node_hash(self.subtree(begin, middle), self.subtree(middle, end))

    def _complete(self, height: int, index: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        return folded(self._hashes(level, index << above, 1 << above))

    def _hashes(self, level: int, first: int, n: int) -> list[bytes]:
        with suppress(FileNotFoundError), self._open(f"level-{level}", os.O_RDONLY) as handle:
            content = os.pread(handle, n * HASH_BYTES, first * HASH_BYTES)
            if len(content) == n * HASH_BYTES:
                return [content[i : i + HASH_BYTES] for i in range(0, len(content), HASH_BYTES)]
        raise ValueError(f"the tree has no hashes {first} to {first + n} at level {level}")

    def _append(self, first: int, hashes: list[bytes], level: int = 0) -> None:
        """Write hashes from place ``first`` on, and the root of each tile that they fill."""
        with self._open(f"level-{level}") as handle:
            os.pwrite(handle, b"".join(hashes), first * HASH_BYTES)
        begin, end = first // TILE, (first + len(hashes)) // TILE
        if end > begin:
            roots = [folded(self._hashes(level, n * TILE, TILE)) for n in range(begin, end)]
            self._append(begin, roots, level + 1)

    def _n_bytes(self, level: int) -> int:
        try:
            return Path(f"{self.folder}/level-{level}").stat().st_size
        except FileNotFoundError:
            return 0

    @contextmanager
    def _open(self, name: str, flags: int = os.O_RDWR | os.O_CREAT) -> Iterator[int]:
        descriptor = os.open(f"{self.folder}/{name}", flags | os.O_CLOEXEC, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _written(state: TreeState) -> bytes:
    """Return the state with a sum over it: half of a new one over an old one is none."""
    told = b"%020d %020d" % state
    return b"%s %08x\n" % (told, zlib.crc32(told))


def _parsed(text: bytes) -> TreeState:
    words = text.split()
    if len(text) != STATE_BYTES or len(words) != 3 or not (words[0] + words[1]).isdigit():  # noqa: PLR2004 (leaves, offset, sum)
        return NOTHING
    state = TreeState(int(words[0]), int(words[1]))
    return state if _written(state) == text else NOTHING


def _lines(log: int, begin: int, end: int) -> Iterator[tuple[list[bytes], int]]:
    """Yield the whole lines between two line ends, a chunk at a time, and where each chunk ends."""
    rest = b""
    while begin < end:
        content = os.pread(log, min(CHUNK, end - begin), begin)
        if not content:
            return
        begin += len(content)
        *lines, rest = (rest + content).split(b"\n")
        if lines:
            yield lines, begin - len(rest)
