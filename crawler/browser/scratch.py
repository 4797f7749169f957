# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser's temporary folder inside the case: made fresh, removed afterwards.

What a killed process left is removed at the next start, its browser ended first.  The one
writing process of a case owns these folders, so whatever lies there belongs to nobody.
The browser's sockets need short paths, wherever the case lies: a link in the system's
temporary folder leads to the scratch folder, and nothing but the link is there.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PREFIX = "browser-"
_PID, _LINK = "pid", "link"


@dataclass(frozen=True, slots=True)
class Scratch:
    """A scratch folder: where it is, and the short way to it."""

    folder: Path
    short: Path

    @property
    def pid_file(self) -> Path:
        """Where the browser's launcher notes its process."""
        return self.folder / _PID

    def browser_group(self) -> int | None:
        """Return the process group of the browser that lives here, None where none does."""
        try:
            pid = int(self.pid_file.read_text("ascii"))
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            ours = any(os.fsencode(path) in words for path in (self.folder, self.short))
            return pid if ours and os.getpgid(pid) == pid else None
        except (OSError, ValueError):
            return None

    def end_browser(self) -> None:
        """Kill the browser that lives here with everything that it started."""
        group = self.browser_group()
        if group is not None:
            with suppress(OSError):
                os.killpg(group, signal.SIGKILL)


@contextmanager
def fresh_scratch(parent: Path) -> Iterator[Scratch]:
    """Yield a new folder (0700) in ``parent``; earlier ones and, at the end, this one are gone."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_left_over(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    short = Path(tempfile.gettempdir()) / f"vestigo-{secrets.token_hex(4)}"
    (folder / _LINK).write_bytes(os.fsencode(short))
    try:
        short.symlink_to(folder)
        yield Scratch(folder, short)
    finally:
        _remove(folder)
        with suppress(OSError):
            parent.rmdir()


def remove_left_over(parent: Path) -> int:
    """Remove what killed processes left in ``parent``; return how many folders there were."""
    left = sorted(parent.glob(f"{PREFIX}*"))
    for folder in left:
        _remove(folder)
    return len(left)


def _remove(folder: Path) -> None:
    short = _link_of(folder)
    Scratch(folder, short or folder).end_browser()
    if short is not None:
        short.unlink(missing_ok=True)
    for _attempt in range(3):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


def _link_of(folder: Path) -> Path | None:
    """Return the short link of a scratch folder, if it is there and leads to it."""
    try:
        link = Path(os.fsdecode((folder / _LINK).read_bytes()))
        return link if link.is_symlink() and link.readlink() == folder else None
    except (OSError, ValueError):
        return None
