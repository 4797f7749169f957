# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asks the index: names first (exact, then by their beginning), then words, by group."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vestigo.console.searching.detecting import Typed, folded_name
from vestigo.console.searching.found_in import GROUPS

SHOWN = 10
PAGE_ROWS = 50
MOST_READ = 600
MOST_WORDS = 12
PREFIX_SIGNS = 4
OPEN, CLOSE = "\x02", "\x03"
MOST_NAMES = 2
UNWORDED = frozenset({"address", "transaction"})  # known by their names alone
Row = tuple[tuple[object, ...], bool, str]
_EXACT = """
SELECT DISTINCT h.id, h.grp, h.stack, h.title, h.url, h.detail, h.at
FROM names n JOIN hits h ON h.id = n.hit
WHERE n.grp = ? AND n.name IN (?, ?) ORDER BY h.at DESC, h.id DESC LIMIT ?
"""
_BEGUN = """
SELECT DISTINCT h.id, h.grp, h.stack, h.title, h.url, h.detail, h.at
FROM names n JOIN hits h ON h.id = n.hit
WHERE n.grp = ? AND n.name > ? AND n.name < ? ORDER BY n.name LIMIT ?
"""
_WORDED = """
SELECT h.id, h.grp, h.stack, h.title, h.url, h.detail, h.at
FROM words JOIN hits h ON h.id = words.rowid
WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT ?
"""
_EXCERPT = """
SELECT rowid, snippet(words, 2, ?, ?, '…', 24) FROM words
WHERE words MATCH ? AND rowid BETWEEN ? AND ? AND +rowid IN (SELECT value FROM json_each(?))
"""
_WORD = re.compile(r"\w+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found; ``excerpt`` holds the words between ``OPEN`` and ``CLOSE``."""

    group: str
    title: str
    url: str
    detail: str
    at: str
    exact: bool
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one group; ``more``: there is more than is given here."""

    name: str
    rows: tuple[Found, ...]
    more: bool


def ask(connection: sqlite3.Connection, typed: Typed, hidden: frozenset[str]) -> list[Group]:
    """Return what was found, group by group, exact names first; ``hidden`` words find nothing.

    ``hidden`` are the folded names of third persons: whether one occurs is not told.
    """
    found = []
    for name in GROUPS:
        rows = ask_group(connection, typed, hidden, name, SHOWN + 1)
        if rows:
            found.append(Group(name, tuple(rows[:SHOWN]), len(rows) > SHOWN))
    return sorted(found, key=lambda group: not group.rows[0].exact)


def ask_group(
    connection: sqlite3.Connection, typed: Typed, hidden: frozenset[str], group: str, most: int
) -> list[Found]:
    """Return at most ``most`` things of one group."""
    words = [word for word in _WORD.findall(typed.text.casefold()) if word != "_"][:MOST_WORDS]
    if not typed.text or hidden & {*words, *typed.names, folded_name(typed.text)}:
        return []
    rows = [*_named(connection, typed, group)]
    if words and group not in UNWORDED and typed.kind not in ("digest", "output", "exhibit"):
        rows += _worded(connection, words, group)
    kept = _apart(rows)[:most]
    excerpts = _excerpts(connection, kept)
    return [_found(*one, excerpts.get(one[0][0], "")) for one in kept]


def _apart(rows: Iterable[Row]) -> list[Row]:
    """Return the first of each thing; of a listing that was captured often, the latest."""
    kept: dict[object, Row] = {}
    for one in rows:
        number, _group, stack, *_rest = one[0]
        kept.setdefault(stack or number, one)
    return list(kept.values())


def _excerpts(connection: sqlite3.Connection, rows: Iterable[Row]) -> dict[object, str]:
    """Return the words around what was found in a text, by number; few of many are asked for."""
    by_match: dict[str, list[Any]] = {}
    for row, _exact, match in rows:
        by_match.setdefault(match, []).append(row[0])
    found: dict[object, str] = {}
    for match, numbers in by_match.items():
        if match:
            bounds = (min(numbers), max(numbers), json.dumps(numbers))
            found.update(connection.execute(_EXCERPT, (OPEN, CLOSE, match, *bounds)).fetchall())
    return found


def _found(row: tuple[object, ...], exact: bool, _match: str, excerpt: str) -> Found:
    _number, group, _stack, title, url, detail, at = row
    return Found(str(group), str(title), str(url), str(detail), str(at), exact, excerpt)


def _named(connection: sqlite3.Connection, typed: Typed, group: str) -> list[Row]:
    names = [*typed.names, *typed.names][:MOST_NAMES]
    exact = connection.execute(_EXACT, (group, *names, MOST_READ)).fetchall()
    begun = []
    if len(names[0]) >= PREFIX_SIGNS:
        given = (group, names[0], names[0] + "\U0010ffff", MOST_READ)
        begun = connection.execute(_BEGUN, given).fetchall()
    return [(row, True, "") for row in exact] + [(row, False, "") for row in begun]


def _worded(connection: sqlite3.Connection, words: Sequence[str], group: str) -> list[Row]:
    """Return what holds all words, the last one perhaps unfinished; titles first, then latest."""
    quoted = [f'"{word}"' for word in words]
    if len(words[-1]) >= PREFIX_SIGNS - 1:
        quoted[-1] += "*"
    everywhere = _matched(connection, group, "{title body}", quoted)
    return _matched(connection, group, "title", quoted) + everywhere if everywhere else []


def _matched(
    connection: sqlite3.Connection, group: str, columns: str, quoted: Sequence[str]
) -> list[Row]:
    match = f"grp : {group} AND {columns} : ({' AND '.join(quoted)})"
    rows = connection.execute(_WORDED, (match, MOST_READ // 2)).fetchall()
    return [(row, False, match) for row in rows]
