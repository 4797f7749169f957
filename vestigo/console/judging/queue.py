# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits for a judgement: pairs of vendor accounts, likeliest first, then cash-outs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar, cast

from nlp.linking.passages import shared_passages
from nlp.linking.stripping import strip_armour
from vestigo.console.index import CaseIndex, Named
from vestigo.console.runs import runs_of
from vestigo.pipeline.linking import Gathered, gather_accounts
from vestigo.records import (
    CashOutPoint,
    Judgement,
    Listing,
    Record,
    VendorAccount,
    VendorLink,
    pair_subject,
)
from vestigo.store import RecordLedger

R = TypeVar("R", bound=Record)
PAIR, CASH_OUT = "pair", "cash_out"
VERDICTS = {
    PAIR: ("same", "different", "unsure"),
    CASH_OUT: ("confirmed", "rejected", "unsure"),
}
MOST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing to judge: its stable ``subject``, the record that proposes it, what was said."""

    kind: str
    subject: str
    named: Named
    judgements: tuple[Named, ...]

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided, or the last one left it undecided."""
        return not self.judgements or self.judgements[-1].record.verdict == "unsure"


@dataclass(frozen=True, slots=True)
class Side:
    """One account of a pair: its text in runs, with whether the other has the run too."""

    key: str
    runs: tuple[tuple[str, bool], ...]
    titles: tuple[str, ...]
    contacts: tuple[tuple[str, str], ...]


class RecordsOfAccounts:
    """What an index holds of some accounts (``market/handle``), read as a ledger is read.

    A listing that was one of theirs at any time is given with all its captures.
    """

    def __init__(self, index: CaseIndex, keys: Iterable[str]) -> None:
        self._index = index
        self._keys = frozenset(keys)
        self._listings = {
            (one.market, one.listing_key)
            for one in (named.light for named in index.named_of(Listing))
            if f"{one.market}/{one.vendor_handle}" in self._keys
        }
        self._ids: set[str] = set()

    def named_of_kind(self, cls: type[R]) -> Iterator[tuple[str, R]]:
        """Yield ``(id, record)`` of one class; subjects are asked for before their readings."""
        for one in self._index.named_of(cls):
            if self._is_theirs(one):
                self._ids.add(one.id)
                yield one.id, one.record

    def _is_theirs(self, one: Named) -> bool:
        light = one.light
        if one.is_a(VendorAccount):
            return f"{light.market}/{light.handle}" in self._keys
        if one.is_a(Listing):
            return (light.market, light.listing_key) in self._listings
        return light.subject in self._ids


@dataclass(slots=True)
class Queue:
    """The candidates of one index, in the order in which they wait."""

    index: CaseIndex
    candidates: list[Candidate] = field(default_factory=list)

    @classmethod
    def of(cls, index: CaseIndex) -> Queue:
        """Return the queue of a case: open ones first, likeliest first."""
        judged: dict[str, list[Named]] = {}
        for record_id, one in index.all_of(Judgement):
            judged.setdefault(one.subject, []).append(Named(record_id, one))
        for said in judged.values():
            said.sort(key=lambda one: (one.record.judged_at, one.id))
        found = {one.subject: one for one in (*_pairs(index, judged), *_cash_outs(index, judged))}
        ordered = sorted(found.values(), key=_place)
        return cls(index, ordered)

    def get(self, subject: str) -> Candidate | None:
        """Return the candidate of a subject."""
        return next((one for one in self.candidates if one.subject == subject), None)

    def sides(self, candidate: Candidate) -> tuple[Side, Side]:
        """Return both accounts of a pair, side by side."""
        link: VendorLink = candidate.named.record
        keys = (link.a, link.b)
        ledger = cast("RecordLedger", RecordsOfAccounts(self.index, keys))
        accounts = {one.key: one for one in gather_accounts(ledger)}
        found = [accounts.get(key, _nobody(key)) for key in keys]
        texts = [strip_armour(one.text)[:MOST_TEXT] for one in found]
        shared = shared_passages(texts[0], texts[1])
        one, other = (
            Side(key, tuple(runs_of(text, spans)), tuple(sorted(account.titles.values())),
                 tuple(sorted(account.contacts)))
            for key, account, text, spans in zip(keys, found, texts, shared, strict=True)
        )  # fmt: skip
        return one, other


def _pairs(index: CaseIndex, judged: dict[str, list[Named]]) -> Iterator[Candidate]:
    for record_id, link in index.all_of(VendorLink):
        subject = pair_subject(link.a, link.b)
        said = tuple(judged.get(subject, ()))
        yield Candidate(PAIR, subject, Named(record_id, link), said)


def _cash_outs(index: CaseIndex, judged: dict[str, list[Named]]) -> Iterator[Candidate]:
    for one in index.cash_outs:
        point: CashOutPoint = one.record
        subject = f"{point.txid}:{point.vout}"
        yield Candidate(CASH_OUT, subject, one, tuple(judged.get(subject, ())))


def _place(one: Candidate) -> tuple[object, ...]:
    return (not one.is_open, bool(one.judgements), one.kind != PAIR, -one.named.record.confidence,
            one.subject)  # fmt: skip


def _nobody(key: str) -> Gathered:
    """Return an account that no captured profile tells of."""
    market, _slash, handle = key.partition("/")
    return Gathered(market, handle)
