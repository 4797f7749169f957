# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one table of named mutations: attacks from the code, what must catch them from a file.

``config/bench/tamper.toml`` can be read, and disputed, by somebody who reads no code.
"""

from __future__ import annotations

from typing import Any

from vestigo.pipeline.tamper_bench import (
    another_key,
    own_key_content,
    own_key_log,
    own_key_named,
    own_key_stories,
    packed_bundle,
    without_key,
)
from vestigo.pipeline.tamper_bench.mutation import Attack, Mutation
from vestigo.places import config_root
from vestigo.settings import read_toml

MODULES = (
    without_key, packed_bundle, another_key, own_key_content, own_key_named, own_key_stories,
    own_key_log,
)  # fmt: skip
ATTACKS: tuple[Attack, ...] = tuple(row for module in MODULES for row in module.TABLE.rows)


def mutations() -> tuple[Mutation, ...]:
    """Return every named mutation, in the order of the file."""
    rows = read_toml(config_root() / "bench" / "tamper.toml")["mutation"]
    attacks = {attack.name: attack for attack in ATTACKS}
    return tuple(_joined(attacks[row["name"]], row) for row in rows)


def _joined(attack: Attack, row: dict[str, Any]) -> Mutation:
    layer_a, layer_b, unchecked = (
        frozenset(row.get(key, "").split()) for key in ("layer_a", "layer_b", "unchecked")
    )
    return Mutation(attack, layer_a, layer_b, unchecked, row["reason"])
