# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compact JSON with sorted keys, written often: the encoder of the standard library, kept.

``json.JSONEncoder.encode`` makes a new C encoder for each call, which takes longer than
the writing itself for values as small as ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_SLOW = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
).encode


def _encoder() -> Callable[[Any], str]:
    make = json.encoder.c_make_encoder  # type: ignore[attr-defined]  # not in the stubs
    if make is None:  # an interpreter without the C accelerator
        return _SLOW
    text = json.encoder.encode_basestring
    parts = make(None, _refuse, text, None, ":", ",", True, False, False)
    return lambda value: "".join(parts(value, 0))


def _refuse(value: object) -> Any:
    raise TypeError(f"{type(value).__name__} has no place in a record")


compact_json: Callable[[Any], str] = _encoder()
