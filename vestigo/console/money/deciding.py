# SPDX-License-Identifier: AGPL-3.0-or-later
"""Confirming or rejecting a cash-out candidate: a named person, with a reason."""

from __future__ import annotations

from http import HTTPStatus

from litestar import Response, post
from litestar.params import FromPath

from vestigo.console.acting import field_of, needed_of, see, signed_in, writing
from vestigo.console.desk import Asked, desk_of, require
from vestigo.console.index import CaseIndex, Named
from vestigo.console.listing_pages import found_or_404
from vestigo.console.sign_in_pages import Form
from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.cash_outs import VERDICTS, cash_out_subject
from vestigo.pipeline.judging import judge
from vestigo.pipeline.session import os_account
from vestigo.records import CashOutPoint, Judgement


@post("/cash-outs/{record_id:str}/decide", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def decide(request: Asked, record_id: FromPath[str], data: Form) -> Response[str]:
    """Write down what the signed-in person decided of a candidate.

    Raises E-CON-027 where somebody judged it since the page was shown, E-CON-032 without a
    reason, E-CON-041 for another verdict, E-STO-001 while another process writes.
    """
    require(request, "decide")
    one = found_or_404(desk_of(request).index(), record_id, CashOutPoint)
    verdict, reason = field_of(data, "verdict"), needed_of(data, "reason", 2_000)
    if verdict not in VERDICTS:
        raise UsageError(
            "E-CON-041",
            _("This is no verdict."),
            where=verdict[:40],
            remedy=_("Confirm or reject; nothing was done."),
        )
    with writing(request, "decide") as session:
        last = decisions_on(desk_of(request).index(), one.record)[-1:]
        if (last[0].id if last else "") != field_of(data, "seen"):
            raise judged_since(last, one.record)
        person = f"{signed_in(request).account} ({os_account()})"
        judge(session, cash_out_subject(one.record), record_id, verdict, reason, person)
    return see(f"/cash-outs/{record_id}#decisions")


def decisions_on(index: CaseIndex, point: CashOutPoint) -> list[Named]:
    """Return what persons decided of a candidate, in order; the last one stands."""
    subject = cash_out_subject(point)
    found = [Named(i, one) for i, one in index.all_of(Judgement) if one.subject == subject]
    return sorted(found, key=lambda one: (one.record.judged_at, one.id))


def judged_since(last: list[Named], point: CashOutPoint) -> UsageError:
    """Return the error of two people who judge at once: the second one reads the first."""
    return UsageError(
        "E-CON-027",
        _("{person} judged this since you opened it: nothing was written.").format(
            person=last[0].record.person if last else "–"
        ),
        where=cash_out_subject(point),
        remedy=_("Open it again, read what was decided, and judge then."),
    )


HANDLERS = (decide,)
