# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the lexicon holds, for people who look or check."""

from __future__ import annotations

from collections import Counter
from typing import Any

from nlp.lexicon.loading import Lexicon
from nlp.text.normalizing import normalize


def lexicon_summary(lexicon: Lexicon) -> dict[str, Any]:
    """Return counts of terms, substances, schedule rows and terms per source."""
    sources = Counter(term.source for term in lexicon.terms)
    return {
        "digest": lexicon.digest,
        "terms": len(lexicon.terms),
        "substances": len(lexicon.substances),
        "schedules": sum(len(rows) for rows in lexicon.schedules.values()),
        "languages": dict(sorted(Counter(term.language for term in lexicon.terms).items())),
        "sources": dict(sorted(sources.items())),
    }


def lexicon_rows(lexicon: Lexicon, word: str) -> list[dict[str, str]]:
    """Return the rows whose term or substance id is ``word`` in normal form, with source."""
    wanted = normalize(word).normal.strip()
    rows = []
    for term in lexicon.terms:
        if wanted not in (normalize(term.term).normal, term.substance):
            continue
        source = lexicon.sources[term.source]
        rows.append(
            {
                "term": term.term,
                "language": term.language,
                "kind": term.kind,
                "substance": term.substance,
                "status": term.status,
                "ambiguity": term.ambiguity,
                "source": term.source,
                "source_title": source["title"],
                "licence": source["licence"],
            }
        )
    return rows
