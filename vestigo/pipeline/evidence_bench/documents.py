# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exhibit sheets as PDF/A: invented exhibits, made afresh and found again."""

from __future__ import annotations

import hashlib
import resource
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from vestigo.evidence.bundle.documents.exhibit_sheet import SheetSource, exhibit_sheet
from vestigo.evidence.bundle.documents.quoting import Surroundings
from vestigo.evidence.bundle.documents.times import LogTimes
from vestigo.evidence.bundle.exhibit import Exhibit, SheetContext
from vestigo.evidence.bundle.thirds import ThirdParties
from vestigo.evidence.report.keeping import Kept
from vestigo.evidence.report.typesetting import typesetter
from vestigo.i18n import DOCUMENT_LANGUAGES, speaking
from vestigo.pipeline.capture_bench.parts import Figure, Measured
from vestigo.pipeline.evidence_bench.parts import Plan
from vestigo.records import CERTAIN, ByteRange, Capture, FieldSpan, Listing, Method, Span

SHEETS = 100
FIELDS = 12
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = "Invented offer of a page that nobody ever saw, number"


def measure(plan: Plan) -> Measured:
    """Make a hundred sheets in each language, then ask for them once more."""
    sources = [_source(n) for n in range(SHEETS)]
    plan.work.mkdir(parents=True, exist_ok=True)
    with typesetter(plan.work) as setter:
        kept = Kept(setter, plan.work / "sheets", b"k" * 32)
        peak = _peak()
        fresh, n_bytes, wall, cpu = _all(kept, sources)
        grown = _peak() - peak
        found, _bytes, found_wall, _cpu = _all(kept, sources)
    made = SHEETS * len(DOCUMENT_LANGUAGES)
    assert (kept.n_made, kept.n_found) == (made, made)
    return Measured(
        {
            "sheet_made_ms": Figure(_ms(statistics.median(fresh)), "ms"),
            "sheet_found_again_ms": Figure(_ms(statistics.median(found)), "ms"),
            "hundred_sheets_one_language_s": Figure(round(wall / len(DOCUMENT_LANGUAGES), 2), "s",
                                                    30, more=False),
            "hundred_sheets_found_again_s": Figure(
                round(found_wall / len(DOCUMENT_LANGUAGES), 2), "s", 5, more=False
            ),
        },
        {"sheets": made, "languages": list(DOCUMENT_LANGUAGES), "cpu_ms_a_sheet": _ms(cpu / made),
         "bytes_a_sheet": n_bytes // made, "memory_grew_mb": grown},
    )  # fmt: skip


def _all(kept: Kept, sources: list[SheetSource]) -> tuple[list[float], int, float, float]:
    """Return seconds of each sheet, bytes together, and wall and processor time of all."""
    seconds, n_bytes, began, worked = [], 0, time.perf_counter(), time.process_time()
    for language in DOCUMENT_LANGUAGES:
        with speaking(language):
            for source in sources:
                start = time.perf_counter()
                n_bytes += len(kept.pdf(exhibit_sheet(source)))
                seconds.append(time.perf_counter() - start)
    return seconds, n_bytes, time.perf_counter() - began, time.process_time() - worked


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _source(n: int) -> SheetSource:
    body = "".join(_lines(n)).encode("ascii")
    digest = hashlib.sha256(body).hexdigest()
    capture = Capture(
        capture_id=digest, uri=f"http://market.example/listing/{n}", request_method="GET",
        status=200, media_type="text/html", charset="utf-8", content_sha256=digest,
        n_body_bytes=len(body), observed_at=NOON + timedelta(minutes=n), authorization_id="",
        account="", warc_name="crawl-00001.warc.gz", warc_offset=n, problem="",
    )  # fmt: skip
    spans = []
    for k in range(FIELDS):
        words = f"{WORDS} {n}, field {k}".encode("ascii")
        start = body.index(words)
        piece = ByteRange.cut(body, start, start + len(words))
        span = Span(capture_id=digest, ranges=(piece,), text=words.decode("ascii"))
        spans.append(FieldSpan(field=f"also.{k}", span=span))
    listing = Listing(
        sources=(capture.record_id,), method=Method(rule="bench.v1", settings_sha256="0" * 64),
        confidence=CERTAIN, observed_at=capture.observed_at, market="bench", listing_key=str(n),
        title=f"{WORDS} {n}", description="", vendor_handle="nobody", category=("a", "b"),
        price_amount=Decimal("1.50"), price_currency="EUR", ships_from=None, ships_to=None,
        feedback_count=None, listed_on=None, spans=tuple(spans),
    )  # fmt: skip
    exhibit = Exhibit(f"{n + 1:04d}", capture.record_id, capture)
    exhibit.derived.append((listing.record_id, listing.body()))
    thirds = ThirdParties(None)
    context = SheetContext({}, {}, {}, thirds, LogTimes())
    page = Surroundings(digest, body, "utf-8", thirds)
    return SheetSource(
        exhibit=exhibit, page=page, files={}, context=context, unit="Bench", with_pictures=False
    )


def _lines(n: int) -> Iterator[str]:
    yield "<html><body>"
    for k in range(FIELDS):
        yield f'<div class="field"><dt>Field</dt><dd>{WORDS} {n}, field {k}</dd></div>'
    yield "</body></html>"
