# SPDX-License-Identifier: AGPL-3.0-or-later
"""The WARC archive: wire bytes in, captures out, secrets sealed apart."""

from vestigo.evidence.warc.archive import WarcArchive
from vestigo.evidence.warc.exchange import ArchivedExchange, ClosedSegment, Exchange
from vestigo.evidence.warc.reader import (
    broken_segments,
    iter_captures,
    iter_labelled,
    read_exchange,
    segment_paths,
)
from vestigo.evidence.warc.sealed import SealedRecord, iter_sealed, open_sealed
from vestigo.evidence.warc.segment import describe_segment
from vestigo.evidence.warc.wire import WireResponse, read_response

__all__ = [
    "ArchivedExchange", "ClosedSegment", "Exchange", "SealedRecord", "WarcArchive",
    "WireResponse", "broken_segments", "describe_segment", "iter_captures", "iter_labelled",
    "iter_sealed", "open_sealed", "read_exchange", "read_response", "segment_paths",
]  # fmt: skip
