# SPDX-License-Identifier: AGPL-3.0-or-later
"""One hash set on disk: sorted digests, searched where they lie (``docs/formats/hash-set.md``).

A head of 4,096 bytes (magic, JSON, spaces), then the digests of each kind, sorted, without
repeats.  Sorting is external: memory does not grow with the set.
"""

from __future__ import annotations

import heapq
import json
import mmap
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Self

from vestigo.closing import Closing
from vestigo.errors import ConfigurationError
from vestigo.i18n import _

MAGIC = b"vestigo-hash-set/1\n"
HEAD_BYTES = 4096
WIDTHS = {"md5": 16, "sha1": 20, "sha256": 32, "pdq": 32}
RUN = 500_000
READ_AT_ONCE = 4096

Digest = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class HashSetHead:
    """What is said of a set: name, version, source and date as the unit gave them.

    ``counts`` is the number of digests by kind; ``pdq_distance`` how many bits of a PDQ
    hash may differ; ``file_sha256`` the digest of the file that the unit handed over.
    """

    name: str
    version: str
    source: str
    date: str
    pdq_distance: int
    file_sha256: str
    counts: dict[str, int]


class HashSetFile(Closing):
    """A set that is open for look-ups; nothing of it is read into memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as handle:
            self.head = _read_head(handle, path)
            self._map = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
        self._starts = _starts(self.head.counts)
        expected = HEAD_BYTES + sum(n * WIDTHS[kind] for kind, n in self.head.counts.items())
        if len(self._map) != expected:
            self._map.close()
            raise damaged(path)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()

    def holds(self, kind: str, digest: bytes) -> bool:
        """Say whether the set has this very digest."""
        width, start = WIDTHS[kind], self._starts[kind]
        low, high = 0, self.head.counts.get(kind, 0)
        while low < high:
            middle = (low + high) // 2
            place = start + middle * width
            found = self._map[place : place + width]
            if found == digest:
                return True
            if found < digest:
                low = middle + 1
            else:
                high = middle
        return False

    def section(self, kind: str) -> memoryview:
        """Return the bytes of all digests of one kind, to be released by the caller."""
        start = self._starts[kind]
        return memoryview(self._map)[start : start + self.head.counts.get(kind, 0) * WIDTHS[kind]]


def build_hash_set(path: Path, digests: Iterable[Digest], head: HashSetHead) -> HashSetHead:
    """Write the set to ``path`` (0600) and return its head with the counts.

    Nothing is at ``path`` before the set is whole.  ``digests`` are (kind, raw digest).
    """
    sorting = _Sorting(path.parent)
    with sorting:
        for kind, digest in digests:
            sorting.add(kind, digest)
        return _write(path, sorting, head)


class _Sorting:
    """Sorts digests by kind with bounded memory: runs in unnamed files, merged at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[str, list[bytes]] = {kind: [] for kind in WIDTHS}
        self._runs: dict[str, list[IO[bytes]]] = {kind: [] for kind in WIDTHS}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        for runs in self._runs.values():
            for run in runs:
                run.close()

    def add(self, kind: str, digest: bytes) -> None:
        """Take one digest."""
        waiting = self._waiting[kind]
        waiting.append(digest)
        if len(waiting) >= RUN:
            self._spill(kind)

    def merged(self, kind: str) -> Iterator[bytes]:
        """Yield the digests of one kind sorted, each once."""
        if self._waiting[kind]:
            self._spill(kind)
        last = b""
        runs = [_digests(run, WIDTHS[kind]) for run in self._runs[kind]]
        for digest in heapq.merge(*runs):
            if digest != last:
                yield digest
                last = digest

    def _spill(self, kind: str) -> None:
        run = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  # closed by __exit__
        run.write(b"".join(sorted(self._waiting[kind])))
        self._runs[kind].append(run)
        self._waiting[kind] = []


def _digests(run: IO[bytes], width: int) -> Iterator[bytes]:
    run.seek(0)
    while piece := run.read(width * READ_AT_ONCE):
        for start in range(0, len(piece), width):
            yield piece[start : start + width]


def _write(path: Path, sorting: _Sorting, head: HashSetHead) -> HashSetHead:
    temporary = path.with_suffix(".part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    counts = dict.fromkeys(WIDTHS, 0)
    try:
        with os.fdopen(descriptor, "wb", buffering=1 << 20) as handle:
            handle.write(bytes(HEAD_BYTES))
            for kind in WIDTHS:
                for digest in sorting.merged(kind):
                    handle.write(digest)
                    counts[kind] += 1
            whole = HashSetHead(**{**asdict(head), "counts": counts})
            handle.seek(0)
            handle.write(_head_bytes(whole))
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    return whole


def _head_bytes(head: HashSetHead) -> bytes:
    written = MAGIC + json.dumps(asdict(head), sort_keys=True).encode("ascii")
    if len(written) > HEAD_BYTES:
        raise ConfigurationError(
            "E-SCR-003",
            _("Name, version or source of the set is too long."),
            remedy=_("Use a few words."),
        )
    return written.ljust(HEAD_BYTES)


def _read_head(handle: IO[bytes], path: Path) -> HashSetHead:
    content = handle.read(HEAD_BYTES)
    try:
        said: dict[str, Any] = json.loads(content.removeprefix(MAGIC))
        head = HashSetHead(**said)
        numbers = [int(head.counts[kind]) for kind in WIDTHS]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise damaged(path) from error
    if not content.startswith(MAGIC) or len(head.counts) != len(WIDTHS) or min(numbers) < 0:
        raise damaged(path)
    return head


def _starts(counts: dict[str, int]) -> dict[str, int]:
    starts, place = {}, HEAD_BYTES
    for kind, width in WIDTHS.items():
        starts[kind] = place
        place += counts[kind] * width
    return starts


def damaged(path: Path) -> ConfigurationError:
    """Return the error for a stored set that cannot be used: nothing is crawled without it."""
    return ConfigurationError(
        "E-SCR-002",
        _("A hash set of this case is damaged or of another form."),
        where=str(path),
        remedy=_("Add the set again with “vestigo case hash-sets CASE add”; nothing was sent."),
    )
