# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes the part of docs/guide/queries.md that the catalogue says: ``python questions_page.py``."""

from __future__ import annotations

import sys
from pathlib import Path

from graph import catalogue
from vestigo.cli.graph_questions import example, group_titles

PAGE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "queries.md"
MARK = "<!-- From here on the page is written by tests/graph/questions_page.py. -->\n"


def generated() -> str:
    """Return every question by group: parameters, columns, order, example."""
    lines = [MARK]
    questions = [catalogue.query(name) for name in catalogue.names()]
    for group, title in group_titles().items():
        lines += [f"## {title}", ""]
        for question in questions:
            if question.group == group:
                lines += _section(question)
    return "\n".join(lines)


def _section(question: catalogue.Query) -> list[str]:
    lines = [f"### `{question.name}`", question.title, ""]
    lines += ["| parameter | type | default | |", "|---|---|---|---|"]
    for item in question.parameters:
        lines.append(f"| `{item.name}` | {_kind(item)} | {_default(item)} | {item.about} |")
    lines += ["", "| column | type | |", "|---|---|---|"]
    lines += [f"| `{item.name}` | {item.kind} | {item.about} |" for item in question.columns]
    return [*lines, "", f"Order: {question.order}. `{example(question)}`", ""]


def _kind(item: catalogue.Parameter) -> str:
    bounded = item.lowest > 0 or item.highest < catalogue.MAX_INTEGER
    return f"{item.kind} {item.lowest}–{item.highest}" if bounded else item.kind


def _default(item: catalogue.Parameter) -> str:
    if item.default is None:
        return "must be given"
    if item.default == catalogue.MAX_INTEGER:
        return "none"
    return "empty" if item.default == "" else str(item.default)


if __name__ == "__main__":
    before = PAGE.read_text("utf-8").partition(MARK)[0]
    PAGE.write_text(before + generated(), "utf-8")
    sys.stdout.write(f"{PAGE.name}: {len(catalogue.names())} questions\n")
