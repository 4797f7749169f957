# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cannabis, its resin, its concentrates and its contents: when two names are one product."""

from __future__ import annotations

from collections.abc import Iterable

from nlp.scanning.fields import FieldText, Segment
from nlp.substances.candidates import CANNABIS, CONTENTS, TWO, Candidate, is_share

WORDS_BETWEEN = 3


class CannabisWords:
    """``plus`` joins two products, ``oils`` are what CBD is sold as."""

    def __init__(self, plus: frozenset[str], oils: frozenset[str]) -> None:
        self._plus = plus
        self._oils = oils

    def collapsed(self, held: list[Candidate]) -> list[Candidate]:
        """Hash or wax named with a strain is one product: its resin or concentrate."""
        offered = [c for c in held if c.status in ("stated", "implied")]
        if any(c.term.substance == "synthetic_cannabinoids" for c in offered):
            held = [c for c in held if c.status != "implied" or c.term.substance != "cannabis"]
        made = {_part(c) for c in offered if c.term.substance in CANNABIS[1:]}
        places = {id(c): number for number, c in enumerate(offered)}
        two_in: dict[tuple[int, int], bool] = {}
        out = []
        for c in held:
            plain = c.term.substance == "cannabis" and c.status in ("stated", "implied")
            if plain and _part(c) in made:
                if _part(c) not in two_in:
                    two_in[_part(c)] = self._two_products(c.field, _segment(c))
                beside = _neighbours(offered, places[id(c)])
                if not two_in[_part(c)] and not self._beside_resin(c, beside):
                    continue
            out.append(c)
        return out

    def without_contents(self, held: list[Candidate]) -> list[Candidate]:
        """THC or CBD as content of a cannabis product is no row of its own."""
        cannabis = any(c.term.substance in CANNABIS and c.status != "negated" for c in held)
        return [
            c
            for c in held
            if c.term.substance not in CONTENTS
            or c.status == "negated"
            or self._oil(c)
            or not (cannabis or is_share(c))
        ]

    def _oil(self, candidate: Candidate) -> bool:
        """Whether "CBD oil", "CBD-olie", "huile de CBD" is a product of its own."""
        field = candidate.field
        first, last = field.token_at(candidate.match.start), field.token_at(candidate.match.end)
        behind = field.text(last + (field.text(last) == "-"))
        return behind in self._oils or field.text(first - 2) in self._oils

    def _beside_resin(self, plain: Candidate, neighbours: Iterable[Candidate]) -> bool:
        """Whether "erva e haxixe", "weed & hash": two products, joined by one word."""
        field = plain.field
        for c in neighbours:
            if c.field is not field or c.term.substance not in CANNABIS[1:]:
                continue
            one, two = sorted((plain, c), key=lambda x: x.match.start)
            first, last = field.token_at(one.match.end), field.token_at(two.match.start)
            stated, joiner = plain.term.status == "stated", field.text(first)
            if last - first == 1 and (joiner in self._plus or (stated and joiner == ",")):
                return True
            if stated and joiner in self._plus and last - first <= WORDS_BETWEEN:
                return True  # "hachís y algo de maría"
        return False

    def _two_products(self, field: FieldText, segment: Segment) -> bool:
        """Whether two weights are joined by a plus: "5 g kush + 2 g hash"."""
        n_masses = sum(atom.kind == "mass" for atom in field.atoms_in(segment))
        return n_masses >= TWO and not field.words(segment).isdisjoint(self._plus)


def _neighbours(offered: list[Candidate], number: int) -> list[Candidate]:
    return offered[max(0, number - 1) : number] + offered[number + 1 : number + 2]


def _part(candidate: Candidate) -> tuple[int, int]:
    """Return the field and the segment that a name stands in."""
    return id(candidate.field), _segment(candidate).first


def _segment(candidate: Candidate) -> Segment:
    return candidate.field.segment_of(candidate.field.token_at(candidate.match.start))
