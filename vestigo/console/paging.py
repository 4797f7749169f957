# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long tables are cut into pages, so that no page of a large case grows without end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

T = TypeVar("T")
PAGE_ROWS = 50
MOST_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """One page of rows, and how many rows and pages there are."""

    rows: Sequence[T]
    n_rows: int
    page: int
    n_pages: int


def paged(rows: Sequence[T], query: Mapping[str, str], n: int = PAGE_ROWS) -> Paged[T]:
    """Return the page of ``rows`` that the query asks for, the last one where it is past it."""
    n_pages = max(1, -(-len(rows) // n))
    page = min(page_number(query), n_pages)
    return Paged(rows[(page - 1) * n : page * n], len(rows), page, n_pages)


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One page of one of several lists of a page; ``base`` ends where the number goes."""

    rows: Sequence[T]
    n_rows: int
    page: int
    n_pages: int
    base: str


def part(rows: Iterable[T], path: str, name: str, n: int = PAGE_ROWS) -> Part[T]:
    """Return the page of a list that the parameter ``name`` of ``path`` asks for."""
    place, _sign, text = path.partition("?")
    query = dict(parse_qsl(text, keep_blank_values=True))
    found = paged(list(rows), {"page": query.pop(name, "1")}, n)
    kept = urlencode({**query, name: ""})
    return Part(found.rows, found.n_rows, found.page, found.n_pages, f"{place}?{kept}")


def page_number(query: Mapping[str, str]) -> int:
    """Return the page that the query asks for, the first one where it is nonsense."""
    text = query.get("page", "1")
    sensible = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return max(1, int(text)) if sensible else 1
