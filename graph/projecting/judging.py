# SPDX-License-Identifier: AGPL-3.0-or-later
"""What named persons decided, candidate links, and the personas that follow.

The latest judgement of a subject stands; earlier ones stay in the graph with ``stands``
false.  A persona is a connected component of standing ``same`` judgements; a standing
``different`` inside it is written on it, never dropped.
"""

from __future__ import annotations

from typing import Any

from graph.model import NodeRef
from graph.projecting.chain import CERTAIN
from graph.projecting.collector import (
    Draft,
    Statement,
    milliseconds,
    stamp_of,
    statement_of,
)
from graph.projecting.lookups import Lookups
from vestigo.records import Judgement, VendorLink

JUDGED, PERSONA = "graph.judgement.v1", "graph.persona.v1"
SAME, DIFFERENT = "same", "different"
DECIDED = ("confirmed", "rejected")
PAIRS = "pairs"
SEPARATOR = " | "
Passes = dict[str, Any]


def project_judgement(draft: Draft, ask: Lookups, judgement: Judgement) -> Passes:
    """Draw a named person's decision, and what it is about where that is in the graph."""
    own = (stamp_of(judgement.judged_at), draft.record_id)
    ask.declare(f"judged:{judgement.subject}", list(own))
    others = [tuple(fact) for fact in ask.facts(f"judged:{judgement.subject}")]
    stands = own == max([own, *others])
    ref = draft.node(
        "Judgement", draft.record_id, name=judgement.subject, subject=judgement.subject,
        verdict=judgement.verdict, person=judgement.person, reason=judgement.reason,
        at=milliseconds(judgement.judged_at), record_id=draft.record_id, stands=stands,
    )  # fmt: skip
    statement = _statement(draft.record_id, JUDGED, milliseconds(judgement.judged_at))
    draft.claim(ref, statement, judgement.KIND)
    pair = _pair_of(ask, judgement.subject)
    for target in _targets(ask, judgement.subject, pair):
        draft.edge("JUDGED", ref, target, statement, verdict=judgement.verdict, stands=stands)
        if stands and target.label == "CashOutPoint" and judgement.verdict in DECIDED:
            draft.remark(target, "status", [0], judgement.verdict)
    if stands and pair and judgement.verdict in (SAME, DIFFERENT):
        ask.declare(PAIRS, [*pair, judgement.verdict, statement.at, draft.record_id])
    return {"evidence": [ref.label, ref.key]}


def _statement(record_id: str, rule: str, at: int | None) -> Statement:
    return Statement(record_id, rule, "judged", CERTAIN, at)


def _pair_of(ask: Lookups, subject: str) -> tuple[str, str] | None:
    """Return the two account keys of a pair; a handle may hold the separator itself."""
    pieces = subject.split(SEPARATOR)
    cuts = [(SEPARATOR.join(pieces[:n]), SEPARATOR.join(pieces[n:])) for n in range(1, len(pieces))]
    pairs = [(a, b) for a, b in cuts if "/" in a and "/" in b and a < b]
    there = [(a, b) for a, b in pairs if _is_there(ask, a) and _is_there(ask, b)]
    return next(iter([*there, *pairs]), None)


def _is_there(ask: Lookups, account: str) -> bool:
    return ask.exists(NodeRef("VendorAccount", account))


def _targets(ask: Lookups, subject: str, pair: tuple[str, str] | None) -> list[NodeRef]:
    refs = [NodeRef(label, subject) for label in ("Address", "CashOutPoint", "VendorAccount")]
    refs += [NodeRef("VendorAccount", account) for account in pair or ()]
    return [ref for ref in refs if ask.exists(ref)]


def project_link(draft: Draft, ask: Lookups, link: VendorLink) -> Passes:
    """Draw a candidate link of two accounts; of several of one pair the newest stands."""
    a, b = NodeRef("VendorAccount", link.a), NodeRef("VendorAccount", link.b)
    if link.a < link.b and ask.exists(a) and ask.exists(b):
        statement = statement_of(draft.record_id, link, "heuristic")
        signals = [f"{one.name}={one.weight:f}" for one in link.signals]
        draft.edge("LOOKS_LIKE", a, b, statement, weight=statement.at or 0,
                   probability=format(link.probability, "f"), band=link.band,
                   signals=signals)  # fmt: skip
        for ref in (a, b):
            draft.claim(ref, statement, link.KIND)
    return {}


def project_personas(draft: Draft, ask: Lookups) -> None:
    """Draw every persona: accounts that standing judgements join, by their lowest key."""
    pairs = sorted(ask.facts(PAIRS))
    groups = _Groups()
    for a, b, verdict, _at, _record_id in pairs:
        if verdict == SAME:
            groups.join(a, b)
    members: dict[str, list[str]] = {}
    for account in sorted(groups.parents):
        if _is_there(ask, account):
            members.setdefault(groups.root(account), []).append(account)
    for root, accounts in sorted(members.items()):
        if len(accounts) > 1:
            inside = [pair for pair in pairs if groups.holds(root, pair[0], pair[1])]
            _persona(draft, ask, accounts, inside)


def _persona(draft: Draft, ask: Lookups, accounts: list[str], pairs: list[list[Any]]) -> None:
    against = [f"{a}{SEPARATOR}{b}" for a, b, verdict, _at, _id in pairs if verdict == DIFFERENT]
    ref = draft.node("Persona", accounts[0], name=accounts[0], n_accounts=len(accounts),
                     contradictions=against or None)  # fmt: skip
    for a, b, verdict, at, record_id in pairs:
        statement = _statement(record_id, PERSONA, at)
        judgement = ask.standing(record_id)
        draft.claim(ref, statement, "judgement", judgement.behind if judgement else ())
        for account in {a, b} & set(accounts) if verdict == SAME else ():
            draft.edge("PART_OF", NodeRef("VendorAccount", account), ref, statement)
    for account in accounts:
        draft.remark(NodeRef("VendorAccount", account), "persona", [0], ref.key)


class _Groups:
    """Accounts joined into groups (union-find, the lower root stays)."""

    def __init__(self) -> None:
        self.parents: dict[str, str] = {}

    def root(self, account: str) -> str:
        while self.parents[account] != account:
            self.parents[account] = self.parents[self.parents[account]]
            account = self.parents[account]
        return account

    def join(self, a: str, b: str) -> None:
        for account in (a, b):
            self.parents.setdefault(account, account)
        low, high = sorted((self.root(a), self.root(b)))
        self.parents[high] = low

    def holds(self, root: str, *accounts: str) -> bool:
        return all(one in self.parents and self.root(one) == root for one in accounts)
