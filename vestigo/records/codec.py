# SPDX-License-Identifier: AGPL-3.0-or-later
"""Between frozen dataclasses and the plain values of canonical JSON."""

from __future__ import annotations

import types
import typing
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

from vestigo.clock import iso, parse_iso

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Return ``value`` as str, int, bool, None, list and dict only.

    Decimals and times become strings; tuples become lists; dataclasses become
    dicts of their fields.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no place in a record")


def from_plain(cls: type[T], body: dict[str, Any]) -> T:
    """Return an instance of the dataclass ``cls`` from what ``to_plain`` gave.

    Raises ``KeyError`` for a field that is missing and ``ValueError`` for one too many.
    """
    hints = _hints(cls)
    unknown = set(body) - set(hints)
    if unknown:
        raise ValueError(f"{cls.__name__} has no field {', '.join(sorted(unknown))}")
    return cls(**{name: _value(hint, body[name]) for name, hint in hints.items()})


@cache
def _hints(cls: Any) -> dict[str, Any]:
    resolved = typing.get_type_hints(cls)
    return {field.name: resolved[field.name] for field in fields(cls)}


def _value(hint: Any, plain: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        return None if plain is None else _value(inner[0], plain)
    if origin is tuple:
        parts = get_args(hint)
        if len(parts) == 2 and parts[1] is Ellipsis:
            return tuple(_value(parts[0], item) for item in plain)
        return tuple(_value(part, item) for part, item in zip(parts, plain, strict=True))
    if hint is Decimal:
        return Decimal(plain)
    if hint is datetime:
        return parse_iso(plain)
    if hint is date:
        return date.fromisoformat(plain)
    if is_dataclass(hint):
        return from_plain(typing.cast("type[Any]", hint), plain)
    return plain
