# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which of the crawls of a case is meant."""

from __future__ import annotations

from pathlib import Path

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.crawl_state import CrawlState, pass_of, read_state
from vestigo.store import CaseFolder

REMEMBERED = ".state.json"


def frontiers(folder: CaseFolder) -> list[Path]:
    """Return the frontiers of a case by market, then by pass; also one that is lost.

    A crawl that is remembered and whose frontier is gone is made again when it goes on.
    """
    remembered = folder.crawl_state.glob(f"*{REMEMBERED}")
    lost = {one.with_name(f"{one.name.removesuffix(REMEMBERED)}.sqlite") for one in remembered}
    found = lost | set(folder.crawl_state.glob("*.sqlite"))
    return sorted(found, key=lambda path: (path.stem.partition(".pass-")[0], pass_of(path)))


def chosen_crawl(path: Path, name: str) -> CrawlState:
    """Return the state of the crawl that is meant, as ``chosen_frontier`` does."""
    return chosen_frontier(path, name)[1]


def chosen_frontier(path: Path, name: str) -> tuple[Path, CrawlState]:
    """Return frontier and state of the crawl called ``name``.

    That is a market (its latest pass) or MARKET.pass-N; without a name the only market of the
    case.  Raises ``UsageError``: E-CRA-055 nothing was
    crawled, or nothing is remembered of it; E-CRA-056 there is no such crawl, or several
    markets and none was named; E-CRA-053 as ``read_state``.
    """
    folder = CaseFolder.open(path)
    found = frontiers(folder)
    markets = {one.stem.partition(".pass-")[0] for one in found}
    wanted = [
        one for one in found if not name or name in (one.stem, one.stem.partition(".pass-")[0])
    ]
    if found and (not wanted or (not name and len(markets) > 1)):
        raise UsageError(
            "E-CRA-056",
            _("Which crawl is meant?"),
            where=name,
            remedy=_("Name one of: {names}.").format(names=", ".join(sorted(markets))),
        )
    state = read_state(wanted[-1]) if wanted else None
    if state is None:
        raise UsageError(
            "E-CRA-055",
            _("Nothing is remembered of a crawl in this case."),
            where=str(path),
            remedy=_("Begin with “vestigo crawl run”, with its profile and start."),
        )
    return wanted[-1], state
