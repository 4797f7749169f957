# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a record rests on: from its sources down to captures, transactions and tags."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from graph.model import NodeRef, Properties
from graph.projecting.collector import Collector, Statement, present
from vestigo.records import Tag


class Evidence:
    """Remembers who cites whom; at the end it draws SHOWN_BY to what can be looked at.

    A source is a record id, a capture id or a transaction id: ``anchor`` makes these
    known, ``cites`` what a derived record names, ``claim`` what is to be shown.
    """

    def __init__(self, gone: frozenset[str]) -> None:
        self._gone = gone
        self._anchors: dict[str, NodeRef] = {}
        self._tags: dict[str, Tag] = {}
        self._sources: dict[str, tuple[str, ...]] = {}
        self._claims: list[tuple[NodeRef, Statement, Properties]] = []

    def anchor(self, ref: NodeRef, *names: str) -> None:
        """Make ``ref`` the evidence that each of ``names`` stands for."""
        for name in names:
            self._anchors[name] = ref

    def tag(self, record_id: str, tag: Tag) -> None:
        """Remember a tag; it enters the graph only where something rests on it."""
        self._tags[record_id] = tag
        self.anchor(NodeRef("Tag", record_id), record_id)

    def tag_of(self, record_id: str) -> Tag | None:
        """Return a tag that was remembered, or None."""
        return self._tags.get(record_id)

    def tags(self) -> Iterator[tuple[str, Tag]]:
        """Yield the remembered tags by id."""
        return iter(sorted(self._tags.items()))

    def stands(self, record_id: str, sources: tuple[str, ...]) -> bool:
        """Register a derived record; False when all that it rests on was retracted."""
        if all(source in self._gone for source in sources):
            self._gone |= {record_id}
            return False
        self._sources[record_id] = sources
        return True

    def claim(
        self, ref: NodeRef, statement: Statement, states: str, said: Properties | None = None
    ) -> None:
        """Ask that ``ref`` be joined to what shows the record of ``statement``.

        ``said`` are words of that record that a later one may replace on the node.
        """
        self._claims.append((ref, statement, {"states": states, **(said or {})}))

    def draw(self, collector: Collector) -> None:
        """Add a SHOWN_BY for every claim and every piece of evidence behind it."""
        for ref, statement, said in self._claims:
            for evidence, via in self._behind(statement.record_id):
                if evidence == ref:
                    continue
                if evidence.label == "Tag":
                    add_tag(collector, evidence.key, self._tags[evidence.key])
                part = (statement.record_id,)
                collector.edge("SHOWN_BY", ref, evidence, statement, part=part, via=list(via),
                               **said)  # fmt: skip

    def _behind(self, record_id: str) -> list[tuple[NodeRef, tuple[str, ...]]]:
        """Return the evidence behind a record with the records on the way (fewest, then by id)."""
        found: dict[NodeRef, tuple[str, ...]] = {}
        seen = {record_id}
        waiting: deque[tuple[str, tuple[str, ...]]] = deque([(record_id, ())])
        while waiting:
            current, via = waiting.popleft()
            anchor = self._anchors.get(current)
            if anchor is not None:
                found.setdefault(anchor, via)
                continue
            onward = via if current == record_id else (*via, current)
            for source in sorted(set(self._sources.get(current, ())) - seen - self._gone):
                seen.add(source)
                waiting.append((source, onward))
        return sorted(found.items(), key=lambda item: (item[0].label, item[0].key))


def add_tag(collector: Collector, record_id: str, tag: Tag) -> NodeRef:
    """Add the node of a tag."""
    properties = present(
        name=tag.label,
        address=tag.address,
        service=service_of(tag),
        category=tag.category,
        source=tag.source,
        tagpack_confidence=tag.tagpack_confidence,
        pack_sha256=tag.pack_sha256,
    )
    return collector.node("Tag", record_id, **properties)


def service_of(tag: Tag) -> str:
    """Return the service that a tag names: its actor, or its label where it has none."""
    return tag.actor or tag.label
