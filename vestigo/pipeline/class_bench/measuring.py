# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recall of invented mixes, false positives of what one payer made, and labelled lines."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ledger.classes import MIXES as MIX_CLASSES
from ledger.classes import TxView, classify, may_be_joint
from ledger.compact import parse_line
from vestigo.pipeline.class_bench.drawing import Draw
from vestigo.pipeline.class_bench.esplora import through_esplora
from vestigo.pipeline.class_bench.mixes import MIXES
from vestigo.pipeline.class_bench.ordinary import LOOK_ALIKES, ORDINARY

Makers = Mapping[str, Callable[[Draw], TxView]]


def measure_classes(each: int, seed: int, labelled: Iterable[Path] = ()) -> dict[str, Any]:
    """Classify ``each`` transactions of every kind; ``InputError`` E-LED-020 names a bad line."""
    ordinary, alike = _counts(ORDINARY, each, seed), _counts(LOOK_ALIKES, each, seed)
    return {
        "each": each,
        "seed": seed,
        "mixes": {name: _recall(name, one) for name, one in _counts(MIXES, each, seed).items()},
        "ordinary": {name: _taken(one) for name, one in ordinary.items()},
        "look_alikes": {name: _taken(one) for name, one in alike.items()},
        "false_positives": _false([*ordinary.values()]),
        "false_positives_of_look_alikes": _false([*alike.values()]),
        "labelled": _labelled(labelled),
    }


def _counts(makers: Makers, each: int, seed: int) -> dict[str, Counter[str]]:
    """Return the classes given, by kind; every second transaction goes through Esplora's form."""
    found: dict[str, Counter[str]] = {}
    for name, make in makers.items():
        counts: Counter[str] = Counter()
        for number in range(each):
            view = make(Draw(f"{name}/{seed}/{number}"))
            if number % 2:
                view = parse_line(through_esplora(view), name)
            counts[classify(view).name] += 1
            counts["not joined"] += may_be_joint(view)
        found[name] = counts
    return found


def _recall(name: str, counts: Counter[str]) -> dict[str, Any]:
    n = counts.total() - counts["not joined"]
    told = {key: value for key, value in sorted(counts.items()) if key != "not joined"}
    return {"n": n, "recall": round(counts[name] / n, 4), "not_joined": counts["not joined"],
            "classes": told}  # fmt: skip


def _taken(counts: Counter[str]) -> dict[str, Any]:
    told = {key: value for key, value in sorted(counts.items()) if key != "not joined"}
    return {"n": sum(told.values()), "taken_for_mixes": sum(counts[one] for one in MIX_CLASSES),
            "classes": told}  # fmt: skip


def _false(kinds: Iterable[Counter[str]]) -> dict[str, Any]:
    """Return how many were taken for a mix: of a coordinator, and with the mere candidates."""
    rows = list(kinds)
    n = sum(one.total() - one["not joined"] for one in rows)
    certain = sum(one[name] for one in rows for name in MIX_CLASSES[:3])
    return {"n": n, "mixes": certain,
            "with_candidates": certain + sum(one[MIX_CLASSES[3]] for one in rows)}  # fmt: skip


def _labelled(files: Iterable[Path]) -> dict[str, dict[str, int]] | None:
    """Return the classes given to labelled lines, by label (without one: by name of the file)."""
    found: dict[str, Counter[str]] = {}
    for path in files:
        opener = lzma.open if path.suffix == ".xz" else open
        with opener(path, "rt", encoding="utf-8") as handle:
            for number, line in enumerate(handle, start=1):
                name = classify(parse_line(line, f"{path}:{number}")).name
                label = str(json.loads(line).get("label", path.name))
                found.setdefault(label, Counter())[name] += 1
    return {label: dict(sorted(one.items())) for label, one in sorted(found.items())} or None
