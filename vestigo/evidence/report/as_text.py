# SPDX-License-Identifier: AGPL-3.0-or-later
"""A document as plain text: for machines without Typst, and to be searched."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from vestigo.evidence.report.blocks import Block, Document

WIDTH = 96
LABEL = 28


def as_text(document: Document) -> str:
    """Return the document as plain text with line feeds; every text in it is harmless."""
    plain = document.plain()
    lines = [line for block in plain["blocks"] for line in _lines(block)]
    return "\n".join([*lines, "", plain["foot"]]) + "\n"


def _lines(block: Block) -> Iterator[str]:
    yield from _MAKERS[block["is"]](block)


def _heading(block: Block) -> Iterator[str]:
    mark = {1: "=", 2: "-"}.get(block["level"], "")
    yield from ["", block["text"], *([mark * len(block["text"])] if mark else [])]


def _words(block: Block) -> Iterator[str]:
    yield from ["", *_wrapped(_cell(block["text"]))]


def _listed(block: Block) -> Iterator[str]:
    numbered = block["is"] == "steps"
    for n, item in enumerate(block["items"], 1):
        first = f"{n}. " if numbered else "- "
        yield from _wrapped(_cell(item), first, " " * len(first))


def _box(block: Block) -> Iterator[str]:
    for inner in block["blocks"]:
        yield from _lines(inner)


def _tiles(block: Block) -> Iterator[str]:
    yield ""
    for figure, words in block["tiles"]:
        yield f"{figure:>8}  {words}"


def _facts(block: Block) -> Iterator[str]:
    yield ""
    for label, value in block["rows"]:
        yield from _wrapped(_cell(value), f"{label:<{LABEL}}  ", " " * (LABEL + 2))


def _table(block: Block) -> Iterator[str]:
    yield from ["", *([block["mark"]] if block["heuristic"] else [])]
    for row in block["rows"]:
        for n, (name, cell) in enumerate(zip(block["head"], row, strict=True)):
            first = "* " if n == 0 else "  "
            yield from _wrapped(_cell(cell), f"{first}{name}: ", "      ")


def _trail(block: Block) -> Iterator[str]:
    yield from ["", *([block["mark"]] if block["heuristic"] else []), block["caption"]]
    for stop in block["stops"]:
        if stop["step"]:
            yield f"    | {stop['step']}  {stop['proof']}"
        yield f"  {stop['place']}  {stop['says']}".rstrip()


def _drawing(block: Block) -> Iterator[str]:
    mark = [block["mark"]] if block.get("heuristic") else []
    yield from ["", *mark, *_wrapped(block["alt"]), *_wrapped(block["caption"])]


def _cell(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if "quote" in cell:
        before, quoted, after = cell["quote"]
        return f"{before}»{quoted}«{after} ({cell['where']})"
    if "parts" in cell:
        return "; ".join(_cell(part) for part in cell["parts"])
    return str(cell.get("mono", cell.get("strong", "")))


def _wrapped(text: str, first: str = "", later: str = "") -> list[str]:
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=later,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return lines or [first.rstrip()]


_MAKERS: dict[str, Callable[[Block], Iterator[str]]] = {
    "heading": _heading, "paragraph": _words, "note": _words, "list": _listed, "steps": _listed,
    "box": _box, "tiles": _tiles, "facts": _facts, "table": _table, "picture": _drawing,
    "break": lambda _block: iter(()), "trail": _trail, "intervals": _drawing, "prices": _drawing,
}  # fmt: skip
