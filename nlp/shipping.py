# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a listing ships from and to, as declared (``nlp.shipping.v1``).

Only where the text speaks of shipping, delivery, stock or domestic: "Dutch MDMA" and
"Ketama, Morocco" are product origin and fill nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.countries import CountryFound, CountryNames
from nlp.fields import FieldText, Segment
from nlp.grammar import PhraseSet
from nlp.model import Marked
from nlp.ships_field import SHIPS_FIELD, field_direction

REACH = 6
NEAR = 40
LOOK_BACK = 25
ALL_OVER_ENDINGS = ("weit", "wijd", "wijde")  # "EU-weit", "europaweit", "wereldwijd"


NOTHING = ("nothing",)
ARROWS = (["to"], ["-", ">"], ["→"], [">"], ["naar"], ["nach"], ["vers"])
PAIRS = (*ARROWS, ["-"], ["2"], ["a"])


@dataclass(frozen=True, slots=True)
class ShippingWords:
    """The words of ``[shipping]`` in the grammar: what says from, to, both, neither.

    ``nouns`` and ``speaks`` say that shipping is spoken of; ``before`` are the directions
    of phrases that stand before a country, ``after`` of words that follow one.
    """

    speaks: frozenset[str]
    nouns: frozenset[str]
    listed: frozenset[str]
    excepted: frozenset[str]
    denied: frozenset[str]
    both_before: frozenset[str]
    all_over: frozenset[str]
    beside: frozenset[str]
    only: frozenset[str]
    refused: frozenset[str]
    in_the: frozenset[str]
    hand: frozenset[str]
    made: frozenset[str]
    after_only: frozenset[str]
    weak: frozenset[str]
    origin: frozenset[str]
    after: Mapping[str, frozenset[str]]
    before: Mapping[str, PhraseSet]
    conditional: PhraseSet

    @classmethod
    def of(cls, section: Mapping[str, Sequence[str]]) -> ShippingWords:
        """Return the words of a parsed ``[shipping]`` table."""
        after = ("both_after", "to_after", "from_after")
        plain = ("speaks", "nouns", "listed", "excepted", "denied", "both_before", "all_over",
                 "beside", "only", "refused", "in_the", "hand", "origin", "made",
                 "after_only", "weak")  # fmt: skip
        return cls(
            after={name: frozenset(section[name]) for name in after},
            before={name: PhraseSet(section[name]) for name in ("from", "to")},
            conditional=PhraseSet(section["conditional"]),
            **{name: frozenset(section[name]) for name in plain},
        )


def read_shipping(names: CountryNames, words: ShippingWords, field: FieldText) -> list[Marked]:
    """Return the ``ships_from`` and ``ships_to`` values of a field in text order."""
    found: list[Marked] = []
    countries = list(names.find(field))
    before: tuple[str, ...] | None = None
    for position, country in enumerate(countries):
        segment = field.segment_of(country.first)
        listed = position > 0 and _listed(field, words, countries[position - 1], country)
        own = _directions(field, words, segment, countries, position)
        if listed and before and _goes_on(field, words, countries[position - 1], country):
            own = before
        if field.name == SHIPS_FIELD and not _excepted(field, words, segment, country):
            starts = [c.first for c in countries]
            own = field_direction(field, country.code, starts, position, own, before)
        if before == NOTHING and _neither(field, countries[position - 1], country):
            own = NOTHING
        before = own or (before if listed else None) or _denied(field, words, segment, country)
        if country.code == "WORLDWIDE" and before == ("ships_from",):
            before = ("ships_to",)
        place = field.place(country.first, country.last)
        found += [
            Marked(of=of, value=code, place=place)
            for of in before or ()
            if of != "nothing"
            for code in country.code.split("+")
        ]
    return found


def _texts(field: FieldText, first: int, last: int) -> list[str]:
    return field.texts[first:last]


def _listed(field: FieldText, words: ShippingWords, one: CountryFound, two: CountryFound) -> bool:
    """Whether only commas, "and" and the like stand between two countries."""
    return set(_texts(field, one.last, two.first)) <= words.listed


def _goes_on(field: FieldText, words: ShippingWords, one: CountryFound, two: CountryFound) -> bool:
    """Whether a list goes on without a direction of its own: "to the US and Canada"."""
    between = _texts(field, one.last, two.first)
    if not between or {*words.beside, "to", "-", "2"}.intersection(between):
        return False
    inside = range(one.last, two.first)
    return not any(p.at(field.tokens, i) for i in inside for p in words.before.values())


def _neither(field: FieldText, one: CountryFound, two: CountryFound) -> bool:
    """Whether "not to Brazil nor to the US" goes on."""
    between = _texts(field, one.last, two.first)
    return len(between) <= REACH and bool({"nem", "ni", "nor"}.intersection(between))


def _denied(
    field: FieldText, words: ShippingWords, segment: Segment, country: CountryFound
) -> tuple[str, ...] | None:
    """Return ``nothing`` where the country is excepted, so that a list of them goes on."""
    return NOTHING if _excepted(field, words, segment, country) else None


def _excepted(
    field: FieldText, words: ShippingWords, segment: Segment, country: CountryFound
) -> bool:
    """Whether the country is excepted, not shipped to, or only on request."""
    if _refused_behind(field, words, segment, country):
        return True
    for index in range(country.first - 1, max(segment.first, country.first - REACH) - 1, -1):
        text = field.tokens[index].text
        near = country.first - index <= 3  # noqa: PLR2004 - "except for the"
        unsent = text in ("not", "no", "never") and field.text(index + 1) in words.speaks
        if text in words.hand:
            return True  # "entrega en mano en Madrid": nothing is sent
        if text == "no" and field.text(index - 1) in words.in_the:
            return False  # Portuguese "só no Rio": in the
        if (near and text in words.excepted) or text in words.denied or unsent:
            return True
        if field.tokens[index].kind == "sign" and text not in "'-(:":
            return False
    return False


def _refused_behind(
    field: FieldText, words: ShippingWords, segment: Segment, country: CountryFound
) -> bool:
    """Whether "on request" or "we do not ship" stands behind ("nach Polen liefern wir nicht")."""
    if country.last < segment.last and words.conditional.at(field.tokens, country.last):
        return True
    last = min(segment.last, country.last + REACH + 2)
    sent = next((i for i in range(country.last, last) if field.text(i) in words.refused), None)
    if sent is None:
        return False
    return bool(words.denied.intersection(_texts(field, sent, min(last, sent + 3))))


def _directions(  # noqa: PLR0911 - one for each form
    field: FieldText,
    words: ShippingWords,
    segment: Segment,
    countries: list[CountryFound],
    position: int,
) -> tuple[str, ...]:
    country = countries[position]
    window = _texts(field, max(segment.first, country.first - REACH), country.first)
    after = _behind(field, words, segment, country)
    if _excepted(field, words, segment, country):
        return ()
    if _pair(field, countries, position):
        return _pair_direction(field, countries, position)
    crossed = _crossed(field, countries, position)
    alone = after[:1] == ["only"] and not words.both_before.intersection(window[-3:])
    if crossed or alone or words.made & set(after[:1]):
        return crossed or (("ships_to",) if alone else ())
    if field.name != SHIPS_FIELD and not _spoken(field, words, segment, country):
        return ()
    if field.text(country.last - 1).endswith(ALL_OVER_ENDINGS):
        return ("ships_to",)
    if words.both_before.intersection(window[-3:]) or words.after["both_after"] & set(after[:1]):
        return _within(field, words, segment, countries, position)
    if words.only.intersection(window[-3:]):
        return ("ships_to",)
    limited = field.text(_list_end(field, words, countries, position)) in words.after["to_after"]
    if limited and not _from_before(field, words, segment, country):
        return ("ships_to",)
    if window[-2:] == ["next", "day"] or window[-2:] == ["day", "delivery"]:
        return ("ships_to",)
    return _by_preposition(field, words, segment, country, after)


def _list_end(
    field: FieldText, words: ShippingWords, countries: list[CountryFound], position: int
) -> int:
    """Return the token behind the list of countries that goes on from ``position``."""
    last = countries[position]
    for country in countries[position + 1 : position + 8]:
        if not _listed(field, words, last, country):
            break
        last = country
    return last.last


def _within(
    field: FieldText,
    words: ShippingWords,
    segment: Segment,
    countries: list[CountryFound],
    position: int,
) -> tuple[str, ...]:
    """Return both directions of "within Spain"; behind "from Bulgaria" it is where to."""
    sent = position > 0 and _from_before(field, words, segment, countries[position - 1])
    several = "+" in countries[position].code
    return ("ships_to",) if sent or several else ("ships_from", "ships_to")


def _behind(
    field: FieldText, words: ShippingWords, segment: Segment, country: CountryFound
) -> list[str]:
    """Return up to four words behind a country; of "USA/Domestic" without the sign."""
    after = _texts(field, country.last, min(segment.last, country.last + 4))
    sign = after[:1] == ["/"] and words.after["both_after"].intersection(after[1:2])
    return after[1:] if sign else after


def _spoken(
    field: FieldText, words: ShippingWords, segment: Segment, country: CountryFound
) -> frozenset[str]:
    """Return the words of shipping near a country; "Only Chile." looks at the whole field."""
    low, high = max(segment.first, country.first - NEAR), min(segment.last, country.last + NEAR)
    if segment.first and field.text(segment.first - 1) == ";":
        low = field.segment_of(segment.first - 1).first  # "to the EU; to Spain in 3 days"
    near = words.speaks.intersection(_texts(field, low, high))
    alone = country.first == segment.first + 1 and field.text(segment.first) in words.only
    alone = alone or (country.first == segment.first and _only_behind(field, words, country))
    if not near and alone:
        whole = (
            country.last >= segment.last - 1
        )  # the sentence says nothing else: "Nur Österreich."
        near = words.speaks & field.vocabulary() or (words.only if whole else near)
    return near - words.weak if country.code == "WORLDWIDE" else near


def _from_before(
    field: FieldText, words: ShippingWords, segment: Segment, country: CountryFound
) -> bool:
    """Whether "from" (and an article) stands directly before the country."""
    return any(
        0 < words.before["from"].at(field.tokens, index) + index <= country.first
        and words.before["from"].at(field.tokens, index)
        for index in range(max(segment.first, country.first - 3), country.first)
    )


def _only_behind(field: FieldText, words: ShippingWords, country: CountryFound) -> bool:
    """Whether "Perú únicamente": the country and a word that means only."""
    return field.text(country.last) in words.after["to_after"]


def _crossed(field: FieldText, countries: list[CountryFound], position: int) -> tuple[str, ...]:
    """Return the direction of either country of "to USA from France"."""
    for one, direction in ((position, "ships_to"), (position - 1, "ships_from")):
        if one >= 0 and one + 1 < len(countries):
            first, second = countries[one], countries[one + 1]
            between = _texts(field, first.last, second.first)
            if between == ["from"] and field.text(first.first - 1) == "to":
                return (direction,)
    return ()


def _pair(field: FieldText, countries: list[CountryFound], position: int) -> bool:
    """Whether "UK-UK", "UK to UK" stands here."""
    for one, other in ((position, position + 1), (position - 1, position)):
        if one < 0 or other >= len(countries):
            continue
        between = _texts(field, countries[one].last, countries[other].first)
        if between in PAIRS:
            same = countries[one].code == countries[other].code
            if same or between in ARROWS:
                return True
    return False


def _pair_direction(
    field: FieldText, countries: list[CountryFound], position: int
) -> tuple[str, ...]:
    following = (
        position + 1 < len(countries)
        and _texts(field, countries[position].last, countries[position + 1].first) in PAIRS
    )
    return ("ships_from",) if following else ("ships_to",)


def _by_preposition(
    field: FieldText,
    words: ShippingWords,
    segment: Segment,
    country: CountryFound,
    after: list[str],
) -> tuple[str, ...]:
    """Look back to the last "from" or "to" of the segment."""
    tokens = field.tokens
    for index in range(country.first - 1, max(segment.first, country.first - LOOK_BACK) - 1, -1):
        text = tokens[index].text
        for direction, phrases in words.before.items():
            taken = phrases.at(tokens, index)
            into = tokens[country.first].text in ("do", "no")  # "envio do Porto"
            if taken and index + taken <= country.first + into:
                if text in words.origin and not _shipped(field, words, segment, index, country):
                    return ()
                if direction == "from" and _past(field, words, index + taken, country):
                    return ()
                return (f"ships_{direction}",)
        if text in words.all_over or (text in words.beside and index == country.first - 1):
            return ("ships_to",)
        if text in words.made and text not in words.after_only:
            return ()
        if text in words.nouns:
            break
    return _by_neighbours(field, words, segment, country, after)


def _past(field: FieldText, words: ShippingWords, first: int, country: CountryFound) -> bool:
    """Whether "from Lille, tracked, France" has gone on to other things behind a comma."""
    said = _texts(field, first, country.first)
    tail = said[said.index(",") + 1 :] if "," in said else []
    return any(text not in words.listed for text in tail)


def _shipped(
    field: FieldText, words: ShippingWords, segment: Segment, index: int, country: CountryFound
) -> bool:
    """Whether a word of shipping stands before "aus" or right behind the country.

    "Gras aus Holland, Versand weltweit" says where the goods come from.
    """
    if field.name == "ships_text":
        return True
    before = _texts(field, max(segment.first, index - REACH), index)
    after = _texts(field, country.last, min(segment.last, country.last + 1))
    return bool(words.speaks.intersection((*before, *after)))


def _by_neighbours(
    field: FieldText,
    words: ShippingWords,
    segment: Segment,
    country: CountryFound,
    after: list[str],
) -> tuple[str, ...]:
    """Decide by the words beside the country where no preposition does."""
    if words.after["from_after"] & set(after[:1]):
        return ("ships_from",)
    if country.code == "WORLDWIDE":
        return ("ships_to",)
    joined = set(_texts(field, country.last, min(segment.last, country.last + 8)))
    if joined & {"ship", "ships"} and field.name == "title":
        return ("ships_to",)
    if after[:1] and after[0] in words.listed:
        return ("ships_to",) if joined & words.nouns else ()
    before = set(_texts(field, max(segment.first, country.first - 3), country.first))
    return ("ships_to",) if before & words.nouns or "free" in before else ()
