# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is no longer there, and why: destroyed by order, taken back, decided by somebody else."""

from __future__ import annotations

import re

from vestigo.console.visible import plain
from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession

RECORD_ID = re.compile(r"[0-9a-f]{64}")


def why_gone(session: CaseSession, path: str) -> UsageError | None:
    """Return why the page of a record or capture shows nothing, None where there never was one.

    E-CON-013 destroyed by order, E-CON-014 taken back.
    """
    named = [part for part in path.split("/") if RECORD_ID.fullmatch(part)]
    if not named:
        return None
    order = _order_of(session, named[0])
    if order:
        return UsageError(
            "E-CON-013",
            _("This was destroyed by order."),
            where=order,
            remedy=_("Its digest is still in the record ledger, and the custody log says who "
                     "destroyed it, when and why."),
        )  # fmt: skip
    return _taken_back(named[0]) if named[0] in session.ledger.retracted() else None


def no_candidate(subject: str) -> UsageError:
    """Return the refusal of a verdict on what is no candidate (any more)."""
    return UsageError(
        "E-CON-029",
        _("There is no such candidate any more: nothing was written."),
        where=plain(subject)[:200],
        remedy=_("It was taken back or destroyed since the page was opened. Open the queue again."),
    )


def no_judgement() -> UsageError:
    """Return the refusal to take back a judgement that is not there or is another person's."""
    return UsageError(
        "E-CON-034",
        _("There is no such judgement of yours: nothing was taken back."),
        remedy=_("It was taken back already, or it is another person’s. Open the queue again."),
    )


def _order_of(session: CaseSession, name: str) -> str:
    """Return the order by which a record, or the capture of this id, was destroyed; "" for none."""
    disposed = session.ledger.disposed()
    if not disposed or name in disposed:
        return disposed.get(name, "")
    buried = (one.details for one in session.custody.events() if one.action == "disposal")
    return next((one["order"] for one in buried if one.get("capture_id") == name), "")


def _taken_back(record_id: str) -> UsageError:
    return UsageError(
        "E-CON-014",
        _("This was taken back."),
        where=record_id,
        remedy=_("It stays in the record ledger as taken back, and the custody log says who did "
                 "it, when and why."),
    )  # fmt: skip
