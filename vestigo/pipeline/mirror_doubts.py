# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the start of a crawl may be a copy of the market: said before a password goes there."""

from __future__ import annotations

from contextlib import suppress

from crawler.mirrors import site_of_uri
from vestigo.errors import VestigoError
from vestigo.pipeline.crawl_choice import frontiers
from vestigo.pipeline.crawl_state import read_state
from vestigo.pipeline.mirrors import standing_verdicts
from vestigo.pipeline.session import CaseSession
from vestigo.records import MirrorVerdict

ACCEPTED = ("signed-current", "signed-stale")
KEYS_DIFFER, UNCLEAR, OTHER_ADDRESS = "keys-differ", "cannot-be-told", "other-address"


def address_doubt(session: CaseSession, market: str, start_uri: str) -> str:
    """Return why the start may be a copy of ``market``, "" where nothing speaks for it.

    ``keys-differ``: addresses of the market show lists of different keys, and none is trusted;
    ``cannot-be-told``: the signed text leaves it open; ``other-address``: the market was crawled
    at another address, and no trusted key signed this one.
    """
    host = site_of_uri(start_uri)
    verdicts = standing_verdicts(session)
    verdict = verdicts.get((market, host))
    if verdict is not None and verdict.status in ACCEPTED:
        return ""
    told = known_doubt(verdicts, market, host)
    if told:
        return told
    return OTHER_ADDRESS if _starts(session, market) - {host} else ""


def known_doubt(verdicts: dict[tuple[str, str], MirrorVerdict], market: str, host: str) -> str:
    """Return what the verdicts that were recorded leave in doubt about an address."""
    verdict = verdicts.get((market, host))
    if verdict is not None and verdict.reason == UNCLEAR:
        return UNCLEAR
    of_market = [one for (name, _host), one in verdicts.items() if name == market]
    return KEYS_DIFFER if any(one.reason == KEYS_DIFFER for one in of_market) else ""


def _starts(session: CaseSession, market: str) -> set[str]:
    """Return the sites at which the market's crawls of this case began."""
    found = set()
    for frontier in frontiers(session.folder):
        if frontier.stem.partition(".pass-")[0] == market:
            with suppress(VestigoError):
                state = read_state(frontier)
                if state is not None and state.start:
                    found.add(site_of_uri(state.start))
    return found
