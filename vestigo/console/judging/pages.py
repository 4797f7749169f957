# SPDX-License-Identifier: AGPL-3.0-or-later
"""The queue, one candidate at a time; a judgement, and taking one back."""

from __future__ import annotations

from http import HTTPStatus

from litestar import Response, get, post
from litestar.exceptions import HTTPException

from vestigo.console.acting import see, writing
from vestigo.console.desk import Asked, Desk, Look, desk_of, person_of, query_of, require
from vestigo.console.gone import no_candidate, no_judgement
from vestigo.console.index import Named
from vestigo.console.judging.queue import CASH_OUT, PAIR, VERDICTS, Candidate
from vestigo.console.judging.wording import basis_words, signal_words, verdict_words
from vestigo.console.money_pages import reaching
from vestigo.console.paging import paged
from vestigo.console.requests import way_back
from vestigo.console.sign_in_pages import Form
from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.judging import judge
from vestigo.pipeline.retracting import retract
from vestigo.pipeline.session import os_account
from vestigo.records import Judgement, Tag

MOST_NOTE = 2_000
CAPABILITY = {PAIR: "judge", CASH_OUT: "decide"}


@get("/judge", sync_to_thread=True)
def queue_page(request: Asked) -> Response[str]:
    """Show one candidate with everything that speaks for and against it, and the queue."""
    desk, query = desk_of(request), query_of(request)
    index, queue = desk.index(), desk.queue()
    waiting = [one for one in queue.candidates if one.is_open]
    wanted = query.get("subject", "")
    chosen = queue.get(wanted) if wanted else next(iter(waiting), None)
    if wanted and chosen is None:
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    is_pair = chosen is not None and chosen.kind == PAIR
    return desk.page(
        request, "judge.html", Look("judgement queue", chosen.named.id if chosen else ""),
        chosen=chosen, n_waiting=len(waiting), next=_after(waiting, chosen), index=index,
        sides=queue.sides(chosen) if chosen and is_pair else (), veil=desk.veil(),
        verdicts=VERDICTS[chosen.kind] if chosen else (), verdict_words=verdict_words,
        signal_words=signal_words, basis_words=basis_words,
        tags=_tags(desk, chosen), traces=_traces(desk, chosen),
        rows=paged(queue.candidates, query), mine=_own_last(desk, request),
        own=_own(request),
    )  # fmt: skip


@post("/judge/verdict", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def judge_one(request: Asked, data: Form) -> Response[str]:
    """Write down what the signed-in person decided, and show the next candidate.

    Raises E-CON-027 where somebody judged it since the page was shown, E-CON-029 where it is
    no candidate any more, E-STO-001 where another process writes to the case.
    """
    desk, person = desk_of(request), person_of(request)
    assert person is not None
    candidate = desk.queue().get(data.get("subject", ""))
    if candidate is None:
        raise no_candidate(data.get("subject", ""))
    verdict, basis = data.get("verdict", ""), data.get("basis", "")
    if verdict not in VERDICTS[candidate.kind] or basis not in basis_words():
        raise HTTPException(status_code=HTTPStatus.BAD_REQUEST)
    capability = CAPABILITY[candidate.kind]
    require(request, capability)
    if data.get("seen", "") != seen_of(candidate):
        raise _judged_since(candidate)
    note = " ".join(data.get("note", "").split())[:MOST_NOTE]
    reason = f"{basis}: {note}" if note else basis
    desk.log.write(Look("judgement", candidate.named.id), person.account, person.role,
                   {"subject": candidate.subject, "verdict": verdict})  # fmt: skip
    with writing(request, capability) as session:
        now = desk.queue().get(candidate.subject) or candidate
        if seen_of(now) != seen_of(candidate):
            raise _judged_since(now)  # by who wrote while this one waited to write
        judge(session, candidate.subject, candidate.named.id, verdict, reason, _own(request))
    return see("/judge")


@post("/judge/undo", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def undo(request: Asked, data: Form) -> Response[str]:
    """Take back a judgement of one's own; it stays in the record ledger as taken back.

    Raises E-CON-034 where there is none, in another tab perhaps taken back already.
    """
    require(request, "judge")
    desk, person = desk_of(request), person_of(request)
    assert person is not None
    record = desk.index().by_id.get(data.get("id", ""))
    if not isinstance(record, Judgement) or record.person != _own(request):
        raise no_judgement()
    desk.log.write(Look("judgement taken back", data["id"]), person.account, person.role,
                   {"subject": record.subject})  # fmt: skip
    with writing(request, "judge") as session:
        retract(session, data["id"], "taken back by the person who judged", _own(request))
    return see(way_back(data.get("next", "/judge")))


def seen_of(candidate: Candidate) -> str:
    """Return what a page shows as the last judgement of a candidate."""
    return candidate.judgements[-1].id if candidate.judgements else ""


def _judged_since(candidate: Candidate) -> UsageError:
    last = candidate.judgements[-1].record if candidate.judgements else None
    return UsageError(
        "E-CON-027",
        _("{person} judged this since you opened it: nothing was written.").format(
            person=last.person if last else "–"
        ),
        where=candidate.subject,
        remedy=_("Open it again, read what was decided, and judge then."),
    )


def _own(request: Asked) -> str:
    """Return the name under which the signed-in person judges."""
    person = person_of(request)
    return f"{person.account} ({os_account()})" if person else ""


def _own_last(desk: Desk, request: Asked) -> Named | None:
    """Return the last judgement of the signed-in person that stands."""
    own = _own(request)
    found = [Named(i, one) for i, one in desk.index().all_of(Judgement) if one.person == own]
    return max(found, key=lambda one: (one.record.judged_at, one.id), default=None)


def _after(waiting: list[Candidate], chosen: Candidate | None) -> Candidate | None:
    """Return the candidate behind the one that is shown, to be looked at first."""
    subjects = [one.subject for one in waiting]
    if chosen is None or chosen.subject not in subjects or len(waiting) == 1:
        return None
    return waiting[(subjects.index(chosen.subject) + 1) % len(waiting)]


def _tags(desk: Desk, chosen: Candidate | None) -> list[Named]:
    if chosen is None or chosen.kind == PAIR:
        return []
    records = desk.index().by_id
    ids = chosen.named.record.tag_ids
    return [Named(i, tag) for i in ids if isinstance(tag := records.get(i), Tag)]


def _traces(desk: Desk, chosen: Candidate | None) -> list[Named]:
    if chosen is None or chosen.kind == PAIR:
        return []
    return reaching(desk.index(), chosen.named.record)[:3]


HANDLERS = (queue_page, judge_one, undo)
