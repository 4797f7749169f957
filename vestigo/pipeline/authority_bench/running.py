# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole measurement: batches of schedules that are kept, so that it can go on."""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vestigo.authority import Gate, Intent
from vestigo.pipeline.acceptance import current_commit
from vestigo.pipeline.authority_bench.rounds import Found, Rounds
from vestigo.pipeline.authority_bench.servers import Servers
from vestigo.pipeline.benchmark import machine
from vestigo.records import Authorization
from vestigo.store.atomic import write_atomically

BATCH = 250
CONTROL = 40  # schedules with a gate that allows everything
MOST_NAMED = 20
MEMORY = Path("/dev/shm")  # noqa: S108  # the crawls of a schedule live for a moment


class OpenGate(Gate):
    """The negative control: a gate that allows everything; the servers must tell on it."""

    def check(self, intent: Intent) -> Authorization:
        """Return any authorization there is, whatever it covers."""
        return self._authorizations[0] if self._authorizations else super().check(intent)

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
) -> dict[str, Any]:
    """Run the schedules and the negative control; ``keep`` is where batches are kept."""
    commit, found, began = current_commit(), Found(), time.monotonic()
    with ExitStack() as held:
        scratch = MEMORY if MEMORY.is_dir() else None
        work = Path(held.enter_context(tempfile.TemporaryDirectory(dir=scratch)))
        servers = held.enter_context(Servers())
        rounds = Rounds(work, servers)
        for start in range(first_seed, first_seed + n_schedules, BATCH):
            seeds = range(start, min(start + BATCH, first_seed + n_schedules))
            place = keep / f"authority-{start}-{len(seeds)}.json" if keep else None
            kept = _kept(place, commit) if resume else None
            if kept is None:
                kept = rounds.run(seeds, on_schedule)
                _keep(place, commit, kept)
            else:
                for _seed in seeds:
                    on_schedule()
            found.add(kept)
        control = Rounds(work, servers, OpenGate).run(range(first_seed, first_seed + CONTROL))
    return _document(found, control, commit, time.monotonic() - began)


def _document(found: Found, control: Found, commit: str, seconds: float) -> dict[str, Any]:
    return {
        "commit": commit,
        "machine": machine(),
        "schedules": found.n_schedules,
        "seconds": f"{seconds:.1f}",
        "requests_at_the_sockets": found.n_requests,
        "refusals": found.n_refusals,
        "refusal_codes": dict(sorted(found.codes.items())),
        "crawls_to_their_end": found.n_complete,
        "crawls_stopped_by_the_gate": found.n_stopped,
        "out_of_scope_requests": len(found.violations),
        "in_scope_refused": len(found.refused),
        "named": (found.violations + found.refused)[:MOST_NAMED],
        "control_schedules": control.n_schedules,
        "control_out_of_scope_requests": len(control.violations),
        "met": not found.failed and bool(control.violations),
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
