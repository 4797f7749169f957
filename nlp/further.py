# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a description names beside the title's substances: offered, denied or only named."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.candidates import Candidate
from nlp.fields import FieldText, Segment
from nlp.grammar import Grammar

BEFORE = 7  # words in which a denial is looked for, within the clause
BEHIND = 8
OFFERED = ("stated", "implied")
CUTS = ("caffeine", "paracetamol", "lidocaine", "benzocaine", "procaine", "levamisole", "msm")
CLAUSE = (",", ";", ":", "(", ")", "\n")


def settled_beside_title(grammar: Grammar, held: list[Candidate]) -> list[Candidate]:
    """Return ``held`` with what stands in the description only as the text has it.

    Beside a substance that the title states, a name of the description is offered where it
    has a price of its own or is named as a content, denied where its clause denies
    something, and only mentioned else.
    """
    title = {c.term.substance for c in held if c.field.name == "title" and c.status in OFFERED}
    firm = any(c.field.name == "title" and c.status == "stated" for c in held)
    if not firm:
        return held
    return [
        _beside(grammar, held, place)
        if c.field.name in ("description", "ships_text") and c.term.substance not in title
        else c
        for place, c in enumerate(held)
    ]


def _beside(grammar: Grammar, held: Sequence[Candidate], place: int) -> Candidate:
    c = held[place]
    also = c.status == "mentioned" and _also(grammar, c)
    if c.status not in OFFERED and not also:
        return c
    following = held[place + 1] if place + 1 < len(held) else None
    if _is_content(grammar, c) or _priced(grammar, c, following):
        return Candidate(c.term, c.term.status, c.field, c.match)
    denied = denied_in_clause(grammar, c)
    return Candidate(c.term, "negated" if denied else "mentioned", c.field, c.match)


def _also(grammar: Grammar, c: Candidate) -> bool:
    """Whether "we also sell" stands before: with a price of its own it is an offer here."""
    field, segment, first, _last = _place(c)
    start = max(segment.first, first - BEFORE)
    return grammar.status["also"].within(field.tokens, start, first)


def _priced(grammar: Grammar, c: Candidate, following: Candidate | None) -> bool:
    """Whether a price stands between the name and the next one: "Tapentadol 30 tabs: €60"."""
    field, segment, first, last = _place(c)
    end = segment.last
    if following is not None and following.field is field:
        end = max(last, min(end, field.token_at(following.match.start)))
    if not field.money_in(Segment(last, end)):
        return False
    given = grammar.free | grammar.given
    start = max(segment.first, first - BEFORE)
    if any(field.tokens[i].text in given for i in range(start, end)):
        return False
    near = Segment(max(segment.first, first - BEFORE), min(segment.last, last + 3))
    return any(_beside_name(field, first, last, found) for found in _amounts(field, near))


def _amounts(field: FieldText, part: Segment) -> list[tuple[int, int]]:
    atoms = [(atom.first, atom.last) for atom in field.atoms_in(part)]
    return atoms + [(money.first, money.last) for money in field.money_in(part)]


def _beside_name(field: FieldText, first: int, last: int, found: tuple[int, int]) -> bool:
    """Whether an amount stands before the name, or behind it with at most two words between."""
    start, end = found
    before = end <= first <= end + 1
    behind = last <= start <= last + 2
    return before or (behind and "," not in {field.text(i) for i in range(last, start)})


def _is_content(grammar: Grammar, c: Candidate) -> bool:
    """Whether the text names it as what is in the product: "it has fentanyl and X in it"."""
    if c.term.substance in CUTS:
        return False
    field, segment, first, last = _place(c)
    said = grammar.status["contents_before"].within(
        field.tokens, max(segment.first, first - BEFORE), first
    ) or grammar.status["contents_after"].within(
        field.tokens, last, min(segment.last, last + BEFORE)
    )
    return said and not denied_in_clause(grammar, c)


def denied_in_clause(grammar: Grammar, c: Candidate) -> bool:
    """Whether a word of denial stands in the clause of the name, before or behind it."""
    field, segment, first, last = _place(c)
    tokens, status = field.tokens, grammar.status
    start = first
    while start > max(segment.first, first - BEFORE) and tokens[start - 1].text not in CLAUSE:
        start -= 1
    end = last
    while end < min(segment.last, last + BEHIND) and tokens[end].text not in CLAUSE:
        end += 1
    return status["denials"].within(tokens, start, first) or status["denials"].within(
        tokens, last, end
    )


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
            if 0 <= gap <= 4 and before.match.start >= before.field.tokens[segment.first].start:  # noqa: PLR2004 - ", cactus,"
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
