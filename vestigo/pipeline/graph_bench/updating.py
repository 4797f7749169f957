# SPDX-License-Identifier: AGPL-3.0-or-later
"""An update after one new record in a hundred, against making the graph again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graph.kglite_store import KgliteStore
from graph.rebuild import rebuild, update
from vestigo.pipeline.graph_bench.figures import shown
from vestigo.pipeline.graph_kills.records import records_of
from vestigo.store import RecordLedger

SHARE = 100
PAGES_AT_ONCE = 1000


def measure_update(
    folder: Path, n_pages: int, seed: int, on_batch: Callable[[int], None]
) -> dict[str, Any]:
    """Measure both on the same records; ``same`` says that the digests are equal.

    ``n_pages`` captured pages with five records each are projected, then one page in a
    hundred more.
    """
    dice = random.Random(seed)  # noqa: S311 (an invented world, no secrets)
    folder.mkdir(parents=True)
    with RecordLedger(folder / "records.sqlite") as ledger:
        for number in range(-(-n_pages // PAGES_AT_ONCE)):
            ledger.append(list(_records(number, min(n_pages, PAGES_AT_ONCE), n_pages, dice)))
        store = KgliteStore(folder / "graph")
        first, made = _timed(lambda: rebuild(ledger, store, on_batch))
        new = list(_records(n_pages, max(1, n_pages // SHARE), n_pages, dice))
        ledger.append(new)
        second, updated = _timed(lambda: update(ledger, store, on_batch))
        third, again = _timed(lambda: rebuild(ledger, store, on_batch))
        store.close()
    return {
        "relationships": second.n_relationships,
        "nodes": second.n_nodes,
        "new_records": len(new),
        "rebuild_s": shown(made),
        "rebuild_again_s": shown(again),
        "update_s": shown(updated),
        "n_written": second.n_written,
        "whole": second.whole,
        "same": second.canonical_sha256 == third.canonical_sha256 != first.canonical_sha256,
    }


def _records(number: int, n_pages: int, n_addresses: int, dice: random.Random) -> Any:
    return records_of(number, n_pages, dice, max(10, n_addresses))


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.perf_counter()
    report = work()
    return report, time.perf_counter() - begin
