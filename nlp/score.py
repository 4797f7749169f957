# SPDX-License-Identifier: AGPL-3.0-or-later
"""Precision, recall and F1 of the reading on annotated texts.

Gold lines hold ``text`` (or the fields of ``nlp read``), ``substances``, ``implied``,
``quantities`` ({kind, g, n, mg, ml}), ``prices``, ``purity_pct``, ``ships_from``,
``ships_to``.  What is annotated as ``implied`` counts neither way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from nlp.jsonl import parse_line
from nlp.model import ListingText, Reading
from nlp.reading import read

TOLERANCE = Decimal("0.03")
FOUR = Decimal("0.0001")
Same = Callable[[Any, Any], bool]


@dataclass(slots=True)
class Tally:
    """Counts of one field: emitted and right, emitted, expected."""

    right: int = 0
    emitted: int = 0
    expected: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, identity: str, name: str, got: Sequence[Any], gold: Sequence[Any], same: Same
    ) -> None:
        """Match ``got`` with ``gold`` one to one and count."""
        left = list(gold)
        extra = []
        for value in got:
            hit = next((one for one in left if same(value, one)), None)
            if hit is None:
                extra.append(value)
            else:
                left.remove(hit)
        self.right += len(got) - len(extra)
        self.emitted += len(got)
        self.expected += len(gold)
        if extra or left:
            self.errors.append(
                {"id": identity, "field": name, "extra": _said(extra), "missing": _said(left)}
            )

    def figures(self) -> dict[str, Any]:
        """Return precision, recall and F1 as strings with four places, and the counts."""
        precision = _ratio(self.right, self.emitted)
        recall = _ratio(self.right, self.expected)
        both = precision + recall
        f1 = 2 * precision * recall / both if both else Decimal(0)
        return {
            "precision": str(precision.quantize(FOUR)),
            "recall": str(recall.quantize(FOUR)),
            "f1": str(f1.quantize(FOUR)),
            "right": self.right,
            "emitted": self.emitted,
            "expected": self.expected,
        }


def score_file(path: Path) -> dict[str, Any]:
    """Return the report on a gold file (JSON lines, UTF-8)."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    return score(json.loads(line, parse_float=Decimal) for line in lines)


def score(golds: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return counts and figures per field and every difference."""
    names = ("substances", "quantities", "prices", "purity_pct", "ships_from", "ships_to")
    tallies = {name: Tally() for name in names}
    n_texts = 0
    for gold in golds:
        n_texts += 1
        reading = read(_text_of(gold))
        for name, tally in tallies.items():
            got, wanted, same = _pair(name, reading, gold)
            tally.add(str(gold["id"]), name, got, wanted, same)
    return {
        "texts": n_texts,
        "fields": {name: tally.figures() for name, tally in tallies.items()},
        "errors": [error for tally in tallies.values() for error in tally.errors],
    }


def _text_of(gold: Mapping[str, Any]) -> ListingText:
    if "text" not in gold:
        return parse_line(json.dumps(dict(gold), default=str))
    source = str(gold.get("src", ""))
    if source.endswith("profile") or source.startswith("dream_profile"):
        return ListingText(id=str(gold["id"]), profile=gold["text"])
    if source.endswith("title"):
        return ListingText(id=str(gold["id"]), title=gold["text"])
    return ListingText(id=str(gold["id"]), description=gold["text"])


def _pair(
    name: str, reading: Reading, gold: Mapping[str, Any]
) -> tuple[list[Any], list[Any], Same]:
    if name == "substances":
        ignored = set(gold.get("implied", ()))
        rows = [r for r in reading.substances if r.status in ("stated", "implied", "declared")]
        return [r.id for r in rows if r.id not in ignored], list(gold["substances"]), _equal
    if name == "quantities":
        return list(reading.offers), list(gold["quantities"]), _same_quantity
    if name == "prices":
        return list(reading.prices), list(gold["prices"]), _same_price
    if name == "purity_pct":
        got = [Decimal(value) for value in reading.values(name)]
        return got, [Decimal(str(v)) for v in gold.get(name, ())], _equal
    return reading.values(name), list(gold.get(name, ())), _equal


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other)


def _same_quantity(offer: Any, gold: Mapping[str, Any]) -> bool:
    if offer.kind != gold["kind"] or (offer.count or 1) != (gold.get("n") or 1):
        return False
    pairs = (
        (offer.grams, gold.get("g")),
        (offer.dose_mg, gold.get("mg")),
        (offer.ml, gold.get("ml")),
    )
    return all(_close(one, other) for one, other in pairs)


def _close(one: Decimal | None, other: Any) -> bool:
    if one is None or other is None:
        return one is None and other is None
    wanted = Decimal(str(other))
    return abs(one - wanted) <= TOLERANCE * abs(wanted)


def _same_price(price: Any, gold: Mapping[str, Any]) -> bool:
    amount = Decimal(str(gold["amount"]))
    return bool(
        price.amount == amount and price.currency == gold["currency"] and price.per == gold["per"]
    )


def _ratio(part: int, whole: int) -> Decimal:
    return Decimal(part) / Decimal(whole) if whole else Decimal(0)


def _said(values: Sequence[Any]) -> list[str]:
    return [_short(value) for value in values]


def _short(value: Any) -> str:
    if hasattr(value, "place"):
        names = ("kind", "grams", "count", "dose_mg", "ml", "amount", "currency", "per")
        parts = {n: getattr(value, n, None) for n in names}
        return " ".join(f"{n}={v}" for n, v in parts.items() if v is not None)
    return (
        json.dumps(value, default=str, ensure_ascii=False)
        if isinstance(value, dict)
        else str(value)
    )
