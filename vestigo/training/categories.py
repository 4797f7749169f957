# SPDX-License-Identifier: AGPL-3.0-or-later
"""The category tree that follows from the listings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vestigo.training.world import Listing


@dataclass(frozen=True, slots=True)
class Category:
    """One category with everything below it; ``path`` runs from the root."""

    path: tuple[str, ...]
    listings: tuple[Listing, ...]

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.path[-1]

    @property
    def depth(self) -> int:
        """0 for a root category."""
        return len(self.path) - 1

    @property
    def slug(self) -> str:
        """The name in addresses."""
        return _slug(self.path)

    @property
    def n_listings(self) -> int:
        """How many listings it shows (delisted ones too, as real markets do)."""
        return len(self.listings)

    @property
    def trail(self) -> tuple[tuple[str, str], ...]:
        """(name, slug) from the root to this category."""
        steps = range(1, len(self.path) + 1)
        return tuple((self.path[n - 1], _slug(self.path[:n])) for n in steps)


def category_tree(listings: Sequence[Listing]) -> tuple[Category, ...]:
    """Return every category of ``listings``, parents first, by name."""
    paths = {one.category[:n] for one in listings for n in range(1, len(one.category) + 1)}
    return tuple(
        Category(path, tuple(one for one in listings if one.category[: len(path)] == path))
        for path in sorted(paths)
    )


def _slug(path: tuple[str, ...]) -> str:
    return "-".join(re.sub(r"[^a-z0-9]+", "", name.lower()) for name in path)
