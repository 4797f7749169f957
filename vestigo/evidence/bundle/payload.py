# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing the files of a bundle: harmless names, both digests taken on the way."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from vestigo.errors import UsageError
from vestigo.i18n import _

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
CHUNK = 1 << 20


class Digests(NamedTuple):
    """What a file is: its length and both digests (lower hex)."""

    n_bytes: int
    sha256: str
    sha512: str


class BagFolder:
    """A bundle being written at ``root``; ``files`` holds what was written."""

    def __init__(self, root: Path) -> None:
        self.root = root
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
        sha256, sha512, n_bytes = hashlib.sha256(), hashlib.sha512(), 0
        with path.open("xb") as handle:
            for chunk in (content,) if isinstance(content, bytes) else content:
                handle.write(chunk)
                sha256.update(chunk)
                sha512.update(chunk)
                n_bytes += len(chunk)
        self.files[name] = Digests(n_bytes, sha256.hexdigest(), sha512.hexdigest())
        return self.files[name]

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
