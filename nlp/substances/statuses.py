# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a name is offered, denied or only mentioned where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlp.lexicon.grammar import Grammar
from nlp.scanning.fields import FieldText, Segment
from nlp.substances.candidates import Candidate
from nlp.substances.clauses import DENIAL, NO_DENIAL, Clauses
from nlp.substances.denied_lists import headed_by_denial, in_denied_list

CUE_REACH = 7
SHORT = 2
NEAR = 4
OWN_REACH = 3
STOPS = (",", ";", ".", ":", "!", ")")
ENDS = (*STOPS, "\n", "")
YEARS = range(1990, 2100)  # "gave up coke in 2023": no quantity
BEFORE_A_NOTE = ("(", ":", "=")
NEGATED, MENTIONED = "negated", "mentioned"


class StatusReader:
    """Decides by the words around a name what is said of it."""

    def __init__(self, grammar: Grammar, section: Mapping[str, Any]) -> None:
        self._grammar = grammar
        self._before = {kind: grammar.status[f"{kind}_before"] for kind in (NEGATED, MENTIONED)}
        self._between: Mapping[str, frozenset[str]] = {
            name: frozenset(words) for name, words in section["between"].items()
        }
        denial, joining = section["denial"], section["joining"]
        self._free = frozenset(denial["free"])
        self._answers = frozenset(denial["answers"])
        self._replacing = frozenset(denial["replacing"])
        self._replaced_by = frozenset(joining["replaced_by"])
        self._for = frozenset(joining["for"])
        self._tested = frozenset(section["adulterants"]["tested"])
        self._strips = frozenset(section["adulterants"]["strips"])

    def of(
        self,
        here: Clauses,
        place: tuple[int, int],
        substance: str,
        previous: Candidate | None,
    ) -> str | None:
        """Return ``negated`` or ``mentioned`` where a cue says so of tokens ``place``."""
        field, (first, last) = here.field, place
        segment = field.segment_of(first)
        inherited = self._listed(field, place, previous, segment) or self._too(here, last, previous)
        if inherited:
            return inherited
        return (
            self._said_before(here, place, substance, segment)
            or (self._of_clause(here, first, last) if field.name != "title" else None)
            or (MENTIONED if self._named_for_another(field, first, segment) else None)
            or self._cue_after(field, last, segment, another=previous is not None)
            or (NEGATED if in_denied_list(here, place) or headed_by_denial(here, place) else None)
        )

    def _too(self, here: Clauses, last: int, previous: Candidate | None) -> str | None:
        """Return the status of the name before where "too" ends it: "X is out, Y too."."""
        end = here.at("too", last)
        if not end or previous is None or previous.status not in (NEGATED, MENTIONED):
            return None
        near = here.field.token_at(previous.match.end) >= here.field.segment_of(last).first
        return previous.status if near and here.field.text(end) in ENDS else None

    def _said_before(
        self, here: Clauses, place: tuple[int, int], substance: str, segment: Segment
    ) -> str | None:
        """Return what the words directly before the name say, or an answer behind it."""
        first, last = place
        field = here.field
        if self._strips_of(field, place, substance):
            return MENTIONED
        if self._none_of(field, first):
            return NEGATED
        clause = here.of(first, last)
        if not here.silent:
            if self._turned_away(here, first, last):
                return NEGATED
            if here.has(NO_DENIAL, clause.first, first):
                return None  # "no better cocaine"
        for kind in (NEGATED, MENTIONED):
            if self._cue_before(field, kind, first, segment):
                advised = here.has("taking", clause.first, clause.last)
                return MENTIONED if advised else kind  # "do not mix with GHB"
        asked = field.text(last) == "?" and field.name != "title"  # "Coke? Too dear."
        smelt = here.has("senses", clause.first, first) and not _measured(field, first, last)
        weighed = self._measured_against(field, first, segment)
        return MENTIONED if asked or smelt or weighed else None

    def _turned_away(self, here: Clauses, first: int, last: int) -> bool:
        """Whether the name is answered no, or the buyer sent away: "for LSD look elsewhere"."""
        if self._answered(here, first, last):
            return True
        sentence = here.sentence(first, last)
        elsewhere = here.has("elsewhere", sentence.first, sentence.last)
        return elsewhere and here.field.name != "title"

    def beside(self, here: Clauses, place: tuple[int, int]) -> str:
        """Return the status of a name that stands beside the product and has no price."""
        first, last = place
        clause = here.of(first, last)
        if here.has("taking", clause.first, clause.last):
            return MENTIONED
        before = here.has(DENIAL, clause.first, first)
        return NEGATED if before or here.has(DENIAL, last, clause.last) else MENTIONED

    @staticmethod
    def refused(here: Clauses, place: tuple[int, int]) -> bool:
        """Whether the clause denies, and nothing but the name: not its cut, not a minimum."""
        first, last = place
        clause = here.of(first, last)
        denial = here.last_of(DENIAL, clause.first, clause.last)
        if denial is None:
            return False
        end = clause.last
        return not (here.has("things", denial[1], end) or here.has("quality", denial[1], end))

    def denied(self, here: Clauses, place: tuple[int, int]) -> bool:
        """Whether a word of denial stands in the clause of the name."""
        return self.beside(here, place) == NEGATED

    def _of_clause(self, here: Clauses, first: int, last: int) -> str | None:
        """Return what the clause says, where it has a verb of trade or of taking."""
        if here.silent:
            return None
        if _measured(here.field, first, last):
            return NEGATED if self._not_one(here, first) else None
        clause, sentence = here.of(first, last), here.sentence(first, last)
        asked = here.has("asking", sentence.first, first)
        if asked and here.has(DENIAL, last, sentence.last):
            return NEGATED  # "many ask for ketamine but I have none"
        if self._of_others(here, clause, sentence, (first, last)):
            return MENTIONED
        own = here.has("own", max(clause.first, first - OWN_REACH), first)
        return None if own else self._denied(here, clause, first, last)

    def _of_others(
        self, here: Clauses, clause: Segment, sentence: Segment, place: tuple[int, int]
    ) -> bool:
        """Whether it is what others sell or ask for, stands elsewhere, or is still to come."""
        first, last = place
        if self._asked_about(here, clause, first) or self._headed_future(here, clause, sentence):
            return True
        rivals = here.last_of("rivals", sentence.first, first)
        others = rivals is not None and not here.has("own", rivals[1], first)
        if others or here.has("rivals", last, clause.last):
            return True
        return any(here.has(label, clause.first, clause.last) for label in ("listings", "future"))

    @staticmethod
    def _asked_about(here: Clauses, clause: Segment, first: int) -> bool:
        """Whether "we get asked daily about X": a request that is only told of."""
        asked = here.last_of("asking", clause.first, first)
        if asked is None or here.has("own", clause.first, first):
            return False
        told = asked[1] == first or here.has("about", asked[1], first)
        return told and not here.has("dealing", asked[1], first)

    @staticmethod
    def _headed_future(here: Clauses, clause: Segment, sentence: Segment) -> bool:
        """Whether "End of the month: X and Y" stands over the clause."""
        head = here.last_of("future", sentence.first, clause.first)
        return head is not None and here.field.text(head[1]) == ":" and head[1] < clause.first

    @staticmethod
    def _not_one(here: Clauses, first: int) -> bool:
        """Whether "not a gram of ketamine", "kein Gramm Ketamin": no quantity of it at all."""
        before = [atom for atom in here.field.atoms_near(first) if atom.last <= first]
        if not before or before[-1].value > 1:
            return False
        start, end = before[-1].first, before[-1].last
        figure = any(word[:1].isdigit() for word in here.field.texts[start:end])
        return not figure and here.has(DENIAL, max(0, start - NEAR), start + 1)

    def _denied(self, here: Clauses, clause: Segment, first: int, last: int) -> str | None:
        denial = here.last_of(DENIAL, clause.first, first)
        if here.has("taking", clause.first, clause.last):
            near = here.has("with", max(clause.first, first - SHORT), first)
            asked = here.has("conditions", clause.first, first)  # "if you take tramadol"
            return MENTIONED if denial or near or asked else None
        if denial is not None and denial[1] == first:
            return NEGATED
        if denial is None:
            behind = here.last_of(DENIAL, last, clause.last)
            return NEGATED if behind and here.has("dealing", last, clause.last) else None
        if here.has("things", denial[1], first):
            return None  # "no samples of MDMA"
        spoilt = here.last_of("quality", denial[1], first)
        if spoilt is not None:
            return NEGATED if here.has("with", spoilt[1], first) else None
        dealt = here.has("dealing", clause.first, clause.last)
        return NEGATED if dealt else None

    def _strips_of(self, field: FieldText, place: tuple[int, int], substance: str) -> bool:
        """Whether "fentanyl strips", "bandelettes de fentanyl": a test of what nobody sells."""
        if substance not in self._tested:
            return False
        first, last = place
        near = (field.text(last), *field.texts[max(0, first - SHORT) : first])
        return not self._strips.isdisjoint(near)

    @staticmethod
    def _question(field: FieldText, last: int) -> tuple[int, bool]:
        """Return the last sign of a question that ends behind the name: "X is back?!"."""
        mark, sizes = last, {atom.first for atom in field.atoms_near(last)}
        while (
            field.name == "title"
            and mark < last + NEAR
            and field.text(mark).isalnum()
            and mark not in sizes
        ):
            mark += 1
        if field.text(mark) != "?":
            return last, False
        while field.text(mark + 1) in ("?", "!"):
            mark += 1
        return mark, True

    def _answered(self, here: Clauses, first: int, last: int) -> bool:
        """Whether it is answered no: "Mixed with meth? No.", "Heroin: never", "Oxys no way."."""
        field = here.field
        if field.text(last) not in ("?", ".", ":") and not self._question(field, last)[1]:
            end = here.at("answers", last)
            return end > 0 and field.name != "title" and field.text(end) in ENDS
        last, asked = self._question(field, last)
        if asked and any(field.text(i) in self._replacing for i in range(first - SHORT, first)):
            return False  # "Replacement for X? No."
        end = here.at("answers", last + 1)
        return end > 0 and (asked or field.text(end) in ENDS)

    @staticmethod
    def _none_of(field: FieldText, first: int) -> bool:
        """Whether "0 THC", "0 % caffeine"."""
        before = first - 1 - (field.text(first - 1) == "%")
        return field.text(before) == "0" and before >= 0

    def _cue_before(self, field: FieldText, kind: str, first: int, segment: Segment) -> bool:
        phrases, texts = self._before[kind], field.texts
        start = max(segment.first, first - CUE_REACH)
        if phrases.firsts.isdisjoint(texts[start:first]):
            return False
        for index in range(start, first):
            taken = phrases.at(texts, index)
            if not taken or index + taken > first or _answers(field, index, index + taken):
                continue
            if self._between[kind].issuperset(texts[index + taken : first]):
                return True
        return False

    def _measured_against(self, field: FieldText, first: int, segment: Segment) -> bool:
        """Whether so much of it only says how strong another is: "equals 5 mg of diazepam"."""
        near = [atom for atom in field.atoms_near(first) if 0 <= first - atom.last <= 1]
        if not near or near[-1].first <= segment.first:
            return False
        between = field.text(near[-1].last)
        if near[-1].last < first and between not in self._between[MENTIONED]:
            return False
        start = max(segment.first, near[-1].first - NEAR)
        phrases = self._grammar.status["measured_before"]
        if phrases.firsts.isdisjoint(field.texts[start : near[-1].first]):
            return False
        return any(
            0 < (taken := phrases.at(field.texts, index)) <= near[-1].first - index
            and near[-1].first - index - taken <= SHORT
            for index in range(start, near[-1].first)
        )

    def _named_for_another(self, field: FieldText, first: int, segment: Segment) -> bool:
        """Whether the name only says what something is better than, or for."""
        return self._compared(field, first, segment) or self._tool_for(field, first, segment)

    def _compared(self, field: FieldText, first: int, segment: Segment) -> bool:
        """Whether "better value than the X": a comparative, some words, "than", the name."""
        status = self._grammar.status
        start = max(segment.first, first - SHORT)
        if status["than"].firsts.isdisjoint(field.texts[start:first]):
            return False
        for index in range(start, first):
            taken = status["than"].at(field.texts, index)
            if taken and index + taken == first:
                start = max(segment.first, index - CUE_REACH)
                return status["comparatives"].within(field.texts, start, index)
        return False

    def _tool_for(self, field: FieldText, first: int, segment: Segment) -> bool:
        """Whether the name only says what a tool is for ("grinder para marihuana")."""
        if field.text(first - 1) not in self._for or first - 1 <= segment.first:
            return False
        start = max(segment.first, first - 1 - NEAR)
        return self._grammar.status["tools"].within(field.texts, start, first - 1)

    def _cue_after(
        self, field: FieldText, last: int, segment: Segment, *, another: bool
    ) -> str | None:
        """Return what the words behind say; of a title's first name it is its own stock."""
        tokens = field.tokens
        if last >= segment.last:
            return None
        if tokens[last].text == "-" and last + 1 < segment.last:
            touching = tokens[last].start == tokens[last - 1].end
            if touching and tokens[last + 1].text in self._free:
                return NEGATED
            last += 1
        elif tokens[last].text in BEFORE_A_NOTE and last + 1 < segment.last:
            last += 1  # "Meth: sold out"
        dose = next((a.last for a in field.atoms_near(last) if a.first == last), last)
        last = dose if dose < segment.last else last  # "Ritalin 10 mg substitute"
        if self._mentioned_behind(field, last, segment):
            return MENTIONED
        if tokens[last].text in self._answers and field.text(last + 1) in STOPS:
            return NEGATED  # "Cytotec não, só ..."
        if field.name == "title" and not another:
            return None
        return self._denied_behind(field, last, segment)

    def _mentioned_behind(self, field: FieldText, last: int, segment: Segment) -> bool:
        """Whether "substitute", "will be back soon" stands behind the name."""
        phrases = self._grammar.status["mentioned_after"]
        taken = phrases.at(field.texts, last)
        if taken:
            following = {field.text(last + taken), field.text(last + taken + 1)}
            itself = field.text(last + taken - 1) in self._replacing
            return not (itself and following & self._replaced_by)
        if field.name == "title":
            return False
        for index in range(last, min(segment.last, last + CUE_REACH)):
            if phrases.at(field.texts, index):
                return field.text(index) not in self._replacing
            if field.text(index) not in self._between["after"]:
                return False
        return False

    def _denied_behind(self, field: FieldText, last: int, segment: Segment) -> str | None:
        """Return ``negated`` for "X (itself, at the moment) is sold out", None else."""
        tokens, behind = field.tokens, self._grammar.status["negated_after"]
        end = min(segment.last, last + CUE_REACH)
        title = field.name == "title"
        if not title and field.text(last) in self._free and field.text(last + 1) in ENDS:
            return NEGATED  # "fent free, tested"
        while last < end:
            if behind.at(field.texts, last) and tokens[last].text not in self._free:
                return NEGATED
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
        if previous is None or previous.status not in (MENTIONED, NEGATED):
            return None
        first, last = tokens
        before = field.token_at(previous.match.end)
        if before < segment.first or first - before > 3:  # noqa: PLR2004 - ", or"
            return None
        between = {field.tokens[i].text for i in range(before, first)}
        if last < segment.last and field.tokens[last].kind == "num" and "," in between:
            return None  # "sans THC, CBD 12 %": the second has a value of its own
        return previous.status if between and between <= self._between["lists"] else None


def _answers(field: FieldText, start: int, end: int) -> bool:
    """Whether "no" answers a question and stands alone: "X is back? No: Y, 1 g"."""
    asked = field.text(start - 1) in ("?", "!") and start > 0
    return asked and field.text(end) in (":", ",", "-", ".")


def _measured(field: FieldText, first: int, last: int) -> bool:
    """Whether a quantity or a price stands beside the name: it is sold."""
    near = (*field.atoms_near(first), *field.atoms_near(last + 1))
    if any(
        a.kind != "percent"
        and (0 <= first - a.last <= 1 or 0 <= a.first - last <= 1)
        and not (a.kind == "bare" and a.value in YEARS)
        for a in near
    ):
        return True
    return bool(field.money_in(Segment(max(0, first - 1), last + SHORT)))
