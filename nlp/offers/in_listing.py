# SPDX-License-Identifier: AGPL-3.0-or-later
"""All options of a listing: the parts of its fields that offer, each read by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nlp.lexicon.grammar import Grammar
from nlp.model import Offer
from nlp.offers.bare_options import settle_options
from nlp.offers.exclusions import DOSAGE
from nlp.offers.listing_options import joined_offers
from nlp.offers.segment_offers import OfferContext, segment_offers
from nlp.scanning.fields import MAX_FOUND, FieldText, Segment


def offers_in(
    grammar: Grammar, fields: Sequence[FieldText], contexts: Mapping[str, OfferContext]
) -> tuple[list[Offer], list[Offer]]:
    """Return one offer per option, the title's first, and every option as it is said."""
    settle_options(grammar, fields, contexts)
    title: list[Offer] = []
    body: list[tuple[Offer, bool]] = []
    for field in fields:
        if field.name == "title":
            title += _of_title(grammar, field, contexts["title"])
        elif field.name != "ships_text":
            body += _of_body(grammar, field, contexts[field.name])
    said = [*title, *(offer for offer, _firm in body)]
    return joined_offers(title[:MAX_FOUND], body[:MAX_FOUND]), said[:MAX_FOUND]


def _of_title(grammar: Grammar, field: FieldText, context: OfferContext) -> list[Offer]:
    """Return the offers of a title, which is one part whatever its signs."""
    if not field.tokens:
        return []
    return segment_offers(grammar, field, Segment(0, len(field.tokens)), context)


def _of_body(
    grammar: Grammar, field: FieldText, context: OfferContext
) -> Iterator[tuple[Offer, bool]]:
    """Yield the offers of a description, each with whether it is a firm statement."""
    measured = {field.segment_of(atom.first) for atom in field.atoms}
    for segment in _own_parts(grammar, field) if measured else ():
        if segment not in measured or _is_advice(grammar, field, segment):
            continue
        offers = segment_offers(grammar, field, segment, context)
        firm = bool(offers) and _is_explicit(grammar, field, segment)
        yield from ((offer, firm) for offer in offers)


def _own_parts(grammar: Grammar, field: FieldText) -> Iterator[Segment]:
    """Yield the parts of a field up to the heading of a list of other listings."""
    if grammar.elsewhere.firsts.isdisjoint(field.vocabulary()):
        yield from field.segments
        return
    for segment in field.segments:
        last = field.text(segment.last - 1 - (field.text(segment.last - 1) == "\n"))
        if last == ":" and grammar.elsewhere.within(field.texts, segment.first, segment.last):
            return
        yield segment


def _is_advice(grammar: Grammar, field: FieldText, segment: Segment) -> bool:
    words = field.words(segment)
    if words.isdisjoint(grammar.not_offer) or (
        field.has_menu(segment) and words.isdisjoint(DOSAGE)
    ):
        return False
    explicit = grammar.explicit.within(field.texts, segment.first, segment.last)
    return not (explicit and not words & DOSAGE)


def _is_explicit(grammar: Grammar, field: FieldText, segment: Segment) -> bool:
    if grammar.explicit.within(field.texts, segment.first, segment.last):
        return True
    return field.is_priced(segment)
