# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole way on the practice range: from nothing to a verified bundle.

Every step is a command that a user could type, run in a process of its own.
Killed anywhere and run again, it goes on: each command can be repeated.
"""

from __future__ import annotations

import random
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vestigo.clock import system_clock
from vestigo.evidence.bundle.documents.wanted import documents_of_a_new_case
from vestigo.evidence.keys import BOX
from vestigo.i18n import _, active_language
from vestigo.pipeline.practice import (
    BEHAVIOUR,
    PracticeCase,
    refuse_another_seed,
    remember,
    remembered,
)
from vestigo.pipeline.steps import StepFailed, StepResult, run_step, serving, vestigo_words
from vestigo.records import Authorization
from vestigo.store import CaseFolder, RecordLedger, writer_lock
from vestigo.training.scoring import Score, read_truth, score_case

LARGEST_SEED = 2**31 - 1


@dataclass(slots=True)
class Demonstration:
    """One run of the demonstration: what was done, how long it took, what came out.

    ``announce`` is told of each step before it begins.
    """

    practice: PracticeCase
    announce: Callable[[str, list[str]], None]
    steps: list[dict[str, Any]] = field(default_factory=list)
    coverage: dict[str, Any] = field(default_factory=dict)

    def run(self) -> Score:
        """Go the whole way and return the score against the truth.

        Raises ``UsageError`` E-STO-001 while another demonstration runs in the folder.
        """
        with writer_lock(self.practice.path / "practice.lock"):
            shutil.rmtree(self.practice.scratch, ignore_errors=True)
            self.practice.scratch.mkdir()
            self._prepare()
            self._collect()
            self._derive()
            self._seal_and_verify()
            shutil.rmtree(self.practice.scratch)
        folder = CaseFolder.open(self.practice.path)
        with RecordLedger(folder.records) as ledger:
            return score_case(ledger, read_truth(self.practice.world / "truth.json"))

    @property
    def bundle(self) -> Path:
        """The newest bundle of the case."""
        folder = CaseFolder.open(self.practice.path)
        return max(path for path in folder.bundles.iterdir() if path.is_dir())

    def _prepare(self) -> None:
        """Make the world, the case, its keys and its authorization."""
        practice = self.practice
        case = str(practice.path)
        if not practice.world.joinpath("truth.json").exists():
            unfinished = practice.path / "range.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            self._step(_("Making the practice range"), *self._range(), "--write", str(unfinished))
            unfinished.rename(practice.world)
        folder = CaseFolder(practice.path)
        if not (folder.keys / BOX).exists():
            self._step(_("Making the keys of the case"), "case", "keys", case, "create",
                       "--passphrase-stdin", stdin=practice.passphrase())  # fmt: skip
        self._authorize()

    def _range(self) -> tuple[str, ...]:
        """Return the words that name the world of this demonstration."""
        seed = str(self.practice.seed)
        return ("training", "range", "--seed", seed, "--behaviour", BEHAVIOUR)

    def _authorize(self) -> None:
        folder = CaseFolder.open(self.practice.path)
        now = system_clock()
        with RecordLedger(folder.records) as ledger:
            if any(a.starts_at <= now < a.ends_at for a in ledger.of_kind(Authorization)):
                return
        account, _password = self.practice.access()
        file = self.practice.scratch / "authorization.toml"
        file.write_text(self.practice.authorization_toml(account, now), "utf-8")
        self._step(_("Recording the authorization"), "case", "authorize",
                       str(folder.path), str(file))  # fmt: skip

    def _collect(self) -> None:
        """Crawl the served range; bring in blocks, tags and rates."""
        practice, case = self.practice, str(self.practice.path)
        account, password = practice.access()
        server = vestigo_words(*self._range(), "--serve", "--port", str(practice.port))
        with serving(server, self.practice.scratch) as url:
            words = ("crawl", "run", case, "--profile", "range", "--start", url,
                     "--account", account, "--password-stdin")  # fmt: skip
            crawled = self._step(_("Crawling under the authorization"), *words, stdin=password)
        self.coverage = crawled.document()["coverage"]
        if crawled.document()["paused"]:
            raise StepFailed(["vestigo", *words], crawled.exit_code)
        folder = CaseFolder.open(practice.path)
        shutil.copyfile(practice.world / "rates.csv", folder.rates / "range.csv")
        self._step(_("Importing the TagPack"), "tag", "import", case,
                   str(practice.world / "tagpack.yaml"), "--network", "regtest")  # fmt: skip
        blocks = sorted(str(path) for path in (practice.world / "blocks").iterdir())
        self._step(_("Ingesting the blocks"), "ledger", "ingest", case, *blocks,
                   "--network", "regtest")  # fmt: skip

    def _derive(self) -> None:
        """Read the pages, follow the money, build the graph."""
        case = str(self.practice.path)
        self._step(_("Reading the listings"), "case", "read", case, "--profile", "range")
        self._step(_("Following the money"), "ledger", "trace", case, "--network", "regtest")
        self._step(_("Building the graph"), "graph", "rebuild", case)

    def _seal_and_verify(self) -> None:
        """Seal a bundle and let its own two verifiers check it."""
        practice = self.practice
        self._step(_("Sealing the bundle"), "bundle", "build", str(practice.path),
                   "--passphrase-stdin", stdin=practice.passphrase())  # fmt: skip
        anchors = str(CaseFolder(practice.path).anchors)
        for program in (["sh", "verify.sh"], ["python3", "-I", "verify.py"]):
            words = [program[0], *program[1:-1], str(self.bundle / program[-1]),
                     "--anchors", anchors]  # fmt: skip
            self.announce(_("Verifying as a stranger would"), words)
            self._note(words, run_step(words, accept=(0,), scratch=self.practice.scratch))

    def _step(self, title: str, *words: str, stdin: str = "") -> StepResult:
        command = vestigo_words(*words, "--json")
        self.announce(title, ["vestigo", *words])
        result = run_step(command, stdin=stdin, scratch=self.practice.scratch)
        self._note(["vestigo", *words], result)
        return result

    def _note(self, words: list[str], result: StepResult) -> None:
        self.steps.append(
            {
                "command": words[:3],
                "exit_code": result.exit_code,
                "seconds": f"{result.seconds:.1f}",
                "peak_mb": result.peak_mb,
            }
        )


def begin(path: Path, seed: int | None) -> PracticeCase:
    """Return the practice case at ``path``: the one that was begun there, or a new one.

    Raises ``UsageError`` E-DEM-001 or E-DEM-002 rather than touch anything else.
    """
    known = remembered(path)
    if known is not None:
        refuse_another_seed(known, seed)
        return known
    chosen = seed if seed is not None else random.SystemRandom().randint(1, LARGEST_SEED)
    title = _("Practice case, seed {seed}").format(seed=chosen)
    documents = documents_of_a_new_case([active_language()])
    folder = CaseFolder.create(path, title=title, unit=_("Practice unit"), settings=documents)
    practice = PracticeCase(folder.path, chosen, _free_port())
    remember(practice)
    return practice


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
