# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing a behaviour with every key, so that whoever has the file has the world."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from vestigo.training.behaviour.keys import key_of, keys_of
from vestigo.training.behaviour.reading import MARKET, SECTIONS
from vestigo.training.behaviour.sections import Behaviour


def behaviour_toml(behaviour: Behaviour) -> str:
    """Return a behaviour as TOML: all keys of all sections, defaults filled in.

    Files of goods are named without folders: they belong beside it.
    """
    world = replace(behaviour.world, goods=tuple(one.name for one in behaviour.goods_files))
    parts = [
        "# Everything that was decided about this world before its seed was drawn.",
        _section("[world]", world),
        *(_section(f"[[{MARKET}]]", market) for market in behaviour.markets),
        *(_section(f"[{name}]", getattr(behaviour, name)) for name in SECTIONS if name != "world"),
    ]
    return "\n".join(parts)


def behaviour_sha256(behaviour: Behaviour) -> str:
    """Return the digest of a behaviour and its goods."""
    digest = hashlib.sha256(behaviour_toml(behaviour).encode())
    for file in behaviour.goods_files:
        digest.update(hashlib.sha256(file.content).digest())
    return digest.hexdigest()


def _section(header: str, section: Any) -> str:
    lines = ["", header]
    for name, declared in keys_of(type(section)).items():
        lines.append(f"{name} = {_value(key_of(declared).kind, getattr(section, name))}")
    return "\n".join(lines) + "\n"


def _value(kind: str, value: Any) -> str:
    if kind == "weights":
        return "{ " + ", ".join(f"{name} = {weight}" for name, weight in value) + " }"
    if kind == "words":
        return "[" + ", ".join(json.dumps(one, ensure_ascii=False) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
