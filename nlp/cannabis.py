# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cannabis, its resin and its concentrates: when two names are one product."""

from __future__ import annotations

from collections.abc import Iterable

from nlp.candidates import PLUS, TWO, Candidate
from nlp.fields import FieldText, Segment

CANNABIS = ("cannabis", "cannabis_resin", "cannabis_concentrate")


def collapsed(held: list[Candidate]) -> list[Candidate]:
    """Hash or wax named with a strain is one product: its resin or concentrate."""
    offered = [c for c in held if c.status in ("stated", "implied")]
    if any(c.term.substance == "synthetic_cannabinoids" for c in offered):
        held = [c for c in held if c.status != "implied" or c.term.substance != "cannabis"]
    places = {id(c): number for number, c in enumerate(offered)}
    made = {(id(c.field), _segment(c).first) for c in offered if c.term.substance in CANNABIS[1:]}
    out = []
    for c in held:
        segment = _segment(c)
        plain = c.term.substance == "cannabis" and c.status in ("stated", "implied")
        if plain and (id(c.field), segment.first) in made:
            n_masses = sum(atom.kind == "mass" for atom in c.field.atoms_in(segment))
            two = n_masses >= TWO and _joined_by_plus(c.field, segment)
            if not two and not _beside_resin(c, _neighbours(offered, places[id(c)])):
                continue
        out.append(c)
    return out


def _neighbours(offered: list[Candidate], number: int) -> list[Candidate]:
    return offered[max(0, number - 1) : number] + offered[number + 1 : number + 2]


def _beside_resin(plain: Candidate, neighbours: Iterable[Candidate]) -> bool:
    """Whether "erva e haxixe", "weed & hash": two products, joined by one word."""
    field = plain.field
    for c in neighbours:
        if c.field is not field or c.term.substance not in CANNABIS[1:]:
            continue
        one, two = sorted((plain, c), key=lambda x: x.match.start)
        first, last = field.token_at(one.match.end), field.token_at(two.match.start)
        named = plain.term.status == "stated" and field.text(first) == ","
        if last - first == 1 and (named or field.text(first) in PLUS):
            return True
    return False


def _joined_by_plus(field: FieldText, segment: Segment) -> bool:
    return any(field.tokens[i].text in PLUS for i in range(segment.first, segment.last))


def _segment(candidate: Candidate) -> Segment:
    return candidate.field.segment_of(candidate.field.token_at(candidate.match.start))
