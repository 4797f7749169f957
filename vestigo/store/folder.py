# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case folder: what lies where. It belongs to one OS account (0700)."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.settings import (
    Section,
    default_settings,
    merged_settings,
    read_toml,
    refuse_unknown_keys,
)
from vestigo.store.atomic import write_atomically

CASE_KEYS: dict[str, Any] = {
    "format": 1,
    "title": "",
    "unit": "",
    "people": {},
    "settings": {},
}


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """The paths of one case; ``create`` and ``open`` are the two ways in."""

    path: Path

    @property
    def toml(self) -> Path:
        """``case.toml``: title, unit, people, settings."""
        return self.path / "case.toml"

    @property
    def records(self) -> Path:
        """The record ledger (SQLite)."""
        return self.path / "records.sqlite"

    @property
    def captures(self) -> Path:
        """Folder of ordinary WARC files."""
        return self.path / "evidence" / "captures"

    @property
    def sealed(self) -> Path:
        """Folder of encrypted originals that hold secrets."""
        return self.path / "evidence" / "sealed"

    @property
    def custody(self) -> Path:
        """Folder of the custody log (``events.jsonl``)."""
        return self.path / "evidence" / "custody"

    @property
    def quarantine(self) -> Path:
        """Folder of encrypted quarantine."""
        return self.path / "evidence" / "quarantine"

    @property
    def derived(self) -> Path:
        """Folder of what was made from captures (pictures of pages)."""
        return self.path / "evidence" / "derived"

    @property
    def received(self) -> Path:
        """Folder of what others handed over, each file under its SHA-256."""
        return self.path / "evidence" / "received"

    @property
    def scratch(self) -> Path:
        """Folder of what lives as long as a command: captchas, a browser's profile."""
        return self.path / "scratch"

    @property
    def sheets(self) -> Path:
        """Folder of documents that were made before; it can be deleted and made again."""
        return self.path / "sheets"

    @property
    def console(self) -> Path:
        """Folder of the console's search index; it can be deleted and made again."""
        return self.path / "console"

    @property
    def origin(self) -> Path:
        """Folder of onion descriptors, one folder a host."""
        return self.path / "evidence" / "origin"

    @property
    def screening(self) -> Path:
        """Folder of the hash sets and ``never`` terms that the unit supplied."""
        return self.path / "screening"

    @property
    def crawl_state(self) -> Path:
        """Folder of frontiers (working state, not evidence)."""
        return self.path / "crawl"

    @property
    def chain(self) -> Path:
        """Folder of chain data: ``raw/`` blocks and Parquet columns."""
        return self.path / "chain"

    @property
    def graph(self) -> Path:
        """Folder of the graph projection; it can be deleted and made again."""
        return self.path / "graph"

    @property
    def keys(self) -> Path:
        """Folder of encrypted keys."""
        return self.path / "keys"

    @property
    def anchors(self) -> Path:
        """Folder of trust anchors (outside of every bundle)."""
        return self.path / "anchors"

    @property
    def rates(self) -> Path:
        """Folder of exchange-rate files that the unit supplied."""
        return self.path / "rates"

    @property
    def bundles(self) -> Path:
        """Folder of evidence bundles."""
        return self.path / "bundles"

    @property
    def lock(self) -> Path:
        """The file that the one writing process locks."""
        return self.path / "writer.lock"

    @classmethod
    def create(
        cls, path: Path, *, title: str, unit: str, settings: Mapping[str, Section] | None = None
    ) -> CaseFolder:
        """Make a new case folder (0700) with settings of its own (words and lists of words).

        Raises ``UsageError`` E-STO-002 when something is already there, E-STO-007 when
        it cannot be made.
        """
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise UsageError(
                "E-STO-002",
                _("There is already something at this path."),
                where=str(path),
                remedy=_("Choose a new folder for the case."),
            )
        os.umask(0o077)
        described = _case_toml(title, unit, settings or {})
        folder = cls(path.resolve())
        try:
            folder._lay_out()
            write_atomically(folder.toml, described)
        except OSError as error:
            raise UsageError(
                "E-STO-007",
                _("The case folder cannot be made: {reason}").format(reason=error.strerror),
                where=str(path),
                remedy=_("Choose a place that you may write to."),
            ) from error
        return folder

    def _lay_out(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)
        for name in ("captures", "sealed", "custody", "quarantine", "origin", "crawl_state",
                     "chain", "graph", "keys", "anchors", "rates", "bundles"):  # fmt: skip
            getattr(self, name).mkdir(parents=True, exist_ok=True, mode=0o700)

    @classmethod
    def open(cls, path: Path) -> CaseFolder:
        """Return the case folder at ``path``; E-STO-003 when there is none."""
        folder = cls(path.resolve())
        if not folder.toml.is_file():
            raise UsageError(
                "E-STO-003",
                _("There is no case at this path."),
                where=str(path),
                remedy=_("Make one with “vestigo case new”."),
            )
        os.umask(0o077)
        folder.description()
        return folder

    def description(self) -> dict[str, Any]:
        """Return ``case.toml``; unknown keys are refused (E-CFG-003)."""
        document = read_toml(self.toml)
        known = {**CASE_KEYS, **{f"settings.{name}": {} for name in default_settings()}}
        refuse_unknown_keys(document, known, str(self.toml))
        return {**CASE_KEYS, **document}

    def settings(self) -> dict[str, Section]:
        """Return the settings of this case: the defaults with its own laid over them."""
        return merged_settings(self.description().get("settings", {}), str(self.toml))


def _case_toml(title: str, unit: str, settings: Mapping[str, Section]) -> bytes:
    text = (
        f"format = 1\ntitle = {_quoted(title)}\nunit = {_quoted(unit)}\n\n[people]\n\n[settings]\n"
    )
    for name, section in settings.items():
        rows = "".join(f"{key} = {_written(value)}\n" for key, value in section.items())
        text += f"\n[settings.{name}]\n{rows}"
    tomllib.loads(text)
    return text.encode("utf-8")


def _written(value: str | list[str]) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return "[" + ", ".join(map(_quoted, value)) + "]"


def _quoted(text: str) -> str:
    # what was typed under a locale that does not know its bytes comes as surrogates
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " else f"\\u{ord(c):04x}" for c in escaped) + '"'
