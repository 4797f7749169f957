# SPDX-License-Identifier: AGPL-3.0-or-later
"""TagPack YAML: a header whose fields the tags inherit.

Scalars stay text as they are written: ``0x008f…`` is an address, not a number.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from vestigo.errors import InputError, VestigoError
from vestigo.i18n import _
from vestigo.records import TAGPACK_LEVELS

HEADER_ONLY = ("title", "creator", "description")
TAG_FIELDS = (
    "address", "label", "source", "currency", "network", "category", "abuse", "concepts",
    "confidence", "is_cluster_definer", "lastmod", "actor", "context", "tag_type",
)  # fmt: skip
MOST_LEVELS = 20  # a pack needs four
REQUIRED = ("address", "label", "source")
CONFIDENCE = TAGPACK_LEVELS

Fields = dict[str, str | tuple[str, ...]]
Report = Callable[[VestigoError], None]


class _TextLoader(yaml.CSafeLoader):
    """The safe loader, without the guessing of types and without lost duplicate keys."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the name is PyYAML's

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping; a key that stands twice is an error."""
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key is not a text", key.start_mark
                )
        keys = [key.value for key, _value in node.value]
        if len(set(keys)) != len(keys):
            raise yaml.constructor.ConstructorError(
                None, None, "a key stands twice", node.start_mark
            )
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def documents(content: bytes, path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the TagPacks of a file (``InputError`` E-TAG-002 when it is none)."""
    try:
        written = content.decode("utf-8")
        _refuse_depth(written)
        found = list(yaml.load_all(written, Loader=_TextLoader))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, zlib.error) as error:
        raise _problem("E-TAG-002", _("The file is not valid YAML."), _mark(path, error)) from error
    if not found:
        raise _problem("E-TAG-002", _("This is not a TagPack: it has no tags."), str(path))
    for document in found:
        if not isinstance(document, dict) or not isinstance(document.get("tags"), list):
            raise _problem("E-TAG-002", _("This is not a TagPack: it has no tags."), str(path))
    yield from found


def _refuse_depth(written: str) -> None:
    """Raise ``YAMLError`` for nesting that libyaml's composer would follow down the C stack."""
    depth = 0
    for event in yaml.parse(written, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_LEVELS:
                place: Any = event.start_mark  # libyaml has a mark class of its own
                raise yaml.MarkedYAMLError(problem="too deep", problem_mark=place)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def tag_rows(pack: Mapping[str, Any], place: str, report: Report) -> Iterator[tuple[str, Fields]]:
    """Yield ``(place, fields)`` a tag, inherited fields filled in; report what is wrong."""
    header = {key: value for key, value in pack.items() if key != "tags"}
    _report_unknown(header, (*HEADER_ONLY, *TAG_FIELDS), place, report)
    inherited = _fields(header, place, report)
    for number, tag in enumerate(pack["tags"], start=1):
        where = f"{place} tag {number}"
        if not isinstance(tag, dict):
            report(_problem("E-TAG-003", _("This tag is not a mapping."), where))
            continue
        _report_unknown(tag, TAG_FIELDS, where, report)
        fields = {**inherited, **_fields(tag, where, report)}
        missing = [name for name in REQUIRED if not fields.get(name)]
        if missing:
            names = ", ".join(missing)
            what = _("The tag lacks: {names}.").format(names=names)
            report(_problem("E-TAG-003", what, where))
            continue
        if fields.get("confidence", "unknown") not in CONFIDENCE:
            what = _("The confidence is not one of the TagPack scale; it is kept as it is.")
            report(_problem("E-TAG-005", what, where))
        yield where, fields


def text(fields: Fields, name: str) -> str | None:
    """Return a field as text, or None where it is absent or empty."""
    value = fields.get(name)
    return (", ".join(value) if isinstance(value, tuple) else value) or None


def boolean(fields: Fields, name: str) -> bool:
    """Return a YAML truth value (absent: False); E-TAG-003 for another text."""
    value = (text(fields, name) or "false").lower()
    if value not in ("true", "false", "yes", "no", "on", "off"):
        raise _problem("E-TAG-003", _("“{name}” is not true or false.").format(name=name), "")
    return value in ("true", "yes", "on")


def day(fields: Fields, name: str) -> date | None:
    """Return an ISO date (a time after it is ignored); E-TAG-003 for another text."""
    value = text(fields, name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError as error:
        what = _("“{name}” is not a date.").format(name=name)
        raise _problem("E-TAG-003", what, "") from error


def _fields(given: Mapping[str, Any], place: str, report: Report) -> Fields:
    fields: Fields = {}
    for name, value in given.items():
        if isinstance(value, str):
            fields[str(name)] = value
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            fields[str(name)] = tuple(value)
        elif value is not None:
            what = _("“{name}” is neither a text nor a list of texts.").format(name=name)
            report(_problem("E-TAG-003", what, place))
    return fields


def _report_unknown(
    given: Mapping[str, Any], known: tuple[str, ...], place: str, report: Report
) -> None:
    for name in given:
        if name not in known:
            what = _("The field “{name}” is not understood.").format(name=name)
            report(_problem("E-TAG-006", what, place))


def _mark(path: Path, error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{path}:{mark.line + 1}" if mark else str(path)


def _problem(code: str, what: str, where: str) -> InputError:
    return InputError(code, what, where=where, remedy=_("Correct the file and import it again."))
