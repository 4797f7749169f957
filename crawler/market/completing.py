# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a page once its fields were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crawler.market.classifying import OTHER
from crawler.market.extracting import Extraction
from crawler.market.fields import PageReading
from crawler.market.profile import ListingRule, VendorRule


def finished(
    reading: PageReading, extraction: Extraction, rule: ListingRule | VendorRule
) -> PageReading:
    """Return the reading with what failed and what is left over; a half page is no page."""
    extraction.require(rule.must_have, rule.whole)
    failed = (*reading.failed_assertions, *extraction.failed)
    if extraction.incomplete:
        return replace(
            reading, kind=OTHER, listing=None, vendor=None, feedback=(), failed_assertions=failed
        )
    leftovers = (*extraction.leftovers(rule.regions, rule.ignore), *reading.leftovers)
    return replace(reading, failed_assertions=failed, leftovers=leftovers, texts=extraction.texts)


def first(values: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    """Return the first text under a name, None where there is none."""
    found = values.get(name, ())
    return found[0] if found else None
