# SPDX-License-Identifier: AGPL-3.0-or-later
"""Annotated texts: JSON lines in one of two forms (docs/formats/gold.md).

Ours: the keys of ``nlp read`` and ``gold``.  The older one, of the development set:
``text`` (or the keys of ``nlp read``), ``substances``, ``implied``, ``quantities`` …
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from nlp.lines.answering import LineUnreadable, parse_line
from nlp.model import ListingText
from nlp.scoring.answers import STATUSES, OfferSaid, PriceSaid
from vestigo.errors import InputError, UsageError
from vestigo.i18n import _

BY_STATUS = "by_status"  # present where stated, implied and declared are told apart
UNKNOWN = "und"  # ISO 639-3: the language was not annotated
CONFLICTS = "conflicts.jsonl"
LISTS = ("ships_from", "ships_to", "goods")
OLD_KEYS = frozenset(
    ("substances", "implied", "mentioned", "negated", "quantities", "prices", "purity_pct")
)
GOLD_KEYS = frozenset(
    ("substances", "offers", "prices", "unit_prices", "purity_pct", "selectors", "language",
     "forms", "terms", "note", "notes", "traps", *LISTS)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GoldText:
    """One annotated text: what was read, in which language, and what it says."""

    id: str
    language: str
    text: ListingText
    answer: Mapping[str, list[Any]]


class _Wrong(ValueError):  # noqa: N818 - says what a line is
    """A line that is no annotation; the text says why."""


def gold_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files of ``paths``, of a folder its ``*.jsonl`` at any depth, in order of name.

    ``conflicts.jsonl`` holds what two annotations did not share, and no text.

    Raises ``UsageError`` E-NLP-021 where there is none.
    """
    files: list[Path] = []
    for path in paths:
        held = path.rglob("*.jsonl") if path.is_dir() else ()
        files += sorted(one for one in held if one.name != CONFLICTS) if path.is_dir() else [path]
    if not files:
        raise UsageError(
            "E-NLP-021",
            _("There is no file of annotated texts."),
            where=", ".join(map(str, paths)),
            remedy=_("Name files or a folder with files that end in .jsonl."),
        )
    return files


def read_gold(paths: Sequence[Path]) -> list[GoldText]:
    """Return the annotated texts of files and folders.

    Raises ``InputError`` E-NLP-020 with file and line where a line is no annotation or
    an id comes a second time in one set (the files of one folder).
    """
    found: dict[tuple[Path, str], GoldText] = {}
    for path in gold_files(paths):
        for number, line in enumerate(_lines(path), 1):
            if not line.strip():
                continue
            try:
                gold = _first_of_its_id(parse_gold(line), path.parent, found)
            except _Wrong as error:
                raise InputError(
                    "E-NLP-020",
                    _("A line is no annotated text: {reason}").format(reason=error),
                    where=f"{path}:{number}",
                    remedy=_("Correct the line; the form stands in docs/formats/gold.md."),
                ) from error
            found[path.parent, gold.id] = gold
    return list(found.values())


def _first_of_its_id(gold: GoldText, folder: Path, found: Container[tuple[Path, str]]) -> GoldText:
    if (folder, gold.id) in found:
        raise _Wrong(f"the id {gold.id!r} comes a second time")
    return gold


def _lines(path: Path) -> Iterator[str]:
    with path.open("rb") as handle:
        for line in handle:
            yield line.decode("utf-8", "replace")


def parse_gold(line: str) -> GoldText:
    """Return the annotated text in one line; raises ``ValueError`` that says what is wrong."""
    try:
        text = parse_line(line)
    except LineUnreadable as error:
        raise _Wrong(str(error)) from error
    value = json.loads(line, parse_float=Decimal)
    try:
        return _gold(value, text)
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise _Wrong(f"{type(error).__name__}: {error}") from error


def of_values(values: Iterable[Mapping[str, Any]]) -> list[GoldText]:
    """Return the annotated texts of parsed lines."""
    return [parse_gold(json.dumps(dict(value), default=str)) for value in values]


def _gold(value: dict[str, Any], text: ListingText) -> GoldText:
    if "gold" in value:
        gold = value["gold"]
        answer = _answer(gold)
        language = gold.get("language") or text.language
    elif OLD_KEYS.isdisjoint(value):
        raise _Wrong("it has no annotation")
    else:
        answer, language = _old_answer(value), text.language
        text = _old_text(value, text)
    return GoldText(str(value["id"]), language or UNKNOWN, text, answer)


def _answer(gold: Mapping[str, Any]) -> dict[str, list[Any]]:
    unknown = sorted(set(gold) - GOLD_KEYS)
    if unknown:
        raise _Wrong(f"unknown key {unknown[0]!r} in gold")
    found: dict[str, list[Any]] = {}
    if "substances" in gold:
        found["substances"] = [_substance(row) for row in gold["substances"]]
        found[BY_STATUS] = found["substances"]
    if "offers" in gold:
        found["quantities"] = [_offer(row) for row in gold["offers"]]
    for field, per in (("prices", "per"), ("unit_prices", "per_unit")):
        if field in gold:
            found[field] = [_price(row, per) for row in gold[field]]
    if "purity_pct" in gold:
        found["purity_pct"] = [Decimal(str(row)) for row in gold["purity_pct"]]
    if "selectors" in gold:
        found["selectors"] = [(str(r["kind"]), str(r["value"])) for r in gold["selectors"]]
    for name in LISTS:
        if name in gold:
            found[name] = [str(row) for row in gold[name]]
    return found


def _substance(row: Mapping[str, Any]) -> tuple[str, str]:
    if row["status"] not in STATUSES:
        raise _Wrong(f"status {row['status']!r}")
    return str(row["id"]), str(row["status"])


def _offer(row: Mapping[str, Any]) -> OfferSaid:
    unknown = sorted(set(row) - {"kind", "grams", "count", "dose_mg", "ml"})
    if unknown:
        raise _Wrong(f"unknown key {unknown[0]!r} in an offer")
    count = row.get("count")
    return OfferSaid(
        str(row["kind"]),
        _number(row.get("grams")),
        None if count is None else int(count),
        _number(row.get("dose_mg")),
        _number(row.get("ml")),
    )


def _price(row: Mapping[str, Any], per: str) -> PriceSaid:
    currency = row["currency"]
    return PriceSaid(Decimal(str(row["amount"])), currency and str(currency), str(row[per]))


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _old_answer(value: Mapping[str, Any]) -> dict[str, list[Any]]:
    statuses = {"substances": "stated", **{n: n for n in ("implied", "mentioned", "negated")}}
    rows = [(str(i), status) for key, status in statuses.items() for i in value.get(key, ())]
    offers = [
        OfferSaid(
            str(q["kind"]), _number(q.get("g")), q.get("n"), _number(q.get("mg")),
            _number(q.get("ml")),
        )
        for q in value.get("quantities", ())
    ]  # fmt: skip
    return {
        "substances": rows,
        "quantities": offers,
        "prices": [_price(row, "per") for row in value.get("prices", ())],
        "purity_pct": [Decimal(str(row)) for row in value.get("purity_pct", ())],
        **{name: [str(row) for row in value.get(name, ())] for name in ("ships_from", "ships_to")},
    }


def _old_text(value: Mapping[str, Any], text: ListingText) -> ListingText:
    if "text" not in value:
        return text
    source, words = str(value.get("src", "")), str(value["text"])
    if source.endswith("profile") or source.startswith("dream_profile"):
        return ListingText(id=text.id, profile=words)
    if source.endswith("title"):
        return ListingText(id=text.id, title=words)
    return ListingText(id=text.id, description=words)
