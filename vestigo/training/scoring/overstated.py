# SPDX-License-Identifier: AGPL-3.0-or-later
"""Heuristics that a case shows as facts: findings of their own, right or wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vestigo.records import CERTAIN, Derived
from vestigo.training.scoring.area import WRONG, Area, Item
from vestigo.training.scoring.comparison import Comparison

FIRM = ("same", "confirmed")


def overstated(work: Comparison, areas: Iterable[Area]) -> tuple[Item, ...]:
    """Return what is shown as certain though a heuristic made it, sorted by cause and key.

    ``certain``: a record of a heuristic with confidence 1; ``wrong_and_confirmed``: a
    named person confirmed what is not true; ``no_reason``: a firm judgement that
    gives no reason.
    """
    wrong = {proof.record_id for area in areas for i in area.of(WRONG) for proof in i.proofs}
    found = [*_certain(work), *_judged(work, wrong)]
    return tuple(sorted(found, key=lambda item: (item.why, item.key)))


def _certain(work: Comparison) -> Iterator[Item]:
    held = work.held
    heuristics: tuple[tuple[str, dict[str, Derived]], ...] = (
        ("cluster", {**held.clusters}),
        ("trace", {**held.traces}),
        ("cash_out_point", {**held.cash_outs}),
        ("vendor_link", {**held.links}),
        ("mention", {**held.mentions}),
        ("unit_price", {**held.unit_prices}),
    )
    for kind, records in heuristics:
        for record_id, record in records.items():
            if record.confidence == CERTAIN:
                proofs = work.prover.of([record_id])
                yield Item(record_id, WRONG, kind, "certain", record.method.rule, proofs)


def _judged(work: Comparison, wrong: set[str]) -> Iterator[Item]:
    for subject, (record_id, item) in work.held.last_judgements().items():
        if item.verdict not in FIRM:
            continue
        proofs = work.prover.of([record_id])
        if record_id in wrong or item.seen_record_id in wrong:
            yield Item(subject, WRONG, "judgement", "wrong_and_confirmed", item.person, proofs)
        if not item.reason.strip():
            yield Item(subject, WRONG, "judgement", "no_reason", item.person, proofs)
