# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a profile gave on a set of pages, field by field, and what it left unused."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from crawler.market.charset import decode_body
from crawler.market.document import parse_document
from crawler.market.fields import PageReading
from crawler.market.guessing.sight import Sight
from crawler.market.seeing import NOT_THE_LISTING
from vestigo.records.text import SourcedText

MOST_EXAMPLES = 3
LONGEST_EXAMPLE = 48
MOST_FAILURES = 3
LISTED = ("title", "price", "vendor", "category", "ships_from", "ships_to")
_NUMBER = re.compile(r"\.[0-9]+(?=\.|$)")
_FIELD = re.compile(r"(?P<name>[a-z][a-z_]*(?:\.[a-z0-9_]+)*): (?P<what>.+)", re.DOTALL)
_NO_FIELD = frozenset({"page", "charset", "kind", "document", "file"})
_THIRD_PERSONS = frozenset({"feedback.buyer"})
_UNSHOWN = frozenset({"feedback.text", "pgp", "pgp_place"})


@dataclass(slots=True)
class FieldReport:
    """One field over all pages: where it stands, was read, its values, what failed."""

    n_pages: int = 0
    n_read: int = 0
    values: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    n_failed: int = 0


class Report:
    """What each field gave over a set of pages, and the labels that no field used."""

    def __init__(self) -> None:
        self.fields: dict[str, FieldReport] = {}
        self.unused: Counter[str] = Counter()
        self.unused_examples: dict[str, str] = {}

    def add(self, page: str, reading: PageReading, body: bytes = b"") -> None:
        """Add one page; ``body`` is looked through for labels that nobody used."""
        values = _values(reading)
        failed = _failures(reading)
        for name in sorted({*values, *failed}):
            one = self.fields.setdefault(name, FieldReport())
            one.n_pages += 1
            one.n_read += name in values
            for value in values.get(name, ()):
                one.values[value] += 1
                shown = example_of(name, value)
                if shown and shown not in one.examples and len(one.examples) < MOST_EXAMPLES:
                    one.examples.append(shown)
            one.n_failed += len(failed.get(name, ()))
            one.failed += [f"{page}: {what}" for what in failed.get(name, ())]
            del one.failed[MOST_FAILURES:]
        if body and reading.listing is not None:
            self._unused_labels(reading, body)

    def rows(self) -> list[tuple[str, FieldReport]]:
        """Return the fields in their order: those of a listing first."""
        return sorted(self.fields.items(), key=lambda item: (_order(item[0]), item[0]))

    def _unused_labels(self, reading: PageReading, body: bytes) -> None:
        """Count labels whose value no field of the profile took."""
        sight = Sight(parse_document(decode_body(body)))
        used = {
            byte
            for text in reading.texts.values()
            for piece in text.pieces
            for byte in range(piece.byte_start, piece.byte_end)
        }
        for label in sight.labels:
            zones = sight.view.zones(label.at.holder)
            if not label.value or not label.label or zones & (NOT_THE_LISTING | {"frame"}):
                continue
            value = sight.view.sourced(label.value)
            if not any(piece.byte_start in used for piece in value.pieces):
                self.unused[label.label] += 1
                self.unused_examples.setdefault(label.label, example_of("", value.text))


def _values(reading: PageReading) -> dict[str, list[str]]:
    """Return the values of each field of a page; the steps of a path are one value."""
    found: dict[str, list[str]] = {}
    steps: list[str] = []
    for name, text in reading.texts.items():
        plain = _NUMBER.sub("", name)
        if plain == "category":
            steps.append(text.text)
        else:
            found.setdefault(plain, []).append(_text(text))
    if steps:
        found["category"] = [" > ".join(steps)]
    return found


def _text(text: SourcedText) -> str:
    return " ".join(text.text.split())


def _failures(reading: PageReading) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for message in reading.failed_assertions:
        match = _FIELD.fullmatch(message)
        if match and match["name"] not in _NO_FIELD:
            found.setdefault(_NUMBER.sub("", match["name"]), []).append(match["what"])
    return found


def example_of(name: str, value: str) -> str:
    """Return a value as it may be shown: buyers masked, their words and keys not at all."""
    if name in _UNSHOWN:
        return ""
    if name in _THIRD_PERSONS:
        return f"{value[:1]}***"
    return value if len(value) <= LONGEST_EXAMPLE else value[: LONGEST_EXAMPLE - 1] + "…"


def _order(name: str) -> int:
    return LISTED.index(name) if name in LISTED else len(LISTED) + name.startswith("feedback.")
