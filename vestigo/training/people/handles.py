# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented handles: new ones, variants of a known one, and look-alikes."""

from __future__ import annotations

from vestigo.training.stream import Stream
from vestigo.training.vocabulary import vocabulary

_STYLES = ("Camel", "Camel", "lower", "snake", "hyphen", "dot", "UPPER")
_ALIKE = {"o": "0", "i": "1", "l": "1", "e": "3", "a": "4", "s": "5"}


def new_handle(stream: Stream, language: str, taken: set[str]) -> str:
    """Return a handle that nobody has (letter case aside)."""
    words = vocabulary(language)
    while True:
        parts = [stream.pick(words.first), stream.pick(words.last)]
        handle = _styled(stream, parts)
        if stream.chance(30):
            handle += str(stream.between(1, 99))
        if handle.casefold() not in taken:
            taken.add(handle.casefold())
            return handle


def variant(stream: Stream, handle: str) -> str:
    """Return what the same person calls itself elsewhere: the same or nearly."""
    ways = (
        handle,
        handle,
        f"{handle}_",
        handle.lower(),
        handle.title(),
        f"{handle}{stream.between(2, 9)}",
    )
    return stream.pick(ways)


def look_alike(stream: Stream, handle: str) -> str:
    """Return what an imitator takes: the same, one letter off, or “official”."""
    places = [n for n, letter in enumerate(handle) if letter.lower() in _ALIKE]
    ways = [handle, f"{handle}_official", f"The{handle}", handle + handle[-1]]
    if places:
        at = stream.pick(places)
        ways += [handle[:at] + _ALIKE[handle[at].lower()] + handle[at + 1 :]] * 3
    return stream.pick(ways)


def _styled(stream: Stream, parts: list[str]) -> str:
    style = stream.pick(_STYLES)
    if style == "Camel":
        return "".join(part[:1].upper() + part[1:] for part in parts)
    joined = {"snake": "_", "hyphen": "-", "dot": "."}.get(style, "").join(parts)
    return joined.upper() if style == "UPPER" else joined
