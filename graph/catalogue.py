# SPDX-License-Identifier: AGPL-3.0-or-later
"""The named queries: one Cypher text each, the same on every engine.

A query is a file of ``graph/queries``; its header lines give the title, the group, the
parameters with type (bounds and default), the columns and the order.  ``name.neo4j.cypher``
beside it, where there is one, is what that engine runs instead.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from graph.folding import asked_words
from graph.model import NODES
from graph.narrowing import narrowed
from graph.store import GraphStore, Row
from vestigo.errors import UsageError
from vestigo.i18n import _

_PARAMETER = re.compile(
    r"param (\w+): (string|integer|label|time|words)(?: (\d+)\.\.(\d+))?(?: = (.+?))? -- (.+)"
)
_COLUMN = re.compile(r"column (\w+): (string|integer|list) -- (.+)")
TYPES: dict[str, type] = {"string": str, "integer": int, "list": list}
MAX_INTEGER = 2**53 - 1
Argument = str | int | list[str]
GROUPS = ("sharing", "people", "life", "offers", "money", "ways", "evidence", "overview")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PREFIX_SIGNS = 4  # a shorter beginning of a key would name too many


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query; ``default`` is None where it must be given."""

    name: str
    kind: str
    default: str | int | None
    about: str
    lowest: int = 0
    highest: int = MAX_INTEGER


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the answer."""

    name: str
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Query:
    """A named query of the catalogue."""

    name: str
    title: str
    group: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    order: str
    text: str

    def arguments(self, given: Mapping[str, Any]) -> dict[str, Argument]:
        """Return the parameters to run with: what was given over the defaults.

        A text is turned into the integer, the moment (milliseconds) or the folded words
        that a parameter asks for.  Raises ``UsageError`` E-GRA-005 for one that is
        unknown, missing or of another type.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise _wrong(self.name, name, _("is unknown; {nearest}"), known)
        arguments: dict[str, Argument] = {}
        for name, item in known.items():
            arguments.update(_arguments(self.name, item, given.get(name, item.default)))
        return arguments


def names() -> list[str]:
    """Return the names of all queries, sorted."""
    folder = files("graph") / "queries"
    found = (entry.name.removesuffix(".cypher") for entry in folder.iterdir()
             if entry.name.endswith(".cypher"))  # fmt: skip
    return sorted(name for name in found if "." not in name)


@cache
def query(name: str) -> Query:
    """Return a query by name; ``UsageError`` E-GRA-004 names the nearest one."""
    known = names()
    if name not in known:
        raise UsageError(
            "E-GRA-004",
            _("There is no query “{name}”; {nearest}.").format(
                name=name, nearest=_nearest(name, known)
            ),
            remedy=_("“vestigo graph query --list” shows them all."),
        )
    return parse_query(name, _text(f"{name}.cypher"))


def run(store: GraphStore, name: str, **parameters: Any) -> list[Row]:
    """Run a query of the catalogue and return its rows, columns as declared.

    Raises ``UsageError`` E-GRA-004, E-GRA-005, and what the store raises.
    """
    chosen = query(name)
    arguments = chosen.arguments(parameters)
    rows = store.read(narrowed(_text_for(store.engine, chosen), arguments), arguments)
    return [{column.name: row[column.name] for column in chosen.columns} for row in rows]


def parse_query(name: str, text: str) -> Query:
    """Return the query that a file describes; ``ValueError`` names a header that is wrong."""
    said = {"title": "", "group": "", "order": ""}
    parameters: list[Parameter] = []
    columns: list[Column] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not line.startswith("// "):
            break
        word, _sep, rest = line.removeprefix("// ").partition(": ")
        if word in said:
            said[word] = rest
        elif found := _PARAMETER.fullmatch(line[3:]):
            default = None if found[5] is None else json.loads(found[5])
            low, high = int(found[3] or 0), int(found[4] or MAX_INTEGER)
            parameters.append(Parameter(found[1], found[2], default, found[6], low, high))
        elif found := _COLUMN.fullmatch(line[3:]):
            columns.append(Column(found[1], found[2], found[3]))
        else:
            raise ValueError(f"{name}: cannot read the header line {number + 1}")
    if not (said["title"] and said["group"] in GROUPS and said["order"] and columns):
        raise ValueError(f"{name}: title, group, order or columns are missing")
    body = "\n".join(line for line in lines if not line.startswith("//"))
    return Query(
        name, said["title"], said["group"], tuple(parameters), tuple(columns), said["order"], body
    )


def _arguments(where: str, item: Parameter, value: Any) -> dict[str, Argument]:
    if value is None:
        raise _wrong(where, item.name, _("is missing"), {})
    if item.kind == "integer":
        return {item.name: _integer(where, item, value)}
    if item.kind == "time":
        return {item.name: _moment(where, item, value)}
    if not isinstance(value, str):
        raise _wrong(where, item.name, _("must be a text"), {})
    if item.kind == "label" and value not in NODES:
        raise _wrong(where, item.name, _("is no label; {nearest}"), NODES, value)
    return _words(where, item, value) if item.kind == "words" else {item.name: value}


def _words(where: str, item: Parameter, value: str) -> dict[str, Argument]:
    """Return the folded words, and the words as typed for what is found by its key."""
    words = asked_words(value)
    if not words:
        raise _wrong(where, item.name, _("holds no word"), {})
    raw = value.replace('"', " ").split()
    typed = sorted({form for word in raw for form in (word, word.lower(), word.upper())})
    prefixes = sorted(word.rstrip("*") for word in raw if word.endswith("*"))
    prefix = next((word for word in prefixes if len(word) >= PREFIX_SIGNS), "")
    return {item.name: words, f"{item.name}_typed": typed, f"{item.name}_prefix": prefix}


def _integer(where: str, item: Parameter, value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,16}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_INTEGER:
        raise _wrong(where, item.name, _("must be a whole number"), {})
    if value < 0:
        raise _wrong(where, item.name, _("must not be negative"), {})
    if not item.lowest <= value <= item.highest:
        bounds = _("must be from {low} to {high}").format(low=item.lowest, high=item.highest)
        raise _wrong(where, item.name, bounds, {})
    return value


def _moment(where: str, item: Parameter, value: Any) -> int:
    """Return epoch milliseconds: of a number as it stands, of a date or time in UTC."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,16}", value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            problem = _("must be a time (2026-03-01, 2026-03-01T12:00:00Z) or milliseconds")
            raise _wrong(where, item.name, problem, {}) from None
        known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        value = (known - EPOCH) // timedelta(milliseconds=1)
    return _integer(where, item, value)


def _wrong(
    where: str, name: str, problem: str, known: Iterable[str], meant: str | None = None
) -> UsageError:
    reason = problem.format(nearest=_nearest(name if meant is None else meant, known))
    return UsageError(
        "E-GRA-005",
        _("The parameter “{name}” {problem}.").format(name=name, problem=reason),
        where=where,
        remedy=_("“vestigo graph query --list” shows the parameters of each query."),
    )


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)
    return _("the nearest is “{near}”").format(near=near[0]) if near else _("there are none")


def _text_for(engine: str, chosen: Query) -> str:
    override = files("graph") / "queries" / f"{chosen.name}.{engine}.cypher"
    return _text(override.name) if override.is_file() else chosen.text


@cache
def _text(file_name: str) -> str:
    return (files("graph") / "queries" / file_name).read_text("utf-8")
