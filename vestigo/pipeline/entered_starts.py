# SPDX-License-Identifier: AGPL-3.0-or-later
"""Starts of a trace that no vendor published: a named person enters them, with a source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vestigo.errors import InputError, UsageError
from vestigo.evidence.exhibit_numbers import exhibit_numbers
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession, os_account
from vestigo.records import Judgement

SUBJECT = "trace start {name}"


@dataclass(frozen=True, slots=True)
class Entered:
    """Why a person begins there, and the exhibit (number or record id) that names the start."""

    reason: str | None
    exhibit: str | None

    @property
    def is_stated(self) -> bool:
        """Whether both reason and exhibit are given."""
        return bool((self.reason or "").strip() and (self.exhibit or "").strip())

    def sources(
        self, session: CaseSession, addresses: Sequence[str], outputs: Sequence[str]
    ) -> dict[str, tuple[str, ...]]:
        """Record who entered which start, and return the ids that a trace then cites.

        Starts entered before keep their judgement.  An address without reason and exhibit is
        followed and cites nothing (the caller warns).  Raises ``UsageError`` E-LED-085 for an
        output without them, ``InputError`` E-LED-086 for an exhibit that the case lacks.
        """
        names = [*(addresses if self.is_stated else ()), *outputs]
        known = {one.subject: one for one in session.ledger.of_kind(Judgement)}
        new = [name for name in names if SUBJECT.format(name=name) not in known]
        if new:
            made = self._judgements(session, new)
            session.ledger.append(made)
            session.custody.append(
                "processing", reason="trace start entered", details={"starts": " ".join(new)}
            )
            known.update((one.subject, one) for one in made)
        cited = {name: known[SUBJECT.format(name=name)] for name in names}
        return {
            name: tuple(sorted({one.record_id, one.seen_record_id}))
            for name, one in cited.items()
        }  # fmt: skip

    def _judgements(self, session: CaseSession, names: Sequence[str]) -> list[Judgement]:
        if not self.is_stated:
            raise UsageError(
                "E-LED-085",
                _("No vendor published this start: who enters it states why, and from what."),
                where=", ".join(names),
                remedy=_("Give --reason and --exhibit."),
            )
        record_id = _exhibit(session, str(self.exhibit).strip())
        return [
            Judgement(
                subject=SUBJECT.format(name=name), seen_record_id=record_id, verdict="start",
                person=os_account(), reason=str(self.reason).strip(), judged_at=session.clock(),
            )
            for name in names
        ]  # fmt: skip


def _exhibit(session: CaseSession, text: str) -> str:
    """Return the record id of an exhibit, by its number or by the id itself."""
    numbers = exhibit_numbers(session.ledger.ids())
    found = next((one for one, number in numbers.items() if number == text.zfill(4)), None)
    if found is None and session.ledger.get(text) is not None:
        found = text
    if found is None:
        raise InputError(
            "E-LED-086",
            _("The case has no such exhibit."),
            where=text,
            remedy=_("Give the number of a capture, or the id of a record."),
        )
    return found
