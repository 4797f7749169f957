# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record of what is known of an address under which a market shows itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from vestigo.records.base import Derived, register

MIRROR_STATUSES = (
    "signed-current", "signed-stale", "signed-unclear", "unsigned", "phishing-suspect",
)  # fmt: skip


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorVerdict(Derived):
    """Whether the holder of a market's key called ``host`` the market's own.

    ``status`` is out of ``MIRROR_STATUSES``, as of ``observed_at`` (the last capture that the
    verdict rests on); ``reason`` is a stable word; ``key_fingerprint`` and ``signed_at`` are
    those of the message that decided ("" and None where none did); ``key_origin`` says how
    the unit came to the key, in the words of the person who trusted it.
    """

    KIND: ClassVar[str] = "mirror_verdict"

    market: str
    host: str
    status: str
    reason: str
    key_fingerprint: str
    key_origin: str
    signed_at: datetime | None
