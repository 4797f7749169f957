# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a listing ships from and to, as declared (``nlp.shipping.v1``).

Only where the text speaks of shipping, delivery, stock or domestic: "Dutch MDMA" and
"Ketama, Morocco" are product origin and fill nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nlp.fields import FieldText, Segment
from nlp.model import Marked
from nlp.text import normalize

SHIPPING_WORDS = frozenset(
    ("ship", "ships", "shipping", "deliver", "delivery", "envio", "envios", "entrega")
)
REACH = 6
NEAR = 40
LISTED = frozenset(
    (",", "/", "and", "or", "y", "o", "&", "+", "-", "und", "et", "e", "u", "the", "to")
)
MAX_NAME_WORDS = 5
SHORT_CODES = 2
# Codes that are words or marks in capitals ("IN STOCK", "4 PM"): only in a list ("NL/BE/DE").
ORDINARY_WORDS = frozenset(
    [
        "IN",
        "IT",
        "NO",
        "IS",
        "AT",
        "BE",
        "ME",
        "SO",
        "TO",
        "PM",
        "AM",
        "AS",
        "MY",
        "DO",
        "BY",
        "LA",
        "DE",
        "ES",
        "EN",
        "AD",
        "AL",
        "GO",
        "IM",
        "LI",
        "MA",
        "NA",
        "PA",
        "RE",
        "SE",
        "SI",
        "TV",
        "VC",
        "VA",
        "ML",
        "MG",
        "MC",
        "GR",
        "CC",
        "PE",
        "MM",
        "MD",
        "MS",
        "MR",
        "PS",
        "ID",
        "AI",
        "GS",
        "HM",
        "IO",
        "KG",
        "NE",
        "NU",
        "SA",
        "SC",
        "SM",
        "SS",
        "ST",
        "SH",
        "TC",
        "TD",
        "TM",
    ]
)


@dataclass(frozen=True, slots=True)
class CountryFound:
    """A country, EU or WORLDWIDE named in tokens [first, last)."""

    code: str
    first: int
    last: int


class CountryNames:
    """Country names of the lexicon, looked up by their words."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._by_words = {
            tuple(normalize(name).normal.replace(".", " ").replace("'", " ").split()): code
            for name, code in names.items()
        }
        self._codes = frozenset(code for code in names.values() if len(code) == SHORT_CODES)

    def find(self, field: FieldText) -> Iterator[CountryFound]:
        """Yield the countries of a field in order, longest name first."""
        index = 0
        while index < len(field.tokens):
            found = self._at(field, index)
            if found is None:
                index += 1
            else:
                yield found
                index = found.last

    def _at(self, field: FieldText, index: int) -> CountryFound | None:
        words: list[str] = []
        best: CountryFound | None = None
        for last in range(index, min(len(field.tokens), index + 2 * MAX_NAME_WORDS)):
            token = field.tokens[last]
            if token.kind == "word":
                words.append(token.text)
            elif token.text not in (".", "-", "'") or not words:
                break
            code = self._by_words.get(tuple(words))
            if code and token.kind == "word":
                best = CountryFound(code, index, last + 1)
        return best or self._code(field, index)

    def _code(self, field: FieldText, index: int) -> CountryFound | None:
        """Return an ISO code in capitals ("NL/BE/DE"); in lower case they are words."""
        token = field.tokens[index]
        if token.kind != "word" or len(token.text) != SHORT_CODES:
            return None
        written = field.normal.cut(token.start, token.end)
        code = {"UK": "GB"}.get(written, written)
        if code not in self._codes:
            return None
        if code in ORDINARY_WORDS and not _in_a_list(field, index):
            return None
        return CountryFound(code, index, index + 1)


def _in_a_list(field: FieldText, index: int) -> bool:
    """Whether the code stands in a list of codes joined by slashes."""
    tokens = field.tokens
    before = index >= 2 and tokens[index - 1].text == "/" and len(tokens[index - 2].text) == 2  # noqa: PLR2004
    after = (
        index + 2 < len(tokens)
        and tokens[index + 1].text == "/"
        and len(tokens[index + 2].text) == SHORT_CODES
    )
    return before or after


def read_shipping(names: CountryNames, field: FieldText) -> list[Marked]:
    """Return the ``ships_from`` and ``ships_to`` values of a field in text order."""
    found: list[Marked] = []
    countries = list(names.find(field))
    for position, country in enumerate(countries):
        segment = field.segment_of(country.first)
        for of in _directions(field, segment, countries, position):
            place = field.place(country.first, country.last)
            found.append(Marked(of=of, value=country.code, place=place))
    return found


def _directions(  # noqa: PLR0911 - one for each form
    field: FieldText,
    segment: Segment,
    countries: list[CountryFound],
    position: int,
) -> tuple[str, ...]:
    country = countries[position]
    window = [
        t.text for t in field.tokens[max(segment.first, country.first - REACH) : country.first]
    ]
    after = [t.text for t in field.tokens[country.last : min(segment.last, country.last + 4)]]
    if _pair(field, countries, position):
        return _pair_direction(field, countries, position)
    if set(window[-3:]) & {"except", "excepto", "excluding", "salvo", "no", "not", "menos", "dont"}:
        return ()
    low, high = max(segment.first, country.first - NEAR), min(segment.last, country.last + NEAR)
    near = {t.text for t in field.tokens[low:high]}
    own_field = field.name == "ships_text"
    if not own_field and not _speaks(near):
        return ()
    if after[:1] == ["domestic"] or window[-1:] == ["within"] or after[:1] == ["nacional"]:
        return ("ships_from", "ships_to")
    if after[:1] and after[0] in ("only", "ndd", "next", "delivery", "overnight", "solo", "track"):
        return ("ships_to",)
    if window[-2:] == ["next", "day"] or window[-2:] == ["day", "delivery"]:
        return ("ships_to",)
    return _by_preposition(field, segment, country, after)


def _speaks(words: set[str]) -> bool:
    known = {"ship", "ships", "shipping", "shipped", "delivery", "deliver", "delivered", "dispatch",
             "dispatched", "stock", "warehouse", "domestic", "ndd", "envio", "envios", "enviamos",
             "entrega", "entregas", "almacen", "nacional", "versand", "send", "sent", "postage",
             "enviado", "envia", "lieferung", "livraison", "post", "mail", "located", "vendor",
             "despacho", "desde", "shipment", "nextday", "uk2uk", "free"}  # fmt: skip
    return bool(words & known)


def _pair(field: FieldText, countries: list[CountryFound], position: int) -> bool:
    """Whether "UK-UK", "UK to UK" stands here."""
    for one, other in ((position, position + 1), (position - 1, position)):
        if one < 0 or other >= len(countries):
            continue
        between = [t.text for t in field.tokens[countries[one].last : countries[other].first]]
        if between in (["to"], ["-"], ["2"], ["a"], ["-", ">"]):
            same = countries[one].code == countries[other].code
            if same or between in (["to"], ["-", ">"]):
                return True
    return False


def _pair_direction(
    field: FieldText, countries: list[CountryFound], position: int
) -> tuple[str, ...]:
    following = position + 1 < len(countries) and [
        t.text for t in field.tokens[countries[position].last : countries[position + 1].first]
    ] in (["to"], ["-"], ["2"], ["a"], ["-", ">"])
    return ("ships_from",) if following else ("ships_to",)


def _by_preposition(
    field: FieldText,
    segment: Segment,
    country: CountryFound,
    after: list[str],
) -> tuple[str, ...]:
    """Look back to the last "from" or "to" of the segment."""
    tokens = field.tokens
    for index in range(country.first - 1, max(segment.first, country.first - 25) - 1, -1):
        text = tokens[index].text
        if text in ("from", "desde", "aus", "von", "depuis", "origen", "origin", "within", "based"):
            return ("ships_from",)
        if text in ("to", "hasta", "hacia", "nach", "vers", "into", "over", "destination"):
            return ("ships_to",)
        beside = text == "a" and index == country.first - 1
        if beside or text in ("toda", "todo", "todos", "todas"):
            return ("ships_to",)
        if text in SHIPPING_WORDS:
            break
    return _by_neighbours(field, segment, country, after)


def _by_neighbours(
    field: FieldText, segment: Segment, country: CountryFound, after: list[str]
) -> tuple[str, ...]:
    """Decide by the words beside the country where no preposition does."""
    tokens = field.tokens
    if after[:1] and after[0] in ("stock", "warehouse", "vendor", "seller", "shipping", "shipped"):
        return ("ships_from",)
    if country.code == "WORLDWIDE":
        return ("ships_to",)
    joined = {t.text for t in tokens[country.last : min(segment.last, country.last + 8)]}
    if joined & {"ship", "ships"} and field.name == "title":
        return ("ships_to",)
    if after[:1] and after[0] in LISTED:
        return ("ships_to",) if joined & {"ship", "shipping", "delivery"} else ()
    before = {t.text for t in tokens[max(segment.first, country.first - 3) : country.first]}
    return (
        ("ships_to",)
        if before & {"envio", "envios", "shipping", "delivery", "free", "ship"}
        else ()
    )
