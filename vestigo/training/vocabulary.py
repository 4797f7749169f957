# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of the range, one file a language in ``config/training/words``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from vestigo.places import config_root
from vestigo.settings import read_toml
from vestigo.training.wares.goods import Wording
from vestigo.training.wares.reading import read_wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What people of one language write.

    ``countries`` gives ISO 3166 codes (WW: the world), ``ships_to`` several a phrase.
    ``profiles`` and ``comments`` have alternatives in brackets, see ``voices``.
    """

    first: tuple[str, ...]
    last: tuple[str, ...]
    countries: dict[str, str]
    ships_to: dict[str, tuple[str, ...]]
    texts: dict[str, str]
    option_lines: tuple[str, ...]
    profiles: tuple[str, ...]
    descriptions: tuple[Wording, ...]
    comments: tuple[str, ...]
    changed: tuple[str, ...]


@cache
def vocabulary(language: str) -> Vocabulary:
    """Return the words of ``language``."""
    path = config_root() / "training" / "words" / f"{language}.toml"
    found = read_toml(path)
    return Vocabulary(
        first=tuple(found["handles"]["first"]),
        last=tuple(found["handles"]["last"]),
        countries=found["countries"],
        ships_to={text: tuple(codes) for text, codes in found["ships_to"].items()},
        texts=found["texts"],
        descriptions=tuple(read_wording(one, str(path)) for one in found["descriptions"]),
        **{name: tuple(found[name]) for name in
           ("option_lines", "profiles", "comments", "changed")},
    )  # fmt: skip


@cache
def common_words() -> dict[str, Any]:
    """Return notices, names of services and letters of buyers."""
    return read_toml(config_root() / "training" / "words.toml")


@cache
def hostile() -> dict[str, Any]:
    """Return the texts of the listing that tries to break its readers."""
    return read_toml(config_root() / "training" / "hostile.toml")
