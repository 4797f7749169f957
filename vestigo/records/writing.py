# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canonical JSON (RFC 8785) of a dataclass in one pass, without a plain form between.

Names of fields are ASCII, so that sorted by code points they stand as code units ask; what
values may be is what ``to_plain`` takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from json.encoder import encode_basestring
from typing import Any

from vestigo.clock import iso
from vestigo.records.canonical import exact_integer

Write = Callable[[Any], str]


def canonical_text(value: Any) -> str:
    """Return the canonical JSON text of a value.

    Raises ``TypeError`` for what a record must not hold, ``ValueError`` for integers that
    JSON readers would round.
    """
    return (_WRITERS.get(type(value)) or _writer_of(value))(value)


@cache
def writer_of(cls: Any, constants: tuple[str, ...] = ()) -> Write:
    """Return what writes the fields of a dataclass, sorted, with ``constants`` among them.

    Constants are names of class attributes in capitals, written by their name in small
    letters.  Fields of ``LATER`` that are None are left out.
    """
    later = getattr(cls, "LATER", ())
    attributes = {name.lower(): name for name in constants}
    attributes |= {field.name: field.name for field in fields(cls)}
    rows = [(f'"{key}":', attributes[key], key in later) for key in sorted(attributes)]

    def write(value: Any) -> str:
        parts = []
        for key, attribute, may_lack in rows:
            held = getattr(value, attribute)
            if held is None and may_lack:
                continue
            parts.append(key + (_WRITERS.get(type(held)) or _writer_of(held))(held))
        return f"{{{','.join(parts)}}}"

    return write


def _listed(items: Iterable[Any]) -> str:
    return f"[{','.join([canonical_text(item) for item in items])}]"


def _integer(value: int) -> str:
    return int.__repr__(exact_integer(value))


def _writer_of(value: Any) -> Write:
    """Return what writes a value of a type that was not met before."""
    cls: Any = type(value)
    if is_dataclass(value):
        return _WRITERS.setdefault(cls, writer_of(cls))
    for kind, write in _KINDS.items():
        if isinstance(value, kind):
            return write
    raise TypeError(f"{cls.__name__} has no place in a record")


# the kinds that a subclass may be of stand before those that they derive from
_KINDS: Mapping[type, Write] = {
    str: encode_basestring,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _value: "null",
    int: _integer,
    tuple: _listed,
    list: _listed,
    Decimal: lambda value: f'"{value:f}"',
    datetime: lambda value: f'"{iso(value)}"',
    date: lambda value: f'"{value.isoformat()}"',
}
_WRITERS: dict[type, Write] = dict(_KINDS)
