# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines of JSON: events of the custody log, and records of the ledger.

Where a line says ``@PREVIOUS@``, the digest of the line before it is put, so that bytes get past
the chain.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from vestigo.errors import VestigoError
from vestigo.evidence.custody_reading import verified_head
from vestigo.evidence.stranger import verify
from vestigo.pipeline.fuzzing.agreeing import agree, bag_of
from vestigo.records import RECORD_TYPES, record_from_body
from vestigo.records.canonical import canonical_json

_LOG = "data/custody/events.jsonl"
_PREVIOUS = b"@PREVIOUS@"


def run(data: bytes, folder: Path) -> None:
    """Read ``data`` as a custody log, and each of its lines as a record."""
    _log(_chained(data), folder)
    for line in data.split(b"\n")[:8]:
        _record(line)


def _chained(data: bytes) -> bytes:
    lines, previous = [], verify.ZERO.encode("ascii")
    for line in data.split(b"\n"):
        lines.append(line.replace(_PREVIOUS, previous))
        previous = hashlib.sha256(lines[-1]).hexdigest().encode("ascii")
    return b"\n".join(lines)


def _log(data: bytes, folder: Path) -> None:
    bag = bag_of(folder, {_LOG: data})
    check = verify.Check(bag, "custody")
    try:
        head = verified_head(folder / _LOG)
    except VestigoError:
        head = None
    try:
        verify.check_custody(bag, check)
    except verify.UNREADABLE:  # there is no checkpoint: it ends so behind the last line
        check.skip("no checkpoint")
    if head is not None and data.endswith(b"\n"):
        agree("events", (head.n_events, 0), (len(bag.events), check.n_faults))


def _record(line: bytes) -> None:
    try:
        value, exact = verify.read_canonical(line)
    except verify.UNREADABLE:
        return
    if not exact:
        return
    agree("canonical", _canonical(value), line)
    if isinstance(value, dict) and str(value.get("kind")) in RECORD_TYPES:
        _known_record(value, line)


def _canonical(value: object) -> bytes:
    try:
        return canonical_json(value)
    except ValueError as error:  # a number that other readers would round
        if "keeps exactly" in str(error):
            return verify.canonical(value)
        raise


def _known_record(body: dict[str, object], line: bytes) -> None:
    try:
        record = record_from_body(body)
    except (VestigoError, *verify.UNREADABLE, ArithmeticError):
        return
    if record.body() == body:
        agree("record", record.record_id, hashlib.sha256(line).hexdigest())


def seeds() -> list[bytes]:
    """Return a log of two events, and a record."""
    event = {
        "schema": 1, "id": 1, "at": "2026-01-02T03:04:05Z", "actor": "a", "role": "r",
        "action": "storage", "object_sha256": "", "exhibit": "", "reason": "invented",
        "authorization_id": "", "details": {"n": "1"}, "software": "s", "machine_id": "m",
        "previous_sha256": _PREVIOUS.decode("ascii"),
    }  # fmt: skip
    first, second = canonical_json(event), canonical_json({**event, "id": 2})
    return [
        first + b"\n" + second + b"\n",
        json.dumps(event).encode("utf-8") + b"\n",
        canonical_json(
            {"kind": "retraction", "schema": 1, "retracts": verify.ZERO, "é": [1, None]}
        ),
    ]
