# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the records of a foreign WARC file to HTTP exchanges: response with its request."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from vestigo.clock import parse_iso
from vestigo.evidence.received.foreign_warc import (
    ForeignRecord,
    OnFinding,
    WarcFinding,
    digest_agrees,
)
from vestigo.evidence.warc import WireResponse, read_response
from vestigo.evidence.warc.exchange import TRUNCATIONS

KEPT_REQUESTS = 16
LARGEST_REQUEST = 1 << 20
_KNOWN = frozenset({"request", "warcinfo", "metadata"})
_METHOD = re.compile(rb"([A-Z]{1,20}) ")
_HTTP = re.compile(r"application/http\b", re.IGNORECASE)
_SAFE = "".join(chr(c) for c in range(0x21, 0x7F))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignExchange:
    """One response of a foreign file, ready for the archive; ``truncated`` as WARC names it."""

    record: ForeignRecord
    uri: str
    method: str
    began_at: datetime
    request: bytes
    truncated: str


def iter_exchanges(records: Iterable[ForeignRecord], tell: OnFinding) -> Iterator[ForeignExchange]:
    """Yield every HTTP response; a request may stand just before or just behind it."""
    requests: deque[ForeignRecord] = deque(maxlen=KEPT_REQUESTS)
    waiting: ForeignRecord | None = None
    for record in records:
        if record.kind == "request" and len(record.block) <= LARGEST_REQUEST:
            requests.append(record)
        elif record.kind == "response":
            if waiting is not None:
                yield from _exchange(waiting, requests, tell)
            waiting = record
        elif record.kind not in _KNOWN:
            tell(WarcFinding(record.start, "not-read", record.kind[:80]))
    if waiting is not None:
        yield from _exchange(waiting, requests, tell)


def _exchange(
    record: ForeignRecord, requests: Iterable[ForeignRecord], tell: OnFinding
) -> Iterator[ForeignExchange]:
    stated = record.fields.get("warc-target-uri", "").strip("<>")
    uri = quote(stated, safe=_SAFE)
    if not uri.lower().startswith(("http://", "https://")):
        tell(WarcFinding(record.start, "no-web-address", stated[:80]))
        return
    if not _HTTP.match(record.fields.get("content-type", "")):
        tell(WarcFinding(record.start, "no-http", record.fields.get("content-type", "")[:80]))
        return
    moment = _moment(record.fields.get("warc-date", ""))
    if moment is None:
        tell(WarcFinding(record.start, "no-date", record.fields.get("warc-date", "")[:80]))
        return
    if uri != stated:
        tell(WarcFinding(record.start, "address-escaped", stated[:80]))
    request = _request_of(record, requests)
    found = _METHOD.match(request)
    method = found[1].decode("ascii") if found else "GET"
    _compare_payload(record, read_response(record.block, method), tell)
    yield ForeignExchange(
        record=record, uri=uri, method=method, began_at=moment, request=request,
        truncated=_truncated(record.fields.get("warc-truncated", "")),
    )  # fmt: skip


def _request_of(record: ForeignRecord, requests: Iterable[ForeignRecord]) -> bytes:
    for request in requests:
        together = request.fields.get("warc-concurrent-to", "").strip("<>")
        back = record.fields.get("warc-concurrent-to", "").strip("<>")
        if (together and together == record.record_id) or (back and back == request.record_id):
            return request.block
    return b""


def _moment(text: str) -> datetime | None:
    try:
        return parse_iso(text.strip())
    except (ValueError, OverflowError):
        return None


def _truncated(text: str) -> str:
    return text if text in TRUNCATIONS else "unspecified"


def _compare_payload(record: ForeignRecord, wire: WireResponse, tell: OnFinding) -> None:
    """Tell of a payload digest that agrees with no reading of the body.

    Tools differ: some hash the body as transferred, some without its chunks, some decoded.
    """
    stated = record.fields.get("warc-payload-digest", "")
    if not stated or record.fields.get("warc-truncated"):
        return
    readings = (record.block[wire.head_end :], wire.content, wire.body)
    answers = [digest_agrees(stated, content) for content in readings]
    if True not in answers:
        cause = "unknown-digest" if None in answers else "payload-digest-differs"
        tell(WarcFinding(record.start, cause, stated[:80]))
