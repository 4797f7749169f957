# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much of each market a case has seen, pass by pass, as its frontiers show it."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.coverage import coverage_of, sightings_of
from crawler.estimating import Estimate, Sighting, estimate_on_sale
from crawler.frontier.file import coded
from crawler.job import Coverage
from vestigo.errors import UsageError, VestigoError
from vestigo.i18n import _
from vestigo.pipeline.crawl_choice import frontiers
from vestigo.store import CaseFolder

LEVEL = "0.95"
_NAME = re.compile(r"(?P<market>.+?)(?:\.pass-(?P<number>[0-9]+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PassCoverage:
    """One pass over one market: counts of its pages, counts and estimate of its listings."""

    market: str
    pass_no: int
    pages: Coverage
    listings: Estimate

    @property
    def frontier(self) -> str:
        """The name of the pass in the case: that of its frontier."""
        return self.market if self.pass_no == 1 else f"{self.market}.pass-{self.pass_no}"


def named_pass(stem: str) -> tuple[str, int]:
    """Return market and number of a pass from the name of its frontier."""
    match = _NAME.fullmatch(stem)
    assert match is not None
    return match["market"], int(match["number"] or 1)


@dataclass(frozen=True, slots=True)
class PassesLook:
    """The passes whose frontier can be read, and the error of each that is lost, by its name."""

    passes: list[PassCoverage] = field(default_factory=list)
    lost: dict[str, VestigoError] = field(default_factory=dict)


def pass_coverages(folder: CaseFolder, market: str = "") -> list[PassCoverage]:
    """Return every pass over every market (or one), in order.

    Raises ``UsageError`` E-CRA-070 for a market that was not crawled in this case, and what
    opening a frontier raises (E-CRA-060 to E-CRA-064) for one that is gone or damaged.
    """
    look = look_at_passes(folder, market)
    for error in look.lost.values():
        raise error
    return look.passes


def look_at_passes(folder: CaseFolder, market: str = "") -> PassesLook:
    """Return every pass over every market (or one), in order, and those that are lost.

    Raises ``UsageError`` E-CRA-070 for a market that was not crawled in this case.  Later
    passes of a market are shown without what a lost one had seen.
    """
    paths = {named_pass(path.stem): path for path in frontiers(folder)}
    _known_market(sorted({name for name, _number in paths}), market)
    look = PassesLook()
    sightings: dict[str, list[Sighting]] = {}
    for (name, number), path in sorted(paths.items()):
        if market in ("", name):
            known = sightings.setdefault(name, [])
            try:
                look.passes.append(_coverage(path, name, number, known))
            except VestigoError as error:
                look.lost[path.stem] = error
    return look


def _known_market(markets: list[str], market: str) -> None:
    if market and market not in markets:
        raise UsageError(
            "E-CRA-070",
            _("This market was not crawled in this case."),
            where=market,
            remedy=_("Crawled here: {names}.").format(names=", ".join(markets) or "-"),
        )


def _coverage(path: Path, market: str, number: int, known: list[Sighting]) -> PassCoverage:
    """Return one pass; ``known`` are the sightings of the passes before, and gets its own."""
    try:
        pages = coverage_of(path)
        known += sightings_of(path, number)
    except sqlite3.Error as error:
        raise coded(error, path) from error
    return PassCoverage(
        market=market, pass_no=number, pages=pages, listings=estimate_on_sale(known, number)
    )


def this_pass(folder: CaseFolder, market: str, pass_no: int) -> PassCoverage:
    """Return one pass over one market; raises as ``pass_coverages`` does."""
    return next(one for one in pass_coverages(folder, market) if one.pass_no == pass_no)


def pass_document(one: PassCoverage) -> dict[str, Any]:
    """Return a pass as plain JSON values (docs/formats/coverage.md)."""
    pages = one.pages
    return {
        "market": one.market,
        "pass": one.pass_no,
        "pages": {
            "known": pages.known,
            "fetched": pages.fetched,
            "failed": dict(sorted(pages.failed.items())),
            "refused": dict(sorted(pages.refused.items())),
            "not_attempted": pages.waiting,
        },
        **listings_document(one.listings),
    }


def listings_document(counted: Estimate) -> dict[str, Any]:
    """Return counts and estimate of listings as plain JSON values."""
    estimate = None if counted.abstained else {
        "on_sale": counted.total, "low": counted.low, "high": counted.high,
        "never_seen": counted.unseen, "never_seen_low": counted.unseen_low,
        "never_seen_high": counted.unseen_high, "level": LEVEL,
    }  # fmt: skip
    return {
        "listings": {
            "known": counted.known,
            "on_sale": counted.on_sale,
            "gone": counted.gone,
            "unresolved": counted.unresolved,
            "ways": counted.ways,
        },
        "estimate": estimate,
        "method": counted.method,
        "abstained": counted.abstained,
    }
