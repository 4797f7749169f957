# SPDX-License-Identifier: AGPL-3.0-or-later
"""Until when a signed message says that it holds: stated dates and stated rhythms."""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from babel.dates import get_month_names

LANGUAGES = ("en", "es", "pt", "fr", "de", "nl")
_MONTHS = {
    name.lower().rstrip("."): number
    for language in LANGUAGES
    for width in ("wide", "abbreviated")
    for number, name in get_month_names(width, "format", language).items()
}
_UNTIL = (
    r"until|till|expires?(?:\s+on)?|valid\s+(?:to|thru|through)|before|by|no\s+later\s+than|"
    r"hasta(?:\s+el)?|antes\s+del?|caduca(?:\s+el)?|até|antes\s+de|expira(?:\s+em)?|"
    r"jusqu[’']au|avant\s+le|expire(?:\s+le)?|bis(?:\s+zum)?|vor\s+dem|tot|vóór|до"
)
_DATE = re.compile(
    rf"(?:{_UNTIL})\s*:?\s*(?:the\s+)?"
    r"(?:(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
    r"|(?P<d2>\d{1,2})(?:st|nd|rd|th|\.|er|º)?\s+(?:de\s+)?(?P<n2>[^\W\d]{3,10})\.?,?\s+(?:de\s+)?(?P<y2>20\d\d)"
    r"|(?P<n3>[^\W\d]{3,10})\.?\s+(?P<d3>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y3>20\d\d))",
    re.IGNORECASE,
)
_DAYS: dict[str, int | Fraction] = {
    "hour": Fraction(1, 24), "hora": Fraction(1, 24), "heure": Fraction(1, 24),
    "stunde": Fraction(1, 24), "uur": Fraction(1, 24),
    "day": 1, "daily": 1, "día": 1, "diario": 1, "dia": 1, "jour": 1, "tag": 1, "dag": 1,
    "week": 7, "weekly": 7, "semana": 7, "semanal": 7, "semaine": 7, "woche": 7,
    "fortnight": 14, "quincena": 14,
    "month": 31, "monthly": 31, "mes": 31, "mês": 31, "mensual": 31, "mensal": 31, "mois": 31,
    "monat": 31, "maand": 31,
}  # fmt: skip
_RHYTHM = re.compile(
    r"(?:updat\w+|renew\w*|re-?sign\w*|publish\w*|canary|"
    r"actualiza\w*|renueva\w*|atualizad\w*|mise?\s+à\s+jour|aktualisiert|bijgewerkt)"
    r"[^\n.]{0,40}?\b(?:(?:every|each|within|cada|chaque|tous\s+les|jede\w*|alle|elke|a)\s+)?"
    r"(?:(?P<n>\d{1,3})\s*(?P<unit>hour|hora|heure|stunde|uur|day|week|month|día|dia|semana|mes|mês|jour|semaine|mois|tag|woche|monat|dag|maand)\w*"
    r"|(?P<word>daily|weekly|monthly|fortnight|semanal|mensual|mensal|diario))",
    re.IGNORECASE,
)


def holds_until(text: str, signed_on: date) -> date | None:
    """Return the last day on which ``text`` says it holds; None where it says nothing.

    Of several stated dates the latest counts; a rhythm ("updated every 14 days") counts
    from the day of the signature.
    """
    stated = [day for match in _DATE.finditer(text) if (day := _date_of(match)) is not None]
    later = [day for day in stated if day >= signed_on]
    if later:
        return max(later)
    days = [_days_of(match) for match in _RHYTHM.finditer(text)]
    return signed_on + timedelta(days=min(days)) if days else None


def _date_of(match: re.Match[str]) -> date | None:
    year = match["y"] or match["y2"] or match["y3"]
    name = (match["n2"] or match["n3"] or "").lower()
    month = int(match["m"]) if match["m"] else _MONTHS.get(name, 0)
    day = match["d"] or match["d2"] or match["d3"]
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None


def _days_of(match: re.Match[str]) -> int:
    if match["word"]:
        return int(_DAYS[match["word"].lower()])
    return max(1, ceil(int(match["n"]) * _DAYS[match["unit"].lower()]))
