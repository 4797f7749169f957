# SPDX-License-Identifier: AGPL-3.0-or-later
"""Comparing what two readers of the same bytes made of them."""

from __future__ import annotations

from pathlib import Path

from vestigo.evidence.stranger.verify import Bag


class ReadersDisagreeError(AssertionError):
    """Our reader took the bytes for one thing, the verifier's for another."""


def agree(what: str, ours: object, theirs: object) -> None:
    """Raise ``ReadersDisagreeError`` where the two differ."""
    if ours != theirs:
        raise ReadersDisagreeError(f"{what}: ours {ours!r:.300}, the verifier's {theirs!r:.300}")


def bag_of(folder: Path, files: dict[str, bytes]) -> Bag:
    """Write ``files`` (names from the bundle's root) and return them as a verifier's bag."""
    bag = Bag(folder, None)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        bag.files[name] = ("", "")
    return bag
