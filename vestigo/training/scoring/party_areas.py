# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which accounts are one party: proposals, judgements, and impostors."""

from __future__ import annotations

from collections.abc import Iterator

from vestigo.records import pair_subject
from vestigo.training.scoring.area import Area
from vestigo.training.scoring.comparison import UNKNOWN, Comparison, Explained, Fact
from vestigo.training.scoring.holdings import Claims

SAME, DIFFERENT = "same", "different"
PROPOSED = ("strong", "possible")
NOT_LINKED = "not_linked"


def party_areas(work: Comparison) -> Iterator[Area]:
    """Yield the links of vendors and the impostors."""
    relations = {pair_subject(row["a"], row["b"]): row for row in work.truth.document["links"]}
    yield _links(work, relations)
    yield _impostors(work, relations)


def _links(work: Comparison, relations: dict[str, dict[str, object]]) -> Area:
    """Return the pairs: claimed by a judgement “same”, or by a strong or possible candidate.

    A possible candidate that is not true is no wrong claim: it asks for a judgement.
    """
    unasked = "" if work.held.links or work.held.judgements else NOT_LINKED
    true = {
        pair: Fact(_unseen(work, pair) or unasked, str(row["relation"]))
        for pair, row in relations.items()
        if row["same"]
    }
    judged = work.held.last_judgements()
    claims = Claims()
    for record_id, link in work.held.links.items():
        pair = pair_subject(link.a, link.b)
        verdict = judged[pair][1].verdict if pair in judged else ""
        open_ = pair in true or link.band == PROPOSED[0]
        if link.band in PROPOSED and verdict != DIFFERENT and open_:
            claims.add(pair, record_id)
    for pair, (record_id, item) in judged.items():
        if item.verdict == SAME and " | " in pair:
            claims.add(pair, record_id)

    def explain(pair: str, _ids: set[str]) -> Explained:
        relation = relations.get(pair)
        return (str(relation["relation"]), "") if relation else UNKNOWN

    return work.area("links", true, claims, explain)


def _impostors(work: Comparison, relations: dict[str, dict[str, object]]) -> Area:
    """Return the impostors: recognised by a judgement “different”; “same” falls for it."""
    false = {pair for pair, row in relations.items() if not row["same"]}
    judged = work.held.last_judgements()
    claims, fallen = Claims(), Claims()
    for pair, (record_id, item) in judged.items():
        if pair in false:
            (fallen if item.verdict == SAME else claims).add(pair, record_id)
    for record_id, link in work.held.links.items():
        pair = pair_subject(link.a, link.b)
        if pair in false and pair not in claims and link.band == PROPOSED[0]:
            fallen.add(pair, record_id)
    true = {
        pair: Fact(_unseen(work, pair) or ("" if judged else "nobody_judged"))
        for pair in false
        if pair not in fallen
    }
    for pair in fallen:
        for record_id in fallen.ids(pair):
            claims.add(pair, record_id)
    return work.area("impostors", true, claims, lambda _pair, _ids: ("impostor", ""))


def _unseen(work: Comparison, pair: str) -> str:
    accounts = [one for one in pair.split(" | ") if one in work.truth.accounts]
    return next((why for one in accounts if (why := work.view.account(one))), "")
