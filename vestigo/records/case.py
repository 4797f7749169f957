# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records about the case itself: who may do what, what ran, what was judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from vestigo.records.base import Record, register

ACTS = ("view", "search", "login", "fetch_image", "screenshot", "run_scripts", "ask_chain")
DATA_CLASSES = (
    "listing",
    "vendor_profile",
    "feedback",
    "buyer_profile",
    "message",
    "order",
    "chain",
)


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization(Record):
    """What a court or authority allowed: immutable, amended only by a new one.

    ``hosts`` are ``host:port`` or ``host`` (every port); ``acts`` are out of ``ACTS``;
    ``data_classes`` out of ``DATA_CLASSES``; ``legal_basis`` is what the unit wrote,
    never a text of ours; ``order_sha256`` is the digest of the scanned order or "".
    """

    KIND: ClassVar[str] = "authorization"

    issuing_body: str
    reference: str
    legal_basis: str
    authorization_kind: str
    order_sha256: str
    persons: tuple[str, ...]
    hosts: tuple[str, ...]
    accounts: tuple[str, ...]
    acts: tuple[str, ...]
    data_classes: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    amends: str | None


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Record):
    """One run of a stage: what software with which settings over which input."""

    KIND: ClassVar[str] = "run"

    stage: str
    package_version: str
    settings_sha256: str
    inputs_sha256: str
    started_at: datetime


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement(Record):
    """A named person's reversible decision about a stable subject.

    ``subject`` is a stable key (market + handle, address, capture + span);
    ``verdict`` e.g. ``same``, ``different``, ``unsure``, ``confirmed``, ``rejected``.
    """

    KIND: ClassVar[str] = "judgement"

    subject: str
    seen_record_id: str
    verdict: str
    person: str
    reason: str
    judged_at: datetime


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction(Record):
    """The record ``retracts`` no longer holds; projections leave it out."""

    KIND: ClassVar[str] = "retraction"

    retracts: str
    reason: str
    person: str
    retracted_at: datetime
