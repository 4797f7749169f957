# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody wants to withhold: exhibits, or one field of every record of a kind."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import NamedTuple

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.records import RECORD_TYPES

EXHIBIT = re.compile(r"[0-9]{4,9}|R[0-9]{4,9}")
# without these nobody could tell what a record is, or what it rests on
KEPT = frozenset({"sources", "method", "confidence", "observed_at", "spans", "span", "salt"})


class FieldName(NamedTuple):
    """One field of one kind of record."""

    kind: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Numbers of exhibits (0002, R0001), fields, why, and who decides it."""

    exhibits: frozenset[str]
    fields: frozenset[FieldName]
    reason: str
    person: str


def read_field(text: str) -> FieldName:
    """Return the field that ``KIND.FIELD`` names; ``UsageError`` E-EVI-210 where it is none."""
    kind, _dot, name = text.partition(".")
    cls = RECORD_TYPES.get(kind)
    if cls is None or name in KEPT or name not in {one.name for one in fields(cls)}:
        raise UsageError(
            "E-EVI-210",
            _("This is no field of a record that can be withheld."),
            where=ascii(text[:80]),
            remedy=_("Give KIND.FIELD, for instance feedback.buyer_handle."),
        )
    return FieldName(kind, name)


def read_exhibit(text: str) -> str:
    """Return the number of an exhibit as given; ``UsageError`` E-EVI-210 where it is none."""
    if not EXHIBIT.fullmatch(text):
        raise UsageError(
            "E-EVI-210",
            _("This is no number of an exhibit."),
            where=ascii(text[:80]),
            remedy=_("Give it as the index of the bundle does: 0002, or R0001."),
        )
    return text
