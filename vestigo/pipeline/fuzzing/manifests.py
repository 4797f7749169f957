# SPDX-License-Identifier: AGPL-3.0-or-later
"""Manifests of a bag, and the lists of a bundle that are lines of text."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vestigo.evidence.stranger import verify
from vestigo.pipeline.fuzzing.agreeing import agree, bag_of

_DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def run(data: bytes, folder: Path) -> None:
    """Read ``data`` as a manifest of either length, and as the list of records."""
    files = {
        "bagit.txt": _DECLARED,
        "manifest-sha256.txt": data,
        "manifest-sha512.txt": data,
        "data/a.txt": b"a",
        "data/custody/records.txt": data,
        "data/custody/disposed.txt": data,
    }
    bag = bag_of(folder, files)
    for length in (64, 128):
        _manifest(bag, data, length)
    for function in (verify.check_files, verify.check_digests, verify.check_records):
        try:
            verify.digest_files(bag)
            function(bag, verify.Check(bag, "sha256"))
        except verify.UNREADABLE:
            continue


def _manifest(bag: verify.Bag, data: bytes, length: int) -> None:
    try:
        rows = verify.read_manifest(bag, "manifest-sha256.txt", length)
    except verify.UNREADABLE:
        return
    lines = [f"{digest}  {name}\n" for name, digest in sorted(rows.items())]
    agree("manifest", "".join(lines).encode("ascii"), data)


def seeds() -> list[bytes]:
    """Return a manifest of each length and a list of records."""
    short, long = hashlib.sha256(b"a").hexdigest(), hashlib.sha512(b"a").hexdigest()
    return [
        f"{short}  data/a.txt\n{short}  data/b/c.txt\n".encode("ascii"),
        f"{long}  data/a.txt\n".encode("ascii"),
        f"{short} capture\n".encode("ascii"),
        f"{short} listing {short}\nwithheld:{short} capture\n".encode("ascii"),
    ]
