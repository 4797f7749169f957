# SPDX-License-Identifier: AGPL-3.0-or-later
"""``read``: the texts of a listing in, everything that they say out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from nlp.candidates import Candidate, Evidence
from nlp.countries import CountryNames
from nlp.fields import FieldText, Segment, read_field
from nlp.goods import GoodsReader
from nlp.grammar import Grammar
from nlp.language import LanguageDetector
from nlp.lexicon import Lexicon, Term, shipped_lexicon
from nlp.mentions import MentionReader
from nlp.model import (
    ListingText,
    Marked,
    Offer,
    Place,
    Reading,
    Schedule,
    SelectorFound,
    SubstanceFound,
    Unread,
)
from nlp.offers import OfferContext, segment_offers
from nlp.opaque import without_selectors
from nlp.options import joined_offers
from nlp.packages import not_drugs, with_packages
from nlp.pipeline import TermPipeline
from nlp.pounds import weigh_pounds
from nlp.price_lists import add_listed_prices
from nlp.prices import MAX_FOUND, each_price_once, said_prices
from nlp.pricing import priced_offers
from nlp.products import STRAIN, Named
from nlp.purity import read_purity
from nlp.selectors import read_selectors
from nlp.shipping import ShippingWords, read_shipping
from nlp.text import MAX_CODE_POINTS, normalize
from nlp.unitprice import is_holding, unit_prices

STATUS_ORDER = ("stated", "implied", "declared", "negated", "mentioned")
LOOSE_FORMS = ("loose", "plant")
LANGUAGE_SAMPLE = 20_000
PUNCTUATION = ".,;:!?()[]'\"*-"
DOSAGE = {"dose", "dosis", "dosage", "dosagem"}
NOT_DRUGS = ("weapon", "document", "counterfeit_money", "hacking", "wildlife", "equipment")


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
        self._terms = TermPipeline(lexicon)
        self._mentions = MentionReader(lexicon, self._grammar)
        self._goods = GoodsReader(lexicon)
        self._countries = CountryNames(lexicon.countries)
        self._shipping = ShippingWords.of(lexicon.grammar["shipping"])
        self._languages = LanguageDetector(lexicon.languages)

    def read(self, text: ListingText) -> Reading:
        """Return the reading of one listing or profile."""
        detected, hint = self._languages.detect(_plain_words(text))
        language = text.language or detected
        fields = [
            read_field(name, _readable(name, content), language, self._grammar, self._terms)
            for name, content in text.fields()
        ]
        spoken = [f for f in fields if not f.name.startswith("category.")]
        add_listed_prices(self._grammar, spoken, text.price)
        weigh_pounds(spoken, self.lexicon.grammar["colombia"]["words"])
        declared = self._goods.declared_substance(text.category)
        evidence = Evidence(
            declared=frozenset([declared[0]] if declared else []),
            drug_category=self._goods.drug_category(text.category),
            offers=any(f.atoms for f in spoken),
            language=language or hint,
        )
        mentions = self._mentions.read(spoken, evidence)
        goods = self._goods.classes(text.category, spoken, mentions)
        offers, said = self._offers(
            spoken, mentions, pieces=self._goods.sold_in_pieces(text.category)
        )
        offered = any(c.status == "stated" for c in mentions)
        classes = frozenset(g.goods_class for g in goods)
        declared_other = any(g.source == "declared" and g.goods_class in NOT_DRUGS for g in goods)
        if not offered and classes and (classes <= frozenset(NOT_DRUGS) or declared_other):
            offers = not_drugs(self._grammar, spoken, offers, classes)
        offers, said = with_packages(self._grammar, spoken, offers, said)
        prices = said_prices(self._grammar, self._countries, spoken, offers, text.price)
        priced = priced_offers(spoken, offers, said, prices)
        marked = [mark for f in spoken for mark in self._marks(f, language)]
        selectors, unread = _selectors(text)
        substances = self._substances(fields, mentions, declared)
        custom = any(mark.value == "custom_listing" for mark in marked)
        return Reading(
            id=text.id,
            language=language,
            goods=tuple(goods),
            substances=tuple(substances),
            offers=tuple(offers),
            prices=tuple(each_price_once(prices)),
            unit_prices=tuple(unit_prices(offers, prices, priced, text.price, custom=custom)),
            marked=tuple(_each_once(marked)),
            selectors=tuple(selectors),
            unread=(*unread, *_too_long(text), *_too_many(spoken)),
            flags=tuple(_flags(text, offers, substances, selectors)),
        )

    def _marks(self, field: FieldText, language: str | None) -> list[Marked]:
        return [
            *read_purity(self._grammar, field, language),
            *self._goods.marks(field),
            *read_shipping(self._countries, self._shipping, field),
        ]

    def _offers(
        self, fields: Sequence[FieldText], mentions: Sequence[Candidate], *, pieces: bool
    ) -> tuple[list[Offer], list[Offer]]:
        """Return one offer per option, the title's first, and every option as it is said."""
        context = self._context(fields, mentions, pieces=pieces)
        title: list[Offer] = []
        body: list[tuple[Offer, bool]] = []
        for field in fields:
            if field.name == "ships_text":
                continue
            for segment in self._own_parts(field):
                if not field.atoms_in(segment):
                    continue
                if field.name != "title" and self._is_advice(field, segment):
                    continue
                offers = segment_offers(self._grammar, field, segment, context[field.name])
                if field.name == "title":
                    title += offers
                elif offers:
                    firm = self._is_explicit(field, segment)
                    body += [(offer, firm) for offer in offers]
        said = [*title, *(offer for offer, _firm in body)]
        return joined_offers(title[:MAX_FOUND], body[:MAX_FOUND]), said[:MAX_FOUND]

    def _own_parts(self, field: FieldText) -> Iterator[Segment]:
        """Yield the parts of a field up to the heading of a list of other listings."""
        for segment in _parts(field):
            last = field.text(segment.last - 1 - (field.text(segment.last - 1) == "\n"))
            heading = field.name != "title" and last == ":"
            if heading and self._grammar.elsewhere.within(
                field.tokens, segment.first, segment.last
            ):
                return
            yield segment

    def _is_advice(self, field: FieldText, segment: Segment) -> bool:
        words = field.words(segment)
        if words.isdisjoint(self._grammar.not_offer):
            return False
        explicit = self._grammar.explicit.within(field.tokens, segment.first, segment.last)
        return not (explicit and not words & DOSAGE)

    def _is_explicit(self, field: FieldText, segment: Segment) -> bool:
        if self._grammar.explicit.within(field.tokens, segment.first, segment.last):
            return True
        return bool(field.money_in(segment))

    def _context(
        self, fields: Sequence[FieldText], mentions: Sequence[Candidate], *, pieces: bool
    ) -> dict[str, OfferContext]:
        forms = {
            self._form(c.term)
            for c in mentions
            if c.status in ("stated", "implied") and c.term.kind != "stamp"
        }
        stamps = any(c.term.kind == "stamp" for c in mentions)
        words = {token.text for f in fields if f.name == "title" for token in f.tokens}
        if not words:
            words = {token.text for f in fields for token in f.tokens}
        if words & self._grammar.powders:
            forms = {"loose"} | (forms & {"plant"})
        loose = bool(forms) and forms <= set(LOOSE_FORMS) and not stamps
        loose = loose and not words & self._grammar.dosed
        found: dict[str, OfferContext] = {}
        for field in fields:
            dosed = frozenset(
                field.token_at(c.match.start)
                for c in mentions
                if c.field is field and self._form(c.term) in ("dosed", "blotter")
            )
            found[field.name] = OfferContext(
                dosed=dosed,
                loose=loose,
                plant="plant" in forms,
                pieces=pieces,
                named=self._named(field, mentions),
            )
        return found

    def _named(self, field: FieldText, mentions: Sequence[Candidate]) -> tuple[Named, ...]:
        """Return the substances that a field names, in text order."""
        here = [c for c in mentions if c.field is field and c.status != "negated"]
        firm = any(c.term.ambiguity == "strong" for c in here)
        found = [
            Named(
                first=field.token_at(c.match.start),
                last=field.token_at(c.match.end),
                key=c.term.substance
                + (STRAIN + c.term.term.lower() if _particular(c.term) else ""),
                form=self._form(c.term),
                offered=c.status in ("stated", "implied"),
                brand=c.term.kind == "brand",
            )
            for c in here
            if c.term.ambiguity == "strong" or not firm
        ]
        return tuple(sorted(found, key=lambda name: name.first))

    def _form(self, term: Term) -> str:
        """Return how what a term names is sold: a medicine by its brand comes in doses."""
        form = self.lexicon.substances[term.substance].form
        medicine = term.kind == "brand" or term.term.lower().startswith("dexa")
        return "dosed" if medicine and form == "loose" else form

    def _substances(
        self,
        fields: Sequence[FieldText],
        mentions: Sequence[Candidate],
        declared: tuple[str, int] | None,
    ) -> list[SubstanceFound]:
        """Return one row per substance, the firmest status first found."""
        best: dict[str, Candidate] = {}
        for candidate in mentions:
            held = best.get(candidate.term.substance)
            rank = STATUS_ORDER.index(candidate.status)
            if held is None or rank < STATUS_ORDER.index(held.status):
                best[candidate.term.substance] = candidate
        rows = [self._row(candidate) for candidate in best.values()]
        if declared is not None and declared[0] not in {
            row.id for row in rows if row.status in ("stated", "implied", "negated")
        }:
            rows = [row for row in rows if row.id != declared[0]]
            rows.append(self._declared_row(fields, *declared))
        return rows

    def _row(self, candidate: Candidate) -> SubstanceFound:
        term = candidate.term
        substance = self.lexicon.substances[term.substance]
        return SubstanceFound(
            id=substance.id,
            name=substance.name,
            unii=substance.unii,
            status=candidate.status,
            schedules=self._schedules(substance.id),
            place=candidate.field.place_of(candidate.match.start, candidate.match.end),
            term_source=term.source,
            ambiguity=term.ambiguity,
        )

    def _declared_row(
        self, fields: Sequence[FieldText], substance_id: str, index: int
    ) -> SubstanceFound:
        substance = self.lexicon.substances[substance_id]
        field = next(f for f in fields if f.name == f"category.{index}")
        return SubstanceFound(
            id=substance.id,
            name=substance.name,
            unii=substance.unii,
            status="declared",
            schedules=self._schedules(substance.id),
            place=field.place(0, len(field.tokens)),
            term_source="market",
            ambiguity="strong",
        )

    def _schedules(self, substance_id: str) -> tuple[Schedule, ...]:
        return self.lexicon.schedules.get(substance_id, self.lexicon.not_listed)


def _particular(term: Term) -> bool:
    """Whether the term is a strain, a stamp or a brand: one product of the substance."""
    return term.status == "implied" or term.kind == "brand"


def _parts(field: FieldText) -> list[Segment]:
    """Return the parts that say one thing each: a title is one, whatever its signs."""
    if field.name == "title" and field.tokens:
        return [Segment(0, len(field.tokens))]
    return field.segments


def _selectors(text: ListingText) -> tuple[list[SelectorFound], list[Unread]]:
    found: dict[tuple[str, str], SelectorFound] = {}
    unread: list[Unread] = []
    for name, content in text.fields():
        if name.startswith("category."):
            continue
        selectors, problems = read_selectors(name, content)
        for selector in selectors:
            found.setdefault((selector.kind, selector.value), selector)
        unread += problems
    return list(found.values()), unread


def _readable(name: str, content: str) -> str:
    return content if name.startswith("category.") else without_selectors(name, content)


def _each_once(marked: list[Marked]) -> list[Marked]:
    kept: dict[tuple[str, str], Marked] = {}
    for mark in marked:
        kept.setdefault((mark.of, mark.value), mark)
    return list(kept.values())


def _too_long(text: ListingText) -> list[Unread]:
    """Return the ends of fields that are longer than what is read."""
    return [
        Unread(
            reason=f"only the first {MAX_CODE_POINTS} code points are read",
            place=Place(field=name, start=MAX_CODE_POINTS, end=len(content)),
        )
        for name, content in text.fields()
        if len(content) > MAX_CODE_POINTS
    ]


def _too_many(fields: Sequence[FieldText]) -> list[Unread]:
    """Return what was seen beyond the limit and is not read."""
    return [
        Unread(reason=f"more than {MAX_FOUND} quantities or prices in {field.name}")
        for field in fields
        if len(field.atoms) > MAX_FOUND or len(field.money) > MAX_FOUND
    ]


def _flags(
    text: ListingText,
    offers: Sequence[Offer],
    substances: Sequence[SubstanceFound],
    selectors: Sequence[SelectorFound],
) -> list[str]:
    """Return what a person should look at: absurd prices, contradictions, mended armour."""
    found = {
        "holding_price": text.price is not None
        and any(is_holding(text.price, offer) for offer in offers),
        "title_and_text_differ": len({offer.place.field == "title" for offer in offers}) > 1,
        "category_and_text_differ": {"declared"} < {row.status for row in substances}
        and any(row.status in ("stated", "implied") for row in substances),
        "armour_repaired": any(selector.armour_repaired for selector in selectors),
    }
    return [flag for flag, holds in found.items() if holds]


def _plain_words(text: ListingText) -> list[str]:
    whole = f"{text.title} {text.description} {text.profile}"[:LANGUAGE_SAMPLE]
    return [word.strip(PUNCTUATION) for word in normalize(whole).normal.split()]
