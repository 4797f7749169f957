# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a listing ships from and to, as declared (``nlp.shipping.v2``).

Only where the text speaks of shipping, delivery, stock or domestic: "Dutch MDMA" and
"Ketama, Morocco" are product origin and fill nothing.  Countries are read in order: each
says its own direction by the words beside it, or goes on with that of the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nlp.model import Marked
from nlp.scanning.fields import FieldText
from nlp.trade.beside_country import also, directions_beside, list_end, row, speaks
from nlp.trade.countries import HOME, CountryFound, CountryNames
from nlp.trade.country_in_text import CountryInText
from nlp.trade.directions import BOTH, FROM, NOTHING, TO, Directions
from nlp.trade.home_country import NamedCountries
from nlp.trade.shipping_words import ShippingWords
from nlp.trade.ships_field import MANY, SHIPS_FIELD, field_direction, first_arrow

PAIR_GAP = 8
CLOSE = 4
ROW_GAP = 12
FAR = 30
SHORT = 20
NEITHER = frozenset(("nor", "ni", "nem", "noch"))


def read_shipping(
    names: CountryNames, words: ShippingWords, fields: Sequence[FieldText]
) -> list[Marked]:
    """Return the ``ships_from`` and ``ships_to`` values of a listing's fields in text order."""
    named = {id(field): names.find(field) for field in fields}
    found = [
        (field, country, directions)
        for field in fields
        for country, directions in _said(words, field, named[id(field)])
    ]
    near = any(FROM[0] in how and country.code not in MANY for _field, country, how in found)
    said = [
        (field, country, of)
        for field, country, how in found
        # "within the EU" of what is sent from Spain
        for of in (TO if near and how == BOTH and country.code in MANY else how)
    ]
    mentioned = [country for field in fields for country in named[id(field)]]
    hints = (
        [words.home[word] for word in sorted(_words_of(fields) & words.home.keys())] if said else []
    )
    listing = NamedCountries(said, mentioned, hints)
    return [
        Marked(of=of, value=code, place=field.place(country.first, country.last))
        for field, country, of in said
        for code in listing.codes(country)
    ]


def _words_of(fields: Sequence[FieldText]) -> frozenset[str]:
    return frozenset().union(*(field.vocabulary() for field in fields))


def _said(
    words: ShippingWords, field: FieldText, countries: Sequence[CountryFound]
) -> Iterator[tuple[CountryFound, Directions]]:
    """Yield the countries of a field that are sent from or to."""
    if not countries:
        return
    here = [CountryInText.at(field, words, countries, n) for n in range(len(countries))]
    own = [directions_beside(country) for country in here]
    starts, arrow_at = [country.first for country in countries], first_arrow(field)
    said: list[tuple[CountryFound, Directions]] = []
    before: Directions | None = None
    for country, beside in zip(here, own, strict=True):
        going = before if _same_part(country) else None
        found = _denied_too(country, going) or beside
        if found is None:
            found = _gone_on(country, going, own) or _by_itself(country)
        if found and found != NOTHING and beside is not None and not _spoken(country, own, said):
            found = _whole_sentence(country, going)
        if field.name == SHIPS_FIELD and found != NOTHING:
            code = country.country.code
            found = field_direction(
                field, code, starts, arrow_at, country.position, found or (), going
            )
        if found == FROM and country.country.code in ("WORLDWIDE", HOME):
            found = TO
        if found == FROM and said and said[-1] == (countries[country.position - 1], FROM):
            _narrow(country, said)
        before = found
        if found and found != NOTHING:
            said.append((country.country, found))
    yield from said


def _by_itself(country: CountryInText) -> Directions | None:
    """Return that "worldwide" or "the whole country" is where to, where shipping is spoken of."""
    wide = country.country.code in ("WORLDWIDE", HOME)
    return TO if wide and (speaks(country) or _alone(country)) else None


def _denied_too(country: CountryInText, before: Directions | None) -> Directions | None:
    """Return that nothing goes there where "nor" parts it from one that is excepted."""
    between = country.between() if before == NOTHING else None
    if between is None or len(between) > PAIR_GAP:
        return None
    goes_on = len(between) <= CLOSE and between[:1] and between[0] in country.words.joined
    return NOTHING if goes_on or NEITHER.intersection(between) else None


def _same_part(country: CountryInText) -> bool:
    """Whether the country before stands in the same sentence (or before a semicolon)."""
    if not country.position:
        return False
    first, before = country.segment.first, country.countries[country.position - 1]
    goes_on = country.field.text(first) in country.words.joined  # "EE. UU. y Canadá"
    return before.first >= first or goes_on or country.field.text(first - 1) == ";"


def _narrow(country: CountryInText, said: list[tuple[CountryFound, Directions]]) -> None:
    """Drop "EU" of "EU warehouse (Slovakia)"."""
    if said[-1][0].code in MANY and "(" in (country.between() or ()):
        said.pop()


def _gone_on(
    country: CountryInText, before: Directions | None, own: Sequence[Directions | None]
) -> Directions | None:
    """Return the direction of a country that has none of its own, by the one before it."""
    between = country.between()
    if not before or between is None:
        return _whole_sentence(country, before)
    listed, words = country.listed(), country.words
    if before == NOTHING:
        return NOTHING if listed or "(" in between else None
    if before == FROM:
        return _behind_from(country, between, own)
    if words.made.intersection(between) or words.hand.intersection(between):
        return None
    if listed and before == BOTH and words.joined.issuperset(between):
        return BOTH
    return TO if listed or len(between) <= ROW_GAP else None


def _whole_sentence(country: CountryInText, before: Directions | None) -> Directions | None:
    """Return where to of "Stock NL. All Europe + UK.": the sentence names only where."""
    segment, texts = country.segment, country.field.texts
    if before is not None or segment.last - segment.first > SHORT:
        return None
    near = country.countries[max(0, country.position - SHORT) : country.position + SHORT]
    inside = [one for one in near if segment.first <= one.first < segment.last]
    if not any(one.code in MANY for one in inside):
        return None
    named = {index for one in inside for index in range(one.first, one.last)}
    rest = (texts[n] for n in range(segment.first, segment.last) if n not in named)
    words = country.words
    plain = words.articles | words.all_over | words.listed | {".", "!", "\n"}
    spoken = country.position or not words.nouns.isdisjoint(country.field.vocabulary())
    return TO if spoken and plain.issuperset(rest) else None


def _behind_from(
    country: CountryInText, between: Sequence[str], own: Sequence[Directions | None]
) -> Directions | None:
    """Return what follows where it is sent from: more of it ("from DE or NL"), or where to."""
    if country.country.code in (*MANY, HOME):
        return TO
    bracket = between[:1] == ["("] or (between[-1:] == ["("] and len(between) <= 3)  # noqa: PLR2004
    if bracket:
        return FROM
    if not country.listed():
        return TO if {",", "(", "-", ";", "|"}.intersection(between) else None
    if "," not in between:
        return FROM
    goes_to = any(one in (TO, BOTH) for one in own[country.position : country.position + 8])
    first = country.countries[country.position - 1].first
    stocked = country.words.stock.intersection(
        country.field.texts[max(country.segment.first, first - 4) : first]
    )
    labelled = country.field.text(first - 1) == ":"
    return FROM if goes_to or stocked or labelled else TO


def _spoken(
    country: CountryInText,
    own: Sequence[Directions | None],
    said: Sequence[tuple[CountryFound, Directions]],
) -> bool:
    """Whether the sentence speaks of shipping, or says from where and to where."""
    if country.field.name == SHIPS_FIELD or speaks(country):
        return True
    if said and country.country.first - said[-1][0].last <= FAR:
        return True
    only = country.words.only.intersection(country.before(8))
    if only and not country.words.nouns.isdisjoint(country.field.vocabulary()):
        return True
    return row(country) or also(country) or _paired(country, own) or _alone(country)


def _paired(country: CountryInText, own: Sequence[Directions | None]) -> bool:
    """Whether the country beside it has the other direction: "from NL to DE and AT"."""
    here = own[country.position]
    for step in (-1, +1):
        between = country.between(step)
        if between is None or len(between) > PAIR_GAP or "\n" in between:
            continue
        other = own[country.position + step]
        if {here, other} == {FROM, TO} or (here is None and other in (TO, BOTH)):
            return True
        if here == FROM and other is None and country.step(step).country.code in (*MANY, HOME):
            return True
    return False


def _alone(country: CountryInText) -> bool:
    """Whether the sentence says nothing else: "Nur Österreich.", "UK mainland only"."""
    words, field = country.words, country.field
    only = words.only | words.to_after
    if country.country.code == HOME:
        return True
    last = country.country.last
    behind = country.field.text(list_end(country))
    limits = only.intersection((*country.before(1), *country.behind(1), behind))
    begins = country.country.first <= country.segment.first + 1
    ends = last + 2 >= country.segment.last or field.text(last + 1) in (",", "-", "(")
    return bool(limits) and (begins or ends)
