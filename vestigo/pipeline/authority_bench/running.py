# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole measurement: batches of schedules that are kept, so that it can go on."""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from vestigo.authority import Gate, Intent
from vestigo.pipeline.acceptance import current_commit
from vestigo.pipeline.authority_bench.browsed import BrowsedRounds
from vestigo.pipeline.authority_bench.rounds import Found, Rounds
from vestigo.pipeline.authority_bench.servers import Servers
from vestigo.pipeline.benchmark import machine
from vestigo.records import Authorization
from vestigo.store.atomic import write_atomically

BATCH = 250
CONTROL = 40  # schedules with a gate that allows everything
BROWSED_CONTROL = 15
MOST_NAMED = 20
FOREVER = timedelta(days=365)
MEMORY = Path("/dev/shm")  # noqa: S108  # the crawls of a schedule live for a moment


class OpenGate(Gate):
    """The negative control: a gate that allows everything; the servers must tell on it."""

    def check(self, intent: Intent) -> Authorization:
        """Return any authorization there is, whatever it covers, and as if it never ended."""
        if not self._authorizations:
            return super().check(intent)
        first = self._authorizations[0]
        return replace(first, ends_at=max(first.ends_at, self._clock()) + FOREVER)

    def covers(self, intent: Intent) -> bool:
        """Say yes."""
        del intent
        return bool(self._authorizations)


def measure(
    n_schedules: int,
    first_seed: int,
    *,
    keep: Path | None,
    resume: bool,
    on_schedule: Callable[[], None],
    n_browsed: int = 0,
) -> dict[str, Any]:
    """Run the schedules and the negative control; ``keep`` is where batches are kept.

    ``n_browsed`` of the schedules, spread over all of them, are drawn by a real Chromium.
    """
    commit, began = current_commit(), time.monotonic()
    found, drawn = Found(), Found()
    with ExitStack() as held:
        scratch = MEMORY if MEMORY.is_dir() else None
        work = Path(held.enter_context(tempfile.TemporaryDirectory(dir=scratch)))
        servers = held.enter_context(Servers())
        rounds = Rounds(work, servers)
        for start in range(first_seed, first_seed + n_schedules, BATCH):
            seeds = range(start, min(start + BATCH, first_seed + n_schedules))
            browsed = [n for n in seeds if is_browsed(n - first_seed, n_schedules, n_browsed)]
            for total, by_browser in ((found, False), (drawn, True)):
                chosen = [n for n in seeds if (n in browsed) == by_browser]
                if not chosen:
                    continue
                name = f"authority-{start}-{len(seeds)}-{len(browsed)}-{by_browser:d}.json"
                place = keep / name if keep else None
                kept = _kept(place, commit) if resume else None
                if kept is None:
                    run = BrowsedRounds(work, servers).run if by_browser else rounds.run
                    kept = run(chosen, on_schedule)
                    _keep(place, commit, kept)
                else:
                    for _seed in chosen:
                        on_schedule()
                total.add(kept)
        control = Rounds(work, servers, OpenGate).run(range(first_seed, first_seed + CONTROL))
        shown = Found()
        if n_browsed:
            seeds = range(first_seed, first_seed + BROWSED_CONTROL)
            shown = BrowsedRounds(work, servers, OpenGate).run(seeds)
    document = _document(found, control, commit, time.monotonic() - began)
    return _with_browser(document, found, drawn, shown) if n_browsed else document


def is_browsed(number: int, n_schedules: int, n_browsed: int) -> bool:
    """Say whether a schedule is one of the ``n_browsed`` that lie evenly among all."""
    return (number + 1) * n_browsed // n_schedules > number * n_browsed // n_schedules


def _with_browser(
    document: dict[str, Any], crawled: Found, drawn: Found, control: Found
) -> dict[str, Any]:
    """Add what a browser's schedules showed to the totals, and say it apart."""
    both = Found()
    both.add(crawled)
    both.add(drawn)
    return document | _counts(both) | {
        "crawled": _counts(crawled), "drawn_by_chromium": _counts(drawn),
        "pictures_drawn": drawn.n_drawn,
        "browser_control_schedules": control.n_schedules,
        "browser_control_out_of_scope_requests": len(control.violations),
        "met": document["met"] and not drawn.failed and bool(control.violations),
    }  # fmt: skip


def _document(found: Found, control: Found, commit: str, seconds: float) -> dict[str, Any]:
    return {
        "commit": commit,
        "machine": machine(),
        "seconds": f"{seconds:.1f}",
        **_counts(found),
        "control_schedules": control.n_schedules,
        "control_out_of_scope_requests": len(control.violations),
        "met": not found.failed and bool(control.violations),
    }


def _counts(found: Found) -> dict[str, Any]:
    return {
        "schedules": found.n_schedules,
        "requests_at_the_sockets": found.n_requests,
        "refusals": found.n_refusals,
        "refusal_codes": dict(sorted(found.codes.items())),
        "crawls_to_their_end": found.n_complete,
        "crawls_stopped_by_the_gate": found.n_stopped,
        "out_of_scope_requests": len(found.violations),
        "in_scope_refused": len(found.refused),
        "named": (found.violations + found.refused)[:MOST_NAMED],
    }


def _kept(place: Path | None, commit: str) -> Found | None:
    """Return a batch that was run at this very commit, None for anything else."""
    if place is None or commit.endswith("+"):
        return None
    try:
        document = json.loads(place.read_text("utf-8"))
        if document.pop("commit") != commit:
            return None
        return Found(**{**document, "codes": Counter(document["codes"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep(place: Path | None, commit: str, found: Found) -> None:
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        document = {**asdict(found), "codes": dict(found.codes), "commit": commit}
        write_atomically(place, json.dumps(document).encode("utf-8"))
