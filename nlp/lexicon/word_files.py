# SPDX-License-Identifier: AGPL-3.0-or-later
"""Word lists that stand in one file for all languages and one file for each further one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.settings import read_toml


def read_words(folder: Path, name: str) -> dict[str, Any]:
    """Return ``name.toml`` of ``folder`` with every ``name.LANGUAGE.toml`` added to it.

    Lists are joined, tables are merged; raises ``ConfigurationError`` E-NLP-005 where
    two files give one word two meanings.
    """
    joined: dict[str, Any] = read_toml(folder / f"{name}.toml")
    for path in sorted(folder.glob(f"{name}.*.toml")):
        joined = _merged(joined, read_toml(path), f"{path}:")
    return joined


def _merged(first: Mapping[str, Any], second: Mapping[str, Any], where: str) -> dict[str, Any]:
    out = dict(first)
    for key, value in second.items():
        held = out.get(key)
        if held is None or held == value:
            out[key] = value
        elif isinstance(held, dict) and isinstance(value, dict):
            out[key] = _merged(held, value, f"{where} {key}")
        elif isinstance(held, list) and isinstance(value, list):
            out[key] = list(dict.fromkeys([*held, *value]))
        else:
            raise ConfigurationError(
                "E-NLP-005",
                _("The word “{word}” has two meanings: {first} and {second}.").format(
                    word=key, first=held, second=value
                ),
                where=where,
                remedy=_("Keep it in one of the files."),
            )
    return out
