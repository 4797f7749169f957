# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting what a set of pages gave, and the profile's bounds on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from crawler.market.fields import PageReading
from crawler.market.profile import Assertion

_LISTING_FIELDS = (
    "key", "title", "description", "vendor", "category", "prices", "ships_from", "ships_to",
    "feedback_count", "listed_on", "stock",
)  # fmt: skip

COUNTED = (
    "pages",
    "truncated",
    "listing",
    "vendor",
    "category",
    "feedback",
    *(f"listing.{name}" for name in _LISTING_FIELDS),
    "vendor.profile",
    "vendor.pgp",
)


ENOUGH = 20  # pages, before a share of a set that grows is judged


class Tally:
    """How many pages, listings and fields a set of readings gave; ``counts`` are those so far."""

    def __init__(self, counts: Mapping[str, int] | None = None) -> None:
        self.counts: Counter[str] = Counter(counts or {})
        self.kinds: Counter[str] = Counter()
        self.vendors: set[str] = set()

    def add(self, reading: PageReading) -> None:
        """Count one page."""
        self.kinds[reading.kind] += 1
        names = ["pages"] + (["truncated"] if reading.truncated else [])
        if reading.kind in COUNTED:
            names.append(reading.kind)
        if reading.listing is not None:
            listing = reading.listing
            names += [
                f"listing.{name}"
                for name in _LISTING_FIELDS
                if getattr(listing, name) not in (None, "", ())
            ]
            self.vendors |= {listing.vendor} if listing.vendor else set()
        if reading.vendor is not None:
            names += ["vendor.profile"] if reading.vendor.profile_text else []
            names += ["vendor.pgp"] if reading.vendor.pgp_blocks else []
            self.vendors.add(reading.vendor.handle)
        self.counts.update(names)
        self.counts["feedback"] += len(reading.feedback)

    def failures(self, assertions: Sequence[Assertion]) -> list[str]:
        """Return a short English message for each assertion that does not hold."""
        return [message for item in assertions if (message := self._failure(item))]

    def failures_so_far(self, assertions: Sequence[Assertion]) -> list[str]:
        """Return those of ``failures`` that further pages of the set hardly undo.

        That is more than a maximum, and a share of at least ``ENOUGH`` pages.
        """
        decided = [
            item
            for item in assertions
            if (self.counts[item.share_of] >= ENOUGH if item.share_of else item.min is None)
        ]
        above = [
            replace(item, min=None)
            for item in assertions
            if not item.share_of and None not in (item.min, item.max)
        ]
        return self.failures([*decided, *above])

    def _failure(self, assertion: Assertion) -> str:
        value = Decimal(self.counts[assertion.count])
        name = assertion.count
        if assertion.share_of:
            whole = self.counts[assertion.share_of]
            if not whole:
                return ""
            value, name = value / whole, f"{name} as a share of {assertion.share_of}"
        shown = f"{value:.4f}" if assertion.share_of else f"{value:f}"
        if assertion.min is not None and value < assertion.min:
            return f"{name}: {shown} is less than {assertion.min:f}"
        if assertion.max is not None and value > assertion.max:
            return f"{name}: {shown} is more than {assertion.max:f}"
        return ""
