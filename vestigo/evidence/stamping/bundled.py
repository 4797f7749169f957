# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stamps in bundles: ``seal/stamps/AUTHORITY/``; a late one rewrites tag manifests only."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vestigo.evidence.stamping.case_stamps import places, stamps_folder
from vestigo.evidence.stamping.refusal import MALFORMED, refused
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import write_atomically

ALGORITHMS = ("sha256", "sha512")
NOTE = "seal/checkpoint.note"


def bundle_stamps(folder: CaseFolder, size: int, note: bytes) -> dict[str, bytes]:
    """Return name and content of every stamp file for a bundle with this note."""
    found: dict[str, bytes] = {}
    for place in places(stamps_folder(folder)):
        if place.size == size and place.note == note:
            named = place.files().items()
            found |= {f"seal/stamps/{place.authority}/{name}": content for name, content in named}
    return found


def add_late_stamps(folder: CaseFolder) -> list[Path]:
    """Put stamps into the bundles of the case that they came too late for; return those changed.

    Only tag manifests are rewritten, and only by the rows of the stamps.
    """
    changed = []
    for bundle in sorted(folder.bundles.glob("bundle-*")):
        note = bundle / NOTE
        if note.is_file() and add_late_files(
            bundle, bundle_stamps(folder, _size(note), note.read_bytes())
        ):
            changed.append(bundle)
    return changed


def _size(note: Path) -> int:
    line = note.read_bytes().split(b"\n")[1:2]
    return int(line[0]) if line and line[0].isdigit() else 0


def add_late_files(bundle: Path, stamps: dict[str, bytes]) -> bool:
    """Put files into the seal of a finished bundle and list them; whether anything changed."""
    changed = False
    for name, content in stamps.items():
        path = bundle / name
        if not path.is_file() or path.read_bytes() != content:
            write_atomically(path, content)
            changed = True
    for algorithm in ALGORITHMS:
        changed |= _list(bundle / f"tagmanifest-{algorithm}.txt", algorithm, stamps)
    return changed


def _list(manifest: Path, algorithm: str, stamps: dict[str, bytes]) -> bool:
    rows = {}
    for line in manifest.read_text("ascii").splitlines():
        digest, gap, name = line.partition("  ")
        if not gap:
            raise refused(MALFORMED, _("This is no manifest."), str(manifest))
        rows[name] = digest
    new = rows | {name: hashlib.new(algorithm, content).hexdigest()
                  for name, content in stamps.items()}  # fmt: skip
    if new == rows:
        return False
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(new.items()))
    write_atomically(manifest, text.encode("ascii"))
    return True
