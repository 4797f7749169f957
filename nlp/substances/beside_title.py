# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a description names beside the title's substances: offered, denied or only named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nlp.lexicon.grammar import Grammar
from nlp.scanning.fields import FieldText, Segment
from nlp.substances.candidates import OFFERED, Candidate
from nlp.substances.clauses import DENIAL, Clauses
from nlp.substances.statuses import StatusReader

BEFORE = 7  # words in which a denial is looked for, within the clause
BESIDE = ("description", "ships_text")
SOLD = frozenset(("mass", "dose", "volume", "count", "money"))
WEIGHED = ("mass", "dose", "volume")
HYPHENS = ("-", "/", "+")
PARTS = (";", "(", ")", "|", "\n")
LIST = 12  # tokens of a line that may be a list of names
WORDS_BESIDE = 3  # in such a line: too few to speak of what is not sold


class BesideTitle:
    """Decides what a description names beside the title's substances."""

    def __init__(self, grammar: Grammar, statuses: StatusReader, cuts: Iterable[str]) -> None:
        self._grammar = grammar
        self._statuses = statuses
        self._cuts = frozenset(cuts)

    def settled(
        self,
        held: list[Candidate],
        clauses: Mapping[int, Clauses],
        declared: frozenset[str] = frozenset(),
    ) -> list[Candidate]:
        """Return ``held`` with what stands in the description only as the text has it.

        Beside a substance that the title states, a name of the description is offered where
        it has a price of its own or is named as a content, denied where its clause denies
        something, and only mentioned else.  ``clauses``: by the id of their field;
        ``declared``: the substance of the category.
        """
        titled = [c for c in held if c.field.name == "title" and c.status in OFFERED]
        if not any(c.status == "stated" for c in titled):
            denied = {c.term.substance for c in held if c.status not in OFFERED}
            known = (declared - denied) | {c.term.substance for c in titled}
            return self._without_asides(held, known, clauses)
        title = {c.term.substance for c in titled}
        return [
            self._of(held, place, clauses[id(c.field)], title)
            if c.field.name in BESIDE and c.term.substance not in title
            else c
            for place, c in enumerate(held)
        ]

    def doubted(self, found: list[Candidate], clauses: Mapping[int, Clauses]) -> list[Candidate]:
        """Return ``found`` with what the title denies, tests or only asks about not offered.

        A substance that the title denies ("Carfent? No.", "X test strips") is offered by the
        description only with a price beside it.  One that the title asks about
        ("Valium... or is it?") is not offered where the description denies it or sells another.
        """
        if any(here.names_kit for here in clauses.values()):
            return [
                self._said(c, clauses[id(c.field)]) if c.status in OFFERED and not _costed(c) else c
                for c in found
            ]
        title = [c for c in found if c.field.name == "title" and c.term.ambiguity == "strong"]
        offered = {c.term.substance for c in title if c.status in OFFERED}
        refused = {c.term.substance for c in title if c.status not in OFFERED} - offered
        if not offered and any(clauses[id(c.field)].names_test for c in title):
            refused |= {c.term.substance for c in found}  # "X test strips": all that they find
        asked = self._in_doubt([c for c in title if c.status in OFFERED], found, clauses)
        if not refused and not asked:
            return found
        return [
            self._said(c, clauses[id(c.field)])
            if c.status in OFFERED
            and (
                c.term.substance in asked
                if c.field.name == "title"
                else c.term.substance in refused and not _costed(c)
            )
            else c
            for c in found
        ]

    @staticmethod
    def _in_doubt(
        title: Sequence[Candidate], found: Sequence[Candidate], clauses: Mapping[int, Clauses]
    ) -> set[str]:
        """Return what a title asks about or half denies and the rest denies or does not sell."""
        doubted = {c.term.substance for c in title if _asked(c)}
        halved = {
            c.term.substance
            for c in title
            if not _measured(c) and clauses[id(c.field)].has(DENIAL, 0, len(c.field.tokens))
        }
        if not doubted and not halved:
            return set()
        rest = [c for c in found if c.field.name != "title"]
        offered = {c.term.substance for c in rest if c.status in OFFERED}
        measured = {c.term.substance for c in rest if c.status in OFFERED and _measured(c)}
        denied = {c.term.substance for c in rest if c.status == "negated"}
        named = {c.term.substance for c in rest} - offered
        sold = _sold(found)
        asked = {one for one in doubted - measured if one in denied or sold - {one}}
        return asked | {one for one in (halved - doubted) & named if sold - {one}}

    def for_tools(self, held: list[Candidate], clauses: Mapping[int, Clauses]) -> list[Candidate]:
        """Return ``held`` as what a listing of other goods names: denied or mentioned.

        Unless the field weighs or doses something: then it sells both.
        """
        return [
            self._said(c, clauses[id(c.field)])
            if c.status in OFFERED and c.field.kinds.isdisjoint(WEIGHED)
            else c
            for c in held
        ]

    def _without_asides(
        self, held: list[Candidate], known: frozenset[str], clauses: Mapping[int, Clauses]
    ) -> list[Candidate]:
        """Return ``held`` with what prose names as it stands, where the title states nothing.

        A name is offered where its sentence has a quantity, a price, a word of selling or
        few other words, or where it is offered so elsewhere; and all are where none is.
        """
        written = [c for c in held if c.field.name != "title" and c.status in OFFERED]
        if len(written) + len(known) <= 1:
            return held
        priced = any(_costed(c) for c in written)
        firm = known | {
            c.term.substance
            for c in written
            if not (priced and _noted(c))
            and self._anchored(c, clauses[id(c.field)], short=not known)
        }
        if not firm:
            return held
        return [
            self._said(c, clauses[id(c.field)])
            if c.field.name != "title" and c.status in OFFERED and c.term.substance not in firm
            else c
            for c in held
        ]

    def _said(self, c: Candidate, here: Clauses) -> Candidate:
        """Return the name as it is denied or mentioned where it stands."""
        _field, _segment, first, last = _place(c)
        return Candidate(c.term, self._statuses.beside(here, (first, last)), c.field, c.match)

    def is_sold(self, c: Candidate, here: Clauses) -> bool:
        """Whether a name stands in the title, or where the text speaks of selling."""
        return c.field.name == "title" or self._anchored(c, here, short=True)

    def _anchored(self, c: Candidate, here: Clauses, *, short: bool) -> bool:
        """Whether the sentence of a name says that something is sold."""
        field, segment, first, last = _place(c)
        if (short and _is_list(field, segment)) or field.kinds_in(segment) & SOLD:
            return True
        said = here.statement(first, last)
        offering = here.has("offering", said.first, said.last)
        return offering and not self._statuses.refused(here, (first, last))

    def _of(
        self, held: Sequence[Candidate], place: int, here: Clauses, title: set[str]
    ) -> Candidate:
        c = held[place]
        also = c.status == "mentioned" and self._also(c)
        if c.status not in OFFERED and not also:
            return c
        following = held[place + 1] if place + 1 < len(held) else None
        joined = any(
            other.term.substance in title
            and (_hyphened(c, other) or self._opens_with(c, other, here))
            for other in held[max(0, place - 1) : place + 2]
        )
        if joined or self._is_content(c, here) or self._priced(c, following):
            return Candidate(c.term, c.term.status, c.field, c.match)
        return self._said(c, here)

    @staticmethod
    def _opens_with(c: Candidate, other: Candidate, here: Clauses) -> bool:
        """Whether a sentence begins "promethazine with codeine": the one that is sold is both."""
        if c.field is not other.field or c.match.start >= other.match.start:
            return False
        _field, segment, first, last = _place(c)
        following = c.field.token_at(other.match.start)
        near = 0 < following - last <= len(("w", "/"))
        return first == segment.first and near and here.has("with", last, following)

    def _also(self, c: Candidate) -> bool:
        """Whether "we also sell" stands before: with a price of its own it is an offer here."""
        field, segment, first, _last = _place(c)
        start = max(segment.first, first - BEFORE)
        return self._grammar.status["also"].within(field.texts, start, first)

    def _priced(self, c: Candidate, following: Candidate | None) -> bool:
        """Whether a price stands between the name and the next one: "Tapentadol 30 tabs: €60"."""
        field, segment, first, last = _place(c)
        end = segment.last
        if following is not None and following.field is field:
            end = max(last, min(end, field.token_at(following.match.start)))
        if not field.money_in(Segment(last, end)):
            return False
        given = self._grammar.free | self._grammar.given
        start = max(segment.first, first - BEFORE)
        if not given.isdisjoint(field.texts[start:end]):
            return False
        near = Segment(max(segment.first, first - BEFORE), min(segment.last, last + 3))
        return any(_beside_name(field, first, last, found) for found in _amounts(field, near))

    def _is_content(self, c: Candidate, here: Clauses) -> bool:
        """Whether the text names it as what is in the product: "it has fentanyl and X in it"."""
        if c.term.substance in self._cuts:
            return False
        field, segment, first, last = _place(c)
        status = self._grammar.status
        start = _list_start(field, first, max(segment.first, first - BEFORE))
        said = status["contents_before"].within(field.texts, start, first) or status[
            "contents_after"
        ].within(field.texts, last, min(segment.last, last + BEFORE))
        return said and not self._statuses.denied(here, (first, last))


def _is_list(field: FieldText, segment: Segment) -> bool:
    """Whether a line says little more than names: "Hash and weed, nothing else."."""
    if segment.last - segment.first > LIST:
        return False
    named: set[int] = set()
    for match in field.matches_in(segment):
        named.update(range(field.token_at(match.start), field.token_at(match.end)))
    words = (i for i in range(segment.first, segment.last) if field.tokens[i].kind == "word")
    return sum(i not in named for i in words) <= WORDS_BESIDE


def _list_start(field: FieldText, first: int, earliest: int) -> int:
    """Return where the words before ``first`` begin, over the commas of a list of names."""
    ends = {field.token_at(m.end) for m in field.matches_in(Segment(earliest, first))}
    start = first
    while start > earliest:
        sign = field.text(start - 1)
        if sign in PARTS or (sign == "," and start - 1 not in ends):
            break
        start -= 1
    return start


def _measured(c: Candidate) -> bool:
    """Whether a quantity or a price stands beside the name."""
    field, segment, first, last = _place(c)
    near = Segment(max(segment.first, first - 3), min(segment.last, last + 4))
    return any(_beside_name(field, first, last, found) for found in _amounts(field, near))


def _costed(c: Candidate) -> bool:
    """Whether a price stands behind the name: "Works with fent" has none."""
    field, segment, _first, last = _place(c)
    return bool(field.money_in(Segment(last, min(segment.last, last + BEFORE))))


def _noted(c: Candidate) -> bool:
    """Whether a line has the name and a note, no amount: "LSD: on its way" in a price list."""
    field, segment, first, last = _place(c)
    sign = first == segment.first and field.text(last) in (":", "=", "-")
    noted = last + 1 < segment.last and field.tokens[last + 1].kind == "word"
    return sign and noted and not field.kinds_in(segment) & SOLD


def _asked(c: Candidate) -> bool:
    """Whether a title asks: "Nembutal? Read this", "Valium... or is it?"."""
    field, _segment, _first, last = _place(c)
    behind = [field.text(i) for i in range(last, last + BEFORE)]
    return field.name == "title" and "?" in behind and not _measured(c)


def _sold(found: Sequence[Candidate]) -> set[str]:
    """Return the substances that are offered in a sentence with a quantity or a price."""
    return {
        c.term.substance
        for c in found
        if c.status in OFFERED
        and c.term.ambiguity == "strong"
        and bool(c.field.kinds_in(_place(c)[1]) & SOLD)
    }


def _hyphened(one: Candidate, other: Candidate) -> bool:
    """Whether two names are one: "promethazine-codeine", "ketamine/MDMA"."""
    if one.field is not other.field or one is other:
        return False
    first, second = sorted((one, other), key=lambda c: c.match.start)
    between = one.field.normal.normal[first.match.end : second.match.start]
    return between in HYPHENS


def _amounts(field: FieldText, part: Segment) -> list[tuple[int, int]]:
    atoms = [(atom.first, atom.last) for atom in field.atoms_in(part)]
    return atoms + [(money.first, money.last) for money in field.money_in(part)]


def _beside_name(field: FieldText, first: int, last: int, found: tuple[int, int]) -> bool:
    """Whether an amount stands before the name, or behind it with at most two words between."""
    start, end = found
    before = end <= first <= end + 1
    behind = last <= start <= last + 2
    return before or (behind and "," not in {field.text(i) for i in range(last, start)})


def _place(c: Candidate) -> tuple[FieldText, Segment, int, int]:
    first = c.field.token_at(c.match.start)
    return c.field, c.field.segment_of(first), first, c.field.token_at(c.match.end)


def listed_in_profile(found: Sequence[Candidate], fits: Sequence[bool]) -> set[int]:
    """Return the ids of slang words that stand side by side in a profile: "Perico y merca"."""
    listed: set[int] = set()
    before: Candidate | None = None
    for c, fit in zip(found, fits, strict=True):
        if not fit or c.field.name != "profile" or c.status not in OFFERED:
            continue
        if before is not None and before.term.substance + before.term.term != (
            c.term.substance + c.term.term
        ):
            _field, segment, first, _last = _place(c)
            gap = first - before.field.token_at(before.match.end)
            if 0 <= gap <= 8 and before.match.start >= before.field.tokens[segment.first].start:  # noqa: PLR2004 - ", cactus,"
                listed |= {id(before), id(c)}
        before = c
    return listed


def carried_back(found: list[Candidate], lists: frozenset[str]) -> list[Candidate]:
    """Return ``found`` with the status of a list's last name on all: "X and Y coming soon"."""
    out = list(found)
    for place in range(len(out) - 2, -1, -1):
        one, two = out[place], out[place + 1]
        if one.field is not two.field or one.status not in OFFERED:
            continue
        if two.status not in ("mentioned", "negated"):
            continue
        _field, segment, first, last = _place(one)
        following = one.field.token_at(two.match.start)
        between = {one.field.text(i) for i in range(last, following)}
        joined = bool(between - {",", "-", "/", "+"}) and between <= lists
        same = following < segment.last and not _cue_of_its_own(one, two, first)
        if joined and same:
            out[place] = Candidate(one.term, two.status, one.field, one.match)
    return out


def _cue_of_its_own(one: Candidate, two: Candidate, first: int) -> bool:
    """Whether a quantity of ``one`` stands beside it: it is sold, whatever comes behind."""
    near = one.field.atoms_near(one.field.token_at(two.match.start))
    return any(atom.last == first or atom.first >= first for atom in near)
