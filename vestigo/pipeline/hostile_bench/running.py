# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench hostile``: the command line at a market that wants to exhaust it."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from vestigo.clock import system_clock
from vestigo.pipeline.acceptance import current_commit
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.hostile_bench.answers import targets
from vestigo.pipeline.invented_market import PRICE, follow, kind, listing, load_into, market
from vestigo.pipeline.session import open_session
from vestigo.pipeline.steps import StepResult, run_step, serving, vestigo_words
from vestigo.records import DATA_CLASSES, Authorization
from vestigo.store import CaseFolder

PEAK_LIMIT_MB = 700
CONCURRENCY = 16
SETTINGS = """
[settings.crawl]
concurrency = 16
deadline_seconds = 60
attempts = 1
"""
# what the coverage has to say of it, each with an exhibit
CAUSES = ("deadline", "decoded-too-long", "page-too-large", "too-long", "too-many-redirects",
          "trap-")  # fmt: skip
PROFILE = "".join((
    market("hostile", concurrency=CONCURRENCY), follow("^/p/", "listing"),
    follow("^/(c/.*)?$", "category"), kind("listing", "h1.listing"),
    kind("category", "ul.category"), listing("^/p/(?P<key>[a-z0-9-]+)$"), PRICE,
))  # fmt: skip
KNOWS_NOTHING = "".join((
    market("hostile", concurrency=CONCURRENCY), follow("^/p/good$", "listing"),
    kind("listing", "h1.nowhere"), listing("^/q/(?P<key>[a-z0-9-]+)$"), PRICE,
))  # fmt: skip


def measure(work: Path, n_each: int) -> dict[str, Any]:
    """Crawl it once with ``n_each`` of every kind at the same time; return figures and verdict.

    ``peak_mb`` is the most resident memory of the crawling process.
    """
    load_into(work, "hostile", PROFILE)
    load_into(work, "nothing", KNOWS_NOTHING)
    words = [sys.executable, "-m", "vestigo.pipeline.hostile_bench.server", str(n_each)]
    with serving(words) as url:
        done = _crawl(work, "hostile", url)
        unknown = _crawl(work, "nothing", url)
    return _document(done, unknown, n_each)


def _crawl(work: Path, name: str, url: str) -> StepResult:
    case = CaseFolder.create(work / name, title="Hostile", unit="Bench")
    case.toml.write_text(case.toml.read_text("utf-8") + SETTINGS, "utf-8")
    now = system_clock()
    with open_session(case.path) as session:
        record_authorization(
            session,
            Authorization(
                issuing_body="bench", reference="1/1", legal_basis="-", order_sha256="",
                authorization_kind="practice", persons=("bench",), hosts=("127.0.0.1",),
                accounts=(), acts=("view", "search"), data_classes=DATA_CLASSES,
                starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), amends=None,
            ),
        )  # fmt: skip
    profile = str(work / f"{name}.toml")
    words = ("crawl", "run", str(case.path), "--profile", profile, "--start", url, "--json")
    return run_step(vestigo_words(*words))


def _document(done: StepResult, unknown: StepResult, n_each: int) -> dict[str, Any]:
    report = done.document()
    failed, refused = report["failed"], report["refused"]
    named = {one["cause"] for one in report["exhibits"]}
    causes = {*failed, *refused}
    told = all(any(cause.startswith(wanted) for cause in causes) for wanted in CAUSES)
    without = sorted(cause for cause in causes if cause not in named and cause != "not-authorised")
    lost = unknown.document()["profile_matches_nothing"]
    return {
        "commit": current_commit(),
        "machine": machine(),
        "n_each": n_each,
        "n_addresses": len(targets(n_each)),
        "at_once": CONCURRENCY,
        "seconds": f"{done.seconds:.1f}",
        "peak_mb": done.peak_mb,
        "peak_limit_mb": PEAK_LIMIT_MB,
        "failed": failed,
        "refused": refused,
        "causes_without_exhibit": without,
        "page_kinds": report["page_kinds"],
        "profile_that_knows_nothing_is_told": bool(lost),
        "met": done.peak_mb <= PEAK_LIMIT_MB and told and not without and bool(lost),
    }
