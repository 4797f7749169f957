# SPDX-License-Identifier: AGPL-3.0-or-later
"""One line for who ends a crawl before, or after, it can end in order by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from vestigo.cli.output import warn
from vestigo.errors import ExitCode
from vestigo.i18n import _


@dataclass(slots=True)
class Progressed:
    """How far a command came: ``begun`` from the moment when something may be sent."""

    begun: bool = False


@contextmanager
def told_where_interrupted() -> Iterator[Progressed]:
    """Say in what state Ctrl-C leaves the crawl; leaves with 130 then."""
    progressed = Progressed()
    try:
        yield progressed
    except KeyboardInterrupt as interrupt:
        if progressed.begun:
            warn(_("Interrupted. What was captured is kept; run the same command again to go on."))
        else:
            warn(_("Interrupted before the crawl began: nothing was sent."))
        raise click.exceptions.Exit(ExitCode.INTERRUPTED) from interrupt
