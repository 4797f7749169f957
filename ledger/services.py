# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which addresses belong to a service: by a tag of their own, or of their cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.clustering import Clustering
from ledger.index import ChainIndex
from ledger.labels import scripts_of_tags
from ledger.tagpack import CONFIDENCE
from vestigo.records import Tag

TRUSTED_LEVEL = 50


@dataclass(frozen=True, slots=True)
class Service:
    """A service that a script belongs to; ``basis`` as in ``CashOutPoint``.

    ``key`` tells one service from another (actor, else label); ``name`` is its label.
    """

    key: str
    name: str
    category: str | None
    basis: str
    tags: tuple[Tag, ...]

    @property
    def trust(self) -> Decimal:
        """What a probability that takes the tag for right is multiplied with.

        TagPack levels are no probabilities: from ``forensic`` (50) up a tag is taken as it
        stands, below that in proportion.
        """
        level = max(CONFIDENCE.get(tag.tagpack_confidence or "unknown", 5) for tag in self.tags)
        return min(Decimal(1), Decimal(level) / TRUSTED_LEVEL)


def service_tags(
    index: ChainIndex, tags: Sequence[Tag], settings: Mapping[str, Any]
) -> dict[int, list[Tag]]:
    """Return the tags that name a service, by script number."""
    categories = set(settings["service_categories"])
    found: dict[int, list[Tag]] = {}
    for script, own in scripts_of_tags(tags, index.network).items():
        number = index.script_number.get(script)
        naming = [tag for tag in own if tag.category in categories or tag.is_cluster_definer]
        if number is not None and naming:
            found[number] = naming
    return found


def service_key(tag: Tag) -> str:
    """Return what tells the service of a tag from others: the actor, or else the label."""
    return tag.actor or tag.label


class Services:
    """Answers which service a script belongs to, if any."""

    def __init__(self, clustering: Clustering, tagged: Mapping[int, list[Tag]]) -> None:
        self._clustering = clustering
        self._tagged = tagged
        self._by_cluster: dict[int, list[Tag]] = {}
        self._known: dict[tuple[str, int], Service] = {}
        for script in sorted(tagged):
            root = clustering.unions.find(script)
            self._by_cluster.setdefault(root, []).extend(tagged[script])

    def of(self, script: int) -> Service | None:
        """Return the service of a script; its own tags count before those of its cluster."""
        own = self._tagged.get(script)
        if own:
            return self._named("tagged_address", script, own)
        root = self._clustering.unions.find(script)
        found = self._by_cluster.get(root)
        return self._named("tagged_cluster", root, found) if found else None

    def _named(self, basis: str, number: int, tags: list[Tag]) -> Service:
        if (basis, number) not in self._known:
            self._known[basis, number] = _service(tags, basis)
        return self._known[basis, number]


def _service(tags: Sequence[Tag], basis: str) -> Service:
    ordered = sorted(tags, key=lambda tag: (-_level(tag), service_key(tag), tag.record_id))
    first = ordered[0]
    category = next((tag.category for tag in ordered if tag.category), None)
    return Service(service_key(first), first.label, category, basis, tuple(ordered))


def _level(tag: Tag) -> int:
    return CONFIDENCE.get(tag.tagpack_confidence or "unknown", 0)
