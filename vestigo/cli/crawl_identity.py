# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl identity``: a fresh Tor identity for a crawl while it runs."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.i18n import _
from vestigo.pipeline.crawl_choice import chosen_frontier
from vestigo.pipeline.crawl_identity import ask_for_identity
from vestigo.pipeline.session import open_session


@click.command(
    "identity",
    help=_(
        "Have the crawl that runs in the case at PATH come over Tor circuits that its account"
        " never used before, from its next request on."
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("market", default="")
def identity(path: Path, market: str) -> None:
    """Ask for it; the crawl takes it up by itself and writes that to the custody log."""
    frontier, state = chosen_frontier(path, market)
    with open_session(path, write=False) as session:
        ask_for_identity(session, state, frontier)
    click.echo(_("Asked for: the crawl takes it up with its next request."))
