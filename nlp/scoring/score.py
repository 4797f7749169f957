# SPDX-License-Identifier: AGPL-3.0-or-later
"""Precision, recall and F1 of the reading, per field and language, and every error.

``substances`` is the offered set (stated, implied, declared); what the annotation
calls implied counts neither way.  ``substances.STATUS`` compares one status exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nlp.model import ListingText, Reading
from nlp.reading.reader import read
from nlp.scoring.answers import OFFERED, STATUSES, Answer, answer_of, plain, same
from nlp.scoring.factors import Shares
from nlp.scoring.gold import BY_STATUS, GoldText, of_values, read_gold
from nlp.scoring.tally import INTERVALS, Tally, matched

ALL = "all"
FIELDS = (
    "substances", "substances.text_only", *(f"substances.{status}" for status in STATUSES),
    "quantities", "prices", "unit_prices", "purity_pct", "ships_from", "ships_to",
    "selectors", "goods",
)  # fmt: skip
Reader = Callable[[ListingText], Reading]


def score_files(paths: Sequence[Path], reader: Reader = read) -> dict[str, Any]:
    """Return the report on gold files and folders of them."""
    return score_texts(read_gold(paths), reader)


def score(golds: Iterable[Mapping[str, Any]], reader: Reader = read) -> dict[str, Any]:
    """Return the report on annotated lines that are parsed already."""
    return score_texts(of_values(golds), reader)


def score_texts(golds: Sequence[GoldText], reader: Reader = read) -> dict[str, Any]:
    """Return figures per field of all languages together, per language, and all errors."""
    tallies: dict[str, dict[str, Tally]] = {}
    shares: dict[str, Shares] = {}
    errors: list[dict[str, Any]] = []
    for gold in golds:
        given = answer_of(reader(gold.text))
        bare = _text_only(gold, given, reader)
        for language in (ALL, gold.language):
            shares.setdefault(language, Shares()).add(given, gold)
        for field in FIELDS:
            pair = compared(field, bare if field.endswith("text_only") else given, gold.answer)
            if pair is not None:
                errors += _count(tallies, field, gold, *pair)
    ordered = sorted(tallies, key=lambda name: (name != ALL, name))
    languages = {name: _table(tallies[name], shares[name]) for name in ordered}
    total = languages.get(ALL, {"fields": {}, "shares": {}})
    errors.sort(key=lambda row: FIELDS.index(row["field"]))
    return {
        "texts": len(golds),
        "intervals": INTERVALS,
        **total,
        "languages": {name: table for name, table in languages.items() if name != ALL},
        "errors": errors,
    }


def compared(field: str, given: Answer, gold: Answer) -> tuple[list[Any], list[Any]] | None:
    """Return what is compared in a field: (given, expected); None where not annotated."""
    name, _point, part = field.partition(".")
    if name not in gold:
        return None
    if name != "substances":
        return given[name], gold[name]
    rows, wanted = given[name], gold[name]
    if part in OFFERED and BY_STATUS not in gold:
        return None
    if part in STATUSES:
        pair = tuple([i for i, status in found if status == part] for found in (rows, wanted))
        return pair[0], pair[1]
    firm = {i for i, status in wanted if status in ("stated", "declared")}
    ignored = {i for i, status in wanted if status == "implied"} - firm
    if part == "text_only":
        declared = {i for i, status in wanted if status == "declared"}
        ignored |= declared
        firm -= declared
    offered = [i for i, status in rows if status in OFFERED]
    return [i for i in offered if i not in ignored], sorted(firm)


def _text_only(gold: GoldText, given: Answer, reader: Reader) -> Answer:
    """Return the answer without the market's category."""
    if not gold.text.category:
        return given
    return answer_of(reader(replace(gold.text, category=())))


def _count(
    tallies: dict[str, dict[str, Tally]],
    field: str,
    gold: GoldText,
    given: list[Any],
    expected: list[Any],
) -> list[dict[str, Any]]:
    right, extra, missing = matched(given, expected, same(field))
    for language in (ALL, gold.language):
        tally = tallies.setdefault(language, {}).setdefault(field, Tally())
        tally.add(right, len(given), len(expected))
    again = field.endswith("text_only") and not gold.text.category
    if again or not (extra or missing):
        return []
    said = {"expected": [plain(v) for v in missing], "given": [plain(v) for v in extra]}
    return [{"id": gold.id, "language": gold.language, "field": field, **said}]


def _table(tallies: Mapping[str, Tally], shares: Shares) -> dict[str, Any]:
    return {
        "fields": {name: tallies[name].figures() for name in FIELDS if name in tallies},
        "shares": shares.figures(),
    }
