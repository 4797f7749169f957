# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an officer did on a market by hand, outside of the archive: told in the custody log.

An intervention is a custody event (action ``collection``, reason ``intervention``) with
start, end, person, act and why.  It is recorded only where an authorization covers it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from crawler.permission import intent
from vestigo.clock import iso
from vestigo.errors import AuthorityError, UsageError
from vestigo.evidence.custody_event import CustodyEvent
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession
from vestigo.records import Authorization

REASON = "intervention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """A gap in the archive: who did what on which market, from when to when, and why."""

    market: str
    uri: str
    account: str
    person: str
    why: str
    began_at: datetime
    ended_at: datetime


def record_intervention(session: CaseSession, done: Intervention) -> None:
    """Write an intervention to the custody log.

    Raises ``AuthorityError`` where no authorization covers a log-in there or names the
    person (E-CRA-018), ``UsageError`` E-CRA-054 for times that cannot be.
    """
    now = session.clock()
    if not done.began_at <= done.ended_at <= now:
        raise UsageError(
            "E-CRA-054",
            _("The intervention ends before it begins, or has not ended yet."),
            where=f"{iso(done.began_at)} – {iso(done.ended_at)}",
            remedy=_("Give “--from” and “--until” in UTC, as 2026-03-01T12:00:00Z."),
        )
    granted = session.gate().check(intent(done.uri, "login", done.account, act="login"))
    check_person(session, done.person)
    session.custody.append(
        "collection",
        reason=REASON,
        authorization_id=granted.record_id,
        details={
            "kind": "own browser", "market": done.market, "account": done.account,
            "act": "login", "person": done.person, "why": done.why,
            "start": iso(done.began_at), "end": iso(done.ended_at),
        },
    )  # fmt: skip


def interventions(session: CaseSession) -> Iterator[CustodyEvent]:
    """Yield the interventions of a case in the order in which they were recorded."""
    return (event for event in session.custody.events() if event.reason == REASON)


def check_person(session: CaseSession, person: str) -> None:
    """Raise ``AuthorityError`` E-CRA-018 where no authorization in force names ``person``."""
    now = session.clock()
    named = (a for a in session.ledger.of_kind(Authorization) if a.starts_at <= now < a.ends_at)
    if not any(person in authorization.persons for authorization in named):
        raise AuthorityError(
            "E-CRA-018",
            _("No authorization in force names this person."),
            where=person,
            remedy=_("Nothing was sent. Give the name as the authorization has it."),
        )
