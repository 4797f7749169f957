# SPDX-License-Identifier: AGPL-3.0-or-later
"""Part c: memory and the frontier over a large crawl, into a case, of a market on loopback."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.frontier import Frontier, NewPage
from crawler.market import load_profile
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.capture_bench.large_market import LISTINGS, n_pages, write_profile
from vestigo.pipeline.capture_bench.parts import Figure, Measured, Plan
from vestigo.pipeline.crawling import crawl_into_case, crawl_job
from vestigo.pipeline.session import open_session
from vestigo.pipeline.steps import serving
from vestigo.records import Authorization
from vestigo.store import CaseFolder

MARKET = "vestigo.pipeline.capture_bench.large_market"
MOST_MB = 300
LEAST_OPERATIONS = 2000
N_POINTS = 10
FLAT_MB = 40  # between the second and the last of the points
LINKS = 20  # of a page in the measurement of the frontier alone


def measure(plan: Plan) -> Measured:
    """Crawl ``plan.n_pages`` pages with memory taken at ten points; then the frontier alone."""
    operations = frontier_rate(plan.work / "alone.sqlite", plan.n_pages)
    crawled = crawl_large(plan.work, plan.n_pages * LISTINGS // (LISTINGS + 1))
    points = [mb for _n, mb in crawled["memory"]]
    growth = round(points[-1] - points[1], 1) if len(points) > 1 else 0.0
    return Measured(
        {
            "frontier_operations_per_s": Figure(operations, "1/s", LEAST_OPERATIONS),
            "resident_most_mb": Figure(max(points), "MB", MOST_MB, more=False),
            "resident_growth_mb": Figure(growth, "MB", FLAT_MB, more=False),
            "crawl_pages_per_s": Figure(crawled["pages_per_s"], "1/s"),
            "pages_missing": Figure(crawled["missing"], "", 0, more=False),
        },
        {"pages": crawled["pages"], "memory_mb_at": crawled["memory"]},
    )


def frontier_rate(path: Path, n_pages: int) -> float:
    """Return leases and settlements a second; each page that is done names ``LINKS`` others."""
    frontier = Frontier(path)
    frontier.add([NewPage("http://127.0.0.1/p/0", "listing")])
    n_operations = 1
    began = time.perf_counter()
    known = 1
    while (row := frontier.lease(1.0, ("", 0))) is not None and n_operations < 2 * n_pages:
        links = [
            NewPage(f"http://127.0.0.1/p/{known + number - LINKS // 2}", "listing")
            for number in range(LINKS)
        ]
        known += LINKS // 2
        frontier.done(row, "0" * 64, "listing", links if known < n_pages else ())
        n_operations += 2
    seconds = time.perf_counter() - began
    frontier.close()
    return round(n_operations / seconds, 1)


def crawl_large(work: Path, n_listings: int) -> dict[str, Any]:
    """Crawl a market of ``n_listings`` into a new case; memory is that of this process."""
    folder = CaseFolder.create(work / "case", title="benchmark", unit="benchmark")
    profile = load_profile(str(write_profile(work)))
    pages = n_pages(n_listings)
    curve: list[tuple[int, float]] = []

    def look(settled: int, _known: int) -> None:
        if settled >= pages * (len(curve) + 1) // (N_POINTS + 1):
            curve.append((settled, resident_mb()))

    with (
        serving([sys.executable, "-m", MARKET, str(n_listings)]) as uri,
        open_session(folder.path) as session,
    ):
        record_authorization(session, order())
        job = crawl_job(session, profile, uri, on_progress=look)
        began = time.perf_counter()
        report = crawl_into_case(session, job)
    seconds = time.perf_counter() - began
    curve.append((report.coverage.fetched, resident_mb()))
    return {
        "pages": pages,
        "missing": pages - report.coverage.fetched,
        "pages_per_s": round(report.coverage.fetched / seconds, 1),
        "memory": curve,
    }


def order() -> Authorization:
    """Return an authorization for whatever a benchmark serves on loopback."""
    return Authorization(
        issuing_body="benchmark", reference="benchmark", legal_basis="measured on loopback",
        authorization_kind="training", order_sha256="", persons=("nobody",),
        hosts=("127.0.0.1",), accounts=(), acts=("view",), data_classes=("listing",),
        starts_at=datetime(2020, 1, 1, tzinfo=UTC), ends_at=datetime(2120, 1, 1, tzinfo=UTC),
        amends=None,
    )  # fmt: skip


def resident_mb() -> float:
    """Return the resident memory of this process."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise RuntimeError("no VmRSS")
