# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words that people read for the names that records hold."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache

from vestigo.evidence.report.writing import locale
from vestigo.evidence.words import (
    act_words,
    action_words,
    basis_words,
    field_words,
    kind_words,
    page_words,
    selector_words,
    status_words,
    stop_words,
    tier_meaning,
    tier_words,
)
from vestigo.i18n import _, active_language
from vestigo.records import (
    CashOutPoint,
    Cluster,
    CoverageEstimate,
    Mention,
    PriceQuote,
    Quantity,
    Record,
    Selector,
    Tag,
    Trace,
    UnitPrice,
)

__all__ = [
    "act_words", "action_words", "amount", "basis_words", "btc", "by_words", "capability_words",
    "day", "decimal_mark", "end_words", "field_words", "group_mark", "grouped_from",
    "in_figures", "in_quotes", "instant",
    "kind_words", "moment", "number", "page_words", "per_words", "percent", "role_words",
    "selector_words", "standing_words", "status_words", "stop_words", "tier_meaning", "tier_of",
    "tier_words",
]  # fmt: skip
SAT = Decimal(100_000_000)
FOUR_DIGITS, FIVE_DIGITS = 1_000, 10_000
READINGS = (Mention, Quantity, PriceQuote, UnitPrice, Selector)


def tier_of(record: Record) -> str:
    """Return ``fact``, ``reading``, ``heuristic`` or ``tag``: how much a record claims."""
    if isinstance(record, Tag):
        return "tag"
    if isinstance(record, Cluster | Trace | CashOutPoint | CoverageEstimate):
        return "heuristic"
    return "reading" if isinstance(record, READINGS) else "fact"


def role_words(role: str) -> str:
    """Return the word for a role."""
    names = {
        "investigator": _("investigator"), "prosecutor": _("prosecutor"),
        "auditor": _("auditor"), "operator": _("operator"),
    }  # fmt: skip
    return names.get(role, role)


def by_words(by: str) -> str:
    """Return the words for what a session was begun with; all else is the id of a passkey."""
    names = {"password": _("password"), "provider": _("OpenID provider")}
    return names.get(by, _("passkey"))


def capability_words(name: str) -> str:
    """Return the words for what a role may do."""
    names = {
        "view": _("look"), "download": _("download exhibits"), "explore": _("arrange the graph"),
        "judge": _("judge vendor links"), "decide": _("confirm or reject cash-outs"),
        "tag": _("write and import tags"), "export": _("export tables and graphs"),
        "verify": _("verify case and bundles"), "seal": _("build bundles"),
        "disclose": _("disclose in part"), "receive": _("file receipts"),
        "dispose": _("destroy by order"), "unmask": _("unmask third persons"),
        "crawl": _("run crawls"), "audit": _("see all sessions"), "revoke": _("end any session"),
    }  # fmt: skip
    return names.get(name, name)


def end_words(reason: str) -> str:
    """Return in a few words where coins that were followed ended."""
    names = {
        "fee": _("fees of miners"), "dust": _("too little to follow"), "mix": _("a mix"),
        "tagged_service": _("a tagged service"), "deposit_candidate": _("a deposit candidate"),
        "unspent": _("not spent"), "fan_out": _("many outputs at once"),
        "hop_limit": _("the limit of hops"), "height": _("the limit of height"),
        "incomplete": _("the end of the chain data"),
    }  # fmt: skip
    return names.get(reason, reason)


def standing_words(status: str) -> str:
    """Return how a cash-out candidate stands, by what persons decided of it."""
    names = {"confirmed": _("confirmed"), "rejected": _("rejected"), "unsure": _("undecided")}
    return names.get(status, _("candidate"))


def in_quotes(text: str) -> str:
    """Return a text between the quotation marks of the reader's language."""
    return _("“{text}”").format(text=text)


def per_words(unit: str) -> str:
    """Return the words for what a price is for; symbols of units stay as they are."""
    names = {"package": _("package"), "unit": _("unit"), "postage": _("postage")}
    return names.get(unit, unit)


def moment(at: datetime | None) -> str:
    """Return a UTC time to the second, always in the same sortable form."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC") if at else "–"


def instant(text: str) -> str:
    """Return a stored time as ``moment`` writes it; a day, or what is no time, as it stands."""
    return f"{text[:10]} {text[11:19]} UTC" if text[10:11] == "T" and text[-1:] == "Z" else text


def day(on: date | None) -> str:
    """Return a date, always in the same sortable form."""
    return on.isoformat() if on else "–"


def decimal_mark() -> str:
    """Return what parts whole from fraction, as documents in this language write it."""
    return _decimal_mark(locale())


@cache
def _decimal_mark(name: str) -> str:
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(name)


def in_figures(value: Decimal) -> str:
    """Return a decimal with the digits that it has, without an exponent."""
    return format(value, "f").replace(".", decimal_mark())


def btc(sat: int) -> str:
    """Return satoshi as BTC with all eight places."""
    return in_figures((Decimal(sat) / SAT).quantize(1 / SAT)) + " BTC"


def group_mark() -> str:
    """Return what parts the thousands of a count."""
    return _group_mark(active_language())


@cache
def _group_mark(language: str) -> str:
    from babel.numbers import get_group_symbol

    # amounts carry a decimal point in Spanish: a point that groups would be read as one
    return "\u202f" if language == "es" else get_group_symbol(language)


def grouped_from() -> int:
    """Return the least count of which the thousands are parted."""
    return FIVE_DIGITS if active_language() == "es" else FOUR_DIGITS


def number(n: int) -> str:
    """Return a count grouped as the reader's language groups it."""
    return f"{n:,}".replace(",", group_mark()) if n >= grouped_from() else str(n)


def amount(value: Decimal | str | None) -> str:
    """Return a decimal with all its places, a dash where there is none."""
    return "–" if value is None else in_figures(Decimal(value))


def percent(value: Decimal | str) -> str:
    """Return a probability as a percentage with up to two places."""
    return in_figures((Decimal(value) * 100).normalize()) + " %"
