# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every record is: frozen, named by its content, citing its sources."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, ClassVar, NamedTuple, TypeVar

from vestigo.records.codec import from_plain, plain_fields
from vestigo.records.writing import writer_of

FOUR_PLACES = Decimal("0.0001")
CERTAIN = Decimal("1.0000")
_CONSTANTS = ("KIND", "SCHEMA")

RECORD_TYPES: dict[str, type[Record]] = {}

R = TypeVar("R", bound="type[Record]")


def probability(value: Decimal | str | int) -> Decimal:
    """Return ``value`` as a Decimal between 0 and 1 with four places (half to even)."""
    rounded = Decimal(value).quantize(FOUR_PLACES, rounding=ROUND_HALF_EVEN)
    if not 0 <= rounded <= 1:
        raise ValueError(f"{value} is no probability")
    return rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The versioned rule that made a record, e.g. ``ledger.multi_input.v1``.

    ``settings_sha256`` is the digest of the settings (and lexicon, profile, rates)
    that the rule read, so that the record can be made again.
    """

    rule: str
    settings_sha256: str

    def __post_init__(self) -> None:
        if not self.rule.rpartition(".v")[2].isdigit():
            raise ValueError(f"the rule name {self.rule!r} carries no version")


class _Named:
    """Room for the id of a record, which is computed once."""

    __slots__ = ("_id",)
    _id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(_Named):
    """A statement whose id is the SHA-256 of its canonical JSON."""

    KIND: ClassVar[str] = ""
    SCHEMA: ClassVar[int] = 1
    LATER: ClassVar[frozenset[str]] = frozenset()

    def body(self) -> dict[str, Any]:
        """Return the plain body: ``kind``, ``schema`` and every field.

        Fields of ``LATER`` came after records were made without them: where they are None
        they are left out, so that such a record keeps its id.
        """
        return {"kind": self.KIND, "schema": self.SCHEMA, **plain_fields(self)}

    @property
    def record_id(self) -> str:
        """Return the content id (lower hex SHA-256)."""
        try:
            return self._id
        except AttributeError:
            return self.written().record_id

    def canonical(self) -> bytes:
        """Return the canonical JSON of the body, whose SHA-256 is the id."""
        cls: Any = type(self)
        return writer_of(cls, _CONSTANTS)(self).encode("utf-8")

    def written(self) -> WrittenRecord:
        """Return the record as the ledger keeps it; its id is known from then on."""
        written = WrittenRecord.of(type(self), self.canonical())
        object.__setattr__(self, "_id", written.record_id)
        return written


class WrittenRecord(NamedTuple):
    """A record as the ledger keeps it: its canonical JSON, under the digest of that."""

    record_id: str
    kind: str
    schema: int
    body: bytes

    @classmethod
    def of(cls, kind: type[Record], body: bytes) -> WrittenRecord:
        """Return the record of a class whose canonical JSON this is."""
        return cls(hashlib.sha256(body).hexdigest(), kind.KIND, kind.SCHEMA, body)

    def record(self) -> Record:
        """Return what is written; raises as ``record_from_body``."""
        return record_from_body(json.loads(self.body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Record):
    """A record made from captured bytes or raw transactions by a named rule.

    ``sources`` are the record or capture ids it rests on (never empty);
    ``confidence`` is a probability; ``observed_at`` comes from the capture or
    block, never from the wall clock.
    """

    sources: tuple[str, ...]
    method: Method
    confidence: Decimal
    observed_at: datetime | None

    def __post_init__(self) -> None:
        if not self.sources:
            raise ValueError(f"a {self.KIND} record without a source")
        if not self.confidence.same_quantum(FOUR_PLACES) or not 0 <= self.confidence <= 1:
            raise ValueError("a confidence has exactly four places: use probability()")


def register(cls: R) -> R:
    """Make a record class known by its ``KIND`` (a class decorator)."""
    if not cls.KIND or cls.KIND in RECORD_TYPES:
        raise ValueError(f"the record kind {cls.KIND!r} is empty or taken")
    RECORD_TYPES[cls.KIND] = cls
    return cls


def record_from_body(body: dict[str, Any]) -> Record:
    """Return the record that ``Record.body`` described.

    Raises ``KeyError`` for a kind or field that is not known, ``ValueError`` for a
    schema version that this release does not read.
    """
    values = dict(body)
    cls = RECORD_TYPES[str(values.pop("kind"))]  # a list is no key either
    if values.pop("schema") != cls.SCHEMA:
        raise ValueError(f"{cls.KIND}: this release reads schema {cls.SCHEMA} only")
    return from_plain(cls, dict.fromkeys(cls.LATER) | values)
