# SPDX-License-Identifier: AGPL-3.0-or-later
"""The named queries: one Cypher text each, the same on every engine.

A query is a file of ``graph/queries``; its header lines give the title, the parameters
with type (and default), the columns and the order.  ``name.neo4j.cypher`` beside it,
where there is one, is what that engine runs instead.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from graph.store import GraphStore, Row
from vestigo.errors import UsageError
from vestigo.i18n import _

_PARAMETER = re.compile(r"param (\w+): (string|integer)(?: = (.+?))? -- (.+)")
_COLUMN = re.compile(r"column (\w+): (string|integer|list) -- (.+)")
TYPES: dict[str, type] = {"string": str, "integer": int, "list": list}
MAX_INTEGER = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query; ``default`` is None where it must be given."""

    name: str
    kind: str
    default: str | int | None
    about: str


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
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    order: str
    text: str

    def arguments(self, given: Mapping[str, Any]) -> dict[str, str | int]:
        """Return the parameters to run with: what was given over the defaults.

        A text is turned into the integer that a parameter asks for.  Raises
        ``UsageError`` E-GRA-005 for one that is unknown, missing or of another type.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise _wrong(self.name, name, _("is unknown; {nearest}"), known)
        return {name: _argument(self.name, item, given) for name, item in known.items()}


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
    rows = store.read(_text_for(store.engine, chosen), chosen.arguments(parameters))
    return [{column.name: row[column.name] for column in chosen.columns} for row in rows]


def parse_query(name: str, text: str) -> Query:
    """Return the query that a file describes; ``ValueError`` names a header that is wrong."""
    title, order = "", ""
    parameters: list[Parameter] = []
    columns: list[Column] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not line.startswith("// "):
            break
        word, _sep, rest = line.removeprefix("// ").partition(": ")
        if word == "title":
            title = rest
        elif word == "order":
            order = rest
        elif found := _PARAMETER.fullmatch(line[3:]):
            default = None if found[3] is None else json.loads(found[3])
            parameters.append(Parameter(found[1], found[2], default, found[4]))
        elif found := _COLUMN.fullmatch(line[3:]):
            columns.append(Column(found[1], found[2], found[3]))
        else:
            raise ValueError(f"{name}: cannot read the header line {number + 1}")
    if not (title and order and columns):
        raise ValueError(f"{name}: title, order or columns are missing")
    body = "\n".join(line for line in lines if not line.startswith("//"))
    return Query(name, title, tuple(parameters), tuple(columns), order, body)


def _argument(where: str, item: Parameter, given: Mapping[str, Any]) -> str | int:
    value = given.get(item.name, item.default)
    if value is None:
        raise _wrong(where, item.name, _("is missing"), {})
    if item.kind == "integer":
        return _integer(where, item, value)
    if not isinstance(value, str):
        raise _wrong(where, item.name, _("must be a text"), {})
    return value


def _integer(where: str, item: Parameter, value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,16}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_INTEGER:
        raise _wrong(where, item.name, _("must be a whole number"), {})
    if value < 0:
        raise _wrong(where, item.name, _("must not be negative"), {})
    return value


def _wrong(where: str, name: str, problem: str, known: Iterable[str]) -> UsageError:
    reason = problem.format(nearest=_nearest(name, known))
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
