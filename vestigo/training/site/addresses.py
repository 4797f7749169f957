# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of a layout, built and read from one table of patterns.

A pattern is a path with a query, such as ``/forum.php?f={key}&start={start}``.  Its marks:
``{key}`` (what is wanted), ``{page}`` (a page number), ``{start}`` (the number of the first
listing of a page) and ``{words}`` (what is searched for).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, quote, unquote, urlsplit

_MOST_DIGITS = 6
_MARK = re.compile(r"\{(key|page|start|words)\}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for; ``page`` counts from 1."""

    kind: str
    key: str = ""
    page: int = 1
    words: str = ""


@dataclass(frozen=True)
class Pattern:
    """One pattern; ``kind`` is what it leads to."""

    kind: str
    text: str

    @cached_property
    def path(self) -> re.Pattern[str]:
        """What the path of an address has to be."""
        parts = _MARK.split(self.text.partition("?")[0])
        return re.compile(
            "".join(f"(?P<{p}>[^/]+)" if n % 2 else re.escape(p) for n, p in enumerate(parts))
        )

    @cached_property
    def query(self) -> tuple[tuple[str, str], ...]:
        """Name and value (or mark) of each part of the query."""
        return tuple(parse_qsl(self.text.partition("?")[2], keep_blank_values=True))

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the address with its marks filled in."""
        return _MARK.sub(lambda mark: quote(values[mark[1]], safe=""), self.text)

    def read(self, path: str, query: Mapping[str, str]) -> dict[str, str] | None:
        """Return the values of the marks, None where the address is another's.

        Of the query the first part has to be there, and every part without a mark.
        """
        matched = self.path.fullmatch(path)
        if matched is None:
            return None
        found = {name: unquote(value) for name, value in matched.groupdict().items()}
        for number, (name, value) in enumerate(self.query):
            mark = _MARK.fullmatch(value)
            given = query.get(name)
            if given is None and (number == 0 or mark is None):
                return None
            if mark is not None:
                found[mark[1]] = given or ""
            elif given != value:
                return None
        return found


class Addresses:
    """Builds and reads every address of one layout.

    ``patterns`` gives one or two patterns a kind: the plain one, and the one for further
    pages or a search.  An address belongs to the first pattern that it fits.
    """

    def __init__(self, patterns: Mapping[str, tuple[str, ...]], page_size: int) -> None:
        self._patterns = {
            kind: tuple(Pattern(kind, text) for text in texts) for kind, texts in patterns.items()
        }
        self._page_size = page_size

    def of(self, kind: str, key: str = "", page: int = 1, words: str = "") -> str:
        """Return the address of a page of ``kind``."""
        patterns = self._patterns[kind]
        values = {
            "key": key, "page": str(page), "words": words,
            "start": str((page - 1) * self._page_size),
        }  # fmt: skip
        return patterns[-1 if page > 1 or words else 0].filled(values)

    def wanted(self, target: str) -> Wanted | None:
        """Return what ``target`` (path and query as sent) asks for, None for nothing here."""
        split = urlsplit(target)
        query = dict(reversed(parse_qsl(split.query, keep_blank_values=True)))
        for patterns in self._patterns.values():
            for pattern in reversed(patterns):
                values = pattern.read(split.path, query)
                if values is not None:
                    return self._wanted(pattern.kind, values)
        return None

    def _wanted(self, kind: str, values: Mapping[str, str]) -> Wanted:
        page = _number(values.get("page", ""), 1)
        if "start" in values:
            page = _number(values["start"], 0) // self._page_size + 1
        return Wanted(kind, values.get("key", ""), page, values.get("words", ""))


def _number(text: str, otherwise: int) -> int:
    """Return a small whole number; anything odd is as good as nothing."""
    plain = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if plain else otherwise
