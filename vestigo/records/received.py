# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of what others handed over, and of what receivers found when they verified.

They record acts, not derivations.  A received item carries 256 random bits (``salt``), so
that its id is a commitment: whoever sees the id alone cannot find a short content by trying.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from vestigo.records.base import Record, register

RECEIPT_STATUSES = ("ok", "FAILED", "NOT CHECKED")


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedItem(Record):
    """One file as it was handed over (origin ``received``).

    ``from_whom`` and ``act`` are what the unit wrote; ``file_name`` is the name as given,
    harmless marks escaped; ``given_hashes`` are ``algorithm:hex`` that came with the file
    and were compared (empty: none came with it); ``person`` is who filed it.
    """

    KIND: ClassVar[str] = "received_item"

    from_whom: str
    act: str
    received_at: datetime
    file_name: str
    media_type: str
    n_bytes: int
    sha256: str
    sha512: str
    given_hashes: tuple[str, ...]
    person: str
    salt: str


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedCapture(Record):
    """A capture that was read out of a WARC file that somebody else made.

    ``start`` and ``end`` say where the content block of the original response stands in the
    uncompressed received file; secrets in it are masked in our archive as in every capture.
    """

    KIND: ClassVar[str] = "received_capture"

    item_id: str
    capture_id: str
    original_record: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFinding:
    """One line of a receiver's verification; ``status`` is one of ``RECEIPT_STATUSES``."""

    status: str
    check: str
    detail: str


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReceipt(Record):
    """What a receiver of a bundle found, as the file ``item_id`` says.

    ``statement_sha256`` names the bundle (of ours) that was verified; ``tool`` is
    ``verify.sh``, ``verify.py`` or ``vestigo``; ``exit_code`` is 0, 3 or 4.
    """

    KIND: ClassVar[str] = "verification_receipt"

    item_id: str
    statement_sha256: str
    bundle: str
    checkpoint: int
    tool: str
    exit_code: int
    from_whom: str
    findings: tuple[ReceiptFinding, ...]


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Record):
    """Until which day what an authorization allowed to collect may be kept."""

    KIND: ClassVar[str] = "retention"

    authorization_id: str
    retain_until: date
    reference: str
