# SPDX-License-Identifier: AGPL-3.0-or-later
"""Judgements about pairs of vendor accounts: by a named person, kept, reversible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.pipeline.linking import Gathered, gather_accounts
from vestigo.pipeline.session import CaseSession, os_account
from vestigo.records import Judgement, VendorLink, pair_subject
from vestigo.records.linking import PAIR_SEPARATOR
from vestigo.store import RecordLedger

VERDICTS = ("same", "different", "unsure")


@dataclass(frozen=True, slots=True)
class PairView:
    """Two accounts side by side: what was compared, and what persons decided (in order)."""

    a: Gathered
    b: Gathered
    link: VendorLink | None
    judgements: tuple[Judgement, ...]

    @property
    def subject(self) -> str:
        """The stable key of the pair."""
        return pair_subject(self.a.key, self.b.key)


def view_pair(ledger: RecordLedger, one: str, other: str) -> PairView:
    """Return two accounts (``market/handle``) side by side.

    Raises ``UsageError`` E-LNK-010 (no such account) or E-LNK-011 (one account twice).
    """
    if one == other:
        raise UsageError(
            "E-LNK-011",
            _("One account was named twice."),
            where=one,
            remedy=_("Name two accounts as market/handle."),
        )
    accounts = {account.key: account for account in gather_accounts(ledger)}
    low, high = sorted((one, other))
    subject = pair_subject(low, high)
    return PairView(
        a=_account(accounts, low),
        b=_account(accounts, high),
        link=standing_links(ledger).get(subject),
        judgements=tuple(judgements_of(ledger, {subject})),
    )


def judge_pair(
    session: CaseSession, one: str, other: str, verdict: str, reason: str, person: str = ""
) -> Judgement:
    """Append what a person decided of a pair (the one at this machine by default), and log it.

    The latest judgement of a pair stands; earlier ones are kept.  Raises ``UsageError``
    E-LNK-010, E-LNK-011, or E-LNK-012 where the reason is empty.
    """
    refuse_no_reason(reason)
    pair = view_pair(session.ledger, one, other)
    seen = pair.link.record_id if pair.link else ""
    return judge(session, pair.subject, seen, verdict, reason, person)


def judge(
    session: CaseSession, subject: str, seen_record_id: str, verdict: str, reason: str,
    person: str = "",
) -> Judgement:  # fmt: skip
    """Append what a person decided of a subject, and log it; E-LNK-012 without a reason."""
    refuse_no_reason(reason)
    judgement = Judgement(
        subject=subject,
        seen_record_id=seen_record_id,
        verdict=verdict,
        person=person or os_account(),
        reason=reason.strip(),
        judged_at=session.clock(),
    )
    session.ledger.append([judgement])
    paired = verdict in VERDICTS and PAIR_SEPARATOR in subject
    session.custody.append(
        "processing",
        object_sha256=judgement.record_id,
        reason="pair of vendor accounts judged" if paired else "cash-out candidate judged",
        details={"subject": judgement.subject, "verdict": verdict},
    )
    return judgement


def refuse_no_reason(reason: str) -> None:
    """Raise ``UsageError`` E-LNK-012 where a reason is empty."""
    if not reason.strip():
        raise UsageError(
            "E-LNK-012",
            _("A judgement needs a reason."),
            where="--reason",
            remedy=_("Say in a sentence what the verdict rests on."),
        )


def standing_links(ledger: RecordLedger) -> dict[str, VendorLink]:
    """Return the latest candidate link of each pair, by its subject key."""
    return {pair_subject(link.a, link.b): link for link in ledger.of_kind(VendorLink)}


def judgements_of(ledger: RecordLedger, subjects: Iterable[str] | None = None) -> list[Judgement]:
    """Return the judgements of pairs in the order they were made; all pairs by default."""
    wanted = None if subjects is None else set(subjects)
    return [
        judgement
        for judgement in ledger.of_kind(Judgement)
        if judgement.verdict in VERDICTS and (wanted is None or judgement.subject in wanted)
    ]


def _account(accounts: dict[str, Gathered], key: str) -> Gathered:
    account = accounts.get(key)
    if account is None:
        raise UsageError(
            "E-LNK-010",
            _("The case has no vendor account of this name."),
            where=key,
            remedy=_("Name it as market/handle, as “vestigo link vendors” prints it."),
        )
    return account
