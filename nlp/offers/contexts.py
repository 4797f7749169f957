# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the goods of a listing are sold, as its words say: loose, in pills, as a plant."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.lexicon.grammar import Grammar
from nlp.lexicon.loading import Lexicon, Term
from nlp.offers.products import STRAIN, Named
from nlp.offers.segment_offers import LOOSE_FORMS, RAW, OfferContext
from nlp.scanning.fields import FieldText
from nlp.substances.candidates import COMBINATION, OFFERED, Candidate

NO_FORM = ("stamp", COMBINATION)


def offer_contexts(
    lexicon: Lexicon,
    grammar: Grammar,
    fields: Sequence[FieldText],
    mentions: Sequence[Candidate],
    *,
    pieces: bool,
) -> dict[str, OfferContext]:
    """Return the context of each field by its name.

    ``pieces`` is true where the market's category is one of goods sold in pieces.
    """
    forms = _forms(lexicon, mentions)
    words = _words_that_decide(fields)
    if words & grammar.powders or _described_as_powder(grammar, fields, words):
        forms = {"loose"} | (forms & {"plant"})
    stamps = any(c.term.kind == "stamp" for c in mentions)
    loose = bool(forms) and forms <= LOOSE_FORMS and not stamps and not words & grammar.dosed
    return {
        field.name: OfferContext(
            dosed=_dosed(lexicon, field, mentions),
            loose=loose,
            plant="plant" in forms,
            pieces=pieces,
            named=_named(lexicon, field, mentions),
            raw=not RAW.isdisjoint(words),
        )
        for field in fields
    }


def _forms(lexicon: Lexicon, mentions: Sequence[Candidate]) -> set[str]:
    offered = (c.term for c in mentions if c.status in OFFERED and c.term.kind not in NO_FORM)
    return {_form(lexicon, term) for term in offered}


def _words_that_decide(fields: Sequence[FieldText]) -> set[str]:
    """Return the words of the title; those of all fields where there is none."""
    named = [field for field in fields if field.name == "title" and field.tokens]
    return {text for field in named or fields for text in field.vocabulary() if text}


def _described_as_powder(grammar: Grammar, fields: Sequence[FieldText], words: set[str]) -> bool:
    """Whether the description calls it a powder where neither it nor the title counts doses."""
    described = {text for field in fields if field.name == "description" for text in field.texts}
    return not grammar.powders.isdisjoint(described) and grammar.dosed.isdisjoint(described | words)


def _dosed(lexicon: Lexicon, field: FieldText, mentions: Sequence[Candidate]) -> frozenset[int]:
    return frozenset(
        field.token_at(c.match.start)
        for c in mentions
        if c.field is field and _form(lexicon, c.term) in ("dosed", "blotter")
    )


def _named(lexicon: Lexicon, field: FieldText, mentions: Sequence[Candidate]) -> tuple[Named, ...]:
    """Return the substances that a field names, in text order."""
    here = [
        c
        for c in mentions
        if c.field is field and c.status != "negated" and c.term.kind != COMBINATION
    ]
    firm = any(c.term.ambiguity == "strong" for c in here)
    found = [
        Named(
            first=field.token_at(c.match.start),
            last=field.token_at(c.match.end),
            key=c.term.substance + (STRAIN + c.term.term.lower() if _particular(c.term) else ""),
            form=_form(lexicon, c.term),
            offered=c.status in OFFERED,
            brand=c.term.kind == "brand",
        )
        for c in here
        if c.term.ambiguity == "strong" or not firm
    ]
    return tuple(sorted(found, key=lambda name: name.first))


def _form(lexicon: Lexicon, term: Term) -> str:
    """Return how what a term names is sold: a medicine by its brand comes in doses."""
    form = lexicon.substances[term.substance].form
    if form != "loose":
        return form
    return "dosed" if term.kind == "brand" or term.term.lower().startswith("dexa") else form


def _particular(term: Term) -> bool:
    """Whether the term is a strain, a stamp or a brand: one product of the substance."""
    return term.status == "implied" or term.kind == "brand"
