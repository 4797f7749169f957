# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the list of entries of a zip must show before anything is unpacked: a bundle, in bounds.

A bundle lists each of its files in a manifest, so that a zip with many entries and few
lines in its manifests is none; and nothing that is honestly packed grows beyond measure.
"""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from vestigo.errors import VerificationError
from vestigo.evidence.received.inflating import MOST_TIMES, ROOM
from vestigo.i18n import _

MOST_FILES = 500_000
MOST_DIRECTORY_BYTES = 128 * 1024**2
MOST_UNLISTED = 1000  # a stray file is for the verification to name
SHORTEST_LINE = 68  # of a manifest: 64 hex digits, two spaces, a name, a line feed
LONGEST_LINE = 400
MANIFESTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
DECLARATION, LONGEST_DECLARATION = "bagit.txt", 4096
END, END_64, LOCATOR_64, ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
END_BYTES, END_64_BYTES, LOCATOR_BYTES, LONGEST_COMMENT = 22, 56, 20, 65_535
ENTRY_BYTES = 46


def refuse_large_directory(path: Path) -> None:
    """Refuse a list of entries that would fill the memory, or that no manifest accounts for.

    Reads the end of the file only, and of each entry its name and size.  Raises
    ``VerificationError`` E-EVI-241 and E-EVI-243, ``zipfile.BadZipFile``, ``struct.error``.
    """
    with path.open("rb") as handle:
        begin, n_bytes = _place_of_directory(handle, path.stat().st_size)
        if n_bytes > MOST_DIRECTORY_BYTES:
            raise refused(path, _("a list of entries of {n} bytes").format(n=n_bytes))
        handle.seek(max(0, begin))
        n_entries = n_lines = 0
        for name, size in _entries(handle.read(n_bytes)):
            n_entries += 1
            if name.partition(b"/")[2].decode("ascii", "replace") in MANIFESTS:
                n_lines += size // SHORTEST_LINE
    if n_entries > 2 * n_lines + MOST_UNLISTED:  # every file may have a folder of its own
        raise _no_bundle(path, _("{n} entries, more than its manifests list").format(n=n_entries))


def refuse_bytes_around(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse bytes before the first entry, a comment, and bytes behind the end.

    Raises ``VerificationError`` E-EVI-241: nothing would ever verify them.
    """
    with path.open("rb") as handle:
        handle.seek(-END_BYTES, os.SEEK_END)
        end = handle.read()
    first = min((info.header_offset for info in archive.infolist()), default=0)
    if first or not end.startswith(END) or end[-2:] != b"\0\0":
        raise refused(path, _("bytes around the zip"))


def refuse_no_bundle(
    archive: zipfile.ZipFile, top: str, files: Sequence[zipfile.ZipInfo], path: Path
) -> None:
    """Refuse a zip without the first files of a bundle, or that holds more than these list.

    Raises ``VerificationError``: E-EVI-243, and E-EVI-244 where it would grow beyond
    ``ROOM`` and ``MOST_TIMES`` its own length.
    """
    sizes = {info.filename: info.file_size for info in files}
    for name in (DECLARATION, *MANIFESTS):
        if f"{top}/{name}" not in sizes:
            raise _no_bundle(path, _("no {name}").format(name=name))
    n_bytes = sum(sizes.values())
    if n_bytes > ROOM + MOST_TIMES * path.stat().st_size:
        raise _beyond_measure(path, n_bytes)
    if sizes[f"{top}/{DECLARATION}"] > LONGEST_DECLARATION:
        raise _no_bundle(path, _("no {name}").format(name=DECLARATION))
    listed = {f"{top}/{name}" for manifest in MANIFESTS
              for name in _listed(archive, f"{top}/{manifest}")}  # fmt: skip
    n_unlisted = sum(name not in listed for name in sizes)
    if n_unlisted > MOST_UNLISTED:
        raise _no_bundle(path, _("{n} entries, more than its manifests list").format(n=len(sizes)))


def _listed(archive: zipfile.ZipFile, manifest: str) -> Iterator[str]:
    """Yield the names in a manifest; what is no line of one is for the verification to name."""
    with archive.open(manifest) as lines:
        for _n in range(MOST_FILES):
            line = lines.readline(LONGEST_LINE)
            if not line:
                return
            yield line.decode("utf-8", "replace").partition("  ")[2].rstrip("\n")


def _place_of_directory(handle: BinaryIO, size: int) -> tuple[int, int]:
    """Return where the list of entries begins and its length, as its end record says."""
    before = max(0, size - END_BYTES - LONGEST_COMMENT - LOCATOR_BYTES)
    handle.seek(before)
    tail = handle.read()
    at = tail.rfind(END)
    if at < 0:
        raise zipfile.BadZipFile("no end")
    (n_bytes,) = struct.unpack_from("<I", tail, at + 12)
    locator = tail[max(0, at - LOCATOR_BYTES) : at]
    if not locator.startswith(LOCATOR_64):
        return before + at - n_bytes, n_bytes
    (place,) = struct.unpack_from("<Q", locator, 8)
    handle.seek(min(place, size))
    record = handle.read(END_64_BYTES)
    if not record.startswith(END_64):
        raise zipfile.BadZipFile("no 64-bit end")
    (n_bytes,) = struct.unpack_from("<Q", record, 40)
    return before + at - LOCATOR_BYTES - END_64_BYTES - n_bytes, n_bytes


def _entries(directory: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield name and stated size of each entry (2^32-1 where it stands elsewhere)."""
    at = 0
    while directory.startswith(ENTRY, at):
        (size,) = struct.unpack_from("<I", directory, at + 24)
        lengths = struct.unpack_from("<3H", directory, at + 28)
        yield directory[at + ENTRY_BYTES : at + ENTRY_BYTES + lengths[0]], size
        at += ENTRY_BYTES + sum(lengths)


def refused(where: Path | str, fault: str) -> VerificationError:
    """Return the error for an entry, or a list of entries, that no bundle has."""
    return VerificationError(
        "E-EVI-241",
        _("The zip holds what no bundle holds: {fault}.").format(fault=fault),
        where=str(where),
        remedy=_("Do not unpack it by other means; ask for the bundle again."),
    )


def _no_bundle(where: Path, fault: str) -> VerificationError:
    return VerificationError(
        "E-EVI-243",
        _("The zip holds no bundle: {fault}.").format(fault=fault),
        where=str(where),
        remedy=_("Ask for the bundle again; do not unpack this by other means."),
    )


def _beyond_measure(where: Path, n_bytes: int) -> VerificationError:
    return VerificationError(
        "E-EVI-244",
        _("The zip would unpack to {n} bytes, more than anything honestly packed.").format(
            n=n_bytes
        ),
        where=str(where),
        remedy=_("Do not unpack it by other means; ask for the bundle again."),
    )
