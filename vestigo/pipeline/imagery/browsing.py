# SPDX-License-Identifier: AGPL-3.0-or-later
"""A browser at the planted market: every plant as a part of a page, and as the page itself.

A picture stops at its first hit.  So the pages show what nobody has asked for yet, and are
drawn until nothing is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from crawler.browser.studio import Studio
from crawler.market import MarketProfile
from vestigo.errors import VestigoError
from vestigo.evidence.quarantine import Quarantine
from vestigo.pipeline.imagery.pictures import HEIGHT, WIDTH
from vestigo.pipeline.imagery.planted_case import PlantedCase
from vestigo.pipeline.imagery.planting import WAYS, Plant
from vestigo.pipeline.invented_market import page_response
from vestigo.pipeline.live_picture import LivePicture, open_live_studio, take_live
from vestigo.pipeline.session import CaseSession
from vestigo.pipeline.wire.tapped import TappedServer
from vestigo.records import Capture

ON_A_PAGE = 25
IN_VAIN = 3  # a page is drawn again so often without anything new
DRAWN = "drawn"
_BOX = f"width={WIDTH} height={HEIGHT}"
# how a page embeds what lies at an address
FORMS = {
    "background": f'<div style="width:{WIDTH}px;height:{HEIGHT}px;background:url({{0}})"></div>',
    "frame": f'<iframe src="{{0}}" {_BOX}></iframe><img src="{{0}}">',  # frames show nothing
    "image": f'<img src="{{0}}" {_BOX}>',
    "input": f'<input type=image src="{{0}}" {_BOX}>',
    "poster": f'<video poster="{{0}}" {_BOX}></video>',
    "set": f'<picture><source srcset="{{0}} 1x"><img {_BOX}></picture>',
    "style": '<link rel=stylesheet href="{0}">',
    "svg": f'<svg {_BOX}><image href="{{0}}" {_BOX} /></svg>',
}


@dataclass(slots=True)
class Browsed:
    """How often each embedding was used, and how the pictures of pages ended (codes)."""

    embedded: Counter[str] = field(default_factory=Counter)
    as_parts: Counter[str] = field(default_factory=Counter)
    as_pages: Counter[str] = field(default_factory=Counter)
    n_left_in_scratch: int = 0

    def figures(self) -> dict[str, Any]:
        """Return what was counted, for the document."""
        return {
            "embedded": dict(sorted(self.embedded.items())),
            "pages_that_embed": dict(sorted(self.as_parts.items())),
            "plants_as_pages": dict(sorted(self.as_pages.items())),
            "n_left_in_scratch": self.n_left_in_scratch,
        }


def browse(
    session: CaseSession,
    profile: MarketProfile,
    server: TappedServer,
    done: PlantedCase,
    as_pages: Sequence[Plant],
    on_line: Callable[[str], None],
) -> Browsed:
    """Have a browser meet every plant of ``done`` embedded, then ``as_pages`` as they are."""
    browsed = Browsed()
    host = f"127.0.0.1:{server.port}"
    quarantine = Quarantine(session.folder)

    def draw(studio: Studio, target: str, outcomes: Counter[str], *, scripts: bool) -> None:
        wanted = LivePicture(profile=profile, uri=f"http://{host}{target}", scripts=scripts)
        outcomes[_outcome(session, wanted, studio)] += 1
        done.n_runs += 1
        for parked in quarantine.parked_hosts():
            quarantine.release(parked)

    for number, plants in enumerate(_batches(done.plants)):
        browsed.embedded.update(form_of(one.number) for one in plants)
        target = f"/page/{number}"
        server.answers[target] = _page_of(plants, server.asked)
        with open_live_studio(session) as studio:
            _draw_until_all_came(plants, server.asked, target, partial(draw, studio), browsed)
        on_line(f"{done.name}: embedded {sum(browsed.embedded.values())}/{len(done.plants)}")
    for plants in _batches(as_pages):
        with open_live_studio(session) as studio:
            for one in plants:
                draw(studio, one.target, browsed.as_pages, scripts=bool(one.number % 2))
        browsed.n_left_in_scratch += session.folder.scratch.exists()
        on_line(f"{done.name}: as pages {sum(browsed.as_pages.values())}/{len(as_pages)}")
    done.n_items = len(quarantine.items())
    done.n_captures = sum(1 for _capture in session.ledger.of_kind(Capture))
    return browsed


def _draw_until_all_came(
    plants: Sequence[Plant],
    asked: Counter[str],
    target: str,
    draw: Callable[..., None],
    browsed: Browsed,
) -> None:
    left, in_vain = _left(plants, asked), 0
    while left and in_vain < IN_VAIN:
        draw(target, browsed.as_parts, scripts=bool(asked[target] % 2))
        before, left = left, _left(plants, asked)
        in_vain = in_vain + 1 if left == before else 0


def _left(plants: Sequence[Plant], asked: Counter[str]) -> list[Plant]:
    return [one for one in plants if one.expected != "refused" and not asked[one.target]]


def _page_of(plants: Sequence[Plant], asked: Counter[str]) -> Callable[[bytes, int], bytes]:
    """Return the page that embeds those of ``plants`` that nobody asked for yet."""

    def answer(_request: bytes, _number: int) -> bytes:
        shown = [one for one in plants if not asked[one.target]]
        return page_response(
            "".join(FORMS[form_of(one.number)].format(one.target) for one in shown)
        )

    return answer


def form_of(number: int) -> str:
    """Return how a plant is embedded: over the numbers each way meets each form."""
    names = sorted(FORMS)
    return names[(number % len(WAYS) + number // len(WAYS)) % len(names)]


def _batches(plants: Sequence[Plant]) -> list[Sequence[Plant]]:
    return [plants[n : n + ON_A_PAGE] for n in range(0, len(plants), ON_A_PAGE)]


def _outcome(session: CaseSession, wanted: LivePicture, studio: Studio) -> str:
    try:
        take_live(session, wanted, studio)
    except VestigoError as error:
        return error.code
    return DRAWN
