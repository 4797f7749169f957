# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small trained layer that suggests words which may name a substance: never a fact.

It is trained on this machine from titles that the lexicon understood.  Half of the
known names are replaced by made-up words, so that it learns the places where a name
stands and not the names.  Nothing it says enters a record; a person looks at it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlp.model import Reading
from nlp.reading.reader import ListingReader
from nlp.selectors.opaque import without_selectors
from nlp.text.normalizing import normalize
from nlp.upkeep.unknown_words import KnownWords, SeenText, Unknown, count_unknown, is_custom

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

LABEL = "TERM"
SEED = 20261122
EPOCHS = 8
BATCH = 64
MOST_TITLES = 4_000
WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
SYLLABLES = ("ba", "cor", "di", "fen", "gu", "ka", "lo", "mi", "nex", "or", "pra", "qui", "ro",
             "sta", "tul", "vi", "xa", "ya", "zol", "ine", "am", "il")  # fmt: skip
CONFIG = {
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner", "extra_state_tokens": False, "hidden_width": 48,
        "maxout_pieces": 2, "use_upper": True, "nO": None,
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, "width": 48,
            "depth": 3, "embed_size": 1000, "window_size": 1, "maxout_pieces": 3,
            "subword_features": True,
        },
    }
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    """Words of a normal title and where known names stand, as [first, last) words."""

    words: tuple[str, ...]
    names: tuple[tuple[int, int], ...]


def labelled(seen: Sequence[SeenText], reader: ListingReader) -> list[Labelled]:
    """Return the titles whose substances the lexicon names, each wording once."""
    found: dict[tuple[str, ...], Labelled] = {}
    for one in seen:
        reading = reader.read(one.text)
        words, places = title_words(one.text.title)
        names = tuple(sorted(set(_names(reading, places))))
        if names:
            found.setdefault(words, Labelled(words, names))
        if len(found) == MOST_TITLES:
            break
    return list(found.values())


def title_words(title: str) -> tuple[tuple[str, ...], list[tuple[int, int]]]:
    """Return the words of a title in normal form and their code points [start, end)."""
    normal = normalize(without_selectors("title", title))
    matches = list(WORD.finditer(normal.normal))
    return tuple(m.group() for m in matches), [normal.span(*m.span()) for m in matches]


def _names(reading: Reading, places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for row in reading.substances:
        if row.place.field != "title" or row.status == "declared":
            continue
        inside = [n for n, (a, b) in enumerate(places) if a < row.place.end and row.place.start < b]
        if inside:
            yield inside[0], inside[-1] + 1


def train(texts: Sequence[Labelled]) -> Language:
    """Return a blank pipeline with a ``ner`` trained on ``texts``; the same each time."""
    from thinc.api import fix_random_seed

    fix_random_seed(SEED)
    drawn = random.Random(SEED)  # noqa: S311 - shuffles texts, keeps no secret
    language = blank()
    examples = [_example(language, one, drawn) for one in texts for _n in range(2)]
    optimizer = language.initialize(lambda: examples[:100])
    for _epoch in range(EPOCHS):
        drawn.shuffle(examples)
        for first in range(0, len(examples), BATCH):
            language.update(examples[first : first + BATCH], sgd=optimizer, drop=0.2)
    return language


def blank() -> Language:
    """Return the untrained pipeline, whose shape is ours and not that of a file."""
    import spacy

    language = spacy.blank("xx")
    component = language.add_pipe("ner", config=CONFIG)
    component.add_label(LABEL)  # type: ignore[attr-defined]  # of the ner component
    return language


def _example(language: Language, one: Labelled, drawn: random.Random) -> Any:
    """Return a training example; each name stays or becomes a made-up word."""
    from spacy.tokens import Span
    from spacy.training import Example

    words: list[str] = []
    names: list[tuple[int, int]] = []
    at = 0
    for first, last in _apart(one.names):
        words += one.words[at:first]
        kept = list(one.words[first:last]) if drawn.random() < 0.5 else [_made_up(drawn)]  # noqa: PLR2004
        names.append((len(words), len(words) + len(kept)))
        words += kept
        at = last
    words += one.words[at:]
    reference = _doc(language, words)
    reference.ents = [Span(reference, first, last, label=LABEL) for first, last in names]
    return Example(_doc(language, words), reference)


def _apart(names: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    behind = 0
    for first, last in names:
        if first >= behind:
            yield first, last
            behind = last


def _made_up(drawn: random.Random) -> str:
    return "".join(drawn.choices(SYLLABLES, k=drawn.randint(2, 4)))


def _doc(language: Language, words: Sequence[str]) -> Doc:
    from spacy.tokens import Doc

    return Doc(language.vocab, words=list(words))


def suggest(
    language: Language, reader: ListingReader, seen: Sequence[SeenText], least: int = 1
) -> list[dict[str, Any]]:
    """Return the words that may be names, by accounts and listings, with masked examples."""
    known = KnownWords(reader.lexicon)
    found: dict[str, Unknown] = {}
    for one in seen:
        reading = reader.read(one.text)
        if is_custom(reading):
            continue
        words, _places = title_words(one.text.title)
        doc = language(_doc(language, words)) if words else ()
        for entity in getattr(doc, "ents", ()):
            text = " ".join(entity.text.split())
            if not known.says_nothing(text) and not all(map(known.says_nothing, text.split())):
                count_unknown(found.setdefault(text, Unknown(text)), one, reading)
    rows = [row for row in found.values() if len(row.vendors) >= least]
    rows.sort(key=lambda row: (-len(row.vendors), -row.n_listings, row.words))
    return [row.plain() for row in rows]
