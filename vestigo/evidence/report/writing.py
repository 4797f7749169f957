# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers, shares, amounts and times as a document in the active language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from vestigo.i18n import _, active_language

SAT = Decimal(100_000_000)
# Spanish of Latin America, Portuguese of Brazil: the units that these documents are for
LOCALES = {"en": "en_US", "es": "es_419", "pt": "pt_BR", "fr": "fr_FR"}


def locale() -> str:
    """Return the locale of the active language."""
    return LOCALES[active_language()]


def count(n: int) -> str:
    """Return a whole number with its groups (``1,234``)."""
    from babel.numbers import format_decimal

    return format_decimal(n, locale=locale())


def bitcoin(value_sat: int) -> str:
    """Return an amount in bitcoin with all eight places."""
    from babel.numbers import format_decimal

    shown = format_decimal(Decimal(value_sat) / SAT, format="#,##0.00000000", locale=locale())
    return f"{shown} BTC"


def money(amount: Decimal) -> str:
    """Return an amount of money with two places, without its currency."""
    from babel.numbers import format_decimal

    return str(format_decimal(amount, format="#,##0.00", locale=locale()))


def share(part: Decimal) -> str:
    """Return a share of one as a percentage with at most two places."""
    from babel.numbers import format_decimal

    shown = format_decimal(part * 100, format="0.##", locale=locale())
    return f"{shown} %"


def day(moment: date | None) -> str:
    """Return a day in words, or that it is not known."""
    from babel.dates import format_date

    if moment is None:
        return unknown()
    shown = format_date(moment, "long", locale=locale())
    first_in_french = active_language() == "fr" and moment.day == 1
    return shown.replace("1 ", "1er ", 1) if first_in_french else shown


def moment_in_words(moment: datetime | None) -> str:
    """Return day and time of day in words, in UTC."""
    if moment is None:
        return unknown()
    at = moment.astimezone(UTC)
    return _("{day}, {time} UTC").format(day=day(at.date()), time=f"{at:%H:%M:%S}")


def instant(moment: datetime | None) -> str:
    """Return an instant in figures, the same in every language: ``2026-03-01 12:01:00 UTC``."""
    if moment is None:
        return unknown()
    at = moment.astimezone(UTC)
    fraction = f".{at.microsecond:06d}" if at.microsecond else ""
    return f"{at:%Y-%m-%d %H:%M:%S}{fraction} UTC"


def unknown() -> str:
    """Return what stands where nothing is known: never a guess."""
    return _("not known")
