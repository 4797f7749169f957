# SPDX-License-Identifier: AGPL-3.0-or-later
"""A score as one document for machines; nothing in it changes with the language."""

from __future__ import annotations

from typing import Any

from vestigo.training.scoring.area import STATUSES, Area, Item, Score
from vestigo.training.scoring.proof import Proof

FORMAT = "vestigo.range.score.v1"


def score_document(score: Score) -> dict[str, Any]:
    """Return the whole score: counts, every item with its cause and its proofs."""
    return {
        "format": FORMAT,
        "seed": score.seed,
        "passed": score.passed(),
        "looked_at": {market: list(passes) for market, passes in score.looked_at.items()},
        "areas": {name: _area(area) for name, area in score.areas.items()},
        "overstated": [_item(item) for item in score.overstated],
    }


def brief_document(score: Score) -> dict[str, Any]:
    """Return counts and the keys of what was missed or wrong, by area."""
    return {
        name: {
            "true": area.n_true,
            "found": area.count("found"),
            "missed": [item.key for item in (*area.of("missed"), *area.of("not_looked_at"))],
            "wrong": [item.key for item in area.of("wrong")],
        }
        for name, area in score.areas.items()
    }


def _area(area: Area) -> dict[str, Any]:
    return {
        "counts": area.counts(),
        "groups": {name: part.counts() for name, part in area.groups().items()},
        "items": {status: [_item(item) for item in area.of(status)] for status in STATUSES},
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "key": item.key,
        "group": item.group,
        "why": item.why,
        "detail": item.detail,
        "proofs": [_proof(proof) for proof in item.proofs],
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "record_id": proof.record_id,
        "kind": proof.kind,
        "rule": proof.rule,
        "confidence": proof.confidence,
        "exhibits": [
            {"number": one.number, "capture_id": one.capture_id, "uri": one.uri}
            for one in proof.exhibits
        ],
        "txids": list(proof.txids),
        "tags": list(proof.tags),
    }
