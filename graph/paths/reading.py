# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads one step of the graph at a time: a round trip serves a whole frontier.

What is cut is remembered: nodes with more neighbours than may be followed, the number of
links that may be read, the time.  A node's neighbours are followed in one order (those
paid most first), so that both engines cut the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from graph.model import NodeRef
from graph.paths.asking import Asked
from graph.paths.hop import Hop
from graph.paths.kinds import MONEY, ending_at, joining, starting_at
from graph.paths.statement import pages, statement
from graph.paths.stopping import Stop, Stops
from graph.store import GraphStore, Row

Neighbours = dict[NodeRef, list[NodeRef]]


class Exhausted(Exception):  # noqa: N818 (no fault: a limit that was set is reached)
    """A limit of the question is reached; ``what`` is ``links`` or ``time``."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class StepReader:
    """Reads what one question asks for, within its limits."""

    def __init__(
        self, store: GraphStore, asked: Asked, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._asked = asked
        self._clock = clock
        self._until = clock() + asked.limits.seconds
        self._stops = Stops(self._read)
        self.n_links = 0
        self.n_reads = 0
        self.cut_at: dict[NodeRef, None] = {}

    def neighbours(
        self, nodes: Iterable[NodeRef], *, onward: bool, only: tuple[str, ...] | None = None
    ) -> Neighbours:
        """Return where one step leads from each node, or from where one step leads to it.

        ``only`` names the kinds to take of those that were asked for.
        """
        kinds = tuple(kind for kind in self._asked.taken if only is None or kind in only)
        found: Neighbours = {}
        for label, keys in _by_label(nodes):
            for name, chosen in self._ways_on(label, kinds, onward=onward):
                for page in pages(keys):
                    self._page(name, label, chosen, page, found)
        return {node: list(dict.fromkeys(others)) for node, others in found.items()}

    def _ways_on(
        self, label: str, kinds: tuple[str, ...], *, onward: bool
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        out = starting_at(label, kinds, money=True)
        into = ending_at(label, kinds, money=True)
        either = {
            *starting_at(label, kinds, money=False),
            *ending_at(label, kinds, money=False),
        }
        if out and (onward or self._asked.both_ways):
            yield "forward", out
        if into and (not onward or self._asked.both_ways):
            yield "backward", into
        if either:
            yield "either", tuple(sorted(either))

    def _page(
        self, name: str, label: str, kinds: tuple[str, ...], keys: list[str], found: Neighbours
    ) -> None:
        """Read one page of a frontier; where more is there than may be followed, in order."""
        rows = self._rows(f"{name}_free" if self._asked.is_free else name, label, kinds, keys)
        crowded = [row["key"] for row in rows if row["n"] > self._asked.limits.degree]
        self.cut_at.update((NodeRef(label, key), None) for key in crowded)
        if crowded and self._asked.is_free:
            rows = [row for row in rows if row["n"] <= self._asked.limits.degree]
            rows += self._rows(name, label, kinds, crowded)
        for row in rows:
            node = NodeRef(label, row["key"])
            others = [NodeRef(other[0], other[1]) for other in row["found"]]
            self.n_links += len(others)
            found.setdefault(node, []).extend(other for other in others if other != node)

    def _rows(self, name: str, label: str, kinds: tuple[str, ...], keys: list[str]) -> list[Row]:
        text = statement(name, label=(label,), kinds=kinds)
        return self._read(
            text, {**self._filters(), "keys": keys, "most": self._asked.limits.degree}
        )

    def stops(self, nodes: Iterable[NodeRef]) -> dict[NodeRef, Stop]:
        """Return those of ``nodes`` that nobody passes through, and why."""
        return self._stops.among(nodes)

    def hops(self, pairs: Iterable[tuple[NodeRef, NodeRef]]) -> dict[NodeRef, list[Hop]]:
        """Return every relationship that may be walked from the one to the other of each pair."""
        found: dict[NodeRef, list[Hop]] = {}
        for start, end, against in self._directed(pairs):
            for page in pages(start[1]):
                for hop in self._between(start[0], end, page, against=against):
                    found.setdefault(hop.start, []).append(hop)
        return found

    def _directed(
        self, pairs: Iterable[tuple[NodeRef, NodeRef]]
    ) -> Iterator[tuple[tuple[str, list[tuple[str, str]]], str, bool]]:
        groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for start, end in pairs:
            groups.setdefault((start.label, end.label), []).append((start.key, end.key))
        for (source, target), keys in sorted(groups.items()):
            yield (source, keys), target, False
            yield (target, [(b, a) for a, b in keys]), source, True

    def _between(
        self, source: str, target: str, keys: Sequence[tuple[str, str]], *, against: bool
    ) -> Iterator[Hop]:
        kinds = joining(source, target, self._asked.taken)
        if against and not self._asked.both_ways:
            kinds = tuple(kind for kind in kinds if kind not in MONEY)
        if not kinds:
            return
        text = statement("between", source=(source,), target=(target,), kinds=kinds)
        pairs = [{"source": a, "target": b} for a, b in keys]
        most = self._asked.limits.degree
        given = {**self._filters(), "pairs": pairs, "most": most + 1, "money": list(MONEY)}
        seen: dict[tuple[str, str], int] = {}
        for row in self._read(text, given):
            pair = (row["source"], row["target"])
            seen[pair] = seen.get(pair, 0) + 1
            if seen[pair] > most:
                self.cut_at[NodeRef(source, pair[0])] = None
            else:
                self.n_links += 1
                yield _hop(row, NodeRef(source, pair[0]), NodeRef(target, pair[1]), against=against)

    def _filters(self) -> dict[str, object]:
        asked = self._asked
        return {
            "tiers": list(asked.tiers),
            "since": asked.since,
            "until": asked.until,
            "minimum": asked.minimum_sat,
        }

    def _read(self, text: str, parameters: dict[str, object]) -> list[Row]:
        if self.n_links >= self._asked.limits.links:
            raise Exhausted("links")
        if self._clock() > self._until:
            raise Exhausted("time")
        rows = self._store.read(text, parameters)
        self.n_reads += 1
        return rows


def _hop(row: Row, source: NodeRef, target: NodeRef, *, against: bool) -> Hop:
    start, end = (target, source) if against else (source, target)
    return Hop(
        start=start,
        end=end,
        kind=row["kind"],
        against=against,
        money=row["kind"] in MONEY,
        amount_sat=row["amount_sat"],
        at=row["at"],
        tier=row["tier"],
        rule=row["rule"],
        confidence=row["confidence"],
        record_id=row["record_id"],
        txid=row["txid"],
        vout=row["vout"],
    )


def _by_label(nodes: Iterable[NodeRef]) -> list[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for node in nodes:
        groups.setdefault(node.label, []).append(node.key)
    return sorted(groups.items())
