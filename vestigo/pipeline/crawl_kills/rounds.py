# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kills crawls at random moments and compares server, archive, frontier and ledger.

Real processes, real SIGKILL.  Some die while they start or take up what the last one
left, the others in the middle of their requests.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.frontier import Frontier
from vestigo.evidence.warc import iter_captures
from vestigo.evidence.warc.reader import iter_labelled
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.capture_bench.frontier_size import order
from vestigo.pipeline.capture_bench.large_market import LISTINGS, write_profile
from vestigo.pipeline.crawl_kills.counting import CountingMarket
from vestigo.pipeline.crawling import frontier_path
from vestigo.pipeline.session import open_session
from vestigo.records import Capture
from vestigo.store import CaseFolder

VICTIM = "vestigo.pipeline.crawl_kills.victim"
MARKET = "large"
LISTINGS_A_ROUND = 150  # more than a crawl can ask for before the kill arrives
MOST_REQUESTS = 55
MOST_TRIES = 3
SECONDS = 120.0
AT_ONCE = 0.05


def _wait(done: Callable[[], bool]) -> None:
    """Ask again and again until it is done, at most for ``SECONDS``."""
    end = time.monotonic() + SECONDS
    while not done() and time.monotonic() < end:
        continue


@dataclass(slots=True)
class Kills:
    """What the rounds found; everything from ``n_lost`` on must be zero.

    ``n_in_flight`` counts pages that were leased and not archived when a process died;
    ``n_refetched`` requests for a page that had been asked for before.
    """

    n_rounds: int = 0
    n_killed_while_starting: int = 0
    n_pages: int = 0
    n_in_flight: int = 0
    n_from_archive: int = 0
    n_refetched: int = 0
    n_lost: int = 0
    n_not_in_archive: int = 0
    n_archived_twice: int = 0
    n_refetched_beyond: int = 0
    n_not_in_ledger: int = 0

    @property
    def failed(self) -> bool:
        """Whether anything was lost, or asked for more often than it had to be."""
        return bool(
            self.n_lost or self.n_not_in_archive or self.n_archived_twice
            or self.n_refetched_beyond or self.n_not_in_ledger
        )  # fmt: skip


class KillRounds:
    """Rounds in ``work``, which is empty."""

    def __init__(self, work: Path, n_rounds: int, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 (chooses moments, no secrets)
        self._n_rounds = n_rounds
        self._profile = write_profile(work)
        self._folder = CaseFolder.create(work / "case", title="kills", unit="bench")
        self._allowed: Counter[str] = Counter()
        self.found = Kills()

    def run(self, on_round: Callable[[], None] = lambda: None) -> Kills:
        """Kill as many crawls as were asked for, let the last one end, and compare."""
        with open_session(self._folder.path) as session:
            record_authorization(session, order())
        with CountingMarket(self._n_rounds * LISTINGS_A_ROUND) as market:
            for _try in range(MOST_TRIES * self._n_rounds):
                if self.found.n_rounds == self._n_rounds:
                    break
                if self._kill(market):
                    self.found.n_rounds += 1
                    on_round()
            with self._start(market) as process:
                if process.wait(SECONDS):
                    raise RuntimeError(f"the last crawl ended with {process.returncode}")
            self._compare(market)
        return self.found

    def _start(self, market: CountingMarket) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", VICTIM, str(self._folder.path), str(self._profile)]
        return subprocess.Popen([*words, market.uri])

    def _kill(self, market: CountingMarket) -> bool:
        """Kill a crawl; return whether it was killed before it ended."""
        before = market.n_asked
        starting = self._dice.random() < 1 / 5
        with self._start(market) as process:
            if starting:
                time.sleep(self._dice.uniform(0.3, 1.5))
            else:
                wanted = before + self._dice.randint(1, MOST_REQUESTS)
                _wait(lambda: market.wait_for(wanted, AT_ONCE) or process.poll() is not None)
                time.sleep(self._dice.uniform(0, 0.01))
            process.kill()
            ended = process.wait() == 0
        self.found.n_killed_while_starting += not ended and market.n_asked == before
        self._look()
        return not ended

    def _look(self) -> None:
        """Count the pages that were in flight: leased, and nothing of them in the archive."""
        path = frontier_path(self._folder, MARKET)
        if not path.exists():
            return
        labels = {label for _capture, label in iter_labelled(self._folder.captures)}
        with closing(Frontier(path, reading=True)) as frontier:
            leased = frontier.leased()
        for row in leased:
            if f"{MARKET}/{row.label}" in labels:
                self.found.n_from_archive += 1
            else:
                self.found.n_in_flight += 1
                self._allowed[urlsplit(row.uri).path] += 1

    def _compare(self, market: CountingMarket) -> None:
        found, expected = self.found, _targets(market.n_listings)
        archived = list(iter_captures(self._folder.captures))
        times = Counter(urlsplit(capture.uri).path for capture in archived)
        with closing(Frontier(frontier_path(self._folder, MARKET), reading=True)) as frontier:
            coverage = frontier.coverage()
        found.n_pages = len(expected)
        found.n_lost = len(expected) - coverage.fetched
        found.n_not_in_archive = len(expected - set(times))
        found.n_archived_twice = sum(times.values()) - len(times)
        more = {target: n - 1 for target, n in market.asked.items()}
        found.n_refetched = sum(more.values())
        found.n_refetched_beyond = sum(max(0, n - self._allowed[t]) for t, n in more.items())
        with open_session(self._folder.path) as session:
            recorded = {capture.capture_id for capture in session.ledger.of_kind(Capture)}
            session.ledger.verify()
            session.custody.verify()
        found.n_not_in_ledger = len({capture.capture_id for capture in archived} ^ recorded)


def _targets(n_listings: int) -> set[str]:
    n_categories = ceil(n_listings / LISTINGS)
    listings = {f"/p/{n}" for n in range(n_listings)}
    return {"/", *(f"/c/{n}" for n in range(n_categories)), *listings}


def as_document(found: Kills) -> dict[str, Any]:
    """Return what was found, for machines."""
    return {**{name.removeprefix("n_"): n for name, n in asdict(found).items()},
            "met": not found.failed}  # fmt: skip
