# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crawls that this console started: each a process of its own, as on the command line.

A password goes over a pipe and is kept nowhere.  When the console ends the crawl goes on; it
is stopped as Ctrl+C stops it, so that nothing is lost.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from vestigo.errors import UsageError
from vestigo.i18n import _

TAIL_BYTES = 8_000
MOST_ANSWER = 200
STOPPING_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Started:
    """One crawl: the command without secrets, who started it, and what it said so far."""

    name: str
    command: tuple[str, ...]
    account: str
    person: str
    is_running: bool
    exit_code: int | None
    said: str


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    command: tuple[str, ...]
    account: str
    person: str
    log: Path


@dataclass(slots=True)
class Crawls:
    """The crawls that one console started, by the name of the crawl."""

    case: Path
    folder: Path
    _children: dict[str, _Child] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(
        self, name: str, words: list[str], account: str, *, password: str = "", person: str = ""
    ) -> None:
        """Start ``vestigo crawl WORDS``; with ``person`` its input stays open for answers.

        Raises ``UsageError`` E-CON-050 while that crawl is running already.
        """
        with self._lock:
            before = self._children.get(name)
            if before is not None and before.process.poll() is None:
                raise UsageError(
                    "E-CON-050",
                    _("This crawl is running already."),
                    where=name,
                    remedy=_("Stop it first, or look again later."),
                )
            command = (sys.executable, "-m", "vestigo", "crawl", *words)
            log = self.folder / f"crawl-{name}.log"
            told = ("vestigo", "crawl", *words)
            with open(log, "wb", opener=_private) as out:  # of an opener
                process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=out, stderr=out,
                    start_new_session=True, cwd=self.case,
                )  # fmt: skip
            self._children[name] = _Child(process, told, account, person, log)
            _write(process, password + "\n" if password or person else "", stays_open=bool(person))

    def answer(self, name: str, text: str) -> None:
        """Hand an answer to the crawl that asks; E-CON-051 where none of ours does."""
        with self._lock:
            child = self._children.get(name)
            if child is None or child.process.poll() is not None or not child.person:
                raise UsageError(
                    "E-CON-051",
                    _("No crawl of this console waits for an answer."),
                    where=name,
                    remedy=_("Type it where that crawl was started, or attend it from here."),
                )
            _write(child.process, " ".join(text.split())[:MOST_ANSWER] + "\n", stays_open=True)

    def stop(self, name: str) -> None:
        """Interrupt a crawl that this console started; what it has is kept."""
        with self._lock:
            child = self._children.get(name)
        if child is None or child.process.poll() is not None:
            raise UsageError(
                "E-CON-052",
                _("No crawl of this name was started here, or it has ended."),
                where=name,
                remedy=_("Stop it where it was started."),
            )
        child.process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(STOPPING_SECONDS)

    def all(self) -> dict[str, Started]:
        """Return the crawls that were started here, by name."""
        with self._lock:
            return {name: _seen(name, child) for name, child in sorted(self._children.items())}

    def close(self) -> None:
        """Let go of the pipes; the crawls go on."""
        with self._lock:
            for child in self._children.values():
                if child.process.stdin is not None:
                    with suppress(OSError):
                        child.process.stdin.close()


def _seen(name: str, child: _Child) -> Started:
    code = child.process.poll()
    return Started(name, child.command, child.account, child.person, code is None, code,
                   _tail(child.log))  # fmt: skip


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            handle.seek(max(0, path.stat().st_size - TAIL_BYTES))
            return handle.read(TAIL_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _write(process: subprocess.Popen[bytes], text: str, *, stays_open: bool) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.write(text.encode("utf-8"))
        process.stdin.flush()
    if not stays_open:
        with suppress(BrokenPipeError):
            process.stdin.close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
