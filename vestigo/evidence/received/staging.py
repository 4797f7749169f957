# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking a file in: copied piece by piece, hashed on the way, whole or absent.

A file lies in ``evidence/received`` under its SHA-256; while it is copied its name begins
with a dot.  What a crash left half-copied is removed at the next time.
"""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vestigo.errors import UsageError
from vestigo.evidence.screening.media import media_of
from vestigo.i18n import _
from vestigo.store.atomic import sync_folder

PARTIAL = ".partial-"
PIECE = 1 << 20
HEAD = 64 * 1024
ALWAYS = ("md5", "sha1", "sha256", "sha512")
WARC = "application/warc"
WARC_GZ = "application/warc+gzip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A file that was copied and is durable, but has no name yet."""

    path: Path
    n_bytes: int
    digests: dict[str, str]
    media_type: str

    @property
    def sha256(self) -> str:
        """Lower hex SHA-256 of the whole file."""
        return self.digests["sha256"]

    @property
    def is_warc(self) -> bool:
        """Whether the bytes begin as a WARC file does, compressed or not."""
        return self.media_type in (WARC, WARC_GZ)


def received_path(folder: Path, sha256: str) -> Path:
    """Return where the received file with this digest lies."""
    return folder / sha256


@contextmanager
def stage_file(
    source: Path, folder: Path, algorithms: Sequence[str], on_bytes: Callable[[int], None]
) -> Iterator[Staged]:
    """Copy ``source`` into ``folder`` durably; gone again unless ``keep_staged`` names it.

    ``algorithms`` are hashed besides ``ALWAYS``; ``on_bytes`` hears of each piece.  Raises
    ``UsageError`` E-EVI-192 where there is no plain file; ``OSError`` for a full disk.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.glob(f"{PARTIAL}*"):
        left.unlink()
    path = folder / f"{PARTIAL}{os.getpid()}"
    try:
        with _opened(source) as handle:
            yield _copied(handle, path, algorithms, on_bytes)
    finally:
        path.unlink(missing_ok=True)


def keep_staged(staged: Staged) -> Path:
    """Give a staged file its name; one that is there already is the same and stays."""
    final = received_path(staged.path.parent, staged.sha256)
    staged.path.replace(final)
    sync_folder(final.parent)
    return final


def _opened(source: Path) -> BinaryIO:
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _no_file(source, error.strerror or "") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _no_file(source, "")
    return os.fdopen(descriptor, "rb")


def _copied(
    handle: BinaryIO, path: Path, algorithms: Sequence[str], on_bytes: Callable[[int], None]
) -> Staged:
    hashes = {name: hashlib.new(name, usedforsecurity=False) for name in {*ALWAYS, *algorithms}}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    head, n_bytes = b"", 0
    with os.fdopen(descriptor, "wb") as out:
        while piece := handle.read(PIECE):
            out.write(piece)
            for one in hashes.values():
                one.update(piece)
            head = head or piece[:HEAD]
            n_bytes += len(piece)
            on_bytes(len(piece))
        out.flush()
        os.fsync(out.fileno())
    digests = {name: one.hexdigest() for name, one in hashes.items()}
    return Staged(path=path, n_bytes=n_bytes, digests=digests, media_type=sniffed(head))


def sniffed(head: bytes) -> str:
    """Return the media type that the first bytes of a file show."""
    if head.startswith(b"WARC/"):
        return WARC
    if head.startswith(b"\x1f\x8b") and _inflated(head).startswith(b"WARC/"):
        return WARC_GZ
    found = media_of(head)
    if found:
        return found
    text = _text_of(head)
    if text is None:
        return "application/octet-stream"
    if text.lstrip()[:1] in ("{", "["):
        return "application/json"
    html = text.lstrip()[:15].lower().startswith(("<!doctype html", "<html"))
    return "text/html" if html else "text/plain"


def _inflated(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(head, 64)
    except zlib.error:
        return b""


def _text_of(head: bytes) -> str | None:
    for cut in range(4):  # the head may end within a character
        try:
            text = head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        plain = all(c.isprintable() or c in "\t\r\n\f\ufeff" for c in text)
        return text if plain else None
    return None


def _no_file(source: Path, reason: str) -> UsageError:
    return UsageError(
        "E-EVI-192",
        _("There is no plain file to be read here. {reason}").format(reason=reason).strip(),
        where=ascii(str(source)),
        remedy=_("Give the path of one file; put a folder into an archive first."),
    )
