# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures that a set of annotated texts must reach (a TOML file beside the sets)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def missed(report: Mapping[str, Any], floors: Mapping[str, Any], of: str) -> list[str]:
    """Return what the report of the set ``of`` does not reach, one sentence each.

    ``floors``: ``[[floor]]`` with ``set``, ``language``, ``field``, ``f1``; ``[[ceiling]]``
    with ``set``, ``language``, ``share``, ``most``; ``[[least]]`` with ``set``, ``language``,
    ``share``, ``least``.  A figure of nothing does not reach its floor.
    """
    found = []
    for row in _of(floors, "floor", of):
        figure = _table(report, row)["fields"].get(row["field"], {}).get("f1")
        if figure is None or Decimal(figure) < Decimal(str(row["f1"])):
            found.append(f"{row['language']} {row['field']}: f1 {figure} < {row['f1']}")
    for row in _of(floors, "ceiling", of):
        figure = _share(report, row)
        if figure is None or Decimal(figure) > Decimal(str(row["most"])):
            found.append(f"{row['language']} {row['share']}: {figure} > {row['most']}")
    for row in _of(floors, "least", of):
        figure = _share(report, row)
        if figure is None or Decimal(figure) < Decimal(str(row["least"])):
            found.append(f"{row['language']} {row['share']}: {figure} < {row['least']}")
    return found


def _of(floors: Mapping[str, Any], kind: str, of: str) -> list[dict[str, Any]]:
    return [row for row in floors.get(kind, ()) if row["set"] == of]


def _table(report: Mapping[str, Any], row: Mapping[str, Any]) -> Mapping[str, Any]:
    if row["language"] == "all":
        return report
    found: Mapping[str, Any] = report["languages"].get(row["language"], {"fields": {}})
    return found


def _share(report: Mapping[str, Any], row: Mapping[str, Any]) -> str | None:
    figures = _table(report, row).get("shares", {}).get(row["share"], {})
    value: str | None = figures.get("share")
    return value
