# SPDX-License-Identifier: AGPL-3.0-or-later
"""Showing whom masking hides: one capture at a time, for a reason, logged before it is done."""

from __future__ import annotations

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.identifiers.mentioned import contacts_in
from vestigo.pipeline.session import CaseSession
from vestigo.records import Capture, Feedback, Selector


def unmask_capture(session: CaseSession, capture_id: str, reason: str) -> list[str]:
    """Return the third persons on a capture (handles, contacts), sorted.

    Raises ``UsageError`` E-SCR-016 (no such capture), E-SCR-017 (no reason).
    """
    if not reason.strip():
        raise UsageError(
            "E-SCR-017",
            _("Unmasking needs a reason."),
            where="--reason",
            remedy=_("Say it in a sentence: it goes into the custody log."),
        )
    known = (capture.capture_id for capture in session.ledger.of_kind(Capture))
    if capture_id not in known:
        raise UsageError(
            "E-SCR-016",
            _("The case has no such capture, or it is in the quarantine already."),
            where=capture_id,
            remedy=_("Give the whole capture id (64 characters)."),
        )
    session.custody.append(
        "unmask", exhibit=capture_id, object_sha256=capture_id, reason=reason.strip()
    )
    return sorted(_thirds_on(session, capture_id))


def _thirds_on(session: CaseSession, capture_id: str) -> set[str]:
    found: set[str] = set()
    for feedback in session.ledger.of_kind(Feedback):
        if capture_id in feedback.sources:
            found.update({feedback.buyer_handle or "", *contacts_in(feedback.text)})
    for selector in session.ledger.of_kind(Selector):
        if capture_id in selector.sources and selector.party == "third":
            found.add(selector.value)
    return found - {""}
