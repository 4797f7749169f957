# SPDX-License-Identifier: AGPL-3.0-or-later
"""Unpacking a zip from the internet: every name and size is judged before a byte is written.

What is judged by the list of entries as a whole stands in ``zip_bounds``.
"""

from __future__ import annotations

import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from vestigo.errors import SourceUnreachable, VerificationError
from vestigo.evidence.packing.zip_bounds import (
    MOST_FILES,
    refuse_bytes_around,
    refuse_large_directory,
    refuse_no_bundle,
    refused,
)
from vestigo.i18n import _

NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+")
LONGEST_NAME = 250
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
PIECE = 1 << 20


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Unpack a bundle's zip into a folder that lasts as long as the block; yield the bundle.

    Raises ``VerificationError``: E-EVI-240 no zip that can be read, E-EVI-241 a name, size
    or kind of entry that no bundle has, E-EVI-243 no bundle, or more than its manifests list,
    E-EVI-244 it would grow beyond all measure; ``SourceUnreachable`` E-EVI-242 where the disk
    is too small for what it says it holds.
    """
    with TemporaryDirectory(prefix="vestigo-bundle-") as scratch:
        folder = Path(scratch)
        try:
            refuse_large_directory(path)
            with zipfile.ZipFile(path) as archive:
                refuse_bytes_around(archive, path)
                top = _judged(archive, path, shutil.disk_usage(folder).free)
                for info in archive.infolist():
                    if not info.is_dir():
                        _write(archive, info, folder)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError,
                struct.error) as error:  # fmt: skip
            raise _unreadable(path) from error
        yield folder / top


def _judged(archive: zipfile.ZipFile, path: Path, free: int) -> str:
    """Return the name of the one folder that everything lies in."""
    infos = archive.infolist()
    names = [info.filename.rstrip("/") if info.is_dir() else info.filename for info in infos]
    files = [info for info in infos if not info.is_dir()]
    tops = {name.partition("/")[0] for name in names}
    if len(infos) > MOST_FILES:
        raise refused(path, _("{n} entries").format(n=len(infos)))
    if len({name.lower() for name in names}) != len(names):
        raise refused(path, _("two entries of one name"))
    if len(tops) != 1 or not files:
        raise refused(path, _("not one folder that everything lies in"))
    for info in infos:
        if fault := _fault(info):
            raise refused(f"{path}: {info.filename[:LONGEST_NAME]}", fault)
    if sum(info.compress_size for info in files) > path.stat().st_size:
        raise refused(path, _("entries that lie over each other"))
    (top,) = tops
    refuse_no_bundle(archive, top, files, path)
    if sum(info.file_size for info in files) > free:
        raise _too_large(path)
    return top


def _fault(info: zipfile.ZipInfo) -> str:
    name = info.filename.rstrip("/") if info.is_dir() else info.filename
    inside = name if "/" in name else f"{name}/x"
    kind = stat.S_IFMT(info.external_attr >> 16)
    due = stat.S_IFDIR if info.is_dir() else stat.S_IFREG
    if not NAME.fullmatch(inside) or len(name) > LONGEST_NAME or ".." in name.split("/"):
        return _("a name that no bundle uses")
    if kind not in (0, due):
        return _("something that is no plain file")
    if info.flag_bits & 1 or info.compress_type not in METHODS:
        return _("a form of packing that no bundle uses")
    return ""


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path) -> None:
    target = folder / info.filename
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    left = info.file_size
    with archive.open(info) as source, target.open("xb") as out:
        while piece := source.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise zipfile.BadZipFile("longer than it says")
            out.write(piece)


def _unreadable(path: Path) -> VerificationError:
    return VerificationError(
        "E-EVI-240",
        _("This is no zip that can be read, or it is damaged."),
        where=str(path),
        remedy=_("Ask for it again and compare its SHA-256."),
    )


def _too_large(path: Path) -> SourceUnreachable:
    return SourceUnreachable(
        "E-EVI-242",
        _("There is too little space to unpack it."),
        where=str(path),
        remedy=_("Free some space, or set TMPDIR to a larger volume."),
    )
