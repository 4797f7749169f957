# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where ways stop: at services, at addresses that a tag gives to one, at mixes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from graph.model import NodeRef
from graph.paths.kinds import ENDS
from graph.paths.statement import pages, statement
from graph.store import Row

MOST_TAGGED = 5000  # tagged addresses that are read at once; with more, each is looked up
Read = Callable[[str, dict[str, object]], list[Row]]


class Stop(NamedTuple):
    """Why nobody passes through a node: ``tagged_service``, ``mix`` or ``end``; what it names."""

    why: str
    detail: str


class Stops:
    """Remembers what was asked; ``read`` runs a statement."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: dict[NodeRef, Stop | None] = {}
        self._tagged: dict[str, str] = {}
        self._step = ""  # the statement that looks up what is not known by now

    def among(self, nodes: Iterable[NodeRef]) -> dict[NodeRef, Stop]:
        """Return those of ``nodes`` that nobody passes through, and why."""
        wanted = list(dict.fromkeys(nodes))
        new = [node for node in wanted if node not in self._known]
        self._known.update((node, Stop("end", "") if node.label in ENDS else None) for node in new)
        self._look_up([node.key for node in new if node.label == "Address"])
        known = {node: self._known[node] for node in wanted}
        return {node: stop for node, stop in known.items() if stop is not None}

    def _look_up(self, keys: list[str]) -> None:
        if keys and not self._step:
            self._read_tags()
        for key in keys:
            if key in self._tagged:
                self._note(key, self._tagged[key])
        for page in pages([key for key in keys if key not in self._tagged]):
            for row in self._read(statement(self._step), {"keys": page}):
                self._note(row["key"], min(row["services"], default=""))

    def _read_tags(self) -> None:
        """Read the tagged addresses once where they are few: cheaper than to ask each time."""
        rows = self._read(statement("tagged"), {"most": MOST_TAGGED + 1})
        few = len(rows) <= MOST_TAGGED
        self._step = "mixed" if few else "stops"
        self._tagged = {row["key"]: row["detail"] for row in rows} if few else {}

    def _note(self, key: str, service: str) -> None:
        stop = Stop("tagged_service", service) if service else Stop("mix", "")
        self._known[NodeRef("Address", key)] = stop
