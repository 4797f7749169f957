# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rate files of a bundle: those whose digest the custody log knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.custody import CustodyLog
from vestigo.store import CaseFolder


def log_rates(folder: CaseFolder, custody: CustodyLog) -> None:
    """Log the receipt of every rate file that the log does not know yet."""
    known = {event.object_sha256 for event in custody.events()}
    for path, content in _rate_files(folder):
        digest = hashlib.sha256(content).hexdigest()
        if digest not in known:
            custody.append(
                "receipt",
                object_sha256=digest,
                reason="exchange rates",
                details={"file": path.name, "n_bytes": str(len(content))},
            )


def add_rates(bag: BagFolder, view: CaseView) -> None:
    """Copy each rate file that the log knew at the checkpoint, named by its digest."""
    contents = {hashlib.sha256(c).hexdigest(): c for _path, c in _rate_files(view.folder)}
    for digest in sorted(contents.keys() & view.told):
        bag.add(f"data/ledger/rates/{digest[:32]}.csv", contents[digest])


def _rate_files(folder: CaseFolder) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.rates.glob("*")):
        if path.is_file() and not path.is_symlink():
            yield path, path.read_bytes()
