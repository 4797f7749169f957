# SPDX-License-Identifier: AGPL-3.0-or-later
"""The invented goods and words of the range, read from ``config/training``."""

from __future__ import annotations

from functools import cache
from typing import Any

from vestigo.places import config_root
from vestigo.settings import read_toml


@cache
def goods() -> tuple[dict[str, Any], ...]:
    """Return the goods in the order of the file."""
    return tuple(read_toml(config_root() / "training" / "goods.toml")["good"])


@cache
def words() -> dict[str, Any]:
    """Return handles, sentences, comments and names."""
    return read_toml(config_root() / "training" / "words.toml")


@cache
def hostile() -> dict[str, Any]:
    """Return the texts of the listing that tries to break its readers."""
    return read_toml(config_root() / "training" / "hostile.toml")
