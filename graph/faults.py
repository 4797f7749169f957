# SPDX-License-Identifier: AGPL-3.0-or-later
"""The errors of the graph that more than one engine raises, in one place."""

from __future__ import annotations

from pathlib import Path

from vestigo.errors import InputError, UsageError, VestigoError
from vestigo.i18n import _


def second_writer(where: Path | str) -> UsageError:
    """Return E-GRA-003: another process is writing this graph."""
    return UsageError(
        "E-GRA-003",
        _("Another process is writing this graph."),
        where=str(where),
        remedy=_("Wait until it has finished, or stop it, and try again."),
    )


def no_graph(where: Path | str) -> UsageError:
    """Return E-GRA-006: there is no (whole) graph to read."""
    return UsageError(
        "E-GRA-006",
        _("There is no complete graph here."),
        where=str(where),
        remedy=_("Build it with “vestigo graph rebuild”."),
    )


def changed_meanwhile(where: str) -> UsageError:
    """Return E-GRA-012: the graph was changed again and again while it was read."""
    return UsageError(
        "E-GRA-012",
        _("The graph was changed while it was read."),
        where=where,
        remedy=_("Ask again when the update has finished."),
    )


def cannot_store(where: Path | str, reason: object) -> VestigoError:
    """Return E-GRA-007: the graph cannot be written or read back."""
    return VestigoError(
        "E-GRA-007",
        _("The graph cannot be written or read back: {reason}").format(reason=reason),
        where=str(where),
        remedy=_("Make room or repair the folder and rebuild the graph: no record is lost."),
    )


def too_long(where: str, seconds: float) -> InputError:
    """Return E-GRA-009: a query was stopped at its time limit."""
    return InputError(
        "E-GRA-009",
        _("The query was stopped after {seconds} seconds.").format(seconds=f"{seconds:g}"),
        where=where,
        remedy=_("Ask for less (a smaller limit), or raise graph.query_timeout_seconds."),
    )


def query_failed(where: str, reason: object) -> VestigoError:
    """Return E-GRA-010: the engine refused a query of the catalogue."""
    return VestigoError(
        "E-GRA-010",
        _("The graph engine could not run the query: {reason}").format(reason=reason),
        where=where,
        remedy=_("Rebuild the graph; if that does not help, report the error."),
    )
