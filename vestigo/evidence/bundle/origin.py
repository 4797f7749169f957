# SPDX-License-Identifier: AGPL-3.0-or-later
"""The onion descriptors of a bundle: those whose digest the custody log knows."""

from __future__ import annotations

import hashlib

from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.view import CaseView


def add_origin(bag: BagFolder, view: CaseView) -> None:
    """Copy each descriptor, and the facts beside it, that the log knew at the checkpoint."""
    told = view.told
    for path in sorted(view.folder.origin.glob("*/*")):
        if path.suffix not in (".descriptor", ".json") or path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() in told:
            bag.add(f"data/origin/{path.parent.name}/{path.name}", content)
