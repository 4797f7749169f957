# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finds the k best ways between two things and says what was cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from graph.model import NodeRef
from graph.paths.asking import Asked
from graph.paths.hop import Hop, Way
from graph.paths.ranking import Ranking, distances
from graph.paths.reach import Reach
from graph.paths.reading import Exhausted, StepReader
from graph.paths.stopping import Stop
from graph.store import GraphStore

Pair = tuple[NodeRef, NodeRef]


class Cut(NamedTuple):
    """A bound that was met: ``degree`` (of ``node``), ``hops``, ``links``, ``time``, ``tries``."""

    what: str
    limit: str
    node: NodeRef | None = None


@dataclass(slots=True)
class Ways:
    """The answer: ways, best first; where ways stopped and why; what was cut.

    ``alike`` counts the relationships between two nodes next to each other on a way.
    """

    asked: Asked
    ways: list[Way] = field(default_factory=list)
    alike: dict[Pair, int] = field(default_factory=dict)
    stopped: dict[NodeRef, Stop] = field(default_factory=dict)
    cuts: list[Cut] = field(default_factory=list)
    n_links: int = 0
    n_reads: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether the search ended by itself: no limit on links, time or tries."""
        return not any(cut.what in ("links", "time", "tries") for cut in self.cuts)


def find_ways(
    store: GraphStore, asked: Asked, on_read: Callable[[int], None] | None = None
) -> Ways:
    """Return the ``k`` best simple ways of one question.

    A way visits no node twice; of the relationships between the same two nodes the best
    fitting one is shown.  Order: fewest hops, largest smallest amount, earliest payments,
    then keys.  ``on_read`` is called with the number of links read so far.  Raises what
    the store raises.
    """
    return _Search(store, asked, on_read or _nobody).run()


class _Search:
    def __init__(self, store: GraphStore, asked: Asked, on_read: Callable[[int], None]) -> None:
        self._asked = asked
        self._reader = StepReader(store, asked)
        self._reach = Reach(asked, self._reader)
        self._hops: dict[NodeRef, list[Hop]] = {}
        self._known: set[Pair] = set()
        self._on_read = on_read
        self._result = Ways(asked)
        self._gave_up = False

    def run(self) -> Ways:
        try:
            self._widen()
        except Exhausted as reached:
            limits = self._asked.limits
            limit = limits.links if reached.what == "links" else f"{limits.seconds:g}"
            self._result.cuts.append(Cut(reached.what, str(limit)))
        self._state()
        return self._result

    def _widen(self) -> None:
        """Grow until ``k`` ways lie in what is known, or there is nothing more to know."""
        while True:
            done = self._reach.is_everything or self._reach.n_hops >= self._asked.most_hops
            if self._reach.met and (self._reach.n_hops or done):
                self._rank()
                if len(self._result.ways) >= self._asked.k:
                    return
            if done:
                break
            self._reach.grow()
            self._on_read(self._reader.n_links)
        if not self._reach.is_everything:
            self._result.cuts.append(Cut("hops", str(self._asked.most_hops)))

    def _rank(self) -> None:
        """Rank the ways that lie in what is known: those short enough to be all known."""
        everything = self._reach.is_everything
        most = self._asked.most_hops if everything else self._reach.n_hops
        pairs = self._open_pairs_on_ways(most)
        if pairs:
            self._read_hops(pairs)
            ranking = Ranking(
                self._hops, self._asked.source, self._is_end, self._reach.allows, most,
                self._asked.in_time_order, self._asked.limits.tries,
            )  # fmt: skip
            self._result.ways = ranking.best(self._asked.k)
            self._gave_up = ranking.gave_up

    def _open_pairs_on_ways(self, most: int) -> list[Pair]:
        """Return the pairs on ways that no stop closes (a closed one makes others longer)."""
        while True:
            pairs = self._pairs_on_ways(most)
            self._reader.stops(start for start, _end in pairs)
            closed = [pair for pair in pairs if not self._reach.allows(*pair)]
            if not closed:
                return pairs
            for start, end in closed:
                del self._reach.links[start][end]

    def _pairs_on_ways(self, most: int) -> list[Pair]:
        """Return the pairs of neighbours that lie on some way of at most ``most`` hops."""
        links = self._reach.links
        before: dict[NodeRef, list[NodeRef]] = {}
        for start, others in links.items():
            for end in others:
                before.setdefault(end, []).append(start)
        near = distances([self._asked.source], lambda node: links.get(node, ()))
        ends = [node for node in before if self._is_end(node)]
        far = distances(ends, lambda node: before.get(node, ()))
        return [
            (start, end)
            for start, others in links.items() if start in near
            for end in others if end in far and near[start] + 1 + far[end] <= most
        ]  # fmt: skip

    def _read_hops(self, pairs: list[Pair]) -> None:
        new = [pair for pair in pairs if pair not in self._known]
        for start, hops in self._reader.hops(new).items():
            self._hops.setdefault(start, []).extend(hops)
        self._known.update(new)

    def _is_end(self, node: NodeRef) -> bool:
        if self._asked.target is None:
            return node.label == "CashOutPoint"
        return node == self._asked.target

    def _state(self) -> None:
        result = self._result
        result.stopped = dict(sorted(self._reach.stopped.items(), key=_label_and_key))
        degree = str(self._asked.limits.degree)
        nodes = sorted(self._reader.cut_at, key=lambda node: (node.label, node.key))
        result.cuts.extend(Cut("degree", degree, node) for node in nodes)
        if self._gave_up:
            result.cuts.append(Cut("tries", str(self._asked.limits.tries)))
        for way in result.ways:
            for hop in way:
                alike = [other for other in self._hops[hop.start] if other.end == hop.end]
                result.alike[hop.start, hop.end] = len(alike)
        result.n_links, result.n_reads = self._reader.n_links, self._reader.n_reads


def _label_and_key(item: tuple[NodeRef, Stop]) -> tuple[str, str]:
    return item[0].label, item[0].key


def _nobody(_n: int) -> None:
    """Nobody watches."""
