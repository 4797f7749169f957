# SPDX-License-Identifier: AGPL-3.0-or-later
"""A fresh identity for a crawl that runs: asked for by one process, taken up by another.

The wish is a small file beside the frontier (working state, no evidence); the crawl takes
it away when it takes up the identity, and writes the custody event itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.crawl_state import CrawlState
from vestigo.pipeline.session import CaseSession
from vestigo.store.atomic import write_atomically


def wish_path(frontier: Path) -> Path:
    """Return where the wish for a fresh identity of the crawl with this frontier lies."""
    return frontier.with_name(f"{frontier.stem}.identity")


def fresh_asked(frontier: Path) -> Callable[[], bool]:
    """Return what says, once for each wish, that a fresh identity was asked for."""
    path = wish_path(frontier)

    def asked() -> bool:
        try:
            path.unlink()
        except OSError:
            return False
        return True

    return asked


def ask_for_identity(session: CaseSession, state: CrawlState, frontier: Path) -> None:
    """Ask the crawl that runs to come over circuits that its account never used.

    Raises ``UsageError``: E-CRA-085 it does not run, E-CRA-086 it goes through no proxy.
    """
    if state.running is None or not state.running.alive:
        raise UsageError(
            "E-CRA-085",
            _("This crawl is not running."),
            where=frontier.stem,
            remedy=_("Go on with “vestigo crawl resume” or “attend”, and “--fresh-identity”."),
        )
    if not str(session.settings("crawl")["proxy"]):
        raise UsageError(
            "E-CRA-086",
            _("This crawl goes through no proxy: it has no identity to change."),
            where=frontier.stem,
            remedy=_("Set “proxy” in the section [crawl] to the SOCKS port of Tor."),
        )
    session.custody.append(
        "processing",
        reason="fresh Tor identity asked for",
        details={"market": state.market, "account": state.account, "frontier": frontier.stem},
    )
    write_atomically(wish_path(frontier), b"")
