# SPDX-License-Identifier: AGPL-3.0-or-later
"""Part b: what it costs to archive, beside Scrapy as it comes, on loopback.

Every run is a process of its own; the runs take turns, and the least processor time of
each is taken: on a machine that others use, more is always somebody else's.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from vestigo.evidence.warc.compressing import COMPRESSOR
from vestigo.pipeline.capture_bench.parts import Figure, Measured, Plan
from vestigo.pipeline.steps import run_step, serving

SERVER = "vestigo.pipeline.capture_bench.page_server"
OURS = "vestigo.pipeline.capture_bench.own_fetching"
PLAIN = "crawler.peers.plain_scrapy"
N_PAGES = 1000
ROUNDS = 5
AT_ONCE = 16
LEAST_SHARE = 0.5
MOST_OVERHEAD = 0.35
Runs = dict[str, list[dict[str, Any]]]


def measure(plan: Plan) -> Measured:
    """Return shares and overhead; rates are the medians of ``ROUNDS`` runs."""
    runs: Runs = {"scrapy": [], "tee": [], "archive": [], "crawl": []}
    with serving([sys.executable, "-m", SERVER]) as url:
        for number in range(ROUNDS):
            for name, done in runs.items():
                done.append(_run(name, url, plan.work / f"{name}-{number}"))
    cpu = {name: min(one["cpu_ms"] for one in done) for name, done in runs.items()}
    rate = {name: median(one["pages_per_s"] for one in done) for name, done in runs.items()}
    share, overhead = rate["archive"] / rate["scrapy"], cpu["archive"] / cpu["tee"] - 1
    return Measured(
        {
            "share_of_scrapy_pages_per_s": Figure(round(share, 3), "", LEAST_SHARE),
            "share_of_scrapy_by_cpu": _share(cpu["scrapy"] / cpu["archive"]),
            "overhead_of_archive_cpu": Figure(round(overhead, 3), "", MOST_OVERHEAD, more=False),
            **{f"{name}_pages_per_s": Figure(round(rate[name], 1), "1/s") for name in runs},
            **{f"{name}_cpu_ms": Figure(round(cpu[name], 3), "ms") for name in runs},
        },
        {"compressor": COMPRESSOR, "pages": N_PAGES, "rounds": ROUNDS, "at_once": AT_ONCE,
         "runs": runs},
    )  # fmt: skip


def _share(value: float) -> Figure:
    return Figure(round(value, 3), "", LEAST_SHARE)


def _run(name: str, url: str, work: Path) -> dict[str, Any]:
    work.mkdir()
    more = [url, str(N_PAGES), str(AT_ONCE)]
    return timed([PLAIN, *more] if name == "scrapy" else [OURS, name, *more, str(work)])


def timed(words: Sequence[str]) -> dict[str, Any]:
    """Run a module that prints pages, seconds and processor seconds; return them a page."""
    before = os.getloadavg()[0]
    done = json.loads(run_step([sys.executable, "-m", *words]).output)
    return {
        "pages": done["pages"],
        "pages_per_s": round(done["pages"] / done["seconds"], 1),
        "cpu_ms": round(done["cpu_seconds"] / done["pages"] * 1000, 3),
        "load": round(before, 2),
    }
