# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kills updates of a graph at random moments and looks at what is left each time.

Real processes, real SIGKILL.  After each kill: no place of the ledger that was
acknowledged is lost, a reader sees the graph of before or of after (or, on a server, is
told that there is none), and the next update ends in the digest of a full rebuild.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graph.canonical import canonical
from graph.kglite_store import KgliteStore
from graph.projecting.state import State
from graph.rebuild import rebuild, update
from vestigo.pipeline.graph_kills.records import records_of
from vestigo.pipeline.graph_kills.victim import state_path, store_of
from vestigo.records import Retraction
from vestigo.store import RecordLedger

MOST_TRIES = 4
RETRACTED_AT = datetime(2026, 6, 1, tzinfo=UTC)
Server = tuple[str, str, str]


@dataclass(slots=True)
class Kills:
    """What the rounds found; every count but the first four must stay zero."""

    n_rounds: int = 0
    n_killed_while_following: int = 0
    n_killed_while_writing: int = 0
    n_acknowledged: int = 0
    n_lost: int = 0
    n_half_graphs_seen: int = 0
    n_other_digests: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Return whether any round found something wrong."""
        return bool(self.n_lost or self.n_half_graphs_seen or self.n_other_digests)


class KillRounds:
    """Rounds in ``folder`` on the embedded engine, or on a server whose database is ours."""

    def __init__(self, folder: Path, server: Server | None, seed: int, n_pages: int = 8) -> None:
        self._folder = folder
        self._server = server
        self._dice = random.Random(seed)  # noqa: S311 (chooses moments, no secrets)
        self._n_pages = n_pages
        self._seconds = 1.0
        self._digests: set[str] = set()
        self.found = Kills()

    def run(self, n_rounds: int, on_round: Callable[[], None] = lambda: None) -> Kills:
        """Kill ``n_rounds`` updates; what ended before its kill does not count as one."""
        folder = self._folder
        folder.mkdir(parents=True, exist_ok=True)
        with RecordLedger(folder / "records.sqlite") as ledger:
            self._grow(ledger, 0)
            self._finish(ledger)
            for number in range(1, MOST_TRIES * n_rounds + 1):
                if self.found.n_rounds == n_rounds:
                    break
                self._grow(ledger, number)
                if self._kill():
                    self.found.n_rounds += 1
                    on_round()
                self._finish(ledger)
        return self.found

    def _grow(self, ledger: RecordLedger, number: int) -> None:
        """Append records, take some back, and dispose of one."""
        ledger.append(records_of(number, self._n_pages, self._dice))
        ids = [record_id for record_id, kind in ledger.ids() if kind != Retraction.KIND]
        ledger.append(
            Retraction(retracts=one, reason="bench", person="bench", retracted_at=RETRACTED_AT)
            for one in self._dice.sample(ids, 3)
        )
        left = sorted(set(ids) - set(ledger.disposed()))
        ledger.dispose([self._dice.choice(left)], "bench")

    def _kill(self) -> bool:
        """Start an update and kill it; whether it was killed before its end."""
        words = [sys.executable, "-m", "vestigo.pipeline.graph_kills.victim", str(self._folder)]
        password = ""
        if self._server is not None:
            words += list(self._server[:2])
            password = self._server[2]
        began = time.monotonic()
        with subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{password}\n")
            process.stdin.flush()
            if process.stdout.readline() != "begin\n":
                raise RuntimeError("the update did not begin")
            time.sleep(self._dice.uniform(0, self._seconds))
            process.kill()
            said = process.stdout.read().splitlines()
        self.found.seconds.append(time.monotonic() - began)
        ended = any(line.startswith("end ") for line in said)
        places = [int(line) for line in said if line.isdigit()]
        self._look(places, ended=ended)
        return not ended

    def _look(self, places: list[int], *, ended: bool) -> None:
        """Compare what is left with what was acknowledged, and with the graphs that may be."""
        self.found.n_acknowledged += len(places)
        path = state_path(self._folder, self._server) or self._folder / "graph" / "embedded.state"
        with closing(State(path)) as state:
            kept = int(state.get("seq"))
            writing = int(state.get("generation")) != int(state.get("published"))
        self.found.n_lost += any(place > kept for place in places)
        if not ended:
            self.found.n_killed_while_writing += writing
            self.found.n_killed_while_following += not writing
        with closing(store_of(self._folder, self._server)) as store:
            summary = store.summary()
            if summary is not None:
                whole = canonical(store) == summary["canonical_sha256"]
                self.found.n_half_graphs_seen += not whole

    def _finish(self, ledger: RecordLedger) -> None:
        """Let an update end, and compare its graph with that of a rebuild elsewhere."""
        began = time.monotonic()
        with closing(store_of(self._folder, self._server)) as store:
            report = update(ledger, store, state_path=state_path(self._folder, self._server))
            held = canonical(store)
        self._seconds = max(0.3, time.monotonic() - began)
        with closing(KgliteStore(self._folder / "other")) as other:
            expected = rebuild(ledger, other).canonical_sha256
        right = report.canonical_sha256 == held == expected
        self.found.n_other_digests += not right


def as_document(found: Kills, engine: str) -> dict[str, Any]:
    """Return what was found, for machines."""
    return {
        "engine": engine,
        "rounds": found.n_rounds,
        "killed_while_following": found.n_killed_while_following,
        "killed_while_writing": found.n_killed_while_writing,
        "acknowledged_batches": found.n_acknowledged,
        "acknowledged_lost": found.n_lost,
        "half_graphs_seen": found.n_half_graphs_seen,
        "other_digests": found.n_other_digests,
    }
