# SPDX-License-Identifier: AGPL-3.0-or-later
"""The range's own time: it never asks what day it really is.

The story runs for ten weeks of 2024; the market is looked at two days after the
last block, and that moment is the HTTP ``Date`` of every answer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

GENESIS_AT = datetime(2024, 8, 26, tzinfo=UTC)
STORY_BEGINS_AT = datetime(2024, 9, 2, tzinfo=UTC)
LAST_ORDER_AT = datetime(2024, 10, 20, tzinfo=UTC)
STORY_ENDS_AT = datetime(2024, 11, 17, tzinfo=UTC)
SEEN_AT = datetime(2024, 11, 19, 9, 30, tzinfo=UTC)
KEYS_MADE_AT = datetime(2024, 7, 1, 12, 0, tzinfo=UTC)

SLOT = timedelta(hours=3)


def range_clock() -> datetime:
    """Return the moment at which the market is looked at; it does not move."""
    return SEEN_AT


def http_date(moment: datetime = SEEN_AT) -> str:
    """Return the ``Date`` header of every answer of a pass (RFC 9110)."""
    return format_datetime(moment, usegmt=True)


def slot_of(moment: datetime) -> datetime:
    """Return the time of the block that takes in what was sent at ``moment``."""
    slots = -((GENESIS_AT - moment) // SLOT)
    return GENESIS_AT + slots * SLOT
