# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canonical JSON (RFC 8785) for the values that records may hold.

Records hold no floating-point numbers, so the number rules of the RFC reduce
to integers; keys are sorted by UTF-16 code units as it asks.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

MAX_SAFE_INTEGER = 2**53 - 1
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def canonical_json(value: Any) -> bytes:
    """Return the canonical UTF-8 bytes of ``value``.

    Raises ``TypeError`` for floats and other values that a record must not hold,
    ``ValueError`` for integers that JSON readers would round.
    """
    return _ENCODER.encode(_checked(value)).encode("utf-8")


def content_id(value: Any) -> str:
    """Return the SHA-256 (lower hex) of the canonical JSON of ``value``."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _checked(value: Any) -> Any:
    if type(value) is str or value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return exact_integer(value)
    if isinstance(value, dict):
        plain = "".join(value).isascii()  # then code points sort as code units do
        keys = sorted(value) if plain else sorted(value, key=_code_units)
        return {key: _checked(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [item if type(item) is str else _checked(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in a record")


def exact_integer(value: int) -> int:
    """Return ``value``; raises ``ValueError`` where JSON readers would round it."""
    if abs(value) > MAX_SAFE_INTEGER:
        raise ValueError(f"integer {value} is outside the range that JSON keeps exactly")
    return value


def _code_units(key: str) -> bytes:
    return key.encode("utf-16-be")
