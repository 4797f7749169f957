# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kills processes that write to one custody log, and compares what each was told with it.

Real processes, real SIGKILL, two at a time: one that also writes records, one beside it.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.bundle import compare_log
from vestigo.evidence.custody_event import parse_event
from vestigo.evidence.custody_reading import whole_lines
from vestigo.evidence.merkle import merkle_root
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.store import CaseFolder

VICTIM = "vestigo.pipeline.custody_kills.victim"
LONGEST = 0.3
ROUNDS_A_CASE = 10
PATIENCE = 120.0


@dataclass(slots=True)
class Kills:
    """What the rounds found; everything from ``n_lost`` on must be zero."""

    n_rounds: int = 0
    n_acknowledged: int = 0
    n_torn: int = 0
    n_heads_a_crash_kept_out: int = 0
    n_lost: int = 0
    n_partial: int = 0
    n_broken_chains: int = 0
    n_wrong_trees: int = 0
    n_unexplained_heads: int = 0
    n_second_writers: int = 0

    @property
    def failed(self) -> bool:
        """Whether an acknowledged event is gone, or anything half-written is left."""
        return bool(
            self.n_lost or self.n_partial or self.n_broken_chains or self.n_wrong_trees
            or self.n_unexplained_heads or self.n_second_writers
        )  # fmt: skip


class KillRounds:
    """Rounds in ``work``, which is empty."""

    def __init__(self, work: Path, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 (chooses moments, no secrets)
        self._work = work
        self._folder = CaseFolder(work)
        self._acknowledged: set[str] = set()
        self.found = Kills()

    def run(self, n_rounds: int, on_round: Callable[[], None] = lambda: None) -> Kills:
        """Kill and compare ``n_rounds`` times; each case lives through some of the rounds."""
        for number in range(n_rounds):
            if number % ROUNDS_A_CASE == 0:
                self._begin(number)
            self._kill(number)
            self._compare()
            self.found.n_rounds += 1
            on_round()
        return self.found

    def _begin(self, number: int) -> None:
        """Make a new case: one that has grown for long takes long to compare."""
        path = self._work / f"case-{number}"
        self._folder = CaseFolder.create(path, title="kills", unit="bench")
        self._acknowledged = set()
        with open_session(path) as session:
            session.custody.append("recognition", reason="case created")

    def _kill(self, number: int) -> None:
        """Let two processes write until some moment, and kill them one after the other."""
        said = [self._work / f"said-{number}-{kind}" for kind in ("write", "append")]
        with ExitStack() as stack:
            processes = [stack.enter_context(self._start(path)) for path in said]
            try:
                self._wait(said)
                self._try_to_write()
                time.sleep(self._dice.uniform(0, LONGEST))
            finally:
                for process in self._dice.sample(processes, len(processes)):
                    process.kill()
        for path in said:
            lines = set(path.read_text("ascii").split("\n")[:-1])
            self.found.n_acknowledged += len(lines)
            self._acknowledged |= lines
            path.unlink()

    def _start(self, said: Path) -> subprocess.Popen[bytes]:
        kind = said.name.rpartition("-")[2]
        words = [sys.executable, "-m", VICTIM, str(self._folder.path), kind]
        with said.open("wb") as handle:
            return subprocess.Popen(words, stdout=handle)

    def _wait(self, said: list[Path]) -> None:
        """Wait until both have written something; sometimes for the first only."""
        enough = all if self._dice.random() < 1 / 2 else any
        end = time.monotonic() + PATIENCE
        while not enough(path.stat().st_size for path in said):
            if time.monotonic() > end:
                raise RuntimeError("the processes that are to be killed do not write")
            time.sleep(0.01)

    def _try_to_write(self) -> None:
        """Try to become a second writer of records while the first one lives."""
        if not self._holds_lock():
            return
        try:
            with open_session(self._folder.path):
                self.found.n_second_writers += 1
        except UsageError as error:
            self.found.n_second_writers += error.code != "E-STO-001"

    def _holds_lock(self) -> bool:
        """Whether the writing process has come so far that it wrote records."""
        with open_session(self._folder.path, write=False) as session:
            before = session.ledger.head().n_entries
            time.sleep(0.05)
            return session.ledger.head().n_entries > before

    def _compare(self) -> None:
        """Compare the log with what was acknowledged; the next event mends a torn end."""
        with open_session(self._folder.path) as session:
            self.found.n_torn += session.custody.torn_bytes() > 0
            session.custody.append("access", reason="looked")
            self._compare_head(session)
            lines = list(whole_lines(session.custody.path))
            self._compare_lines(lines)
            try:
                session.custody.verify()
            except VerificationError:
                self.found.n_broken_chains += 1
            tree = session.custody.tree()
            self.found.n_wrong_trees += tree.root(len(lines)) != merkle_root(lines)
            self.found.n_partial += session.custody.torn_bytes() > 0

    def _compare_lines(self, lines: list[bytes]) -> None:
        present = set()
        for line in lines:
            try:
                event = parse_event(line)
            except ValueError:
                self.found.n_partial += 1
            else:
                present.add(f"{event.id} {event.sha256}")
        self.found.n_lost += len(self._acknowledged - present)

    def _compare_head(self, session: CaseSession) -> None:
        try:
            missing = compare_log(session.folder, session.ledger, session.custody)
        except VerificationError:
            self.found.n_unexplained_heads += 1
        else:
            self.found.n_heads_a_crash_kept_out += missing


def as_document(found: Kills) -> dict[str, Any]:
    """Return what was found, for machines."""
    return asdict(found)
