# SPDX-License-Identifier: AGPL-3.0-or-later
"""From atoms to offers: one per option on sale (``nlp.quantity.v1``)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.model import Offer, Place
from nlp.offers.described_quantities import without_articles, without_content, without_totals
from nlp.offers.exclusions import excluded
from nlp.offers.joining import OF, fluid_ounces, joined_atoms
from nlp.offers.measured_against import of_other_goods
from nlp.offers.not_on_sale import not_on_sale
from nlp.offers.opening_numbers import YEARS, before_dose, opened, weighed_pieces
from nlp.offers.pieces import (
    capsules,
    closing_count,
    each_weighs,
    strengths,
    unnamed_pieces,
    weighed_doses,
    without_extracts,
    without_factors,
    without_packs,
    without_strengths,
    without_sums,
)
from nlp.offers.products import Named, Part, each_of_them, labelled, product_parts, same_product
from nlp.scanning.atoms import BREAKS, MAX_WORDS_BETWEEN, Atom
from nlp.scanning.fields import FieldText, Segment
from nlp.text.values import with_thousands

LINK = frozenset(("x", "*", "of", "de", "-", "(", "@", "a", "van", "von", "je", "zu", "d", "'"))
COST_ENDS = frozenset((".", ",", ";", "\n", ")", ""))
RAW = frozenset(("raw", "crystal", "crystals"))
LOOSE_FORMS = frozenset(("loose", "plant"))
TEN = 10
PIECE_OF = ("of", "de", "à", "a", "von", "van", "je", "zu", "com", "con", "mit", "met")
MAX_WORDS_OF = 3
PACKS = frozenset(("lot", "pack", "set", "paquet", "paquete", "pacote", "lote", "packung"))
MAX_OFFERS = 40
MAX_ATOMS = 200  # of one segment; a longer one is no listing that a person wrote


@dataclass(frozen=True, slots=True)
class OfferContext:
    """What the rest of the listing says about how the goods are sold.

    ``dosed`` are the first tokens of substances sold in doses; ``loose`` is true where a
    substance sold loose is named and nothing speaks of pills or blotters; ``pieces`` where
    the market's category does; ``named`` are the substances of the field; ``among`` where
    this is one product of several; ``raw`` where the title says that it is crystals.
    """

    dosed: frozenset[int]
    loose: bool
    plant: bool
    pieces: bool = False
    named: tuple[Named, ...] = ()
    among: bool = False
    raw: bool = False


def segment_offers(
    grammar: Grammar, field: FieldText, segment: Segment, context: OfferContext
) -> list[Offer]:
    """Return the offers of one segment, in text order: those of each product by itself."""
    atoms = field.atoms_in(segment)
    if not atoms:
        return []
    parts = product_parts(field, segment, context.named, atoms)
    if len(parts) > 1 and field.name == "title":
        offered = [part for part in parts if part.label or part.offered()]
        parts = offered or parts  # "Ritalin 10mg substitute? 4F-MPH 1 g"
    offers: list[Offer] = []
    for part in parts:
        within = context if len(parts) == 1 else _narrowed(grammar, field, part, context)
        found = _part_offers(grammar, field, part.segment, within)
        offers += each_of_them(grammar, field, part, found)
    return sorted(_once(offers), key=lambda offer: offer.place.start)[:MAX_OFFERS]


def _narrowed(
    grammar: Grammar, field: FieldText, part: Part, context: OfferContext
) -> OfferContext:
    """Return the context of one product among several: its own names say how it is sold."""
    forms = {name.form for group in part.groups for name in group}
    if not forms:
        return replace(context, among=True)
    dosed = field.words(part.segment) & grammar.dosed
    return replace(context, loose=forms <= LOOSE_FORMS and not dosed, among=True)


def _part_offers(
    grammar: Grammar, field: FieldText, segment: Segment, context: OfferContext
) -> list[Offer]:
    """Return the offers of one product."""
    atoms = field.atoms_in(segment)
    if not atoms:
        return []
    atoms = unnamed_pieces(grammar, field, without_factors(field, atoms))
    atoms = without_extracts(grammar, field, atoms)
    atoms = strengths(field, context.named, segment, atoms)
    if not atoms:
        return []
    if field.name == "title" and not context.loose:
        atoms = closing_count(field, segment, atoms)
    counter = _Counter(grammar, field, context, atoms)
    atoms = [counter.counted(atom) for atom in atoms]
    if field.name == "title":
        atoms = weighed_pieces(atoms, loose=context.loose)
        atoms = before_dose(field, opened(field, atoms, loose=context.loose, pieces=context.pieces))
    atoms = [a for a in atoms if a.kind != "bare" and a.value > 0][:MAX_ATOMS]
    if not atoms:
        return []  # prose with a number in it
    atoms = [a for a in atoms if not excluded(grammar, field, a, len(atoms) + context.among)]
    atoms = [a for a in atoms if not not_on_sale(grammar, field, a, atoms)]
    atoms = [a for a in atoms if not of_other_goods(grammar, field, a)]
    if context.dosed:
        atoms = [atom for atom in atoms if atom.kind != "ounces"]  # half a tablet
    atoms = without_articles(field, without_content(field, atoms))
    atoms = without_strengths(without_totals(grammar, field, atoms))
    atoms = weighed_doses(field, atoms)
    ratio = any(atom.kind == "ratio" for atom in atoms)
    atoms = joined_atoms(field, without_packs(field, atoms))
    atoms = without_sums(fluid_ounces(grammar, field, atoms))
    atoms = capsules(field, each_weighs(grammar, field, atoms))
    counts = [a for a in atoms if a.kind == "count"]
    priced = set(field.paired.values())
    linked = {id(a) for a in counts if a.container and a.first not in priced}
    volumes = [a for a in atoms if a.kind == "volume"]
    claims = [] if volumes or ratio else [a for a in atoms if a.kind == "dose"]
    offers = _loose(grammar, field, atoms, counts)
    counts = [a for a in counts if id(a) not in linked]
    if volumes:  # "fiole de 50 ml 25, trois fioles 65": so many of them, with a price
        offers += _units(field, [c for c in counts if c.first in priced], [], context)
    else:
        offers += _units(field, counts, claims, context)
    counted = any(a.kind == "count" and not a.container for a in atoms) and not volumes
    if not counted:
        offers += [_dose(field, atom, context) for atom in claims]
    offers = labelled(field, segment, offers)
    return sorted(_once(offers), key=lambda offer: offer.place.start)[:MAX_OFFERS]


def _loose(
    grammar: Grammar, field: FieldText, atoms: list[Atom], counts: list[Atom]
) -> list[Offer]:
    """Return mass and volume offers; the count of pieces stands beside them."""
    offers: list[Offer] = []
    for index, atom in enumerate(atoms):
        if atom.kind not in ("mass", "volume"):
            continue
        before = atoms[index - 1] if index else None
        after = atoms[index + 1] if index + 1 < len(atoms) else None
        far = [c for c in counts if c.times] == [before] and _pieces_of(grammar, field, atom)
        pieces: Atom | None = None
        if before is not None and before in counts and (far or _linked(field, before, atom)):
            pieces = before
        elif after is not None and after in counts and _multiplies(grammar, field, atom, after):
            pieces = after
        first = min(atom.first, pieces.first) if pieces else atom.first
        last = max(atom.last + (far and pieces is before), pieces.last) if pieces else atom.last
        offers.append(_measured(atom, pieces, field.place(first, last)))
        if pieces is not None:
            counts.remove(pieces)
    return offers


def _measured(atom: Atom, pieces: Atom | None, place: Place) -> Offer:
    number = int(pieces.value) if pieces is not None else atom.pieces
    if atom.kind == "mass":
        return Offer(kind="mass", grams=atom.value, count=number, place=place)
    return Offer(kind="volume", ml=atom.value, count=number, place=place)


def _multiplies(grammar: Grammar, field: FieldText, atom: Atom, after: Atom) -> bool:
    """Whether "x 2" behind a mass, "pack of 3 bottles" behind a volume say how many of it."""
    between = [field.text(i) for i in range(atom.last, after.first)]
    close = len(between) <= 1 or all(
        t in (*OF, "(", ",", "c", "/") or t in grammar.containers for t in between
    )
    packed = between[-1:] and between[-1] in OF and between[-2:-1] and between[-2] in PACKS
    if packed and len(between) <= MAX_WORDS_OF:
        return True  # "640 g, lot of 3"
    return (after.times and (close or atom.kind == "volume")) or (close and atom.kind == "volume")


def _pieces_of(grammar: Grammar, field: FieldText, mass: Atom) -> bool:
    """Whether a piece follows the mass: "5x top shelf 1G joints"."""
    following = field.text(mass.last)
    return following in grammar.counting or following in grammar.containers


def _linked(field: FieldText, count: Atom, mass: Atom) -> bool:
    """Whether "5 x 0.8 g" or "10 bags of 1g": a count of equal pieces."""
    between = [field.tokens[i].text for i in range(count.last, mass.first)]
    if _each_of(count, mass, between) or (mass.kind == "volume" and not between):
        return True
    if any(text not in OF and text not in LINK for text in between):
        return False
    return (count.times or count.container) and len(between) <= 2  # noqa: PLR2004 - "x of"


def _each_of(count: Atom, mass: Atom, between: list[str]) -> bool:
    """Whether "5 ampoules of 1 ml", "10 joints of weed of 0.8 g": one piece holds that."""
    if count.times or not between or len(between) > MAX_WORDS_OF:
        return False
    if any(text in BREAKS or text[0].isdigit() for text in between):
        return False
    return between[-1] in PIECE_OF and (mass.kind == "volume" or mass.value < count.value * TEN)


def _units(
    field: FieldText, counts: list[Atom], doses: list[Atom], context: OfferContext
) -> list[Offer]:
    offers = []
    paired = len(counts) == len(doses) > 1
    for number, count in enumerate(counts):
        dose = doses[number] if paired else _nearest(count, doses, len(counts))
        place = field.place(*_cover(count, dose))
        adjacent = dose is not None and 0 <= dose.first - count.last <= 1 and count.times
        if dose is not None and adjacent and context.loose and not context.dosed:
            grams = dose.value / 1000
            offers.append(Offer(kind="mass", grams=grams, count=int(count.value), place=place))
            continue
        milligrams = dose.value if dose is not None else None
        offers.append(Offer(kind="units", count=int(count.value), dose_mg=milligrams, place=place))
    return offers


def _nearest(count: Atom, doses: list[Atom], n_counts: int) -> Atom | None:
    if not doses:
        return None
    after = [dose for dose in doses if dose.first >= count.first]
    if after and n_counts <= len(doses):
        return min(after, key=lambda dose: dose.first)
    return min(doses, key=lambda dose: abs(dose.first - count.first))


def _cover(count: Atom, dose: Atom | None) -> tuple[int, int]:
    if dose is None or abs(dose.first - count.last) > MAX_WORDS_BETWEEN + 1:
        return count.first, count.last
    return min(count.first, dose.first), max(count.last, dose.last)


def _dose(field: FieldText, atom: Atom, context: OfferContext) -> Offer:
    """Return a dose without a count; of a substance sold loose it is a small mass."""
    place = field.place(atom.first, atom.last)
    raw = atom.value >= TEN and (context.raw or not RAW.isdisjoint(field.vocabulary()))
    if (context.loose or raw) and field.text(atom.last) != "per":
        return Offer(kind="mass", grams=atom.value / 1000, place=place)
    return Offer(kind="dose", dose_mg=atom.value, place=place)


class _Counter:
    """Reads bare numbers of a segment as counts where "pills" or a medicine follows."""

    def __init__(
        self, grammar: Grammar, field: FieldText, context: OfferContext, atoms: list[Atom]
    ) -> None:
        self._grammar = grammar
        self._field = field
        self._context = context
        self._doses = {atom.first: atom.last for atom in atoms if atom.kind == "dose"}
        self._volumes = any(atom.kind == "volume" for atom in atoms)
        self._times = {atom.last for atom in atoms if atom.times}
        self._first_times = min(self._times, default=len(field.tokens))
        self._explicit = any(a.kind == "count" and not a.container for a in atoms)
        self._boxes = {atom.last for atom in atoms if atom.container}
        self._weighed = any(a.kind in ("mass", "volume") for a in atoms)

    def counted(self, atom: Atom) -> Atom:
        """Return ``atom``, as a count where it is one."""
        written = with_thousands(self._field.text(atom.first))
        if atom.kind == "bare" and written != self._field.text(atom.first):
            counted = self._as_count(replace(atom, value=Decimal(written)))
            return counted if counted.kind == "count" else atom  # a count has no decimals
        return self._as_count(atom)

    def _as_count(self, atom: Atom) -> Atom:
        whole = atom.kind == "bare" and atom.value == int(atom.value) and atom.value != 0
        known = self._doses or self._volumes
        if whole and known and self._field.text(atom.first - 1) in self._grammar.containers:
            return replace(atom, kind="count")  # "2 mg, box 30"
        if not whole or self._first_times < atom.first not in self._times:
            return atom
        bracketed = self._field.text(atom.first - 1) == "(" and self._field.text(atom.last) == ")"
        if self._boxed(atom.first) or (bracketed and self._doses and not self._explicit):
            return replace(atom, kind="count")
        if self._field.text(atom.last) in self._grammar.directly:
            return atom if self._weighed else replace(atom, kind="count")
        return replace(atom, kind="count") if self._thing_follows(atom) else atom

    def _boxed(self, first: int) -> bool:
        """Whether "2 boxes of" or "strip of" stands before."""
        if self._field.text(first - 1) == "/" and self._field.text(first - 2) == "c":
            return (
                first - 2 in self._boxes or self._field.text(first - 3) in self._grammar.containers
            )
        container = self._field.text(first - 2)
        if self._field.text(first - 1) == "por" and self._field.text(first + 1) in COST_ENDS:
            return False  # "três caixas por 330"
        known = container in self._grammar.containers or container in ("strip", "strips")
        return self._field.text(first - 1) in OF and (first - 1 in self._boxes or known)

    def _is_mark(self, index: int) -> bool:
        """Whether letters that are no thing to count touch the number."""
        tokens = self._field.tokens
        glued = index < len(tokens) and tokens[index].start == tokens[index - 1].end
        mark = glued and tokens[index].kind == "word" and tokens[index].text != "st"
        return mark and index not in self._context.dosed

    def _goes_on(self, atom: Atom, index: int) -> int:
        """Return how many tokens "/100" or "+10 free" take that go on a count; else 0."""
        tokens = self._field.tokens
        if index + 1 >= min(len(tokens), atom.last + TEN) or tokens[index + 1].kind != "num":
            return 0
        given = tokens[index].text == "+" and self._field.text(index + 2) in self._grammar.free
        return 3 if given else 2 * (tokens[index].text == "/")

    def _thing_follows(self, atom: Atom) -> bool:
        index, words = atom.last, 0
        tokens = self._field.tokens
        if self._field.text(atom.first - 1) == "(" and self._field.text(index) == ")":
            index += 1  # "(3) Adderall"
        if self._is_mark(index):
            return False  # "3D", "853a"
        glued = index < len(tokens) and tokens[index].start == tokens[index - 1].end
        reach = 0 if self._explicit or atom.value in YEARS else MAX_WORDS_BETWEEN
        while index < len(tokens) and words <= reach:
            token = tokens[index]
            if index in self._doses:
                index = self._doses[index]
                continue
            if token.text in self._grammar.counting:
                return True
            if index in self._context.dosed and words == 0:
                return token.text != "x" and (not self._explicit or index == atom.last)
            if token.text == "st" and words == 0:
                return not glued or atom.value % TEN != 1  # "100st" are pieces, "1st" is not
            beyond = self._goes_on(atom, index) if words == 0 else 0
            if beyond:
                index += beyond
                continue
            if token.kind == "num" or token.text in BREAKS or token.kind == "nl":
                break
            words += token.kind == "word"
            index += 1
        return False


def _once(offers: list[Offer]) -> list[Offer]:
    if len(offers) < 2:  # noqa: PLR2004 - nothing to compare
        return offers
    kept: list[Offer] = []
    for offer in offers:
        if not any(same_option(offer, o) and same_product(offer.product, o.product) for o in kept):
            kept.append(offer)
    return kept


def same_option(one: Offer, other: Offer) -> bool:
    """Whether two offers are the same option within 3 % (one may leave the count out)."""
    if one.kind != other.kind:
        return False
    if (one.count or 1) != (other.count or 1):
        return False
    pairs = ((one.grams, other.grams), (one.dose_mg, other.dose_mg), (one.ml, other.ml))
    return all(_close(a, b) for a, b in pairs)


def _close(one: Decimal | None, other: Decimal | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= Decimal("0.03") * max(abs(one), abs(other))
