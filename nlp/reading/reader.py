# SPDX-License-Identifier: AGPL-3.0-or-later
"""``read``: the texts of a listing in, everything that they say out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from nlp.lexicon.grammar import Grammar
from nlp.lexicon.loading import Lexicon, shipped_lexicon
from nlp.matching.terms import TermMatcher
from nlp.model import Goods, ListingText, Marked, Offer, Reading
from nlp.offers.contexts import offer_contexts
from nlp.offers.in_listing import offers_in
from nlp.offers.pounds import weigh_pounds
from nlp.prices.each_priced import shown_per
from nlp.prices.listed import add_listed_prices
from nlp.prices.paid_pounds import as_money
from nlp.prices.pairing import priced_offers
from nlp.prices.priced_packages import not_drugs, with_packages
from nlp.prices.settling import each_price_once, said_prices
from nlp.prices.unit_prices import unit_prices
from nlp.reading.contradictions import amounts_differ, with_two_prices
from nlp.reading.doubts import flags, in_unequal, too_long, too_many, unequal
from nlp.reading.kept import KeptReadings
from nlp.scanning.fields import FieldText, read_field
from nlp.scanning.thousands import as_the_amounts, unclear_masses
from nlp.selectors.in_listing import selectors_in
from nlp.selectors.opaque import without_selectors
from nlp.substances.candidates import Candidate, ListingContext
from nlp.substances.mentions import MentionReader
from nlp.substances.rows import Declared, substance_rows
from nlp.text.language import LanguageDetector
from nlp.text.markup import without_markup
from nlp.text.normalizing import normalize
from nlp.trade.goods import GoodsReader, no_drugs
from nlp.trade.purity import read_purity
from nlp.trade.shipping import read_shipping
from nlp.trade.shipping_words import ShippingWords

LANGUAGE_SAMPLE = 20_000
PUNCTUATION = ".,;:!?()[]'\"*-"


def read(text: ListingText) -> Reading:
    """Return what ``text`` says, by the lexicon that ships with the project."""
    return shipped_reader().read(text)


@cache
def shipped_reader() -> ListingReader:
    """Return the reader over the shipped lexicon (made once a process)."""
    return ListingReader(shipped_lexicon())


class ListingReader:
    """Reads listings with one lexicon; the same text always gives the same reading."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._grammar = Grammar.of(lexicon.grammar)
        self._terms = TermMatcher(lexicon)
        self._mentions = MentionReader(lexicon, self._grammar)
        self._goods = GoodsReader(lexicon)
        self._shipping = ShippingWords.of_section(lexicon.grammar["shipping"])
        self._countries = self._shipping.countries(lexicon.countries, lexicon.behind)
        self._languages = LanguageDetector(lexicon.languages)
        self._kept = KeptReadings()

    def read(self, text: ListingText) -> Reading:
        """Return the reading of one listing or profile."""
        kept = self._kept.get(text)
        if kept is None:
            kept = self._read(text)
            self._kept.keep(text, kept)
        return kept

    def _read(self, text: ListingText) -> Reading:
        """Return what is read now; each step takes what the ones before it found.

        Fields, substances, goods, offers, prices, unit prices.
        """
        text = without_markup(text)
        language, likely = self._language(text)
        fields = self._fields(text, language)
        declared = self._goods.declared_substance(text.category)
        mentions = self._mentions.read(fields, self._known(text, fields, declared, likely))
        goods = self._goods.classes(text.category, fields, mentions)
        offers, said = self._offers(text, fields, mentions, goods)
        prices = said_prices(self._grammar, self._countries, fields, offers, text.price)
        priced = priced_offers(fields, offers, said, prices, self._grammar.adding)
        per = shown_per(self._grammar, fields, offers, prices, text.price)
        marked = _each_once(self._marks(fields, language))
        custom = any(mark.value == "custom_listing" for mark in marked)
        disputed = with_two_prices(fields, offers, said, prices)
        contradicted = bool(disputed) or amounts_differ(offers, said)
        unclear = unclear_masses(fields, offers, language) | disputed | in_unequal(fields, offers)
        substances = substance_rows(self.lexicon, mentions, declared)
        selectors, unread = selectors_in(text)
        return Reading(
            id=text.id,
            language=language,
            goods=tuple(goods),
            substances=tuple(substances),
            offers=tuple(offers),
            prices=tuple(each_price_once(prices)),
            unit_prices=tuple(
                unit_prices(offers, prices, priced, text.price, unclear, per, custom=custom)
            ),
            marked=tuple(marked),
            selectors=tuple(selectors),
            unread=(*unread, *too_long(text), *too_many(fields), *unequal(fields)),
            flags=tuple(flags(text, offers, substances, selectors, contradicted=contradicted)),
        )

    def _language(self, text: ListingText) -> tuple[str | None, str | None]:
        """Return the language that is given or clear, and the one that is likely at least."""
        detected, hint = self._languages.detect(_plain_words(text))
        language = text.language or detected
        return language, language or hint

    def _fields(self, text: ListingText, language: str | None) -> list[FieldText]:
        """Return the vendor's fields scanned, bare prices of lists and pounds settled."""
        fields = [
            read_field(name, without_selectors(name, content), language, self._grammar, self._terms)
            for name, content in text.written()
        ]
        fields = as_the_amounts(self._grammar, fields, language)
        as_money(fields, text.price)
        add_listed_prices(self._grammar, fields, text.price)
        weigh_pounds(fields, self.lexicon.grammar)
        return fields

    def _known(
        self,
        text: ListingText,
        fields: Sequence[FieldText],
        declared: Declared | None,
        language: str | None,
    ) -> ListingContext:
        """Return what lets an ambiguous word of the listing be read as a substance."""
        return ListingContext(
            declared=frozenset([declared.substance] if declared else []),
            drug_category=self._goods.drug_category(text.category),
            offers=any(field.atoms for field in fields),
            language=language,
            other_goods=self._goods.other_goods(text.category, fields),
        )

    def _offers(
        self,
        text: ListingText,
        fields: Sequence[FieldText],
        mentions: Sequence[Candidate],
        goods: Sequence[Goods],
    ) -> tuple[list[Offer], list[Offer]]:
        """Return one offer per option, and every option as it is said."""
        pieces = self._goods.sold_in_pieces(text.category)
        contexts = offer_contexts(self.lexicon, self._grammar, fields, mentions, pieces=pieces)
        offers, said = offers_in(self._grammar, fields, contexts)
        drugs = any(c.status == "stated" for c in mentions)
        if not drugs and no_drugs(goods):
            classes = frozenset(one.goods_class for one in goods)
            offers = not_drugs(self._grammar, fields, offers, classes)
        return with_packages(self._grammar, fields, offers, said, text.price)

    def _marks(self, fields: Sequence[FieldText], language: str | None) -> Iterator[Marked]:
        for field in fields:
            yield from read_purity(self._grammar, field, language)
            yield from self._goods.marks(field)
        yield from read_shipping(self._countries, self._shipping, fields)


def _plain_words(text: ListingText) -> list[str]:
    whole = f"{text.title} {text.description} {text.profile}"[:LANGUAGE_SAMPLE]
    words = normalize(whole).normal.split()
    return [word if word.isalnum() else word.strip(PUNCTUATION) for word in words]


def _each_once(marked: Iterable[Marked]) -> list[Marked]:
    kept: dict[tuple[str, str], Marked] = {}
    for mark in marked:
        kept.setdefault((mark.of, mark.value), mark)
    return list(kept.values())
