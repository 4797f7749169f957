# SPDX-License-Identifier: AGPL-3.0-or-later
"""Until when a signed message says that it holds: stated dates, terms and rhythms."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from babel.dates import get_month_names

MOST_TEXT = 100_000
LANGUAGES = ("en", "es", "pt", "fr", "de", "nl", "ru", "it")
_MONTHS = {
    name.lower().rstrip("."): number
    for language in LANGUAGES
    for context in ("format", "stand-alone")
    for width in ("wide", "abbreviated")
    for number, name in get_month_names(width, context, language).items()
} | {"sept": 9, "setiembre": 9}
_NUMBERS = {
    word: number
    for number, several in {
        1: "a an one un una une um uma ein eine einen einem einer один одну",
        2: "two dos dois duas deux zwei два две",
        3: "three tres três trois drei три",
        4: "four cuatro quatro quatre vier четыре",
        5: "five cinco cinq fünf пять",
        6: "six seis sechs шесть",
        7: "seven siete sete sept sieben семь",
        10: "ten diez dez dix zehn десять",
        14: "fourteen catorce quatorze vierzehn четырнадцать",
        15: "fifteen quince quinze fünfzehn пятнадцать",
        21: "twenty-one",
        30: "thirty treinta trinta trente dreißig тридцать",
        60: "sixty sesenta sessenta soixante sechzig шестьдесят",
        90: "ninety noventa neunzig девяносто",
    }.items()
    for word in several.split()
}
_DAYS: dict[str, int | Fraction] = {
    "hour": Fraction(1, 24), "hora": Fraction(1, 24), "heure": Fraction(1, 24),
    "stunde": Fraction(1, 24), "uur": Fraction(1, 24), "час": Fraction(1, 24),
    "day": 1, "día": 1, "dia": 1, "jour": 1, "tag": 1, "dag": 1, "день": 1, "дня": 1, "дней": 1,
    "week": 7, "semana": 7, "semaine": 7, "woche": 7, "недел": 7,
    "fortnight": 14, "quincena": 14, "quinzena": 14, "quinzaine": 14,
    "month": 31, "mes": 31, "mês": 31, "mois": 31, "monat": 31, "maand": 31, "месяц": 31,
    "quarter": 92, "year": 365, "año": 365, "ano": 365, "jahr": 365,
}  # fmt: skip
_WORDS: dict[str, int] = {
    "daily": 1, "diario": 1, "diariamente": 1, "täglich": 1, "quotidien": 1, "ежедневно": 1,
    "weekly": 7, "semanal": 7, "semanalmente": 7, "wöchentlich": 7, "hebdomadaire": 7,
    "еженедельно": 7, "fortnightly": 14, "biweekly": 14, "quincenal": 14, "quinzenal": 14,
    "monthly": 31, "mensual": 31, "mensualmente": 31, "mensal": 31, "mensalmente": 31,
    "mensuel": 31, "monatlich": 31, "ежемесячно": 31, "quarterly": 92,
}  # fmt: skip
# said of the end: counts though it be past at the signature
_ENDS = (
    r"until|till|expir(?:es?|y|ation|a|e|ado)(?:\s+(?:date|on|em|el|le))?|valid(?:ity)?\s+(?:to|thru|through|till)|good\s+through|"
    r"not\s+after|no\s+later\s+than|(?:do\s+not|don['’]t|never)\s+(?:trust|use|rely\s+on)\s+(?:\w+\s+){0,3}?after|(?:void|invalid|stale|outdated)\s+after|(?:best|use)\s+before|"
    r"next\s+(?:\w+\s+){0,2}?(?:update|canary|list|statement|message|signature|release|issue)(?:\s+(?:is|will\s+be|comes))?(?:\s+(?:\w+\s+){0,2}?(?:due|expected|published|signed|posted|out))?(?:\s+(?:by|on|before|at))?|due\s+(?:by|on|before)|(?:renewed|replaced|signed\s+again|updated|re-?signed)\s+(?:by|before|no\s+later\s+than)|"
    r"hasta(?:\s+el)?(?:\s+d[ií]a)?|caduc(?:a|idad)(?:\s+el)?|venc(?:e|imiento)(?:\s+(?:el|em))?|(?:fecha\s+de\s+)?(?:caducidad|expiración|vencimiento)|(?:próxim[oa]|siguiente)\s+(?:\w+\s+)?(?:actualización|canario|lista|firma|mensaje)(?:\s+(?:antes\s+del?|el))?|"
    r"até(?:\s+o\s+dia)?|validade|(?:próxim[oa])\s+(?:\w+\s+)?(?:atualização|canário|assinatura)(?:\s+(?:até|antes\s+de|em))?|"
    r"jusqu['’]au|jusqu['’]à(?:\s+la)?(?:\s+fin)?(?:\s+de)?|expiration(?:\s+le)?|(?:fin\s+de\s+validité)|(?:prochaine?)\s+(?:\w+\s+)?(?:mise\s+à\s+jour|canari|liste|signature)(?:\s+(?:avant\s+le|le|au\s+plus\s+tard\s+le))?|au\s+plus\s+tard\s+le|"
    r"bis(?:\s+zum|\s+einschließlich|\s+ende)?|läuft\s+am|ablauf(?:datum)?|verfällt\s+am|(?:nächste[rs]?)\s+(?:\w+\s+)?(?:aktualisierung|kanarienvogel|liste|canary|update)(?:\s+(?:am|vor\s+dem|bis(?:\s+zum)?|spätestens\s+am))?|spätestens\s+am|"
    r"до|истекает|срок\s+действия(?:\s+до)?|(?:следующ\w+)\s+(?:\w+\s+)?(?:обновлени\w+|канарейк\w+|спис\w+|подпис\w+)(?:\s+(?:до|не\s+позднее))?|не\s+позднее|tot(?:\s+en\s+met)?|verloopt\s+op|geldig\s+tot"
)
# said of many things: counts only for what is to come
_BY = r"before|by|antes\s+del?|antes\s+de|avant\s+le|vor\s+dem|vóór"
_DATE = (
    r"(?:(?P<y>20\d\d)\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})"
    r"|(?P<y5>20\d\d)(?P<m5>[01]\d)(?P<d5>[0-3]\d)\b"
    r"|(?P<d4>\d{1,2})[-/.](?P<m4>\d{1,2})[-/.](?P<y4>(?:20)?\d\d)\b"
    r"|(?P<d2>\d{1,2})(?:st|nd|rd|th|\.|er|º|ª|°)?[\s-]+(?:of\s+|de\s+)?(?P<n2>[^\W\d]{3,10})\.?,?[\s-]+(?:del?\s+)?(?P<y2>20\d\d)"
    r"|(?P<n3>[^\W\d]{3,10})\.?\s+(?P<d3>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y3>20\d\d)"
    r"|(?P<n6>[^\W\d]{3,10})\.?,?\s+(?:del?\s+)?(?P<y6>20\d\d))"
)
_LEAD = (
    r"\s*[:=]?\s*(?:the\s+|el\s+|le\s+|am\s+|den\s+|o\s+|on\s+|at\s+)?(?:(?:end|fin|ende|final|finales|fim|конца)\s+(?:of\s+|de\s+|d['’]\s?)?)?(?:(?!hoje|hoy|today|heute|aujourd|сегодня|now|agora|ahora)[^\W\d]{2,11}\.?(?:-feira)?,?\s+)?"
    r"(?:the\s+|el\s+|le\s+|dem\s+|den\s+|o\s+)?"
)
_STATED = re.compile(rf"(?<!\w)(?:(?P<ends>{_ENDS})|(?P<by>{_BY})){_LEAD}{_DATE}", re.IGNORECASE)
_AFTER = re.compile(rf"{_DATE}\s*(?:\)|,)?\s*(?:ab\b|abläuft|истекает)", re.IGNORECASE)
_UNIT = "|".join(sorted(_DAYS, key=len, reverse=True))
_N = r"(?P<n>\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_EVERY = (
    r"every|each|within(?:\s+the\s+next)?|per|cada|todos?\s+l?os|todas?\s+[al]?s|a\s+cada|"
    r"chaque|tous\s+les|toutes\s+les|jede[nsr]?|alle|elke|кажды\w+|раз\s+в"
)
_RENEWED = (
    r"(?:updat\w+|renew\w*|refresh\w*|rotat\w+|re-?sign\w*|re-?issue\w*|sign(?:ed|s)?|publish\w*|post(?:ed|s)?|canary|actualiz\w+|renuev\w+|renov\w+|firm\w+|"
    r"public\w+|atualiz\w+|assin\w+|mise?\s+à\s+jour|renouvel\w+|sign[ée]\w*|publi[ée]\w*|aktualisier\w+|erneuer\w+|signier\w+|veröffentlich\w+|обновля\w+|подпис\w+|публику\w+|bijgewerkt|vernieuwd)"
)
_RHYTHM = re.compile(
    rf"(?<!\w){_RENEWED}\b[^\n.]{{0,40}}?(?<!\w)"
    rf"(?:(?:{_EVERY})\s+(?:(?:{_N}|other|otra|zwei)\s+)?(?P<unit>{_UNIT})|(?P<word>{'|'.join(_WORDS)})\b)",
    re.IGNORECASE,
)
_RHYTHM_FIRST = re.compile(
    rf"(?<!\w)(?:(?:{_EVERY})\s+(?:(?:{_N}|other|otra|zwei)\s+)?(?P<unit>{_UNIT})|(?P<word>{'|'.join(_WORDS)})\b)"
    rf"[^\n.]{{0,30}}?(?<!\w){_RENEWED}\b",
    re.IGNORECASE,
)
_TERM = re.compile(
    r"(?:(?:valid|good|holds|válid[oa]|vigente|valable|valide|gültig|gilt|действ\w+|годен|geldig)(?:\s+(?:is|for|during|por|durante|pendant|pour|für|в\s+течение|на|voor|noch))?"
    r"|(?:expires?|caduca|vence|expira|expire|läuft|verfällt|истекает|next\s+(?:update|canary|list)|próxima?\s+\w+|prochaine\s+\w+(?:\s+à\s+jour)?|nächste\w*\s+\w+)\s*:?\s*(?:due\s+)?(?:in|within|en|em|dans|через|dentro\s+de)"
    rf"|for\s+the\s+next|within\s+the\s+next)\s+(?:the\s+next\s+|los\s+próximos\s+|die\s+nächsten\s+)?{_N}\s+(?:more\s+)?(?P<unit>{_UNIT})",
    re.IGNORECASE,
)


def holds_until(text: str, signed_on: date) -> date | None:
    """Return the last day on which ``text`` says it holds; None where it says nothing.

    Of several stated ends the latest counts, also where it was past when it was signed; a
    term ("valid for 30 days") or a rhythm ("updated every 14 days") counts from the day of
    the signature.  A day and month of which either order is possible are read so that the
    end comes after the signature, the sooner of two.
    """
    # runs of blanks would be tried at every place where a pattern allows for some
    text = "\n".join(
        " ".join(line.split()) for line in text[:MOST_TEXT].split("\n") if line.strip()
    )
    stated = list(_stated(text, signed_on))
    later = [day for day, _firm in stated if day >= signed_on]
    if later:
        return max(later)
    days = [
        _days_of(match)
        for pattern in (_TERM, _RHYTHM, _RHYTHM_FIRST)
        for match in pattern.finditer(text)
    ]
    if days:
        return signed_on + timedelta(days=min(days))
    return max((day for day, firm in stated if firm), default=None)


def _stated(text: str, signed_on: date) -> Iterator[tuple[date, bool]]:
    """Yield (day, whether it can be nothing but the end) of each stated end."""
    for match in _STATED.finditer(text):
        day = _date_of(match, signed_on)
        if day is not None:
            yield day, match["ends"] is not None
    for match in _AFTER.finditer(text):
        day = _date_of(match, signed_on)
        if day is not None:
            yield day, True


def _date_of(match: re.Match[str], signed_on: date) -> date | None:
    if match["y4"]:
        return _in_either_order(match, signed_on)
    year = int(next(match[f"y{n}"] for n in ("", 5, 2, 3, 6) if match[f"y{n}"]))
    name = (match["n2"] or match["n3"] or match["n6"] or "").lower()
    month = int(match["m"] or match["m5"] or _MONTHS.get(name, 0))
    if not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        return None
    day = match["d"] or match["d5"] or match["d2"] or match["d3"]
    return _day(year, month, int(day) if day else monthrange(year, month)[1])


def _in_either_order(match: re.Match[str], signed_on: date) -> date | None:
    year = int(match["y4"]) % 100 + 2000
    first, second = int(match["d4"]), int(match["m4"])
    found = [one for one in (_day(year, second, first), _day(year, first, second)) if one]
    later = [one for one in found if one >= signed_on]
    return min(later) if later else max(found, default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _days_of(match: re.Match[str]) -> int:
    found = match.groupdict()
    if found.get("word"):
        return _WORDS[found["word"].lower()]
    given = (found["n"] or ("2" if "other" in match.group().lower() else "1")).lower()
    number = int(given) if given.isdecimal() else _NUMBERS[given]
    return max(1, ceil(number * _DAYS[found["unit"].lower()]))
