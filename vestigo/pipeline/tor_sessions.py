# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a case knows of the Tor that carried its crawls, and of where its pages came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crawler.tor.identity import FRESH
from crawler.tor.session import BEGAN, ENDED
from vestigo.clock import iso
from vestigo.errors import VerificationError
from vestigo.evidence.origin import ArchivedDescriptor, archived_descriptors, verify_archived
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession


@dataclass(frozen=True, slots=True)
class Origin:
    """An archived descriptor; ``problem`` is what did not verify just now, or None."""

    archived: ArchivedDescriptor
    problem: VerificationError | None


def tor_sessions(session: CaseSession) -> list[dict[str, str]]:
    """Return each run that went through a proxy, in order: its facts as the log has them.

    ``began_at``, ``ended_at`` ("" where it was killed), ``fresh`` (``yes`` or ``no``), and the
    details of both events: see docs/guide/tor.md.
    """
    found: list[dict[str, str]] = []
    fresh = "no"
    for event in session.custody.events():
        if event.reason == FRESH:
            fresh = "yes"
        elif event.reason == BEGAN:
            times = {"began_at": iso(event.at), "ended_at": "", "fresh": fresh}
            found.append(times | dict(event.details))
            fresh = "no"
        elif event.reason == ENDED and found:
            found[-1] |= {"ended_at": iso(event.at), **event.details}
    return found


def origins(session: CaseSession) -> list[Origin]:
    """Return each archived descriptor, verified again, and compared with the custody log."""
    logged = {event.object_sha256 for event in session.custody.events()}
    return [
        Origin(one, _problem(one, logged)) for one in archived_descriptors(session.folder.origin)
    ]


def origin_row(origin: Origin) -> dict[str, Any]:
    """Return what is known of one descriptor as plain JSON."""
    problem = origin.problem
    path = origin.archived.path
    return origin.archived.facts | {
        "file": f"{path.parent.name}/{path.name}",
        "verified_now": "verified" if problem is None else problem.code,
    }


def _problem(item: ArchivedDescriptor, logged: set[str]) -> VerificationError | None:
    if not {item.sha256, item.facts_sha256} <= logged:
        return VerificationError(
            "E-EVI-134",
            _("The custody log does not know this onion descriptor."),
            where=str(item.path),
            remedy=_("Compare both files with their digests in the custody log; keep both."),
        )
    try:
        verify_archived(item)
    except VerificationError as error:
        return error
    return None
