# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a key of a behaviour file is declared: kind, range, default, one sentence."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from typing import Any

from vestigo.i18n import _

LONGEST_TEXT = 80


@dataclass(frozen=True, slots=True)
class Key:
    """What a behaviour file may say under one key.

    ``kind`` is whole (``low`` to ``high``), switch, word (one of ``choices``), text
    (``low`` to ``high`` characters, ``pattern`` if any), words (a list of texts) or weights (a
    table of ``choices`` to whole numbers from ``low`` to ``high``).
    """

    kind: str
    says: str
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()
    pattern: str = ""

    @property
    def allowed(self) -> str:
        """The range as documentation and errors write it, in the reader's language."""
        names = ", ".join(choice or '""' for choice in self.choices)
        said = {
            "whole": _("{low} to {high}"),
            "switch": _("true or false"),
            "word": "{names}",
            "text": _("a text of {low} to {high} characters"),
            "words": _("a list of {low} to {high} texts"),
            "weights": _("{names}, each {low} to {high}"),
        }[self.kind].format(low=self.low, high=self.high, names=names)
        if not self.pattern:
            return said
        return _("{allowed} that matches {pattern}").format(allowed=said, pattern=self.pattern)


def whole(default: int, low: int, high: int, says: str) -> Any:
    """Declare a whole number."""
    return _declared(default, Key("whole", says, low, high))


def switch(says: str, *, default: bool) -> Any:
    """Declare a key that is true or false."""
    return _declared(default, Key("switch", says))


def word(default: str, choices: tuple[str, ...], says: str) -> Any:
    """Declare one of several words."""
    return _declared(default, Key("word", says, choices=choices))


def text(default: str, says: str, pattern: str = "") -> Any:
    """Declare a short text."""
    return _declared(default, Key("text", says, 1, LONGEST_TEXT, pattern=pattern))


def words(default: tuple[str, ...], most: int, says: str, pattern: str) -> Any:
    """Declare a list of one to ``most`` texts that match ``pattern``."""
    return _declared(default, Key("words", says, 1, most, pattern=pattern))


def weights(default: dict[str, int], choices: tuple[str, ...], says: str) -> Any:
    """Declare a table of whole numbers; kept as sorted pairs so that it can be hashed."""
    return _declared(tuple(sorted(default.items())), Key("weights", says, 0, 100, choices))


def key_of(declared: Field[Any]) -> Key:
    """Return what was declared for one field of a section."""
    key: Key = declared.metadata["key"]
    return key


def keys_of(section: type) -> dict[str, Field[Any]]:
    """Return the fields of a section that are keys of the file, by name."""
    return {one.name: one for one in fields(section) if "key" in one.metadata}


def _declared(default: Any, key: Key) -> Any:
    return field(default=default, metadata={"key": key})
