# SPDX-License-Identifier: AGPL-3.0-or-later
"""How well the suggestions find what the lexicon does not know: names taken out of it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nlp.lexicon.loading import Lexicon
from nlp.reading.reader import ListingReader
from nlp.scoring.tally import share
from nlp.text.normalizing import normalize
from nlp.upkeep.suggesting import SEED, labelled, suggest, train
from nlp.upkeep.unknown_words import CHUNK, SeenText

LEAST_TITLES = 3
TOP = 50


def measure(reader: ListingReader, seen: Sequence[SeenText], held: int = 20) -> dict[str, Any]:
    """Take ``held`` substances out of the lexicon, train on the rest, and look for them.

    A suggestion is right where the whole lexicon knows one of its words as a name.
    """
    chosen = _chosen(reader, seen, held)
    lexicon = reader.lexicon
    fewer = replace(lexicon, terms=tuple(t for t in lexicon.terms if t.substance not in chosen))
    blind = ListingReader(fewer)
    texts = labelled(seen, blind)
    began = time.monotonic()
    language = train(texts)
    seconds = time.monotonic() - began
    rows = [row["words"] for row in suggest(language, blind, seen)]
    names = _names(lexicon)
    said = [{s for word in row.split() for s in names.get(word, ())} for row in rows]
    found = chosen & set().union(*said) if said else set()
    return {
        "held": sorted(chosen),
        "found": sorted(found),
        "found_share": share(len(found), len(chosen)),
        f"right_of_top_{TOP}": share(sum(map(bool, said[:TOP])), len(said[:TOP])),
        "top": rows[:TOP],
        "suggestions": len(rows),
        "trained_on": len(texts),
        "train_seconds": round(seconds, 1),
    }


def _chosen(reader: ListingReader, seen: Sequence[SeenText], held: int) -> set[str]:
    """Draw substances that at least three titles name."""
    counts: Counter[str] = Counter()
    for one in seen:
        rows = reader.read(one.text).substances
        counts.update(r.id for r in rows if r.place.field == "title" and r.status != "declared")
    likely = sorted(name for name, n in counts.items() if n >= LEAST_TITLES)
    drawn = random.Random(SEED)  # noqa: S311 - draws names, keeps no secret
    return set(drawn.sample(likely, min(held, len(likely) // 2)))


def _names(lexicon: Lexicon) -> dict[str, set[str]]:
    """Return the substances of each word that a term begins with or consists of."""
    found: dict[str, set[str]] = {}
    for term in lexicon.terms:
        for word in CHUNK.findall(normalize(term.term).normal):
            found.setdefault(word, set()).add(term.substance)
    return found
