# SPDX-License-Identifier: AGPL-3.0-or-later
"""One event of the custody log and its canonical line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from vestigo.clock import iso, parse_iso
from vestigo.records.canonical import canonical_json

STEPS = (
    "recognition", "isolation", "fixation", "collection", "packing",
    "transport", "receipt", "processing", "storage", "disposal",
)  # fmt: skip
ACTIONS = (
    *STEPS, "access", "copy", "export", "verify", "redact", "disclose", "unmask",
    "quarantine", "fail",
)  # fmt: skip
ZERO = "0" * 64
SCHEMA = 1


class CustodyHead(NamedTuple):
    """How many events there are and the SHA-256 of the last line."""

    n_events: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyEvent:
    """One line of the log; ``id`` counts from 1; times are UTC.

    ``salt`` (256 random bits, hex) makes the digest of the line a commitment: where a
    disclosed copy leaves an event out, its digest gives nothing of it away.
    """

    id: int
    at: datetime
    actor: str
    role: str
    action: str
    object_sha256: str
    exhibit: str
    reason: str
    authorization_id: str
    details: Mapping[str, str]
    software: str
    machine_id: str
    previous_sha256: str
    salt: str = ""

    def body(self) -> dict[str, Any]:
        """Return the plain body that the line holds."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "at": iso(self.at),
            "actor": self.actor,
            "role": self.role,
            "action": self.action,
            "object_sha256": self.object_sha256,
            "exhibit": self.exhibit,
            "reason": self.reason,
            "authorization_id": self.authorization_id,
            "details": dict(self.details),
            "software": self.software,
            "machine_id": self.machine_id,
            "previous_sha256": self.previous_sha256,
            **({"salt": self.salt} if self.salt else {}),
        }

    def line(self) -> bytes:
        """Return the canonical JSON of the event, without a line feed."""
        return canonical_json(self.body())

    @property
    def sha256(self) -> str:
        """Return the digest of the line: the next event names it."""
        return hashlib.sha256(self.line()).hexdigest()


def parse_event(line: bytes) -> CustodyEvent:
    """Return the event that ``line`` holds; ``ValueError`` where it is none.

    A line that is not in canonical form is refused, so that one event has one line.
    """
    try:
        body = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deep for an event") from error
    if not isinstance(body, dict) or body.pop("schema", None) != SCHEMA:
        raise ValueError("not an event of this schema")
    try:
        event = CustodyEvent(**{**body, "at": parse_iso(body["at"])})
        canonical = event.line()
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an event: {error}") from error
    if canonical != line:
        raise ValueError("not in canonical form")
    return event


def well_formed(text: str) -> str:
    """Return ``text`` with lone surrogates escaped: UTF-8 cannot hold them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
