# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counted packages of a known content: "2,5 g Packerl ... zwei Packerl 200 EUR" is 2 x 2.5 g."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.model import GivenPrice, Offer
from nlp.offers.segment_offers import same_option
from nlp.prices.box_sizes import box_sizes
from nlp.scanning.fields import FieldText

BESIDE = 4  # tokens before and behind a content in which its package is named
ENDS = frozenset((".", ",", ";", "\n", ":", "=", "\u20ac", "$", "\u00a3", "/", "|", "+"))
REACH = 60  # code points back to a content in the same line
HOLDING = frozenset(("of", "de", "von", "van", "a", "mit", "met", "con", "com", "c", "x", "("))
PIECES = frozenset(
    (
        "piece",
        "pieces",
        "pcs",
        "pc",
        "stuck",
        "stk",
        "stuks",
        "pieza",
        "piezas",
        "unidades",
        "peca",
        "pecas",
        "unites",
    )
)  # fmt: skip - of a liquid: vapes, pens
STEM = 3  # letters that "bal", "ballen" and "Platte", "Platten" share
SHORTEST = 3
MOST_ALONE = 20  # packages that a number alone counts; "a hundred" are pieces


def in_packages(
    grammar: Grammar,
    fields: Sequence[FieldText],
    offers: list[Offer],
    said: list[Offer],
    given: GivenPrice | None = None,
) -> tuple[list[Offer], list[Offer]]:
    """Return offers and options; counts of packages are multiples of what one holds.

    What one holds is no option itself where the ``given`` price is that of several.
    """
    changed: dict[int, Offer] = {}
    sizes = box_sizes(grammar, fields) if any(option.kind == "units" for option in said) else {}
    last: Offer | None = None  # what the package before holds: "tres bellotas 120, cinco 190"
    for option in said:
        if option.kind != "units":
            continue
        field = next(f for f in fields if f.name == option.place.field)
        if option.dose_mg is not None and not _counts_boxes(grammar, field, option):
            continue
        alone = " " not in field.normal.original[option.place.start : option.place.end].strip()
        few = (option.count or 1) <= MOST_ALONE
        base = _content(grammar, fields, field, option, offers, said)
        if base is None and alone:
            base = (last if few else None) or _per_box(grammar, field, offers)
        if base is None and not alone and option.place.field != "title":
            base = _of_size(grammar, field, option, offers, sizes)
            base = base or _pack(grammar, fields, option, offers)
        inside = base is not None and base.kind == "units" and base.count == option.count
        if inside and not _counts_boxes(grammar, field, option):
            base = None  # "box of 14" says again what the box holds
        if base is not None:
            changed[id(option)] = _multiple(base, option, alone=alone)
        last = base
    if not changed:
        return offers, said
    multiples = list(changed.values())
    counted = [*multiples, *(o for o in offers if (o.count or 1) > 1 and o.kind != "units")]
    offers = [o for o in offers if not _only_content(fields, o, counted, given)]
    priced = [m for m in multiples if any(_price_of(field, m) is not None for field in fields)]
    return _replaced(offers, multiples, priced), [
        changed.get(id(option), option) for option in said
    ]


def _of_size(
    grammar: Grammar,
    field: FieldText,
    option: Offer,
    offers: Sequence[Offer],
    sizes: Mapping[str, int],
) -> Offer | None:
    """Return the box that an option counts ("two strips"), with what the text says it holds."""
    first = field.token_at(_normal(field, option.place.start))
    word = field.text(first + 1)
    counts = word in grammar.containers and _counts_boxes(grammar, field, option)
    size = sizes.get(word[:STEM]) if counts else None
    known = next((o for o in offers if o.place == option.place), option)  # with its dose
    return None if size is None else replace(known, count=size)


def _pack(
    grammar: Grammar, fields: Sequence[FieldText], option: Offer, offers: Sequence[Offer]
) -> Offer | None:
    """Return the pack of the title that boxes of the text are ("5 x 10 ml ... two boxes 90")."""
    title = next((field for field in fields if field.name == "title"), None)
    field = next(field for field in fields if field.name == option.place.field)
    packs = [o for o in offers if o.kind == "volume" and o.place.field == "title"]
    if title is None or len(packs) != 1 or (packs[0].count or 1) < 2:  # noqa: PLR2004 - several
        return None
    named = _names(field, option) & grammar.containers
    inside = {word[:STEM] for word in title.vocabulary()}
    return packs[0] if named and inside.isdisjoint(word[:STEM] for word in named) else None


def _only_content(
    fields: Sequence[FieldText], offer: Offer, multiples: Sequence[Offer], given: GivenPrice | None
) -> bool:
    """Whether the title's piece is sold by several only: the shown price is that of several."""
    content = offer.kind in ("mass", "volume") and (offer.count or 1) == 1
    several = [m for m in multiples if (m.count or 1) > 1 and m.kind == offer.kind]
    titled = offer.place.field == "title"
    if given is None or not content or not titled or len(several) < len(multiples):
        return False
    prices = [_price_of(field, m) for m in several for field in fields]
    return given.amount in prices


def _price_of(field: FieldText, option: Offer) -> Decimal | None:
    """Return the amount that a menu of the field puts behind an option, or None."""
    for money in field.money if field.name == option.place.field else ():
        first = field.paired.get(money.first)
        if first is not None:
            start = field.place(first, first + 1).start
            if option.place.start <= start < option.place.end:
                return money.amount
    return None


def _per_box(grammar: Grammar, field: FieldText, offers: Sequence[Offer]) -> Offer | None:
    """Return the one box of the title where the text prices boxes: "10 € la boîte, 25 € les 3"."""
    boxes = [o for o in offers if o.kind == "units" and o.place.field == "title" and o.dose_mg]
    priced = any(
        field.text(money.last) in grammar.per and field.text(money.last + 1) in grammar.containers
        for money in field.money
    )
    return boxes[0] if priced and len(boxes) == 1 else None


def _multiple(base: Offer, option: Offer, *, alone: bool) -> Offer:
    if base.grams == option.count and alone:  # "100 g, placa de 100"
        return replace(base, place=option.place)
    count = (option.count or 1) * (base.count or 1)
    several = count > 1 or base.kind == "units"
    return replace(base, count=count if several else base.count, place=option.place)


def _replaced(
    offers: Sequence[Offer], multiples: Sequence[Offer], priced: Sequence[Offer]
) -> list[Offer]:
    """Return the offers with the multiples instead of the counts that they are read from."""
    kept: list[Offer] = []
    places = {multiple.place: multiple for multiple in multiples}
    counts = {multiple.count or 1 for multiple in multiples}
    for offer in offers:
        counted = offer.kind == "units"
        new = places.get(offer.place, offer) if counted else offer
        if counted and new is offer and offer.dose_mg is None and offer.count in counts:
            continue  # the title counts what the text multiplies
        _add(kept, new)
    for multiple in priced:  # whose count the title has too, of pieces
        _add(kept, multiple)
    return kept


def _add(kept: list[Offer], offer: Offer) -> None:
    if not any(offer.key() == one.key() and offer.product == one.product for one in kept):
        kept.append(offer)


def _content(
    grammar: Grammar,
    fields: Sequence[FieldText],
    field: FieldText,
    option: Offer,
    offers: Sequence[Offer],
    said: Sequence[Offer],
) -> Offer | None:
    """Return the offer that says what one of the counted packages holds, or None."""
    names = _names(field, option)
    if option.place.field != "title" and _in_title(grammar, fields, option, offers):
        return None
    container = bool(names & grammar.containers)
    liquid = (
        bool(names & (grammar.dosed | PIECES)) and not container
    )  # vials, never pills of a powder
    kinds = ("volume",) if liquid else ("mass", "volume")
    single = [o for o in offers if o.kind in kinds and (o.count or 1) == 1]
    boxes = [
        o
        for o in offers
        if o.kind == "units" and (o.count or 1) > 1 and (o.dose_mg or o.place.field == "title")
    ]
    boxes = [o for o in boxes if o.place != option.place]
    boxed = [o for o in boxes if o.place.field == "title"] or [
        o for o in boxes if not _names(field, o) & grammar.containers
    ]
    stems = {name[:STEM] for name in names if len(name) >= SHORTEST}
    spoken = [o for o in said if o.kind in ("mass", "volume") and _beside(fields, o) & stems]
    inside = _counts_boxes(grammar, field, option)
    named = [o for o in single if any(same_option(o, other) for other in spoken)]
    if inside and _own_names(field, option) & grammar.dosed:  # a strip may be a film
        boxed = [o for o in boxed if _holds(fields, o, stems)]
    near = [o for o in _spoken_before(field, option, said) if o.kind in ("mass", "volume")][-1:]
    alone = single if len(single) < 2 else near  # noqa: PLR2004 - only one content
    whole = container or (liquid and not names.isdisjoint(PIECES))  # "2 ml ... 2 Stück 50"
    for found in (named, alone if whole else [], boxed if inside else []):
        if len({(o.grams, o.ml, o.count) for o in found}) == 1:
            return found[0]
    return None


def _spoken_before(field: FieldText, option: Offer, said: Sequence[Offer]) -> list[Offer]:
    """Return the options said before one, close to it and in the same sentence."""
    start = option.place.start
    segment = field.segment_of(field.token_at(_normal(field, start)))
    first = field.place(segment.first, segment.first + 1).start
    return [
        o
        for o in said
        if o.place.field == field.name
        and max(first, start - REACH) <= o.place.start
        and o.place.end <= start
        and not o.count
    ]


def _holds(fields: Sequence[FieldText], offer: Offer, stems: set[str]) -> bool:
    """Whether the text says that the package holds what is offered: "strip van 10"."""
    field = next(f for f in fields if f.name == offer.place.field)
    first = field.token_at(_normal(field, max(0, offer.place.start - REACH)))
    last = field.token_at(_normal(field, offer.place.end))
    return any(
        field.text(i)[:STEM] in stems and field.text(i + 1) in HOLDING for i in range(first, last)
    )


def _counts_boxes(grammar: Grammar, field: FieldText, option: Offer) -> bool:
    """Whether the number of an option stands directly before a container ("3 boxes").

    Not where it is multiplied out already ("one box of fifty six").
    """
    first = field.token_at(_normal(field, option.place.start))
    text = field.text(first)
    number = Decimal(text) if text.isdigit() else grammar.numbers.get(text)
    multiplied = number is not None and number != option.count
    return field.text(first + 1) in grammar.containers and not multiplied


def _in_title(
    grammar: Grammar, fields: Sequence[FieldText], option: Offer, offers: Sequence[Offer]
) -> bool:
    """Whether the title counts the same in the same words ("10 strip, 25 tabs")."""
    title = next((f for f in fields if f.name == "title"), None)
    field = next(f for f in fields if f.name == option.place.field)
    words = _own_names(field, option) & grammar.containers
    return title is not None and any(
        o.place.field == "title"
        and (o.kind, o.count) == ("units", option.count)
        and words <= _own_names(title, o)
        for o in offers
    )


def _own_names(field: FieldText, option: Offer) -> set[str]:
    """Return the words of an option itself and the one behind it."""
    first = field.token_at(_normal(field, option.place.start))
    last = field.token_at(_normal(field, option.place.end))
    return {field.text(i) for i in range(first, last + 1)}


def _names(field: FieldText, option: Offer) -> set[str]:
    """Return the words of an option and, where it is a number alone, those beside it."""
    first = field.token_at(_normal(field, option.place.start))
    last = field.token_at(_normal(field, option.place.end))
    words = {field.text(i) for i in range(first, last) if field.tokens[i].kind == "word"} - {"er"}
    return words or {field.text(i) for i in (first - 2, first - 1, last)} - {""}


def _normal(field: FieldText, point: int) -> int:
    """Return the place in the normal text of a code point of the original."""
    return field.normal.at(point)


def _beside(fields: Sequence[FieldText], offer: Offer) -> set[str]:
    """Return the stems of the words beside an offer, up to a sign that ends what is said."""
    field = next(f for f in fields if f.name == offer.place.field)
    first = field.token_at(_normal(field, offer.place.start))
    last = field.token_at(_normal(field, offer.place.end))
    before = range(first - 1, max(-1, first - 1 - BESIDE), -1)
    behind = range(last, min(last + BESIDE, len(field.tokens)))
    words = {field.text(i) for i in range(first, last)}
    for side in (before, behind):
        for index in side:
            if field.text(index) in ENDS:
                break
            words.add(field.text(index))
    return {word[:STEM] for word in words if len(word) >= SHORTEST}
