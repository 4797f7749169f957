# SPDX-License-Identifier: AGPL-3.0-or-later
"""Packing a bundle for the hand-over: nothing half-written stays, nothing is overwritten."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from vestigo.errors import UsageError
from vestigo.evidence.packing.encrypting import Receiver, encrypt_to
from vestigo.evidence.packing.zipping import write_zip
from vestigo.i18n import _
from vestigo.store.atomic import sync_file, sync_folder


@dataclass(frozen=True, slots=True)
class PackedBundle:
    """The files that were written, and SHA-256 and size of the zip (also where it is encrypted)."""

    paths: tuple[Path, ...]
    zip_sha256: str
    zip_bytes: int
    n_files: int


def pack_bundle(bundle: Path, target: Path, receivers: Sequence[Receiver] = ()) -> PackedBundle:
    """Write the folder ``bundle`` to the zip ``target`` or, encrypted, to ``target.NNN.cms``.

    The clear zip is not written to the disk where it is encrypted.  Raises ``UsageError``
    E-EVI-236 where something stands there, and as ``write_zip`` and ``encrypt_to``;
    ``OSError`` for a full disk (then nothing is left).
    """
    _refuse_taken(target)
    partial = target.with_name(f".{target.name}.part")
    for left in target.parent.glob(f"{partial.name}*"):
        left.unlink()
    told = _Told()

    def write(out: BinaryIO) -> None:
        told.n_files = write_zip(bundle, told.beside(out))

    parts = encrypt_to(receivers, write, partial) if receivers else _plain(write, partial)
    for part in parts:
        sync_file(part)
    ending = len(partial.name)
    paths = tuple(part.rename(target.with_name(target.name + part.name[ending:])) for part in parts)
    sync_folder(target.parent)
    return PackedBundle(paths, told.digest.hexdigest(), told.n_bytes, told.n_files)


def _plain(write: Any, partial: Path) -> list[Path]:
    try:
        with partial.open("xb") as out:
            write(out)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return [partial]


class _Told:
    """A writer that passes on what it gets and keeps the digest of it."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.n_bytes = 0
        self.n_files = 0
        self._out: BinaryIO | None = None

    def beside(self, out: BinaryIO) -> Any:
        self._out = out
        return self

    def write(self, content: bytes) -> int:
        assert self._out is not None
        self._out.write(content)
        self.digest.update(content)
        self.n_bytes += len(content)
        return len(content)

    def flush(self) -> None:
        assert self._out is not None
        self._out.flush()


def _refuse_taken(target: Path) -> None:
    taken = [
        path for path in (target, *target.parent.glob(f"{target.name}.*.cms")) if path.exists()
    ]
    if taken or not target.parent.is_dir():
        raise UsageError(
            "E-EVI-236",
            _("There is already something at this path, or no folder for it."),
            where=str(taken[0] if taken else target),
            remedy=_("Choose a new name: nothing is overwritten."),
        )
