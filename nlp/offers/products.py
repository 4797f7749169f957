# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several products in one text: which part of it speaks of which (``nlp.quantity.v1``).

"Turinabol 10 mg 100 tabs / Oxandrolone 10 mg 100 tabs" are two offers although equal.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.lexicon.grammar import Grammar
from nlp.model import Offer
from nlp.scanning.atoms import Atom
from nlp.scanning.fields import FieldText, Segment

SEPARATORS = frozenset(
    (",", "/", "|", "+", "&", ";", "\u00b7", "\u2022", "-", ":", ".", "!", "?", "\n")
)
AND = frozenset(("and", "und", "en", "et", "y", "e", "plus", "sowie"))
# Second components of a medicine: they never begin a product of their own.
COMPANIONS = frozenset(("paracetamol", "caffeine", "ibuprofen", "naloxone", "acetylsalicylic_acid"))
LABEL = "="  # before a word that the lexicon does not know
CLAIM = "^"  # before a word beside a dose of a title: it never tells two products apart
STEM = 4  # letters by which "sema" and "semaglutide" are one word
STRAIN = "~"  # between a substance and the strain or stamp that implies it
SHORTEST_LABEL = 3
MAX_NAMES = 60  # of one segment; more is no listing that a person wrote
MAX_ATOMS = 200


@dataclass(frozen=True, slots=True)
class Named:
    """A substance named in tokens [first, last) of a field.

    ``key`` is its id, with the strain or stamp where only that implies it; ``form`` is how
    it is sold; ``offered`` is false where it is only compared or denied.
    """

    first: int
    last: int
    key: str
    form: str
    offered: bool
    brand: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Tokens of a field that speak of one product; ``groups`` are its names, a product each."""

    segment: Segment
    groups: tuple[tuple[Named, ...], ...]
    label: str = ""

    def product(self) -> frozenset[str]:
        """Return what names the product; empty where nothing does."""
        names = {name.key for group in self.groups for name in group}
        return frozenset(names or ({self.label} if self.label else ()))

    def offered(self) -> bool:
        """Whether the part names something on offer, or nothing at all."""
        names = [name for group in self.groups for name in group]
        return not names or any(name.offered for name in names)


def product_parts(
    field: FieldText, segment: Segment, named: Sequence[Named], atoms: Sequence[Atom]
) -> list[Part]:
    """Return the parts of a segment, one for each product that has a quantity of its own."""
    groups: list[list[Named]] = []
    first = bisect_left(named, segment.first, key=_first)
    inside = named[first : bisect_left(named, segment.last, key=_first)][:MAX_NAMES]
    for name in inside:
        if groups and (name.key in COMPANIONS or not _different(groups[-1][-1].key, name.key)):
            groups[-1].append(name)
        else:
            groups.append([name])
    if len(groups) > 1 and len(inside) < MAX_NAMES and len(atoms) < MAX_ATOMS:
        parts = _cut(field, segment, groups, atoms)
        if len(parts) > 1:
            return parts
    whole = Part(segment, tuple(tuple(group) for group in groups))
    return _alike(field, whole, atoms) if field.name == "title" else [whole]


def _first(name: Named) -> int:
    return name.first


def each_of_them(
    grammar: Grammar, field: FieldText, part: Part, offers: list[Offer]
) -> list[Offer]:
    """Return the offers with their product; "MXE / DCK: 1 g each" is an offer of each."""
    several = len(part.groups) >= 2 and len(offers) == 1  # noqa: PLR2004 - each of two
    if not several or grammar.each.isdisjoint(field.words(part.segment)):
        product = part.product()
        return [replace(offer, product=offer.product | product) for offer in offers]
    strengths = {
        atom.first: atom.value for atom in field.atoms_in(part.segment) if atom.kind == "bare"
    }
    out: list[Offer] = []
    for group in part.groups:
        offer = replace(offers[0], product=frozenset(name.key for name in group))
        dose = strengths.get(group[-1].last)
        counted = offer.kind == "units" and dose is not None
        out.append(replace(offer, dose_mg=dose) if counted else offer)
    return out


def labelled(field: FieldText, segment: Segment, offers: list[Offer]) -> list[Offer]:
    """Return the offers; those that a menu tells apart by its words carry these as product."""
    within = range(segment.first, segment.last)
    labels = [
        (field.place(first, first + 1).start, label)
        for first, label in field.labels.items()
        if first in within
    ]
    if not labels:
        return offers
    return [_labelled(offer, labels) for offer in offers]


def _labelled(offer: Offer, labels: Sequence[tuple[int, frozenset[str]]]) -> Offer:
    inside = [label for start, label in labels if offer.place.start <= start < offer.place.end]
    return replace(offer, product=inside[0]) if inside else offer


def _cut(
    field: FieldText, segment: Segment, groups: list[list[Named]], atoms: Sequence[Atom]
) -> list[Part]:
    """Return the segment cut between the names; a part without a quantity joins the next."""
    parts: list[Part] = []
    waiting: list[tuple[Named, ...]] = []
    first = segment.first
    for number, group in enumerate(groups):
        waiting.append(tuple(group))
        last = segment.last
        if number + 1 < len(groups):
            last = _border(field, group[-1].last, groups[number + 1][0].first, atoms)
        measured = any(first <= a.first < last and a.kind != "bare" for a in atoms)
        if measured or number + 1 == len(groups):
            parts.append(Part(Segment(first, last), tuple(waiting)))
            waiting, first = [], last
    if len(parts) > 1 and not any(
        parts[-1].segment.first <= a.first and a.kind != "bare" for a in atoms
    ):
        tail, head = parts.pop(), parts.pop()
        parts.append(Part(Segment(head.segment.first, tail.segment.last), head.groups))
    return parts


def _border(field: FieldText, first: int, last: int, atoms: Sequence[Atom]) -> int:
    """Return where the next product begins: behind the last separator between two names."""
    taken = {i for a in atoms if a.last > first and a.first < last for i in range(a.first, a.last)}
    for index in range(last - 1, first - 1, -1):
        text = field.text(index)
        if index not in taken and (text in SEPARATORS or text in AND):
            return index + 1
    return last


def _alike(field: FieldText, whole: Part, atoms: Sequence[Atom]) -> list[Part]:
    """Return the parts of "Atlantis 15g x 2 / Hollandia 15g x 2": equal, each with a name."""
    first, last = whole.segment.first, whole.segment.last
    inside = [a for a in atoms if first <= a.first < last]
    if len(inside) < 2 or len(inside) > 12:  # noqa: PLR2004 - nothing to tell apart; no title
        return [whole]
    taken = {i for a in inside for i in range(a.first, a.last)}
    cuts = [i for i in range(first, last) if i not in taken and _parts_here(field, i)]
    parts: list[tuple[Segment, list[Atom]]] = []
    for cut in (*cuts, last):
        held = [a for a in inside if first <= a.first < cut]
        if held:
            parts.append((Segment(first, cut), held))
            first = cut + 1
    shapes = {
        tuple(a.kind for a in held if a.kind not in ("percent", "ratio", "bare"))
        for _segment, held in parts
    }
    units = {
        tuple(field.text(a.last - 1) for a in held if a.kind in ("mass", "volume"))
        for _segment, held in parts
    }
    if len(units) > 1:
        return [whole]  # "1oz / 28.35g": one quantity
    labels = [_label(field, segment, taken) for segment, _held in parts]
    if len(parts) < 2 or len(shapes) > 1 or "" in labels or len(set(labels)) < len(labels):  # noqa: PLR2004
        return [whole]
    if all(_names_in(whole, segment) for segment, _held in parts):
        return [whole]  # "weed 5 g / marihuana 5 g": one product by two names
    return [
        Part(segment, (), LABEL + label)
        for (segment, _held), label in zip(parts, labels, strict=True)
    ]


def _names_in(whole: Part, segment: Segment) -> bool:
    names = [name for group in whole.groups for name in group]
    return any(segment.first <= name.first < segment.last for name in names)


def _parts_here(field: FieldText, index: int) -> bool:
    text = field.text(index)
    return text in AND or (text in SEPARATORS and text not in ("-", ":", "."))


def _label(field: FieldText, segment: Segment, taken: set[int]) -> str:
    """Return the first long word of a part that belongs to no quantity."""
    for index in range(segment.first, segment.last):
        token = field.tokens[index]
        if token.kind == "word" and index not in taken and len(token.text) >= SHORTEST_LABEL:
            return token.text
    return ""


def same_product(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two offers may be of one product: nothing is known, or a name is shared."""
    labels = _labels(one), _labels(other)
    names = _names(one), _names(other)
    if all(labels) and labels[0].isdisjoint(labels[1]):
        return False
    return not all(names) or any(not _different(a, b) for a in names[0] for b in names[1])


def _labels(product: frozenset[str]) -> frozenset[str]:
    return frozenset(key for key in product if key[0] == LABEL)


def _names(product: frozenset[str]) -> frozenset[str]:
    return frozenset(key for key in product if key[0] not in (LABEL, CLAIM))


def share_a_word(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether the label of an option has a word that stands beside a dose of the title."""
    return not _words(one).isdisjoint(_words(other))


def _words(product: frozenset[str]) -> set[str]:
    """Return the words of labels, and of the strain or stamp, as far as labels write them."""
    labels = {key[1:] for key in product if key[0] in (LABEL, CLAIM)}
    marks = {word for key in product for word in key.partition(STRAIN)[2].split()}
    return {word[:STEM] for word in labels | marks}


def _different(one: str, other: str) -> bool:
    """Whether two keys name two products: other substances, or two strains of one."""
    if one.partition(STRAIN)[0] != other.partition(STRAIN)[0]:
        return True
    return STRAIN in one and STRAIN in other and one != other
