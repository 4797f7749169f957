# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is passed over for speed would not have been read: every branch has its words."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.lexicon.grammar import Grammar
from nlp.lexicon.loading import shipped_lexicon
from nlp.scanning.amounts import _money_at
from nlp.scanning.atoms import AtomScanner
from nlp.text.lexing import tokenize
from nlp.text.normalizing import normalize

LEXICON = shipped_lexicon()
GRAMMAR = Grammar.of(LEXICON.grammar)


def words_of(value):
    if isinstance(value, str):
        return {value}
    nested = value.values() if isinstance(value, dict) else value
    keys = set(value) if isinstance(value, dict) else set()
    return keys | set(itertools.chain.from_iterable(map(words_of, nested)))


WORDS = sorted(words_of(LEXICON.grammar) | set("0123456789.,-/*x$€£%()'+&:fru") | {"12", "1.5"})
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).flatmap(
    lambda parts: st.sampled_from(("", " ")).map(lambda glue: glue.join(parts))
)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_no_atom_begins_where_the_scanner_does_not_look(text):
    tokens = tokenize(normalize(text).normal)
    scanner = AtomScanner(GRAMMAR, tokens, None)
    for index in range(len(tokens)):
        assert index in scanner._starting() or scanner._at(index) is None


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_no_amount_begins_where_the_scanner_does_not_look(text):
    tokens = tokenize(normalize(text).normal)
    for index, token in enumerate(tokens):
        looked_at = token.kind == "num" or token.text in GRAMMAR.money_starts
        assert looked_at or _money_at(GRAMMAR, tokens, index, None) is None


def test_every_word_of_the_grammar_before_a_number_is_looked_at_where_it_counts():
    shapes = ("{} 5", "{}5", "{}$ 5", "{}/ 5", "{}. 5")
    for word, shape, lead in itertools.product(WORDS, shapes, ("", "z ")):
        tokens = tokenize(normalize(lead + shape.format(word)).normal)
        scanner, index = AtomScanner(GRAMMAR, tokens, None), len(lead.split())
        if index >= len(tokens) or tokens[index].kind == "num":
            continue
        text = tokens[index].text
        assert index in scanner._starting() or scanner._at(index) is None, tokens
        assert text in GRAMMAR.money_starts or _money_at(GRAMMAR, tokens, index, None) is None
