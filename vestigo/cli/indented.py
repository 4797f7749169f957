# SPDX-License-Identifier: AGPL-3.0-or-later
"""JSON for reading, two blanks a level: the text that ``json.dumps`` gives, in one pass.

The standard library writes indented documents in Python, value by value through generators:
of a list of cash-outs with 70 MB that was half of the command.
"""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any

from vestigo.records import canonical_text
from vestigo.records.codec import to_plain

STEP = "  "


def indented(value: Any, margin: str = "\n") -> str:
    """Return ``value`` (records and dataclasses allowed) as JSON; ``margin`` begins its lines.

    Raises ``TypeError`` for a float or what else a record must not hold, ``ValueError`` for
    an integer that JSON readers would round.
    """
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, int):
        return canonical_text(value)
    inner = margin + STEP
    if isinstance(value, dict):
        rows = [f"{_name(key)}: {indented(item, inner)}" for key, item in value.items()]
        return _enclosed(rows, "{}", inner, margin)
    if isinstance(value, list | tuple):
        return _enclosed([indented(item, inner) for item in value], "[]", inner, margin)
    return indented(to_plain(value), margin)


def _enclosed(rows: list[str], brackets: str, inner: str, margin: str) -> str:
    if not rows:
        return brackets
    return f"{brackets[0]}{inner}{f',{inner}'.join(rows)}{margin}{brackets[1]}"


def _name(key: str | int) -> str:
    return encode_basestring(key if isinstance(key, str) else str(key))
