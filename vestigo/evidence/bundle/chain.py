# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chain data of a bundle: what its traces were made from, and can be made from again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from vestigo.evidence.bundle.payload import CHUNK, BagFolder
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.custody import CustodyLog
from vestigo.store import CaseFolder

REASON = "chain data"
# a part of the store has one of these, the second where it holds transactions without blocks
WHOLE, LOOSE = "blocks.dat", "loose.jsonl"
MEGABYTE = 1_000_000


def log_chain(folder: CaseFolder, custody: CustodyLog) -> None:
    """Log the receipt of every part of the chain store that the log does not know yet."""
    known = {event.object_sha256 for event in custody.events()}
    for path in _files(folder):
        digest = _digest(path)
        if digest not in known:
            custody.append(
                "receipt",
                object_sha256=digest,
                reason=REASON,
                details={"part": path.parent.name, "network": path.parent.parent.name,
                         "n_bytes": str(path.stat().st_size)},
            )  # fmt: skip


def add_chain(bag: BagFolder, view: CaseView) -> None:
    """Copy each part that the log knew at the checkpoint, named by its digest.

    None where together they are more than the case lets into a bundle.
    """
    told = view.told
    files = {digest: path for path in _files(view.folder) if (digest := _digest(path)) in told}
    most = int(view.folder.settings()["chain"]["in_bundle_mb"]) * MEGABYTE
    if sum(path.stat().st_size for path in files.values()) > most:
        return
    for digest in sorted(files):
        bag.add(f"data/ledger/chain/{digest[:32]}{files[digest].suffix}", _pieces(files[digest]))


def _files(folder: CaseFolder) -> Iterator[Path]:
    for part in sorted(folder.chain.glob("parts/*/*")):
        found = next((part / name for name in (LOOSE, WHOLE) if (part / name).is_file()), None)
        if found:
            yield found


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while piece := handle.read(CHUNK):
            yield piece


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
