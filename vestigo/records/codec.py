# SPDX-License-Identifier: AGPL-3.0-or-later
"""Between frozen dataclasses and the plain values of canonical JSON."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

from vestigo.clock import iso, parse_iso
from vestigo.records.canonical import exact_integer

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Return ``value`` as str, int, bool, None, list and dict only.

    Decimals and times become strings; tuples become lists; dataclasses become
    dicts of their fields, less those of their ``LATER`` that are None.  Raises ``TypeError``
    for what a record must not hold, ``ValueError`` for integers that JSON readers would round.
    """
    if type(value) in _AS_THEY_ARE or isinstance(value, str):
        return value
    if isinstance(value, int):
        return exact_integer(value)
    if isinstance(value, tuple | list):
        return [item if type(item) is str else to_plain(item) for item in value]
    if write := _WRITERS.get(type(value)):
        return write(value)
    if is_dataclass(value):
        return plain_fields(value)
    for kind, write in _WRITERS.items():
        if isinstance(value, kind):
            return write(value)
    raise TypeError(f"{type(value).__name__} has no place in a record")


def plain_fields(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as ``to_plain`` gives them, by name."""
    later = getattr(value, "LATER", ())
    cls: Any = type(value)
    plain = {}
    for name in _field_names(cls):
        held = getattr(value, name)
        plain[name] = held if type(held) is str else to_plain(held)
    if not later:
        return plain
    return {k: v for k, v in plain.items() if v is not None or k not in later}


def from_plain(cls: type[T], body: dict[str, Any]) -> T:
    """Return an instance of the dataclass ``cls`` from what ``to_plain`` gave.

    Raises ``KeyError`` for a field that is missing and ``ValueError`` for one too many.
    """
    readers = _field_readers(typing.cast("Any", cls))
    body = dict.fromkeys(getattr(cls, "LATER", ())) | body
    unknown = set(body) - set(readers)
    if unknown:
        raise ValueError(f"{cls.__name__} has no field {', '.join(sorted(unknown))}")
    return cls(**{name: read(body[name]) for name, read in readers.items()})


_AS_THEY_ARE = frozenset((str, bool, type(None)))
_WRITERS: dict[type, Callable[[Any], str]] = {
    Decimal: lambda value: format(value, "f"),
    datetime: iso,
    date: date.isoformat,
}
_READERS: dict[Any, Callable[[Any], Any]] = {
    Decimal: Decimal,
    datetime: parse_iso,
    date: date.fromisoformat,
}


@cache
def _field_names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


@cache
def _field_readers(cls: Any) -> dict[str, Callable[[Any], Any]]:
    hints = typing.get_type_hints(cls)
    return {field.name: _reader(hints[field.name]) for field in fields(cls)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    """Return the function that reads a plain value of the type ``hint``, made once a type."""
    if get_origin(hint) in (Union, types.UnionType):
        inner = _reader(next(part for part in get_args(hint) if part is not type(None)))
        return lambda plain: None if plain is None else inner(plain)
    if get_origin(hint) is tuple:
        item = _reader(get_args(hint)[0])
        return lambda plain: tuple(item(part) for part in plain)
    if is_dataclass(hint):
        return lambda plain: from_plain(typing.cast("type[Any]", hint), plain)
    return _READERS.get(hint, lambda plain: plain)
