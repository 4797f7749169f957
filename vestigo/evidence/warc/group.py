# SPDX-License-Identifier: AGPL-3.0-or-later
"""The records of one exchange: response, request, metadata, and what is sealed.

The three stand beside each other in one file, in this order; the metadata record
closes the group: a group without it is torn.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from vestigo.clock import iso
from vestigo.evidence.warc.exchange import Exchange
from vestigo.evidence.warc.masking import (
    Range,
    masked,
    secret_ranges_of_request,
    secret_ranges_of_response,
)
from vestigo.evidence.warc.record import Headers, Place, WarcRecord, build_record
from vestigo.evidence.warc.sealed import SealedRecord, commitment, new_salt, seal
from vestigo.evidence.warc.wire import WireResponse
from vestigo.records import Capture, canonical_json

METADATA_FORMAT = "vestigo-capture/1"
HTTP_RESPONSE = "application/http;msgtype=response"
HTTP_REQUEST = "application/http;msgtype=request"
REJECTED = "application/octet-stream"
REJECTED_BY_PARSER = "rejected-by-parser"


@dataclass(frozen=True, slots=True)
class Group:
    """One exchange ready to be written; ``sealed`` is a line for the sealed file or b""."""

    capture: Capture
    members: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class _Blocks:
    request: bytes
    response: bytes
    secrets: dict[str, tuple[list[Range], bytes]]


def build_group(exchange: Exchange, place: Place, seal_key: bytes | None, sealed: str) -> Group:
    """Return the records of ``exchange`` at ``place``; ``sealed`` names the sealed file."""
    wire = exchange.wire
    blocks = _mask(exchange, wire)
    response = _response_record(exchange, wire, blocks.response, place)
    request = _request_record(exchange, blocks.request, place, response)
    capture = _capture(exchange, wire, response.sha256, place)
    secrets, line = _secrets(blocks, capture.capture_id, seal_key, sealed)
    body = _metadata(exchange, wire, capture, response, request, secrets)
    metadata = build_record(
        "metadata",
        canonical_json(body),
        place,
        exchange.began_at,
        "application/json",
        [
            ("WARC-Target-URI", exchange.uri),
            ("WARC-Refers-To", f"<{response.record_id}>"),
            ("WARC-Concurrent-To", f"<{response.record_id}>"),
        ],
    )
    members = b"".join(record.compressed() for record in (response, request, metadata))
    return Group(capture, members, line)


def _mask(exchange: Exchange, wire: WireResponse) -> _Blocks:
    secrets: dict[str, tuple[list[Range], bytes]] = {}
    found = secret_ranges_of_request(exchange.request, secret_body=exchange.secret_request_body)
    if found:
        secrets["request"] = (found, exchange.request)
    in_response = secret_ranges_of_response(exchange.response, wire.head_end, wire.tail_start)
    if in_response:
        secrets["response"] = (in_response, exchange.response)
    return _Blocks(masked(exchange.request, found), masked(exchange.response, in_response), secrets)


def _response_record(
    exchange: Exchange, wire: WireResponse, block: bytes, place: Place
) -> WarcRecord:
    more: Headers = [("WARC-Target-URI", exchange.uri)]
    if exchange.truncated:
        more.append(("WARC-Truncated", exchange.truncated))
    rejected = bool(wire.framing or exchange.problem or exchange.truncated)
    content_type = REJECTED if rejected else HTTP_RESPONSE
    return build_record("response", block, place, exchange.began_at, content_type, more)


def _request_record(
    exchange: Exchange, block: bytes, place: Place, response: WarcRecord
) -> WarcRecord:
    more = [
        ("WARC-Target-URI", exchange.uri),
        ("WARC-Concurrent-To", f"<{response.record_id}>"),
    ]
    return build_record("request", block, place, exchange.began_at, HTTP_REQUEST, more)


def _capture(exchange: Exchange, wire: WireResponse, capture_id: str, place: Place) -> Capture:
    return Capture(
        capture_id=capture_id,
        uri=exchange.uri,
        request_method=exchange.method,
        status=wire.status,
        media_type=wire.media_type,
        charset=wire.charset,
        content_sha256=hashlib.sha256(wire.body).hexdigest(),
        n_body_bytes=len(wire.body),
        observed_at=exchange.began_at,
        authorization_id=exchange.authorization_id,
        account=exchange.account,
        warc_name=place.segment,
        warc_offset=place.offset,
        problem="; ".join(_spoiled(exchange, wire)),
    )


def _spoiled(exchange: Exchange, wire: WireResponse) -> list[str]:
    """Return why the body is incomplete or in doubt.

    A live parser's complaint counts unless our own reading finds the body whole: what it
    complained of (a header, a status line) took nothing from it.
    """
    explained = exchange.problem == REJECTED_BY_PARSER and not (wire.spoiled or exchange.truncated)
    live = [] if explained or not exchange.problem else [exchange.problem]
    return [*live, *wire.spoiled]


def _secrets(
    blocks: _Blocks, capture_id: str, seal_key: bytes | None, sealed: str
) -> tuple[dict[str, Any], bytes]:
    """Return what the metadata record says of secrets, and the sealed line."""
    if not blocks.secrets:
        return {"kept": "none", "sealed_file": None, "masked": []}, b""
    records: dict[str, SealedRecord] = {}
    listed: list[dict[str, Any]] = []
    for name, (ranges, block) in sorted(blocks.secrets.items()):
        salt = new_salt()
        records[name] = SealedRecord(salt, block)
        hmac_sha256 = commitment(salt, block) if seal_key else None
        plain_ranges = [list(pair) for pair in ranges]
        listed.append({"record": name, "ranges": plain_ranges, "hmac_sha256": hmac_sha256})
    if seal_key is None:
        return {"kept": "dropped", "sealed_file": None, "masked": listed}, b""
    line = seal(seal_key, capture_id, records)
    return {"kept": "sealed", "sealed_file": sealed, "masked": listed}, line


def _metadata(
    exchange: Exchange,
    wire: WireResponse,
    capture: Capture,
    response: WarcRecord,
    request: WarcRecord,
    secrets: dict[str, Any],
) -> dict[str, Any]:
    """Return the body of the metadata record: the capture, less its place, and more."""
    return {
        "format": METADATA_FORMAT,
        "capture_id": capture.capture_id,
        "uri": capture.uri,
        "request_method": capture.request_method,
        "status": capture.status,
        "media_type": capture.media_type,
        "charset": capture.charset,
        "content_sha256": capture.content_sha256,
        "n_body_bytes": capture.n_body_bytes,
        "observed_at": iso(capture.observed_at),
        "authorization_id": capture.authorization_id,
        "account": capture.account,
        "problem": capture.problem,
        "parser_problem": exchange.problem,
        "framing_problems": list(wire.framing),
        "coding_problems": list(wire.coding),
        "truncated": exchange.truncated,
        "label": exchange.label,
        "response_record": response.record_id,
        "request_record": request.record_id,
        "secrets": secrets,
        "withheld": asdict(exchange.withheld) if exchange.withheld else None,
    }


def warcinfo(place: Place, moment: datetime, software: str) -> bytes:
    """Return the compressed warcinfo record that begins every file."""
    fields = (
        f"software: {software}\r\nformat: WARC File Format 1.1\r\n"
        "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/"
        "warc-1.1/\r\n"
    )
    record = build_record(
        "warcinfo",
        fields.encode("utf-8"),
        place,
        moment,
        "application/warc-fields",
        [("WARC-Filename", place.segment)],
    )
    return record.compressed()
