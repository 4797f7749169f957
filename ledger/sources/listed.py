# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sources that a case lists: what they are, where, and what asking them gives away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.settings import Section, refuse_unknown_keys

KINDS = ("node", "esplora")
WHERE = "[settings.chain] sources"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
KEYS: dict[str, Any] = {
    "name": "", "kind": "", "url": "", "own": False, "secrecy": "", "credentials": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChainSource:
    """One source; ``own``: nobody else learns what it is asked.

    ``secrecy`` says what asking it gives away, and to whom; ``credentials`` is a file whose
    one line is ``user:password`` (Core's cookie file is one).
    """

    name: str
    kind: str
    url: str
    own: bool
    secrecy: str
    credentials: str

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or {"http": 80, "https": 443}[parts.scheme]

    def login(self) -> tuple[str, str]:
        """Return user and password; raises ``ConfigurationError`` E-LED-107."""
        if not self.credentials:
            return "", ""
        try:
            line = Path(self.credentials).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise wrong(_("The credentials of “{name}” cannot be read.").format(name=self.name)) \
                from error  # fmt: skip
        user, colon, password = line.partition(":")
        if not colon or "\n" in line:
            raise wrong(_("The credentials of “{name}” are not one line user:password.").format(
                name=self.name))  # fmt: skip
        return user, password


def read_sources(section: Section) -> tuple[ChainSource, ...]:
    """Return the sources that the section ``[chain]`` lists.

    Raises ``ConfigurationError``: E-LED-107 for a value that is wrong, E-CFG-003 for a key
    that is not known.
    """
    given = section["sources"]
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        raise wrong(_("“sources” must be a list of tables."))
    found = tuple(_source(item) for item in given)
    if len({one.name for one in found}) != len(found):
        raise wrong(_("Two sources have the same name."))
    return found


def chosen(sources: tuple[ChainSource, ...], name: str | None) -> ChainSource:
    """Return the source of a name (None: the first own one, else the first); or E-LED-107."""
    if name is None and sources:
        return next((one for one in sources if one.own), sources[0])
    for one in sources:
        if one.name == name:
            return one
    raise wrong(_("The case lists no source “{name}”.").format(name=name or "*"))


def wrong(what: str) -> ConfigurationError:
    """Return the error for a wrong setting."""
    return ConfigurationError(
        "E-LED-107", what, where=WHERE, remedy=_("See docs/guide/chain-sources.md.")
    )


def _source(item: Mapping[str, Any]) -> ChainSource:
    refuse_unknown_keys(item, KEYS, WHERE)
    values = {key: item.get(key, default) for key, default in KEYS.items()}
    kinds = {key: type(default) for key, default in KEYS.items()}
    if not all(isinstance(values[key], kind) for key, kind in kinds.items()):
        raise wrong(_("A source has a value of the wrong kind."))
    one = ChainSource(**values)
    if not NAME.fullmatch(one.name) or one.kind not in KINDS:
        raise wrong(_("A source needs a name of small letters, and a kind: {kinds}.").format(
            kinds=", ".join(KINDS)))  # fmt: skip
    if not _is_address(one.url):
        raise wrong(_("The address of “{name}” is no http address.").format(name=one.name))
    if not one.own and not one.secrecy:
        raise wrong(_("“{name}” is not your own: say under “secrecy” what asking it gives away.")
                    .format(name=one.name))  # fmt: skip
    return one


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port or 1
    except ValueError:
        return False
    plain = not parts.username and not parts.query and not parts.fragment
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port > 0 and plain
