# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crawl a tapped server that answers with each hostile case; compare and check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from crawler.job import CrawlJob
from crawler.market import load_profile
from crawler.run import crawl
from vestigo import __version__
from vestigo.authority import Gate
from vestigo.clock import system_clock
from vestigo.evidence.warc import segment_paths
from vestigo.pipeline.wire.cases import WireCase
from vestigo.pipeline.wire.checking import has_warcio, refused_by_jwarc, refused_by_warcio
from vestigo.pipeline.wire.comparing import Compared, compare, originals
from vestigo.pipeline.wire.tapped import TappedServer
from vestigo.places import config_root
from vestigo.records import Authorization
from vestigo.settings import Section, default_settings

ACCOUNT, PASSWORD = "avatar", "correct horse"  # of an invented market
PROFILE = "bench/wire.toml"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: what the comparison found, and what became of the pages."""

    case: WireCase
    compared: Compared
    fetched: int
    failed: dict[str, int]
    refused_by: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether everything is byte-equal, complete and accepted by the checkers."""
        whole = self.compared.n_archived == self.case.n_exchanges
        return self.compared.equal and whole and not self.refused_by


def bench_authorization(start_uri: str) -> Authorization:
    """Return an invented authorization for the pages of one server on loopback."""
    now = system_clock()
    return Authorization(
        issuing_body="benchmark", reference="-", legal_basis="-", authorization_kind="training",
        order_sha256="", persons=("benchmark",), hosts=(urlsplit(start_uri).netloc,),
        accounts=(ACCOUNT,), acts=("view", "login", "search"), data_classes=("listing",),
        starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), amends=None,
    )  # fmt: skip


def bench_job(folder: Path, start_uri: str, settings: Section, **fields: Any) -> CrawlJob:
    """Return a crawl of a server of the benchmarks into ``folder``."""
    values: dict[str, Any] = {
        "profile": load_profile(config_root() / PROFILE),
        "gate": Gate([bench_authorization(start_uri)], system_clock),
        "captures_folder": folder / "captures",
        "sealed_folder": folder / "sealed",
        "frontier_path": folder / "frontier.sqlite",
        "settings": {**default_settings()["crawl"], "retry_seconds": 0, **settings},
        "clock": system_clock,
        "software": f"vestigo {__version__}",
    }
    return CrawlJob(start_uri=start_uri, **{**values, **fields})


def run_case(case: WireCase, folder: Path, jar: Path | None) -> CaseResult:
    """Crawl one case into ``folder`` and compare; one request at a time, one attempt each."""
    key = X25519PrivateKey.generate()
    with closing(TappedServer()) as server:
        server.answers.update(case.answers)
        server.close_after.update(case.closes)
        credentials = {"account": ACCOUNT, "password": PASSWORD} if case.log_in else {}
        settings: Section = {"concurrency": 1, "attempts": 1}
        report = crawl(
            bench_job(
                folder, server.uri, settings,
                seal_key=key.public_key().public_bytes_raw(), **credentials,
            )
        )  # fmt: skip
    archived = originals(folder / "captures", folder / "sealed", key.private_bytes_raw())
    return CaseResult(
        case=case,
        compared=compare(server.taps, archived),
        fetched=report.coverage.fetched,
        failed=report.coverage.failed,
        refused_by=_refused(segment_paths(folder / "captures"), jar),
    )


def run_cases(
    cases: Sequence[WireCase],
    folder: Path,
    jar: Path | None,
    on_case: Callable[[], None] = lambda: None,
) -> list[CaseResult]:
    """Run every case in a folder of its own; then jwarc looks at all files at once.

    One start of Java is enough where it accepts them all; else it is asked case by case.
    """
    results = []
    for number, case in enumerate(cases):
        results.append(run_case(case, folder / f"{number:03d}", None))
        on_case()
    if jar and refused_by_jwarc(jar, sorted(folder.glob("*/captures/*.warc.gz"))):
        return [_asked_again(one, folder / f"{n:03d}", jar) for n, one in enumerate(results)]
    return results


def as_document(results: Sequence[CaseResult], jar: Path | None) -> dict[str, Any]:
    """Return the counts and every case; ``checkers`` says which of them were asked."""
    return {
        "n_cases": len(results),
        "n_kinds": len({one.case.kind for one in results}),
        "n_exchanges": sum(one.compared.n_at_socket for one in results),
        "n_sent_equal": sum(one.compared.sent_equal for one in results),
        "n_received_equal": sum(one.compared.received_equal for one in results),
        "n_masked_equal": sum(one.compared.masked_equal for one in results),
        "n_sealed": sum(one.compared.n_sealed for one in results),
        "n_right": sum(one.right for one in results),
        "checkers": {"warcio": has_warcio(), "jwarc": jar is not None},
        "kinds": dict(sorted(Counter(one.case.kind for one in results).items())),
        "cases": [_row(one) for one in results],
    }


def _row(one: CaseResult) -> dict[str, Any]:
    compared = one.compared
    return {
        "name": one.case.name,
        "kind": one.case.kind,
        "right": one.right,
        "n_exchanges": compared.n_at_socket,
        "n_archived": compared.n_archived,
        "sent_equal": compared.sent_equal,
        "received_equal": compared.received_equal,
        "masked_equal": compared.masked_equal,
        "n_sealed": compared.n_sealed,
        "first_difference": compared.first_difference,
        "refused_by": list(one.refused_by),
        "fetched": one.fetched,
        "failed": one.failed,
    }


def _refused(paths: list[Path], jar: Path | None) -> tuple[str, ...]:
    refused = []
    if has_warcio() and refused_by_warcio(paths):
        refused.append("warcio")
    if jar and refused_by_jwarc(jar, paths):
        refused.append("jwarc")
    return tuple(refused)


def _asked_again(one: CaseResult, folder: Path, jar: Path) -> CaseResult:
    refused = _refused(segment_paths(folder / "captures"), jar)
    return CaseResult(one.case, one.compared, one.fetched, one.failed, refused)
