# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a document is made of: plain dicts that go as JSON to the page layout or the text form.

A cell is a string, ``mono`` (an address, a digest), ``quote`` (words of a page in their
surroundings) or ``parts`` (several of these, one a line).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vestigo.evidence.report.glyphs import shown

Block = dict[str, Any]
Cell = str | dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Document:
    """One document in one language, ready to be set.

    ``head`` stands at the top of each page (left, right), ``foot`` at its end; ``pictures``
    maps the file names that picture blocks use to PNG bytes.
    """

    title: str
    author: str
    language: str
    at: datetime
    head: tuple[str, str]
    foot: str
    blocks: list[Block]
    pictures: dict[str, bytes] = field(default_factory=dict)

    def plain(self) -> Block:
        """Return everything but the pictures as plain JSON; every text in it is harmless."""
        at = self.at
        document = {
            "title": self.title or "-",
            "author": self.author,
            "lang": self.language,
            "region": REGIONS[self.language],
            "date": [at.year, at.month, at.day, at.hour, at.minute, at.second],
            "head": list(self.head),
            "foot": self.foot,
            "blocks": self.blocks,
        }
        harmless = _harmless(document)
        assert isinstance(harmless, dict)
        return harmless


REGIONS = {"en": "us", "es": None, "pt": "br", "fr": "fr"}  # Typst has none for Latin America


def _harmless(value: Any) -> Any:
    """Return ``value`` with every string in it made harmless: nothing gets past this place."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {key: _harmless(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_harmless(item) for item in value]
    return value


def heading(text: str, level: int = 2) -> Block:
    """Return a heading; level 1 is the title and stands once."""
    return {"is": "heading", "level": level, "text": text}


def paragraph(text: Cell) -> Block:
    """Return a paragraph."""
    return {"is": "paragraph", "text": text}


def note(text: Cell) -> Block:
    """Return a paragraph in small print."""
    return {"is": "note", "text": text}


def bullets(items: Iterable[Cell]) -> Block:
    """Return a list."""
    return {"is": "list", "items": list(items)}


def steps(items: Iterable[Cell]) -> Block:
    """Return a numbered list."""
    return {"is": "steps", "items": list(items)}


def box(blocks: Sequence[Block], *, warning: bool = False) -> Block:
    """Return blocks on a ground of their own; ``warning`` for what they do not prove."""
    return {"is": "box", "tone": "warning" if warning else "plain", "blocks": list(blocks)}


def tiles(pairs: Iterable[tuple[str, str]]) -> Block:
    """Return large figures, each with the words below it."""
    return {"is": "tiles", "tiles": [list(pair) for pair in pairs]}


def facts(rows: Iterable[tuple[str, Cell]]) -> Block:
    """Return label and value, one a line."""
    return {"is": "facts", "rows": [list(row) for row in rows]}


def table(
    head: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Cell]], mark: str = ""
) -> Block:
    """Return a table; ``widths`` are shares of the line, ``mark`` says that it is heuristic."""
    return {
        "is": "table", "head": list(head), "widths": list(widths),
        "rows": [list(row) for row in rows], "heuristic": bool(mark), "mark": mark,
    }  # fmt: skip


def picture(file: str, alt: str, caption: str, height_mm: int) -> Block:
    """Return a picture by its name in ``Document.pictures``."""
    return {"is": "picture", "file": file, "alt": alt, "caption": caption, "height": height_mm}


def page_break() -> Block:
    """Return a break: what follows begins a page."""
    return {"is": "break"}


def mono(text: str) -> Cell:
    """Return an address, a digest or another text whose every mark counts."""
    return {"mono": text}


def strong(text: str) -> Cell:
    """Return emphasised words."""
    return {"strong": text}


def quote(before: str, quoted: str, after: str, where: str) -> Cell:
    """Return words of a page between what stands before and after them there."""
    return {"quote": [before, quoted, after], "where": where}


def parts(cells: Iterable[Cell]) -> Cell:
    """Return several cells in one, one a line."""
    return {"parts": list(cells)}
