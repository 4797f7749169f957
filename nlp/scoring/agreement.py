# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two annotations of the same texts: agreement as F1, and every conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nlp.scoring.answers import OFFERED, STATUSES, Answer, plain, same
from nlp.scoring.gold import BY_STATUS, GoldText, read_gold
from nlp.scoring.tally import INTERVALS, Tally, matched
from vestigo.errors import InputError
from vestigo.i18n import _

FIELDS = (
    "substances", *(f"substances.{status}" for status in STATUSES), "quantities", "prices",
    "unit_prices", "purity_pct", "ships_from", "ships_to", "selectors", "goods",
)  # fmt: skip
SHOWN_TEXTS = ("title", "description", "category", "profile", "ships_text")


def agreement(first: Sequence[Path], second: Sequence[Path]) -> dict[str, Any]:
    """Return F1 per field, of all and per language, and the conflicts.

    ``substances`` compares (id, status).  Raises ``InputError`` E-NLP-022 where the two
    do not hold the same texts.
    """
    ours, theirs = ({g.id: g for g in read_gold(paths)} for paths in (first, second))
    _same_texts(ours, theirs)
    tallies: dict[str, dict[str, Tally]] = {}
    conflicts: list[dict[str, Any]] = []
    for identity, one in ours.items():
        conflicts += _compare(tallies, one, theirs[identity])
    figures = {
        language: {f: rows[f].figures() for f in FIELDS if f in rows}
        for language, rows in sorted(tallies.items())
    }
    return {
        "texts": len(ours),
        "intervals": {"f1": INTERVALS["f1"]},
        "fields": figures.pop("all", {}),
        "languages": figures,
        "conflicts": conflicts,
    }


def _same_texts(ours: Mapping[str, GoldText], theirs: Mapping[str, GoldText]) -> None:
    alone = sorted(set(ours) ^ set(theirs))
    differ = [i for i in ours if i in theirs and ours[i].text != theirs[i].text]
    if alone or differ:
        raise InputError(
            "E-NLP-022",
            _("The two annotations are not of the same texts: {id}.").format(
                id=(alone or differ)[0]
            ),
            remedy=_("Compare two annotations whose lines have the same ids and texts."),
        )


def _compare(
    tallies: dict[str, dict[str, Tally]], one: GoldText, other: GoldText
) -> list[dict[str, Any]]:
    conflicts = []
    for field in FIELDS:
        pair = _values(field, one.answer), _values(field, other.answer)
        if pair[0] is None or pair[1] is None:
            continue
        right, only_b, only_a = matched(pair[1], pair[0], same(field))
        for language in ("all", one.language):
            tally = tallies.setdefault(language, {}).setdefault(field, Tally())
            tally.add(right, len(pair[1]), len(pair[0]))
        if (only_a or only_b) and "." not in field:
            conflicts.append(_conflict(one, field, only_a, only_b))
    return conflicts


def _values(field: str, answer: Answer) -> list[Any] | None:
    name, _point, status = field.partition(".")
    if name not in answer or (status in OFFERED and BY_STATUS not in answer):
        return None
    return [row for row in answer[name] if not status or row[1] == status]


def _conflict(gold: GoldText, field: str, a: list[Any], b: list[Any]) -> dict[str, Any]:
    texts = {name: getattr(gold.text, name) for name in SHOWN_TEXTS}
    return {
        "id": gold.id,
        "language": gold.language,
        "field": field,
        "only_a": [plain(value) for value in a],
        "only_b": [plain(value) for value in b],
        "text": {name: list(t) if name == "category" else t for name, t in texts.items() if t},
    }
