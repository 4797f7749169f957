# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a page is kept: ``[collect]`` and ``[never]`` of a profile, by kind of page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from crawler.market.fields import FeedbackFields, ListingFields, PageReading, VendorFields

LISTING = (
    "title", "description", "vendor", "category", "price", "ships_from", "ships_to",
    "feedback_count", "listed_on", "stock",
)  # fmt: skip
VENDOR = ("handle", "profile", "pgp")
FEEDBACK = ("text", "rating", "buyer", "vendor", "age", "given_on", "price")
_OF_FEEDBACK = tuple(f"feedback.{name}" for name in FEEDBACK)
KEEPABLE = (*LISTING, *VENDOR, "also", "links", "pictures", "feedback", *_OF_FEEDBACK)

_NUMBER = re.compile(r"\.[0-9]+(?=\.|$)")
_EMPTY: dict[str, Any] = {
    "title": "", "description": "", "category": (), "price": (), "handle": "", "profile": "",
    "pgp": (), "text": "",
}  # fmt: skip
_ATTRIBUTE = {"price": "prices", "profile": "profile_text", "pgp": "pgp_blocks"}


@dataclass(frozen=True, slots=True)
class KeepRule:
    """Names of fields by kind of page; a kind that ``collect`` lacks keeps everything."""

    collect: Mapping[str, frozenset[str]] = field(default_factory=dict)
    never: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def keeps(self, kind: str, name: str) -> bool:
        """Return whether a field of a page of that kind is kept."""
        names = {name, name.partition(".")[0]}
        wanted = self.collect.get(kind)
        return not names & self.never.get(kind, frozenset()) and (
            wanted is None or bool(names & wanted)
        )


def kept(rule: KeepRule, reading: PageReading) -> PageReading:
    """Return the reading without what the profile does not collect of its kind of page."""
    kind = reading.kind
    if kind not in rule.collect and kind not in rule.never:
        return reading
    dropped = {name for name in KEEPABLE if not rule.keeps(kind, name)}
    feedback = (
        () if "feedback" in dropped else tuple(_feedback(one, dropped) for one in reading.feedback)
    )
    return replace(
        reading,
        listing=_listing(reading.listing, dropped) if reading.listing else None,
        vendor=_vendor(reading.vendor, dropped) if reading.vendor else None,
        feedback=feedback,
        links=() if "links" in dropped else reading.links,
        pictures=() if "pictures" in dropped else reading.pictures,
        texts={name: text for name, text in reading.texts.items() if _name(name) not in dropped},
    )


def _name(text_name: str) -> str:
    plain = _NUMBER.sub("", text_name)
    return "also" if plain.startswith("also.") else plain


def _emptied(names: tuple[str, ...], dropped: set[str]) -> dict[str, Any]:
    return {_ATTRIBUTE.get(name, name): _EMPTY.get(name) for name in names if name in dropped}


def _listing(listing: ListingFields, dropped: set[str]) -> ListingFields:
    return replace(listing, **_emptied(LISTING, dropped))


def _vendor(vendor: VendorFields, dropped: set[str]) -> VendorFields:
    return replace(vendor, **_emptied(VENDOR, dropped))


def _feedback(row: FeedbackFields, dropped: set[str]) -> FeedbackFields:
    gone = [name for name in FEEDBACK if f"feedback.{name}" in dropped]
    empty: dict[str, Any] = {name: "" if name == "text" else None for name in gone}
    return replace(row, **empty)
