# SPDX-License-Identifier: AGPL-3.0-or-later
"""Learning each layout on a few pages and reading the rest: exact matches by field."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from crawler.market import MarketProfile, PageReading, load_profile, read_page
from crawler.market.guessing.generic import read_unprofiled
from crawler.market.learning.apart import learned_page
from crawler.market.learning.proposing import learn_layout
from crawler.market.learning.writing import profile_text
from vestigo.errors import VestigoError
from vestigo.pipeline.market_layouts import (
    boxes,
    posts,
    second,
    tables,
    unseen,
    wild_early,
    wild_last,
    wild_late,
    wild_tongues,
)
from vestigo.pipeline.market_layouts.doors import doors
from vestigo.pipeline.market_layouts.layout import LAYOUTS, Layout, Shown, Site, show
from vestigo.pipeline.market_layouts.offers import invented_offer

FIELDS = ("title", "price", "vendor", "category", "ships_from", "ships_to")
MODULES = (boxes, posts, second, tables, unseen, wild_early, wild_tongues, wild_late, wild_last)
BATCHES = ("development", "held_out", "wild", "late", "last")
N_LEARNED = 3


@dataclass
class Score:
    """Exact matches and pages by field; ``false_records`` come from pages that are no listings."""

    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    false_records: int = 0
    wrong: list[str] = field(default_factory=list)
    error: str = ""

    def add(self, other: Score) -> None:
        """Add the counts of another score."""
        self.right.update(other.right)
        self.total.update(other.total)
        self.false_records += other.false_records

    def shares(self) -> dict[str, Decimal]:
        """Return the share of exact matches by field, 4 places."""
        return {
            name: (Decimal(self.right[name]) / max(1, self.total[name])).quantize(Decimal("0.0001"))
            for name in FIELDS
        }


def compare(score: Score, shown: Shown, reading: PageReading, name: str) -> None:
    """Compare a reading with the truth of its page, field by field."""
    listing = reading.listing
    price = listing.price if listing else None
    truth = {
        "title": shown.title, "price": f"{shown.amount} {shown.currency}", "vendor": shown.vendor,
        "category": shown.category, "ships_from": shown.ships_from, "ships_to": shown.ships_to,
    }  # fmt: skip
    found = {
        "title": listing.title if listing else None,
        "price": f"{price.amount:f} {price.currency}" if price else None,
        "vendor": listing.vendor if listing else None,
        "category": listing.category if listing else (),
        "ships_from": listing.ships_from if listing else None,
        "ships_to": listing.ships_to if listing else None,
    }
    for one in FIELDS:
        score.total[one] += 1
        if _plain(truth[one]) == _plain(found[one]):
            score.right[one] += 1
        else:
            score.wrong.append(f"{name} {one}: {found[one]!r} instead of {truth[one]!r}")


def _plain(value: object) -> str:
    text = " > ".join(value) if isinstance(value, tuple) else str(value or "")
    return " ".join(text.split())


def measure_layout(layout: Layout, seed: int, n_pages: int) -> tuple[Score, Score]:
    """Return (learned, generic) scores of one layout; the learned pages are not counted."""
    pages = [show(layout, seed, n, rich=False) for n in range(n_pages + N_LEARNED)]
    learned, rest = pages[:N_LEARNED], pages[N_LEARNED:]
    others = door_pages(seed, layout)
    by_profile, generic = Score(), Score()
    for number, shown in enumerate(rest):
        compare(generic, shown, _generic(shown.page, number), f"{layout.name}-{number}")
    generic.false_records += sum(_generic(page, 0).listing is not None for page in others)
    try:
        profile = learned_profile([shown.page for shown in learned])
    except VestigoError as error:
        by_profile.error = str(error)
        by_profile.total.update({name: len(rest) for name in FIELDS})
        return by_profile, generic
    for number, shown in enumerate(rest):
        compare(by_profile, shown, _read(profile, shown.page, number), f"{layout.name}-{number}")
    by_profile.false_records += sum(_read(profile, page, 0).listing is not None for page in others)
    return by_profile, generic


def learned_profile(pages: Sequence[str]) -> MarketProfile:
    """Return the profile that is proposed from ``pages``, as ``load_profile`` reads it."""
    read = [learned_page(f"page-{n}.html", page.encode()) for n, page in enumerate(pages)]
    text = profile_text(learn_layout(read), "invented")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "learned.toml"
        path.write_text(text, "utf-8")
        return load_profile(path)


def _read(profile: MarketProfile, page: str, number: int) -> PageReading:
    return read_page(
        profile,
        page.encode(),
        uri=f"/pages/page-{number}.html",
        status=None,
        media_type="",
        charset="",
        problem="",
    )


def _generic(page: str, number: int) -> PageReading:
    return read_unprofiled(page.encode(), uri=f"/pages/page-{number}.html")


def door_pages(seed: int, layout: Layout) -> list[str]:
    """Return pages that are no listings: log-in, errors, captcha, vendor, category."""
    if layout.doors is not None:
        return list(layout.doors(seed).values())
    chance = Random(f"doors-{seed}-{layout.name}")  # noqa: S311 - invented pages, no secret
    offer = invented_offer(chance, 1)
    site = Site(chance, "en", "wanderer7", [invented_offer(chance, n) for n in range(2, 7)])
    return list(doors(offer, site).values())


def layouts(batch: str) -> list[Layout]:
    """Return the invented layouts of a batch: of development, or one written after the method."""
    assert MODULES  # importing them registers the layouts
    return [one for _name, one in sorted(LAYOUTS.items()) if one.batch == batch]


def measure_all(seed: int, n_pages: int) -> dict[str, Any]:
    """Return the shares of exact matches on each batch of layouts, for JSON."""
    return {
        "seed": seed,
        "n_learned": N_LEARNED,
        "n_pages": n_pages,
        **{batch: _measure_set(seed, n_pages, batch) for batch in BATCHES},
    }


def _measure_set(seed: int, n_pages: int, batch: str) -> dict[str, Any]:
    learned, generic, rows = Score(), Score(), {}
    for one in layouts(batch):
        scores = measure_layout(one, seed, n_pages)
        learned.add(scores[0])
        generic.add(scores[1])
        rows[one.name] = {"learned": _plain_score(scores[0]), "generic": _plain_score(scores[1])}
    return {
        "n_layouts": len(rows),
        "learned": _plain_score(learned),
        "generic": _plain_score(generic),
        "layouts": rows,
    }


def _plain_score(score: Score) -> dict[str, Any]:
    return {"fields": score.shares(), "false_records": score.false_records, "error": score.error}
