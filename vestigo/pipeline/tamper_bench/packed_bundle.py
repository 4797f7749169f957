# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attackers without any key who change a packed bundle: what a receiver unzips is verified.

Our own command refuses each of these zips before it writes a file (the attack makes sure of
it); here a receiver used another program, and both verifiers see what that one wrote.
"""

from __future__ import annotations

import shutil
import stat
import warnings
import zipfile
from collections.abc import Callable

from vestigo.errors import VestigoError
from vestigo.evidence.packing import pack_bundle, unpacked
from vestigo.pipeline.tamper_bench.mutation import NOBODY, Change, Scene, Table

TABLE = Table(NOBODY, [])
Entry = Callable[[str], tuple[zipfile.ZipInfo, bytes]]


def zipped(entry: Entry) -> Change:
    """Pack the bundle, add an entry, and unzip it as Python does."""

    def change(scene: Scene) -> None:
        packed = pack_bundle(scene.path, scene.work / "sent.zip").paths[0]
        info, content = entry(scene.path.name)
        with warnings.catch_warnings(), zipfile.ZipFile(packed, "a") as archive:
            warnings.simplefilter("ignore")  # two entries of one name are meant here
            archive.writestr(info, content)
        try:
            with unpacked(packed):
                raise AssertionError("our own command unpacked it")
        except VestigoError:
            pass
        shutil.rmtree(scene.path)
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(scene.path.parent)

    return change


def slip(folder: str) -> tuple[zipfile.ZipInfo, bytes]:
    """Return an entry whose name leads out of the folder."""
    return zipfile.ZipInfo(f"{folder}/data/../../../{folder}/escaped"), b"x"


def absolute(folder: str) -> tuple[zipfile.ZipInfo, bytes]:
    """Return an entry with an absolute name, which unzipping cuts to one inside."""
    return zipfile.ZipInfo(f"/{folder}/data/captures/escaped"), b"x"


def again(folder: str) -> tuple[zipfile.ZipInfo, bytes]:
    """Return a second entry of a name: which one counts depends on the program."""
    return zipfile.ZipInfo(f"{folder}/LIMITS.en.md"), b"There are no limits.\n"


def link(folder: str) -> tuple[zipfile.ZipInfo, bytes]:
    """Return an entry that is a link to a file of the receiver."""
    info = zipfile.ZipInfo(f"{folder}/data/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, b"/etc/passwd"


for name, entry in {
    "zip with a name that leads out": slip,
    "zip with an absolute name": absolute,
    "zip with an entry twice": again,
    "zip with a link": link,
}.items():
    TABLE.add(name, zipped(entry))
