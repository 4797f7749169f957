# SPDX-License-Identifier: AGPL-3.0-or-later
"""The direction that the words beside a country say, not looking at the country before it."""

from __future__ import annotations

from nlp.trade.countries import ARROW_SIGNS, HOME
from nlp.trade.country_in_text import (
    FIELD_ARROWS,
    LOOK_BACK,
    NEAR,
    REACH,
    STOPS,
    CountryInText,
)
from nlp.trade.directions import BOTH, FROM, NOTHING, ORIGIN, TO, Directions
from nlp.trade.ships_field import MANY, SHIPS_FIELD

SENT = 9
FARTHEST = 9  # words between "to" and the country: "to all my dear friends in Spain"
ALL_OVER_ENDINGS = ("weit", "wijd", "wijde")  # "europaweit", "wereldwijd"
CLOSE = 3
NOWHERE = -99


def directions_beside(country: CountryInText) -> Directions | None:
    """Return the direction of a country by the words before and behind it; None for none said."""
    if country.excluded():
        return NOTHING
    if _elsewhere(country):
        return ORIGIN
    if country.position and _elsewhere(country.step(-1)):
        return TO
    if _domestic(country):
        return BOTH
    ways = (_arrow, _by_words_behind, _by_words_before, _by_look)
    return next((said for said in (way(country) for way in ways) if said is not None), None)


def _elsewhere(country: CountryInText) -> bool:
    """Whether "anywhere" goes on with a country: "anywhere in the US"."""
    if country.country.code not in MANY:
        return False
    between = country.between(+1)
    return bool(between and country.words.inside.issuperset(between))


def _domestic(country: CountryInText) -> bool:
    """Whether its name says so: "domestic shipping" of the own country, "innerdeutsch"."""
    one, words = country.country, country.words
    said = country.field.texts[one.first : one.last]
    return not (words.both_before.isdisjoint(said) and words.both_after.isdisjoint(said))


def _arrow(country: CountryInText) -> Directions | None:
    """Return the direction of a country beside an arrow: "UK-UK", "NL → EU", "DE to AT"."""
    if _joined_by_arrow(country, +1):
        return FROM
    return TO if _joined_by_arrow(country, -1) else None


def _joined_by_arrow(country: CountryInText, step: int) -> bool:
    between = country.between(step)
    if not between or len(between) > CLOSE + 2:
        return False
    words, same = country.words, _same(country, step)
    signs = [t for t in between if t not in words.articles and t not in words.all_over]
    signs = signs or [text for text in between if text in words.toward]
    first = country if step > 0 else country.step(-1)
    if same and words.inside.issuperset(between) and _sent_of(first):
        return True  # "de Suisse en Suisse"
    if signs == ["-", ">"] or (len(signs) == 1 and signs[0] in ARROW_SIGNS):
        return True
    if len(between) == 1 and between[0] in FIELD_ARROWS:
        return same or country.field.name == SHIPS_FIELD
    toward = len(signs) == 1 and signs[0] in words.toward
    return toward and not _led(first)


def _sent_of(country: CountryInText) -> bool:
    """Whether "from" or "de" stands directly before."""
    return _from_directly(country) or bool(country.words.of.intersection(country.before(1)))


def _same(country: CountryInText, step: int) -> bool:
    """Whether the country ``step`` away is this one."""
    one, other = country.country, country.countries[country.position + step]
    return one.code in (other.code, *other.instead) or other.code in one.instead


def _led(country: CountryInText) -> bool:
    """Whether a word of "to" or an article stands before: "to the US to Spain"."""
    low = max(country.low, country.country.first - CLOSE)
    return any(
        country.says_to(index) or country.field.text(index) in country.words.beside
        for index in range(low, country.country.first)
    )


def _by_words_behind(country: CountryInText) -> Directions | None:
    words, field = country.words, country.field
    after, before = country.behind(4), country.before(CLOSE)
    if after[:1] == ["/"] and words.both_after.intersection(after[1:2]):
        after = after[1:]  # "USA/Domestic"
    first = after[0] if after else ""
    if first in words.made:
        return ORIGIN
    if _wide(country, after):
        return TO
    within, sent = _last_of(before, words.both_before), _from_at(country)
    close = not words.both_before.isdisjoint(before[-2:-1]) and (before[-2] not in words.both_after)
    inside = within > sent or bool(close and sent == -1)  # "innerhalb von Deutschland"
    if inside or first in words.both_after:
        return _within(country)
    if _from_directly(country) or _sent_directly(country):
        return None
    at = country.country.last
    lies = at < country.high and words.from_after.at(field.texts, at)
    if lies or (first == "-" and words.stock.intersection(after[1:2])):
        return FROM
    limited = first in words.to_after or field.text(list_end(country)) in words.to_after
    return TO if limited or row(country) or _priced(country) or also(country) else None


def _sent_directly(country: CountryInText) -> bool:
    """Whether "expédié des" stands directly before: a word of sending and "of"."""
    words, field, first = country.words, country.field, country.country.first
    if first - 1 <= country.low or field.text(first - 1) not in words.of:
        return False
    return field.text(first - 2) in words.nouns or field.text(first - 2) in words.speaks


def _last_of(texts: list[str], words: frozenset[str]) -> int:
    """Return how near the last word of ``words`` stands: -1 directly before, ``NOWHERE``."""
    near = (n - len(texts) for n in range(len(texts) - 1, -1, -1) if texts[n] in words)
    return next(near, NOWHERE)


def _from_at(country: CountryInText) -> int:
    """Return how near a "from" stands, as ``_last_of``."""
    first = country.country.first
    near = (n for n in range(first - 1, max(country.low, first - CLOSE) - 1, -1))
    return next((index - first for index in near if country.says_from(index)), NOWHERE)


def _wide(country: CountryInText, after: list[str]) -> bool:
    """Whether "weit" or "wide" stands behind: "EU-weit", "UK wide"."""
    last = country.field.text(country.country.last - 1)
    if last.endswith(ALL_OVER_ENDINGS) or last in country.words.wide:
        return True
    said = after[1:2] if after[:1] == ["-"] else after[:1]
    return bool(country.words.wide.intersection(said))


def also(country: CountryInText) -> bool:
    """Whether "too" stands behind its list, or "also" before it: "Portugal también"."""
    words = country.words.also
    return bool(words.intersection(country.before(1))) or (
        country.field.text(list_end(country)) in words
    )


def _priced(country: CountryInText) -> bool:
    """Whether a price for the postage stands behind: "Austria: 8.90 €", "Ireland +2 euro"."""
    words, field, last = country.words, country.field, country.country.last
    texts = [
        text for text in field.texts[last : min(country.high, last + 5)] if text not in ":+=-("
    ]
    if len(texts) < 2 or not {texts[0], texts[1]} & words.money:  # noqa: PLR2004
        return False
    return country.position > 0 or not words.speaks.isdisjoint(
        field.texts[max(country.segment.first, last - NEAR) : last]
    )


def row(country: CountryInText) -> bool:
    """Whether days stand behind: "DE 2-3 Tage", "Flanders next day"."""
    words, field = country.words, country.field
    number = False
    for index in range(country.country.last, min(country.high, country.country.last + REACH)):
        text, kind = field.text(index), field.tokens[index].kind
        if number and text in words.days:
            return True
        if kind == "num" or text in words.coming:
            number = True
        elif text not in (":", "-", "=", "ca", ".", "(", "in", "en", "~", "a", "bis", "to", "/"):
            return False
    return False


def _within(country: CountryInText) -> Directions:
    """Return both directions of "within Spain"; behind "from Bulgaria" it is where to."""
    before = country.step(-1) if country.position else None
    sent = before and before.segment == country.segment and _from_directly(before)
    wide = "+" in country.country.code or country.country.code == "WORLDWIDE"
    return TO if sent or wide else BOTH


def _from_directly(country: CountryInText) -> bool:
    """Whether "from" (and an article) stands directly before the country."""
    first = country.country.first
    return any(country.says_from(index) for index in range(max(country.low, first - CLOSE), first))


def list_end(country: CountryInText) -> int:
    """Return the token behind the list of countries that goes on from here."""
    last = country
    for _step in range(8):
        between = last.between(+1)
        if between is None or not country.words.listed.issuperset(between):
            break
        following = last.step(+1)
        if following.country.code == HOME:
            break
        last = following
    return last.country.last


def _by_words_before(country: CountryInText) -> Directions | None:
    """Look back to the last word of the sentence that says a direction."""
    words, field, first = country.words, country.field, country.country.first
    comma, direct = False, True
    for index in range(first - 1, max(country.low, first - LOOK_BACK) - 1, -1):
        text = field.text(index)
        if text in STOPS:
            if text not in (",", ")"):
                return None
            comma = True
            continue
        if text in words.stock and _names(country, index):
            continue
        near = first - index <= FARTHEST
        said = _prepositions(country, index, direct=direct) if near and not comma else None
        if said is None:
            said = _plain_words(country, text, near=first - index <= CLOSE, comma=comma)
        if said is not None:
            return said
        direct = direct and text in words.articles
    return None


def _prepositions(country: CountryInText, index: int, *, direct: bool) -> Directions | None:
    """Return what a phrase that begins at ``index`` says; ``direct``: only articles follow it."""
    words, text = country.words, country.field.text(index)
    if country.says_from(index):
        weak = text in words.origin and not _sent(country, index)
        return ORIGIN if weak else FROM
    if country.says_to(index) or text in words.all_over:
        return TO
    if direct and text in words.beside:  # "envío a Praga", "entrepôt à Prague"
        return FROM if country.field.text(index - 1) in words.stock else TO
    return _of(country, index) if direct and text in words.of else None


def _plain_words(
    country: CountryInText, text: str, *, near: bool, comma: bool
) -> Directions | None:
    words = country.words
    if near and text in words.only and not comma:
        return TO
    if text in words.else_to or (text in words.nouns and text not in words.stock):
        return TO
    if text in words.stock:
        return None if comma else FROM
    if text in words.hand or (text in words.made and text not in words.after_only):
        return ORIGIN
    return None


def _of(country: CountryInText, index: int) -> Directions | None:
    """Return what "de", "von" says: from, where a word of sending stands before it."""
    words, field = country.words, country.field
    between = field.texts[country.low : index]
    goes_on = country.listed() and between and (words.listed | words.articles).issuperset(between)
    if goes_on or field.text(index - 1) == "in":
        return None  # "Spain and the south of France", Dutch "in de Randstad"
    for at in range(index - 1, max(country.low, index - REACH) - 1, -1):
        said = _of_words(country, at, near=index - at <= CLOSE)
        if said is not None:
            return said
        if field.text(at) in STOPS:
            break
    begins = index == country.segment.first and words.nouns.intersection(country.behind(CLOSE))
    return FROM if begins or _goes_on(country, CLOSE) else ORIGIN


def _of_words(country: CountryInText, at: int, *, near: bool) -> Directions | None:
    """Return what the word ``at`` before "of" makes of it: "envío de", "a todo el sur de"."""
    words, text = country.words, country.field.text(at)
    if _names(country, at):
        return None
    if country.says_from(at):
        return FROM
    if text in words.both_before:
        return BOTH
    if text in words.all_over or text in words.beside or text in words.else_to:
        return TO
    if near and words.ends.at(country.field.texts, at):
        return TO
    sent = text in words.nouns or text in words.stock or text in words.speaks
    return FROM if sent else None


def _names(country: CountryInText, at: int) -> bool:
    """Whether the word belongs to the name of a substance: "pasta base de Perú"."""
    start = country.field.tokens[at].start
    return any(match.start <= start < match.end for match in country.field.matches)


def _sent(country: CountryInText, index: int) -> bool:
    """Whether a word of shipping stands before "aus" or "from", or right behind the country.

    "Gras aus Holland, Versand weltweit" says where the goods come from.
    """
    field, words = country.field, country.words
    if field.name == SHIPS_FIELD or index == country.segment.first:
        return True
    low = max(country.segment.first, index - SENT)
    beside = (*field.texts[low:index], *country.behind(1))
    if words.speaks.intersection(beside):
        return True
    if index == country.low and country.position and _led(country.step(-1)):
        return True  # "to the US from France"
    return _goes_on(country, REACH)


def _goes_on(country: CountryInText, most: int) -> bool:
    """Whether within ``most`` words another country follows with "to": "from X by post to Y"."""
    between = country.between(+1)
    if between is None or len(between) > most or STOPS.intersection(between):
        return False
    follows, words = country.step(+1), country.words
    return any(
        follows.says_to(at) or country.field.text(at) in words.beside
        for at in range(follows.low, follows.country.first)
    )


def _opens(country: CountryInText) -> Directions | None:
    """Return what a place says that opens a sentence, with shipping behind it.

    "Floripa, envio pra todo o país" is where from, "Bogotá, envío el mismo día" where to.
    """
    texts, last = country.field.texts, country.country.last
    if country.country.first != country.segment.first or country.field.name == "title":
        return None
    cut = next((i for i in range(last, min(last + CLOSE, len(texts))) if texts[i] in ",."), None)
    if cut is None or not country.words.nouns.intersection(texts[cut + 1 : cut + CLOSE]):
        return None
    between = country.between(+1)
    goes_on = cut - last < CLOSE - 1 and between is not None and len(between) <= LOOK_BACK
    return FROM if goes_on else TO


def speaks(country: CountryInText) -> bool:
    """Whether the sentence speaks of shipping near the country."""
    words, texts, segment = country.words, country.field.texts, country.segment
    first, code = segment.first, country.country.code
    if first and texts[first - 1] == ";":
        first = country.field.segment_of(first - 1).first  # "to the EU; to Spain in 3 days"
    low, high = max(first, country.country.first - NEAR), country.country.last + NEAR
    said = texts[low : min(segment.last, high)]
    if code in MANY and words.days.intersection(said):
        return True
    if words.wide.intersection(country.behind(2)) or words.within.intersection(country.before(2)):
        return True
    near = words.speaks.intersection(said)
    return bool(near - words.weak if code == "WORLDWIDE" else near)


def _by_look(country: CountryInText) -> Directions | None:
    """Return what is meant where no word beside it says so: "worldwide", a title's "UK ship"."""
    words, field = country.words, country.field
    opening = _opens(country)
    if opening is not None:
        return opening
    last = country.country.last
    joined = words.nouns.intersection(field.texts[last : min(country.segment.last, last + 8)])
    if field.name == "title" and joined:
        return TO
    return TO if "free" in country.before(CLOSE) else None
