# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing a bundle into one zip: the same bytes for the same bundle, on any machine."""

from __future__ import annotations

import shutil
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from vestigo.errors import UsageError
from vestigo.i18n import _

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that the format can say
PACKED_ALREADY = {".gz", ".pdf", ".png", ".jpg", ".webp"}
READ_ONLY = stat.S_IFREG | 0o444
UNIX = 3  # "version made by" in the format: which system the permissions are of
PIECE = 1 << 20


def write_zip(bundle: Path, out: BinaryIO) -> int:
    """Write every file of the folder ``bundle`` below its name into ``out``; return how many.

    ``out`` need not be seekable.  Raises ``UsageError`` E-EVI-230 for what is no plain file.
    """
    n_files = 0
    with zipfile.ZipFile(out, "w") as archive:
        for path in _files(bundle):
            _write_file(archive, path, f"{bundle.name}/{path.relative_to(bundle).as_posix()}")
            n_files += 1
    return n_files


def _write_file(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system = UNIX
    info.external_attr = READ_ONLY << 16
    packed = path.suffix in PACKED_ALREADY
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    info.file_size = path.stat().st_size  # decides on the 64-bit form
    with path.open("rb") as source, archive.open(info, "w") as target:
        shutil.copyfileobj(source, target, PIECE)


def _files(bundle: Path) -> Iterator[Path]:
    for path in sorted(bundle.rglob("*"), key=lambda one: one.relative_to(bundle).as_posix()):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise UsageError(
                "E-EVI-230",
                _("A bundle holds plain files only; this is none."),
                where=str(path),
                remedy=_("Verify the bundle: somebody changed it."),
            )
        if path.is_file():
            yield path
