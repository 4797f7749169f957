# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing the files of a bundle: harmless names, both digests taken on the way.

Long files are digested by threads while they are written, and begin their way to the disk
at once, while the rest of the bundle is made.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NamedTuple

from vestigo.closing import Closing
from vestigo.errors import UsageError
from vestigo.i18n import _

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
CHUNK = 1 << 22
SHORT = 1 << 18  # a shorter piece is not worth a second thread


class Digests(NamedTuple):
    """What a file is: its length and both digests (lower hex)."""

    n_bytes: int
    sha256: str
    sha512: str


class BagFolder(Closing):
    """A bundle being written at ``root``; ``files`` holds what was written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._syncing: list[Future[None]] = []
        self._disk = ThreadPoolExecutor(1, "bag-sync")
        self.files: dict[str, Digests] = {}
        self._folded: set[str] = set()
        self._folders: set[Path] = set()

    def add(self, name: str, content: bytes | Iterable[bytes]) -> Digests:
        """Write one file; return its digests.

        Raises ``UsageError`` E-BUN-004 for a name that a bundle does not use or that is
        taken (also where it differs by case only).
        """
        path = self._claim(name)
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        with path.open("xb") as handle:
            pieces = (content,) if isinstance(content, bytes) else content
            self.files[name] = written = _written(handle, pieces)
        if written.n_bytes >= CHUNK:
            self._syncing.append(self._disk.submit(_synced, path))
        return written

    def settle(self) -> None:
        """Return once every long file is on the disk; ``OSError`` where the disk took one not."""
        while self._syncing:
            self._syncing.pop().result()

    def close(self) -> None:
        """Let the thread go that waits for the disk."""
        self._disk.shutdown(cancel_futures=True)

    def payload(self) -> dict[str, Digests]:
        """Return the payload files, sorted by name."""
        return {n: d for n, d in sorted(self.files.items()) if n.startswith("data/")}

    def tags(self) -> dict[str, Digests]:
        """Return the tag files (not the tag manifests), sorted by name."""
        return {n: d for n, d in sorted(self.files.items()) if not n.startswith("data/")}

    def _claim(self, name: str) -> Path:
        parts = name.split("/")
        if not all(NAME.fullmatch(part) for part in parts) or name.lower() in self._folded:
            raise UsageError(
                "E-BUN-004",
                _("A file of this name cannot stand in a bundle."),
                where=ascii(name),
                remedy=_("Names are ASCII, at most 120 characters, and differ not by case only."),
            )
        self._folded.add(name.lower())
        return self.root.joinpath(*parts)


def _written(handle: BinaryIO, pieces: Iterable[bytes]) -> Digests:
    """Write pieces one after the other; two helpers digest one while it is written."""
    sha256, sha512, n_bytes = hashlib.sha256(), hashlib.sha512(), 0
    with ThreadPoolExecutor(2) as helpers:
        for piece in pieces:
            long = [sha512, sha256] if len(piece) > SHORT else []
            beside = [helpers.submit(one.update, piece) for one in long]
            handle.write(piece)
            n_bytes += len(piece)
            for one in [] if long else [sha256, sha512]:
                one.update(piece)
            for done in beside:
                done.result()
    return Digests(n_bytes, sha256.hexdigest(), sha512.hexdigest())


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def manifest(files: dict[str, Digests], algorithm: str) -> bytes:
    """Return the manifest of ``files`` for ``sha256`` or ``sha512``."""
    rows = (f"{getattr(digests, algorithm)}  {name}\n" for name, digests in sorted(files.items()))
    return "".join(rows).encode("ascii")


def chunks(handle: BinaryIO, n_bytes: int | None = None) -> Iterator[bytes]:
    """Yield a file piece by piece, up to ``n_bytes`` of it."""
    left = n_bytes
    while left is None or left > 0:
        piece = handle.read(CHUNK if left is None else min(CHUNK, left))
        if not piece:
            return
        left = None if left is None else left - len(piece)
        yield piece
