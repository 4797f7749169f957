# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking a record back: it stays in the ledger, and nothing rests on it any more."""

from __future__ import annotations

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, os_account
from vestigo.records import Retraction


def retract(session: CaseSession, record_id: str, reason: str, person: str = "") -> Retraction:
    """Append the retraction of a record by a person (the session's actor by default), and log it.

    Raises ``UsageError``: E-STO-010 (unknown id), E-STO-011 (retracted already), E-STO-012
    (what was disposed of, or is a retraction itself), E-STO-013 (no reason).
    """
    if not reason.strip():
        raise UsageError(
            "E-STO-013",
            _("A retraction needs a reason."),
            where="--reason",
            remedy=_("Say in a sentence why the record does not hold."),
        )
    _refuse_others(session, record_id)
    retraction = Retraction(
        retracts=record_id,
        reason=reason.strip(),
        person=person or os_account(),
        retracted_at=session.clock(),
    )
    session.ledger.append([retraction])
    session.custody.append(
        "processing",
        object_sha256=retraction.record_id,
        reason="record retracted",
        details={"retracts": record_id},
    )
    return retraction


def _refuse_others(session: CaseSession, record_id: str) -> None:
    ledger = session.ledger
    record = ledger.get(record_id)
    if record is None and record_id not in ledger.disposed():
        raise UsageError(
            "E-STO-010",
            _("The record ledger has no record of this id."),
            where=record_id,
            remedy=_("Give the whole id (64 characters), as “graph query” or the console show it."),
        )
    if record is None or isinstance(record, Retraction):
        raise UsageError(
            "E-STO-012",
            _("A retraction and a record that was disposed of cannot be retracted."),
            where=record_id,
            remedy=_("What was retracted by mistake is made again, or judged anew."),
        )
    if record_id in ledger.retracted():
        raise UsageError(
            "E-STO-011",
            _("The record was retracted already."),
            where=record_id,
            remedy=_("There is nothing to do."),
        )
