# SPDX-License-Identifier: AGPL-3.0-or-later
"""From term matches to substances with a status (``nlp.lexicon.v1``).

``stated``: on offer and named; ``implied``: only a stamp or strain; ``mentioned``:
named, not offered; ``negated``: said to be absent; ``declared``: only the category.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nlp.candidates import (
    Candidate,
    Choice,
    Evidence,
    heads,
    in_a_longer_name,
    listed_with_strong,
    preferred,
    speakable,
)
from nlp.cannabis import CANNABIS, collapsed
from nlp.fields import FieldText, Segment
from nlp.further import carried_back, listed_in_profile, settled_beside_title
from nlp.grammar import Grammar
from nlp.lexicon import Lexicon
from nlp.pipeline import TermMatch

CUE_REACH = 7
SHORT = 2
TWO = 2
BESIDE = ("-", ":", "(", ",")  # between a substance and its quantity
OF = ("de", "d", "'", "of", "von", "van")  # between a quantity and its substance
# Behind "substitute": what is named before it is the substitute, and on offer.
OWN = ("a", "al", "ao", "to", "zu", "de", "del", "do", "da", "of", "for", "para", "fur", "voor",
       "pour", "von", "van")  # fmt: skip
FOR = ("para", "de", "for", "of", "pour", "fur", "voor")
TOOL_REACH = 4
NO = ("no", "nao", "nein", "non", "nee")
REPLACING = ("sustituto", "substituto", "substitute", "replacement", "alternative", "alternativa",
             "ersatz", "vervanger", "substitut", "reemplazo")  # fmt: skip
CONTENT = ("thc", "cbd")
OILS = ("oil", "olie", "ol", "huile", "aceite", "oleo")
FAMILIES = (CANNABIS, ("25b_nbome", "25c_nbome", "25i_nbome"))
STOPS = (",", ";", ".", ":", "!")
FREE = ("free", "frei", "freie", "freies", "freier", "freien", "vrij", "vrije")


class MentionReader:
    """Decides what the matches of a listing say."""

    def __init__(self, lexicon: Lexicon, grammar: Grammar) -> None:
        self._lexicon = lexicon
        self._grammar = grammar
        blocked = lexicon.grammar["blocked"]
        between = lexicon.grammar["between"]
        self._blocked: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for phrase in blocked["phrases"]:
            words = tuple(phrase.split())
            for shift, word in enumerate(words):
                self._blocked.setdefault(word, []).append((words, shift))
        self._cannabis_snow = frozenset(blocked["cannabis_snow"])
        self._between: Mapping[str, frozenset[str]] = {
            name: frozenset(words) for name, words in between.items()
        }

    def read(self, fields: Sequence[FieldText], evidence: Evidence) -> list[Candidate]:
        """Return the mentions of all fields that hold, in reading order."""
        found = [c for field in fields for c in self._of_field(field, evidence.language)]
        found = carried_back(found, self._between["lists"])
        strong = {c.term.substance for c in found if _counts(c)}
        found = [c for c in map(Choice(strong, evidence).of, found) if c is not None]
        found = [_settled(c, strong | evidence.declared) for c in found]
        listed = listed_with_strong(found, self._between["lists"])
        listed |= listed_in_profile(found, [_fits(c, evidence) for c in found])
        implied = {c.term.substance for c in found if c.term.status == "implied"}
        held = heads(
            [
                c
                for c in found
                if self._holds(c, implied, strong, evidence)
                or (id(c) in listed and _fits(c, evidence))
            ]
        )
        held = collapsed(_without_content(held))
        return settled_beside_title(self._grammar, self._without_pieces(held))

    def _of_field(self, field: FieldText, language: str | None) -> Iterable[Candidate]:
        previous: Candidate | None = None
        for match in field.matches:
            if self._is_blocked(field, match):
                continue
            term = preferred(match.terms, language)
            status = self._status(field, match, previous) or term.status
            candidate = Candidate(term, status, field, match)
            previous = candidate
            yield candidate

    def _is_blocked(self, field: FieldText, match: TermMatch) -> bool:
        """Whether the match lies in a phrase that only looks like a substance."""
        index = field.token_at(match.start)
        tokens = field.tokens
        for phrase, shift in self._blocked.get(tokens[index].text, ()):
            start = index - shift
            words = tuple(token.text for token in tokens[max(0, start) : start + len(phrase)])
            if start >= 0 and words == phrase:
                return match.end <= tokens[start + len(phrase) - 1].end
        snow = tokens[index].text == "snow"
        return snow and index > 0 and tokens[index - 1].text in self._cannabis_snow

    def _status(self, field: FieldText, match: TermMatch, previous: Candidate | None) -> str | None:
        """Return ``negated`` or ``mentioned`` where a cue says so, else None."""
        first = field.token_at(match.start)
        last = field.token_at(match.end)
        segment = field.segment_of(first)
        inherited = self._listed(field, (first, last), previous, segment)
        if inherited:
            return inherited
        asked = field.text(last) == "?" and field.text(last + 1) in NO
        if asked and not any(field.text(i) in REPLACING for i in range(first - SHORT, first)):
            return "negated"  # "Mixed with meth? No."
        for kind in ("negated", "mentioned"):
            if self._cue_before(field, kind, first, segment):
                return kind
        if self._sent_away(field, last, segment):
            return "negated"
        if self._compared(field, first, segment) or self._tool_for(field, first, segment):
            return "mentioned"
        return self._cue_after(field, last, segment)

    def _cue_before(self, field: FieldText, kind: str, first: int, segment: Segment) -> bool:
        phrases = self._grammar.status[f"{kind}_before"]
        for index in range(max(segment.first, first - CUE_REACH), first):
            taken = phrases.at(field.tokens, index)
            if not taken or index + taken > first:
                continue
            rest = {field.tokens[i].text for i in range(index + taken, first)}
            if rest <= self._between[kind]:
                return True
        return False

    def _sent_away(self, field: FieldText, last: int, segment: Segment) -> bool:
        """Whether "who wants LSD, look elsewhere" stands behind the name."""
        if field.name == "title":
            return False
        end = min(segment.last, last + CUE_REACH)
        return self._grammar.status["elsewhere"].within(field.tokens, last, end)

    def _compared(self, field: FieldText, first: int, segment: Segment) -> bool:
        """Whether "better value than the X": a comparative, some words, "than", the name."""
        status = self._grammar.status
        for index in range(max(segment.first, first - TWO), first):
            taken = status["than"].at(field.tokens, index)
            if taken and index + taken == first:
                start = max(segment.first, index - CUE_REACH)
                return status["comparatives"].within(field.tokens, start, index)
        return False

    def _tool_for(self, field: FieldText, first: int, segment: Segment) -> bool:
        """Whether the name only says what a tool is for ("grinder para marihuana")."""
        if field.text(first - 1) not in FOR or first - 1 <= segment.first:
            return False
        start = max(segment.first, first - 1 - TOOL_REACH)
        return self._grammar.status["tools"].within(field.tokens, start, first - 1)

    def _cue_after(self, field: FieldText, last: int, segment: Segment) -> str | None:
        tokens = field.tokens
        if last >= segment.last:
            return None
        if tokens[last].text == "-" and last + 1 < segment.last:
            touching = tokens[last].start == tokens[last - 1].end
            if touching and tokens[last + 1].text in FREE:
                return "negated"
            last += 1
        elif tokens[last].text == "(" and last + 1 < segment.last:
            last += 1
        dose = next((a.last for a in field.atoms_near(last) if a.first == last), last)
        last = dose if dose < segment.last else last  # "Ritalin 10 mg substitute"
        taken = self._grammar.status["mentioned_after"].at(tokens, last)
        itself = tokens[last].text in REPLACING and bool(
            {field.text(last + taken), field.text(last + taken + 1)}.intersection(OWN)
        )
        if taken and not itself:
            return "mentioned"
        if tokens[last].text in NO and field.text(last + 1) in STOPS:
            return "negated"  # "Cytotec não, só ..."
        return self._denied_behind(field, last, segment)

    def _denied_behind(self, field: FieldText, last: int, segment: Segment) -> str | None:
        """Return ``negated`` for "X (itself, at the moment) is sold out", None else."""
        if field.name == "title":
            return None
        tokens, behind = field.tokens, self._grammar.status["negated_after"]
        end = min(segment.last, last + CUE_REACH)
        if field.text(last) in FREE and field.text(last + 1) in (*STOPS, "\n", ""):
            return "negated"  # "fent free, tested"
        while last < end:
            if behind.at(tokens, last) and tokens[last].text not in FREE:
                return "negated"
            if tokens[last].text not in self._between["after"]:
                return None
            last += 1
        return None

    def _listed(
        self,
        field: FieldText,
        tokens: tuple[int, int],
        previous: Candidate | None,
        segment: Segment,
    ) -> str | None:
        """Return the status of the list that this mention goes on ("xanax or ativan")."""
        if previous is None or previous.status not in ("mentioned", "negated"):
            return None
        first, last = tokens
        before = field.token_at(previous.match.end)
        if before < segment.first or first - before > 3:  # noqa: PLR2004 - ", or"
            return None
        between = {field.tokens[i].text for i in range(before, first)}
        if last < segment.last and field.tokens[last].kind == "num" and "," in between:
            return None  # "sans THC, CBD 12 %": the second has a value of its own
        return previous.status if between and between <= self._between["lists"] else None

    def _holds(  # noqa: PLR0911 - one for each reason
        self,
        candidate: Candidate,
        implied: set[str],
        strong: set[str],
        evidence: Evidence,
    ) -> bool:
        """Whether an ambiguous or implied reading has what it needs."""
        term = candidate.term
        if not _written_as_such(candidate) or in_a_longer_name(candidate):
            return False
        if term.ambiguity == "strong" or self._named_aside(candidate):
            return True
        if term.substance in strong or term.substance in evidence.declared:
            return True
        if term.substance == "synthetic_cannabinoids" and strong.intersection(CANNABIS):
            return False  # "K2 - oldschool weed": a strain
        family = next((known for known in FAMILIES if term.substance in known), ())
        if term.context == "same" or not speakable(term, evidence.language):
            return False
        if (
            term.language == evidence.language
            and _counted(candidate)
            and not self._piece(candidate)
        ):
            return True
        others = strong if self._code_of_title(candidate) else strong | evidence.declared
        if others.difference(family) and not (others is strong and _counted(candidate)):
            return False
        near = self._offer_near(candidate, evidence)
        if term.kind == "stamp":
            return near and self._dosed_near(candidate)
        if term.status == "stated" and implied.difference(family, {term.substance}):
            return False
        return near

    def _piece(self, candidate: Candidate) -> bool:
        """Whether the word is one of pieces too ("10 selos"): it may count another substance."""
        index = candidate.field.token_at(candidate.match.start)
        return candidate.field.text(index) in self._grammar.counting

    def _without_pieces(self, held: list[Candidate]) -> list[Candidate]:
        """Return ``held`` without words of pieces beside what the pieces are ("DOC zegels")."""
        named = {id(c.field) for c in held if c.status == "stated" and not self._piece(c)}
        return [
            c
            for c in held
            if c.term.ambiguity == "strong" or id(c.field) not in named or not self._piece(c)
        ]

    def _named_aside(self, candidate: Candidate) -> bool:
        """Whether "no MSM", "salvia sold out": a code or a plant, which mean nothing else there."""
        term = candidate.term
        plant = self._lexicon.substances[term.substance].form == "plant"
        named = term.kind == "code" or (plant and term.substance not in CANNABIS)
        return named and candidate.status in ("negated", "mentioned")

    def _code_of_title(self, candidate: Candidate) -> bool:
        """Whether it is a code in the title: no category speaks against it."""
        code = candidate.term.kind == "code" and candidate.field.name == "title"
        return code and len(candidate.term.term) > TWO

    def _offer_near(self, candidate: Candidate, evidence: Evidence) -> bool:
        field = candidate.field
        index = field.token_at(candidate.match.start)
        segment = field.segment_of(index)
        close = bool(field.atoms_in(segment) or field.money_in(segment))
        if field.name == "title":
            return close or evidence.drug_category or evidence.offers
        return close

    def _dosed_near(self, candidate: Candidate) -> bool:
        field = candidate.field
        words = field.vocabulary()
        counted = any(a.kind in ("count", "dose") for a in field.atoms)
        return counted or bool(words & self._grammar.dosed)


def _fits(candidate: Candidate, evidence: Evidence) -> bool:
    """Whether an ambiguous word of a list is one of this language and written as such."""
    term = candidate.term
    street = term.kind == "street" and term.status == "stated" and term.context != "same"
    return street and speakable(term, evidence.language) and _written_as_such(candidate)


def _counted(candidate: Candidate) -> bool:
    """Whether a quantity stands beside: "5 g Gras", "10 Pappen", "2 g de neige", "Ott 25 g"."""
    field = candidate.field
    first = field.token_at(candidate.match.start)
    last = first
    while last > 0 and first - last <= SHORT and field.tokens[last - 1].text in OF:
        last -= 1
    after = field.token_at(candidate.match.end)
    after += field.text(after) in BESIDE
    near = (*field.atoms_near(last), *field.atoms_near(after))
    ends = (last, last + 1)
    return any(a.kind != "percent" and (a.last in ends or a.first == after) for a in near)


def _written_as_such(candidate: Candidate) -> bool:
    """Whether letters and case fit: "K" stands alone, an ambiguous code is in capitals."""
    field, match, term = candidate.field, candidate.match, candidate.term
    normal = field.normal.normal
    if match.end - match.start <= SHORT:
        first = field.token_at(match.start)
        if any(a.first <= first < a.last for a in field.atoms_near(first)):
            return False
        before = normal[match.start - 1 : match.start]
        if before.isalnum() or normal[match.end : match.end + 1].isalnum():
            return False
    if term.term.startswith("a-") and normal[match.start : match.start + 2] == "a ":
        return False  # "a PvP account": an article is no Greek letter
    if term.kind == "code" and term.ambiguity == "needs_context":
        return field.normal.cut(match.start, match.end).isupper()
    return True


def _settled(candidate: Candidate, known: set[str]) -> Candidate:
    """Return an ambiguous word as the substance that the listing names otherwise."""
    term = candidate.term
    open_ = [t for t in candidate.match.terms if t.substance != term.substance]
    if all(t.ambiguity == "strong" for t in open_) and (
        term.ambiguity == "strong" or term.substance in known
    ):
        return candidate
    known = known - {term.substance}
    other = next((t for t in candidate.match.terms if t.substance in known), None)
    if other is None:
        return candidate
    status = other.status if candidate.status == term.status else candidate.status
    return Candidate(other, status, candidate.field, candidate.match)


def _counts(candidate: Candidate) -> bool:
    term = candidate.term
    offered = candidate.status in ("stated", "implied") and term.substance not in CONTENT
    return term.ambiguity == "strong" and term.status == "stated" and offered


def _without_content(held: list[Candidate]) -> list[Candidate]:
    """THC or CBD as content of a cannabis product is no row of its own."""
    cannabis = any(c.term.substance in CANNABIS and c.status != "negated" for c in held)
    return [
        c
        for c in held
        if c.term.substance not in CONTENT
        or c.status == "negated"
        or _oil(c)
        or not (cannabis or _share(c))
    ]


def _oil(candidate: Candidate) -> bool:
    """Whether "CBD oil", "CBD-olie", "huile de CBD" is a product of its own."""
    field = candidate.field
    first, last = field.token_at(candidate.match.start), field.token_at(candidate.match.end)
    behind = field.text(last + (field.text(last) == "-"))
    return behind in OILS or field.text(first - 2) in OILS


def _share(candidate: Candidate) -> bool:
    """Whether a percentage stands before: "24% THC" is a content."""
    field = candidate.field
    return field.text(field.token_at(candidate.match.start) - 1) == "%"
