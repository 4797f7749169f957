# SPDX-License-Identifier: AGPL-3.0-or-later
"""The practice case: what the demonstration keeps in its case folder.

``practice.toml`` holds the seed and the port of the range, so that a demonstration
that was interrupted goes on in the same world.  The passphrase beside it opens
practice keys only; a real case never keeps one.
"""

from __future__ import annotations

import secrets
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.store.atomic import write_atomically

VALID_FOR = timedelta(days=7)
BEHAVIOUR = "demo"
MARKET = "range"


@dataclass(frozen=True, slots=True)
class PracticeCase:
    """Paths and choices of one demonstration."""

    path: Path
    seed: int
    port: int

    @property
    def world(self) -> Path:
        """Folder that the range wrote: blocks, TagPack, rates, access, truth."""
        return self.path / "range"

    @property
    def scratch(self) -> Path:
        """Folder for temporary files, so that nothing is written outside of the case."""
        return self.path / "scratch"

    @property
    def passphrase_file(self) -> Path:
        """The passphrase of the practice keys."""
        return self.path / "practice-passphrase"

    @property
    def host(self) -> str:
        """Where the range is served."""
        return f"127.0.0.1:{self.port}"

    def passphrase(self) -> str:
        """Return the passphrase of the practice keys, made once."""
        if not self.passphrase_file.exists():
            write_atomically(self.passphrase_file, secrets.token_urlsafe(24).encode("ascii"))
        return self.passphrase_file.read_text("ascii")

    def access(self) -> tuple[str, str]:
        """Return the avatar's account and password, as the range handed them out."""
        document = tomllib.loads((self.world / "access.toml").read_text("utf-8"))
        venue = document[MARKET]
        return venue["account"], venue["password"]

    def authorization_toml(self, account: str, now: datetime) -> str:
        """Return an authorization for the range, in force from ``now`` for a week."""
        return (
            'issuing_body = "Practice court (invented)"\n'
            f'reference = "PRACTICE-{self.seed}"\n'
            'legal_basis = "none: training on invented data"\n'
            'authorization_kind = "training"\n'
            'persons = ["practice officer"]\n'
            f'hosts = ["{self.host}"]\n'
            f'accounts = ["{account}"]\n'
            'acts = ["view", "search", "login"]\n'
            'data_classes = ["listing", "vendor_profile", "feedback"]\n'
            f"starts_at = {now.isoformat(timespec='seconds')}\n"
            f"ends_at = {(now + VALID_FOR).isoformat(timespec='seconds')}\n"
        )


def remembered(path: Path) -> PracticeCase | None:
    """Return the demonstration that was begun at ``path``, or None for a new or empty folder.

    Raises ``UsageError`` E-DEM-001 when there is something else.
    """
    memory = path / "practice.toml"
    if memory.is_file():
        document = tomllib.loads(memory.read_text("utf-8"))
        return PracticeCase(path, document["seed"], document["port"])
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(
            "E-DEM-001",
            _("There is something here that is not a practice case."),
            where=str(path),
            remedy=_("Choose another folder with --case."),
        )
    return None


def remember(practice: PracticeCase) -> None:
    """Write down the seed and the port of a demonstration."""
    text = f"seed = {practice.seed}\nport = {practice.port}\n"
    write_atomically(practice.path / "practice.toml", text.encode("ascii"))


def refuse_another_seed(practice: PracticeCase, seed: int | None) -> None:
    """Raise ``UsageError`` E-DEM-002 when the folder holds the world of another seed."""
    if seed is not None and seed != practice.seed:
        raise UsageError(
            "E-DEM-002",
            _("This practice case was begun with seed {seed}.").format(seed=practice.seed),
            where=str(practice.path),
            remedy=_("Leave out --seed to go on, or choose another folder with --case."),
        )
