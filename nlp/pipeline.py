# SPDX-License-Identifier: AGPL-3.0-or-later
"""The spaCy pipeline: a blank language, our tokens, our term matcher.

No trained model: terms are found by ``PhraseMatcher`` on the normal form, so that
a reading depends on the lexicon alone and can be made again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlp.lexicon import Lexicon, Term
from nlp.lexing import Token, tokenize
from nlp.text import normalize

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

COMPONENT = "vestigo_terms_v1"  # spaCy allows no points in the name
# Signs inside a name that sellers write or leave out ("2c-b", "2 c b", "m.d.m.a").
JOINERS = frozenset("-_'’/.,()")
MAX_TERM_TOKENS = 12
SHORTEST_JOINED = 3  # "2cb"; shorter joined names would be ordinary words


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A lexicon term at [start, end) of a normal text."""

    start: int
    end: int
    terms: tuple[Term, ...]


class TermPipeline:
    """Finds the terms of a lexicon in tokens of normal text."""

    def __init__(self, lexicon: Lexicon) -> None:
        import spacy

        _register()
        self._language: Language = spacy.blank("xx")
        self._words = _WordsOnly(self._language)
        self._language.tokenizer = self._words
        self._by_key: dict[tuple[str, ...], tuple[Term, ...]] = {}
        for term in lexicon.terms:
            for key in _keys(term.term):
                self._by_key[key] = (*self._by_key.get(key, ()), term)
        component = self._language.add_pipe(COMPONENT)
        component.load(self._language.vocab, self._by_key)  # type: ignore[attr-defined]  # ours

    def find(self, tokens: list[Token]) -> list[TermMatch]:
        """Return the longest matches, left to right, none inside another."""
        stream = _stream(tokens)
        if not stream:
            return []
        doc = self._language(self._words.doc([token.text for token in stream]))
        found = []
        for span in doc.spans[COMPONENT]:
            first, last = stream[span.start], stream[span.end - 1]
            key = tuple(token.text for token in stream[span.start : span.end])
            found.append(TermMatch(first.start, last.end, self._by_key[key]))
        return found


class _WordsOnly:
    """A tokenizer that takes ready words: ours are cut by ``nlp.lexing``."""

    def __init__(self, language: Language) -> None:
        self._vocab = language.vocab

    def doc(self, words: list[str]) -> Doc:
        """Return a document of the words as they are."""
        from spacy.tokens import Doc

        return Doc(self._vocab, words=words)

    def __call__(self, text: str) -> Doc:
        """Return the document of a text cut by our rules (what spaCy calls)."""
        return self.doc([token.text for token in tokenize(normalize(text).normal)])


def _stream(tokens: list[Token]) -> list[Token]:
    """Return the tokens that terms are matched on: joiners inside a name left out."""
    kept: list[Token] = []
    for index, token in enumerate(tokens):
        if token.kind == "sign" and token.text in JOINERS and _inside(tokens, index):
            continue
        kept.append(token)
    return kept


def _inside(tokens: list[Token], index: int) -> bool:
    """Whether the sign at ``index`` touches a word or number on both sides."""
    if not 0 < index < len(tokens) - 1:
        return False
    before, sign, after = tokens[index - 1 : index + 2]
    return before.end == sign.start and after.start == sign.end and after.kind != "nl"


def _keys(term: str) -> set[tuple[str, ...]]:
    """Return the token keys of a term: as written, and without its inner signs."""
    normal = normalize(term).normal
    written = tuple(token.text for token in _stream(tokenize(normal)))
    keys = {written}
    if any(character in "-_ " for character in normal):
        bare = normal.replace("-", "").replace(" ", "").replace("_", "")
        if len(bare) >= SHORTEST_JOINED and (len(bare) > SHORTEST_JOINED or bare[0].isdigit()):
            keys.add(tuple(token.text for token in _stream(tokenize(bare))))
    return {key for key in keys if 0 < len(key) <= MAX_TERM_TOKENS}


class TermComponent:
    """The spaCy component: longest lexicon phrases into ``doc.spans``."""

    def __init__(self, vocab: Vocab) -> None:
        from spacy.matcher import PhraseMatcher

        self._matcher = PhraseMatcher(vocab)

    def load(self, vocab: Vocab, phrases: Iterable[tuple[str, ...]]) -> None:
        """Make ``phrases`` (tuples of token texts) known to the matcher."""
        from spacy.tokens import Doc

        self._matcher.add(COMPONENT, [Doc(vocab, words=list(words)) for words in phrases])

    def __call__(self, doc: Doc) -> Doc:
        """Write the matches of ``doc`` to its spans."""
        from spacy.util import filter_spans

        doc.spans[COMPONENT] = filter_spans(self._matcher(doc, as_spans=True))
        return doc


def _register() -> None:
    """Make the component known to spaCy under its versioned name."""
    from spacy.language import Language

    def make(nlp: Language, name: str) -> TermComponent:  # noqa: ARG001 - spaCy's signature
        return TermComponent(nlp.vocab)

    Language.factory(COMPONENT, func=make)
