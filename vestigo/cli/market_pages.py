# SPDX-License-Identifier: AGPL-3.0-or-later
"""Saved pages read one by one for the market commands, and what was met on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crawler.market import MarketProfile, PageReading
from crawler.market.asserting import Tally
from crawler.market.checking import Report
from crawler.market.guessing.generic import read_unprofiled
from crawler.market.loading import load_profile, profile_names
from crawler.market.saved import (
    SavedPage,
    address_of,
    is_asset,
    page_bytes,
    read_saved,
    saved_pages,
)
from vestigo.cli.output import printable, progress, report_error, warn
from vestigo.errors import ExitCode, InputError
from vestigo.i18n import _, ngettext

MAX_SHOWN = 20
FEW = 5


@dataclass
class PagesRun:
    """What a run over saved pages has met so far."""

    tally: Tally = field(default_factory=Tally)
    report: Report = field(default_factory=Report)
    n_pages: int = 0
    n_listings: int = 0
    leftovers: Counter[str] = field(default_factory=Counter)
    first_page: dict[str, str] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int | None:
        """Return the exit code: findings or nothing."""
        return ExitCode.FINDINGS if self.findings or not self.n_pages else None


def profile_and_pages(given: tuple[str, ...]) -> tuple[MarketProfile | None, tuple[str, ...]]:
    """Return the profile, None where the first argument is a page, and the pages.

    A first argument that ends in ``.toml`` is a profile, and so is a shipped profile's
    name where no file has it.  A bare word that is neither is taken for a misspelt
    profile (E-MAR-001) where pages follow.
    """
    first, rest = given[0], given[1:]
    if first.endswith(".toml") or (first in profile_names() and rest):
        return load_profile(first), rest
    if rest and "/" not in first and "." not in first and not Path(first).exists():
        return load_profile(first), rest
    return None, given


def read_pages(
    profile: MarketProfile | None, pages: tuple[str, ...], run: PagesRun, *, labels: bool = False
) -> Iterator[tuple[SavedPage, PageReading]]:
    """Yield each page with its reading, and note in ``run`` what was met."""
    found = list(saved_pages(pages))
    read = _reader(profile)
    with progress() as display:
        task = display.add_task(_("Reading pages"), total=len(found))
        for page in found:
            yield page, _read(read, page, run, labels=labels)
            display.advance(task)


def _reader(profile: MarketProfile | None) -> Callable[[SavedPage], PageReading]:
    return _unprofiled if profile is None else lambda page: read_saved(profile, page)


def _unprofiled(page: SavedPage) -> PageReading:
    body = page_bytes(page)
    if is_asset(page, body):
        return PageReading("other", False, "")
    return read_unprofiled(body, uri=address_of(page))


def _read(
    read: Callable[[SavedPage], PageReading], page: SavedPage, run: PagesRun, *, labels: bool
) -> PageReading:
    try:
        reading = read(page)
        body = page_bytes(page) if labels else b""
    except InputError as error:
        report_error(error)
        run.findings.append(f"{page.name}: {error.code}")
        reading = PageReading("other", False, "", failed_assertions=(f"file: {error.code}",))
        body = b""
    run.tally.add(reading)
    run.report.add(page.name, reading, body)
    run.n_pages += 1
    run.n_listings += reading.listing is not None
    for item in reading.leftovers:
        run.leftovers[item] += 1
        run.first_page.setdefault(item, page.name)
    if reading.truncated:
        run.findings.append(f"{page.name}: truncated")
    run.findings += [f"{page.name}: {item}" for item in reading.failed_assertions]
    return reading


def report_findings(run: PagesRun, *, everything: bool = False) -> None:
    """Show findings and leftovers on stderr, a few of each, or all."""
    shown = run.findings if everything else run.findings[:MAX_SHOWN]
    for finding in shown:
        warn(printable(finding))
    n_more = len(run.findings) - len(shown)
    if n_more:
        warn(ngettext("… and {n} more finding", "… and {n} more findings", n_more).format(n=n_more))
    _report_leftovers(run, None if everything else FEW)


def leftovers_of(run: PagesRun) -> list[tuple[str, int, str]]:
    """Return each leftover with how many pages have it and the first of these, most first."""
    ordered = sorted(run.leftovers.items(), key=lambda item: (-item[1], item[0]))
    return [(text, n, run.first_page[text]) for text, n in ordered]


def _report_leftovers(run: PagesRun, most: int | None) -> None:
    n = run.leftovers.total()
    if not n:
        return
    found = leftovers_of(run)
    warn(
        ngettext(
            "{n} leftover ({different} different):", "{n} leftovers ({different} different):", n
        ).format(n=n, different=len(found))
    )
    for text, n_there, page in found[:most]:
        warn(
            printable(_("  {n}x {text} (first on {page})").format(n=n_there, text=text, page=page))
        )
    if most is not None and len(found) > most:
        warn(_("  … all of them: market check --all or --json"))


def report_nothing(run: PagesRun) -> None:
    """Say on stderr that there was no page, or that none was a listing."""
    if not run.n_pages:
        warn(_("There is no page there: the folder is empty."))
    elif not run.n_listings:
        n = run.n_pages
        warn(
            ngettext(
                "No listing: {n} page was read.", "No listing: {n} pages were read.", n
            ).format(n=n)
        )
