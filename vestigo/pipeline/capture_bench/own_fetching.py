# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our own crawl of the invented pages: ``python -m … MODE URL N CONCURRENCY DIR [PROXY]``.

MODE ``archive`` fetches into a case: gate, tee, screen, WARC, digests, frontier, record
ledger and custody log, but pages are not read; ``tee`` is the same with the bytes of the
wire held in memory and then thrown away; ``crawl`` is a whole crawl, pages read and links
followed.  Prints one JSON line: pages, seconds, processor seconds.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.job import CrawlJob
from crawler.judging import Verdict
from crawler.market import MarketProfile, load_profile
from crawler.run import crawl
from vestigo.evidence.warc import Exchange, WireResponse
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.crawling import crawl_into_case, crawl_job
from vestigo.pipeline.session import open_session
from vestigo.places import config_root
from vestigo.records import Authorization, Capture
from vestigo.store import CaseFolder

MODES = ("tee", "archive", "crawl")


class NoArchive:
    """Stands where the archive stands: takes every exchange, keeps and computes nothing."""

    def __init__(self, *_places: Any, **_listeners: Any) -> None:
        self._n = 0

    def submit(self, exchange: Exchange) -> Future[Capture]:
        """Return a capture that names nothing."""
        self._n += 1
        future: Future[Capture] = Future()
        future.set_result(_nothing(exchange, self._n))
        return future

    def close(self) -> None:
        """Do nothing."""


def run(mode: str, url: str, n_pages: int, concurrency: int, folder: Path, proxy: str) -> Any:
    """Crawl ``n_pages`` pages; set-up of the case is not counted."""
    case = CaseFolder.create(folder / "case", title="benchmark", unit="benchmark")
    with open_session(case.path) as session:
        record_authorization(session, order(url))
        job = crawl_job(
            session,
            load_profile(config_root() / "bench" / "wire.toml"),
            f"{url}p/0",
            seeds=tuple(f"{url}p/{number}" for number in range(1, n_pages)),
        )
        if mode != "crawl":
            vars(sys.modules["crawler.page_work"])["judge"] = _not_read
        settings = {**job.settings, "concurrency": concurrency, "proxy": proxy}
        job = replace(job, settings=settings)
        began, cpu = time.perf_counter(), time.process_time()
        report = crawl(_tee_only(job)) if mode == "tee" else crawl_into_case(session, job)
    return {
        "pages": report.coverage.fetched,
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu,
    }


def order(url: str) -> Authorization:
    """Return an invented authorization for one server."""
    return Authorization(
        issuing_body="benchmark", reference="benchmark", legal_basis="measured on loopback",
        authorization_kind="training", order_sha256="", persons=("nobody",),
        hosts=(urlsplit(url).netloc,), accounts=(), acts=("view",), data_classes=("listing",),
        starts_at=datetime(2020, 1, 1, tzinfo=UTC), ends_at=datetime(2120, 1, 1, tzinfo=UTC),
        amends=None,
    )  # fmt: skip


def _tee_only(job: CrawlJob) -> CrawlJob:
    vars(sys.modules["crawler.run"])["WarcArchive"] = NoArchive
    return replace(job, on_capture=_ignore, on_segment=_ignore)


def _not_read(_profile: MarketProfile, _capture: Capture, _wire: WireResponse) -> Verdict:
    return Verdict("done", kind="listing")


def _ignore(_what: Any) -> None:
    return None


def _nothing(exchange: Exchange, number: int) -> Capture:
    return Capture(
        capture_id=f"{number:064x}", uri=exchange.uri, request_method=exchange.method, status=200,
        media_type="text/html", charset="utf-8", content_sha256="0" * 64, n_body_bytes=0,
        observed_at=exchange.began_at, authorization_id=exchange.authorization_id, account="",
        warc_name="none", warc_offset=number, problem="",
    )  # fmt: skip


if __name__ == "__main__":
    how, where, n, at_once, work, *rest = sys.argv[1:]
    done = run(how, where, int(n), int(at_once), Path(work), rest[0] if rest else "")
    sys.stdout.write(json.dumps(done) + "\n")
