# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reading beside other ways to find substances: speed and, on annotated texts, F1."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nlp.model import ListingText, Reading, SubstanceFound
from nlp.model import Place as TextPlace
from nlp.reading.reader import shipped_reader
from nlp.scoring.gold import GoldText
from nlp.scoring.peers import Finder, Naming, drug_ner_finder, list_finder, naive_finder
from nlp.scoring.score import score_texts
from vestigo.pipeline.nlp_benchmark import with_descriptions

NOWHERE = TextPlace(field="title", start=0, end=0)
ROW = "substances.text_only"


def beside(
    texts: Sequence[ListingText], gold: Sequence[GoldText], peer_list: Path | None, n: int
) -> dict[str, Any]:
    """Return, for each way, titles and texts a processor second and F1 of substances.

    All run in this process on the same texts without the market's category; ``null``
    stands for a package that is not installed and for a list that was not given.
    """
    reader = shipped_reader()
    naming = Naming(reader.lexicon)
    finders: dict[str, Finder | None] = {
        "list": list_finder(peer_list) if peer_list else None,
        "drug_named_entity_recognition": drug_ner_finder(),
        "naive_pattern": naive_finder(reader.lexicon),
    }
    titles = [ListingText(title=text.title) for text in texts[:n]]
    whole = [
        ListingText(title=text.title, description=description)
        for text, description in zip(texts[:n], with_descriptions(texts)[:n], strict=True)
    ]
    found: dict[str, Any] = {"vestigo": _figures(reader.read, titles, whole, gold)}
    for name, finder in finders.items():
        found[name] = finder and _figures(_as_reader(finder, naming), titles, whole, gold)
    return found


def _as_reader(finder: Finder, naming: Naming) -> Callable[[ListingText], Reading]:
    def read(text: ListingText) -> Reading:
        words = "\n".join(part for _name, part in text.written())
        rows = tuple(_row(identity) for identity in sorted(naming.ids(finder(words))))
        return Reading(id=text.id, language=None, substances=rows)

    return read


def _row(identity: str) -> SubstanceFound:
    return SubstanceFound(
        id=identity, name=identity, unii=None, status="stated", schedules=(), place=NOWHERE,
        term_source="", ambiguity="strong",
    )  # fmt: skip


def _figures(
    read: Callable[[ListingText], Reading],
    titles: Sequence[ListingText],
    whole: Sequence[ListingText],
    gold: Sequence[GoldText],
) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "titles_per_cpu_s": _rate(read, titles),
        "texts_per_cpu_s": _rate(read, whole),
    }
    if gold:
        report = score_texts(gold, read)
        by_language = {"all": report, **report["languages"]}
        figures["f1"] = {
            language: {k: table["fields"][ROW][k] for k in ("f1", "f1_95", "precision", "recall")}
            for language, table in by_language.items()
            if ROW in table["fields"]
        }
    return figures


def _rate(read: Callable[[ListingText], Reading], texts: Sequence[ListingText]) -> int:
    read(texts[0])  # what is made at the first text is no part of the rate
    began = time.process_time()
    for text in texts:
        read(text)
    return round(len(texts) / max(time.process_time() - began, 1e-9))
