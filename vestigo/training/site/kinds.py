# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every kind of page that an address of a market serves, with the kind that it is.

The truth comes from what was asked for and of whom, never from the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from vestigo.training.site.answer import Answer
from vestigo.training.site.market_site import Site
from vestigo.training.site.mirrors import doors
from vestigo.training.world import MarketView


@dataclass(frozen=True, slots=True)
class ServedPage:
    """One answer; ``kind`` is what it is, ``layout`` and ``door`` name who served it."""

    layout: str
    door: str
    kind: str
    target: str
    answer: Answer


def served_kinds(view: MarketView) -> Iterator[ServedPage]:
    """Yield pages of every kind from each address of a venue, phishing copies included."""
    for door in doors(view.market):
        site = Site(view, door)
        for kind, target, answer in site.every_kind():
            yield ServedPage(site.layout.name, door.name, kind, target, answer)
            if kind in ("listing", "vendor", "category", "search"):
                cut = replace(answer, body=answer.body[: len(answer.body) * 2 // 3])
                yield ServedPage(site.layout.name, door.name, "other", target, cut)
