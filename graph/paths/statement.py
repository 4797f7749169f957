# SPDX-License-Identifier: AGPL-3.0-or-later
"""The texts of this package: one step, one pair of nodes, stops, what a key names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import TypeVar

from graph.model import EDGES, NODES

T = TypeVar("T")
PAGE = 1000
PROPERTIES = frozenset({"handle", "name", "value"})


@cache
def statement(name: str, **names: tuple[str, ...]) -> str:
    """Return a statement of this package; its places take names of the model only."""
    text = (files("graph.paths") / "statements" / f"{name}.cypher").read_text("utf-8")
    for place, values in names.items():
        for value in values:
            if value not in NODES and value not in EDGES and value not in PROPERTIES:
                raise ValueError(f"{value!r} is no name of the model")
        text = text.replace(f"__{place.upper()}__", "|".join(values))
    return text


def pages(items: Sequence[T]) -> Iterator[list[T]]:
    """Yield the items, so many as one read takes at a time."""
    for begin in range(0, len(items), PAGE):
        yield list(items[begin : begin + PAGE])
