# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fields of a record as rows: what was read, beside the words on the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vestigo.evidence.bundle.documents.quoting import Surroundings
from vestigo.evidence.bundle.thirds import MASK, is_third
from vestigo.evidence.report.blocks import Cell, mono
from vestigo.evidence.report.writing import unknown
from vestigo.evidence.words import field_words
from vestigo.i18n import _

ABOUT = frozenset(
    {"kind", "schema", "sources", "method", "confidence", "observed_at", "spans", "span",
     "subject", "party", "pgp_blocks", "market"}
)  # fmt: skip
_STEMS = {"price_amount": "price", "price_currency": "price", "profile_text": "profile",
          "vendor_handle": "vendor"}  # fmt: skip
ORDER = ("title", "handle", "vendor", "price", "category", "ships_from", "ships_to", "description",
         "profile", "buyer_handle", "rating", "text")  # fmt: skip
Row = tuple[Cell, Cell, Cell]


def field_rows(body: dict[str, Any], page: Surroundings) -> Iterator[Row]:
    """Yield (field, value, words on the page) of a record that names a span for each field."""
    quoted = set()
    for item in sorted(body["spans"], key=_rank):
        name, span = item["field"], item["span"]
        hidden = is_third(name) or body.get("party") == "third"
        quoted |= {name, name.split(".")[0]}
        read = body.get(name)  # as the record has it, where it is one text; else as on the page
        value = MASK if hidden else page.seen(read if isinstance(read, str) else span["text"])
        yield field_words(name), value, page.quoted(span, hidden=hidden)
    for name, value in sorted(body.items()):
        if name in ABOUT or {name, _STEMS.get(name, name)} & quoted or value in ("", []):
            continue
        yield field_words(name), _value(name, value, page), "–"


def _rank(item: dict[str, Any]) -> tuple[int, str]:
    stem = item["field"].split(".")[0]
    return (ORDER.index(stem) if stem in ORDER else len(ORDER)), item["field"]


def value_rows(body: dict[str, Any], page: Surroundings) -> Iterator[tuple[str, Cell]]:
    """Yield (field, value) of a record without spans, under the names of its fields."""
    for name, value in sorted(body.items()):
        if name not in ABOUT and value not in ("", []):
            yield name, mono(_value(name, value, page))


def _value(name: str, value: Any, page: Surroundings) -> str:
    if value is None:
        return unknown()
    return MASK if is_third(name) else page.seen(_text(value))


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " > ".join(_text(item) for item in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(item)}" for key, item in sorted(value.items()))
    return str(value)
