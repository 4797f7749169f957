# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings: shipped defaults, overridden by a case; an unknown key is an error.

A settings section is a plain dict; ``section_digest`` is what a record's
``Method`` cites, so that the same settings give the same records.
"""

from __future__ import annotations

import difflib
import errno
import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.places import config_root
from vestigo.records.canonical import canonical_json, content_id

Section = dict[str, Any]
MOST_TOML_BYTES = 4_000_000


def read_toml(path: Path) -> dict[str, Any]:
    """Return the TOML document at ``path`` (decimals as ``Decimal``).

    Raises ``ConfigurationError`` E-CFG-001 (not there, not readable, more than 4 MB) or
    E-CFG-002 (not TOML).
    """
    try:
        return tomllib.loads(_content(path).decode("utf-8"), parse_float=Decimal)
    except FileNotFoundError as error:
        raise ConfigurationError(
            "E-CFG-001",
            _("The configuration file is not there."),
            where=str(path),
            remedy=_("Check the path."),
        ) from error
    except OSError as error:
        raise ConfigurationError(
            "E-CFG-001",
            _("The configuration file cannot be read: {reason}.").format(reason=error.strerror),
            where=str(path),
            remedy=_("Check the path and the permissions."),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(
            "E-CFG-002",
            _("The configuration file is not valid TOML: {reason}").format(reason=error),
            where=str(path),
            remedy=_("Correct the file at the place named."),
        ) from error


def _content(path: Path) -> bytes:
    """Return what a file holds; a device or an endless file raises ``OSError``, too."""
    with path.open("rb") as file:
        content = file.read(MOST_TOML_BYTES + 1)
    if len(content) > MOST_TOML_BYTES:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return content


def refuse_unknown_keys(given: Mapping[str, Any], known: Mapping[str, Any], where: str) -> None:
    """Raise E-CFG-003 for the first key of ``given`` that ``known`` lacks, naming the nearest."""
    for key, value in given.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
            raise ConfigurationError(
                "E-CFG-003",
                _("Unknown key “{key}”; the nearest known key is “{near}”.").format(
                    key=key, near=near[0] if near else "-"
                ),
                where=where,
                remedy=_("Correct or remove the key."),
            )
        if isinstance(value, Mapping) and isinstance(known[key], Mapping) and known[key]:
            refuse_unknown_keys(value, known[key], f"{where} [{key}]")


def default_settings() -> dict[str, Section]:
    """Return the shipped defaults (``config/defaults.toml``), one section a stage."""
    return read_toml(config_root() / "defaults.toml")


def merged_settings(overrides: Mapping[str, Any], where: str) -> dict[str, Section]:
    """Return the defaults with ``overrides`` laid over them; unknown keys are refused."""
    defaults = default_settings()
    refuse_unknown_keys(overrides, defaults, where)
    return {name: {**section, **overrides.get(name, {})} for name, section in defaults.items()}


def section_digest(section: Any) -> str:
    """Return the digest of settings for ``Method.settings_sha256`` (decimals as strings)."""
    return content_id(_plain(section))


def section_text(section: Any) -> str:
    """Return settings as one line of canonical JSON; what it holds has the same digest."""
    return canonical_json(_plain(section)).decode("utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value
