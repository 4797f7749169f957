# SPDX-License-Identifier: AGPL-3.0-or-later
"""Part d: our writer alone against warcio's, the same exchanges, on the same disk.

warcio writes response and request, parsed and with its digests; ours reads the response,
looks for secrets and writes the metadata record as well.  Both wait for the disk after
every 16 exchanges.
"""

from __future__ import annotations

import importlib.util
import io
import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vestigo.clock import iso
from vestigo.evidence.warc import Exchange
from vestigo.evidence.warc.compressing import COMPRESSOR
from vestigo.evidence.warc.writing import SegmentPair
from vestigo.pipeline.capture_bench.page_server import N_PAGES, responses
from vestigo.pipeline.capture_bench.parts import Figure, Measured, Plan

N_EXCHANGES = 1500
ROUNDS = 5
TOGETHER = 16
LEAST = 2.0
BEGAN = datetime(2026, 1, 31, 12, tzinfo=UTC)
REQUEST = (
    b"GET /p/1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: Mozilla/5.0\r\n"
    b"Accept: text/html\r\nAccept-Encoding: gzip, deflate\r\n\r\n"
)


def measure(plan: Plan) -> Measured:
    """Return how many times faster ours is, by processor time and by the clock."""
    if importlib.util.find_spec("warcio") is None:
        return Measured({}, {"left_out": "warcio is not installed"})
    runs: dict[str, list[tuple[float, float]]] = {"warcio": [], "ours": []}
    for number in range(ROUNDS):
        runs["warcio"].append(timed(with_warcio, plan.work / f"w{number}"))
        runs["ours"].append(timed(with_ours, plan.work / f"o{number}"))
    cpu = {name: min(one[0] for one in done) for name, done in runs.items()}
    wall = {name: min(one[1] for one in done) for name, done in runs.items()}
    return Measured(
        {
            "times_warcio_by_cpu": Figure(round(cpu["warcio"] / cpu["ours"], 2), "", LEAST),
            "times_warcio": Figure(round(wall["warcio"] / wall["ours"], 2), "", LEAST),
            **{f"{name}_cpu_ms": Figure(round(cpu[name], 3), "ms") for name in runs},
            **{f"{name}_ms": Figure(round(wall[name], 3), "ms") for name in runs},
        },
        {"compressor": COMPRESSOR, "exchanges": N_EXCHANGES, "rounds": ROUNDS,
         "waits_for_disk_after": TOGETHER},
    )  # fmt: skip


def timed(write: Callable[[Path, Sequence[bytes]], Any], folder: Path) -> tuple[float, float]:
    """Return (processor, clock) milliseconds for one exchange."""
    answers = responses()
    folder.mkdir(parents=True)
    began, cpu = time.perf_counter(), time.process_time()
    write(folder, answers)
    per = 1000 / N_EXCHANGES
    return (time.process_time() - cpu) * per, (time.perf_counter() - began) * per


def with_ours(folder: Path, answers: Sequence[bytes]) -> None:
    """Write every exchange with our writer; its reading of each response is counted."""
    pair = SegmentPair(folder, folder / "sealed", None, lambda: BEGAN, "benchmark")
    for first in range(0, N_EXCHANGES, TOGETHER):
        numbers = range(first, min(first + TOGETHER, N_EXCHANGES))
        pair.write([_exchange(number, answers[number % N_PAGES]) for number in numbers])
    pair.close()


def _exchange(number: int, response: bytes) -> Exchange:
    return Exchange(
        uri=f"http://127.0.0.1:8080/p/{number}", method="GET", began_at=BEGAN, request=REQUEST,
        response=response, authorization_id="a" * 64, label=str(number),
    )  # fmt: skip


def with_warcio(folder: Path, answers: Sequence[bytes]) -> None:
    """Write response and request of every exchange as warcio's own capture does."""
    from warcio import statusandheaders, warcwriter

    parser_of: Any = statusandheaders.StatusAndHeadersParser  # warcio has no types
    writer_of: Any = warcwriter.WARCWriter
    parser, asking = parser_of(["HTTP/1.1"]), parser_of(["GET"])
    with (folder / "w.warc.gz").open("wb") as output:
        writer = writer_of(output, gzip=True)
        for number in range(N_EXCHANGES):
            uri, block = f"http://127.0.0.1:8080/p/{number}", answers[number % N_PAGES]
            response = _record(writer, uri, "response", block, parser)
            request = _record(writer, uri, "request", REQUEST, asking)
            writer.write_request_response_pair(request, response)
            if number % TOGETHER == TOGETHER - 1:
                output.flush()
                os.fdatasync(output.fileno())


def _record(writer: Any, uri: str, kind: str, block: bytes, parser: Any) -> Any:
    stream = io.BytesIO(block)
    headers = parser.parse(stream)
    return writer.create_warc_record(
        uri, kind, payload=stream, http_headers=headers, warc_headers_dict={"WARC-Date": iso(BEGAN)}
    )
